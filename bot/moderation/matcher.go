package moderation

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/cloudflare/ahocorasick"

	"qunguan/bot/chat"
)

// few is how many words are looked for by their first letters: that takes no memory to speak of, while an automaton takes
// some 4 KiB for every byte of every word, which a thousand groups cannot have each.
const few = MostOfGroup

// Matcher finds the words of a list in what people write. Safe for concurrent use; the nil Matcher finds nothing.
type Matcher struct {
	words  []Word
	folded [][]byte
	heads  map[rune][]int       // words by their first letters, where they are few
	tree   *ahocorasick.Matcher // nil: they are few
}

// Compile makes a Matcher. With many words that takes tens of milliseconds: once for each version of a list.
func (l List) Compile() *Matcher {
	if len(l.words) > few {
		m := l.plain()
		m.tree = ahocorasick.NewMatcher(m.folded)
		return m
	}
	return l.byHeads()
}

// Find lists the words that stand in a text and are looked for in messages of such people, for somebody who asks once.
func (l List) Find(t Text, kind chat.PersonKind) []Word { return l.byHeads().Find(t, kind) }

// byHeads is a Matcher that is made at once.
func (l List) byHeads() *Matcher {
	if len(l.words) == 0 {
		return nil
	}
	m := l.plain()
	m.heads = make(map[rune][]int, len(m.words))
	for i, f := range m.folded {
		head, _ := utf8.DecodeRune(f)
		m.heads[head] = append(m.heads[head], i)
	}
	return m
}

func (l List) plain() *Matcher {
	m := &Matcher{words: l.Words()}
	for _, w := range m.words {
		m.folded = append(m.folded, []byte(w.Key()))
	}
	return m
}

// Find lists the words that stand in a text and are looked for in messages of such people.
func (m *Matcher) Find(t Text, kind chat.PersonKind) []Word {
	if m == nil || len(t.folded) == 0 {
		return nil
	}
	var out []Word
	for _, i := range m.candidates(t.folded) {
		if w := m.words[i]; (w.For == "" || w.For == kind) && t.has(string(m.folded[i])) {
			out = append(out, w)
		}
	}
	return out
}

// candidates are the words that stand in a text, if only within others, each once.
func (m *Matcher) candidates(folded []byte) []int {
	if m.tree != nil {
		if !m.tree.Contains(folded) {
			return nil
		}
		return m.tree.MatchThreadSafe(folded)
	}
	var out []int
	for at, r := range string(folded) {
		for _, i := range m.heads[r] {
			if bytes.HasPrefix(folded[at:], m.folded[i]) && !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
	}
	return out
}
