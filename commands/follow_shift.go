package commands

import (
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// followShifts keeps the life of shifts in step with the rosters, whoever changes them, and tells those concerned what has
// come: by the clock, by a check-in, by a backup who took over.
func followShifts(c bot.Call, events []journal.Event, out bot.Consequence) bot.Consequence {
	for _, g := range whereShifts(events) {
		names := []journal.Name{duty.Of(g), duty.OfLife(g), directory.OfGroup(g), access.Of(g), access.Of("")}
		if need := notLoaded(c, names...); len(need) > 0 {
			out.Need = append(out.Need, need...)
			continue
		}
		n := newShiftNews(c, g)
		if slices.ContainsFunc(events, func(e journal.Event) bool { return slices.ContainsFunc(e.Changes, movesCursor(g)) }) {
			out = n.round(out)
		} else {
			out = n.cursor(events, out)
		}
		for _, e := range events {
			for _, ch := range e.Changes {
				out.Effects = append(out.Effects, n.changed(ch)...)
			}
			if e.Kind == duty.Handed && c.Actor.ID != "" {
				out = n.handedBy(e, out)
			}
		}
	}
	return out
}

// movesCursor says whether a change moves the cursor of a group's shifts.
func movesCursor(g chat.Group) func(journal.Change) bool {
	return func(ch journal.Change) bool { return ch.Of == duty.OfLife(g) && ch.Key == duty.CursorKey }
}

// whereShifts are the groups in which events have changed who is on duty when, or what has become of it.
func whereShifts(events []journal.Event) []chat.Group {
	var out []chat.Group
	for _, e := range events {
		for _, ch := range e.Changes {
			about := ch.Of.Kind() == "shift" || ch.Of.Kind() == "duty" && duty.Decides(ch.Key)
			if g := chat.Group(ch.Of.ID()); about && !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return out
}

// shiftNews is what people are told about the shifts of one group.
type shiftNews struct {
	c      bot.Call
	g      chat.Group
	group  directory.Group
	roster duty.Roster
	lives  duty.Lives
	now    time.Time // in the roster's zone
}

func newShiftNews(c bot.Call, g chat.Group) shiftNews {
	return shiftNews{
		c: c, g: g, group: bot.At[directory.Group](c, directory.OfGroup(g)), roster: bot.At[duty.Roster](c, duty.Of(g)),
		lives: bot.At[duty.Lives](c, duty.OfLife(g)), now: c.Now.In(c.Zone),
	}
}

// cursor moves the cursor after a change of the roster or of a life.
func (n shiftNews) cursor(events []journal.Event, out bot.Consequence) bot.Consequence {
	then, err := n.c.After(events)
	if err != nil {
		return out // it cannot be committed either
	}
	next, ok := bot.At[duty.Lives](then, duty.OfLife(n.g)).Follow(bot.At[duty.Roster](then, duty.Of(n.g)), n.now, n.c.Duty)
	if !ok {
		return out
	}
	out.Events = append(out.Events, journal.Event{Kind: duty.Followed, Group: n.g, Changes: []journal.Change{n.lives.Set(n.g, next)}})
	return out
}

// round tells those concerned what the clock has brought. It is worked out again from the facts of which it was.
func (n shiftNews) round(out bot.Consequence) bot.Consequence {
	if n.group.Gone {
		return out // nothing has come there
	}
	r, ok := n.lives.Come(n.g, n.roster, n.now, n.c.Duty)
	if !ok {
		return out
	}
	if len(r.Handed)+len(r.Closing)+len(r.Unconfirmed) > 0 {
		if need := n.openReads(); len(need) > 0 {
			out.Need = append(out.Need, need...)
			return out
		}
	}
	for _, e := range r.Ended {
		out.Effects = append(out.Effects, n.relieved(e))
	}
	for _, h := range r.Handed {
		out.Effects = append(out.Effects, n.handed(h))
	}
	for _, l := range r.Begun {
		out.Effects = append(out.Effects, n.begun(l))
	}
	for _, l := range r.Late {
		if !l.TakenOver {
			out.Effects = append(out.Effects, n.missed(l.Life)...)
		}
	}
	for _, h := range r.Closing {
		out.Effects = append(out.Effects, n.closing(h))
	}
	for _, l := range r.Unconfirmed {
		out.Effects = append(out.Effects, n.unconfirmed(l)...)
	}
	for _, m := range r.Reminders {
		out.Effects = append(out.Effects, n.reminder(m))
	}
	return out
}

// handedBy gives whoever follows what somebody has handed over themselves.
func (n shiftNews) handedBy(e journal.Event, out bot.Consequence) bot.Consequence {
	if need := n.openReads(); len(need) > 0 {
		out.Need = append(out.Need, need...)
		return out
	}
	for _, ch := range e.Changes {
		if l, err := journal.Decode[duty.Life](ch.After); ch.Of == duty.OfLife(n.g) && strings.HasPrefix(ch.Key, "life/") && err == nil && !l.Handed.IsZero() {
			next, _ := n.roster.Follows(l.End.In(n.c.Zone))
			out.Effects = append(out.Effects, n.handed(duty.Handover{Life: l, Next: next, When: n.now}))
		}
	}
	return out
}

// changed tells that a backup took over, or gave back what they had taken over.
func (n shiftNews) changed(ch journal.Change) []chat.Effect {
	if ch.Of != duty.Of(n.g) || !strings.HasPrefix(ch.Key, "change/") {
		return nil
	}
	before, errBefore := journal.Decode[duty.Change](ch.Before)
	after, errAfter := journal.Decode[duty.Change](ch.After)
	switch {
	case ch.Before == nil && errAfter == nil && after.Kind == duty.Takeover:
		return n.takenOver(after)
	case ch.Before != nil && errBefore == nil && before.Kind == duty.Takeover && n.now.Before(before.Until):
		return n.givenBack(before)
	}
	return nil
}

// takeovers says whether changes of a roster are about nothing but backups who took over.
func takeovers(changes []journal.Change) bool {
	return !slices.ContainsFunc(changes, func(ch journal.Change) bool {
		raw := ch.After
		if raw == nil {
			raw = ch.Before
		}
		o, err := journal.Decode[duty.Change](raw)
		return err != nil || o.Kind != duty.Takeover
	})
}

// managers are whoever answers for duty in the group: its live seniors, else the owners; without some.
func (n shiftNews) managers(but ...chat.User) []chat.User {
	f := factsAbout(n.c, n.group)
	var out []chat.User
	for _, u := range f.Admins(n.g, n.now) {
		if f.LevelOf(u, n.g, n.now) == access.Senior {
			out = append(out, u)
		}
	}
	if len(out) == 0 {
		out = f.Company.Owners()
	}
	return slices.DeleteFunc(slices.Clone(out), func(u chat.User) bool { return u == n.c.Actor.ID || slices.Contains(but, u) })
}

// send tells one person something about their duty, as long as it makes sense.
func (n shiftNews) send(to chat.User, r chat.Reply, until time.Time) chat.Effect {
	e := chat.SendTo(to, n.g, r)
	e.Class, e.NotAfter = chat.OfDuty, until.UTC()
	return e
}
