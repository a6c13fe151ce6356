package configs

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// bounds are the least and the most that a number may be.
type bounds struct{ least, most int }

func (b bounds) have(n int) bool { return b.least <= n && n <= b.most }

// String tells them, for people.
func (b bounds) String() string {
	if b.most == unbounded {
		return fmt.Sprintf("%d or more", b.least)
	}
	return fmt.Sprintf("from %d to %d", b.least, b.most)
}

const unbounded = math.MaxInt

// numbers are the bounds of every key that is a number: who has written what is none is told them, too.
var numbers = map[string]bounds{
	"limits.role_cap":              {0, mostPeople},
	"limits.native_admins":         {0, mostPeople},
	"audit.archive.keep_days":      {LeastKeepDays, mostKeepDays},
	"sla.warn_percent":             {0, 99},
	"kpi.solved_percent":           {1, 100},
	"kpi.caught_a_week":            {1, mostCaught},
	"kpi.reward_weeks":             {1, mostWeeks},
	"suspicion.most_acts":          {1, mostActs},
	"suspicion.refusals":           {2, mostActs},
	"redis.db":                     {0, unbounded},
	"wecom.app.agent_id":           {1, unbounded},
	"archive.private_keys.version": {1, unbounded},
}

// whole reads the number of a key.
func whole(path, written string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(written))
	if err != nil {
		return 0, fmt.Errorf("%q is no whole number; write one in digits, %s", written, numbers[path])
	}
	return n, nil
}
