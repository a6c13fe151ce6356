package grammar

import (
	"cmp"
	"slices"
	"strings"

	"qunguan/bot/chat"
)

// attempt is a form whose verb the message begins with.
type attempt struct {
	entry
	in   *input
	verb phrase // as said
	i    int    // where the arguments begin
}

// attempts returns the forms with the longest verb that the message begins with.
func (g *Grammar) attempts(in *input, slash bool) []attempt {
	var out []attempt
	for _, text := range []*input{in, in.asked()} {
		for _, n := range g.byWord[text.firstVerbWord()] {
			e := g.entries[n]
			if text != in && (e.form.slash || text.end() == in.end()) {
				continue
			}
			for _, verb := range e.form.verbs {
				end, ok := text.phrase(verb, 0)
				if ok {
					end, ok = text.afterWord(end)
				}
				if ok && (slash || !e.form.slash || slices.ContainsFunc(verb, hasHan)) {
					out = append(out, attempt{e, text, verb, end})
				}
			}
		}
	}
	longest := 0
	for _, a := range out {
		longest = max(longest, len(a.verb))
	}
	return slices.DeleteFunc(out, func(a attempt) bool { return len(a.verb) < longest })
}

// firstVerbWord returns the word that the message begins with, up to a mention that follows at once.
func (in *input) firstVerbWord() string {
	i := 0
	for _, ok := in.afterWord(i); !ok; _, ok = in.afterWord(i) {
		i++
	}
	return string(in.lower[:i])
}

// asked returns the input without what ends a question: 谁在值班呢？
func (in *input) asked() *input {
	end := in.end()
	for end > 0 && (isSpace(in.at(end-1)) || strings.ContainsRune("?!.。~～…呢吗呀啊吧", in.at(end-1))) {
		end--
	}
	return in.upTo(end)
}

// read tries every attempt and returns what the best one says, or the problem of the one that got furthest.
func (g *Grammar) read(attempts []attempt, group string) Match {
	var furthest outcome
	for n, h := range readings(attempts, group) {
		o := g.readWithout(attempts, h)
		if o.match.Command != "" || o.match.Problem != nil {
			o.match.Group = cmp.Or(group, h.name)
			return o.match
		}
		// A number that was read as one is the better explanation.
		if n == 0 || furthest.far.at <= h.begin {
			furthest = o
		}
	}
	a := furthest.stuck
	if a.in.at(furthest.far.at) == '#' && (group != "" || !a.form.hasNumber()) {
		furthest.what = oneGroup
	}
	return Match{Group: group, Problem: g.problem(a.entry, furthest.what), Suggest: g.longer(a)}
}

var oneGroup = chat.Text{ZH: "一条命令只能用 # 写一个群。", EN: "A command names one group with #, not more."}

// readings returns which # with a number to take for a group: none, then each; but the only one at once where no
// form wants a number.
func readings(attempts []attempt, group string) []hash {
	hashes := slices.DeleteFunc(attempts[0].in.hashes(), func(h hash) bool { return !h.number })
	if group != "" || len(hashes) == 0 {
		return []hash{{}}
	}
	if len(hashes) == 1 && !slices.ContainsFunc(attempts, func(a attempt) bool { return a.form.hasNumber() }) {
		return hashes
	}
	slices.Reverse(hashes)
	return append([]hash{{}}, hashes[:min(len(hashes), 3)]...)
}

// outcome is what came of all attempts at one reading.
type outcome struct {
	match Match
	far   failure
	what  chat.Text
	stuck attempt
}

// readWithout tries every attempt on the message without h.
func (g *Grammar) readWithout(attempts []attempt, h hash) outcome {
	o := outcome{far: failure{at: -1}}
	var best *matcher
	var by, rival attempt
	for _, a := range attempts {
		if h.name != "" {
			a.in = a.in.without(stretch{h.begin, min(h.end, a.in.end())})
		}
		m := &matcher{in: a.in, form: a.form}
		if !m.run(min(a.i, a.in.end())) {
			if m.far.at > o.far.at {
				o.far, o.stuck, o.what = m.far, a, m.far.what(a.in)
			}
			continue
		}
		switch c := m.compare(best); {
		case c > 0:
			best, by, rival = m, a, attempt{}
		case c == 0 && a.command != by.command:
			rival = a
		}
	}
	switch {
	case best == nil:
	case rival.form != nil:
		what := twoCommands.F(quote(by.form.print()), quote(rival.form.print()))
		o.match.Problem = g.problem(by.entry, what)
	default:
		o.match.Command, o.match.Args = by.command, best.args()
	}
	return o
}

// compare says which reading of a message is the more exact one: the one that rests on more words of its form, then
// the one that rests less on holes which take anything.
func (m *matcher) compare(other *matcher) int {
	if other == nil {
		return 1
	}
	return cmp.Or(cmp.Compare(m.words, other.words), cmp.Compare(other.loose(), m.loose()))
}

// problem says what is wrong with the arguments of a command.
func (g *Grammar) problem(e entry, what chat.Text) *Problem {
	var all Forms
	for _, other := range g.entries {
		if other.command == e.command {
			all.forms = append(all.forms, other.form)
		}
	}
	form := chat.Text{ZH: all.like(e.form, chat.ZH).print(), EN: all.like(e.form, chat.EN).print()}
	return &Problem{Command: e.command, What: what, Form: form}
}

// like is the form of a language that says the same as one of whatever language: the one with the most holes in common.
func (f Forms) like(one *form, l chat.Language) *form {
	best, most := one, -1
	for _, other := range f.forms {
		if other.language() != l || one.language() == l {
			continue
		}
		same := 0
		for _, p := range other.parts {
			if p.hole != nil && slices.ContainsFunc(one.parts, func(q part) bool { return q.hole != nil && q.hole.Name() == p.hole.Name() }) {
				same++
			}
		}
		if same > most {
			best, most = other, same
		}
	}
	return best
}

// longer returns the verbs that may have been meant where a shorter one was read: after /duty nxt, /duty next.
func (g *Grammar) longer(a attempt) []string {
	word, _ := a.in.word(a.in.skip(min(a.i, a.in.end())))
	if word = strings.ToLower(word); word == "" || len(word) > 64 {
		return nil
	}
	var out []string
	for _, e := range g.entries {
		for _, verb := range e.form.verbs {
			if len(verb) <= len(a.verb) || !slices.Equal(verb[:len(a.verb)], a.verb) {
				continue
			}
			next := verb[len(a.verb)]
			text := "/" + strings.Join(verb, " ")
			if distance(word, next) <= max(1, len([]rune(next))/2) && len(out) < 3 && !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}
