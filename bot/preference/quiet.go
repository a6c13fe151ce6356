package preference

import (
	"fmt"
	"time"
)

// Quiet is a span of every day in which somebody is not to be disturbed, in minutes after midnight on the clock on the
// wall. To is exclusive; a span whose To is not after its From passes midnight.
type Quiet struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Covers says whether a moment lies within the span on the clock of its location.
func (q Quiet) Covers(at time.Time) bool {
	m := minuteOf(at)
	if q.From < q.To {
		return q.From <= m && m < q.To
	}
	return q.From != q.To && (m >= q.From || m < q.To)
}

// End is the first moment after now that is not quiet any more; ok is false if now is not quiet. Where the clock is put
// forward over the end, that is when it goes on; an hour that comes twice may be quiet twice.
func (q Quiet) End(now time.Time, zone *time.Location) (until time.Time, ok bool) {
	local := now.In(zone)
	if !q.Covers(local) {
		return time.Time{}, false
	}
	at := local.Truncate(time.Minute)
	for q.Covers(at) {
		at = at.Add(time.Duration(q.left(at)) * time.Minute)
	}
	// A clock that was put forward on the way has made that too late: back to the first minute that is not quiet.
	for before := at.Add(-time.Minute); before.After(local) && !q.Covers(before); before = before.Add(-time.Minute) {
		at = before
	}
	return at.UTC(), true
}

// left is how many minutes the clock on the wall is from the end.
func (q Quiet) left(at time.Time) int { return (q.To-minuteOf(at)+dayMinutes-1)%dayMinutes + 1 }

const dayMinutes = 24 * 60

func minuteOf(t time.Time) int { return t.Hour()*60 + t.Minute() }

// String writes the span as people do: 22:00-08:00.
func (q Quiet) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", q.From/60, q.From%60, q.To/60, q.To%60)
}
