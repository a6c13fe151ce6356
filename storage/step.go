package storage

import (
	"fmt"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// step is what one call of a reading script is asked for: places in the lists of a Want. Much is read in many steps
// that go to Redis together, so that none of them holds up everybody else for long.
type step struct{ names, usage []int }

// maxStep bounds what one step reads.
const maxStep = 128

// stepsOf shares a Want out to steps. There is always one. What depends on the chosen group is in the first: two steps
// could find two different choices.
func stepsOf(w journal.Want) []step {
	names := chosenFirst(len(w.Names), func(i int) bool { return w.Names[i].ID() == journal.Chosen })
	usage := chosenFirst(len(w.Usage), func(i int) bool { return w.Usage[i] == chat.Group(journal.Chosen) })
	var out []step
	for len(out) == 0 || len(names)+len(usage) > 0 {
		n, u := min(maxStep, len(names)), min(maxStep, len(usage))
		out = append(out, step{names: names[:n], usage: usage[:u]})
		names, usage = names[n:], usage[u:]
	}
	return out
}

// chosenFirst are the numbers below n, those that are chosen first.
func chosenFirst(n int, chosen func(int) bool) []int {
	out := make([]int, 0, n)
	for _, want := range []bool{true, false} {
		for i := range n {
			if chosen(i) == want {
				out = append(out, i)
			}
		}
	}
	return out
}

// args are the arguments of the script from the number of groups on.
func (s step) args(w journal.Want, known []journal.State) []any {
	out := make([]any, 0, 1+len(s.usage)+2*len(s.names))
	out = append(out, len(s.usage))
	for _, i := range s.usage {
		out = append(out, string(w.Usage[i]))
	}
	for _, i := range s.names {
		n := w.Names[i]
		if n.ID() == journal.Chosen {
			out = append(out, string(n), fmt.Sprintf("%s %d", known[i].Name, known[i].Version))
			continue
		}
		out = append(out, string(n), known[i].Version)
	}
	return out
}
