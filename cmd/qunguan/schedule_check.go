package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"qunguan/bot/grammar"
	"qunguan/bot/review"
	"qunguan/configs"
	"qunguan/scheduler"
)

// rhythmKey is a key of the configuration that says when something is done again and again.
type rhythmKey struct {
	key, spec        string
	example, meaning string
	// What lies between two moments of it is usually at least and at most so much; 0: that does not matter.
	least, most time.Duration
}

const (
	day = 24 * time.Hour
	// almostADay is less than a day that clocks are put forward on.
	almostADay = 22 * time.Hour
)

func rhythmKeys(s configs.Schedule) []rhythmKey {
	return []rhythmKey{
		{"schedule.sync", s.Sync, "*/15 * * * *", "every quarter of an hour", 0, day},
		{"schedule.checkpoint", s.Checkpoint, "5 9 * * *", "five past nine every day", 0, 8 * day},
		{"schedule.canary", s.Canary, "5 * * * *", "five minutes past every hour", 0, day},
		{"schedule.watch", s.Watch, "* * * * *", "every minute", 0, time.Hour},
		{"schedule.digest_weekly", s.DigestWeekly, "0 9 * * 1", "nine o'clock on Mondays", almostADay, 32 * day},
		{"schedule.digest_daily", s.DigestDaily, "30 8 * * *", "half past eight every day", 6 * time.Hour, 8 * day},
		{"schedule.commend", s.Commend, "10 9 * * 1", "ten past nine on Mondays", almostADay, 32 * day},
		{"schedule.portraits", s.Portraits, "20 9 * * 1", "twenty past nine on Mondays", almostADay, 32 * day},
		{"schedule.review_matrix", s.ReviewMatrix, "0 9 1 * *", "nine o'clock on the 1st of each month", 6 * day, 190 * day},
		{"schedule.review_business", s.ReviewBusiness, "0 9 21 1,4,7,10 *", "nine o'clock on the 21st of each quarter's first month", 27 * day, 370 * day},
		{"schedule.review_group", s.ReviewGroup, "0 9 11 * *", "nine o'clock on the 11th of each month", almostADay, 190 * day},
		{"schedule.export", s.Export, "30 3 * * *", "half past three every night", 0, 32 * day},
		{"schedule.archive", s.Archive, "45 3 * * *", "a quarter to four every night", 0, 32 * day},
	}
}

// checkSchedule refuses texts that are no rhythms, each at its place: found out only when it should run, a rhythm would
// be missing for nobody knows how long.
func checkSchedule(c configs.Config, file string) error {
	var wrong []error
	for _, s := range rhythmKeys(c.Schedule) {
		if s.spec == "" && s.key != "schedule.sync" {
			continue // nobody wants to hear it
		}
		if err := scheduler.Check(s.spec); err != nil {
			wrong = append(wrong, configs.Problem{
				Where: configs.Origin(file, os.Environ(), os.ReadFile, s.key), Key: s.key,
				Text: fmt.Sprintf("%q is no rhythm: %v; write for example %q, which is %s", s.spec, err, s.example, s.meaning),
			})
		}
	}
	return errors.Join(wrong...)
}

// oddRhythms are lines about rhythms that are possible, but far from what their keys are for: a slip of the pen, mostly.
// Nothing is refused for it.
func oddRhythms(c configs.Config, file string, now time.Time) []string {
	var out []string
	for _, s := range rhythmKeys(c.Schedule) {
		shortest, longest, err := scheduler.Pace(s.spec, now)
		if s.spec == "" || err != nil {
			continue
		}
		what := ""
		switch {
		case shortest < s.least:
			what = "comes again after " + grammar.FormatLength(shortest).EN + ", which is often for it"
		case s.most > 0 && longest > s.most:
			what = "comes again only after " + grammar.FormatLength(longest).EN + ", which is seldom for it"
		default:
			continue
		}
		out = append(out, fmt.Sprintf("warn %s: %q %s; usual is for example %q, %s", configs.Problem{
			Where: configs.Origin(file, os.Environ(), os.ReadFile, s.key), Key: s.key,
		}, s.spec, what, s.example, s.meaning))
	}
	return out
}

// collidingReviews tells of reviews that begin while an earlier one may still be open, by the usual policy: they leave out
// all who are under review there.
func collidingReviews(c configs.Config, now time.Time) []string {
	zone, err := c.Location()
	if err != nil {
		return nil
	}
	var out []string
	for _, x := range scheduler.Collisions([]scheduler.Begins{
		{Name: "review_matrix", Spec: c.Schedule.ReviewMatrix}, {Name: "review_group", Spec: c.Schedule.ReviewGroup},
		{Name: "review_business", Spec: c.Schedule.ReviewBusiness},
	}, review.Standard(), now.In(zone)) {
		const at = "2006-01-02 15:04"
		out = append(out, fmt.Sprintf("schedule.%s begins at %s, before what schedule.%s has begun closes at %s: whoever is under review there is left out",
			x.Later, x.Begins.In(zone).Format(at), x.Earlier, x.Ends.In(zone).Format(at)))
	}
	return out
}
