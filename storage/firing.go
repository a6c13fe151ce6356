package storage

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/canary"
)

// Firings remembers for which moments rhythms have run, so that each runs once however many replicas there are and
// whatever their clocks do. Who runs one holds a lease that ends by the clock of Redis: a replica that dies leaves it to
// the others.
type Firings struct{ *Tenant }

// Firings returns the tenant's record of rhythms.
func (t *Tenant) Firings() Firings { return Firings{t} }

// keepFirings is how many moments of one rhythm are remembered. A clock that is set back finds those that have run.
const keepFirings = 1000

// mostTries is how often one firing is begun: one that takes its process down with it must not do so for ever.
const mostTries = 3

// begin claims one firing of a rhythm.
//
//	KEYS[1] lease  KEYS[2] the moments that have run  KEYS[3] the rhythm
//	ARGV[1] a word of the caller's own  ARGV[2] the moment  ARGV[3] now  ARGV[4] length of the lease, milliseconds
//	ARGV[5] most tries
//
// Returns "mine" if the caller is to run it, "done" if it has been run or is none of the rhythm's, "held" if another one
// is running the rhythm, "lost" if those who began it never came back. Asked again in the same words it says the same:
// the first answer may have been lost on its way.
var begin = newScript(`
local due, now = tonumber(ARGV[2]), tonumber(ARGV[3])
local since = tonumber(redis.call('HGET', KEYS[3], 'since') or '')
if not since or since > now then
  since = now - 60000 -- it begins with its next moment
  redis.call('HSET', KEYS[3], 'since', string.format('%.0f', since))
end
if due <= since or redis.call('ZSCORE', KEYS[2], ARGV[2]) then return 'done' end
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then return 'mine' end
if holder then return 'held' end
local tries = 1
if redis.call('HGET', KEYS[3], 'trying') == ARGV[2] then tries = (tonumber(redis.call('HGET', KEYS[3], 'tries') or '') or 0) + 1 end
if tries > tonumber(ARGV[5]) then
  redis.call('ZADD', KEYS[2], due, ARGV[2])
  redis.call('HDEL', KEYS[3], 'trying', 'tries')
  redis.call('HSET', KEYS[3], 'due', ARGV[2], 'began', ARGV[3], 'took', '0', 'by', '', 'error', 'begun ' .. ARGV[5] .. ' times and never finished')
  redis.call('HINCRBY', KEYS[3], 'failures', 1)
  return 'lost'
end
redis.call('HSET', KEYS[3], 'trying', ARGV[2], 'tries', tries)
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
return 'mine'
`)

// Begin claims the firing of job at due for a word that nobody else has: the name of the replica, a space, something
// random. The claim lasts for lease unless it is renewed.
func (f Firings) Begin(ctx context.Context, job, word string, due time.Time, lease time.Duration) (canary.Claim, error) {
	said, err := begin.run(ctx, f.client, f.of(job), word, due.UnixMilli(), f.now().UnixMilli(), lease.Milliseconds(), mostTries).Text()
	return canary.Claim(said), gone("claim firing", err)
}

func (f Firings) of(job string) []string {
	return []string{f.keys.lease(job), f.keys.firings(job), f.keys.rhythm(job)}
}

// renew makes a lease last.
//
//	KEYS[1] lease  ARGV[1] its holder's word  ARGV[2] length, milliseconds
//
// Returns 1, or 0 if somebody else has it or nobody.
var renew = newScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`)

// Renew makes a claim last for another lease; false means that it is lost.
func (f Firings) Renew(ctx context.Context, job, word string, lease time.Duration) (bool, error) {
	n, err := renew.run(ctx, f.client, []string{f.keys.lease(job)}, word, lease.Milliseconds()).Int64()
	return n == 1, gone("renew claim", err)
}

// release gives a claim back as if it had never been made.
//
//	KEYS as begin's  ARGV[1] its holder's word
var release = newScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HDEL', KEYS[3], 'trying', 'tries')
return 1
`)

