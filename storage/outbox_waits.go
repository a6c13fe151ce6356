package storage

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Waits is how long the first effect in line has waited, by the clock of Redis, which has put it there; zero if none does.
func (o *Outbox) Waits(ctx context.Context) (time.Duration, error) {
	pipe := o.client.Pipeline()
	now, first := pipe.Time(ctx), pipe.XRangeN(ctx, o.keys.outbox(), "-", "+", 1)
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, gone("read outbox", err)
	}
	if len(first.Val()) == 0 {
		return 0, nil
	}
	head, _, _ := strings.Cut(first.Val()[0].ID, "-")
	ms, err := strconv.ParseInt(head, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read outbox: %w", err)
	}
	return max(0, now.Val().Sub(time.UnixMilli(ms))), nil
}
