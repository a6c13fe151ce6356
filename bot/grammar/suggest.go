package grammar

import (
	"cmp"
	"slices"
	"strings"
)

// suggest returns the verbs nearest to what the message begins with, at most three, in the language of the message. They
// must have something in common with it: three random verbs help nobody.
func (g *Grammar) suggest(in *input) []string {
	type near struct {
		text string
		far  int
	}
	var all []near
	words := in.firstWords(4)
	chinese := hasHan(strings.Join(words, ""))
	for _, e := range g.entries {
		for _, verb := range e.form.verbs {
			said := words[:min(len(words), len(verb))]
			text := strings.Join(verb, " ")
			far := apart(said, verb)
			if far > len([]rune(text)) || hasHan(text) != chinese {
				continue
			}
			if e.form.slash {
				text = "/" + text
			}
			all = append(all, near{text, far})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.far, b.far), strings.Compare(a.text, b.text))
	})
	var out []string
	for _, n := range all {
		if !slices.Contains(out, n.text) && len(out) < 3 {
			out = append(out, n.text)
		}
	}
	return out
}

// firstWords returns at most n words in lower case, each cut to a length that a verb can have. A mention ends a word.
func (in *input) firstWords(n int) []string {
	var out []string
	for i := in.skip(0); i < in.end() && len(out) < n; i = in.skip(i) {
		begin := i
		for !in.boundary(i) && (i == begin || in.at(i) != '@' && in.at(i) != '#') {
			i++
		}
		out = append(out, string(in.lower[begin:min(i, begin+24)]))
	}
	return out
}

// apart says how little the words said are like a verb: twice the distance, less if one begins with the other.
func apart(said []string, verb phrase) int {
	a, b := strings.Join(said, " "), strings.Join(verb, " ")
	d := 2 * distance(a, b)
	switch {
	case d <= 1 || a == "":
		return d
	case len(verb) > 1 && said[0] == verb[0]:
		return min(d, 3)
	case strings.HasPrefix(a, b), strings.HasPrefix(b, a):
		return 1
	}
	return d
}

// Nearest is the word that a misspelt one resembles most; empty if it resembles none.
func Nearest(said string, among []string) string {
	best, least := "", 0
	for _, w := range among {
		d := distance(strings.ToLower(said), strings.ToLower(w))
		if d <= max(1, len([]rune(w))/3) && d < len([]rune(w)) && (best == "" || d < least) {
			best, least = w, d
		}
	}
	return best
}

// distance counts the letters to put in, take out, replace or swap with their neighbour to make b of a.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := range s {
		row[0] = i + 1
		for j := range t {
			replaced := last[j]
			if s[i] != t[j] {
				replaced++
			}
			row[j+1] = min(replaced, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(t)]
}
