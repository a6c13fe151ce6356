package duty

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
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

// The forms of a span: 8-16, 08:00-16:00, 8点-16点30分, 8点半到16点.
const (
	clockForm = `(\d{1,2})(?::(\d{2})|[点时](?:(\d{1,2})分?|(半))?)?`
	tillForm  = `(?:-|–|—|~|至|到)`
)

var (
	span = regexp.MustCompile(`^` + clockForm + tillForm + clockForm + `$`)
	// spanLike begins like a span: what does so and is none was meant as one.
	spanLike = regexp.MustCompile(`^\d+(?:[:点时]|` + tillForm + `)`)
	// Spaces are tolerated around what stands between two times, or between two people.
	aroundTill = regexp.MustCompile(`([\d点时分半])\s*(` + tillForm + `)\s*(\d)`)
	aroundPlus = regexp.MustCompile(`\s*([+/])\s*`)
)

// Parse reads shifts written one after the other: a span of the day, who, and the backup after a plus sign or a
// slash: "08:00-16:00 @li+@wang 16-24 @zhao". Commas and line breaks may stand between them, and full-width
// characters are as good as others.
func Parse(text string) ([]Draft, error) {
	text = strings.Map(halfWidth, text)
	text = aroundPlus.ReplaceAllString(aroundTill.ReplaceAllString(text, "$1$2$3"), "$1")
	var out []Draft
	for _, word := range strings.FieldsFunc(text, separates) {
		if m := span.FindStringSubmatch(word); m != nil {
			from, err1 := minute(m[1:5])
			to, err2 := minute(m[5:9])
			if err1 != nil || err2 != nil || from >= day {
				return nil, fmt.Errorf("%w: %s", ErrTime, word)
			}
			out = append(out, Draft{From: from, To: to})
			continue
		}
		if spanLike.MatchString(word) {
			return nil, fmt.Errorf("%w: %s", ErrTime, word)
		}
		if len(out) == 0 || out[len(out)-1].Who != "" {
			return nil, fmt.Errorf("%w: %s", ErrOrder, word)
		}
		last, pair := &out[len(out)-1], false
		last.Who, last.Backup, pair = strings.Cut(strings.ReplaceAll(word, "/", "+"), "+")
		switch {
		case strings.Contains(last.Backup, "+"):
			return nil, fmt.Errorf("%w: %s", ErrOrder, word)
		case last.Who == "" || pair && last.Backup == "":
			return nil, fmt.Errorf("%w: %s %s", ErrPerson, FormatSpan(last.From, last.To), word)
		}
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

func separates(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",、;", r) }

func halfWidth(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

// minute reads the groups of clockForm.
func minute(groups []string) (int, error) {
	h, err := strconv.Atoi(groups[0])
	if err != nil {
		return 0, err
	}
	m := 0
	if written := groups[1] + groups[2]; written != "" {
		if m, err = strconv.Atoi(written); err != nil {
			return 0, err
		}
	}
	if groups[3] != "" {
		m = 30 // 半
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
