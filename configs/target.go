package configs

import "time"

// KPI is what indicators should be.
type KPI struct {
	// HandlingWithin is how long handling may take on average, as Length reads it. It counts from then on: what was
	// handled before stays in time, or late.
	HandlingWithin string `koanf:"handling_within"`
	SolvedPercent  int    `koanf:"solved_percent"` // which part of the complaints is to be solved
	CaughtAWeek    int    `koanf:"caught_a_week"`  // how many breaches of the rules are to be intercepted
	RewardWeeks    int    `koanf:"reward_weeks"`   // so many weeks in a row in which all is met earn a proposal
}

// Suspicion is from when on the acts of one person stand out.
type Suspicion struct {
	MostActs int    `koanf:"most_acts"` // so many destructive acts within Within are usual
	Refusals int    `koanf:"refusals"`  // so many refusals within Within are told
	Within   string `koanf:"within"`    // a length, as Length reads it
}

// The bounds. Trends show eight weeks, so that a longer run could not be seen; refusals of ten minutes are looked for
// every minute, those of hours would be an old story.
const (
	leastHandling = time.Minute
	mostHandling  = 7 * 24 * time.Hour
	mostCaught    = 10_000
	mostWeeks     = 8
	mostActs      = 1000
	leastWithin   = time.Minute
	mostWithin    = time.Hour
)

func (l *layers) checkTargets(k KPI, s Suspicion) {
	l.lengthWithin("kpi.handling_within", k.HandlingWithin, leastHandling, mostHandling, "1m to 7d", "2h")
	l.lengthWithin("suspicion.within", s.Within, leastWithin, mostWithin, "1m to 1h", "10m")
	for _, n := range []struct {
		key  string
		said int
	}{
		{"kpi.solved_percent", k.SolvedPercent}, {"kpi.caught_a_week", k.CaughtAWeek}, {"kpi.reward_weeks", k.RewardWeeks},
		{"suspicion.most_acts", s.MostActs}, {"suspicion.refusals", s.Refusals},
	} {
		if may := numbers[n.key]; !may.have(n.said) {
			l.found(n.key, "%d is not possible; write a number %s", n.said, may)
		}
	}
}

// lengthWithin notes a length that is none, or none in whole minutes, or out of its bounds.
func (l *layers) lengthWithin(key, said string, least, most time.Duration, bounds, example string) {
	if d, err := Length(said); err != nil || d < least || d > most || d%time.Minute != 0 {
		l.found(key, "%q is no length of whole minutes from %s; write for example %s", said, bounds, example)
	}
}
