package bot

import (
	"qunguan/bot/chat"
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
	return settled.With(unsettled(t, c)...)
}

// unsettled are the samples of clocks that no tally has yet.
func unsettled(t journal.Tallies, c Call) []sla.Sample {
	from, last := sla.DayOf(t.From), sla.DayOf(t.Until.Add(-1))
	var out []sla.Sample
	for _, raw := range t.Clocks {
		clock, err := sla.Unpack(raw)
		if err != nil {
			continue
		}
		for _, s := range clock.Unsettled(c.Now) {
			if s.Day >= from && s.Day <= last {
				out = append(out, s)
			}
		}
	}
	return out
}

// Tallies is how many lists of days were asked for.
func (c Call) Tallies() int { return len(c.found.Tallies) }
