package grammar

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"qunguan/bot/chat"
)

// RefKind is how a person was named.
type RefKind int

// The ways to name a person. The zero RefKind is a bare word.
const (
	Bare    RefKind = iota // zhangsan, 张三
	ByID                   // @zhangsan: a userid, or a display name
	ByEmail                // zhangsan@example.com
)

// Ref is a person as the message names them: not yet an identity.
type Ref struct {
	Said string // folded, without the leading @ and without quotation marks
	By   RefKind
}

// PersonHole is a hole for one person.
type PersonHole struct{ gap }

// Person is a hole for one person: @userid, userid, an e-mail address or a display name. A name with spaces is
// quoted: @"Li Si". A bare word is a person only where nothing later in the form would understand it.
func Person(name string) PersonHole {
	return PersonHole{newGap(name, chat.Text{ZH: "人员", EN: name})}
}

// Of returns the person, once the arguments are resolved.
func (h PersonHole) Of(a Args) chat.Member { return a.members[h.Ref(a)] }

// Ref returns the person as named.
func (h PersonHole) Ref(a Args) Ref { return valueOf[Ref](a, h.name) }

// PeopleHole is a hole for one or more people.
type PeopleHole struct{ gap }

// People is a hole for one or more people, separated by spaces, commas or line breaks. Only the first may be a bare
// word, unless it is a pasted list of bare words with commas or line breaks between.
func People(name string) PeopleHole {
	return PeopleHole{newGap(name, chat.Text{ZH: "人员", EN: name})}
}

// Of returns the people in the order of the message, once the arguments are resolved; somebody named twice is
// there once.
func (h PeopleHole) Of(a Args) []chat.Member {
	var out []chat.Member
	seen := map[chat.User]bool{}
	for _, r := range h.Refs(a) {
		m, ok := a.members[r]
		if !ok || seen[m.ID] {
			continue
		}
		seen[m.ID] = true
		out = append(out, m)
	}
	return out
}

// Refs returns the people as named.
func (h PeopleHole) Refs(a Args) []Ref { return valueOf[[]Ref](a, h.name) }

// Called returns the hole with another label.
func (h PeopleHole) Called(t chat.Text) PeopleHole { h.called = t; return h }

func (PersonHole) kind() kind { return aPerson }
func (PeopleHole) kind() kind { return somePeople }

func (PersonHole) sample() chat.Text { return chat.Same("@lisi") }
func (PeopleHole) sample() chat.Text { return chat.Same("@lisi @wangwu") }

func (h PersonHole) read(at place) (found []reading, why chat.Text) {
	ref, ends, why := at.ref(at.i)
	if len(ends) == 0 || ref[0].By == Bare && at.cannotBeBare(at.i) {
		return nil, why
	}
	for n, end := range ends {
		found = append(found, reading{end, ref[n]})
	}
	return found, chat.Text{}
}

// MaxPeople is how many people one message can name.
const MaxPeople = 1000

var tooManyPeople = chat.Text{
	ZH: fmt.Sprintf("一条消息最多写 %d 个人，请分几次发。", MaxPeople),
	EN: fmt.Sprintf("one message can name at most %d people; send several.", MaxPeople),
}

func (h PeopleHole) read(at place) (found []reading, why chat.Text) {
	var refs []Ref
	listOfBare := false
	for i := at.i; i < at.end(); {
		ref, ends, wrong := at.ref(i)
		if len(ends) == 0 {
			why = wrong
			break
		}
		if ref[0].By == Bare {
			first := len(refs) == 0
			if !first && !(listOfBare && at.separated(i)) || at.cannotBeBare(i) {
				break
			}
			listOfBare = listOfBare || first
		}
		if len(refs) == MaxPeople {
			return nil, tooManyPeople
		}
		for n := len(ends) - 1; n > 0; n-- {
			found = append(found, reading{ends[n], slices.Concat(refs, ref[n:n+1])})
		}
		refs = append(refs, ref[0])
		found = append(found, reading{ends[0], refs[:len(refs):len(refs)]})
		i = at.skip(ends[0])
	}
	slices.Reverse(found)
	return found, why
}

