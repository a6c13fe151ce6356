package grammar

import (
	"slices"
	"strings"

	"qunguan/bot/chat"
)

// RestHole is a hole for the rest of the message.
type RestHole struct{ gap }

// Rest is a hole for the rest of the message, as typed: a reason. It stands last in its form. In a form with people it
// does not begin with @: that is a person too many.
func Rest(name string) RestHole { return RestHole{newGap(name, chat.Text{ZH: "文字", EN: name})} }

// Of returns the text.
func (h RestHole) Of(a Args) string { return valueOf[string](a, h.name) }

// Called returns the hole with another label.
func (h RestHole) Called(t chat.Text) RestHole { h.called = t; return h }

// NumberHole is a hole for a number.
type NumberHole struct {
	gap
	count bool
}

// Number is a hole for a whole number that is not negative: #1234, 1234, 1234号.
func Number(name string) NumberHole {
	return NumberHole{gap: newGap(name, chat.Text{ZH: "编号", EN: name})}
}

// Of returns the number.
func (h NumberHole) Of(a Args) int64 { return valueOf[int64](a, h.name) }

// Called returns the hole with another label: it then counts something, and is not shown as the number of an entry.
func (h NumberHole) Called(t chat.Text) NumberHole { h.called, h.count = t, true; return h }

// WordHole is a hole for one word.
type WordHole struct{ gap }

// Word is a hole for one word, folded; quotation marks around several words make them one.
func Word(name string) WordHole { return WordHole{newGap(name, chat.Text{ZH: "词", EN: name})} }

// Of returns the word.
func (h WordHole) Of(a Args) string { return valueOf[string](a, h.name) }

// Called returns the hole with another label.
func (h WordHole) Called(t chat.Text) WordHole { h.called = t; return h }

// ChoiceHole is a hole for one of several values.
type ChoiceHole[T any] struct {
	gap
	parse func(string) (T, bool)
	other func(string) (T, bool)
	among func(said string) chat.Text
	pair  bool
}

// Choice is a hole for a word that parse accepts. parse gets the word folded, in the case as typed; what is the label.
func Choice[T any](name string, parse func(string) (T, bool), what chat.Text) ChoiceHole[T] {
	return ChoiceHole[T]{gap: gap{name: name, called: what}, parse: parse}
}

// Or returns the hole that takes a word of its own kind too: one that parse does not know, that nothing later in the
// form would understand, and that other accepts. Forms are read without facts, so whoever runs the command says
// whether there is such a value; where free text may follow, the word may be the first one of that.
func (h ChoiceHole[T]) Or(other func(string) (T, bool)) ChoiceHole[T] { h.other = other; return h }

// Paired returns the hole whose values may be two words, last week: parse gets them with one space between.
func (h ChoiceHole[T]) Paired() ChoiceHole[T] { h.pair = true; return h }

// Hinting returns the hole that, where a word is none of its values, says what may have been meant and where they are
// listed.
func (h ChoiceHole[T]) Hinting(among func(said string) chat.Text) ChoiceHole[T] {
	h.among = among
	return h
}

// spelt says whether a label spells the values themselves, with | between them. A hole that takes any word has no values
// to spell.
func (h ChoiceHole[T]) spelt(label string) bool {
	if _, anything := h.parse("…"); anything {
		return false
	}
	for w := range strings.SplitSeq(label, "|") {
		if _, ok := h.parse(w); !ok {
			return false
		}
	}
	return true
}

func (h ChoiceHole[T]) hint(said string) chat.Text {
	if h.among == nil {
		return chat.Text{}
	}
	return h.among(said)
}

// Of returns the value.
func (h ChoiceHole[T]) Of(a Args) T { return valueOf[T](a, h.name) }

func (RestHole) kind() kind      { return theRest }
func (NumberHole) kind() kind    { return aNumber }
func (WordHole) kind() kind      { return aWord }
func (ChoiceHole[T]) kind() kind { return aChoice }

func (RestHole) sample() chat.Text      { return chat.Text{} }
func (WordHole) sample() chat.Text      { return chat.Text{} }
func (ChoiceHole[T]) sample() chat.Text { return chat.Text{} }

func (h NumberHole) sample() chat.Text {
	if h.count {
		return chat.Same("2")
	}
	return chat.Same("#12")
}

func (h RestHole) read(at place) (found []reading, why chat.Text) {
	if at.i == at.end() {
		return nil, chat.Text{}
	}
	if at.form.people && at.at(at.i) == '@' {
		return nil, chat.Text{
			ZH: "这里不再写人；要写多个人，请连在一起写在前面（若此命令允许）。",
			EN: "no person is expected here; several people stand together, where the command takes several.",
		}
	}
	if slices.ContainsFunc(at.hashes(), func(h hash) bool { return h.number && h.begin >= at.i }) {
		return nil, chat.Text{} // it is a group, and is taken out before the next attempt
	}
	return []reading{{at.end(), strings.TrimSpace(string(at.typed[at.i:]))}}, chat.Text{}
}

func (h NumberHole) read(at place) (found []reading, why chat.Text) {
	i := at.i
	if at.at(i) == '#' {
		i++
	}
	value, end := at.digits(i)
	if end == i {
		return nil, chat.Text{}
	}
	if end, _ = at.hasAny(end, "号"); !at.stops(end) {
		return nil, chat.Text{}
	}
	if value < 0 {
		return nil, chat.Text{ZH: "编号太大。", EN: "the number is too large."}
	}
	return []reading{{end, value}}, chat.Text{}
}

func (h WordHole) read(at place) (found []reading, why chat.Text) {
	word, end := at.word(at.i)
	if word == "" || at.form.parts[at.part].shy && at.later(at.i) {
		return nil, chat.Text{}
	}
	return []reading{{end, word}}, chat.Text{}
}

func (h ChoiceHole[T]) read(at place) (found []reading, why chat.Text) {
	word, end := at.word(at.i)
	if word == "" {
		return nil, chat.Text{}
	}
	if second, last := at.word(at.spaces(end)); h.pair && second != "" && last > end {
		if v, ok := h.parse(word + " " + second); ok {
			found = append(found, reading{last, v})
		}
	}
	if v, ok := h.parse(word); ok {
		found = append(found, reading{end, v})
	}
	for cut := min(end-1, at.i+maxWord); cut > at.i; cut-- {
		if !at.form.chineseWordAt(at.input, cut) {
			continue
		}
		if v, ok := h.parse(string(at.folded[at.i:cut])); ok {
			found = append(found, reading{cut, v})
		}
	}
	if len(found) > 0 || h.other == nil || at.strict || at.later(at.i) {
		return found, chat.Text{}
	}
	if v, ok := h.other(word); ok {
		found = append(found, reading{end, v})
	}
	return found, chat.Text{}
}
