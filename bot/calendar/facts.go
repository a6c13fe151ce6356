package calendar

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// The days that a calendar shows, before today and after it.
const (
	daysBack  = 30
	daysAhead = 90
)

// of returns the calendar that a secret opens. While storage is away it is told from what was last known; what that
// cannot tell whole is not told in part, since a calendar program would take the rest for cancelled.
func (c *Calendars) of(ctx context.Context, secret string) (body, error) {
	if secret == "" {
		return body{}, errNone
	}
	now, id := c.Now(), duty.FeedID(secret)
	if !c.kept.admit(id, now) {
		return body{}, errBusy
	}
	found := c.look(ctx, duty.OfFeed(id))
	if found.err != nil {
		return body{}, found.err
	}
	feed := at[duty.Feed](found, duty.OfFeed(id))
	if found.away != nil && feed.ID == "" {
		return body{}, found.away // it may have been made since it was last looked for
	}
	if !feed.Opens(secret) {
		c.kept.drop(id)
		return body{}, errNone
	}
	last, fresh, known := c.kept.get(id, now)
	if fresh {
		return last, nil
	}
	listing, err := c.listing(ctx, feed, now)
	if known && errors.Is(err, chat.ErrUnavailable) {
		return last, nil
	}
	if err != nil {
		return body{}, err
	}
	return c.kept.put(id, c.write(listing), now), nil
}

// facts are aggregates that were read.
type facts struct {
	journal.Found
	err  error
	away error // chat.ErrUnavailable, where they are only what was last known
}

func at[T any](f facts, n journal.Name) T {
	v, _ := f.States[n].Value.(T)
	return v
}

// look reads aggregates, or recalls them while storage is away; the error is chat.ErrUnavailable where one of them is
// not even remembered.
func (c *Calendars) look(ctx context.Context, names ...journal.Name) facts {
	if len(names) == 0 {
		return facts{}
	}
	want := journal.Want{Names: names}
	found, err := c.reader.Load(ctx, want)
	if !errors.Is(err, chat.ErrUnavailable) {
		return facts{Found: found, err: err}
	}
	found = c.reader.LastKnown(want)
	for _, n := range names {
		if _, ok := found.States[n]; !ok {
			return facts{err: err}
		}
	}
	return facts{Found: found, away: err}
}

// listing is what a calendar shows.
type listing struct {
	feed   duty.Feed
	title  string // of the group; empty for a person's own
	who    string // whose calendar it is, for a person's own
	events []event
	// unknown are the years of which the days off are not known and that the turns depend on.
	unknown []int
}

// event is one turn as one calendar shows it.
type event struct {
	group   chat.Group
	title   string // of the group
	turn    duty.Turn
	standby bool      // the person is the backup of the turn
	revised time.Time // when the roster was last changed; never earlier than before
	who     string    // display names
	backup  string
	doubt   int // the year of which the days off are not known; 0 where it does not matter
}

// listing collects the turns of a feed.
func (c *Calendars) listing(ctx context.Context, f duty.Feed, now time.Time) (listing, error) {
	groups, err := c.groups(ctx, f, now)
	if err != nil {
		return listing{}, err
	}
	var names []journal.Name
	for _, g := range groups {
		names = append(names, duty.Of(g.ID))
	}
	rosters := c.look(ctx, names...)
	if rosters.err != nil {
		return listing{}, rosters.err
	}
	out := listing{feed: f}
	y, m, d := now.In(c.Zone).Date()
	from, until := time.Date(y, m, d-daysBack, 0, 0, 0, 0, c.Zone), time.Date(y, m, d+daysAhead+1, 0, 0, 0, 0, c.Zone)
	for _, g := range groups {
		state := rosters.States[duty.Of(g.ID)]
		r, _ := state.Value.(duty.Roster)
		revised, asks := time.UnixMicro(state.Version).UTC(), asksDaysOff(r)
		for _, t := range r.Between(from, until) {
			if f.Group == "" && t.Who != f.Who && t.Backup != f.Who {
				continue
			}
			out.events = append(out.events, event{
				group: g.ID, title: cmp.Or(g.Name, string(g.ID)), turn: t, revised: revised,
				standby: f.Group == "" && t.Who != f.Who, doubt: c.doubt(asks, t),
			})
		}
	}
	slices.SortStableFunc(out.events, func(a, b event) int { return a.turn.Start.Compare(b.turn.Start) })
	return c.named(ctx, out, groups)
}

