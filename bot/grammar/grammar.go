// Package grammar turns written forms, such as "/mute {who} {length}", into parsers with typed values and into the
// help that prints them. It promises that what it does not understand, or could understand in two ways, is a problem
// or a question and never a guess. It knows no command, no person and no clock: the moment comes with the message.
//
// Full-width letters, digits and punctuation are the same as half-width, capitals the same as small letters. An
// English verb needs its slash; a Chinese one does not in a message that addresses the bot. A word that begins with
// # names a group, and one that begins with two dashes is a flag, wherever it stands; quotation marks keep it text.
package grammar

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode"

	"qunguan/bot/chat"
)

// Grammar is the forms of all commands. The zero Grammar reads nothing and is ready for Add. Once nothing is added
// any more it may be used concurrently.
type Grammar struct {
	entries []entry
	byWord  map[string][]int // entries by the first word of a verb
}

// entry is one form of one command.
type entry struct {
	command string
	form    *form
}

// Context is what the meaning of a message depends on besides its text.
type Context struct {
	Now       time.Time
	Zone      *time.Location // nil is UTC
	Addressed bool           // the message speaks to the bot: it mentions it, or is a direct message
}

// Match is what a message means. Exactly one of these holds: Silent; a Problem; a Command, with its Args; or none of
// them, and then Suggest is what may have been meant. Suggest may also come with a Problem: /duty nxt, /duty next.
type Match struct {
	Command string
	Args    Args
	Flags   Flags
	Group   string   // what stood after #, folded: compare it with Fold(name); empty if no group was named
	Problem *Problem // the verb is known, the arguments are not; Command is empty
	Suggest []string // the nearest verbs, at most three, ready to type
	Silent  bool     // neither a command nor spoken to the bot: no answer
}

// Add adds the forms of a command. It is an error if another command reads the same message, or if the command has
// been added before; then nothing is added.
func (g *Grammar) Add(command string, f Forms) error {
	if len(f.forms) == 0 {
		return fmt.Errorf("add command %q: %w", command, errors.New("it has no forms"))
	}
	for _, e := range g.entries {
		if e.command == command {
			return fmt.Errorf("add command %q: it is there already", command)
		}
		for _, own := range f.forms {
			if own.overlaps(e.form) {
				return fmt.Errorf("add command %q: %q reads the same message as %q of %q",
					command, own.print(), e.form.print(), e.command)
			}
		}
	}
	if g.byWord == nil {
		g.byWord = map[string][]int{}
	}
	for _, own := range f.forms {
		g.entries = append(g.entries, entry{command, own})
		n := len(g.entries) - 1
		for _, verb := range own.verbs {
			if known := g.byWord[verb[0]]; !slices.Contains(known, n) {
				g.byWord[verb[0]] = append(known, n)
			}
		}
	}
	return nil
}

// Match reads a message. Text over chat.MaxText bytes, or with more than MaxPeople people, is a problem.
func (g *Grammar) Match(text string, c Context) Match {
	tooLong := len(text) > chat.MaxText
	if tooLong {
		text = text[:256] // enough to see whether it is for the bot
	}
	in := newInput(text, c)
	begin := in.skip(0)
	slash := in.at(begin) == '/'
	if slash {
		begin++
	}
	switch {
	case !c.Addressed && (!slash || isSpace(in.at(begin))): // 1 / 2
		return Match{Silent: true}
	case tooLong && !c.Addressed && !in.without(stretch{0, begin}).looksLikeVerb():
		return Match{Silent: true}
	case tooLong:
		return Match{Problem: &Problem{What: tooLongText}}
	}
	in = in.without(stretch{0, begin})
	plain, flags, badFlag := in.takeFlags()
	plain, group, badGroup := plain.takeGroup()
	attempts := g.attempts(plain, slash)
	if len(attempts) == 0 {
		if !c.Addressed && !in.looksLikeVerb() {
			return Match{Silent: true}
		}
		return Match{Suggest: g.suggest(plain)}
	}
	if problem := cmp.Or(badFlag, badGroup); !problem.IsZero() {
		return Match{Flags: flags, Problem: g.problem(attempts[0].entry, problem)}
	}
	m := g.read(attempts, group)
	m.Flags = flags
	return m
}

// looksLikeVerb says whether the text behind a slash can be a command at all: not a path, a date or a smiley.
func (in *input) looksLikeVerb() bool {
	if r := in.at(0); !unicode.IsLetter(r) {
		return false
	}
	return !slices.Contains(in.folded[:in.wordEnd(0)], '/')
}
