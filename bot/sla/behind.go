package sla

import (
	"slices"

	"qunguan/bot/chat"
)

// Behind is what customers wrote after the message that opened the clock which still runs: a group has one clock for a
// first response, so whoever wrote second waits behind the first, and one answer closes it for all of them.
type Behind struct {
	Messages int         // as far as they are remembered
	More     bool        // there may have been more
	Others   []chat.User // who wrote them, beside the customer who opened the clock, in order
}

// Behind is what waits behind the customer who waits; nothing where nobody does.
func (c Clock) Behind() Behind {
	if !c.open.open() {
		return Behind{}
	}
	b := Behind{More: c.settled.burst[maxBurst-1].at >= c.open.at}
	later := slices.Concat(c.settled.burst[:], c.window)
	for _, e := range later {
		taken := func(o entry) bool { return o.what == Recall && o.id == e.id }
		if e.what != ByCustomer || e.id == c.open.id || e.at < c.open.at || slices.ContainsFunc(c.window, taken) {
			continue
		}
		b.Messages++
		if e.by != c.open.by && !slices.Contains(b.Others, e.by) {
			b.Others = append(b.Others, e.by)
		}
	}
	return b
}
