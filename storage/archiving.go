package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"qunguan/bot/journal"
)

// trim takes entries out of Redis that are archived: the journal's first ones, and what the indexes have of them. Their
// hashes stay.
//
//	KEYS[1] archived  ARGV[1] prefix  ARGV[2] the last entry that was archived before  ARGV[3] the last one that is now
//	ARGV[4] the moment of entry #1  ARGV[5] the latest moment of those archived  ARGV[6] where they are
//	then the names of the indexes that have any of them
//
// Returns 1; 0 if others are archived than was believed; -1 if the newest sealed entry would go, or one that is not sealed.
var trim = newScript(`
local P, to = ARGV[1], tonumber(ARGV[3])
local was = redis.call('HGET', KEYS[1], 'to') or '0'
if was == ARGV[3] then return 1 end
if was ~= ARGV[2] or to < tonumber(was) then return 0 end
if tonumber(redis.call('HGET', P .. 'sealed', 'size') or '0') <= to then return -1 end
redis.call('XTRIM', P .. 'journal', 'MINID', string.format('%.0f-0', to + 1))
for i = 7, #ARGV do redis.call('ZREMRANGEBYSCORE', P .. 'index:' .. ARGV[i], '-inf', ARGV[3]) end
redis.call('HSET', KEYS[1], 'to', ARGV[3], 'first', ARGV[4], 'last', ARGV[5], 'where', ARGV[6])
return 1
`)

// MaxTrim is how many entries one Trim takes: while it runs, Redis does nothing else.
const MaxTrim = 500

// Why a Trim did nothing.
var (
	ErrTrimmed  = errors.New("others are archived than was believed: somebody else is at it")
	ErrUnsealed = errors.New("what is not sealed, and the newest sealed entry, stay in Redis")
)

// Archived tells which entries are archived.
func (t *Tenant) Archived(ctx context.Context) (journal.Archived, error) {
	got, err := t.client.HMGet(ctx, t.keys.archived(), "to", "first", "last", "where").Result()
	if err != nil {
		return journal.Archived{}, gone("read what is archived", err)
	}
	return toArchived(got)
}

// toArchived reads the fields of the key: to, first, last, where.
func toArchived(fields []any) (a journal.Archived, err error) {
	if text(fields[0]) == "" {
		return a, nil
	}
	var errs [3]error
	a.To, errs[0] = strconv.ParseInt(text(fields[0]), 10, 64)
	a.First, errs[1] = time.Parse(time.RFC3339, text(fields[1]))
	a.Last, errs[2] = time.Parse(time.RFC3339, text(fields[2]))
	a.Where = text(fields[3])
	if err = errors.Join(errs[:]...); err != nil {
		return a, fmt.Errorf("read what is archived: %w", err)
	}
	return a, nil
}

// Trim takes entries out of Redis that follow those that were archived before, at most MaxTrim, and returns what is
// archived then. Whoever calls it has read them back from where they are now, and found them to be what was sealed. It may
// be called again with the same arguments.
func (l *Ledger) Trim(ctx context.Context, had journal.Archived, entries []journal.Entry, where string) (journal.Archived, error) {
	if len(entries) == 0 {
		return had, nil
	}
	now := had
	if now.Where = where; had.To == 0 {
		now.First = entries[0].At
	}
	var names []string
	for i, e := range entries {
		if e.N != had.To+int64(i)+1 || i == MaxTrim {
			return had, fmt.Errorf("trim journal: #%d does not follow #%d", e.N, had.To+int64(i))
		}
		if now.To = e.N; e.At.After(now.Last) {
			now.Last = e.At
		}
		names = append(names, l.entryIndexes(e)...)
	}
	slices.Sort(names)
	args := []any{l.keys.prefix, had.To, now.To, now.First.UTC().Format(momentLayout), now.Last.UTC().Format(momentLayout), where}
	for _, name := range slices.Compact(names) {
		args = append(args, name)
	}
	done, err := trim.run(ctx, l.client, []string{l.keys.archived()}, args...).Int64()
	switch {
	case err != nil:
		return had, gone("trim journal", err)
	case done < 0:
		return had, fmt.Errorf("trim journal to #%d: %w", now.To, ErrUnsealed)
	case done == 0:
		return had, fmt.Errorf("trim journal to #%d: %w", now.To, ErrTrimmed)
	}
	return now, nil
}

// momentLayout is how entries write moments.
const momentLayout = "2006-01-02T15:04:05.000Z"
