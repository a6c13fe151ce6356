package storage

import (
	"context"
	"time"
)

// spend counts a message to one recipient, unless as many went to them in the running minute as may. The minute is that
// of the clock of whoever asks; clocks of several processes may differ a little.
//
//	KEYS[1] counter  ARGV[1] now, ARGV[2] the length of a minute, both in milliseconds  ARGV[3] how many may go
//
// Returns {1 if it was counted, else 0, when the minute ends}.
var spend = newScript(`
local now, minute = tonumber(ARGV[1]), tonumber(ARGV[2])
local from, n = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):(%d+)$')
from, n = tonumber(from), tonumber(n)
if not from or now >= from + minute or now + minute < from then from, n = now, 0 end
if n >= tonumber(ARGV[3]) then return {0, from + minute} end
redis.call('SET', KEYS[1], string.format('%.0f:%d', from, n + 1), 'PX', minute)
return {1, from + minute}
`)

// Spend counts a message to one recipient, across replicas. ok is false, and nothing is counted, if most went to them in
// the running minute already; until is when that ends.
func (o *Outbox) Spend(ctx context.Context, to string, most int64) (ok bool, until time.Time, err error) {
	got, err := spend.run(ctx, o.client, []string{o.keys.rate(to)}, o.now().UnixMilli(), time.Minute.Milliseconds(), most).Int64Slice()
	if err != nil {
		return false, time.Time{}, gone("count messages", err)
	}
	return got[0] == 1, time.UnixMilli(got[1]), nil
}
