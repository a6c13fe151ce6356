package storage

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// move is a function of scripts that gives aggregates another version. known are versions that were just read.
//
// A version is the server's time in microseconds, and always more than the one before. Counting from 1 would do but
// for a Redis that has lost its last writes, or was restored: the number would come again with other records behind
// it, and a process that remembers the lost ones would take them for true.
const move = `
local function move(key, names, known)
  if #names == 0 then return end
  local t = redis.call('TIME')
  local v = t[1] * 1000000 + t[2]
  for _, name in ipairs(names) do
    local old = tonumber(known[name] or redis.call('HGET', key, name) or '0') or 0
    redis.call('HSET', key, name, string.format('%.0f', math.max(old + 1, v)))
  end
end
`

// commit keeps one Write whole or not at all.
//
//	KEYS[1] head  ARGV[1] prefix  ARGV[2] the write as JSON, see writeV1  ARGV[3] reply  ARGV[4] entry, or empty
//	then the effects
//
// Returns {"done", entry number}, {"stale", aggregate} or {"finished", reply, entry number}.
var commit = newScript(move + `
local P, w = ARGV[1], cjson.decode(ARGV[2])
local inbox = P .. 'inbox:' .. w.inbox
if w.inbox ~= '' then
  local done = redis.call('HMGET', inbox, 'r', 'n')
  if done[1] then return {'finished', done[1], done[2]} end
end
if w.moment ~= '' then
  local lease = redis.call('ZSCORE', P .. w.set, w.moment)
  if not lease or tonumber(lease) ~= w.lease then return {'finished', '', '0'} end
end
local known = {}
for from = 1, #w.checks, 1000 do -- what is unpacked must fit on the stack of Lua
  local to = math.min(from + 999, #w.checks)
  local versions = redis.call('HMGET', P .. 'versions', unpack(w.checks, from, to))
  for i = from, to do
    if (versions[i - from + 1] or '0') ~= w.at[i] then return {'stale', w.checks[i]} end
    known[w.checks[i]] = w.at[i]
  end
end
local n = '0'
if ARGV[4] ~= '' then
  n = tostring(redis.call('INCR', P .. 'head'))
  redis.call('XADD', P .. 'journal', n .. '-0', 'e', ARGV[4])
  for _, i in ipairs(w.indexes) do redis.call('ZADD', P .. 'index:' .. i, n, n) end
  for _, use in ipairs(w.uses) do redis.call('HSET', P .. 'usage:' .. w.group, use, w.used) end
  if w.undoes ~= '' then redis.call('ZREM', P .. 'index:undoable:all', w.undoes) end
end
if w.again > 0 then redis.call('ZADD', P .. w.set, w.again, w.moment)
elseif w.moment ~= '' then redis.call('ZREM', P .. w.set, w.moment) end
for _, s in ipairs(w.sets) do
  local key = P .. 'state:' .. s[1]
  if s[3] then redis.call('HSET', key, s[2], s[3]) else redis.call('HDEL', key, s[2]) end
  local moment = s[1] .. '\n' .. s[2]
  if s[3] and s[4] > 0 then redis.call('ZADD', P .. 'agenda', s[4], moment) else redis.call('ZREM', P .. 'agenda', moment) end
end
move(P .. 'versions', w.moved, known)
for i = 5, #ARGV do redis.call('XADD', P .. w.boxes[i - 4], '*', 'n', n, 'e', ARGV[i]) end
if w.inbox ~= '' then
  redis.call('HSET', inbox, 'r', ARGV[3], 'n', n)
  redis.call('HDEL', inbox, 'm')
  redis.call('PEXPIRE', inbox, w.keep)
  redis.call('ZREM', P .. 'pending', w.inbox)
end
return {'done', n}
`)

// writeV1 is a Write as the script reads it.
type writeV1 struct {
	Inbox   string   `json:"inbox"`
	Moment  string   `json:"moment"`
	Set     string   `json:"set"` // where it stands: agenda or waiting
	Lease   int64    `json:"lease"`
	Again   int64    `json:"again"`  // when it comes again, 0: not
	Keep    int64    `json:"keep"`   // how long the reply is kept, milliseconds
	Checks  []string `json:"checks"` // aggregates
	At      []string `json:"at"`     // and their versions
	Indexes []string `json:"indexes"`
	Group   string   `json:"group"` // of the entry
	Uses    []string `json:"uses"`  // fields of the group's usage
	Used    string   `json:"used"`  // and when
	Undoes  string   `json:"undoes"`
	Sets    [][4]any `json:"sets"` // aggregate, record, value or false, due in Unix milliseconds or 0
	Moved   []string `json:"moved"`
	Boxes   []string `json:"boxes"` // where the effects go, in their order

	// What is long goes to the script as it is: decoding it there would cost more than keeping it.
	reply, entry string
	effects      []string
}

// keepReplies is how long a message that is delivered again gets the same reply. Platforms try for seconds; a callback
// older than ten minutes is refused by its adapter.
const keepReplies = 24 * time.Hour

