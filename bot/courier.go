package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/task"
)

// outbox is what the courier needs of storage.
type outbox interface {
	Next(ctx context.Context, limit int64, wait time.Duration) ([]chat.Effect, error)
	Done(ctx context.Context, id string) error
	Later(ctx context.Context, e chat.Effect, at time.Time) error
	GiveUp(ctx context.Context, e chat.Effect, reason string) error
	Revive(ctx context.Context) error
	// Merge makes effects one, of which they are the parts; ok is false if another courier has taken over one of them.
	Merge(ctx context.Context, parts []chat.Effect, into chat.Effect) (merged chat.Effect, ok bool, err error)
	// Split puts the parts of a merged effect off, each for itself.
	Split(ctx context.Context, merged chat.Effect, at time.Time) error
	// Spend counts a message to somebody, unless as many as may went to them in the running minute, which ends at until.
	Spend(ctx context.Context, to string, most int64) (ok bool, until time.Time, err error)
}

// deliverer carries an effect to the platform. An error that has Again says whether and when another attempt makes
// sense; any other error is tried again.
type deliverer interface {
	Deliver(context.Context, chat.Effect) error
}

type again interface {
	Again() (after time.Duration, ok bool)
}

// Courier carries out effects. Safe for concurrent use; every replica runs one.
type Courier struct {
	bot      *Bot
	outbox   outbox
	platform deliverer
}

// Courier returns the courier of this bot.
func (b *Bot) Courier(o outbox, p deliverer) *Courier {
	return &Courier{bot: b, outbox: o, platform: p}
}

// perMinute is how many messages one person gets in a minute; WeCom drops silently what exceeds 30 (wecom.md 4.4), and
// some room is left for answers that do not pass here. Of these, noticesPerMinute may be notifications that can wait for
// the next minute, so that they never take the room of an answer, a step or an alert.
const (
	perMinute        = 25
	noticesPerMinute = 20
)

