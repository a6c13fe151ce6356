package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/preference"
)

// Fate is what became of a notification.
type Fate string

// The fates of a notification. One that is put off has another fate later.
const (
	Sent    Fate = "sent"
	Merged  Fate = "merged"  // sent, together with others
	Off     Fate = "off"     // left out: whoever it is for has switched its class off
	Settled Fate = "settled" // left out: what it is about is done
	Late    Fate = "late"    // left out: it says nothing any more
	Quiet   Fate = "quiet"   // put off until somebody's quiet hours end
)

// manners is what is known of those to whom notifications go, and of what these are about, at one moment.
type manners struct {
	now    time.Time
	zone   *time.Location
	states map[journal.Name]journal.State
}

// manners reads what must be known before effects are carried out; nothing where none is a notification. It is asked
// anew each time that an effect comes, however often it was put off.
func (c *Courier) manners(ctx context.Context, effects []chat.Effect) (manners, error) {
	m := manners{now: c.bot.Now(), zone: c.bot.Zone, states: map[journal.Name]journal.State{}}
	var names []journal.Name
	want := func(n journal.Name) {
		if _, known := m.states[n]; !known && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	for _, e := range effects {
		if e.Kind == chat.Send && e.Class != "" && e.To != "" && !e.Urgent {
			want(preference.Of(e.To))
		}
		if of, _, about := aboutRecord(e); about {
			want(of)
		}
	}
	if err := c.learn(ctx, &m, names); err != nil {
		return m, err
	}
	if slices.ContainsFunc(effects, func(e chat.Effect) bool { return e.Class == chat.OfSystem && m.declines(e) }) {
		if err := c.learn(ctx, &m, []journal.Name{access.Of("")}); err != nil {
			return m, err
		}
		names = nil
		for _, u := range m.owners() {
			want(preference.Of(u))
		}
		return m, c.learn(ctx, &m, names)
	}
	return m, nil
}

// learn reads aggregates. One that cannot be read, whatever is wrong with it, must not keep the others' messages: it is
// left unknown, and people hear more rather than less.
func (c *Courier) learn(ctx context.Context, m *manners, names []journal.Name) error {
	if len(names) == 0 {
		return nil
	}
	found, err := c.bot.Ledger.Load(ctx, journal.Want{Names: names})
	if err == nil {
		for n, s := range found.States {
			m.states[n] = s
		}
		return nil
	}
	if errors.Is(err, chat.ErrUnavailable) || ctx.Err() != nil {
		return err
	}
	if len(names) == 1 {
		c.bot.Log.Error("notification: state not read", zap.String("aggregate", string(names[0])), zap.Error(err))
		return nil
	}
	for _, n := range names {
		if err := c.learn(ctx, m, []journal.Name{n}); err != nil {
			return err
		}
	}
	return nil
}

// aboutRecord is the record that an effect is about; ok is false if it is about none.
func aboutRecord(e chat.Effect) (of journal.Name, key string, ok bool) {
	aggregate, key, ok := strings.Cut(e.Matter, "\n")
	return journal.Name(aggregate), key, ok
}

// judge says what is to become of an effect before it is carried out: it is left out, put off until a moment, or, with
// the zero Fate, carried out. What has no class is left alone, but for a matter that is done.
func (m manners) judge(e chat.Effect) (fate Fate, until time.Time) {
	switch {
	case e.Kind != chat.Send || len(e.Parts) > 0 || e.NotBefore.After(m.now):
		return "", time.Time{}
	case m.settled(e):
		return Settled, time.Time{}
	case e.Class == "":
		return "", time.Time{}
	case !e.NotAfter.IsZero() && !m.now.Before(e.NotAfter):
		return Late, time.Time{}
	case e.Urgent || e.To == "":
		return "", time.Time{}
	case m.declines(e) && !m.lastOwner(e):
		return Off, time.Time{}
	}
	if until, quiet := m.prefers(e.To).QuietUntil(m.now, m.zone); quiet {
		return Quiet, until
	}
	return "", time.Time{}
}

// settling is an aggregate that keeps records of what is done.
type settling interface{ Settled(record string) bool }

// settled says whether the record that an effect is about is gone, or done with.
func (m manners) settled(e chat.Effect) bool {
	of, key, about := aboutRecord(e)
	if !about {
		return false
	}
	s, known := m.states[of]
	if !known {
		return false
	}
	keeps, ok := s.Value.(settling)
	return s.Records[key] == nil || ok && keeps.Settled(key)
}

func (m manners) prefers(u chat.User) preference.Book {
	b, _ := m.states[preference.Of(u)].Value.(preference.Book)
	return b
}

func (m manners) declines(e chat.Effect) bool { return !m.prefers(e.To).Wants(e.Class) }

// lastOwner says whether an alert about the bot itself goes to an owner although they have switched those off: nobody
// would hear of it else. The command lets no last owner switch them off, but owners come and go.
func (m manners) lastOwner(e chat.Effect) bool {
	owners := m.owners()
	return e.Class == chat.OfSystem && slices.Contains(owners, e.To) &&
		!slices.ContainsFunc(owners, func(u chat.User) bool { return m.prefers(u).Wants(chat.OfSystem) })
}

func (m manners) owners() []chat.User {
	b, _ := m.states[access.Of("")].Value.(access.Book)
	return b.Owners()
}

// serve carries out the effects for one recipient, in their order.
func (c *Courier) serve(ctx context.Context, m manners, queue []chat.Effect) error {
	var (
		wanted []chat.Effect
		faults []error
	)
	for _, e := range queue {
		fate, until := m.judge(e)
		if fate == "" {
			wanted = append(wanted, e)
			continue
		}
		if err := c.leave(ctx, e, fate, until); err != nil {
			faults = append(faults, err)
		}
	}
	for _, run := range runs(wanted, m.now) {
		if err := c.together(ctx, run); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// leave leaves an effect out, or puts it off.
func (c *Courier) leave(ctx context.Context, e chat.Effect, fate Fate, until time.Time) error {
	var err error
	if fate == Quiet {
		err = c.outbox.Later(ctx, e, until)
	} else {
		err = c.outbox.Done(ctx, e.ID)
	}
	if err != nil {
		return fmt.Errorf("leave notification: %w", err)
	}
	c.bot.Log.Info("notification not sent", zap.String("effect", e.ID), zap.String("class", string(e.Class)),
		zap.String("to", string(e.To)), zap.String("why", string(fate)), zap.Time("until", until))
	c.bot.Noticed(e.Class, fate)
	return nil
}

// told counts what was delivered.
func (c *Courier) told(e chat.Effect) {
	for _, p := range e.Parts {
		c.bot.Noticed(p.Class, Merged)
	}
	if e.Class != "" {
		c.bot.Noticed(e.Class, Sent)
	}
}