// cannotBeBare says whether a bare word at i is not a person here.
func (p place) cannotBeBare(i int) bool { return p.form.parts[p.part].shy || p.later(i) }

// separated says whether a comma or a line break stands before the word at i, and so between two of a list.
func (p place) separated(i int) bool {
	for i--; i >= 0 && (isSpace(p.folded[i]) || isComma(p.folded[i])); i-- {
		if p.folded[i] == '\n' || isComma(p.folded[i]) {
			return true
		}
	}
	return false
}

// maxWord is how long a value can be that a Chinese word follows without a space.
const maxWord = 64

// ref reads one person at i: the ways to read it, and where each ends, longest first. There is more than one where a
// Chinese word of the form follows the name without a space.
func (p place) ref(i int) (refs []Ref, ends []int, why chat.Text) {
	by := Bare
	if p.at(i) == '@' {
		by = ByID
		i++
	}
	if inner, end, ok := p.quoted(i); ok {
		if inner == "" {
			return nil, nil, noName
		}
		return []Ref{{inner, by}}, []int{end}, chat.Text{}
	}
	end := p.nameEnd(i, by)
	said := string(p.folded[i:end])
	switch {
	case said == "" && by == ByID:
		return nil, nil, noName
	case said == "", by == Bare && strings.ContainsRune("#/-", p.at(i)):
		return nil, nil, chat.Text{}
	}
	if by == Bare && looksLikeEmail(said) {
		by = ByEmail
	}
	refs, ends = []Ref{{trimName(said), by}}, []int{end}
	for cut := min(end-1, i+maxWord); cut > i && by == ByID; cut-- {
		if p.form.chineseWordAt(p.input, cut) {
			refs, ends = append(refs, Ref{string(p.folded[i:cut]), by}), append(ends, cut)
		}
	}
	return refs, ends, chat.Text{}
}

var noName = chat.Text{ZH: "@ 后面缺少名字。", EN: "a name is missing after @."}

// nameEnd returns where the name at i ends: at a boundary, or before the next mention of @张三@李四. A userid may hold
// an @, and so does an address, hence only a name with other than ASCII letters beside the @ is cut there.
func (p place) nameEnd(i int, by RefKind) int {
	end := p.wordEnd(i)
	if by != ByID {
		return end
	}
	for k := i + 1; k < end; k++ {
		if p.folded[k] == '@' && (p.folded[k-1] > unicode.MaxASCII || k+1 < end && p.folded[k+1] > unicode.MaxASCII) {
			return k
		}
	}
	return end
}

// trimName takes off the punctuation that ends a sentence; no userid ends so.
func trimName(s string) string {
	if t := strings.TrimRight(s, ":。!?"); t != "" {
		return t
	}
	return s
}

func looksLikeEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Contains(strings.Trim(domain, "."), ".") && !strings.Contains(domain, "@")
}

// FindPerson returns whom r can mean among those known: the one with that userid (as written, else whatever the
// case), else that e-mail address, else that display name in full. Several are a question to the speaker, none is a
// hint; a part of a name finds nobody.
func FindPerson(r Ref, among []chat.Member) []chat.Member {
	said := Fold(r.Said)
	if said == "" {
		return nil
	}
	ways := []func(chat.Member) bool{
		func(m chat.Member) bool { return string(m.ID) == said },
		func(m chat.Member) bool { return strings.EqualFold(string(m.ID), said) },
		func(m chat.Member) bool { return strings.EqualFold(Fold(m.Email), said) },
		func(m chat.Member) bool { return Fold(m.Name) == said },
	}
	for _, is := range ways {
		var found []chat.Member
		for _, m := range among {
			known := func(f chat.Member) bool { return f.ID == m.ID }
			if m.ID != "" && is(m) && !slices.ContainsFunc(found, known) {
				found = append(found, m)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}
