package grammar

import (
	"fmt"
	"slices"
)

// automaton is the shapes of the messages that a form reads: steps between states, each over one word or hole.
type automaton struct {
	steps [][]step // by state
	free  [][]int  // by state: the states that are the same moment
	final int
}

// step is one word, or one hole, and the state behind it.
type step struct {
	word string
	hole Hole
	to   int
}

func (a *automaton) state() int {
	a.steps, a.free = append(a.steps, nil), append(a.free, nil)
	return len(a.steps) - 1
}

func (a *automaton) add(from int, s step) { a.steps[from] = append(a.steps[from], s) }

// shapes builds the automaton of one verb followed by the nodes.
func shapes(verb phrase, nodes []node) *automaton {
	a := &automaton{}
	at := a.phrase(a.state(), verb)
	a.final = a.sequence(at, nodes)
	return a
}

func (a *automaton) phrase(from int, words phrase) int {
	for _, w := range words {
		to := a.state()
		a.add(from, step{word: w, to: to})
		from = to
	}
	return from
}

func (a *automaton) sequence(from int, nodes []node) int {
	for _, n := range nodes {
		to := a.state()
		switch {
		case n.optional != nil:
			end := a.sequence(from, n.optional)
			a.free[end] = append(a.free[end], to)
			a.free[from] = append(a.free[from], to)
		case n.anyOrder != nil: // more than is read, which may come but once each: that errs on the safe side
			for _, piece := range n.anyOrder {
				end := a.sequence(from, piece.optional)
				a.free[end] = append(a.free[end], from)
			}
			a.free[from] = append(a.free[from], to)
		case n.hole != nil:
			a.add(from, step{hole: n.hole, to: to})
			if k := n.hole.kind(); k == somePeople || k == theRest {
				a.add(to, step{hole: n.hole, to: to})
			}
		default:
			for _, w := range n.words {
				end := a.phrase(from, w)
				a.free[end] = append(a.free[end], to)
			}
		}
		from = to
	}
	return from
}

// reach returns the state and all that are the same moment.
func (a *automaton) reach(state int) []int {
	out := []int{state}
	for i := 0; i < len(out); i++ {
		for _, next := range a.free[out[i]] {
			if !slices.Contains(out, next) {
				out = append(out, next)
			}
		}
	}
	return out
}

// from returns every step that is possible in a state.
func (a *automaton) from(state int) []step {
	var out []step
	for _, s := range a.reach(state) {
		out = append(out, a.steps[s]...)
	}
	return out
}

// overlaps says whether a message could be read by both forms. A word wins over a hole, and one of two different
// choices is told apart when the message is there; neither counts.
func (f *form) overlaps(g *form) bool {
	for _, v := range f.verbs {
		for _, w := range g.verbs {
			if common := min(len(v), len(w)); !slices.Equal(v[:common], w[:common]) {
				continue // words meet only themselves, and hardly any two commands begin with the same
			}
			if shapes(v, f.nodes).meets(shapes(w, g.nodes)) {
				return true
			}
		}
	}
	return false
}

// meets says whether some shape is in both automata.
func (a *automaton) meets(b *automaton) bool {
	type pair struct{ a, b int }
	seen := map[pair]bool{{}: true}
	for todo := []pair{{}}; len(todo) > 0; todo = todo[1:] {
		p := todo[0]
		if slices.Contains(a.reach(p.a), a.final) && slices.Contains(b.reach(p.b), b.final) {
			return true
		}
		for _, s := range a.from(p.a) {
			for _, t := range b.from(p.b) {
				next := pair{s.to, t.to}
				if s.sameWord(t) && !seen[next] {
					seen[next] = true
					todo = append(todo, next)
				}
			}
		}
	}
	return false
}

// sameWord says whether one word of a message can be both.
func (s step) sameWord(t step) bool {
	if s.hole == nil || t.hole == nil {
		return s.hole == nil && t.hole == nil && s.word == t.word
	}
	j, k := s.hole.kind(), t.hole.kind()
	switch {
	case j.open() || k.open():
		return true
	case j.people() && k.people():
		return true
	case j == aChoice && k == aChoice:
		return s.hole.Name() == t.hole.Name()
	}
	return j == k
}

// sound says why a form can be read in two ways, or nothing.
func (f *form) sound() error {
	a := shapes(nil, f.nodes)
	for state := range a.steps {
		steps := a.from(state)
		for i, s := range steps {
			for _, t := range steps[:i] {
				if s.mixes(t) {
					return fmt.Errorf("ambiguous: the same word could be %s or %s", t, s)
				}
			}
			if s.hole != nil && s.hole.kind() == theRest && len(a.from(s.to)) > 1 {
				return fmt.Errorf("ambiguous: something follows %s, which takes the rest", s)
			}
		}
	}
	return nil
}

// mixes says whether two steps out of one state are hard to tell apart. Where one is closed, it is tried first.
func (s step) mixes(t step) bool {
	if s.hole == nil || t.hole == nil {
		return s.hole == nil && t.hole == nil && s.word == t.word
	}
	j, k := s.hole.kind(), t.hole.kind()
	switch {
	case s.hole.Name() == t.hole.Name():
		return false // the next person of one list
	case j.people() && k.people(), j.open() && k.open():
		return true
	}
	return j == k && j != aChoice
}

func (s step) String() string {
	if s.hole != nil {
		return "{" + s.hole.Name() + "}"
	}
	return s.word
}
