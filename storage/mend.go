package storage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// newest are functions of scripts: the number of the newest entry, as text; and with it, after a space, that of the last
// one that is archived.
const newest = `
local function newest(P)
  local last = redis.call('XREVRANGE', P .. 'journal', '+', '-', 'COUNT', 1)[1]
  return last and string.match(last[1], '^%d+') or '0'
end
local function stands(P) return newest(P) .. ' ' .. (redis.call('HGET', P .. 'archived', 'to') or '0') end
`

// look reads fields of one view, if the journal has not moved on.
//
//	KEYS[1] head, for its slot  ARGV[1] prefix  ARGV[2] how the journal stands, as is known  ARGV[3] key
//	ARGV[4] its type: hash or zset  then fields
//
// Returns {} if the journal has moved on, else {1 if the key is of another type, value or false, …}.
var look = newScript(newest + `
local P, key = ARGV[1], ARGV[1] .. ARGV[3]
if stands(P) ~= ARGV[2] then return {} end
local kind = redis.call('TYPE', key)['ok']
local out = {0}
if kind ~= ARGV[4] and kind ~= 'none' then out[1] = 1 end
for i = 5, #ARGV do
  if out[1] == 1 then out[#out + 1] = false
  elseif ARGV[4] == 'hash' then out[#out + 1] = redis.call('HGET', key, ARGV[i])
  else out[#out + 1] = redis.call('ZSCORE', key, ARGV[i]) end
end
return out
`)

// mend puts fields of one view right, if the journal has not moved on and they are still as they were seen. A key of
// another type is dropped first.
//
//	KEYS[1] head, for its slot  ARGV[1] prefix  ARGV[2] how the journal stands, as is known  ARGV[3] key
//	ARGV[4] its type: hash or zset  ARGV[5] how many aggregates get another version  then those aggregates
//	then triples: field, what was seen, what should be: "=" and the value, or "-" for nothing
//
// Returns 1, or 0 if nothing was done.
var mend = newScript(newest + move + `
local P, key = ARGV[1], ARGV[1] .. ARGV[3]
if stands(P) ~= ARGV[2] then return 0 end
local kind = redis.call('TYPE', key)['ok']
if kind ~= ARGV[4] and kind ~= 'none' then redis.call('DEL', key) end
local get, set, del = 'HGET', 'HSET', 'HDEL'
if ARGV[4] == 'zset' then get, set, del = 'ZSCORE', 'ZADD', 'ZREM' end
local names = {}
for i = 6, 5 + ARGV[5] do names[#names + 1] = ARGV[i] end
local from = 6 + ARGV[5]
for i = from, #ARGV, 3 do
  local is = redis.call(get, key, ARGV[i])
  if is then is = '=' .. is else is = '-' end
  if is ~= ARGV[i + 1] then return 0 end
end
for i = from, #ARGV, 3 do
  local field, value = ARGV[i], string.sub(ARGV[i + 2], 2)
  if ARGV[i + 2] == '-' then redis.call(del, key, field)
  elseif ARGV[4] == 'zset' then redis.call(set, key, value, field)
  else redis.call(set, key, field, value) end
end
move(P .. 'versions', names, {})
return 1
`)

// mendHead compares the number of the newest entry with the journal and, if asked to, puts right one that is too small
// or none. One that is too large says that entries are missing.
//
//	KEYS[1] head  ARGV[1] prefix  ARGV[2] 1 to put it right
//
// Returns {what stands, what should, 1 if it is too large}.
var mendHead = newScript(newest + `
local should, stands = newest(ARGV[1]), redis.pcall('GET', KEYS[1])
if type(stands) == 'table' then stands = 'another type of key' end
stands = stands or '0'
local n = tonumber(stands)
if n and n > tonumber(should) then return {stands, should, 1} end
if ARGV[2] == '1' and stands ~= should then redis.call('SET', KEYS[1], should) end
return {stands, should, 0}
`)

// maxMend bounds how many fields one script looks at or mends.
const maxMend = 500

func (b *rebuild) head(ctx context.Context) error {
	raw, err := mendHead.run(ctx, b.client, []string{b.keys.head()}, b.keys.prefix, truth(b.Repair)).Slice()
	if err != nil {
		return gone("read head", err)
	}
	stands, should := text(raw[0]), text(raw[1])
	switch {
	case raw[2] == int64(1):
		b.report(Difference{View: "head", Stands: stands, Should: should + ", unless entries of the journal are missing behind it"})
		return ErrJournal
	case stands != should:
		b.report(Difference{View: "head", Stands: stands, Should: should})
	}
	return nil
}

