package storage

import (
	"context"
	"time"
)

// NextLater is when the next effect goes that was put off; ok is false if none was.
func (o *Outbox) NextLater(ctx context.Context) (at time.Time, ok bool, err error) {
	rows, err := o.client.ZRangeWithScores(ctx, o.keys.later(), 0, 0).Result()
	if err != nil || len(rows) == 0 {
		return time.Time{}, false, gone("read effects that were put off", err)
	}
	return time.UnixMilli(int64(rows[0].Score)).UTC(), true, nil
}
