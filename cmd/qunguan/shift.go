package main

import (
	"time"

	"qunguan/bot/duty"
	"qunguan/configs"
)

// dutyRules are how the life of shifts is kept in step; what is not configured is as usual.
func dutyRules(c configs.Duty) duty.Rules {
	var rules duty.Rules
	rules.CheckInWithin, _ = configs.Length(c.CheckInWithin) // was checked when it was loaded
	if c.RemindBefore != nil {
		rules.RemindBefore = []time.Duration{}
	}
	for _, said := range c.RemindBefore {
		if lead, err := configs.Length(said); err == nil {
			rules.RemindBefore = append(rules.RemindBefore, lead)
		}
	}
	return rules
}
