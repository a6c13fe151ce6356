package grammar

import (
	"cmp"
	"slices"
	"strings"

	"qunguan/bot/chat"
)

// maxSteps bounds the ways that are tried to read one message by one form.
const maxSteps = 10_000

// matcher tries to read one message by one form: optional parts as early and lists as long as possible, going back
// where that does not work out.
type matcher struct {
	in    *input
	form  *form
	steps int
	bound []binding
	words int // of the form that were there, without the verb

	optional int // where the innermost optional part began that is being tried, or -1
	wrong    map[wrongAt]wrong
	readable map[int]bool // where an optional part was read; text from there on is not taken for a reason either
	far      failure
}

// binding is a hole with its value.
type binding struct {
	part  int
	hole  Hole
	value any
}

// wrong is a value that looks meant for a hole but is wrong, and why; without a why nothing more is known.
type wrong struct {
	at  int
	of  part
	why chat.Text
}

// wrongAt is the hole that a wrong value was meant for, and where it, or the optional part that it is in, begins.
// Text from there on is not taken for a reason: a length with a slip must not become a reason without a length.
type wrongAt struct{ begin, part int }

// failure is the furthest place at which a form did not go on.
type failure struct {
	at       int
	expected []part
	why      chat.Text // more than "not understood", if something is known
	spent    bool      // too many ways to read it
}

// run reads the message behind the verb, from i on.
func (m *matcher) run(i int) bool {
	m.optional = -1
	m.wrong = map[wrongAt]wrong{}
	m.readable = map[int]bool{}
	m.far.at = -1
	return m.sequence(m.form.nodes, i, func(i int) bool {
		if i = m.in.skip(i); i < m.in.end() {
			m.fail(i, part{})
			return false
		}
		return true
	})
}

// sequence reads the nodes from i on, and then what comes after them.
func (m *matcher) sequence(nodes []node, i int, then func(int) bool) bool {
	if m.steps++; m.steps > maxSteps {
		m.far.spent = true
		return false
	}
	if len(nodes) == 0 {
		return then(i)
	}
	n, rest := nodes[0], nodes[1:]
	switch {
	case n.optional != nil:
		return m.tryOptional(n, rest, m.in.skip(i), then)
	case n.anyOrder != nil:
		return m.tryAnyOrder(n, rest, m.in.skip(i), then)
	case n.hole != nil:
		return m.tryHole(n, rest, m.in.skip(i), then)
	}
	return m.tryWords(n, rest, m.in.skip(i), then)
}

func (m *matcher) tryOptional(n node, rest []node, i int, then func(int) bool) bool {
	return m.tryPiece(n, rest, i, then) || m.sequence(rest, i, then)
}

// tryAnyOrder reads whichever of the pieces stands next, and then the others.
func (m *matcher) tryAnyOrder(n node, rest []node, i int, then func(int) bool) bool {
	for k, piece := range n.anyOrder {
		next := rest
		if others := without(n.anyOrder, k); len(others) > 0 {
			next = slices.Concat([]node{{anyOrder: others}}, rest)
		}
		if m.tryPiece(piece, next, i, then) {
			return true
		}
	}
	return m.sequence(rest, i, then)
}

// tryPiece reads an optional piece that is there, and then the rest.
func (m *matcher) tryPiece(n node, rest []node, i int, then func(int) bool) bool {
	outer := m.optional
	m.optional = i
	ok := m.sequence(n.optional, i, func(end int) bool {
		within := m.optional
		m.optional = outer
		if end > i && (outer < 0 || hasHole(n.optional)) {
			m.readable[i] = true
		}
		ok := end > i && m.sequence(rest, end, then)
		m.optional = within
		return ok
	})
	m.optional = outer
	return ok
}

func (m *matcher) tryWords(n node, rest []node, i int, then func(int) bool) bool {
	for _, words := range n.words {
		end, ok := m.in.phrase(words, i)
		if !ok {
			continue
		}
		if end, ok = m.in.afterWord(end); !ok && !hasHan(words[len(words)-1]) {
			continue
		}
		m.words += len(words)
		if m.sequence(rest, end, then) {
			return true
		}
		m.words -= len(words)
	}
	m.fail(i, n.part)
	return false
}

// afterWord returns where the word that ends at i lets the next one begin. What follows a word at once is a person,
// an entry or a colon, else ok is false.
func (in *input) afterWord(i int) (next int, ok bool) {
	if in.boundary(i) {
		return i, true
	}
	switch in.at(i) {
	case ':':
		return i + 1, true
	case '@', '#':
		return i, true
	}
	return i, false
}

func (m *matcher) tryHole(n node, rest []node, i int, then func(int) bool) bool {
	if m.in.midWord(i) && !n.hole.kind().closed() && m.in.at(i) != '@' {
		m.fail(i, n.part)
		return false
	}
	if n.hole.kind() == theRest && !m.mayRest(i) {
		return false
	}
	found, why := n.hole.read(place{input: m.in, i: i, form: m.form, part: n.n})
	begin := i
	if m.optional >= 0 {
		begin = m.optional
	}
	// 到 and then no time: that is not a reason which begins with 到.
	lacking := len(found) == 0 && begin < i && !m.in.midWord(i) && (i == m.in.end() || n.hole.kind() == aMoment)
	if lacking || !why.IsZero() {
		m.wrong[wrongAt{begin, n.n}] = wrong{i, n.part, why}
	}
	if !why.IsZero() {
		m.explain(i, why)
	}
	if n.hole.kind() == theRest && len(found) > 0 && m.hasTime(i) {
		return false
	}
	for _, r := range found {
		m.bound = append(m.bound, binding{n.n, n.hole, r.value})
		if m.sequence(rest, r.end, then) {
			return true
		}
		m.bound = m.bound[:len(m.bound)-1]
	}
	if len(found) == 0 {
		m.fail(i, n.part)
	}
	return false
}

