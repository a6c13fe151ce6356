package preference

import (
	"regexp"
	"strconv"
)

// clock is a time of day as people write it: 22:00, 22, 22点, 22点30分, 22点半.
const clock = `(\d{1,2})(?::(\d{2})|[点时](?:(\d{1,2})分?|(半))?)?`

var written = regexp.MustCompile(`^` + clock + `(?:-|–|—|~|至|到)` + clock + `$`)

// Parse reads a span of the day: 22:00-08:00, 22-8, 22点到8点半. ok is false if it is none. 24:00 is midnight.
func Parse(text string) (q Quiet, ok bool) {
	m := written.FindStringSubmatch(text)
	if m == nil {
		return Quiet{}, false
	}
	from, ok1 := minuteIn(m[1:5])
	to, ok2 := minuteIn(m[5:9])
	return Quiet{From: from, To: to}, ok1 && ok2
}

// minuteIn reads the groups of clock.
func minuteIn(groups []string) (int, bool) {
	h, err := strconv.Atoi(groups[0])
	m := 0
	if past := groups[1] + groups[2]; past != "" && err == nil {
		m, err = strconv.Atoi(past)
	}
	if groups[3] != "" {
		m = 30 // 半
	}
	if err != nil || h > 24 || m > 59 || h == 24 && m > 0 {
		return 0, false
	}
	return (h*60 + m) % dayMinutes, true
}
