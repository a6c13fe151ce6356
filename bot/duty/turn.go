package duty

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Turn is a time in which one person is on duty: a shift of one day, or the part of it that nobody else has. From and
// To are the shift's, Who and Backup are who has it then.
type Turn struct {
	Shift
	Start, End time.Time // End is exclusive
	// Base is who would have it without changes and leave, and Begins and Ends are the whole shift's.
	Base         chat.User
	Begins, Ends time.Time
	By           ChangeKind // how it came that Who has it; empty: by the shifts
}

// Vacant says that nobody has the turn: whoever had it is on leave, and no backup is there.
func (t Turn) Vacant() bool { return t.Who == "" }

func (t Turn) empty() bool { return !t.Start.Before(t.End) }

// OnDuty returns the turn that runs at a moment; ok is false in a gap. The location of at is the roster's zone.
func (r Roster) OnDuty(at time.Time) (t Turn, ok bool) {
	for _, t := range r.running(at) {
		if within(at, t.Start, t.End) {
			return t, !t.Vacant()
		}
	}
	return Turn{}, false
}

// Next returns the first turn that begins after a moment; ok is false if there is none within 400 days. The location
// of at is the roster's zone.
func (r Roster) Next(at time.Time) (t Turn, ok bool) {
	from := at
	for _, days := range []int{2, 4, 14, 60, 400} { // zones have skipped a whole day
		until := at.AddDate(0, 0, days)
		for _, t := range r.Between(from, until) {
			if t.Start.After(at) {
				return t, true
			}
		}
		from = until
	}
	return Turn{}, false
}

// Between returns the turns that touch the time from from until until, by their beginning, whole. The location of from
// is the roster's zone.
func (r Roster) Between(from, until time.Time) []Turn {
	return slices.DeleteFunc(r.all(from, until), Turn.Vacant)
}

// Vacant returns the turns in that time that nobody has, although the shifts ask for somebody.
func (r Roster) Vacant(from, until time.Time) []Turn {
	return slices.DeleteFunc(r.all(from, until), func(t Turn) bool { return !t.Vacant() })
}

// all returns the turns that touch a time, vacant ones included.
func (r Roster) all(from, until time.Time) []Turn {
	if !from.Before(until) {
		return nil
	}
	var out []Turn
	zone := from.Location()
	last := DayOf(until.In(zone)).Plus(1)
	// A turn of tomorrow can run today where clocks are put back over midnight.
	for d := DayOf(from).Plus(-1); !last.Before(d); d = d.Plus(1) {
		for _, t := range r.slots(d, zone) {
			if !overlaps(t.Start, t.End, from, until) {
				continue
			}
			for _, piece := range r.held(t) {
				if overlaps(piece.Start, piece.End, from, until) {
					out = append(out, piece)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Turn) int { return a.Start.Compare(b.Start) })
	return out
}

// running returns the turns of the shifts that run at a moment.
func (r Roster) running(at time.Time) []Turn {
	for _, days := range []int{0, -1, 1} {
		for _, t := range r.slots(DayOf(at).Plus(days), at.Location()) {
			if within(at, t.Start, t.End) {
				return r.held(t)
			}
		}
	}
	return nil
}

// slots are the turns of the shifts that begin on a day, of the temporary schedules too, each clipped to the time in
// which its schedule is in force. Nothing is said yet about leave and changes.
func (r Roster) slots(d Day, zone *time.Location) []Turn {
	out := turnsOf(r.Shifts, d, zone, r.isWorkday)
	for _, s := range r.schedules {
		var rest []Turn
		for _, t := range out {
			rest = append(rest, t.without(s.From, s.Until)...)
		}
		for _, t := range turnsOf(s.Shifts, d, zone, r.isWorkday) {
			t.By = Temporary
			t.Start, t.End = later(t.Start, s.From), earlier(t.End, s.Until)
			if !t.empty() {
				t.Begins, t.Ends = t.Start, t.End
				rest = append(rest, t)
			}
		}
		out = rest
	}
	return out
}

func (r Roster) isWorkday(d Day) bool {
	if r.workday == nil {
		return monToFri(d)
	}
	return r.workday(d)
}

func turnsOf(shifts []Shift, d Day, zone *time.Location, workday func(Day) bool) []Turn {
	var out []Turn
	for _, s := range shifts {
		if !s.on(d, workday) {
			continue
		}
		for _, t := range s.slots(d, zone, workday) {
			if !t.empty() {
				out = append(out, t)
			}
		}
	}
	return out
}

// without is what a time leaves of a turn.
func (t Turn) without(from, until time.Time) []Turn {
	if !overlaps(t.Start, t.End, from, until) {
		return []Turn{t}
	}
	var out []Turn
	for _, part := range [][2]time.Time{{t.Start, earlier(t.End, from)}, {later(t.Start, until), t.End}} {
		if part[0].Before(part[1]) {
			p := t
			p.Start, p.End, p.Begins, p.Ends = part[0], part[1], part[0], part[1]
			out = append(out, p)
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b.In(a.Location())
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b.In(a.Location())
	}
	return a
}

// held cuts a turn of the shifts where somebody else begins or ends to have it.
func (r Roster) held(t Turn) []Turn {
	cuts := []time.Time{t.Start, t.End}
	cut := func(from, until time.Time) bool {
		if !overlaps(from, until, t.Start, t.End) {
			return false
		}
		cuts = append(cuts, later(t.Start, from), earlier(t.End, until))
		return true
	}
	var changes []Change
	for _, c := range r.changes {
		if cut(c.From, c.Until) {
			changes = append(changes, c)
		}
	}
	var leaves []Leave
	for _, l := range r.leaves {
		if cut(l.From, l.Until) {
			leaves = append(leaves, l)
		}
	}
	if len(cuts) == 2 {
		return []Turn{t}
	}
	slices.SortFunc(cuts, time.Time.Compare)
	var out []Turn
	for i, start := range cuts[:len(cuts)-1] {
		end := cuts[i+1]
		if !start.Before(end) {
			continue
		}
		p := t.resolve(start, changes, leaves)
		p.Start, p.End = start, end
		if n := len(out); n > 0 && out[n-1].Who == p.Who && out[n-1].Backup == p.Backup && out[n-1].By == p.By {
			out[n-1].End = end
			continue
		}
		out = append(out, p)
	}
	return out
}

// resolve says who has the turn at a moment within it: whoever the changes give it to, one after the other, and in the
// place of somebody on leave their backup.
func (t Turn) resolve(at time.Time, changes []Change, leaves []Leave) Turn {
	away := func(who chat.User) bool {
		return slices.ContainsFunc(leaves, func(l Leave) bool { return l.Who == who && within(at, l.From, l.Until) })
	}
	stands := func(who chat.User) chat.User {
		if !away(who) {
			return who
		}
		if t.Base != who || t.Backup == "" || away(t.Backup) {
			return ""
		}
		return t.Backup
	}
	who := t.Who
	for _, c := range changes {
		if within(at, c.From, c.Until) && (c.For == "" || c.For == who || c.For == stands(who)) {
			who, t.By = c.Who, c.Kind
		}
	}
	if s := stands(who); s != who {
		who, t.By = s, Away
	}
	t.Who = who
	if t.Backup == who || away(t.Backup) {
		t.Backup = ""
	}
	return t
}