// mayRest says whether the text from i on may be taken as it is: not if it begins with what other parts read, or would
// read but for a slip.
func (m *matcher) mayRest(i int) bool {
	if m.readable[i] {
		return false
	}
	for where, w := range m.wrong {
		if where.begin != i || m.isBound(where.part) {
			continue
		}
		if m.fail(w.at, w.of); !w.why.IsZero() {
			m.explain(w.at, w.why)
		}
		return false
	}
	return true
}

// hasTime says whether a word from i on reads as a time that the form has a hole for, while the message gives none of
// its times. Whoever mutes somebody for "flooding 30m" must not get a mute without an end.
func (m *matcher) hasTime(i int) bool {
	var times []int
	for n, p := range m.form.parts {
		if p.hole == nil || p.hole.kind() != aLength && p.hole.kind() != aMoment && p.hole.kind() != aPeriod {
			continue
		}
		if m.isBound(n) {
			return false
		}
		times = append(times, n)
	}
	if times == nil {
		return false
	}
	for _, w := range m.in.words() {
		if w.begin < i {
			continue
		}
		m.steps++
		for _, n := range times {
			found, _ := m.form.parts[n].hole.read(place{input: m.in, i: w.begin, form: m.form, part: n})
			if len(found) > 0 {
				_, end := m.in.word(w.begin)
				m.explain(w.begin, m.misplaced(n, w.begin, end))
				return true
			}
		}
	}
	return false
}

// misplaced says of a word that reads as the hole of a part where it belongs: behind the word that announces it, if that is
// what is missing.
func (m *matcher) misplaced(n, begin, end int) chat.Text {
	label := m.form.parts[n].hole.Label()
	if n == 0 || m.form.parts[n-1].hole != nil {
		return misplaced.F(label)
	}
	var lead chat.Text
	before := strings.TrimRight(string(m.in.lower[:begin]), " ")
	for _, w := range m.form.parts[n-1].words {
		word := strings.Join(w, " ")
		switch {
		case strings.HasSuffix(before, word):
			return misplaced.F(label)
		case strings.ContainsFunc(word, isHan):
			lead.ZH = cmp.Or(lead.ZH, word)
		default:
			lead.EN = cmp.Or(lead.EN, word)
		}
	}
	said := string(m.in.folded[begin:end])
	if lead.ZH == "" || lead.EN == "" { // the form has no word for it in one of the languages
		return misplaced.F(label)
	}
	return chat.Text{
		ZH: "这像是%s：请写成 `%s %s`，放在说明文字之前；若属于说明文字，请给文字加引号。",
		EN: "this looks like %s: write `%s %s`, before the text, or put the text in quotation marks.",
	}.F(label, lead, said)
}

var misplaced = chat.Text{
	ZH: "这像是%s：请写在说明文字之前；若属于说明文字，请给文字加引号。",
	EN: "this looks like %s; put it before the text, or put the text in quotation marks.",
}

func (m *matcher) isBound(part int) bool {
	return slices.ContainsFunc(m.bound, func(b binding) bool { return b.part == part })
}

// fail notes that the form does not go on at i, where p was looked for; the zero part is the end.
func (m *matcher) fail(i int, p part) {
	if i < m.far.at {
		return
	}
	if i > m.far.at {
		m.far.at, m.far.expected, m.far.why = i, nil, chat.Text{}
	}
	m.far.expected = append(m.far.expected, p)
}

// explain notes why what stands at i is wrong.
func (m *matcher) explain(i int, why chat.Text) {
	if i < m.far.at {
		return
	}
	if i > m.far.at {
		m.far.at, m.far.expected = i, nil
	}
	m.far.why = why
}

// args returns the values of a form that was read.
func (m *matcher) args() Args {
	a := Args{values: make(map[string]any, len(m.bound))}
	for _, b := range m.bound {
		a.values[b.hole.Name()] = b.value
		switch v := b.value.(type) {
		case Ref:
			a.refs = append(a.refs, v)
		case []Ref:
			a.refs = append(a.refs, v...)
		case []Line:
			for _, l := range v {
				a.refs = append(a.refs, l.People...)
			}
		}
	}
	return a
}

// loose is how much of the reading rests on holes that take any word.
func (m *matcher) loose() int {
	n := 0
	for _, b := range m.bound {
		switch v := b.value.(type) {
		case Ref:
			n += bare(v)
		case []Ref:
			n += bare(v[0])
		}
		switch b.hole.kind() {
		case aWord, aList:
			n++
		case theRest:
			n += 2
		}
	}
	return n
}

func bare(r Ref) int {
	if r.By == Bare {
		return 1
	}
	return 0
}
