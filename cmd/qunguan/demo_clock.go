package main

import (
	"net/http"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// demoClock is the one clock of the demo: the bot, the simulated WeCom and the embedded Redis all go by it. It goes as
// fast as the machine's clock, may be set forward, and never goes back, whatever the machine's clock does.
type demoClock struct {
	machine func() time.Time
	redis   *miniredis.Miniredis // its keys grow old with this clock; nil: there is none

	// moving is held by readers while something that somebody wrote is on its way: what was sealed at a moment is
	// opened at that moment, and no command that is being carried out looks abandoned.
	moving sync.RWMutex

	mu    sync.Mutex
	start time.Time // what it showed when the machine's clock showed born
	born  time.Time
	last  time.Time // the latest moment that it told
	aged  time.Time // how far the keys of Redis have grown old
}

func newDemoClock(start time.Time, machine func() time.Time, redis *miniredis.Miniredis) *demoClock {
	start = start.Round(0) // its own reading would have the machine's pace in it
	return &demoClock{machine: machine, redis: redis, start: start, born: machine(), last: start, aged: start}
}

// Now is what the clock shows.
func (c *demoClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *demoClock) now() time.Time {
	if t := c.start.Add(c.machine().Sub(c.born)); t.After(c.last) {
		c.last = t
	}
	return c.last
}

// reach sets the clock forward to at, as soon as nothing is on its way; a moment that has been leaves it as it is.
func (c *demoClock) reach(at time.Time) {
	c.moving.Lock()
	defer c.moving.Unlock()
	c.mu.Lock()
	if at.After(c.now()) {
		c.start, c.born = at.In(c.start.Location()), c.machine()
	}
	c.mu.Unlock()
	c.age()
}

// age lets keys of the embedded Redis expire, which it does only when it is told how much time has passed: without it
// the counter of messages a minute would only grow, and a person would soon hear nothing any more.
func (c *demoClock) age() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if passed := now.Sub(c.aged); passed > 0 && c.redis != nil {
		c.redis.FastForward(passed)
		c.aged = now
	}
}

// steady keeps the clock at its own pace while a request that does something is answered.
func (c *demoClock) steady(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			c.moving.RLock()
			defer c.moving.RUnlock()
		}
		next.ServeHTTP(w, r)
	})
}