// groups are the groups whose rosters a feed shows. A person who has left the company has none, and whom a group does not
// concern any more does not see it: errNone, as if the address had never been.
func (c *Calendars) groups(ctx context.Context, f duty.Feed, now time.Time) ([]directory.Listed, error) {
	names := []journal.Name{directory.AllGroups, directory.OfPerson(f.Who)}
	if g := f.Group; g != "" {
		names = append(names, access.Of(""), access.Of(g), directory.OfGroup(g), duty.Of(g))
	}
	found := c.look(ctx, names...)
	if found.err != nil {
		return nil, found.err
	}
	if at[directory.Person](found, directory.OfPerson(f.Who)).Gone {
		return nil, errNone
	}
	all := at[directory.Groups](found, directory.AllGroups)
	if f.Group == "" {
		return all.All(), nil
	}
	group := at[directory.Group](found, directory.OfGroup(f.Group))
	rights := access.Facts{Company: at[access.Book](found, access.Of("")), Group: at[access.Book](found, access.Of(f.Group))}
	if !group.Bound() || !bot.Concerned(rights, group, at[duty.Roster](found, duty.Of(f.Group)), f.Who, now) {
		return nil, errNone
	}
	return []directory.Listed{{ID: f.Group, Name: group.Name}}, nil
}

// doubt is the year in which a turn falls and of which the days off are not known, where the roster would have to know
// them; 0 where all is known.
func (c *Calendars) doubt(asks bool, t duty.Turn) int {
	if on := duty.DayOf(t.Begins); asks && !c.Holidays.Known(on.Year) {
		return on.Year
	}
	return 0
}

// asksDaysOff says whether a roster has shifts of workdays or of days off.
func asksDaysOff(r duty.Roster) bool {
	asks := func(s duty.Shift) bool { return s.Days == duty.Workdays || s.Days == duty.RestDays }
	return slices.ContainsFunc(r.Shifts, asks) ||
		slices.ContainsFunc(r.Schedules(), func(s duty.Schedule) bool { return slices.ContainsFunc(s.Shifts, asks) })
}

// named fills in display names, and the titles that only the group itself knows.
func (c *Calendars) named(ctx context.Context, l listing, groups []directory.Listed) (listing, error) {
	names := []journal.Name{directory.OfPerson(l.feed.Who)}
	for _, e := range l.events {
		for _, n := range []journal.Name{directory.OfGroup(e.group), directory.OfPerson(e.turn.Who), directory.OfPerson(e.turn.Backup)} {
			if n.ID() != "" {
				names = append(names, n)
			}
		}
	}
	slices.Sort(names)
	found := c.look(ctx, slices.Compact(names)...)
	if found.err != nil {
		return listing{}, found.err
	}
	name := func(g chat.Group, u chat.User) string {
		if m, ok := at[directory.Group](found, directory.OfGroup(g)).Member(u); ok && m.Name != "" {
			return m.Name
		}
		return cmp.Or(at[directory.Person](found, directory.OfPerson(u)).Member().Name, string(u))
	}
	if l.who = name("", l.feed.Who); l.feed.Group != "" {
		l.title = cmp.Or(groups[0].Name, string(groups[0].ID))
	}
	for i, e := range l.events {
		l.events[i].who = name(e.group, e.turn.Who)
		if e.turn.Backup != "" {
			l.events[i].backup = name(e.group, e.turn.Backup)
		}
		if e.doubt != 0 && !slices.Contains(l.unknown, e.doubt) {
			l.unknown = append(l.unknown, e.doubt)
		}
	}
	slices.Sort(l.unknown)
	return l, nil
}
