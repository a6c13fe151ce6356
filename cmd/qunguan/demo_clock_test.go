package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

var demoMorning = time.Date(2026, 11, 26, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))

// passage is a demo's time without a demo: moments that are due, and when each was looked at.
type passage struct {
	*demoTime
	machine time.Time
	moments []time.Time
	came    []string
}

func newPassage(moments ...time.Duration) *passage {
	p := &passage{machine: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, m := range moments {
		p.moments = append(p.moments, demoMorning.Add(m))
	}
	p.demoTime = &demoTime{
		clock: newDemoClock(demoMorning, func() time.Time { return p.machine }, nil), log: zap.NewNop(),
		due: func(context.Context) (time.Time, bool, error) {
			if len(p.moments) == 0 {
				return time.Time{}, false, nil
			}
			return p.moments[0], true, nil
		},
		come: func(context.Context) {
			p.came = append(p.came, p.clock.Now().Format("15:04:05"))
			if len(p.moments) > 0 && !p.moments[0].After(p.clock.Now()) {
				p.moments = p.moments[1:]
			}
		},
	}
	p.sent = func(context.Context) (time.Time, bool, error) { return time.Time{}, false, nil }
	p.speed.Store(1)
	return p
}

func TestDemoClockGoesForwardOnly(t *testing.T) {
	p := newPassage()
	assert.Equal(t, demoMorning, p.clock.Now())
	p.machine = p.machine.Add(time.Minute)
	assert.Equal(t, demoMorning.Add(time.Minute), p.clock.Now())
	p.clock.reach(demoMorning) // has been
	p.machine = p.machine.Add(-time.Hour)
	assert.Equal(t, demoMorning.Add(time.Minute), p.clock.Now(), "the machine's clock was set back")
	p.clock.reach(demoMorning.Add(48 * time.Hour))
	assert.Equal(t, demoMorning.Add(48*time.Hour), p.clock.Now())
}

// TestDemoClockWaits keeps the clock still while something that was written is on its way.
func TestDemoClockWaits(t *testing.T) {
	p := newPassage()
	over, answered := make(chan struct{}), make(chan struct{})
	busy := make(chan struct{})
	h := p.clock.steady(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(busy)
		<-over
	}))
	go func() {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/sim/say", nil))
		close(answered)
	}()
	<-busy
	moved := make(chan struct{})
	go func() {
		p.clock.reach(demoMorning.Add(time.Hour))
		close(moved)
	}()
	assert.Equal(t, demoMorning, p.clock.Now())
	close(over)
	<-answered
	<-moved
	assert.Equal(t, demoMorning.Add(time.Hour), p.clock.Now())
}

// TestTimeStopsAtEveryMoment lets an hour pass: each moment is looked at when it comes, and no way is longer than the
// rhythms bear.
func TestTimeStopsAtEveryMoment(t *testing.T) {
	p := newPassage(-time.Minute, 5*time.Minute, 5*time.Minute, 12*time.Minute, 3*time.Hour)
	require.NoError(t, p.advance(t.Context(), 25*time.Minute))
	assert.Equal(t, []string{"09:00:00", "09:05:00", "09:05:00", "09:12:00", "09:22:00", "09:25:00"}, p.came)

	p.came = nil
	require.NoError(t, p.next(t.Context()))
	assert.Equal(t, "12:00:01", p.clock.Now().Format("15:04:05"), "just past it")
	assert.Contains(t, p.came, "12:00:00")
	assert.ErrorIs(t, p.next(t.Context()), errNothingDue)
}

// TestTimeStopsForMessages lets time pass over a message that was put off: it goes when it was to go, although nobody
// waits for that moment.
func TestTimeStopsForMessages(t *testing.T) {
	p := newPassage(8 * time.Minute)
	at := demoMorning.Add(5 * time.Minute)
	p.sent = func(context.Context) (time.Time, bool, error) { return at, at.After(p.clock.Now()), nil }
	require.NoError(t, p.advance(t.Context(), 10*time.Minute))
	assert.Equal(t, []string{"09:05:00", "09:08:00", "09:10:00"}, p.came)
	at = at.Add(10 * time.Minute)
	assert.ErrorIs(t, p.next(t.Context()), errNothingDue)
}