// Release gives a claim back: another replica runs the firing.
func (f Firings) Release(ctx context.Context, job, word string) error {
	return gone("release claim", release.run(ctx, f.client, f.of(job), word).Err())
}

// end records a firing that has been run.
//
//	KEYS as begin's  ARGV[1] its holder's word  ARGV[2] the moment  ARGV[3] began  ARGV[4] took, milliseconds
//	ARGV[5] the error, or empty  ARGV[6] by whom  ARGV[7] how many moments to remember
//
// Returns 1, or 0 if the claim was lost: then it is another one's.
var end = newScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  if redis.call('HGET', KEYS[3], 'word') == ARGV[1] then return 1 end
  return 0
end
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[2])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - ARGV[7])
redis.call('HSET', KEYS[3], 'word', ARGV[1], 'due', ARGV[2], 'began', ARGV[3], 'took', ARGV[4], 'error', ARGV[5], 'by', ARGV[6])
if ARGV[5] == '' then
  redis.call('HSET', KEYS[3], 'succeeded', ARGV[3], 'failures', '0')
else
  redis.call('HINCRBY', KEYS[3], 'failures', 1)
end
redis.call('HDEL', KEYS[3], 'trying', 'tries')
redis.call('DEL', KEYS[1])
return 1
`)

// End records that a claimed firing has been run; false means that the claim was lost and nothing was recorded.
func (f Firings) End(ctx context.Context, job, word string, r canary.Run) (bool, error) {
	n, err := end.run(ctx, f.client, f.of(job), word, r.Due.UnixMilli(), r.Began.UnixMilli(), r.Took.Milliseconds(), r.Error, r.By, keepFirings).
		Int64()
	return n == 1, gone("record firing", err)
}

// Kept returns what is kept of rhythms, and whether each has run for the moment that is named with it.
func (f Firings) Kept(ctx context.Context, moments map[string]time.Time) (map[string]canary.Firing, map[string]bool, error) {
	pipe := f.client.Pipeline()
	rows, holders, done := map[string]*redis.MapStringStringCmd{}, map[string]*redis.StringCmd{}, map[string]*redis.FloatCmd{}
	for job, due := range moments {
		rows[job], holders[job] = pipe.HGetAll(ctx, f.keys.rhythm(job)), pipe.Get(ctx, f.keys.lease(job))
		done[job] = pipe.ZScore(ctx, f.keys.firings(job), strconv.FormatInt(due.UnixMilli(), 10))
	}
	if _, err := pipe.Exec(ctx); gone("", err) != nil {
		return nil, nil, gone("read rhythms", err)
	}
	kept, ran := map[string]canary.Firing{}, map[string]bool{}
	for job, due := range moments {
		k, err := firing(rows[job].Val())
		if err != nil {
			return nil, nil, fmt.Errorf("read rhythm %s: %w", job, err)
		}
		k.Holder = replicaOf(holders[job].Val())
		kept[job] = k
		ran[job] = done[job].Err() == nil || k.Since.IsZero() || !due.After(k.Since)
	}
	return kept, ran, nil
}

// replicaOf is the replica that a word of Begin's belongs to.
func replicaOf(word string) string {
	name, _, _ := strings.Cut(word, " ")
	return name
}

func firing(row map[string]string) (canary.Firing, error) {
	var faults error
	number := func(field string) int64 {
		if row[field] == "" {
			return 0
		}
		n, err := strconv.ParseInt(row[field], 10, 64)
		if err != nil && faults == nil {
			faults = err
		}
		return n
	}
	moment := func(field string) time.Time {
		if n := number(field); n != 0 {
			return time.UnixMilli(n).UTC()
		}
		return time.Time{}
	}
	k := canary.Firing{
		Since: moment("since"), Succeeded: moment("succeeded"), Failures: int(number("failures")),
		Last: canary.Run{
			Due: moment("due"), Began: moment("began"), Took: time.Duration(number("took")) * time.Millisecond,
			Error: row["error"], By: row["by"],
		},
	}
	return k, faults
}
