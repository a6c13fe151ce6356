package storage

import (
	"context"
	"time"
)

// Firings remembers for which moments jobs have run, so that each runs once however many replicas there are.
type Firings struct{ *Tenant }

// Firings returns the tenant's record of jobs.
func (t *Tenant) Firings() Firings { return Firings{t} }

// fire claims one firing of a job.
//
//	KEYS[1] the last moment the job ran for  ARGV[1] this moment
//
// Returns 1 if the caller is to run it, 0 if it has been run, or a later one.
var fire = newScript(`
local last = tonumber(redis.call('GET', KEYS[1]) or '-1')
if last >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
`)

// Fire claims the firing of job at; true means that the caller runs it, and nobody else will.
func (f Firings) Fire(ctx context.Context, job string, at time.Time) (bool, error) {
	n, err := fire.run(ctx, f.client, []string{f.keys.fired(job)}, at.UnixMilli()).Int64()
	return n == 1, gone("claim firing", err)
}

// Last is when the job last ran; the zero time if never.
func (f Firings) Last(ctx context.Context, job string) (time.Time, error) {
	ms, err := f.client.Get(ctx, f.keys.fired(job)).Int64()
	if err != nil || ms == 0 {
		return time.Time{}, gone("read firing", err)
	}
	return time.UnixMilli(ms).UTC(), nil
}
