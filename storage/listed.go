package storage

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// The bounds of a list of messages: whoever looks through them does so within a week.
const (
	mostListed  = 1000
	listedFor   = 7 * 24 * time.Hour
	listedParts = "\n"
)

// List keeps messages that somebody may want to look at, in one round trip. One that is listed twice stands there once;
// of a group, the newest stay.
func (l *Ledger) List(ctx context.Context, messages []journal.Listed) error {
	if len(messages) == 0 {
		return nil
	}
	by := map[chat.Group][]redis.Z{}
	for _, m := range messages {
		by[m.Group] = append(by[m.Group], redis.Z{
			Score: float64(m.At.UnixMilli()), Member: strings.Join([]string{m.ID, string(m.Who), m.Form}, listedParts),
		})
	}
	old := strconv.FormatInt(l.now().Add(-listedFor).UnixMilli(), 10)
	pipe := l.client.Pipeline()
	for g, z := range by {
		key := l.keys.listed(g)
		pipe.ZAdd(ctx, key, z...)
		pipe.ZRemRangeByScore(ctx, key, "-inf", old)
		pipe.ZRemRangeByRank(ctx, key, 0, -mostListed-1)
		pipe.Expire(ctx, key, listedFor)
	}
	_, err := pipe.Exec(ctx)
	return gone("list messages", err)
}

// toListed reads what List kept.
func toListed(g chat.Group, rows []redis.Z) []journal.Listed {
	out := make([]journal.Listed, 0, len(rows))
	for _, z := range rows {
		m, _ := z.Member.(string)
		parts := strings.SplitN(m, listedParts, 3)
		if len(parts) < 3 {
			continue
		}
		out = append(out, journal.Listed{
			Group: g, ID: parts[0], Who: chat.User(parts[1]), Form: parts[2], At: time.UnixMilli(int64(z.Score)).UTC(),
		})
	}
	return out
}
