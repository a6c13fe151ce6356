package storage

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/journal"
)

// claim takes members of a sorted set whose time has come and gives them a later time: their lease.
//
//	KEYS[1] the set  ARGV[1] now  ARGV[2] end of the lease  ARGV[3] at most this many
//
// Returns member, the time it was due, member, ….
var claim = newScript(`
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[3])
for i = 1, #due, 2 do redis.call('ZADD', KEYS[1], ARGV[2], due[i]) end
return due
`)

// momentLease is how long a claimed moment is left to its worker.
const momentLease = 30 * time.Second

// dueScore is a moment as the agenda keeps it: never before the moment itself.
func dueScore(at time.Time) int64 { return at.Add(time.Millisecond - 1).UnixMilli() }

// Claim takes up to limit records whose moment has come. Who does not finish one within the lease leaves it to the
// next. The cost grows with what is due, not with what exists.
func (l *Ledger) Claim(ctx context.Context, limit int) ([]journal.Due, error) {
	now := l.now()
	lease := now.Add(momentLease).UnixMilli()
	raw, err := claim.run(ctx, l.client, []string{l.keys.agenda()}, now.UnixMilli(), lease, limit).StringSlice()
	if err != nil {
		return nil, gone("claim moments", err)
	}
	out := make([]journal.Due, 0, len(raw)/2)
	for i := 0; i+1 < len(raw); i += 2 {
		of, key, _ := strings.Cut(raw[i], "\n")
		at, err := strconv.ParseFloat(raw[i+1], 64)
		if err != nil {
			return out, fmt.Errorf("claim moments: score: %w", err)
		}
		out = append(out, journal.Due{
			ID: fmt.Sprintf("%d\n%s", lease, raw[i]), Of: journal.Name(of), Key: key, At: time.UnixMilli(int64(at)).UTC(),
		})
	}
	return out, nil
}

// splitMoment takes apart what Claim made: the member of the agenda and its lease.
func splitMoment(id string) (member string, lease int64) {
	head, member, ok := strings.Cut(id, "\n")
	if !ok {
		return "", 0
	}
	lease, err := strconv.ParseInt(head, 10, 64)
	if err != nil {
		return "", 0
	}
	return member, lease
}

// NextDue is when the next moment comes, of the agenda or of a customer who waits; ok is false if there is none.
func (l *Ledger) NextDue(ctx context.Context) (at time.Time, ok bool, err error) {
	pipe := l.client.Pipeline()
	sets := []*redis.ZSliceCmd{pipe.ZRangeWithScores(ctx, l.keys.agenda(), 0, 0), pipe.ZRangeWithScores(ctx, l.keys.waiting(), 0, 0)}
	if _, err := pipe.Exec(ctx); err != nil {
		return time.Time{}, false, gone("read agenda", err)
	}
	for _, s := range sets {
		for _, row := range s.Val() {
			if due := time.UnixMilli(int64(row.Score)).UTC(); !ok || due.Before(at) {
				at, ok = due, true
			}
		}
	}
	return at, ok, nil
}

// Overdue counts the records whose moment has come and that nobody has taken up, and tells the oldest of their moments;
// the zero time if there is none.
func (t *Tenant) Overdue(ctx context.Context) (n int64, oldest time.Time, err error) {
	pipe := t.client.Pipeline()
	now := strconv.FormatInt(t.now().UnixMilli(), 10)
	count, first := pipe.ZCount(ctx, t.keys.agenda(), "-inf", now), pipe.ZRangeWithScores(ctx, t.keys.agenda(), 0, 0)
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, time.Time{}, gone("read agenda", err)
	}
	if n = count.Val(); n > 0 && len(first.Val()) > 0 {
		oldest = time.UnixMilli(int64(first.Val()[0].Score)).UTC()
	}
	return n, oldest, nil
}
