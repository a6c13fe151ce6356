package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

// Listened is one batch of messages that was heard.
type Listened struct {
	Source   string
	Messages int
	Strange  int // of groups in which the bot is not at home
	Ahead    int // dated later than now
	Late     int // too old to count
	Settled  int // clocks that closed for good
	Took     time.Duration
}

// maxAhead is how far ahead of the bot's clock a message may be dated. Further ones would make everything else late.
const maxAhead = 5 * time.Minute

// maxHeard is how many messages are kept in one round trip: while they are, nobody else is served.
const maxHeard = 500

// Hear takes in messages that a source has told of, in any order, and how far it has been read. What was heard before
// changes nothing, so whoever gets an error tells all of it again. Nothing of the texts is kept.
func (b *Bot) Hear(ctx context.Context, source string, heard []chat.Heard, cursor chat.Cursor) error {
	began := b.Now()
	l := Listened{Source: source, Messages: len(heard)}
	var told []chat.Heard
	for _, h := range heard {
		switch {
		case h.Group == "" || h.ID == "" || h.At.IsZero():
			l.Strange++
		case h.At.After(began.Add(maxAhead)):
			l.Ahead++
		default:
			told = append(told, h)
		}
	}
	chunks := slices.Collect(slices.Chunk(told, maxHeard))
	if len(chunks) == 0 {
		chunks = append(chunks, nil) // the cursor moves all the same
	}
	for i, chunk := range chunks {
		byGroup := map[chat.Group][]chat.Heard{}
		for _, h := range chunk {
			byGroup[h.Group] = append(byGroup[h.Group], h)
		}
		t := hearing{bot: b, seen: &l, left: slices.Sorted(maps.Keys(byGroup)), told: func(g chat.Group, e *ear) []sla.Message {
			out := make([]sla.Message, len(byGroup[g]))
			for i, h := range byGroup[g] {
				out[i] = b.meaning(source, e, h)
			}
			return out
		}}
		if i == len(chunks)-1 {
			t.cursor = cursor
		}
		if err := t.keep(ctx); err != nil {
			return fmt.Errorf("hear %s: %w", source, err)
		}
	}
	l.Took = b.Now().Sub(began)
	b.Listened(l)
	if l.Ahead > 0 {
		b.Log.Warn("messages from the future", zap.String("source", source), zap.Int("messages", l.Ahead))
	}
	return nil
}

// stickers are the forms in which nothing is said: the words of sources for pictures that stand for a feeling.
var stickers = []string{"emotion", "emoji", "sticker"}

// meaning is what a message means for the clocks of its group.
func (b *Bot) meaning(source string, e *ear, h chat.Heard) sla.Message {
	m := sla.Message{ID: h.ID, By: h.From, At: h.At, Source: source}
	staff := h.Kind == chat.Staff || h.Kind == "" && e.isStaff(h.From, h.Group, h.At)
	switch {
	case h.Recalls != "":
		m.ID, m.What = h.Recalls, sla.Recall
	case h.Robot:
	case staff:
		m.What = sla.ByStaff
	case !slices.Contains(stickers, h.Form) && b.ears.ignores.Ask(h.Text):
		m.What = sla.ByCustomer
	default:
		m.What = sla.Talk
	}
	return m
}

// handled tells the clock of a group that somebody has marked the matter as handled. Telling it twice is right.
func (b *Bot) handled(ctx context.Context, e chat.Effect) error {
	t := hearing{bot: b, seen: &Listened{}, left: []chat.Group{e.Group}, told: func(_ chat.Group, at *ear) []sla.Message {
		return []sla.Message{{ID: "mark/" + e.ID, What: sla.Handled, By: e.To, At: e.At, Source: at.clock.Source}}
	}}
	return t.keep(ctx)
}

// hearing is a batch of messages on its way into the clocks of their groups.
type hearing struct {
	bot    *Bot
	told   func(chat.Group, *ear) []sla.Message
	left   []chat.Group // that are not kept yet
	cursor chat.Cursor
	seen   *Listened
	// settles is how many clocks of a group close for good once it is kept.
	settles map[chat.Group]int
}

