package storage

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/chat"
)

// errProbe says that Redis does not give back what was just written.
var errProbe = errors.New("what was written is not what is read")

// Traces keep when the platform last called and last told of each group. They are written now and then, for many
// callbacks at once, and are no part of the journal.
type Traces struct{ *Tenant }

// Traces returns the tenant's traces.
func (t *Tenant) Traces() Traces { return Traces{t} }

// keepTraces is for how long it is remembered in which hours something came.
const keepTraces = 8 * 24 * time.Hour

// Heard notes that the platform called addresses, and told of groups.
func (t Traces) Heard(ctx context.Context, addresses map[string]time.Time, groups map[chat.Group]time.Time) error {
	if len(addresses)+len(groups) == 0 {
		return nil
	}
	pipe := t.client.Pipeline()
	for address, at := range addresses {
		key := t.keys.heard(address)
		pipe.ZAddGT(ctx, key, redis.Z{Score: float64(at.UnixMilli()), Member: at.Unix() / 3600})
		pipe.ZRemRangeByScore(ctx, key, "-inf", strconv.FormatInt(at.Add(-keepTraces).UnixMilli(), 10))
	}
	for g, at := range groups {
		pipe.ZAdd(ctx, t.keys.read(), redis.Z{Score: float64(at.UnixMilli()), Member: string(g)})
	}
	_, err := pipe.Exec(ctx)
	return gone("note traces", err)
}

// Hours are the hours since 1970 in which the platform called an address, and when it last did.
func (t Traces) Hours(ctx context.Context, address string) (hours []int64, last time.Time, err error) {
	rows, err := t.client.ZRangeWithScores(ctx, t.keys.heard(address), 0, -1).Result()
	if err != nil {
		return nil, time.Time{}, gone("read traces", err)
	}
	for _, r := range rows {
		member, _ := r.Member.(string)
		h, err := strconv.ParseInt(member, 10, 64)
		if err != nil {
			continue // none of ours
		}
		hours, last = append(hours, h), time.UnixMilli(int64(r.Score)).UTC()
	}
	return hours, last, nil
}

// atOnce is how many groups are asked about in one round trip.
const atOnce = 1000

// Oldest is the group among groups that the platform told of longest ago, and when; the zero time if it told of none.
// A group that it never told of since this is noted counts from when it is first asked for.
func (t Traces) Oldest(ctx context.Context, groups []chat.Group) (oldest chat.Group, at time.Time, err error) {
	now := t.now()
	for from := 0; from < len(groups); from += atOnce {
		some := groups[from:min(from+atOnce, len(groups))]
		names := make([]string, len(some))
		for i, g := range some {
			names[i] = string(g)
		}
		pipe := t.client.Pipeline()
		for _, n := range names {
			pipe.ZAddNX(ctx, t.keys.read(), redis.Z{Score: float64(now.UnixMilli()), Member: n})
		}
		scores := pipe.ZMScore(ctx, t.keys.read(), names...)
		if _, err := pipe.Exec(ctx); err != nil {
			return "", time.Time{}, gone("read traces", err)
		}
		for i, ms := range scores.Val() {
			if read := time.UnixMilli(int64(ms)).UTC(); at.IsZero() || read.Before(at) {
				oldest, at = some[i], read
			}
		}
	}
	return oldest, at, nil
}
