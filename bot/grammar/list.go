package grammar

import (
	"regexp"
	"strings"

	"qunguan/bot/chat"
)

// ListHole is a hole for a pasted list, one person a line.
type ListHole struct {
	gap
	known func(string) bool
}

// Line is one line of a pasted list: who stands in it, and what else it says. Without people it is about the whole
// list: a reason.
type Line struct {
	People []Ref
	Words  []string // folded
}

// List is a hole for the rest of a message that is a list of people, one line each, with words beside them: "张三 高级".
// Numbers, bullets and tabs at the beginning of a line are passed over. known says which words may stand beside a
// person. A list of people alone is read by People as well, which goes before it; text that only might be a list is
// none, so that the second line of a reason is not taken for a person.
func List(name string, known func(string) bool) ListHole {
	return ListHole{newGap(name, chat.Text{ZH: "名单", EN: name}), known}
}

// Of returns the lines.
func (h ListHole) Of(a Args) []Line { return valueOf[[]Line](a, h.name) }

func (ListHole) kind() kind        { return aList }
func (ListHole) sample() chat.Text { return chat.Text{} }

// bullet is what people, and the programs they paste from, put before a line of a list.
var bullet = regexp.MustCompile(`^\s*(?:[-*+•·●▪◦—–]+\s*|[((]?\d{1,3}\s*[.、)):]\s*|[((]?\d{1,3}\s+)`)

// remark begins a line that is no person.
var remark = regexp.MustCompile(`(?i)^\s*(?:原因|理由|备注|reason|note)\s*:?\s*`)

func (h ListHole) read(at place) (found []reading, why chat.Text) {
	fresh := newLine(at, at.i)
	var lines []Line
	sure := fresh
	for n, text := range strings.Split(string(at.folded[at.i:]), "\n") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		if head := remark.FindString(text); head != "" {
			lines = append(lines, Line{Words: strings.Fields(text[len(head):])})
			continue
		}
		marked := bullet.MatchString(text)
		l, ok := h.line(bullet.ReplaceAllString(text, ""))
		if !ok {
			return nil, chat.Text{}
		}
		if !marked && !fresh && n > 0 && !h.surely(l) {
			return nil, chat.Text{} // the second line of a reason, as well as not
		}
		sure = sure || n > 0
		lines = append(lines, l)
	}
	people := 0
	for _, l := range lines {
		people += len(l.People)
	}
	if people == 0 || people > MaxPeople || !sure {
		return nil, chat.Text{}
	}
	return []reading{{at.end(), lines}}, chat.Text{}
}

// newLine says whether nothing but spaces stands between i and the line break before it.
func newLine(at place, i int) bool {
	for i--; i >= 0 && isSpace(at.folded[i]); i-- {
		if at.folded[i] == '\n' {
			return true
		}
	}
	return false
}

// line reads one line: people first, then words.
func (h ListHole) line(text string) (Line, bool) {
	in := &input{folded: []rune(text), lower: []rune(strings.ToLower(text)), typed: []rune(text)}
	p := place{input: in, form: &form{}}
	var l Line
	for i := in.skip(0); i < in.end(); i = in.skip(i) {
		explicit := in.at(i) == '@' || looksLikeEmail(string(in.folded[i:in.wordEnd(i)]))
		if len(l.Words) == 0 && (len(l.People) == 0 || explicit) {
			ref, ends, why := p.ref(i)
			if len(ends) == 0 || !why.IsZero() {
				return Line{}, false
			}
			l.People, i = append(l.People, ref[0]), ends[0]
			continue
		}
		word, end := in.word(i)
		l.Words, i = append(l.Words, word), end
	}
	return l, len(l.People) > 0
}

// surely says whether a line cannot be mere text.
func (h ListHole) surely(l Line) bool {
	if l.People[0].By != Bare {
		return true
	}
	return len(l.Words) > 0 && h.known(l.Words[0])
}
