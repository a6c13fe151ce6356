// Package scheduler holds the clockwork: jobs that run when a record's moment has come, and rhythms that cron gives. A
// job is the same thing as a command, with the clock as the asker: it returns what should change, and the engine
// commits it. Several replicas may run the clockwork at once; each thing takes effect once.
package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
	"go.uber.org/zap"

	"qunguan/bot"
)

// Jobs returns the jobs of records whose moment has come, one for each kind of aggregate that has such records.
func Jobs() []bot.Job {
	return []bot.Job{grantEnd("access"), grantEnd("company"), muteEnd(), taskCheck(), endIsNear(), requestDue(), eventReminder(), ticketEnd()}
}

// firings claims firings of rhythms, so that each runs once however many replicas there are.
type firings interface {
	Fire(ctx context.Context, job string, at time.Time) (bool, error)
	Last(ctx context.Context, job string) (time.Time, error)
}

// Rhythm is something that is done again and again.
type Rhythm struct {
	Name string // its key in the record of firings and in logs
	Spec string // five fields of cron, in the scheduler's zone
	Run  func(context.Context) error
}

// Clockwork runs due records and rhythms until it is stopped.
type Clockwork struct {
	bot      *bot.Bot
	courier  *bot.Courier
	firings  firings
	now      func() time.Time
	zone     *time.Location
	log      *zap.Logger
	rhythms  []rhythm
	interval time.Duration
}

type rhythm struct {
	Rhythm
	schedule cron.Schedule
}

// New makes a clockwork, or names the rhythm whose spec is wrong.
func New(b *bot.Bot, c *bot.Courier, f firings, now func() time.Time, zone *time.Location, log *zap.Logger, rhythms ...Rhythm) (*Clockwork, error) {
	w := &Clockwork{bot: b, courier: c, firings: f, now: now, zone: zone, log: log, interval: time.Second}
	var faults []error
	for _, r := range rhythms {
		s, err := parse(r.Spec)
		if err != nil {
			faults = append(faults, fmt.Errorf("rhythm %s: %w", r.Name, err))
			continue
		}
		w.rhythms = append(w.rhythms, rhythm{Rhythm: r, schedule: s})
	}
	return w, errors.Join(faults...)
}

// parse reads the five fields of cron. The library panics on some texts that name a zone, so those never reach it:
// the zone is the scheduler's.
func parse(spec string) (cron.Schedule, error) {
	for _, r := range spec {
		if r == '=' || r == '@' {
			return nil, fmt.Errorf("%q: only the five fields minute hour day month weekday", spec)
		}
	}
	s, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(spec)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", spec, err)
	}
	if s.Next(time.Unix(0, 0)).IsZero() {
		return nil, fmt.Errorf("%q: this moment never comes", spec)
	}
	return s, nil
}

// Run ticks until ctx ends: due records and left messages every second, rhythms when their moment comes; a rhythm
// that was missed while all replicas were down is caught up once.
func (w *Clockwork) Run(ctx context.Context) {
	ticker := time.NewTicker(w.interval)
	defer ticker.Stop()
	for {
		w.Step(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Step does what is due now, once. A fault is logged and tried again by the next step.
func (w *Clockwork) Step(ctx context.Context) {
	if err := w.safely(func() error { _, err := w.bot.Tick(ctx); return err }); err != nil && ctx.Err() == nil {
		w.log.Error("tick", zap.Error(err))
	}
	for _, r := range w.rhythms {
		if err := w.safely(func() error { return w.beat(ctx, r) }); err != nil && ctx.Err() == nil {
			w.log.Error("rhythm", zap.String("job", r.Name), zap.Error(err))
		}
	}
}

// safely turns a panic of a job into an error: a job that panics runs again next time.
func (w *Clockwork) safely(run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return run()
}

// beat runs a rhythm if its moment has come since it last ran.
func (w *Clockwork) beat(ctx context.Context, r rhythm) error {
	now := w.now().In(w.zone)
	last, err := w.firings.Last(ctx, r.Name)
	if err != nil {
		return fmt.Errorf("read firing: %w", err)
	}
	if last.IsZero() {
		last = now.Add(-time.Minute) // it has never run: it begins with its next moment
	}
	due := r.schedule.Next(last.In(w.zone))
	if due.IsZero() || due.After(now) {
		return nil
	}
	for next := r.schedule.Next(due); !next.IsZero() && !next.After(now); next = r.schedule.Next(due) {
		due = next // of several missed moments only the newest is caught up
	}
	mine, err := w.firings.Fire(ctx, r.Name, due)
	if err != nil || !mine {
		return err
	}
	began := w.now()
	if err := r.Run(ctx); err != nil {
		return err
	}
	w.log.Info("rhythm", zap.String("job", r.Name), zap.Time("due", due), zap.Duration("took", w.now().Sub(began)))
	return nil
}

// Deliver carries out effects until ctx ends.
func (w *Clockwork) Deliver(ctx context.Context) {
	for ctx.Err() == nil {
		err := w.safely(func() error { _, err := w.courier.Round(ctx, w.interval); return err })
		if err == nil || ctx.Err() != nil {
			continue
		}
		w.log.Error("deliver", zap.Error(err))
		pause := time.NewTimer(w.interval)
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
}
