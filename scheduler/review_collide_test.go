package scheduler

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/review"
)

// TestReviewsThatCollide is which calendars let one review eat another.
func TestReviewsThatCollide(t *testing.T) {
	zone := time.FixedZone("CST", 8*60*60)
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
	day := func(m time.Month, d, hour int) time.Time { return time.Date(2026, m, d, hour, 0, 0, 0, zone) }
	long := review.Standard()
	long.Days = 14
	for name, row := range map[string]struct {
		rhythms []Begins
		policy  review.Policy
		want    []Collision
	}{
		"one after the other, the days of the fallbacks included": {
			[]Begins{{"matrix", "0 9 1 * *"}, {"business", "0 9 21 1,4,7,10 *"}, {"group", "0 9 11 * *"}}, review.Standard(), nil,
		},
		"one begins on the day on which the other closes": {
			[]Begins{{"matrix", "0 9 1 * *"}, {"group", "0 9 8 * *"}}, review.Standard(),
			[]Collision{{"matrix", "group", day(1, 8, 9), day(1, 10, 18)}},
		},
		"reviewers who have longer": {
			[]Begins{{"matrix", "0 9 1 * *"}, {"group", "0 9 11 * *"}}, long,
			[]Collision{{"matrix", "group", day(1, 11, 9), day(1, 17, 18)}},
		},
		"a rhythm that laps itself": {
			[]Begins{{"group", "0 9 * * 1"}}, review.Standard(), []Collision{{"group", "group", day(1, 12, 9), day(1, 14, 18)}},
		},
		"over the end of a month": {
			[]Begins{{"matrix", "0 9 1 * *"}, {"business", "0 9 23 1,4,7,10 *"}}, review.Standard(),
			[]Collision{{"business", "matrix", day(2, 1, 9), day(2, 1, 18)}},
		},
		"what never begins": {[]Begins{{"matrix", ""}, {"group", "0 9 8 * *"}}, review.Standard(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := Collisions(row.rhythms, row.policy, from)
			for i := range got {
				got[i].Begins, got[i].Ends = got[i].Begins.In(zone), got[i].Ends.In(zone)
			}
			assert.Equal(t, row.want, got)
		})
	}
}
