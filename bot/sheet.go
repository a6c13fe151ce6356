package bot

import (
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

// Clock is the response clock of a group, if Asks or Outcome.Need asked for it: who waits there. Without it, and where
// no source has ever told of the group, it is the zero Clock, and has no source.
func (c Call) Clock(g chat.Group) sla.Clock {
	clock, err := sla.Unpack(c.found.Clocks[g])
	if err != nil {
		return sla.Clock{} // of a newer program: this one knows nothing of the group
	}
	return clock
}

// HasClock says whether the clock of a group was asked for.
func (c Call) HasClock(g chat.Group) bool { _, ok := c.found.Clocks[g]; return ok }

// Listed are the messages of a group that somebody may want to look at, if Asks or Outcome.Need asked for them, the oldest
// first.
func (c Call) Listed(g chat.Group) []journal.Listed { return c.found.Listed[g] }

// Sheet is how soon answers came in the n-th days of Tallies that Asks, or Outcome.Need, asked for: all of it, as of
// now.
func (c Call) Sheet(n int) sla.Sheet {
	if n >= len(c.found.Tallies) {
		return sla.Sheet{}
	}
	t := c.found.Tallies[n]
	cells := make([]sla.Cell, len(t.Cells))
	for i, x := range t.Cells {
		cells[i] = sla.Cell{Day: sla.Day(x.Day), Name: x.Name, Value: x.Value}
	}
	settled, err := sla.ReadSheet(cells)
	if err != nil {
		return sla.Sheet{}
	}
	samples, said := unsettled(t, c)
	return settled.With(samples...).Heard(said...)
}

// Sources is in how many groups messages are heard, of those that the n-th days of Tallies are about.
func (c Call) Sources(n int) int {
	if n >= len(c.found.Tallies) {
		return 0
	}
	sources := 0
	for _, raw := range c.found.Tallies[n].Clocks {
		if clock, err := sla.Unpack(raw); err == nil && clock.HasSource() {
			sources++
		}
	}
	return sources
}

// unsettled are the samples and the messages of clocks that no tally has yet.
func unsettled(t journal.Tallies, c Call) (samples []sla.Sample, said []sla.Said) {
	from, last := sla.DayOf(t.From), sla.DayOf(t.Until.Add(-1))
	within := func(d sla.Day) bool { return d >= from && d <= last }
	slot, spoken := c.slots(t.Group)
	for _, raw := range t.Clocks {
		clock, err := sla.Unpack(raw)
		if err != nil {
			continue
		}
		for _, s := range clock.Unsettled(c.Now) {
			if within(s.Day) {
				if slot != nil {
					s.Slot = slot(s.Opened.In(c.Zone))
				}
				samples = append(samples, s)
			}
		}
		for _, s := range clock.Said(t.From.Location(), spoken) {
			if within(s.Day) {
				said = append(said, s)
			}
		}
	}
	return samples, said
}

// slots tell which hours of a group's roster a moment falls into: when a customer began to wait, and when somebody wrote;
// nil where the roster was not read.
func (c Call) slots(g chat.Group) (opened, spoken func(time.Time) sla.Slot) {
	if g == "" || !c.Has(duty.Of(g)) {
		return nil, nil
	}
	r := c.Rules(g)
	return r.Slot, r.Spoken
}

// Tallies is how many lists of days were asked for.
func (c Call) Tallies() int { return len(c.found.Tallies) }
