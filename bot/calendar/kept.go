package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
)

// body is a calendar as it was last written.
type body struct {
	text    []byte
	etag    string
	written time.Time // when it was last found to be so
	changed time.Time // when it became so
	asks    bucket
}

const (
	freshFor = time.Minute // a calendar that is asked for again so soon is not written again
	maxKept  = 500         // calendars; one is some 50 KB
)

// bucket bounds how often something may be done: it holds a number of goes and is filled again with time. The zero
// bucket is full.
type bucket struct {
	missing float64
	at      time.Time
}

// take says whether there is a go left, and takes it.
func (b *bucket) take(now time.Time, size, perSecond float64) bool {
	b.missing = max(0, b.missing-now.Sub(b.at).Seconds()*perSecond)
	b.at = now
	if b.missing+1 > size {
		return false
	}
	b.missing++
	return true
}

// kept is the calendars that were last asked for, by the ids of their feeds, and how often was asked. Its map is there
// from the beginning.
type kept struct {
	mu      sync.Mutex
	bodies  map[string]*body
	unknown bucket // of what is not kept: every wrong address costs a look into storage
}

// admit says whether the calendar of an id may be asked for at this moment.
func (k *kept) admit(id string, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if b, ok := k.bodies[id]; ok {
		return b.asks.take(now, 20, 0.5)
	}
	return k.unknown.take(now, 200, 50)
}

// get returns the calendar of an id as it was last written; fresh says whether that is as good as writing it again.
func (k *kept) get(id string, now time.Time) (b body, fresh, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p, ok := k.bodies[id]
	if !ok {
		return body{}, false, false
	}
	return *p, now.Sub(p.written) < freshFor, true
}

// put keeps a calendar that was written, and returns it.
func (k *kept) put(id string, text []byte, now time.Time) body {
	sum := sha256.Sum256(text)
	next := body{text: text, etag: `"` + hex.EncodeToString(sum[:16]) + `"`, written: now, changed: now}
	k.mu.Lock()
	defer k.mu.Unlock()
	if old, ok := k.bodies[id]; ok {
		next.asks = old.asks
		if old.etag == next.etag {
			next.changed = old.changed
		}
	} else if len(k.bodies) >= maxKept {
		for other := range k.bodies {
			delete(k.bodies, other)
			break
		}
	}
	k.bodies[id] = &next
	return next
}

// drop forgets the calendar of an id that is no feed any more.
func (k *kept) drop(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.bodies, id)
}
