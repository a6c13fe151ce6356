package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/chat"
)

// merge makes several rows one: the first stands for the effect that they have become, the others are gone. Nothing
// happens unless the courier still holds all of them. Done again, as by a client that has heard nothing, it is done.
//
//	KEYS[1] outbox  KEYS[2] merged  ARGV[1] consumer group  ARGV[2] consumer  ARGV[3] the effect  then the rows
//
// Returns 1, or 0 if another courier holds one of the rows, or it is gone.
var merge = newScript(`
for i = 4, #ARGV do
  local held = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2])
  if held.err or #held == 0 then return 0 end -- an error: Redis has lost everything, the group with it
  if i == 4 and redis.call('HGET', KEYS[2], ARGV[4]) == ARGV[3] then return 1 end
end
redis.call('HSET', KEYS[2], ARGV[4], ARGV[3])
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[4], 'JUSTID')
for i = 5, #ARGV do
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[i])
  redis.call('XDEL', KEYS[1], ARGV[i])
end
return 1
`)

// Merge makes effects that this courier holds one effect, with these as its parts, before it is carried out: whoever
// takes it over then carries out the very same one, under the same id, and all parts are done in one step. ok is false,
// and nothing has changed, if another courier has taken over one of them.
func (o *Outbox) Merge(ctx context.Context, parts []chat.Effect, into chat.Effect) (merged chat.Effect, ok bool, err error) {
	places, sum := make([]place, len(parts)), sha256.New()
	args := []any{couriers, o.name, nil}
	for i, p := range parts {
		places[i] = o.place(p.ID)
		if places[i].merged {
			return chat.Effect{}, false, fmt.Errorf("merge effects: %s is a merged one", p.ID)
		}
		args = append(args, places[i].row)
		_, _ = fmt.Fprintln(sum, p.ID) // a hash takes everything
	}
	into.Parts = parts
	into.ID = parts[0].ID + "+" + hex.EncodeToString(sum.Sum(nil)[:6])
	raw, err := json.Marshal(into)
	if err != nil {
		return chat.Effect{}, false, fmt.Errorf("encode effect: %w", err)
	}
	args[2] = raw
	n, err := merge.run(ctx, o.client, []string{o.keys.outbox(), o.keys.merged()}, args...).Int64()
	if err != nil || n == 0 {
		return chat.Effect{}, false, gone("merge effects", err)
	}
	for i, p := range parts {
		o.release(p.ID, places[i])
	}
	o.hold(into.ID, place{row: places[0].row, merged: true})
	return into, true, nil
}

// Split puts the parts of a merged effect off until at, each for itself again.
func (o *Outbox) Split(ctx context.Context, merged chat.Effect, at time.Time) error {
	return o.put(ctx, merged.ID, at, merged.Parts...)
}

// merged returns what rows that were taken over have become, by row.
func (o *Outbox) merged(ctx context.Context, rows []redis.XMessage) (map[string]string, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	became, err := o.client.HMGet(ctx, o.keys.merged(), ids...).Result()
	if err != nil {
		return nil, gone("read outbox", err)
	}
	out := map[string]string{}
	for i, raw := range became {
		if raw != nil {
			out[ids[i]] = text(raw)
		}
	}
	return out, nil
}
