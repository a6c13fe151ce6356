package bot

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// TickTakes is how many due records, or left messages, are claimed at once.
const TickTakes = 100

// Tick handles what has come due: records whose moment has come, and messages that another process accepted and did
// not finish. It returns how many it handled. Several replicas may tick at the same time: each thing takes effect once.
func (b *Bot) Tick(ctx context.Context) (int, error) {
	due, err := b.Ledger.Claim(ctx, TickTakes)
	if err != nil {
		return 0, fmt.Errorf("claim moments: %w", err)
	}
	var faults []error
	for _, d := range due {
		if err := b.come(ctx, d); err != nil {
			faults = append(faults, fmt.Errorf("handle %s %s: %w", d.Of, d.Key, err))
		}
	}
	looks, err := b.lookAtClocks(ctx)
	if err != nil {
		faults = append(faults, err)
	}
	left, err := b.Ledger.TakeUp(ctx, TickTakes)
	if err != nil {
		faults = append(faults, fmt.Errorf("take up messages: %w", err))
	}
	for _, m := range left {
		b.Log.Info("message taken up", zap.String("message", m.ID))
		if _, err := b.handle(ctx, m, gone()); err != nil && !errors.Is(err, chat.ErrLater) {
			faults = append(faults, fmt.Errorf("answer %s: %w", m.ID, err))
		}
	}
	return len(due) + looks + len(left), errors.Join(faults...)
}

// come runs the job of one record whose moment has come.
func (b *Bot) come(ctx context.Context, d journal.Due) error {
	job, ok := b.jobs[d.Of.Kind()]
	if !ok {
		return errors.New("no job for this kind of record")
	}
	g := chat.Group(d.Of.ID())
	if d.Of == access.Of("") {
		g = ""
	}
	names := []journal.Name{d.Of}
	for _, s := range job.Reads {
		names = append(names, s.name(g))
	}
	unlock := b.queue.enter(string(g))
	defer unlock()
	return b.commitOwn(ctx, own{group: g, moment: d.ID, clock: job.Clock}, names, func(c Call) (Outcome, error) { return job.Run(c, d) })
}
