// Package scheduler holds the clockwork: jobs that run when a record's moment has come, and rhythms that cron gives. A
// job is the same thing as a command, with the clock as the asker: it returns what should change, and the engine
// commits it. Several replicas may run the clockwork at once; each thing takes effect once.
package scheduler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"qunguan/bot"
)

// Jobs returns the jobs of records whose moment has come, one for each kind of aggregate that has such records.
func Jobs() []bot.Job {
	return []bot.Job{
		grantEnd("access"), grantEnd("company"), muteEnd(), taskCheck(), endIsNear(), requestDue(), eventReminder(), dutyOffer(), shiftMoment(),
		answerDue(), answered(), alertDue(), ticketEnd(), totalsEnd(), conduct(),
		reviewGoesOn(), reviewerIsDue(),
	}
}

// Config is what a Clockwork is made of.
type Config struct {
	Bot     *bot.Bot
	Courier *bot.Courier
	Firings firings
	Heart   heart  // nil: no signs of life are given
	Name    string // of this replica, without spaces
	Now     func() time.Time
	Zone    *time.Location
	Log     *zap.Logger
	// SilentAfter is how long nobody may give a sign of life before the owners are told of it afterwards.
	SilentAfter time.Duration
	// Alarm tells the owners at once, past storage, that it has been away for so long; nil tells nobody.
	Alarm func(context.Context) error
}

// Clockwork runs due records and rhythms until it is stopped. Step and Run are for one goroutine.
type Clockwork struct {
	Config
	rhythms  []*rhythm
	interval time.Duration
	tick     func(time.Duration) (ticks <-chan time.Time, stop func())
	running  sync.WaitGroup
	stepping sync.Mutex // of Step, and of what stands below
	beaten   time.Time  // when the last sign of life was given
	failing  time.Time  // since when none can be given; zero while they can
	alarmed  bool       // the owners were told of it
	well     atomic.Int64
}

// New makes a clockwork, or names the rhythm whose spec is wrong.
func New(c Config, rhythms ...Rhythm) (*Clockwork, error) {
	w := &Clockwork{Config: c, interval: time.Second, tick: ticker}
	var faults []error
	for _, r := range rhythms {
		s, err := parse(r.Spec)
		if err != nil {
			faults = append(faults, fmt.Errorf("rhythm %s: %w", r.Name, err))
			continue
		}
		w.rhythms = append(w.rhythms, &rhythm{Rhythm: r, moments: moments{schedule: s}})
	}
	return w, errors.Join(faults...)
}

func ticker(every time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(every)
	return t.C, t.Stop
}

// Run ticks until ctx ends: due records and left messages every second, rhythms when their moment comes; a rhythm
// that was missed while all replicas were down is caught up once. It returns once every rhythm that it began has come
// to its end, or to its being stopped: those are left to another replica.
func (w *Clockwork) Run(ctx context.Context) {
	defer w.Wait()
	ticks, stop := w.tick(w.interval)
	defer stop()
	for {
		w.Step(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
	}
}

// Step does what is due now, once, and begins the rhythms whose moment has come; they run beside it. A fault is logged
// and tried again by the next step. Steps take turns, whoever asks for them.
func (w *Clockwork) Step(ctx context.Context) {
	w.stepping.Lock()
	defer w.stepping.Unlock()
	w.try(ctx, "heartbeat", func() error { return w.beat(ctx) })
	w.try(ctx, "tick", func() error { return w.tickAll(ctx) })
	for _, r := range w.rhythms {
		w.try(ctx, "rhythm", func() error { return w.begin(ctx, r) }, zap.String("job", r.Name))
	}
}

// mostTicks is how often one step ticks while moments keep coming due: a job with much to do asks to be run again at once,
// and takes no longer than its work does.
const mostTicks = 100

func (w *Clockwork) tickAll(ctx context.Context) error {
	for range mostTicks {
		if n, err := w.Bot.Tick(ctx); n == 0 || err != nil || ctx.Err() != nil {
			return err
		}
	}
	return nil
}

// Wait returns once no rhythm is running.
func (w *Clockwork) Wait() { w.running.Wait() }

// try does something and logs how it broke.
func (w *Clockwork) try(ctx context.Context, what string, do func() error, fields ...zap.Field) {
	if err := safely(do); err != nil && ctx.Err() == nil {
		w.Log.Error(what, append(fields, zap.Error(err))...)
	}
}

// safely turns a panic of a job into an error: a job that panics runs again next time.
func safely(run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return run()
}

// Deliver carries out effects until ctx ends.
func (w *Clockwork) Deliver(ctx context.Context) {
	for ctx.Err() == nil {
		err := safely(func() error { _, err := w.Courier.Round(ctx, w.interval); return err })
		if err == nil || ctx.Err() != nil {
			continue
		}
		w.Log.Error("deliver", zap.Error(err))
		pause := time.NewTimer(w.interval)
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
}
