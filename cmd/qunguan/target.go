package main

import (
	"qunguan/bot/digest"
	"qunguan/bot/kpi"
	"qunguan/configs"
)

// targets are what indicators should be. What the configuration names was checked when it was loaded; what it does not
// name is as usual.
func targets(c configs.KPI) kpi.Targets {
	t := kpi.Targets{Solved: int64(c.SolvedPercent), Caught: int64(c.CaughtAWeek), Weeks: c.RewardWeeks}
	t.Handling, _ = configs.Length(c.HandlingWithin)
	return t
}

// bounds are from when on acts stand out, likewise.
func bounds(c configs.Suspicion) digest.Bounds {
	b := digest.Bounds{Acts: c.MostActs, Refusals: c.Refusals}
	b.Within, _ = configs.Length(c.Within)
	return b
}
