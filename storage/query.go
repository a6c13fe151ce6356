package storage

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"qunguan/bot/journal"
)

// query finds entry numbers by indexes, newest first, and returns the entries.
//
//	KEYS[1] head  ARGV[1] prefix  ARGV[2] below this number, 0: from the newest  ARGV[3] at most this many
//	ARGV[4] only entries older than this time, as written in entries, or empty  then names of indexes, all of which must hold
//
// Returns {1 if there may be more, {what is archived: to, first, last, where}, number, entry, number, entry, …}.
var query = newScript(`
local P, below, limit, older = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local J = P .. 'journal'
local head = tonumber(redis.call('GET', P .. 'head') or '0')
if below == 0 or below > head then below = head + 1 end
local function entry(n)
  local r = redis.call('XRANGE', J, n .. '-0', n .. '-0')
  if r[1] then return r[1][2][2] end
end
if older ~= '' then
  local lo, hi = 1, below
  while lo < hi do
    local mid = math.floor((lo + hi) / 2)
    local e = entry(mid)
    if e and string.match(e, '^{"at":"([^"]+)"') >= older then hi = mid else lo = mid + 1 end
  end
  below = lo
end
local out, more = {0, redis.call('HMGET', P .. 'archived', 'to', 'first', 'last', 'where')}, 0
if #ARGV == 4 then
  if below > 1 then
    for _, r in ipairs(redis.call('XREVRANGE', J, (below - 1) .. '-0', '-', 'COUNT', limit)) do
      below = tonumber(string.match(r[1], '^%d+'))
      out[#out + 1] = below
      out[#out + 1] = r[2][2]
    end
    if #out == 2 + 2 * limit and below > 1 then more = 1 end
  end
else
  local small, card = 5, redis.call('ZCARD', P .. 'index:' .. ARGV[5])
  for i = 6, #ARGV do
    local c = redis.call('ZCARD', P .. 'index:' .. ARGV[i])
    if c < card then small, card = i, c end
  end
  local at, step = below, 200
  while limit > 0 do
    local ns = redis.call('ZREVRANGEBYSCORE', P .. 'index:' .. ARGV[small], '(' .. at, '-inf', 'LIMIT', 0, step)
    if #ns == 0 then break end
    for _, n in ipairs(ns) do
      at = n
      local all = true
      for i = 5, #ARGV do
        if i ~= small and not redis.call('ZSCORE', P .. 'index:' .. ARGV[i], n) then all = false break end
      end
      if all then
        if limit == 0 then more = 1 break end
        local e = entry(n)
        if e then
          out[#out + 1] = tonumber(n)
          out[#out + 1] = e
          limit = limit - 1
        end
      end
    end
    if more == 1 then break end
    if limit == 0 then
      more = redis.call('ZCOUNT', P .. 'index:' .. ARGV[small], '-inf', '(' .. at)
      if more > 0 then more = 1 end
    end
  end
end
out[1] = more
return out
`)

// defaultLimit is how many entries a query without a limit brings.
const defaultLimit = 20

type page struct {
	more     bool
	archived journal.Archived
	rows     []any
}

func toPage(raw []any) (p page, err error) {
	if len(raw) < 2 {
		return p, nil
	}
	p.more, p.rows = raw[0] == int64(1), raw[2:]
	if fields, ok := raw[1].([]any); ok && len(fields) == 4 {
		p.archived, err = toArchived(fields)
	}
	return p, err
}

// entry decodes the entry at a place of the rows.
func (p page) entry(at int) (journal.Entry, error) {
	n, err := strconv.ParseInt(text(p.rows[at]), 10, 64)
	if err != nil {
		return journal.Entry{}, fmt.Errorf("read journal: number: %w", err)
	}
	e, err := journal.DecodeEntry(n, []byte(text(p.rows[at+1])))
	if err != nil {
		return journal.Entry{}, fmt.Errorf("read journal: %w", err)
	}
	return e, nil
}

// maxPage bounds what one call of the script brings: while it runs, Redis does nothing else.
const maxPage = 500

func limitOf(q journal.Query) int {
	if q.Limit <= 0 {
		return defaultLimit
	}
	return q.Limit
}

