package grammar

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"qunguan/bot/chat"
)

// Forms are the written forms of one command, compiled. They are immutable; the zero Forms read nothing.
type Forms struct {
	forms []*form
}

// form is one written form.
type form struct {
	slash   bool
	chinese bool     // its verb is
	verbs   []phrase // what it may begin with; more than one where it begins with alternatives
	nodes   []node   // what follows the verb
	head    []node   // the verb, for printing
	parts   []part   // the words and holes of nodes, in order
	han     []string // the Chinese words among parts
	people  bool     // it has a hole for people
}

// phrase is one or more words in lower case, folded.
type phrase = []string

// node is a piece of a form: words, a hole, something optional, or several optional pieces in whatever order.
type node struct {
	part     // zero if it is one of the two below
	n        int
	optional []node
	anyOrder []node
}

// part is a choice of words, or a hole.
type part struct {
	words []phrase
	hole  Hole
	many  bool // written {hole...}
	must  bool // not optional
	// shy says that the hole may be left out and that free text may follow. Nothing then tells a value of the hole
	// from the text but what it looks like: a person has an @, and a word is none that fits later.
	shy bool
}

// Compile reads forms. A form is words and {holes}; {hole...} is for People and Rest; [ … ] is optional and may
// nest; (a|b) is one or the other word; < … > has optional parts that may come in any order. It begins with a word. Every hole must be used, every used one given, and a
// form must not be readable in two ways.
//
// Words are matched whatever the case and width. After a Chinese word in the middle of a form the value may follow
// without a space, and a Chinese word may follow a value so: 从9点到18点.
func Compile(forms []string, holes ...Hole) (Forms, error) {
	byName := map[string]Hole{}
	for _, h := range holes {
		if _, twice := byName[h.Name()]; twice || h.Name() == "" {
			return Forms{}, fmt.Errorf("compile forms: hole %q is given twice or has no name", h.Name())
		}
		byName[h.Name()] = h
	}
	if len(forms) == 0 {
		return Forms{}, errors.New("compile forms: there are none")
	}
	var out Forms
	used := map[string]bool{}
	for _, text := range forms {
		f, err := parseForm(text, byName)
		if err != nil {
			return Forms{}, fmt.Errorf("compile form %q: %w", text, err)
		}
		for _, earlier := range out.forms {
			if f.overlaps(earlier) {
				return Forms{}, fmt.Errorf("compile form %q: %q reads the same message", text, earlier.print())
			}
		}
		for _, p := range f.parts {
			if p.hole != nil {
				used[p.hole.Name()] = true
			}
		}
		out.forms = append(out.forms, f)
	}
	for _, h := range holes {
		if !used[h.Name()] {
			return Forms{}, fmt.Errorf("compile forms: no form uses hole %q", h.Name())
		}
	}
	return out, nil
}

func parseForm(text string, holes map[string]Hole) (*form, error) {
	f := &form{}
	text = Fold(text)
	rest, slash := strings.CutPrefix(text, "/")
	f.slash = slash
	p := formParser{text: []rune(rest), holes: holes}
	nodes, err := p.sequence(0, 0)
	if err != nil {
		return nil, err
	}
	verb := 0
	for verb < len(nodes) && len(nodes[verb].words) > 0 {
		verb++
	}
	if verb == 0 {
		return nil, errors.New("it does not begin with a word")
	}
	f.head, f.nodes = nodes[:verb], nodes[verb:]
	if f.verbs, err = verbsOf(f.head); err != nil {
		return nil, err
	}
	f.chinese = slices.ContainsFunc(f.verbs[0], hasHan)
	f.number(f.nodes, true)
	f.markShy(f.nodes, false)
	return f, f.sound()
}

// verbsOf returns every phrase that the words can be said as.
func verbsOf(head []node) ([]phrase, error) {
	verbs := []phrase{nil}
	for _, n := range head {
		var longer []phrase
		for _, v := range verbs {
			for _, w := range n.words {
				longer = append(longer, slices.Concat(v, w))
			}
		}
		if verbs = longer; len(verbs) > 64 {
			return nil, errors.New("it begins in more than 64 ways")
		}
	}
	return verbs, nil
}

// number lists the parts in order and tells each node its place in the list.
func (f *form) number(nodes []node, must bool) {
	for i := range nodes {
		n := &nodes[i]
		if n.optional != nil || n.anyOrder != nil {
			f.number(n.optional, false)
			f.number(n.anyOrder, false)
			continue
		}
		n.n, n.must = len(f.parts), must
		f.parts = append(f.parts, n.part)
		if n.hole != nil {
			f.people = f.people || n.hole.kind().people()
			continue
		}
		for _, words := range n.words {
			if hasHan(words[0]) {
				f.han = append(f.han, words[0])
			}
		}
	}
}

// markShy finds the holes that open an optional piece while free text may come after. openAfter says whether free
// text may follow the nodes.
func (f *form) markShy(nodes []node, openAfter bool) {
	for i := range nodes {
		n := nodes[i]
		open := openAfter || hasOpen(nodes[i+1:])
		for k := range n.anyOrder {
			f.markShy(n.anyOrder[k:k+1], open || hasOpen(without(n.anyOrder, k)))
		}
		if n.optional == nil {
			continue
		}
		for k, first := range n.optional {
			if first.optional != nil {
				continue
			}
			if first.hole != nil && (open || hasOpen(n.optional[k+1:])) {
				f.parts[first.n].shy = true
			}
			break
		}
		f.markShy(n.optional, open)
	}
}

func hasHole(nodes []node) bool {
	return slices.ContainsFunc(nodes, func(n node) bool { return n.hole != nil || hasHole(n.optional) || hasHole(n.anyOrder) })
}

// hasOpen says whether some hole among the nodes takes any word.
func hasOpen(nodes []node) bool {
	return slices.ContainsFunc(nodes, func(n node) bool {
		return hasOpen(n.optional) || hasOpen(n.anyOrder) || n.hole != nil && n.hole.kind().open()
	})
}

// without are the nodes but the k-th.
func without(nodes []node, k int) []node {
	return slices.Concat(nodes[:k], nodes[k+1:])
}

func (f *form) hasNumber() bool {
	return slices.ContainsFunc(f.parts, func(p part) bool { return p.hole != nil && p.hole.kind() == aNumber })
}

// chineseWordAt says whether a Chinese word of the form stands at i.
func (f *form) chineseWordAt(in *input, i int) bool {
	return slices.ContainsFunc(f.han, func(w string) bool {
		_, ok := in.has(i, w)
		return ok
	})
}

// Usage prints the forms of a language, one a line; those of the other language if it has none. A form is Chinese if
// its verb is.
func (f Forms) Usage(l chat.Language) string {
	var own, others []string
	for _, one := range f.forms {
		if one.chinese == (l != chat.EN) {
			own = append(own, one.print())
			continue
		}
		others = append(others, one.print())
	}
	if own == nil {
		own = others
	}
	return strings.Join(own, "\n")
}
