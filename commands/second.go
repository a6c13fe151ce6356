package commands

import (
	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// secondPerson asks something of rights, and where nothing but a second person's consent is missing, asks again as if it
// were given. Whoever writes a command that needs four eyes does
//
//	changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) { return f.… })
//	if !d.Allowed { return bot.Deny(d, …) }
//	return bot.Outcome{Events: …, Changes: …, Second: second}, nil
//
// and the engine does the rest: with a Second it keeps the events in a request, asks those who can agree, and commits
// them once one of them has (/approve). second is zero where nobody else is needed.
func secondPerson(
	f access.Facts, ask func(access.Facts) (access.Change, access.Decision),
) (changes access.Change, d access.Decision, second chat.Text) {
	changes, d = ask(f)
	if d.Rule != access.RuleSecondPerson {
		return changes, d, chat.Text{}
	}
	f.Consent = true
	changes, d = ask(f)
	if !d.Allowed {
		return nil, d, chat.Text{}
	}
	return changes, d, needsSecond
}

var (
	needsSecond = chat.Text{ZH: "授予高级、对另一位高级操作、改权限策略，都要两个人", EN: "the senior level, acts on another senior and changes of policy take two people"}
	manySecond  = chat.Text{ZH: "一次超过 %d 人，要两个人", EN: "more than %d people at once take two people"}.F(manyPeople)
)