// Round carries out what waits, for up to wait if nothing does. It returns how many effects it took up. Effects for one
// recipient keep their order; recipients do not wait for each other.
func (c *Courier) Round(ctx context.Context, wait time.Duration) (int, error) {
	if err := c.outbox.Revive(ctx); err != nil {
		return 0, fmt.Errorf("revive effects: %w", err)
	}
	effects, err := c.outbox.Next(ctx, 64, wait)
	if err != nil {
		return 0, fmt.Errorf("read outbox: %w", err)
	}
	m, err := c.manners(ctx, effects)
	if err != nil {
		return 0, fmt.Errorf("read preferences: %w", err)
	}
	byRecipient := map[string][]chat.Effect{}
	for _, e := range effects {
		to := string(e.To) + "\n" + string(e.Group)
		if e.Kind == chat.Send {
			to = string(e.To)
		}
		byRecipient[to] = append(byRecipient[to], e)
	}
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		faults []error
		slots  = make(chan struct{}, 8)
	)
	for _, queue := range byRecipient {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if err := c.serve(ctx, m, queue); err != nil {
				mu.Lock()
				faults = append(faults, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return len(effects), errors.Join(faults...)
}

// carry carries out one effect and says what became of it.
func (c *Courier) carry(ctx context.Context, e chat.Effect) error {
	now := c.bot.Now()
	if e.NotBefore.After(now) {
		return c.outbox.Later(ctx, e, e.NotBefore)
	}
	if e.NotAfter.IsZero() {
		e.NotAfter = now.Add(24 * time.Hour)
	}
	if e.Kind == chat.Send && e.ReplyTo == "" {
		ok, until, err := c.outbox.Spend(ctx, string(e.To), mostOf(e))
		if err != nil {
			return fmt.Errorf("count messages: %w", err)
		}
		if !ok {
			return c.outbox.Later(ctx, e, until)
		}
	}
	return c.attempt(ctx, e, now)
}

// mostOf is how many messages may have gone to somebody in a minute for this one still to go.
func mostOf(e chat.Effect) int64 {
	if e.Class == "" || e.Urgent {
		return perMinute
	}
	return noticesPerMinute
}

// attempt carries out an effect for which there is room, and says what became of it.
func (c *Courier) attempt(ctx context.Context, e chat.Effect, now time.Time) error {
	err := c.do(ctx, e)
	switch {
	case err == nil:
		if err := c.outbox.Done(ctx, e.ID); err != nil {
			return err
		}
		c.told(e)
		return nil
	case ctx.Err() != nil:
		return nil // left in the outbox; another round takes it up
	}
	e.Tries++
	wait, ok := patience(err, e.Tries)
	if next := now.Add(wait); ok && next.Before(e.NotAfter) {
		c.bot.Log.Warn("effect put off", zap.String("effect", e.ID), zap.String("kind", string(e.Kind)),
			zap.Int("tries", e.Tries), zap.Duration("wait", wait), zap.Error(err))
		return c.putOff(ctx, e, next, wait)
	}
	c.bot.Log.Error("effect given up", zap.String("effect", e.ID), zap.String("kind", string(e.Kind)),
		zap.String("to", string(e.To)), zap.Int("tries", e.Tries), zap.Error(err))
	if e.Task != "" {
		if told := c.undelivered(ctx, e, err); told != nil {
			return told
		}
	}
	return c.outbox.GiveUp(ctx, e, err.Error())
}

// undelivered tells whoever asked for a step that its card did not reach the group's owner, and what can be done: else
// they would wait for a day. It may be told twice if this process dies before the effect is given up.
func (c *Courier) undelivered(ctx context.Context, e chat.Effect, cause error) error {
	advice := Advice(cause, c.bot.Education)
	if advice.IsZero() {
		advice = chat.Text{ZH: "请直接找群主，或稍后重新发命令。", EN: "Ask the owner yourself, or send the command again later."}
	}
	return c.bot.amend(ctx, []journal.Name{task.Of(e.Group), directory.OfGroup(e.Group)}, func(call Call) (Outcome, error) {
		t, ok := At[task.Book](call, task.Of(e.Group)).Task(e.Task)
		if !ok || t.By == "" || t.State.Over() {
			return Outcome{}, nil
		}
		text := chat.Text{
			ZH: "“%s”：请群主 %s 操作的步骤卡没有送到，群里不会有变化；机器人里的记录有效。%s",
			EN: "“%s”: the step card did not reach the owner, %s, so nothing changes in the group; the bot's own record stands. %s",
		}.F(chat.Escape(call.Group.Title()), call.Name(t.Owner), advice)
		return Outcome{Effects: []chat.Effect{chat.SendTo(t.By, e.Group, chat.Reply{Text: text})}}, nil
	}, e.Group)
}

// patience is how long to wait before the next attempt; ok is false if there should be none.
func patience(err error, tries int) (wait time.Duration, ok bool) {
	var a again
	if errors.As(err, &a) {
		if after, ok := a.Again(); !ok || after > 0 {
			return after, ok
		}
	}
	return min(time.Second<<min(tries, 10), 10*time.Minute), true
}

func (c *Courier) do(ctx context.Context, e chat.Effect) error {
	switch e.Kind {
	case chat.Send:
		if err := c.platform.Deliver(ctx, e); err != nil {
			return err
		}
		if e.Task == "" {
			return nil
		}
		defer c.bot.queue.enter(string(e.Group))() // not to make the facts of a message stale
		return c.bot.amend(ctx, []journal.Name{task.Of(e.Group)}, func(call Call) (Outcome, error) {
			sent, ok := At[task.Book](call, task.Of(e.Group)).Deliver(e.Group, e.Task)
			if !ok {
				return Outcome{}, nil
			}
			return Outcome{Events: []journal.Event{sent}}, nil
		}, e.Group)
	case chat.ObserveStaff:
		_, err := c.bot.ObserveStaff(ctx, e.Group, maxStaff, 0)
		return err
	case chat.Observe:
		if e.To != "" {
			return c.bot.observePerson(ctx, e.To)
		}
		return c.bot.observeGroup(ctx, e.Group)
	case chat.Mark:
		return c.bot.handled(ctx, e)
	}
	return fmt.Errorf("carry out effect: unknown kind %q", e.Kind)
}