// Commit makes w so, in one round trip, or returns ErrStale or ErrFinished and nothing has changed. With ErrFinished
// the result is how the message was finished.
func (l *Ledger) Commit(ctx context.Context, w journal.Write) (journal.Finished, error) {
	v, err := l.write(w)
	if err != nil {
		return journal.Finished{}, err
	}
	// The client sends a write again when it hears nothing. One that finishes nothing that others know of gets a name
	// of its own, so that it, too, is kept once.
	alone := v.Inbox == "" && v.Moment == ""
	if alone {
		v.Inbox, v.Keep = "own:"+rand.Text(), time.Minute.Milliseconds()
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return journal.Finished{}, fmt.Errorf("encode write: %w", err)
	}
	out, err := commit.run(ctx, l.client, []string{l.keys.head()}, v.args(l.keys.prefix, raw)...).Slice()
	if err != nil {
		return journal.Finished{}, gone("commit", err)
	}
	switch text(out[0]) {
	case "stale":
		return journal.Finished{}, fmt.Errorf("commit: %s: %w", text(out[1]), journal.ErrStale)
	case "finished":
		f, err := finished(out[1], out[2])
		if err != nil || alone {
			return f, err
		}
		return f, journal.ErrFinished
	}
	f, err := finished("", out[1])
	f.Reply = w.Reply
	return f, err
}

func (v writeV1) args(prefix string, raw []byte) []any {
	out := append(make([]any, 0, 4+len(v.effects)), prefix, raw, v.reply, v.entry)
	for _, e := range v.effects {
		out = append(out, e)
	}
	return out
}

func (l *Ledger) write(w journal.Write) (writeV1, error) {
	set, id := "agenda", w.Moment
	if rest, ok := splitWaiting(w.Moment); ok {
		set, id = "waiting", rest
	}
	moment, lease := splitMoment(id)
	if moment == "" && w.Moment != "" {
		return writeV1{}, fmt.Errorf("commit: moment %q is none that was claimed", w.Moment)
	}
	v := writeV1{
		Inbox: w.MessageID, Moment: moment, Set: set, Lease: lease, Keep: keepReplies.Milliseconds(),
		Checks: []string{}, At: []string{}, Indexes: []string{}, Uses: []string{}, Sets: [][4]any{}, Moved: []string{}, Boxes: []string{},
	}
	if moment != "" && set == "waiting" && !w.Again.IsZero() {
		v.Again = dueScore(w.Again)
	}
	reply, err := json.Marshal(w.Reply)
	if err != nil {
		return v, fmt.Errorf("encode reply: %w", err)
	}
	v.reply = string(reply)
	checked := map[journal.Name]bool{}
	for _, c := range w.Checks {
		checked[c.Name] = true
		v.Checks, v.At = append(v.Checks, string(c.Name)), append(v.At, strconv.FormatInt(c.Version, 10))
	}
	for _, e := range w.Effects {
		raw, err := json.Marshal(e)
		if err != nil {
			return v, fmt.Errorf("encode effect: %w", err)
		}
		v.effects = append(v.effects, string(raw))
		v.Boxes = append(v.Boxes, boxOf(e))
	}
	if w.Entry == nil {
		return v, nil
	}
	e := *w.Entry
	e.N = 0
	told := e // what is found is what is read again, not what was meant
	told.Changes = e.Told()
	v.entry, v.Indexes = string(e.Encode()), l.entryIndexes(told)
	v.Group, v.Used = string(e.Group), usedAt(e)
	for _, u := range e.Uses() {
		v.Uses = append(v.Uses, useField(u))
	}
	if e.Undoes != 0 {
		v.Undoes = fmt.Sprint(e.Undoes)
	}
	moved := map[journal.Name]bool{}
	for _, c := range e.Changes {
		if !checked[c.Of] {
			return v, fmt.Errorf("commit: %s changes without having been read", c.Of)
		}
		if !moved[c.Of] {
			moved[c.Of] = true
			v.Moved = append(v.Moved, string(c.Of))
		}
		set := [4]any{string(c.Of), c.Key, false, int64(0)}
		if c.After != nil {
			set[2] = string(c.After)
			if !c.Due.IsZero() {
				set[3] = dueScore(c.Due)
			}
		}
		v.Sets = append(v.Sets, set)
	}
	return v, nil
}

// Head is the number of the newest entry.
func (l *Ledger) Head(ctx context.Context) (int64, error) {
	n, err := l.client.Get(ctx, l.keys.head()).Int64()
	return n, gone("read head", err)
}

// TakeUp claims up to limit messages that were accepted and not finished in time, so that no other process takes
// them for a while. A message that is finished meanwhile is answered by its reply; taking it up twice is harmless.
func (l *Ledger) TakeUp(ctx context.Context, limit int) ([]chat.Message, error) {
	now := l.now()
	raw, err := claim.run(ctx, l.client, []string{l.keys.pending()}, now.UnixMilli(), now.Add(takeUpAfter).UnixMilli(), limit).
		StringSlice()
	if err != nil {
		return nil, gone("claim messages", err)
	}
	var (
		out    []chat.Message
		faults []error
	)
	for i := 0; i+1 < len(raw); i += 2 {
		body, err := l.client.HGet(ctx, l.keys.inbox(raw[i]), "m").Result()
		if err := gone("read message", err); err != nil {
			return out, err
		}
		if body == "" {
			if err := gone("forget message", l.client.ZRem(ctx, l.keys.pending(), raw[i]).Err()); err != nil {
				return out, err
			}
			continue
		}
		var m message
		if err := json.Unmarshal([]byte(body), &m); err != nil {
			faults = append(faults, fmt.Errorf("decode message %s: %w", raw[i], err)) // the others must not wait for it
			continue
		}
		out = append(out, m.message())
	}
	return out, errors.Join(faults...)
}
