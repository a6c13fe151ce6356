package duty

// Uncovered is when somebody is on duty by another roster and nobody by this one: the times of a day, by their beginning,
// as shifts of nobody.
func (r Roster) Uncovered(other Roster) []Shift {
	is, was := r.covered(), other.covered()
	var out []Shift
	for m := range day {
		if is[m] || !was[m] {
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last].To == m {
			out[last].To = m + 1
			continue
		}
		out = append(out, Shift{From: m, To: m + 1})
	}
	return out
}

// covered says for each minute of the day whether somebody has a shift.
func (r Roster) covered() (taken [day]bool) {
	for _, s := range r.Shifts {
		for m := range s.minutes() {
			taken[(s.From+m)%day] = true
		}
	}
	return taken
}
