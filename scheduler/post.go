package scheduler

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"qunguan/bot"
)

// Post posts letters to other systems until ctx ends. Each link is worked by itself, so that one that is down, or slow,
// keeps no other waiting.
func (w *Clockwork) Post(ctx context.Context, p *bot.Postman) {
	var wg sync.WaitGroup
	for _, link := range p.Links() {
		wg.Go(func() { w.postTo(ctx, p, link) })
	}
	wg.Wait()
}

func (w *Clockwork) postTo(ctx context.Context, p *bot.Postman, link string) {
	ticker := time.NewTicker(w.interval)
	defer ticker.Stop()
	for {
		err := safely(func() error { _, err := p.Round(ctx, link); return err })
		if err != nil && ctx.Err() == nil {
			w.Log.Error("post", zap.String("link", link), zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
