package grammar

import (
	"slices"
	"strings"

	"qunguan/bot/chat"
)

// language is the one the form is written in.
func (f *form) language() chat.Language {
	if f.chinese {
		return chat.ZH
	}
	return chat.EN
}

// print returns the form as people read it: "/mute @who [LENGTH]", "/禁言 @人员 [〈时长〉]".
func (f *form) print() string {
	s := printNodes(f.head, f.language())
	if f.slash {
		s = "/" + s
	}
	if len(f.nodes) > 0 {
		s += " " + printNodes(f.nodes, f.language())
	}
	return s
}

func printNodes(nodes []node, l chat.Language) string {
	var words []string
	var last Hole
	for _, n := range nodes {
		switch {
		case n.optional != nil && last != nil && repeats(n.optional, last):
			words[len(words)-1] = strings.TrimSuffix(words[len(words)-1], "…") + "…"
			continue
		case n.anyOrder != nil:
			words = append(words, printNodes(n.anyOrder, l))
		case n.optional != nil:
			words = append(words, "["+printNodes(n.optional, l)+"]")
		case n.hole != nil:
			words = append(words, printHole(n.hole, n.many, l))
		default:
			words = append(words, printWords(n.words, l))
		}
		last = n.hole
	}
	return strings.Join(words, " ")
}

// repeats says whether something optional is but one more of what stands before it: people read that as "…".
func repeats(optional []node, before Hole) bool {
	return len(optional) == 1 && optional[0].hole != nil && optional[0].hole.Label() == before.Label() &&
		optional[0].hole.kind() == before.kind()
}

// printWords prints a choice of words: those of the language, where there are any.
func printWords(choices []phrase, l chat.Language) string {
	own := slices.DeleteFunc(slices.Clone(choices), func(p phrase) bool { return hasHan(strings.Join(p, "")) != (l == chat.ZH) })
	if len(own) > 0 {
		choices = own
	}
	if len(choices) == 1 {
		return strings.Join(choices[0], " ")
	}
	words := make([]string, len(choices))
	for i, c := range choices {
		words[i] = strings.Join(c, " ")
	}
	return "(" + strings.Join(words, "|") + ")"
}

func printHole(h Hole, many bool, l chat.Language) string {
	s := h.Label().In(l)
	c, isChoice := h.(interface{ spelt(label string) bool })
	switch k := h.kind(); {
	case isChoice && c.spelt(s) && strings.Contains(s, "|"):
		s = "(" + s + ")"
	case isChoice && c.spelt(s): // nothing to fill in
	case k.people():
		s = "@" + s
	case k == aNumber && h.sample().ZH[0] == '#':
		s = "#" + s
	case l == chat.EN:
		s = strings.ToUpper(s)
	default:
		s = "〈" + s + "〉"
	}
	if many || h.kind() == somePeople {
		s += "…"
	}
	return s
}
