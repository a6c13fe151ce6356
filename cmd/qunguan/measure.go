package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"qunguan/bot"
	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/platform/wecom"
)

// measure measures every part for the self-test. What cannot be measured while Redis is away is an error: then nothing
// could be noted either, and the dead-man speaks.
func (s *system) measure(ctx context.Context) (canary.Measured, error) {
	m := canary.Measured{Now: s.now(), Zone: zoneOf(s), PlatformAhead: s.platform.Ahead()}
	for _, c := range s.platform.Check(ctx) {
		k := canary.Credential{Key: c.Name}
		if c.Err != nil {
			k.Fault, k.Advice = canary.Brief(c.Err), bot.Advice(c.Err, s.education())
		}
		m.Credentials = append(m.Credentials, k)
	}
	s.speaks.Store(!spoilt(m.Credentials))
	began := s.now()
	if err := s.tenant.Probe(ctx, rand.Text()); err != nil {
		m.Redis = canary.Brief(err)
	}
	m.RedisTook = s.now().Sub(began)
	if at, err := s.redisTime(ctx); err == nil {
		ahead := at.Sub(s.now())
		m.RedisAhead = &ahead
	}
	if err := s.writeTraces(ctx); err != nil && m.Redis == "" {
		m.Redis = canary.Brief(err)
	}
	var err error
	if m.Clockwork, err = s.examineClockwork(ctx); err != nil {
		return m, err
	}
	if err := s.measureCallbacks(ctx, &m); err != nil {
		return m, err
	}
	if err := s.measureGroups(ctx, &m); err != nil {
		return m, err
	}
	if err := s.measureSources(ctx, &m); err != nil {
		return m, err
	}
	if s.sealing.on() {
		why := chat.Text{}
		if fault := s.sealFault.Load(); fault != nil && *fault != nil {
			why = sealAdvice(*fault)
		}
		m.Unsealed = &why
	}
	return m, s.measureOutbox(ctx, &m)
}

// spoilt says whether the secret by which the bot writes to people is refused.
func spoilt(credentials []canary.Credential) bool {
	for _, c := range credentials {
		if c.Key == "wecom.app.secret" && c.Fault != "" {
			return true
		}
	}
	return false
}

func (s *system) measureCallbacks(ctx context.Context, m *canary.Measured) (err error) {
	var addresses []string
	if s.config.WeCom.App.InUse() {
		addresses = append(addresses, "app")
	}
	if s.config.WeCom.Bot.InUse() {
		addresses = append(addresses, "bot")
	}
	for _, a := range addresses {
		c := canary.Callback{Name: a}
		if c.Hours, c.Last, err = s.tenant.Traces().Hours(ctx, a); err != nil {
			return err
		}
		m.Callbacks = append(m.Callbacks, c)
	}
	return nil
}

func (s *system) measureSources(ctx context.Context, m *canary.Measured) (err error) {
	var sources []canary.Source
	if s.sources.ingest != nil {
		sources = append(sources, canary.Source{Name: "ingest"})
	}
	if a := s.sources.archive; a != nil {
		source := canary.Source{Name: "archive"}
		if state := a.State(); state.Err != nil {
			source.Fault = canary.Brief(state.Err)
		}
		sources = append(sources, source)
	}
	for _, source := range sources {
		if source.Hours, source.Last, err = s.tenant.Traces().Hours(ctx, sourceAddress(source.Name)); err != nil {
			return err
		}
		m.Sources = append(m.Sources, source)
	}
	return nil
}

func (s *system) measureGroups(ctx context.Context, m *canary.Measured) error {
	// Of a group with the smart bot the platform tells nothing, ever: that it was not read is no trouble.
	groups, err := s.bot.KnownGroups(ctx, chat.CustomerGroup, chat.AppGroup)
	if err != nil {
		return err
	}
	oldest, at, err := s.tenant.Traces().Oldest(ctx, groups)
	if err != nil {
		return err
	}
	m.OldestRead = at
	if oldest != "" {
		found, err := s.ledger.Load(ctx, journal.Want{Names: []journal.Name{directory.OfGroup(oldest)}})
		if err != nil {
			return fmt.Errorf("load group: %w", err)
		}
		g, _ := found.States[directory.OfGroup(oldest)].Value.(directory.Group)
		m.OldestGroup = chat.Same(chat.Escape(g.Title()))
	}
	m.Reader = "sync"
	for _, r := range m.Clockwork.Rhythms {
		if r.Name == m.Reader {
			m.ReadEvery = r.Next.Sub(r.Newest)
		}
	}
	return nil
}

func (s *system) measureOutbox(ctx context.Context, m *canary.Measured) (err error) {
	o := &m.Outbox
	if o.Waiting, o.Later, o.Dead, err = s.outbox.Waiting(ctx); err != nil {
		return err
	}
	if o.Oldest, err = s.outbox.Waits(ctx); err != nil {
		return err
	}
	letters, err := s.outbox.Dead(ctx, 1)
	if err != nil {
		return err
	}
	for _, l := range letters {
		o.DeadAt, o.Reason = l.At, l.Reason
		if advice := bot.Advice(wecom.Reported(l.Reason), s.education()); !advice.IsZero() {
			o.Reason += " – " + advice.In(chat.Language(s.config.Language))
		}
	}
	return nil
}

// redisTime asks Redis for the time, unless somebody else's clock is to be taken for it.
func (s *system) redisTime(ctx context.Context) (time.Time, error) {
	if s.theirs != nil {
		return s.theirs(), nil
	}
	return s.redis.Time(ctx)
}
