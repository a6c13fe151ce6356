package storage

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Firings remembers for which moments jobs have run, so that each runs once however many replicas there are.
type Firings struct{ *Tenant }

// Firings returns the tenant's record of jobs.
func (t *Tenant) Firings() Firings { return Firings{t} }

// fire claims one firing of a job.
//
//	KEYS[1] the last moment the job ran for, a space, who claimed it  ARGV[1] this moment  ARGV[2] who claims it
//
// Returns 1 if the caller is to run it, 0 if it has been run, or a later one. Asked again in the same words it says 1
// again: the first answer may have been lost on its way, and the firing with it.
var fire = newScript(`
local mine, kept = ARGV[1] .. ' ' .. ARGV[2], redis.call('GET', KEYS[1])
if kept == mine then return 1 end
if kept and tonumber(string.match(kept, '^%S+')) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], mine)
return 1
`)

// Fire claims the firing of job at; true means that the caller runs it, and nobody else will.
func (f Firings) Fire(ctx context.Context, job string, at time.Time) (bool, error) {
	n, err := fire.run(ctx, f.client, []string{f.keys.fired(job)}, at.UnixMilli(), rand.Text()).Int64()
	return n == 1, gone("claim firing", err)
}

// Last is when the job last ran; the zero time if never.
func (f Firings) Last(ctx context.Context, job string) (time.Time, error) {
	kept, err := f.client.Get(ctx, f.keys.fired(job)).Result()
	if err != nil {
		return time.Time{}, gone("read firing", err)
	}
	head, _, _ := strings.Cut(kept, " ")
	ms, err := strconv.ParseInt(head, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("read firing of %s: %w", job, err)
	}
	return time.UnixMilli(ms).UTC(), nil
}
