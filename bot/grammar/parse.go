package grammar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// formParser reads the notation of forms.
type formParser struct {
	text  []rune
	i     int
	holes map[string]Hole
	used  map[string]bool
}

// sequence reads nodes up to the end, or up to the bracket that closes depth: ] or >.
func (p *formParser) sequence(depth int, closing rune) ([]node, error) {
	var nodes []node
	for {
		for p.i < len(p.text) && isSpace(p.text[p.i]) {
			p.i++
		}
		if p.i == len(p.text) {
			if depth > 0 {
				return nil, fmt.Errorf("a %s is not closed", map[rune]string{']': "[", '>': "<"}[closing])
			}
			return nodes, nil
		}
		if c := p.text[p.i]; c == ']' || c == '>' {
			if depth == 0 || c != closing {
				return nil, fmt.Errorf("a %c closes nothing", c)
			}
			p.i++
			return nodes, nil
		}
		glued := p.i > 0 && !isSpace(p.text[p.i-1])
		n, err := p.node(depth)
		if err != nil {
			return nil, err
		}
		if last := len(nodes) - 1; glued && last >= 0 && nodes[last].words != nil && n.words != nil {
			nodes[last].words = join(nodes[last].words, n.words)
			continue
		}
		nodes = append(nodes, n)
	}
}

// join puts words together that have no space between them: (现在|今天)谁值班.
func join(before, after []phrase) []phrase {
	var out []phrase
	for _, b := range before {
		for _, a := range after {
			last := len(b) - 1
			out = append(out, slices.Concat(b[:last], phrase{b[last] + a[0]}, a[1:]))
		}
	}
	return out
}

func (p *formParser) node(depth int) (node, error) {
	switch p.text[p.i] {
	case '[':
		if depth == 8 {
			return node{}, errors.New("optional parts are nested more than 8 deep")
		}
		p.i++
		inner, err := p.sequence(depth+1, ']')
		if err == nil && len(inner) == 0 {
			err = errors.New("an optional part is empty")
		}
		return node{optional: inner}, err
	case '<':
		return p.anyOrder(depth)
	case '{':
		return p.hole()
	case '(':
		return p.alternatives()
	case ')', '}', '|':
		return node{}, fmt.Errorf("a %c opens nothing", p.text[p.i])
	}
	begin := p.i
	for p.i < len(p.text) && !isSpace(p.text[p.i]) && !strings.ContainsRune("[]{}()|<>", p.text[p.i]) {
		p.i++
	}
	return p.literal(string(p.text[begin:p.i]))
}

func (p *formParser) anyOrder(depth int) (node, error) {
	if depth > 0 {
		return node{}, errors.New("a < stands within another bracket")
	}
	p.i++
	inner, err := p.sequence(depth+1, '>')
	if err != nil {
		return node{}, err
	}
	if len(inner) < 2 || slices.ContainsFunc(inner, func(n node) bool { return n.optional == nil }) {
		return node{}, errors.New("between < and > stand two or more optional parts, and nothing else")
	}
	return node{anyOrder: inner}, nil
}

func (p *formParser) hole() (node, error) {
	name, err := p.until('}')
	if err != nil {
		return node{}, err
	}
	name, many := strings.CutSuffix(name, "...")
	h, ok := p.holes[name]
	if !ok {
		return node{}, fmt.Errorf("hole %q is not given", name)
	}
	if many && h.kind() != somePeople && h.kind() != theRest {
		return node{}, fmt.Errorf("hole %q takes one value, so it cannot be written with …", name)
	}
	if p.used == nil {
		p.used = map[string]bool{}
	}
	if p.used[name] {
		return node{}, fmt.Errorf("hole %q is there twice; a word before it can be optional, as in [[for] {%s}]", name, name)
	}
	p.used[name] = true
	return node{part: part{hole: h, many: many}}, nil
}

func (p *formParser) alternatives() (node, error) {
	inner, err := p.until(')')
	if err != nil {
		return node{}, err
	}
	return p.literal(strings.Split(inner, "|")...)
}

// until returns what stands between the bracket at the cursor and its partner.
func (p *formParser) until(closing rune) (string, error) {
	begin := p.i + 1
	for p.i < len(p.text) && p.text[p.i] != closing {
		p.i++
	}
	if p.i == len(p.text) {
		return "", fmt.Errorf("a %c is missing", closing)
	}
	p.i++
	return strings.TrimSpace(string(p.text[begin : p.i-1])), nil
}

func (p *formParser) literal(choices ...string) (node, error) {
	var n node
	for _, c := range choices {
		words := strings.Fields(strings.ToLower(c))
		if len(words) == 0 || strings.ContainsAny(c, "[]{}()<>,;@#\"") {
			return node{}, fmt.Errorf("%q is not a word", c)
		}
		n.words = append(n.words, words)
	}
	return n, nil
}
