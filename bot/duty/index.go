package duty

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// index finds what decides a moment beside the shifts, however much is on record: the times between two beginnings or
// ends of changes and leaves, each with those that count in it.
type index struct{ segments []segment }

type segment struct {
	from    time.Time // until the next one's
	changes []Change  // by when they were made
	leaves  []Leave
}

func indexOf(changes []Change, leaves []Leave) index {
	var cuts []time.Time
	for _, c := range changes {
		cuts = append(cuts, c.From, c.Until)
	}
	for _, l := range leaves {
		cuts = append(cuts, l.From, l.Until)
	}
	slices.SortFunc(cuts, time.Time.Compare)
	cuts = slices.CompactFunc(cuts, time.Time.Equal)
	segments := make([]segment, len(cuts))
	for i, at := range cuts {
		segments[i].from = at
	}
	x := index{segments}
	for _, c := range changes {
		for i := x.find(c.From); i < len(segments) && segments[i].from.Before(c.Until); i++ {
			segments[i].changes = append(segments[i].changes, c)
		}
	}
	for _, l := range leaves {
		for i := x.find(l.From); i < len(segments) && segments[i].from.Before(l.Until); i++ {
			segments[i].leaves = append(segments[i].leaves, l)
		}
	}
	return x
}

// find is the segment that a moment lies in, -1 if it lies before all of them.
func (x index) find(at time.Time) int {
	lo, hi := 0, len(x.segments) // the first that begins after at
	for lo < hi {
		if mid := (lo + hi) / 2; x.segments[mid].from.After(at) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo - 1
}

// idle says that nothing is changed in a segment.
func (x index) idle(i int) bool {
	return i < 0 || len(x.segments[i].changes)+len(x.segments[i].leaves) == 0
}

// hold is whom a turn of the shifts belongs to in a segment.
func (x index) hold(t Turn, i int) Turn {
	if x.idle(i) {
		return t
	}
	return t.resolve(x.segments[i].changes, x.segments[i].leaves)
}

// end is where a segment ends, within a turn.
func (x index) end(i int, t Turn) time.Time {
	if i+1 < len(x.segments) && x.segments[i+1].from.Before(t.End) {
		return x.segments[i+1].from.In(t.End.Location())
	}
	return t.End
}

func (t Turn) sameHolder(o Turn) bool { return t.Who == o.Who && t.Backup == o.Backup && t.By == o.By }

// held is the part of a turn of the shifts that one person has around a moment within it.
func (x index) held(t Turn, at time.Time) Turn {
	i := x.find(at)
	if x.idle(i) && (i < 0 || !x.segments[i].from.After(t.Start)) && !x.end(i, t).Before(t.End) {
		return t
	}
	out := x.hold(t, i)
	for j := i; j >= 0 && x.segments[j].from.After(t.Start); j-- {
		if !x.hold(t, j-1).sameHolder(out) {
			out.Start = x.segments[j].from.In(t.Start.Location())
			break
		}
	}
	for j := i; ; j++ {
		out.End = x.end(j, t)
		if !out.End.Before(t.End) || !x.hold(t, j+1).sameHolder(out) {
			return out
		}
	}
}

// appendHeld appends the parts of a turn of the shifts that touch a time, each of one person.
func (x index) appendHeld(out []Turn, t Turn, from, until time.Time) []Turn {
	for at := t.Start; at.Before(t.End); {
		p := x.held(t, at)
		if overlaps(p.Start, p.End, from, until) {
			out = append(out, p)
		}
		at = p.End
	}
	return out
}

// resolve says who has the turn while some changes and leaves count: whoever the changes give it to, one after the
// other, and in the place of somebody on leave their backup.
func (t Turn) resolve(changes []Change, leaves []Leave) Turn {
	away := func(who chat.User) bool {
		for i := range leaves {
			if leaves[i].Who == who {
				return true
			}
		}
		return false
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
	for i := range changes {
		c := &changes[i]
		if c.At.Before(t.made) {
			continue
		}
		if c.For == "" || c.For == who || c.For == stands(who) {
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
