package configs

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Length reads a length of time: 7d, 24h, 1h30m, 10m. A day has 24 hours.
func Length(said string) (time.Duration, error) {
	if n, ok := strings.CutSuffix(said, "d"); ok {
		days, err := strconv.ParseUint(n, 10, 16)
		if err != nil {
			return 0, fmt.Errorf("read length %q: %w", said, err)
		}
		return time.Duration(days) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(said)
	if err != nil {
		return 0, fmt.Errorf("read length: %w", err)
	}
	return d, nil
}

const (
	mostLeads      = 6
	longestLead    = 31 * 24 * time.Hour
	longestCheckIn = 4 * time.Hour
)

func (l *layers) checkDuty(d Duty) {
	if len(d.RemindBefore) > mostLeads {
		l.found("duty.remind_before", "%d reminders of each turn; write at most %d", len(d.RemindBefore), mostLeads)
	}
	for _, said := range d.RemindBefore {
		if lead, err := Length(said); err != nil || lead < time.Minute || lead > longestLead {
			l.found("duty.remind_before", "%q is no length from 1m to 31d; write for example 7d, 1d, 1h or 30m", said)
		}
	}
	if within, err := Length(d.CheckInWithin); err != nil || within < time.Minute || within > longestCheckIn {
		l.found("duty.check_in_within", "%q is no length from 1m to 4h; write for example 10m", d.CheckInWithin)
	}
}
