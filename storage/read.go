package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Ledger reads and commits state and journal. Safe for concurrent use.
//
// It remembers aggregates by their version: a read asks Redis for the versions and is sent only what has moved.
// Whoever reads therefore never sees anything older than the moment of the read.
type Ledger struct {
	*Tenant
	builds    journal.Builds
	histories map[string]bool

	mu     sync.Mutex
	memory map[journal.Name]journal.State
}

// maxMemory is how many aggregates are remembered; past it, some are forgotten and read whole again.
const maxMemory = 20_000

// Ledger returns the reader and writer of state. builds make typed values of records; an aggregate whose kind is
// not among them cannot be read. histories are the kinds of aggregates whose history is asked for: an index finds the
// entries that changed one of them; for one of another kind, every entry is looked at.
func (t *Tenant) Ledger(builds journal.Builds, histories ...string) *Ledger {
	l := &Ledger{Tenant: t, builds: builds, histories: map[string]bool{}, memory: map[journal.Name]journal.State{}}
	for _, kind := range histories {
		l.histories[kind] = true
	}
	return l
}

// accept claims a message and reads aggregates.
//
//	KEYS[1] head, for its slot
//	ARGV[1] prefix of all keys  ARGV[2] message id, or empty  ARGV[3] message  ARGV[4] when it is taken up by another
//	ARGV[5] person whose chosen group replaces "*", or empty  ARGV[6] how many groups' usage is asked for  then those
//	groups  then pairs: aggregate, version known (for one with "*": the aggregate that it is believed to be, a space,
//	its version)
//
// Returns {1, reply, entry number} for a message that is finished, else {0, chosen group, when the first entry was
// written, then for each group {use, when, …}, then for each aggregate {version} if it is known, else {version, field,
// value, …}}. The moment of the first entry is only looked up for usage.
var accept = newScript(`
local P = ARGV[1]
if ARGV[2] ~= '' then
  local inbox = P .. 'inbox:' .. ARGV[2]
  local done = redis.call('HMGET', inbox, 'r', 'n')
  if done[1] then return {1, done[1], done[2]} end
  if redis.call('HSETNX', inbox, 'm', ARGV[3]) == 1 then
    redis.call('ZADD', P .. 'pending', ARGV[4], ARGV[2])
  end
end
local chosen = ''
if ARGV[5] ~= '' then
  local raw = redis.call('HGET', P .. 'state:person/' .. ARGV[5], 'chosen')
  if raw then chosen = cjson.decode(raw).group or '' end
end
local out, names, of = {0, chosen, ''}, {}, 7 + ARGV[6]
if of > 7 then
  local first = redis.call('XRANGE', P .. 'journal', '-', '+', 'COUNT', 1)[1]
  if first then out[3] = redis.call('HGET', P .. 'archived', 'first') or string.match(first[2][2], '^{"at":"([^"]+)"') end
end
for i = 7, of - 1 do
  local group = ARGV[i]
  if group == '*' then group = chosen end
  out[#out + 1] = redis.call('HGETALL', P .. 'usage:' .. group)
end
for i = of, #ARGV, 2 do
  local name = ARGV[i]
  if string.sub(name, -2) == '/*' then name = string.sub(name, 1, -2) .. chosen end
  names[#names + 1] = name
end
if #names == 0 then return out end
local versions = redis.call('HMGET', P .. 'versions', unpack(names))
for i, name in ipairs(names) do
  local version, known = versions[i] or '0', ARGV[of - 1 + 2 * i]
  if version == known or name .. ' ' .. version == known then
    out[#out + 1] = {version}
  else
    local all = redis.call('HGETALL', P .. 'state:' .. name)
    table.insert(all, 1, version)
    out[#out + 1] = all
  end
end
return out
`)

// takeUpAfter is how long a message is left to the process that accepted it.
const takeUpAfter = 10 * time.Second