func truth(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// finding is a field that is wrong for certain.
type finding struct {
	field          string
	stands, should string // "=" and the value, or "-"
}

// settle looks at what seemed wrong about a key, at one entry of the journal, tells what is wrong and mends it.
func (b *rebuild) settle(ctx context.Context, k viewKey, s suspect) error {
	if len(s.fields) == 0 && !s.kind {
		return nil
	}
	slices.SortFunc(s.fields, func(x, y string) int {
		if k.view == "index" { // as numbers go
			return cmp.Or(len(x)-len(y), strings.Compare(x, y))
		}
		return strings.Compare(x, y)
	})
	var all []finding
	rest := s.fields
	for first := true; first || len(rest) > 0; first = false {
		chunk := rest[:min(maxMend, len(rest))]
		rest = rest[len(chunk):]
		found, other, err := b.certain(ctx, k, chunk, func(found []finding) []any {
			args := []any{0}
			if name := k.moved(); name != "" {
				args = []any{1, string(name)}
			}
			for _, f := range found {
				args = append(args, f.field, f.stands, f.should)
			}
			return args
		})
		if err != nil {
			return err
		}
		if other {
			b.report(Difference{View: k.view, Of: k.of, Stands: "another type of key", Should: "a " + k.kind()})
		}
		all = append(all, found...)
	}
	b.tell(k, all)
	return nil
}

// maxLooks is how often one place is looked at while the journal moves on.
const maxLooks = 200

// certain tells which of the fields are wrong, and whether the key is of another type, as of the newest entry; if
// asked to repair, they are right when it returns.
func (b *rebuild) certain(ctx context.Context, k viewKey, fields []string, args func([]finding) []any) ([]finding, bool, error) {
	slot := []string{b.keys.head()}
	for range maxLooks {
		if err := b.foldAll(ctx, b.views, nil); err != nil {
			return nil, false, err
		}
		if len(b.views.faults) > 0 {
			return nil, false, ErrJournal
		}
		at := fmt.Sprintf("%d %d", b.views.last, b.views.reading.archived)
		ask := []any{b.keys.prefix, at, k.key(), k.kind()}
		for _, f := range fields {
			ask = append(ask, f)
		}
		raw, err := look.run(ctx, b.client, slot, ask...).Slice()
		if err != nil {
			return nil, false, gone("look at "+k.key(), err)
		}
		if len(raw) == 0 {
			continue
		}
		other := raw[0] == int64(1)
		found := b.wrong(k, fields, raw[1:])
		if !b.Repair || len(found) == 0 && !other {
			return found, other, nil
		}
		done, err := mend.run(ctx, b.client, slot, append([]any{b.keys.prefix, at, k.key(), k.kind()}, args(found)...)...).Int64()
		if err != nil {
			return nil, false, gone("mend "+k.key(), err)
		}
		if done == 1 {
			return found, other, nil
		}
	}
	return nil, false, fmt.Errorf("look at %s: %w", k.key(), ErrBusy)
}

// wrong are the fields that are not what they should be, given what stands.
func (b *rebuild) wrong(k viewKey, fields []string, stands []any) []finding {
	var out []finding
	for i, field := range fields {
		is, there := stands[i].(string)
		should, ok := b.should(k, field)
		switch {
		case k.view == "versions":
			if n, err := strconv.ParseInt(is, 10, 64); err == nil && n > 0 {
				continue
			}
		case there == ok && (!ok || b.same(k, is, should)):
			continue
		}
		out = append(out, finding{field, marked(is, there), marked(should, ok)})
	}
	return out
}

func (b *rebuild) should(k viewKey, field string) (string, bool) {
	if k.view == "versions" {
		return "a version", true
	}
	return b.views.should(k, field)
}

func marked(v string, there bool) string {
	if !there {
		return "-"
	}
	return "=" + v
}

// versions looks whether every aggregate that an entry has changed has a version. Versions are no numbers of the
// journal, so more cannot be told; one of an aggregate that no entry knows does no harm, and must not go back.
func (b *rebuild) versions(ctx context.Context) error {
	k := viewKey{view: "versions"}
	names := make([]string, 0, len(b.views.moved))
	for n := range b.views.moved {
		names = append(names, string(n))
	}
	slices.Sort(names)
	for chunk := range slices.Chunk(names, maxMend) {
		found, other, err := b.certain(ctx, k, chunk, func(found []finding) []any {
			args := []any{len(found)}
			for _, f := range found {
				args = append(args, f.field)
			}
			return args
		})
		if err != nil {
			return err
		}
		if other {
			b.report(Difference{View: "versions", Stands: "another type of key", Should: "a hash"})
		}
		for _, f := range found {
			b.report(Difference{View: "version", Of: f.field, Stands: unmarked(f.stands), Should: "a number above 0"})
		}
	}
	return nil
}

func unmarked(v string) string {
	if v == "-" {
		return "nothing"
	}
	return v[1:]
}
