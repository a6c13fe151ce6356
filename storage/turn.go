package storage

import (
	"context"
	"crypto/rand"
	"time"
)

// turn claims one moment of a job.
//
//	KEYS[1] the last moment that was claimed, a space, who claimed it  ARGV[1] this moment  ARGV[2] who claims it
//
// Returns 1 if the caller is to do it, 0 if it has been claimed, or a later one. Asked again in the same words it says 1
// again: the first answer may have been lost on its way, and the moment with it.
var turn = newScript(`
local mine, kept = ARGV[1] .. ' ' .. ARGV[2], redis.call('GET', KEYS[1])
if kept == mine then return 1 end
if kept and tonumber(string.match(kept, '^%S+')) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], mine)
return 1
`)

// Turn claims a moment of something that is done every few seconds, and of which one that is left out does no harm: true
// means that the caller does it, and nobody else will. It is for what needs no record, no lease and no catching up.
func (t *Tenant) Turn(ctx context.Context, job string, at time.Time) (bool, error) {
	n, err := turn.run(ctx, t.client, []string{t.keys.turn(job)}, at.UnixMilli(), rand.Text()).Int64()
	return n == 1, gone("take turn", err)
}
