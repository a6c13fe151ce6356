package scheduler

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/canary"
	"qunguan/bot/chat"
)

// firings keeps for which moments rhythms have run, so that each runs once however many replicas there are.
type firings interface {
	Begin(ctx context.Context, job, word string, due time.Time, lease time.Duration) (canary.Claim, error)
	Renew(ctx context.Context, job, word string, lease time.Duration) (bool, error)
	Release(ctx context.Context, job, word string) error
	End(ctx context.Context, job, word string, r canary.Run) (bool, error)
	Kept(ctx context.Context, moments map[string]time.Time) (map[string]canary.Firing, map[string]bool, error)
}

// Rhythm is something that is done again and again. What it does may be done twice: a replica that dies in the middle
// leaves it to another, which begins at the beginning.
type Rhythm struct {
	Name  string // its key in the record of firings and in logs
	Title chat.Text
	Spec  string // five fields of cron, in the scheduler's zone
	Run   func(context.Context) error
}

type rhythm struct {
	Rhythm
	moments moments

	mu   sync.Mutex
	busy bool
	done time.Time // the newest moment that is known to have run
}

// lease is for how long a replica that has died keeps a rhythm from the others, and renewEvery how often one that lives
// says so.
const (
	lease      = 30 * time.Second
	renewEvery = 10 * time.Second
)

// begin runs a rhythm beside everything else if its newest moment has come and has not been run for. Of several missed
// moments only the newest is caught up; which have run is known by the moment itself, so that a clock that jumps finds
// those that it has seen, and those that it has left out.
func (w *Clockwork) begin(ctx context.Context, r *rhythm) error {
	due, _ := r.moments.around(w.Now().In(w.Zone))
	if due.IsZero() || !r.free(due) {
		return nil
	}
	word := w.Name + " " + rand.Text()
	claim, err := w.Firings.Begin(ctx, r.Name, word, due, lease)
	if err != nil {
		return err
	}
	switch claim {
	case canary.Mine:
		r.take()
		w.running.Go(func() { w.perform(ctx, r, word, due) })
	case canary.Lost:
		r.release(due)
		return fmt.Errorf("given up for %s: those who began it did not come back", due.Format(time.RFC3339))
	case canary.Done:
		r.release(due)
	case canary.Held: // another replica runs it; perhaps it dies
	}
	return nil
}

// free says whether the rhythm neither runs here nor is known to have run for due.
func (r *rhythm) free(due time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.busy && !r.done.Equal(due)
}

// Busy says whether a rhythm is running here.
func (w *Clockwork) Busy() bool {
	return slices.ContainsFunc(w.rhythms, func(r *rhythm) bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.busy
	})
}

func (r *rhythm) take() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy = true
}

// release ends a run; done is the moment that is known to have run, zero if that is not known.
func (r *rhythm) release(done time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy = false
	if !done.IsZero() {
		r.done = done
	}
}

// errLost stops a run whose claim has gone to another replica.
var errLost = errors.New("the claim was lost")

// perform runs a rhythm for a moment that was claimed, and records how that went.
func (w *Clockwork) perform(ctx context.Context, r *rhythm, word string, due time.Time) {
	running, stop := context.WithCancelCause(ctx)
	holding := make(chan struct{})
	go func() {
		defer close(holding)
		w.hold(running, stop, r, word)
	}()
	began := w.Now()
	err := safely(func() error { return r.Run(running) })
	run := canary.Run{Due: due, Began: began, Took: w.Now().Sub(began), By: w.Name}
	lost := context.Cause(running)
	stop(nil)
	<-holding
	// The record is made also while the process ends: what has been done must not be done again.
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	switch {
	case ctx.Err() != nil && err != nil: // stopped in the middle: another replica may begin at once
		r.release(time.Time{})
		err = w.Firings.Release(closing, r.Name, word)
	case errors.Is(lost, errLost):
		r.release(time.Time{})
		err = errLost
	default:
		if run.Error = ""; err != nil {
			run.Error = canary.Brief(err)
		}
		ours, kept := w.Firings.End(closing, r.Name, word, run)
		if kept == nil && ours {
			r.release(due)
		} else {
			r.release(time.Time{})
		}
		err = errors.Join(err, kept)
	}
	if err != nil {
		w.Log.Error("rhythm", zap.String("job", r.Name), zap.Time("due", due), zap.Error(err))
		return
	}
	w.Log.Info("rhythm", zap.String("job", r.Name), zap.Time("due", due), zap.Duration("took", run.Took))
}

// hold keeps the claim of a run alive. If it is lost, the run is stopped: another replica has begun it.
func (w *Clockwork) hold(ctx context.Context, stop context.CancelCauseFunc, r *rhythm, word string) {
	ticks, end := w.tick(renewEvery)
	defer end()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		ours, err := w.Firings.Renew(ctx, r.Name, word, lease)
		if err == nil && !ours {
			stop(errLost)
			return
		}
	}
}

// Rhythms tells how the rhythms are getting on.
func (w *Clockwork) Rhythms(ctx context.Context) ([]canary.Rhythm, error) {
	now := w.Now().In(w.Zone)
	newest := map[string]time.Time{}
	out := make([]canary.Rhythm, len(w.rhythms))
	for i, r := range w.rhythms {
		m := moments{schedule: r.moments.schedule} // of its own: Step may be at work
		out[i] = canary.Rhythm{Name: r.Name, Title: r.Title}
		out[i].Newest, out[i].Next = m.around(now)
		newest[r.Name] = out[i].Newest
	}
	kept, ran, err := w.Firings.Kept(ctx, newest)
	if err != nil {
		return nil, err
	}
	for i, r := range out {
		out[i].Firing, out[i].Ran = kept[r.Name], ran[r.Name] || r.Newest.IsZero()
		since := out[i].Last.Due
		if since.IsZero() {
			since = out[i].Since
		}
		out[i].Waits = w.rhythms[i].moments.schedule.Next(since.In(w.Zone))
	}
	return out, nil
}
