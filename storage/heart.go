package storage

import (
	"context"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/canary"
)

// Heart keeps the signs of life of all replicas. They are timed by the clock of Redis, which all share: a replica whose
// clock jumps is not taken for one that was silent. What it returns is translated to the clock of whoever asks.
type Heart struct{ *Tenant }

// Heart returns the tenant's heart.
func (t *Tenant) Heart() Heart { return Heart{t} }

// beat is a sign of life.
//
//	KEYS[1] heartbeat  KEYS[2] silence  KEYS[3] agenda
//	ARGV[1] the replica  ARGV[2] what is a silence, milliseconds  ARGV[3] now by the replica's clock
//
// Returns now by the clock of Redis, and a silence that nobody has told of yet: from, to, due; empty if there is none.
var beat = newScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local newest = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if newest[2] and now - tonumber(newest[2]) > tonumber(ARGV[2]) then
  redis.call('HSETNX', KEYS[2], 'from', newest[2])
  redis.call('HSET', KEYS[2], 'to', string.format('%.0f', now), 'due', redis.call('ZCOUNT', KEYS[3], '-inf', ARGV[3]))
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -101)
local s = redis.call('HMGET', KEYS[2], 'from', 'to', 'due')
return {string.format('%.0f', now), s[1] or '', s[2] or '', s[3] or ''}
`)

// Beat gives a sign of life of a replica. It returns the silence that has just ended, as long as Told has not been called
// for it: nobody had given a sign for longer than after. The zero Silence is none.
func (h Heart) Beat(ctx context.Context, replica string, after time.Duration) (canary.Silence, error) {
	now := h.now()
	out, err := beat.run(ctx, h.client, []string{h.keys.heartbeat(), h.keys.silence(), h.keys.agenda()},
		replica, after.Milliseconds(), now.UnixMilli()).StringSlice()
	if err != nil || len(out) < 4 || out[1] == "" {
		return canary.Silence{}, gone("beat", err)
	}
	var n [4]int64
	for i, s := range out {
		if n[i], err = strconv.ParseInt(s, 10, 64); err != nil {
			return canary.Silence{}, gone("read silence", err)
		}
	}
	ours := func(ms int64) time.Time {
		return now.Add(time.Duration(ms-n[0]) * time.Millisecond).UTC().Truncate(time.Second)
	}
	return canary.Silence{From: ours(n[1]), To: ours(n[2]), Due: n[3], Mark: n[1]}, nil
}

// Told says that the owners have been told of the silence. Telling it again is harmless.
func (h Heart) Told(ctx context.Context) error {
	return gone("forget silence", h.client.Del(ctx, h.keys.silence()).Err())
}

// Newest is how long ago any replica gave a sign of life; ok is false if none ever did.
func (h Heart) Newest(ctx context.Context) (ago time.Duration, ok bool, err error) {
	pipe := h.client.Pipeline()
	now, newest := pipe.Time(ctx), pipe.ZRevRangeWithScores(ctx, h.keys.heartbeat(), 0, 0)
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, false, gone("read heartbeat", err)
	}
	if len(newest.Val()) == 0 {
		return 0, false, nil
	}
	return now.Val().Sub(time.UnixMilli(int64(newest.Val()[0].Score))), true, nil
}

// Time is the clock of Redis.
func (r *Redis) Time(ctx context.Context) (time.Time, error) {
	at, err := r.client.Time(ctx).Result()
	return at, gone("read clock", err)
}

// Probe writes something and reads it back.
func (t *Tenant) Probe(ctx context.Context, word string) error {
	var got *redis.StringCmd
	_, err := t.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, t.keys.probe(), word, time.Minute)
		got = p.Get(ctx, t.keys.probe())
		return nil
	})
	if err != nil {
		return gone("probe", err)
	}
	if got.Val() != word {
		return gone("probe", errProbe)
	}
	return nil
}
