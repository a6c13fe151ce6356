package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/review"
	"qunguan/commands"
	"qunguan/configs"
	"qunguan/scheduler"
)

// checkSchedule refuses texts that are no rhythms, each at its place: found out only when it should run, a rhythm would
// be missing for nobody knows how long.
func checkSchedule(c configs.Config, file string) error {
	var wrong []error
	for _, s := range []struct{ key, spec, example, meaning string }{
		{"schedule.sync", c.Schedule.Sync, "*/15 * * * *", "every quarter of an hour"},
		{"schedule.checkpoint", c.Schedule.Checkpoint, "5 9 * * *", "five past nine every day"},
		{"schedule.canary", c.Schedule.Canary, "5 * * * *", "five minutes past every hour"},
		{"schedule.watch", c.Schedule.Watch, "* * * * *", "every minute"},
		{"schedule.digest_weekly", c.Schedule.DigestWeekly, "0 9 * * 1", "nine o'clock on Mondays"},
		{"schedule.digest_daily", c.Schedule.DigestDaily, "30 8 * * *", "half past eight every day"},
		{"schedule.commend", c.Schedule.Commend, "10 9 * * 1", "ten past nine on Mondays"},
		{"schedule.portraits", c.Schedule.Portraits, "20 9 * * 1", "twenty past nine on Mondays"},
		{"schedule.review_matrix", c.Schedule.ReviewMatrix, "0 9 1 * *", "nine o'clock on the 1st of each month"},
		{"schedule.review_business", c.Schedule.ReviewBusiness, "0 9 21 1,4,7,10 *", "nine o'clock on the 21st of each quarter's first month"},
		{"schedule.review_group", c.Schedule.ReviewGroup, "0 9 11 * *", "nine o'clock on the 11th of each month"},
		{"schedule.export", c.Schedule.Export, "30 3 * * *", "half past three every night"},
		{"schedule.archive", c.Schedule.Archive, "45 3 * * *", "a quarter to four every night"},
	} {
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

// rhythms are what the clockwork does again and again. The self-test comes last: after an outage the others have then
// begun when it looks whether they run.
func (s *system) rhythms() []scheduler.Rhythm {
	out := []scheduler.Rhythm{scheduler.Sync(s.bot, s.platform, s.config.Schedule.Sync)}
	if spec := s.config.Schedule.Watch; spec != "" {
		out = append(out, scheduler.Watch(s.bot, commands.Watch, spec))
	}
	digests := scheduler.Digest{
		Reads: commands.DigestReads, Groups: commands.DigestGroups, Company: commands.DigestCompany, Send: commands.DigestFor,
	}
	if spec := s.config.Schedule.DigestWeekly; spec != "" {
		out = append(out, digests.Weekly(s.bot, spec))
	}
	if spec := s.config.Schedule.DigestDaily; spec != "" {
		out = append(out, digests.Daily(s.bot, spec))
	}
	if spec := s.config.Schedule.Commend; spec != "" {
		out = append(out, scheduler.Commend(s.bot, commands.CommendReads, commands.Commend, spec))
	}
	if spec := s.config.Schedule.Portraits; spec != "" && slices.ContainsFunc(s.config.Links, func(l configs.Link) bool { return chat.Takes(l.Events, chat.OfPortrait) }) {
		out = append(out, scheduler.Portraits(s.bot, commands.Portraits, spec))
	}
	for _, r := range []struct {
		spec  string
		begin func(*bot.Bot, string) scheduler.Rhythm
	}{
		{s.config.Schedule.ReviewMatrix, scheduler.ReviewMatrix}, {s.config.Schedule.ReviewBusiness, scheduler.ReviewBusiness},
		{s.config.Schedule.ReviewGroup, scheduler.ReviewGroup},
	} {
		if r.spec != "" {
			out = append(out, r.begin(s.bot, r.spec))
		}
	}
	if spec := s.config.Schedule.Checkpoint; spec != "" && s.sealing.on() {
		out = append(out, scheduler.Checkpoint(s.bot, s.auditor, chat.Group(s.config.Audit.PostTo), s.log, spec))
	}
	if spec := s.config.Schedule.Export; spec != "" && s.config.Audit.Export.Dir != "" {
		out = append(out, scheduler.Export(s.exportNext, spec))
	}
	if spec := s.config.Schedule.Archive; spec != "" && s.config.Audit.Archive.Dir != "" && s.sealing.on() {
		out = append(out, scheduler.Archive(s.archiveOld, spec))
	}
	if spec := s.config.Schedule.Canary; spec != "" {
		out = append(out, scheduler.Canary(s.bot, s.measure, spec))
	}
	return out
}

// works is how the clockwork is getting on, as last looked at.
func (s *system) works() canary.Clockwork {
	if w := s.working.Load(); w != nil {
		return *w
	}
	return canary.Clockwork{}
}

// examineClockwork looks at the rhythms and the agenda.
func (s *system) examineClockwork(ctx context.Context) (canary.Clockwork, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	rhythms, err := s.clockwork.Rhythms(ctx)
	if err != nil {
		return canary.Clockwork{}, err
	}
	w := canary.Clockwork{Rhythms: rhythms}
	if w.Due, w.Oldest, err = s.ledger.Overdue(ctx); err != nil {
		return w, err
	}
	s.working.Store(&w)
	return w, nil
}
