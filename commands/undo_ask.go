package commands

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// askBefore says why an undo must be confirmed; zero where it need not be. What reaches far when it is done reaches as far
// when it is taken back.
func askBefore(c bot.Call, e journal.Entry, changes []journal.Change) chat.Text {
	switch {
	case len(e.Targets) > manyPeople:
		return chat.Text{ZH: "一次影响 %d 人", EN: "this concerns %d people"}.F(len(e.Targets))
	case e.Actor != c.Actor.ID:
		return chat.Text{ZH: "这是 %s 做的", EN: "%s did it"}.F(c.Name(e.Actor))
	}
	for _, ch := range changes {
		kind, _, _ := strings.Cut(ch.Key, "/")
		switch {
		case kind == "delegate": // it moves nobody's rights, and is one's own matter
		case ch.Of == access.Of(""):
			return chat.Text{ZH: "对所有群生效", EN: "this holds in all groups"}
		case ch.Of.Kind() == "duty":
			if t := leavesOpen(c, ch); !t.IsZero() {
				return t
			}
		case ch.Of.Kind() != "access":
		case kind == "mapping":
			return chat.Text{ZH: "改变按职位或部门得到的角色", EN: "this changes what people have by position or department"}
		case kind == "scene":
			return chat.Text{ZH: "改变本群的场景", EN: "this changes the scenes of the group"}
		case kind == "role", kind == "temp":
			if t := seniorityChanges(ch); !t.IsZero() {
				return t
			}
		}
	}
	return chat.Text{}
}

// seniorityChanges says that somebody becomes senior by a change, or stops being so.
func seniorityChanges(ch journal.Change) chat.Text {
	senior := func(raw []byte) bool {
		r, err := journal.Decode[access.Role](raw)
		return err == nil && r.Level == access.Senior
	}
	switch was, is := ch.Before != nil && senior(ch.Before), ch.After != nil && senior(ch.After); {
	case is && !was:
		return chat.Text{ZH: "授予高级（可设管理员、改群设置）", EN: "this gives the senior level (may appoint admins and change settings)"}
	case was && !is:
		return chat.Text{ZH: "撤销高级管理员", EN: "this dismisses a senior admin"}
	}
	return chat.Text{}
}

// leavesOpen says when nobody is on duty any more by a change of a roster.
func leavesOpen(c bot.Call, ch journal.Change) chat.Text {
	records := c.State(ch.Of).Records
	was, err := duty.Build(records)
	if err != nil {
		return chat.Text{}
	}
	is, err := duty.Build(journal.Apply(records, ch.Of, []journal.Change{ch}))
	if err != nil {
		return chat.Text{}
	}
	var open []chat.Text
	for _, s := range is.Uncovered(was) {
		open = append(open, chat.Same(duty.FormatSpan(s.From, s.To)))
	}
	if len(open) == 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: "之后每天 %s 没有人值班", EN: "then nobody is on duty every day %s"}.F(list(open))
}
