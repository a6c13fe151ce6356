package storage

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

// A clock of a group stands in one of shards hashes, so that none of them grows large, under a short form of the
// group's id; what stands there begins with the whole id. The short form is also what the set of those that wait
// holds: so an open clock takes less than 300 bytes of Redis altogether.

// shards is how many hashes the clocks are spread over.
const shards = 1024

// shortSize is 72 bits: that two of a million groups share them has a chance of one to ten billion, and is noticed.
const shortSize = 9

// short is the short form of a group's id.
func short(g chat.Group) string {
	sum := sha256.Sum256([]byte(g))
	return base64.RawURLEncoding.EncodeToString(sum[:shortSize])
}

// shard is the hash in which a group's clock stands: a number made of the first two letters of its short form, which
// scripts make likewise.
func shard(short string) int { return (int(short[0])*64 + int(short[1])) % shards }

// findClock is a function of scripts that returns the key of a clock.
const findClock = `
local function clockOf(P, short)
  return P .. 'clocks:' .. (string.byte(short, 1) * 64 + string.byte(short, 2)) % 1024
end
`

// filed is a clock as it is kept: the id of its group before it.
func filed(g chat.Group, packed []byte) string {
	if len(packed) == 0 {
		return ""
	}
	return string(append(sla.AppendText(nil, string(g)), packed...))
}

// unfile takes apart what filed made; nothing is the clock of nobody.
func unfile(raw string) (g chat.Group, packed []byte, err error) {
	if raw == "" {
		return "", nil, nil
	}
	s, packed, err := sla.ReadText([]byte(raw))
	if err != nil {
		return "", nil, fmt.Errorf("read clock: %w", err)
	}
	return chat.Group(s), packed, nil
}

// clockOf reads the clock of one group. Two groups whose short forms are the same are a fault, not one group.
func clockOf(g chat.Group, raw string) ([]byte, error) {
	of, packed, err := unfile(raw)
	if err == nil && of != g && raw != "" {
		err = fmt.Errorf("read clock of %s: that of %s stands there", g, of)
	}
	return packed, err
}

// keepClocks keeps the writes of a batch, each whole or not at all.
//
//	KEYS[1] head, for its slot  ARGV[1] prefix  ARGV[2] source whose cursor is kept, or empty  ARGV[3] cursor
//	ARGV[4] how long tallies are kept, seconds; then for each group
//	  short form, clock as it was, clock as it is, when to look: empty leaves that, 0 is never,
//	  number of checks, number of cells, then the checks: aggregate, version, then the cells: key, field, value, what to do
//
// Returns, for each group that has moved on, {its place, its clock, the stale aggregate or empty}. The cursor moves,
// and only forward, if none has.
var keepClocks = newScript(findClock + `
local P, at, place, moved = ARGV[1], 5, 0, {}
while at <= #ARGV do
  local short, was, is, look = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local checks, cells = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
  local from = at + 6
  local key = clockOf(P, short)
  local stands = redis.call('HGET', key, short) or ''
  if stands ~= is then -- else it was kept before, and nobody has heard so
    local stale = false
    if stands ~= was then
      stale = ''
    elseif checks > 0 then
      local names = {}
      for i = 1, checks do names[i] = ARGV[from + 2 * i - 2] end
      local versions = redis.call('HMGET', P .. 'versions', unpack(names))
      for i = 1, checks do
        if (versions[i] or '0') ~= ARGV[from + 2 * i - 1] then stale = names[i] break end
      end
    end
    if stale then
      moved[#moved + 1] = {place, stands, stale}
    else
      redis.call('HSET', key, short, is)
      if look == '0' then redis.call('ZREM', P .. 'waiting', short)
      elseif look ~= '' then redis.call('ZADD', P .. 'waiting', look, short) end
      for i = from + 2 * checks, from + 2 * checks + 4 * cells - 1, 4 do
        local sheet, field = P .. 'tally:' .. ARGV[i], ARGV[i + 1]
        if ARGV[i + 3] == 'add' then
          redis.call('HINCRBY', sheet, field, ARGV[i + 2])
        elseif tonumber(redis.call('HGET', sheet, field) or '-1') < tonumber(ARGV[i + 2]) then
          redis.call('HSET', sheet, field, ARGV[i + 2])
        end
        redis.call('EXPIRE', sheet, ARGV[4])
      end
    end
  end
  at, place = from + 2 * checks + 4 * cells, place + 1
end
if #moved == 0 and ARGV[2] ~= '' then
  local cursor = P .. 'cursor:' .. ARGV[2]
  if tonumber(redis.call('GET', cursor) or '-1') < tonumber(ARGV[3]) then redis.call('SET', cursor, ARGV[3]) end
end
return moved
`)

