package grammar

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"qunguan/bot/chat"
)

// input is a message as the parsers look at it. The three texts have one length, so that a position means the same
// in each of them.
type input struct {
	typed  []rune // for the rest of a line, which stays as it is
	folded []rune // for names
	lower  []rune // for words, numbers and dates
	now    time.Time
	zone   *time.Location
}

func newInput(text string, c Context) *input {
	in := &input{typed: []rune(strings.TrimSpace(chat.Clean(text))), now: c.Now, zone: c.Zone}
	if in.zone == nil {
		in.zone = time.UTC
	}
	in.folded = make([]rune, len(in.typed))
	in.lower = make([]rune, len(in.typed))
	for i, r := range in.typed {
		in.folded[i] = foldRune(r)
		in.lower[i] = unicode.ToLower(in.folded[i])
	}
	return in
}

// stretch is a piece of the input, from begin up to end.
type stretch struct{ begin, end int }

// without returns the input with some stretches taken out, and the space after them. They are in order.
func (in *input) without(out ...stretch) *input {
	if len(out) == 0 {
		return in
	}
	short := &input{now: in.now, zone: in.zone}
	from := 0
	keep := func(to int) {
		short.typed = append(short.typed, in.typed[from:to]...)
		short.folded = append(short.folded, in.folded[from:to]...)
		short.lower = append(short.lower, in.lower[from:to]...)
	}
	for _, s := range out {
		keep(s.begin)
		from = in.spaces(s.end)
	}
	keep(in.end())
	return short
}

// upTo returns the input cut off at end.
func (in *input) upTo(end int) *input {
	out := *in
	out.typed, out.folded, out.lower = in.typed[:end], in.folded[:end], in.lower[:end]
	return &out
}

func (in *input) end() int { return len(in.folded) }

// at returns the folded rune there, or 0 at the end.
func (in *input) at(i int) rune {
	if i >= len(in.folded) {
		return 0
	}
	return in.folded[i]
}

// skip returns where the next word begins: behind spaces and commas.
func (in *input) skip(i int) int {
	for i < in.end() && (isSpace(in.folded[i]) || isComma(in.folded[i])) {
		i++
	}
	return i
}

// spaces returns the position behind spaces alone.
func (in *input) spaces(i int) int {
	for i < in.end() && isSpace(in.folded[i]) {
		i++
	}
	return i
}

// boundary says whether a word may end before i.
func (in *input) boundary(i int) bool {
	return i >= in.end() || isSpace(in.folded[i]) || isComma(in.folded[i])
}

// midWord says whether what stands before i goes on without a space: only a Chinese word of a form does that to a
// value, and only a value to such a word.
func (in *input) midWord(i int) bool {
	return i > 0 && i < in.end() && !isSpace(in.folded[i-1]) && !isComma(in.folded[i-1]) && in.folded[i-1] != ':'
}

// wordEnd returns where the word that contains i ends.
func (in *input) wordEnd(i int) int {
	for !in.boundary(i) {
		i++
	}
	return i
}

// word returns the word at i, without quotation marks, and where it ends.
func (in *input) word(i int) (string, int) {
	if inner, end, ok := in.quoted(i); ok {
		return inner, end
	}
	end := in.wordEnd(i)
	return string(in.folded[i:end]), end
}

// quoted returns what stands in quotation marks that begin at i and end at the end of a word.
func (in *input) quoted(i int) (inner string, end int, ok bool) {
	closing := closingOf(in.at(i))
	if closing == 0 {
		return "", 0, false
	}
	n := slices.Index(in.folded[i+1:], closing)
	if n < 0 || !in.boundary(i+n+2) {
		return "", 0, false
	}
	return strings.TrimSpace(string(in.folded[i+1 : i+1+n])), i + n + 2, true
}

func closingOf(quote rune) rune {
	switch quote {
	case '"':
		return '"'
	case '“':
		return '”'
	case '「':
		return '」'
	}
	return 0
}

// has says whether the text s, in lower case, stands at i, and where it ends.
func (in *input) has(i int, s string) (end int, ok bool) {
	for _, r := range s {
		if i >= in.end() || in.lower[i] != r {
			return 0, false
		}
		i++
	}
	return i, true
}

