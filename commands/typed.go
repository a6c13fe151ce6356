package commands

import (
	"fmt"
	"strings"
	"unicode"

	"qunguan/bot"
	"qunguan/bot/chat"
)

// typedAs is a command in the language in which the person has typed theirs. A button holds one command for every
// language, and only the platform knows in which one it will be labelled: what is not a guess is how the verb was typed.
// Names of people and groups say nothing of it.
func typedAs(c bot.Call, command chat.Text) string {
	typed := c.Message.Text
	if i := strings.IndexAny(typed, "/／"); i >= 0 {
		typed = typed[i:] // what stands before it addresses the bot
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(typed), " ")
	if strings.ContainsFunc(verb, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return command.ZH
	}
	return command.EN
}

// peopleCounted is how many people, as each language counts.
func peopleCounted(n int) chat.Text { return counted(n, "%d 人", "person", "people") }

// groupsCounted is how many groups.
func groupsCounted(n int) chat.Text { return counted(n, "%d 个群", "group", "groups") }

// findingsCounted is how many things were found.
func findingsCounted(n int) chat.Text { return counted(n, "%d 项", "finding", "findings") }

// entriesCounted is how many entries of the journal.
func entriesCounted(n int64) chat.Text { return counted(int(n), "%d 条", "entry", "entries") }

func counted(n int, zh, one, many string) chat.Text {
	if n != 1 {
		one = many
	}
	return chat.Text{ZH: fmt.Sprintf(zh, n), EN: fmt.Sprintf("%d %s", n, one)}
}