// keepTallies is how long tallies are kept: a year can be compared with the one before, by the month.
const keepTallies = 400 * 24 * time.Hour

// KeepClocks makes a batch so, in one round trip. What it returns has not happened, since something has moved on; the
// cursor then stays where it was. A batch that is sent again changes nothing.
func (l *Ledger) KeepClocks(ctx context.Context, b sla.Batch) ([]sla.Moved, error) {
	args := make([]any, 0, 4+10*len(b.Writes))
	args = append(args, l.keys.prefix, b.Cursor.Source, b.Cursor.Seq, int64(keepTallies/time.Second))
	for _, w := range b.Writes {
		look := ""
		switch {
		case w.Looks && w.Look.IsZero():
			look = "0"
		case w.Looks:
			look = strconv.FormatInt(dueScore(w.Look), 10)
		}
		args = append(args, short(w.Group), filed(w.Group, w.Was), filed(w.Group, w.Is), look, len(w.Checks), 2*len(w.Cells))
		for _, c := range w.Checks {
			args = append(args, string(c.Name), c.Version)
		}
		for _, c := range w.Cells {
			do := "add"
			if c.Most {
				do = "most"
			}
			key, field := tallyOf(w.Group, c.Day, c.Name)
			args = append(args, key, field, c.Value, do)
			key, field = tallyOf("", c.Day, c.Name)
			args = append(args, key, field, c.Value, do)
		}
	}
	rows, err := keepClocks.run(ctx, l.client, []string{l.keys.head()}, args...).Slice()
	if err != nil {
		return nil, gone("keep clocks", err)
	}
	out := make([]sla.Moved, 0, len(rows))
	for _, row := range rows {
		r, _ := row.([]any)
		place, ok := r[0].(int64)
		if !ok || len(r) != 3 || place >= int64(len(b.Writes)) {
			return nil, fmt.Errorf("keep clocks: unexpected answer %v", row)
		}
		m := sla.Moved{Group: b.Writes[place].Group, Stale: journal.Name(text(r[2]))}
		if m.Clock, err = clockOf(m.Group, text(r[1])); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// Cursor is how far a source has been read; 0 if it never was.
func (l *Ledger) Cursor(ctx context.Context, source string) (uint64, error) {
	n, err := l.client.Get(ctx, l.keys.cursor(source)).Uint64()
	return n, gone("read cursor", err)
}

// claimClocks is claim for the groups that must be looked at.
//
//	KEYS[1] waiting  ARGV[1] now  ARGV[2] end of the lease  ARGV[3] at most this many  ARGV[4] prefix
//
// Returns short form, the time it was due, clock, ….
var claimClocks = newScript(findClock + `
local out = {}
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[3])
for i = 1, #due, 2 do
  local clock = redis.call('HGET', clockOf(ARGV[4], due[i]), due[i])
  if clock then
    redis.call('ZADD', KEYS[1], ARGV[2], due[i])
    out[#out + 1] = due[i]
    out[#out + 1] = due[i + 1]
    out[#out + 1] = clock
  else
    redis.call('ZREM', KEYS[1], due[i])
  end
end
return out
`)

// waitingMoment begins the id of a moment that is not of the agenda, but of a group that must be looked at.
const waitingMoment = "waiting:"

// ClaimClocks takes up to limit groups that must be looked at, as Claim does with records. A commit with such a moment
// finishes it; where the clock has opened or closed since, it is finished already.
func (l *Ledger) ClaimClocks(ctx context.Context, limit int) ([]sla.Come, error) {
	now := l.now()
	lease := now.Add(momentLease).UnixMilli()
	raw, err := claimClocks.run(ctx, l.client, []string{l.keys.waiting()}, now.UnixMilli(), lease, limit, l.keys.prefix).StringSlice()
	if err != nil {
		return nil, gone("claim clocks", err)
	}
	out := make([]sla.Come, 0, len(raw)/3)
	for i := 0; i+2 < len(raw); i += 3 {
		at, err := strconv.ParseFloat(raw[i+1], 64)
		if err != nil {
			return out, fmt.Errorf("claim clocks: score: %w", err)
		}
		g, packed, err := unfile(raw[i+2])
		if err != nil {
			return out, err
		}
		out = append(out, sla.Come{Group: g, Clock: packed, Due: journal.Due{
			ID: waitingMoment + fmt.Sprintf("%d\n%s", lease, raw[i]), Of: journal.Named("clock", string(g)), At: time.UnixMilli(int64(at)).UTC(),
		}})
	}
	return out, nil
}

// tallyOf is where a number is kept: of a group by month, of the company by day, as many more people are in it.
func tallyOf(g chat.Group, d sla.Day, name string) (key, field string) {
	if g == "" {
		return fmt.Sprint(int(d)), name
	}
	return fmt.Sprintf("%d:%s", int(d)/100, g), fmt.Sprintf("%02d%s", int(d)%100, name)
}

// tallyRead is one hash that is read for some days.
type tallyRead struct {
	key    string
	of     int     // the place in Want.Tallies
	day    sla.Day // of a company's hash
	month  sla.Day // of a group's hash: its days are those of the month
	groups bool
}

// tallyReads are the hashes that hold some days.
func tallyReads(of int, d journal.Days) []tallyRead {
	var out []tallyRead
	y, m, first := d.From.Date()
	for at := time.Date(y, m, first, 0, 0, 0, 0, d.From.Location()); at.Before(d.Until); at = at.AddDate(0, 0, 1) {
		day := sla.DayOf(at)
		r := tallyRead{of: of, day: day}
		if d.Group != "" {
			r = tallyRead{of: of, month: day / 100, groups: true}
		}
		r.key, _ = tallyOf(d.Group, day, "")
		if n := len(out); n > 0 && out[n-1].key == r.key {
			continue
		}
		out = append(out, r)
	}
	return out
}

// cells are the numbers of a hash that fall into some days.
func (r tallyRead) cells(fields map[string]string, d journal.Days) ([]sla.Cell, error) {
	from, last := sla.DayOf(d.From), sla.DayOf(d.Until.Add(-1))
	out := make([]sla.Cell, 0, len(fields))
	for field, value := range fields {
		c := sla.Cell{Day: r.day, Name: field}
		if r.groups {
			n, err := strconv.Atoi(field[:min(2, len(field))])
			if err != nil {
				return nil, fmt.Errorf("read tally: field %q: %w", field, err)
			}
			c.Day, c.Name = r.month*100+sla.Day(n), field[2:]
		}
		if c.Day < from || c.Day > last {
			continue
		}
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read tally: %q: %w", field, err)
		}
		c.Value = n
		out = append(out, c)
	}
	return out, nil
}

// clockReads is what a Want asks of clocks and tallies, in the pipeline of everything else.
type clockReads struct {
	clocks map[chat.Group]*redis.StringCmd
	sheets []tallyRead
	rows   []*redis.MapStringStringCmd
	all    []*redis.MapStringStringCmd // every clock, where the company is asked about
	listed map[chat.Group]*redis.ZSliceCmd
	// believed is the group that the person was taken to have chosen.
	believed chat.Group
}

// clockWants fills in the chosen group.
func clockWants(w journal.Want, chosen chat.Group) journal.Want {
	out := journal.Want{Clocks: make([]chat.Group, len(w.Clocks)), Tallies: make([]journal.Days, len(w.Tallies))}
	for i, g := range w.Clocks {
		if out.Clocks[i] = g; g == journal.Chosen {
			out.Clocks[i] = chosen
		}
	}
	for i, d := range w.Tallies {
		if out.Tallies[i] = d; d.Group == journal.Chosen {
			out.Tallies[i].Group = chosen
		}
	}
	for _, g := range w.Listed {
		if g == journal.Chosen {
			g = chosen
		}
		out.Listed = append(out.Listed, g)
	}
	return out
}

// ask puts the questions into a pipeline.
func (r *clockReads) ask(ctx context.Context, p redis.Pipeliner, k keys, w journal.Want) {
	*r = clockReads{clocks: map[chat.Group]*redis.StringCmd{}, listed: map[chat.Group]*redis.ZSliceCmd{}, believed: r.believed}
	for _, g := range w.Listed {
		r.listed[g] = p.ZRangeWithScores(ctx, k.listed(g), 0, -1)
	}
	clock := func(g chat.Group) {
		if g != "" && r.clocks[g] == nil {
			s := short(g)
			r.clocks[g] = p.HGet(ctx, k.clocks(shard(s)), s)
		}
	}
	for _, g := range w.Clocks {
		clock(g)
	}
	for i, d := range w.Tallies {
		clock(d.Group)
		if d.Group == "" && r.all == nil {
			for n := range shards {
				r.all = append(r.all, p.HGetAll(ctx, k.clocks(n)))
			}
		}
		for _, s := range tallyReads(i, d) {
			r.sheets, r.rows = append(r.sheets, s), append(r.rows, p.HGetAll(ctx, k.tally(s.key)))
		}
	}
}

// take fills in what was found.
func (r *clockReads) take(found *journal.Found, w journal.Want) error {
	found.Clocks, found.Tallies = map[chat.Group][]byte{}, make([]journal.Tallies, len(w.Tallies))
	found.Listed = make(map[chat.Group][]journal.Listed, len(r.listed))
	for g, cmd := range r.listed {
		rows, err := cmd.Result()
		if err := gone("read listed messages", err); err != nil {
			return err
		}
		found.Listed[g] = toListed(g, rows)
	}
	for g, cmd := range r.clocks {
		raw, err := cmd.Result()
		if err := gone("read clock", err); err != nil {
			return err
		}
		if found.Clocks[g], err = clockOf(g, raw); err != nil {
			return err
		}
	}
	var all [][]byte
	for _, cmd := range r.all {
		rows, err := cmd.Result()
		if err := gone("read clocks", err); err != nil {
			return err
		}
		for _, raw := range rows {
			_, packed, err := unfile(raw)
			if err != nil {
				return err
			}
			all = append(all, packed)
		}
	}
	for i, d := range w.Tallies {
		found.Tallies[i].Days = d
		if found.Tallies[i].Clocks = all; d.Group != "" {
			found.Tallies[i].Clocks = [][]byte{found.Clocks[d.Group]}
		}
	}
	for i, s := range r.sheets {
		fields, err := r.rows[i].Result()
		if err := gone("read tally", err); err != nil {
			return err
		}
		cells, err := s.cells(fields, w.Tallies[s.of])
		if err != nil {
			return err
		}
		for _, c := range cells {
			found.Tallies[s.of].Cells = append(found.Tallies[s.of].Cells, journal.Cell{Day: int(c.Day), Name: c.Name, Value: c.Value})
		}
	}
	return nil
}

func asksClocks(w journal.Want) bool { return len(w.Clocks)+len(w.Tallies)+len(w.Listed) > 0 }

// lookAgain says whether the clocks are those of a group that the person has left meanwhile.
func (r *clockReads) lookAgain(w journal.Want, chosen chat.Group) bool {
	if r.believed == chosen {
		return false
	}
	for _, g := range w.Clocks {
		if g == journal.Chosen {
			return true
		}
	}
	for _, d := range w.Tallies {
		if d.Group == journal.Chosen {
			return true
		}
	}
	for _, g := range w.Listed {
		if g == journal.Chosen {
			return true
		}
	}
	return false
}

// splitWaiting says whether a moment is that of a group that must be looked at, and what of it splitMoment takes.
func splitWaiting(id string) (rest string, ok bool) { return strings.CutPrefix(id, waitingMoment) }

// believed is the group that a person has chosen, as last read.
func (l *Ledger) believed(w journal.Want) chat.Group {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lastChosen(w.Who)
}

// takeClocks fills in clocks and tallies. Those of a chosen group were asked for by what was last known of the choice;
// a wrong guess costs another round trip.
func (l *Ledger) takeClocks(ctx context.Context, found *journal.Found, w journal.Want, r *clockReads) error {
	if r.lookAgain(w, found.Chosen) {
		r.believed = found.Chosen
		pipe := l.client.Pipeline()
		r.ask(ctx, pipe, l.keys, clockWants(w, found.Chosen))
		_, _ = pipe.Exec(ctx) // each command of the pipeline carries its own error
	}
	return r.take(found, clockWants(w, r.believed))
}
