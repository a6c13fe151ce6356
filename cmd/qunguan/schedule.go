package main

import (
	"context"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/commands"
	"qunguan/configs"
	"qunguan/scheduler"
)

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
