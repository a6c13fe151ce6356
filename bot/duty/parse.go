package duty

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Draft is a shift as somebody wrote it: whom they mean is not known yet.
type Draft struct {
	From, To    int
	Who, Backup string // as written, with the @
}

// The refusals of Parse.
var (
	ErrTime   = errors.New("not a time of day")
	ErrPerson = errors.New("a shift without a person")
	ErrOrder  = errors.New("a person without a shift")
)

var span = regexp.MustCompile(`^(\d{1,2})(?::(\d{2}))?\s*(?:-|–|—|~|至|到)\s*(\d{1,2})(?::(\d{2}))?$`)

// Parse reads shifts written one after the other: a span of the day, who, and the backup after a plus sign or a
// slash: "08:00-16:00 @li+@wang 16-24 @zhao". Commas and line breaks may stand between them.
func Parse(text string) ([]Draft, error) {
	var out []Draft
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n,，、;；", r) }) {
		if m := span.FindStringSubmatch(word); m != nil {
			from, err1 := minute(m[1], m[2])
			to, err2 := minute(m[3], m[4])
			if err1 != nil || err2 != nil || from >= day {
				return nil, fmt.Errorf("%w: %s", ErrTime, word)
			}
			out = append(out, Draft{From: from, To: to})
			continue
		}
		if strings.ContainsAny(word[:1], "0123456789") && strings.ContainsAny(word, ":-") {
			return nil, fmt.Errorf("%w: %s", ErrTime, word)
		}
		if len(out) == 0 || out[len(out)-1].Who != "" {
			return nil, fmt.Errorf("%w: %s", ErrOrder, word)
		}
		last := &out[len(out)-1]
		last.Who, last.Backup, _ = strings.Cut(strings.ReplaceAll(word, "/", "+"), "+")
	}
	for _, d := range out {
		if d.Who == "" {
			return nil, fmt.Errorf("%w: %s", ErrPerson, FormatSpan(d.From, d.To))
		}
	}
	if len(out) == 0 {
		return nil, ErrNoShifts
	}
	return out, nil
}

func minute(hour, minutes string) (int, error) {
	h, err := strconv.Atoi(hour)
	if err != nil {
		return 0, err
	}
	m := 0
	if minutes != "" {
		if m, err = strconv.Atoi(minutes); err != nil {
			return 0, err
		}
	}
	if h > 24 || m > 59 || h == 24 && m > 0 {
		return 0, ErrTime
	}
	return h*60 + m, nil
}

// FormatSpan writes a span of the day as "08:00–16:00".
func FormatSpan(from, to int) string {
	return fmt.Sprintf("%02d:%02d–%02d:%02d", from/60, from%60, to/60, to%60)
}