// keep takes the messages in: in one round trip where the groups are remembered and nobody else has moved them on.
func (t *hearing) keep(ctx context.Context) error {
	var answered []chat.Group
	for range maxTries {
		ears, err := t.bot.learnGroups(ctx, t.left)
		if err != nil {
			return err
		}
		batch, next := t.take(ears)
		if len(batch.Writes) == 0 && batch.Cursor.Source == "" {
			return t.bot.allAnswered(ctx, answered)
		}
		moved, err := t.bot.Ledger.KeepClocks(ctx, batch)
		if err != nil {
			return fmt.Errorf("keep clocks: %w", err)
		}
		t.left = t.left[:0]
		for _, m := range moved {
			delete(next, m.Group)
			t.left = append(t.left, m.Group)
			if err := t.bot.relearn(m, ears[m.Group]); err != nil {
				return err
			}
		}
		for g, e := range next {
			t.bot.ears.put(g, e)
			t.seen.Late += e.clock.Late - ears[g].clock.Late
			t.seen.Settled += t.settles[g]
			if ears[g].alerted && waits(ears[g].clock) != waits(e.clock) {
				answered = append(answered, g)
			}
		}
		if len(moved) == 0 {
			return t.bot.allAnswered(ctx, answered)
		}
	}
	return fmt.Errorf("keep clocks after %d attempts: %w: %w", maxTries, chat.ErrUnavailable, journal.ErrStale)
}

// take computes what the messages make of the clocks that are left.
func (t *hearing) take(ears map[chat.Group]*ear) (sla.Batch, map[chat.Group]*ear) {
	batch, next := sla.Batch{Cursor: t.cursor}, map[chat.Group]*ear{}
	t.settles = map[chat.Group]int{}
	for _, g := range t.left {
		e := ears[g]
		said := t.told(g, e)
		if !e.known {
			t.bot.ears.put(g, nil) // it may be bound at any time
			t.seen.Strange += len(said)
			continue
		}
		clock, settled := e.clock.Take(e.rules, said...)
		w, ok := sla.NewWrite(g, e.clock, clock, settled)
		if !ok {
			continue
		}
		w.Checks = e.check()
		batch.Writes, next[g] = append(batch.Writes, w), e.with(clock)
		t.settles[g] = len(settled.Samples)
	}
	return batch, next
}

// relearn remembers what a group has moved on to, or forgets it where more than its clock has changed.
func (b *Bot) relearn(m sla.Moved, e *ear) error {
	if m.Stale != "" {
		b.ears.put(m.Group, nil)
		return nil
	}
	clock, err := sla.Unpack(m.Clock)
	if err != nil {
		return fmt.Errorf("read clock of %s: %w", m.Group, err)
	}
	b.ears.put(m.Group, e.with(clock))
	return nil
}

// waits is who waits, as far as an alert is about it.
func waits(c sla.Clock) time.Time {
	w, _ := c.Waiting()
	return w.Opened
}

// allAnswered ends the alerts of groups where whoever they were about waits no more. Where that fails, the alert finds out
// itself when its moment comes.
func (b *Bot) allAnswered(ctx context.Context, groups []chat.Group) error {
	for _, g := range groups {
		d := journal.Due{Of: journal.Named(Answered, string(g)), At: b.Now()}
		if err := b.look(ctx, g, Answered, d, nil); err != nil {
			b.Log.Warn("alert not ended", zap.String("group", string(g)), zap.Error(err))
		}
	}
	return nil
}

// lookAtClocks runs the job of groups whose answer is late, or soon to be. It returns how many there were.
func (b *Bot) lookAtClocks(ctx context.Context) (int, error) {
	if _, ok := b.jobs[Clock]; !ok {
		return 0, nil
	}
	come, err := b.Ledger.ClaimClocks(ctx, batch)
	if err != nil {
		return 0, fmt.Errorf("claim clocks: %w", err)
	}
	var faults []error
	for _, c := range come {
		again := func(call Call) time.Time {
			w, _ := call.Clock(c.Group).Waiting()
			return w.Look(call.Now)
		}
		if err := b.look(ctx, c.Group, Clock, c.Due, again); err != nil {
			faults = append(faults, fmt.Errorf("look at %s: %w", c.Group, err))
		}
	}
	return len(come), errors.Join(faults...)
}

// look runs a job that is about the customers of a group; without such a job, nothing.
func (b *Bot) look(ctx context.Context, g chat.Group, kind string, d journal.Due, again func(Call) time.Time) error {
	job, ok := b.jobs[kind]
	if !ok {
		return nil
	}
	names := []journal.Name{directory.OfGroup(g), duty.Of(g), sla.Of(g)}
	for _, s := range job.Reads {
		names = append(names, s.name(g))
	}
	defer b.queue.enter(string(g))()
	o := own{group: g, moment: d.ID, clock: true, again: again}
	return b.commitOwn(ctx, o, names, func(c Call) (Outcome, error) { return job.Run(c, d) })
}
