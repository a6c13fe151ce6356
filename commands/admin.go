package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

// This file holds what the commands of the /admin family share.

// fromOf is when a grant of this call begins; zero is at once.
func beyond(c bot.Call, length grammar.LengthHole, end grammar.MomentHole, from grammar.MomentHole) (access.Appointment, error) {
	var a access.Appointment
	if from.Given(c.Args) {
		a.From = from.Of(c.Args).UTC()
	}
	begin := c.Said
	if a.From.After(begin) {
		begin = a.From
	}
	if end.Given(c.Args) && length.Given(c.Args) {
		return a, &bot.Refusal{Text: twoEnds}
	}
	switch {
	case end.Given(c.Args):
		a.Until = end.Of(c.Args).UTC()
	case length.Given(c.Args):
		a.Until = begin.Add(length.Of(c.Args)).UTC().Truncate(time.Second)
	}
	if a.Until.IsZero() && !a.From.IsZero() {
		return a, &bot.Refusal{Text: chat.Text{
			ZH: "有开始时间的授权必须有结束时间：请加 `到 2026-12-01` 或 `7天`。",
			EN: "A grant with a beginning needs an end: add `until 2026-12-01` or `for 7d`.",
		}}
	}
	if !a.Until.IsZero() && !a.Until.After(c.Now) {
		return a, &bot.Refusal{Text: chat.Text{
			ZH: "结束时间 %s 已经过去。", EN: "The end %s has passed already.",
		}.F(c.Moment(a.Until))}
	}
	if !a.Until.IsZero() && !a.Until.After(a.From) {
		return a, &bot.Refusal{Text: chat.Text{
			ZH: "结束时间 %s 不在开始时间之后。", EN: "The end %s is not after the beginning.",
		}.F(c.Moment(a.Until))}
	}
	return a, nil
}

// result is what came of one person of a list.
type result struct {
	line    chat.Text // what was done, or of whom not
	why     chat.Text // why not
	next    chat.Text // what to do about it
	changes []journal.Change
	who     chat.User
}

// rights are the items that a change of roles is about, for the journal.
var rights = []string{access.Admins.String()}

// roleAfter reads the role that a change leaves; ok is false if it leaves none.
func roleAfter(changes []journal.Change) (access.Role, bool) {
	for _, c := range changes {
		if c.After == nil {
			continue
		}
		if r, err := journal.Decode[access.Role](c.After); err == nil {
			return r, true
		}
	}
	return access.Role{}, false
}

// senior says whether a change gives somebody the highest level.
func senior(changes []journal.Change) bool {
	r, ok := roleAfter(changes)
	return ok && r.Level == access.Senior
}
