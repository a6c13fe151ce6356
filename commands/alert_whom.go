package commands

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/sla"
)

// aboutWhom is the hole for the customer that a command is about: their name, or the code that a card's button carries;
// without it, whoever waits.
func aboutWhom() grammar.RestHole {
	return grammar.Rest("whom").Called(chat.Text{ZH: "客户称呼，不写就是正在等的那位", EN: "the customer's name; without it, whoever waits"})
}

// waitingNow is the customer who waits in the group, whether or not anybody was told; zero where nobody does.
func waitingNow(c bot.Call) sla.Waiting {
	w, waits, _ := whoWaits(c, c.Group.ID)
	if !waits {
		return sla.Waiting{}
	}
	return w.Waiting
}

// codeOf is the code of the alert that is meant; empty is the one that is open, or will be. A group has one clock, so
// what is done of one customer is done of all who wrote after them: where it must not be, whoever wrote later cannot be
// named, and is told the command for all.
func codeOf(c bot.Call, whom string, command chat.Text, later bool) (string, error) {
	if whom == "" {
		return "", nil
	}
	code, isCode := alertName(whom)
	if isCode {
		if _, known := responses.Of(c).Alert(code); known {
			return code, nil
		}
	}
	first := waitingNow(c).Customer
	if a, open := responses.Of(c).Alert(""); open {
		first = a.Customer
	}
	if first != "" && goesBy(c.Group, first, whom) {
		return "", nil
	}
	for _, other := range c.Clock(c.Group.ID).Behind().Others {
		if !goesBy(c.Group, other, whom) {
			continue
		}
		if later {
			return "", nil
		}
		return "", &bot.Refusal{Text: chat.Text{
			ZH: "%s 排在 %s 之后：响应按群计时，不能只标记一位。都处理了请发 `%s`。",
			EN: "%s wrote after %s: the clock is the group's, and one alone cannot be marked. If all are handled: `%s`.",
		}.F(calledHere(c.Group, other), calledHere(c.Group, first), command)}
	}
	switch {
	case isCode:
		return code, nil // of a card of long ago
	case first == "":
		return "", nil // nobody waits, which is said
	}
	return "", &bot.Refusal{Text: chat.Text{
		ZH: "在等的不是“%s”，是 %s。请发 `%s`。", EN: "It is not “%s” who waits but %s. Send `%s`.",
	}.F(chat.Escape(whom), calledHere(c.Group, first), command)}
}

// goesBy says whether a customer may be meant by a name: part of it is enough.
func goesBy(g directory.Group, who chat.User, name string) bool {
	name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "@")))
	m, _ := g.Member(who)
	return name != "" && (strings.EqualFold(name, string(who)) || strings.Contains(strings.ToLower(m.Name), name))
}
