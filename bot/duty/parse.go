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
	Days        Days
	// People take turns, as written; empty where Who has the shift. Unit and Length are how long each has it.
	People []string
	Unit   Unit
	Length int
	Anchor Day // when the first of People begins; the zero Day was not written, a Year of 0 neither
}

// The refusals of Parse.
var (
	ErrTime   = errors.New("not a time of day")
	ErrPerson = errors.New("a shift without a person")
	ErrOrder  = errors.New("a person without a shift")
	ErrTurns  = errors.New("several people, and not how they take turns")
	ErrDay    = errors.New("not a day")
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
// slash: "08:00-16:00 @li+@wang 16-24 @zhao". Of several people it is said how they take turns: "9-18 @li @wang @zhao
// 轮换 每周 从 2026-12-01". Which days have a shift stands behind it, or, where the text begins so, before those it is
// about: "工作日 9-18 @li 周末 10-16 @wang". Commas and line breaks may stand between, and full-width characters are as
// good as others.
func Parse(text string) ([]Draft, error) {
	text = apart.Replace(strings.Map(halfWidth, text))
	text = aroundPlus.ReplaceAllString(aroundTill.ReplaceAllString(text, "$1$2$3"), "$1")
	p := draftParser{words: strings.FieldsFunc(text, separates)}
	for len(p.words) > 0 {
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	for i := range p.out {
		if err := p.out[i].settle(p.turns[i]); err != nil {
			return nil, err
		}
	}
	if len(p.out) == 0 {
		return nil, ErrNoShifts
	}
	return p.out, nil
}

// apart sets off words that people write without a space: 每周轮换.
var apart = strings.NewReplacer("轮换", " 轮换 ", "轮流", " 轮流 ")

// draftParser is what has been read of the words, and the words that have not.
type draftParser struct {
	words []string
	out   []Draft
	turns []bool // of which drafts it is said that people take turns
	lead  bool   // days stand before the shifts they are about
	days  Days   // of the shifts to come, if so
	open  bool   // the last word was a day: another one is added to it
}

func (p *draftParser) next() error {
	word := p.words[0]
	open := p.open
	p.open = false
	if m := span.FindStringSubmatch(word); m != nil {
		p.words = p.words[1:]
		from, err1 := minute(m[1:5])
		to, err2 := minute(m[5:9])
		if err1 != nil || err2 != nil || from >= day {
			return fmt.Errorf("%w: %s", ErrTime, word)
		}
		p.out, p.turns = append(p.out, Draft{From: from, To: to, Days: p.days}), append(p.turns, false)
		return nil
	}
	if spanLike.MatchString(word) {
		return fmt.Errorf("%w: %s", ErrTime, word)
	}
	bare := len(p.out) > 0 && len(p.out[len(p.out)-1].People) == 0 // who is called sun has a shift, too
	if d, n := readDays(p.words); n > 0 && !(bare && englishDays.MatchString(strings.ToLower(word))) {
		p.words = p.words[n:]
		p.setDays(d, open)
		return nil
	}
	if len(p.out) == 0 {
		return fmt.Errorf("%w: %s", ErrOrder, word)
	}
	last := &p.out[len(p.out)-1]
	if unit, length, n := readTurns(p.words); n > 0 {
		p.words = p.words[n:]
		if unit != "" {
			last.Unit, last.Length = unit, length
		}
		p.turns[len(p.turns)-1] = p.turns[len(p.turns)-1] || unit == ""
		return nil
	}
	if at, n, ok := readAnchor(p.words); n > 0 {
		if !ok {
			return fmt.Errorf("%w: %s", ErrDay, strings.Join(p.words[:min(n, len(p.words))], " "))
		}
		p.words, last.Anchor = p.words[n:], at
		return nil
	}
	return p.person(last)
}

func (p *draftParser) setDays(d Days, more bool) {
	p.open = true
	if len(p.out) == 0 || p.lead {
		p.lead = true
		if more {
			d |= p.days
		}
		p.days = d
		return
	}
	last := &p.out[len(p.out)-1]
	if more {
		d |= last.Days
	}
	last.Days = d
}

// person reads somebody, and a B角 behind a plus sign or the word.
func (p *draftParser) person(last *Draft) error {
	word := p.words[0]
	p.words = p.words[1:]
	if w := strings.ToLower(word); (w == "b角" || w == "backup") && len(p.words) > 0 {
		last.Backup, p.words = p.words[0], p.words[1:]
		return nil
	}
	who, backup, pair := strings.Cut(strings.ReplaceAll(word, "/", "+"), "+")
	switch {
	case strings.Contains(backup, "+"), pair && len(last.People) > 0, len(last.People) == 1 && last.Backup != "":
		return fmt.Errorf("%w: %s", ErrOrder, word)
	case who == "" || pair && backup == "":
		return fmt.Errorf("%w: %s %s", ErrPerson, FormatSpan(last.From, last.To), word)
	}
	if pair {
		last.Backup = backup
	}
	last.People = append(last.People, who)
	return nil
}

// settle says who has the shift: one person, or several in turn.
func (d *Draft) settle(turns bool) error {
	switch n := len(d.People); {
	case n == 0, n == 1 && turns:
		return fmt.Errorf("%w: %s", ErrPerson, FormatSpan(d.From, d.To))
	case n > 1 && !turns && d.Unit == "":
		return fmt.Errorf("%w: %s", ErrTurns, strings.Join(d.People, " "))
	case n == 1 && (d.Unit == "" || d.Unit == Daily && d.Length == 1): // 每天 of one person is every day
		*d = Draft{From: d.From, To: d.To, Who: d.People[0], Backup: d.Backup, Days: d.Days}
	case n == 1:
		return fmt.Errorf("%w: %s", ErrPerson, FormatSpan(d.From, d.To))
	case d.Unit == "":
		d.Unit, d.Length = Daily, 1
	}
	return nil
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
