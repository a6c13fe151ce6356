package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

const (
	// stride is the longest way that the clock goes at once, so that rhythms come when they would.
	stride = 10 * time.Minute
	// justPast is how far beyond a moment one looks at what it brought.
	justPast = time.Second
	// drive is how often the clock is moved while it is fast.
	drive = 100 * time.Millisecond
	// mostAtOnce bounds what is caught up when moving it took long: it is slower then.
	mostAtOnce = time.Second
	// sameMoment is how often one moment is tried before the clock goes on without it.
	sameMoment = 20
	// longestWalk is how far the clock may be set forward by one request.
	longestWalk = 31 * 24 * time.Hour
)

// errNothingDue says that no moment is waited for.
var errNothingDue = errors.New("nothing is due")

// speeds are how many times as fast as the machine's the clock of the demo can go.
var speeds = []int{1, 60, 600}

// demoTime lets time pass in the demo. However far the clock is set, it stops at every moment on the way, and what the
// moment brings is done and told then, as if somebody had waited.
type demoTime struct {
	clock *demoClock
	// due is when the next moment comes that somebody may wait for, and sent when the next message goes that was put
	// off; ok is false if none does.
	due, sent func(context.Context) (at time.Time, ok bool, err error)
	// come does what is due now, and returns when it has been told.
	come func(context.Context)
	log  *zap.Logger
	over <-chan struct{} // closed when the demo ends

	walking sync.Mutex // one at a time
	speed   atomic.Int64
}

func newDemoTime(c *demoClock, s *system, over <-chan struct{}) *demoTime {
	t := &demoTime{clock: c, due: s.ledger.NextDue, sent: s.outbox.NextLater, come: s.come, log: s.log, over: over}
	t.speed.Store(1)
	return t
}

// faster sets how many times as fast as the machine's the clock goes; ok is false if it cannot go that fast.
func (t *demoTime) faster(speed int) (ok bool) {
	if ok = slices.Contains(speeds, speed); ok {
		t.speed.Store(int64(speed))
	}
	return ok
}

// advance lets d pass.
func (t *demoTime) advance(ctx context.Context, d time.Duration) error {
	t.walking.Lock()
	defer t.walking.Unlock()
	return t.walk(ctx, t.clock.Now().Add(d))
}

// next lets time pass until just after the next moment that is waited for.
func (t *demoTime) next(ctx context.Context) error {
	t.walking.Lock()
	defer t.walking.Unlock()
	at, ok, err := t.due(ctx)
	if err == nil && !ok {
		err = errNothingDue
	}
	if err != nil {
		return err
	}
	return t.walk(ctx, later(at, t.clock.Now()).Add(justPast))
}

// walk sets the clock forward to until, and stops on the way wherever something is due.
func (t *demoTime) walk(ctx context.Context, until time.Time) error {
	for again := 0; ; {
		select {
		case <-t.over:
			return context.Canceled
		default:
		}
		now := t.clock.Now()
		if !now.Before(until) || ctx.Err() != nil {
			return ctx.Err()
		}
		stop := now.Add(stride)
		if stop.After(until) {
			stop = until
		}
		at, ok, err := t.stop(ctx)
		if err != nil {
			return err
		}
		switch {
		case ok && !at.After(now) && again < sameMoment: // one step did not do everything that is due
			again++
		case ok && at.After(now) && at.Before(stop):
			stop = at
			fallthrough
		default:
			again = 0
			t.clock.reach(stop)
		}
		t.come(ctx)
	}
}

// stop is where the clock stops next on its way.
func (t *demoTime) stop(ctx context.Context) (at time.Time, ok bool, err error) {
	if at, ok, err = t.due(ctx); err != nil {
		return at, ok, err
	}
	sent, put, err := t.sent(ctx)
	if put && (!ok || sent.Before(at)) {
		at = sent
	}
	return at, ok || put, err
}

// start moves the clock in the background until stop is called.
func (t *demoTime) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { t.run(ctx) })
	return func() {
		cancel()
		wg.Wait()
	}
}

// run moves the clock as fast as it is to go, until ctx ends.
func (t *demoTime) run(ctx context.Context) {
	every := time.NewTicker(drive)
	defer every.Stop()
	last := t.clock.machine()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		now := t.clock.machine()
		t.drive(ctx, now.Sub(last))
		last = now
	}
}

// drive lets so much more pass as the clock is faster than the machine's, of which passed has passed.
func (t *demoTime) drive(ctx context.Context, passed time.Duration) {
	t.clock.age()
	more := min(passed, mostAtOnce) * time.Duration(t.speed.Load()-1)
	if more <= 0 || !t.walking.TryLock() { // somebody sets it forward anyway
		return
	}
	defer t.walking.Unlock()
	if err := t.walk(ctx, t.clock.Now().Add(more)); err != nil && ctx.Err() == nil {
		t.log.Warn("move the demo's clock", zap.Error(err))
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// tellWithin bounds how long a moment of the demo waits for its rhythms and for its messages to be delivered.
const tellWithin = 3 * time.Second

// come does what is due now and waits until the courier has told it: a message belongs to its moment. It waits for the
// rhythms too: a self-test during which the clock were set forward would find Redis slow and the clocks apart.
func (s *system) come(ctx context.Context) {
	s.clockwork.Step(ctx)
	ctx, cancel := context.WithTimeout(ctx, tellWithin)
	defer cancel()
	if err := s.outbox.Revive(ctx); err != nil {
		return // the next step finds them again
	}
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		if !s.clockwork.Busy() {
			if waiting, _, _, err := s.outbox.Waiting(ctx); err != nil || waiting == 0 {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}