// Accept claims m, so that it cannot be lost from here on, and reads what is wanted, in one round trip. If the
// message is finished already, Found.Finished is its answer.
func (l *Ledger) Accept(ctx context.Context, m chat.Message, w journal.Want) (journal.Found, error) {
	raw, err := json.Marshal(messageV1(m))
	if err != nil {
		return journal.Found{}, fmt.Errorf("encode message: %w", err)
	}
	return l.read(ctx, m.ID, raw, w)
}

// Load reads what is wanted in one round trip.
func (l *Ledger) Load(ctx context.Context, w journal.Want) (journal.Found, error) {
	return l.read(ctx, "", nil, w)
}

func (l *Ledger) read(ctx context.Context, message string, raw []byte, w journal.Want) (journal.Found, error) {
	now := l.now()
	known := l.recall(w)
	steps := stepsOf(w)
	args := make([][]any, len(steps))
	for i, s := range steps {
		args[i] = s.args(w, known)
		who := ""
		if i == 0 {
			who = string(w.Who)
		}
		args[i] = append([]any{l.keys.prefix, "", "", now.Add(takeUpAfter).UnixMilli(), who}, args[i]...)
	}
	args[0][1], args[0][2] = message, raw
	clocks := clockReads{believed: l.believed(w)}
	replies, rows, err := l.send(ctx, args, w, &clocks)
	if err != nil {
		return journal.Found{}, err
	}
	if first := replies[0]; first[0] == int64(1) {
		f, err := finished(first[1], first[2])
		return journal.Found{Finished: &f}, err
	}
	found := journal.Found{States: make(map[journal.Name]journal.State, len(w.Names)), Chosen: chat.Group(text(replies[0][1]))}
	if len(w.Usage) > 0 {
		found.Usage = make(map[chat.Group]journal.Usage, len(w.Usage))
	}
	for i, s := range steps {
		if err := l.take(&found, w, s, known, replies[i], now); err != nil {
			return journal.Found{}, err
		}
	}
	if asksClocks(w) {
		if err := l.takeClocks(ctx, &found, w, &clocks); err != nil {
			return journal.Found{}, err
		}
	}
	found.Entries, found.More, found.Beyond = make([][]journal.Entry, len(rows)), make([]bool, len(rows)), make([]bool, len(rows))
	for i, r := range rows {
		var archived journal.Archived
		if found.Entries[i], found.More[i], archived, err = l.entries(ctx, w.Queries[i], r); err != nil {
			return journal.Found{}, err
		}
		found.Beyond[i] = !found.More[i] && archived.Hides(w.Queries[i])
		if found.Beyond[i] && !w.Queries[i].Partial {
			found.Lacking = append(found.Lacking, w.Queries[i])
		}
		if archived.To > found.Archived.To {
			found.Archived = archived
		}
	}
	return found, nil
}

// take fills in what one call of the script brought.
func (l *Ledger) take(found *journal.Found, w journal.Want, s step, known []journal.State, reply []any, now time.Time) error {
	rows := reply[3:]
	if len(rows) != len(s.usage)+len(s.names) {
		return fmt.Errorf("read state: %d answers to %d questions", len(rows), len(s.usage)+len(s.names))
	}
	since := time.Time{}
	if raw := text(reply[2]); raw != "" {
		var err error
		if since, err = time.Parse(time.RFC3339, raw); err != nil {
			return fmt.Errorf("read first entry: %w", err)
		}
	}
	for i, at := range s.usage {
		g := w.Usage[at]
		if g == journal.Chosen {
			g = found.Chosen
		}
		u, err := toUsage(since, rows[i])
		if err != nil {
			return err
		}
		found.Usage[g] = u
	}
	for i, at := range s.names {
		n := w.Names[at]
		if n.ID() == journal.Chosen {
			n = journal.Named(n.Kind(), string(found.Chosen))
		}
		state, err := l.state(n, known[at], rows[len(s.usage)+i], now)
		if err != nil {
			return err
		}
		found.States[n] = state
	}
	return nil
}

