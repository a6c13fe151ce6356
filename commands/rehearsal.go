package commands

import (
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

// rehearsal is who can do what in a group from one moment until another, as the engine will decide.
type rehearsal struct {
	from, until time.Time // in the zone of the roster
	facts       access.Facts
	group       chat.Group
	roster      duty.Roster
	stretches   []stretch // without a gap between them
	plan        []planned
}

// stretch is a time in which nothing changes.
type stretch struct {
	period
	turn   duty.Turn
	onDuty bool // turn runs
	rights access.Matrix
	admins int
}

// period is a time; until is exclusive.
type period struct{ from, until time.Time }

// planned is one command of the plan.
type planned struct {
	text   string
	err    error     // why it would be refused
	does   chat.Text // what it changes, if it would not
	second bool      // somebody else must agree
	makes  []access.Difference
}

// rehearse walks through a time on the facts of a call.
func rehearse(c bot.Call, from, until time.Time) rehearsal {
	r := rehearsal{
		from: from.In(c.Zone), until: until.In(c.Zone), facts: acquainted(c), group: c.Group.ID,
		roster: bot.At[duty.Roster](c, duty.Of(c.Group.ID)),
	}
	return r.walk()
}

// walk asks the engine at every moment at which something that is written begins or ends, or a turn of duty does. Between
// two of them no answer changes, so that of each hour is the engine's own.
func (r rehearsal) walk() rehearsal {
	moments := r.moments()
	for i, rights := range r.facts.Timeline(r.group, moments) {
		s := stretch{period: period{moments[i], r.until}, rights: rights, admins: len(r.facts.Admins(r.group, moments[i]))}
		if i+1 < len(moments) {
			s.until = moments[i+1]
		}
		s.turn, s.onDuty = r.roster.OnDuty(s.from)
		r.stretches = append(r.stretches, s)
	}
	return r
}

func (r rehearsal) moments() []time.Time {
	out := []time.Time{r.from}
	for _, at := range r.facts.Moments(r.from, r.until) {
		out = append(out, at.In(r.from.Location()))
	}
	for _, t := range r.roster.Between(r.from, r.until) {
		for _, at := range []time.Time{t.Start, t.End} {
			if at.After(r.from) && at.Before(r.until) {
				out = append(out, at)
			}
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// acquainted is the facts with what the address book says of those whom the books name, as far as it was read.
func acquainted(c bot.Call) access.Facts {
	f := c.Access
	people := make(map[chat.User]access.Person, len(f.People))
	for who, p := range f.People {
		people[who] = p
	}
	for _, who := range f.Everyone() {
		if _, known := people[who]; !known && c.Has(directory.OfPerson(who)) {
			people[who] = addressBook(c, who)
		}
	}
	f.People = people
	return f
}

// unknownAdmins are the people of the group's admins of whom the address book has not been read.
func unknownAdmins(c bot.Call, moments ...time.Time) (need []journal.Name) {
	for _, at := range moments {
		for _, who := range c.Access.Admins(c.Group.ID, at) {
			if n := directory.OfPerson(who); !c.Has(n) && !slices.Contains(need, n) {
				need = append(need, n)
			}
		}
	}
	return need
}

// follow runs the commands of a plan one after the other, each on the facts that those before it leave, and returns the
// call on what all of them leave. The plan is carried out when the call was said: a rehearsal says it later than now. need is what must be read before that can be told.
func follow(c bot.Call, plan []string) (after bot.Call, told []planned, events []journal.Event, need journal.Want, err error) {
	after = c
	for _, text := range plan {
		s := after.Suppose(text)
		if !s.Need.Nothing() { // go on: what the others need is read with it
			need.Names = append(need.Names, s.Need.Names...)
			need.Queries = append(need.Queries, s.Need.Queries...)
			need.Usage = append(need.Usage, s.Need.Usage...)
			need.Clocks, need.Tallies = append(need.Clocks, s.Need.Clocks...), append(need.Tallies, s.Need.Tallies...)
			continue
		}
		p := planned{text: text}
		p.err, p.does, p.second = s.Err, s.Outcome.Changes, !s.Outcome.Second.IsZero()
		if s.Err == nil && len(s.Outcome.Events) == 0 {
			p.err = &bot.Refusal{Text: chat.Text{ZH: "它什么都不改变。", EN: "It changes nothing."}}
		}
		var denied *bot.Denied
		var refusal *bot.Refusal
		if s.Err != nil && !errors.As(s.Err, &denied) && !errors.As(s.Err, &refusal) {
			return c, nil, nil, need, s.Err
		}
		told = append(told, p)
		if p.err != nil {
			continue
		}
		events = append(events, s.Outcome.Events...)
		before := acquainted(after)
		if after, err = after.After(s.Outcome.Events); err != nil {
			return c, nil, nil, need, err
		}
		at := beginningOf(s.Outcome.Events, c.Said)
		told[len(told)-1].makes = before.Matrix(c.Group.ID, at).Until(acquainted(after).Matrix(c.Group.ID, at))
	}
	return after, told, events, need, nil
}

// beginningOf is when what events change is so: at once, or when the last of the rights in them begins.
func beginningOf(events []journal.Event, at time.Time) time.Time {
	for _, e := range events {
		for _, ch := range e.Changes {
			if from := begins(ch); from.After(at) {
				at = from
			}
		}
	}
	return at
}

// hourly is what is so in each hour: the stretches that touch it.
func (r rehearsal) hourly(hour time.Time) []stretch {
	i, _ := slices.BinarySearchFunc(r.stretches, hour, func(s stretch, at time.Time) int {
		if s.until.After(at) {
			return 1
		}
		return -1
	})
	var out []stretch
	for ; i < len(r.stretches) && r.stretches[i].from.Before(hour.Add(time.Hour)); i++ {
		out = append(out, r.stretches[i])
	}
	return out
}

// spans are when something is so, neighbours made one.
func (r rehearsal) spans(so func(stretch) bool) []period {
	var out []period
	for _, s := range r.stretches {
		if !so(s) {
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last].until.Equal(s.from) {
			out[last].until = s.until
			continue
		}
		out = append(out, s.period)
	}
	return out
}

// able says whether somebody may do anything at all, whoever governs the group included.
func (r rehearsal) able(who chat.User, s stretch) bool {
	return s.rights[who] != 0 || r.facts.Governs(who, r.group)
}

// holdings are the different rights that one person has in the time, in the order in which they come, with when.
func (r rehearsal) holdings(who chat.User) (items []access.Items, when [][]period) {
	for _, s := range r.stretches {
		if has := s.rights[who]; has != 0 && !slices.Contains(items, has) {
			items = append(items, has)
			when = append(when, r.spans(func(s stretch) bool { return s.rights[who] == has }))
		}
	}
	return items, when
}

// people are those who can do anything in the time, by userid.
func (r rehearsal) people() []chat.User {
	var out []chat.User
	for _, s := range r.stretches {
		for who := range s.rights {
			if !slices.Contains(out, who) {
				out = append(out, who)
			}
		}
	}
	slices.Sort(out)
	return out
}
