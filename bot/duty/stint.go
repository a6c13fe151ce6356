package duty

import (
	"slices"
	"strconv"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Stint is a turn by whose it is. What a backup has taken over still belongs to whoever it was taken over from: they are
// waited for, and it is given back to them.
type Stint struct {
	Start, End  time.Time // End is exclusive
	Who, Backup chat.User
}

// longestShift is more than any shift lasts, on a day with a change of the clocks too.
const longestShift = 26 * time.Hour

// Stints returns the stints that touch the time from from until until, by their beginning, whole. The location of from
// is the roster's zone.
func (r Roster) Stints(from, until time.Time) []Stint {
	var out []Stint
	var begins time.Time
	for _, t := range r.Between(from.Add(-longestShift), until.Add(longestShift)) {
		who := r.Whose(t)
		if last := len(out) - 1; last >= 0 && out[last].Who == who && out[last].End.Equal(t.Start) && begins.Equal(t.Begins) {
			out[last].End = t.End
			continue
		}
		begins = t.Begins
		out = append(out, Stint{Start: t.Start, End: t.End, Who: who, Backup: t.Backup})
	}
	return slices.DeleteFunc(out, func(s Stint) bool { return !overlaps(s.Start, s.End, from, until) })
}

// Whose is whose turn it is, whoever has taken it over.
func (r Roster) Whose(t Turn) chat.User {
	if t.By != Takeover {
		return t.Who
	}
	for _, c := range slices.Backward(r.changes) {
		if c.Kind == Takeover && c.Who == t.Who && within(t.Start, c.From, c.Until) {
			return c.For
		}
	}
	return t.Who
}

// StintAt is the stint that runs at a moment.
func (r Roster) StintAt(at time.Time) (Stint, bool) {
	for _, s := range r.Stints(at, at.Add(time.Nanosecond)) {
		if within(at, s.Start, s.End) {
			return s, true
		}
	}
	return Stint{}, false
}

// Follows is the first stint that begins at a moment or later, within 400 days.
func (r Roster) Follows(at time.Time) (Stint, bool) {
	t, ok := r.Next(at.Add(-time.Nanosecond))
	if !ok {
		return Stint{}, false
	}
	return r.StintAt(t.Start)
}

// goesOn says whether somebody has the next turn too, so that nothing changes for them at the end of this one.
func (s Stint) goesOn(next Stint) bool { return s.Who == next.Who && s.End.Equal(next.Start) }

// TakeOver returns the event in which the backup of the running turn takes over what is left of it, by itself. why is one
// of the reasons below. ok is false where nobody is on duty, where the backup has it already, and where there is no
// backup or theirs is a leave. The location of at is the roster's zone.
func (r Roster) TakeOver(g chat.Group, at time.Time, why string) (e journal.Event, ok bool) {
	t, ok := r.OnDuty(at)
	if !ok || t.Backup == "" || t.By == Takeover {
		return journal.Event{}, false
	}
	e, err := r.Give(g, Change{
		Code: "auto" + strconv.FormatInt(at.Unix(), 36), Kind: Takeover, From: at, Until: t.End, For: t.Who, Who: t.Backup, Reason: why,
	}, at)
	return e, err == nil
}

// Why a backup took over, as Change.Reason of a takeover tells it.
const (
	NotCheckedIn = "not checked in"
	LateAnswer   = "late answer" // a customer waited too long
)

// Returns is the event in which somebody gets back what was taken over from them; ok is false if nothing is.
func (r Roster) Returns(g chat.Group, who chat.User, now time.Time) (e journal.Event, ok bool) {
	for _, c := range slices.Backward(r.changes) {
		if c.Kind == Takeover && c.For == who && within(now, c.From, c.Until) {
			e, err := r.GiveBack(g, c.Code, now)
			return e, err == nil
		}
	}
	return journal.Event{}, false
}