// send reads, in one round trip, what every step asks for, the first page of every query, and clocks.
func (l *Ledger) send(ctx context.Context, steps [][]any, w journal.Want, clocks *clockReads) ([][]any, []page, error) {
	queries := w.Queries
	slot := []string{l.keys.head()}
	cmds := make([]*redis.Cmd, 0, len(steps)+len(queries))
	if len(steps)+len(queries) == 1 && !asksClocks(w) {
		cmds = append(cmds, accept.run(ctx, l.client, slot, steps[0]...))
	} else {
		run := func() error {
			pipe := l.client.Pipeline()
			cmds = cmds[:0]
			for _, args := range steps {
				cmds = append(cmds, accept.EvalSha(ctx, pipe, slot, args...))
			}
			for _, q := range queries {
				cmds = append(cmds, query.EvalSha(ctx, pipe, slot, l.queryArgs(q, limitOf(q)+1)...))
			}
			if asksClocks(w) {
				clocks.ask(ctx, pipe, l.keys, clockWants(w, clocks.believed))
			}
			_, err := pipe.Exec(ctx)
			return err
		}
		if err := run(); unknownScript(err) {
			if err := l.teach(ctx, accept, query); err != nil {
				return nil, nil, err
			}
			_ = run() // each command of the pipeline carries its own error
		}
	}
	var (
		replies [][]any
		pages   []page
	)
	for i, c := range cmds {
		raw, err := c.Slice()
		switch {
		case err != nil && i < len(steps):
			return nil, nil, gone("read state", err)
		case err != nil:
			return nil, nil, gone("read journal", err)
		case i < len(steps):
			replies = append(replies, raw)
		default:
			p, err := toPage(raw)
			if err != nil {
				return nil, nil, err
			}
			pages = append(pages, p)
		}
	}
	return replies, pages, nil
}

// teach sends scripts to every server that may run them.
func (t *Tenant) teach(ctx context.Context, scripts ...script) error {
	load := func(ctx context.Context, c redis.Scripter) error {
		for _, s := range scripts {
			if err := s.Load(ctx, c).Err(); err != nil {
				return err
			}
		}
		return nil
	}
	if cluster, ok := t.client.(*redis.ClusterClient); ok {
		return gone("load scripts", cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
			return load(ctx, c)
		}))
	}
	return gone("load scripts", load(ctx, t.client))
}

// state makes a State of what accept returned for one aggregate, given what was said to be known of it.
func (l *Ledger) state(n journal.Name, known journal.State, raw any, now time.Time) (journal.State, error) {
	row, ok := raw.([]any)
	if !ok || len(row) == 0 {
		return journal.State{}, fmt.Errorf("read state %s: unexpected answer %T", n, raw)
	}
	version, err := strconv.ParseInt(text(row[0]), 10, 64)
	if err != nil {
		return journal.State{}, fmt.Errorf("read state %s: version: %w", n, err)
	}
	s := known
	if s.Name != n || s.Version != version {
		records := make(map[string]json.RawMessage, len(row)/2)
		for i := 1; i+1 < len(row); i += 2 {
			records[text(row[i])] = json.RawMessage(text(row[i+1]))
		}
		if s, err = l.build(n, version, records); err != nil {
			return journal.State{}, err
		}
	}
	s.AsOf = now
	l.remember(s)
	return s, nil
}

func (l *Ledger) build(n journal.Name, version int64, records map[string]json.RawMessage) (journal.State, error) {
	build, ok := l.builds[n.Kind()]
	if !ok {
		return journal.State{}, fmt.Errorf("build state %s: no such kind of aggregate", n)
	}
	v, err := build(records)
	if err != nil {
		return journal.State{}, fmt.Errorf("build state %s: %w", n, err)
	}
	return journal.State{Name: n, Version: version, Records: records, Value: v}, nil
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}