// hasAny returns where the longest of the texts that stands at i ends. The texts are tried in order, so longer
// ones come first.
func (in *input) hasAny(i int, texts ...string) (end int, ok bool) {
	for _, s := range texts {
		if end, ok := in.has(i, s); ok {
			return end, true
		}
	}
	return i, false
}

// digits reads a run of digits. No digits is end == i, a value that does not fit -1.
func (in *input) digits(i int) (value int64, end int) {
	if !isDigit(in.at(i)) {
		return 0, i
	}
	end = i
	for end < in.end() && isDigit(in.folded[end]) {
		end++
	}
	if end-i > 18 {
		return -1, end
	}
	for _, r := range in.folded[i:end] {
		value = value*10 + int64(r-'0')
	}
	return value, end
}

// numeral reads a number in digits or in Chinese numerals up to 999: 两, 十五, 二十. No number is end == i.
func (in *input) numeral(i int) (value int64, end int) {
	if isDigit(in.at(i)) {
		return in.digits(i)
	}
	if value, end, ok := in.englishNumeral(i); ok {
		return value, end
	}
	var total, digit int64
	pending := false
	for end = i; end < in.end(); end++ {
		r := in.folded[end]
		if d, ok := numerals[r]; ok {
			if pending && digit != 0 {
				return total + digit, end
			}
			digit, pending = d, true
			continue
		}
		scale := scaleOf(r)
		if scale == 0 || total >= 1000 {
			break
		}
		if !pending {
			digit = 1
		}
		total += digit * scale
		digit, pending = 0, false
	}
	return total + digit, end
}

// englishNumeral reads a number as a word: a week, two weeks.
func (in *input) englishNumeral(i int) (value int64, end int, ok bool) {
	for n, names := range [][]string{{"a ", "an ", "one "}, {"two "}, {"three "}, {"four "}, {"five "}, {"six "},
		{"seven "}, {"eight "}, {"nine "}, {"ten "}} {
		if end, ok := in.hasAny(i, names...); ok {
			return int64(n + 1), end, true
		}
	}
	return 0, i, false
}

func scaleOf(r rune) int64 {
	switch r {
	case '十':
		return 10
	case '百':
		return 100
	}
	return 0
}

var numerals = map[rune]int64{
	'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9,
}

// place is where in a message a hole is tried.
type place struct {
	*input
	i    int   // where
	form *form // the form that is tried
	part int   // which part of it the hole is
	// strict asks only for what surely is meant for the hole: it is tried for a word that stands before it.
	strict bool

	tails []string // what a value may carry at its end
}

// stops says whether a value may end before i: at a boundary, or where a Chinese word of the form follows without
// a space, as in 9点到18点.
func (p place) stops(i int) bool {
	if p.boundary(i) || p.form.chineseWordAt(p.input, i) {
		return true
	}
	end, ok := p.hasAny(i, p.tails...)
	return ok && (p.boundary(end) || p.form.chineseWordAt(p.input, end))
}

// later says whether a word or a closed hole that comes later in the form could stand at i.
func (p place) later(i int) bool {
	for n := p.part + 1; n < len(p.form.parts); n++ {
		part := p.form.parts[n]
		if part.hole == nil {
			for _, words := range part.words {
				if end, ok := p.phrase(words, i); ok && p.boundary(end) {
					return true
				}
			}
			continue
		}
		if !part.hole.kind().closed() {
			continue
		}
		if found, _ := part.hole.read(place{input: p.input, i: i, form: p.form, part: n, strict: true}); len(found) > 0 {
			return true
		}
	}
	return false
}

// phrase says whether the words stand at i, with spaces between, and where they end.
func (in *input) phrase(words []string, i int) (end int, ok bool) {
	for n, w := range words {
		if n > 0 {
			if !in.boundary(i) {
				return 0, false
			}
			i = in.spaces(i)
		}
		if i, ok = in.has(i, w); !ok {
			return 0, false
		}
	}
	return i, true
}