func TestTimeEndsWithTheDemo(t *testing.T) {
	p, over := newPassage(), make(chan struct{})
	p.over = over
	close(over)
	assert.ErrorIs(t, p.advance(t.Context(), time.Hour), context.Canceled)
	assert.Equal(t, demoMorning, p.clock.Now())
}

// TestTimePassesAMomentThatFails goes on although one moment is never done.
func TestTimePassesAMomentThatFails(t *testing.T) {
	p := newPassage(time.Minute)
	p.come = func(context.Context) {}
	require.NoError(t, p.advance(t.Context(), time.Hour))
	assert.Equal(t, demoMorning.Add(time.Hour), p.clock.Now())
	p.due = func(context.Context) (time.Time, bool, error) { return time.Time{}, false, errors.New("gone") }
	assert.Error(t, p.advance(t.Context(), time.Hour))
}

func TestTimeGoesFaster(t *testing.T) {
	p := newPassage()
	passes := func(d time.Duration) {
		p.machine = p.machine.Add(d)
		p.drive(t.Context(), d)
	}
	passes(time.Second)
	assert.Equal(t, demoMorning.Add(time.Second), p.clock.Now())
	assert.False(t, p.faster(7))
	require.True(t, p.faster(60))
	passes(time.Second)
	assert.Equal(t, demoMorning.Add(61*time.Second), p.clock.Now())
	require.True(t, p.faster(600))
	passes(time.Second)
	assert.Equal(t, demoMorning.Add(661*time.Second), p.clock.Now())
	passes(time.Minute)
	assert.Equal(t, demoMorning.Add(661*time.Second+time.Minute+599*time.Second), p.clock.Now(), "a machine that slept does not make days pass")
}

func TestClockOverHTTP(t *testing.T) {
	p := newPassage(30 * time.Minute)
	ask := func(method, body string) (int, string) {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequest(method, "/sim/clock", strings.NewReader(body)))
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	const about = `,"speeds":[1,60,600]`
	for _, c := range []struct {
		method, body string
		status       int
		want         string
	}{
		{"GET", "", 200, `{"now":"2026-11-26T09:00:00+08:00","speed":1` + about + `,"next":"2026-11-26T09:30:00+08:00"}`},
		{"POST", `{"speed":60}`, 200, `{"now":"2026-11-26T09:00:00+08:00","speed":60` + about + `,"next":"2026-11-26T09:30:00+08:00"}`},
		{"POST", `{"advance":"10m"}`, 200, `{"now":"2026-11-26T09:10:00+08:00","speed":60` + about + `,"next":"2026-11-26T09:30:00+08:00"}`},
		{"POST", `{"next":true}`, 200, `{"now":"2026-11-26T09:30:01+08:00","speed":60` + about + `}`},
		{"POST", `{"next":true}`, 409, errNothingDue.Error()},
		{"POST", `{"advance":"744h"}`, 200, `{"now":"2026-12-27T09:30:01+08:00","speed":60` + about + `}`},
		{"POST", `{"advance":"-1m"}`, 400, errNoWish.Error()},
		{"POST", `{"advance":"745h"}`, 400, errNoWish.Error()},
		{"POST", `{"advance":"1m","speed":60}`, 400, errNoWish.Error()},
		{"POST", `{"speed":2}`, 400, errNoWish.Error()},
		{"POST", `{}`, 400, errNoWish.Error()},
		{"POST", `x`, 400, errNoWish.Error()},
		{"DELETE", ``, 405, "method not allowed"},
	} {
		status, got := ask(c.method, c.body)
		assert.Equal(t, c.status, status, c.body)
		assert.Equal(t, c.want, got, c.body)
	}
}

func TestDemoStart(t *testing.T) {
	at, err := demoStart("2026-11-26T09:00", time.Time{})
	require.NoError(t, err)
	assert.True(t, at.Equal(demoMorning), at)
	at, err = demoStart("", demoMorning.UTC())
	require.NoError(t, err)
	assert.Equal(t, "2026-11-26T09:00:00+08:00", at.Format(time.RFC3339))
	_, err = demoStart("tomorrow", time.Time{})
	assert.EqualError(t, err, `--clock "tomorrow": a moment such as 2026-11-26T09:00`)
}
