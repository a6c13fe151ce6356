package grammar

import (
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
	words := make([]string, len(nodes))
	for i, n := range nodes {
		switch {
		case n.optional != nil:
			words[i] = "[" + printNodes(n.optional, l) + "]"
		case n.hole != nil:
			words[i] = printHole(n.hole, n.many, l)
		default:
			words[i] = printWords(n.words)
		}
	}
	return strings.Join(words, " ")
}

func printWords(choices []phrase) string {
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
	switch k := h.kind(); {
	case k.people():
		s = "@" + s
	case k == aNumber:
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