// queryArgs are the arguments of the script for a page of a query.
func (l *Ledger) queryArgs(q journal.Query, page int) []any {
	below, older := q.Before, ""
	if q.N != 0 {
		below, page = max(q.N+1, 1), 1
	}
	if !q.Until.IsZero() {
		older = q.Until.Add(clockSkew).UTC().Format(momentLayout)
	}
	args := []any{l.keys.prefix, below, min(page, maxPage), older}
	for _, name := range l.indexes(q) {
		args = append(args, name)
	}
	return args
}

// entries filters the first page of a query and fetches more pages while the query is not satisfied. It looks for one
// entry more than was asked for, to tell truly whether there is one. It tells what is archived as of the last page.
func (l *Ledger) entries(ctx context.Context, q journal.Query, p page) ([]journal.Entry, bool, journal.Archived, error) {
	limit := limitOf(q)
	var out []journal.Entry
	for len(p.rows) > 1 {
		last, err := p.entry(len(p.rows) - 2)
		if err != nil {
			return nil, false, p.archived, err
		}
		q.Before = last.N
		ends := !p.more || q.N != 0 || past(q, last)
		var next <-chan answer
		if !ends && len(p.rows)/2 <= limit-len(out) {
			next = l.next(ctx, q) // needed whatever this page holds: it comes while this one is read
		}
		for i := 0; i+1 < len(p.rows); i += 2 {
			e, err := p.entry(i)
			switch {
			case err != nil:
				return nil, false, p.archived, err
			case past(q, e):
				return out, false, p.archived, nil
			case !q.Matches(e):
			case len(out) == limit:
				return out, true, p.archived, nil
			default:
				out = append(out, e)
			}
		}
		if ends {
			break
		}
		if next == nil {
			next = l.next(ctx, q)
		}
		a := <-next
		if a.err != nil {
			return nil, false, p.archived, a.err
		}
		p = a.page
	}
	return out, false, p.archived, nil
}

// past says whether neither e nor any entry before it can be one that q asks for.
func past(q journal.Query, e journal.Entry) bool {
	return !q.Since.IsZero() && e.At.Before(q.Since.Add(-clockSkew))
}

// answer is a page that was asked for, or why it did not come.
type answer struct {
	page page
	err  error
}

// next asks for the page of q below q.Before.
func (l *Ledger) next(ctx context.Context, q journal.Query) <-chan answer {
	out := make(chan answer, 1) // nobody may be waiting any more
	go func() {
		raw, err := query.run(ctx, l.client, []string{l.keys.head()}, l.queryArgs(q, maxPage)...).Slice()
		p, fault := toPage(raw)
		out <- answer{p, errors.Join(gone("read journal", err), fault)}
	}()
	return out
}

// clockSkew is how far the clocks of replicas may be apart: within it, numbers and times can disagree in order.
const clockSkew = time.Minute

// Each calls visit for every entry that q selects, oldest first, without holding more than a page in memory; those that
// are archived, too. Before and Limit of q are not looked at.
func (l *Ledger) Each(ctx context.Context, q journal.Query, visit func(journal.Entry) error) error {
	for row, err := range l.reading(l.sealedOnly(ctx)).rows(ctx, 0, maxPage) {
		if err != nil {
			return err
		}
		e, err := decodeRow(row)
		if err != nil {
			return err
		}
		if !q.Until.IsZero() && e.At.After(q.Until.Add(clockSkew)) {
			return nil
		}
		if !q.Matches(e) {
			continue
		}
		if q.Undoable {
			stands, err := l.standing(ctx, []journal.Entry{e})
			if err != nil {
				return err
			}
			if len(stands) == 0 {
				continue
			}
		}
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

// standing leaves out the entries that were taken back. An entry alone cannot tell; the index can.
func (l *Ledger) standing(ctx context.Context, in []journal.Entry) ([]journal.Entry, error) {
	if len(in) == 0 {
		return nil, nil
	}
	members := make([]string, len(in))
	for i, e := range in {
		members[i] = strconv.FormatInt(e.N, 10)
	}
	scores, err := l.client.ZMScore(ctx, l.keys.index("undoable", "all"), members...).Result()
	if err != nil {
		return nil, gone("read journal", err)
	}
	var out []journal.Entry
	for i, e := range in {
		if scores[i] != 0 {
			out = append(out, e)
		}
	}
	return out, nil
}

func decodeRow(r journal.Row) (journal.Entry, error) {
	e, err := journal.DecodeEntry(r.N, r.Stored)
	if err != nil {
		return journal.Entry{}, fmt.Errorf("read journal: %w", err)
	}
	return e, nil
}
