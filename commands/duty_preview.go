package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// sorted are shifts as a roster keeps them.
func sorted(list []duty.Shift) []duty.Shift {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b duty.Shift) int { return a.From - b.From })
	return out
}

func unique[T comparable](who []T) []T {
	var out []T
	for _, u := range who {
		if !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// rosterPreview tells the seven days to come by the roster that an event makes, who gets more turns and who fewer, and what
// somebody should know before agreeing.
func rosterPreview(c bot.Call, r duty.Roster, e journal.Event) []chat.Text {
	of := duty.Of(c.Group.ID)
	next, err := r.Rebuilt(journal.Apply(c.State(of).Records, of, e.Changes))
	if err != nil {
		return nil
	}
	today := duty.DayOf(c.Now.In(c.Zone))
	lines := []chat.Text{{ZH: "接下来 7 天：", EN: "The next 7 days:"}}
	for _, d := range planOf(c, next, today, 7).days {
		lines = append(lines, chat.Same("- ").Plus(d.text(c, next, false)))
	}
	// Whole days, from tomorrow: counted from now, it would be another figure by the time somebody agrees to what was
	// shown, and they would be asked again and again.
	now := c.Now.In(c.Zone)
	moves := duty.Moves(r, next, midnight(now, 1), midnight(now, 1+previewDays), false)
	if len(moves) > 0 {
		lines = append(lines, chat.Text{ZH: "与现在的排班相比：", EN: "Compared with the roster there is:"})
	}
	for _, m := range moves {
		gains, loses := hoursOf(m.Gains), hoursOf(m.Loses)
		switch {
		case gains > loses:
			lines = append(lines, chat.Text{ZH: "- 增加：%s，两周多 %s", EN: "- more: %s, by %s in two weeks"}.F(c.Name(m.Who), hoursText(gains-loses)))
		case loses > gains:
			lines = append(lines, chat.Text{ZH: "- 减少：%s，两周少 %s", EN: "- fewer: %s, by %s in two weeks"}.F(c.Name(m.Who), hoursText(loses-gains)))
		default:
			lines = append(lines, chat.Text{ZH: "- 换时间：%s，时长不变", EN: "- other times: %s, as long as before"}.F(c.Name(m.Who)))
		}
	}
	lines = append(lines, rosterWarnings(c, r, next.Shifts)...)
	if orphans := lostChanges(c, r, next); len(orphans) > 0 {
		lines = append(lines, chat.Text{ZH: "⚠️ 已约定的变动对新排班不再起作用：%s", EN: "⚠️ agreed changes that mean nothing for the new shifts: %s"}.F(list(orphans)))
	}
	return lines
}

// previewDays is how far ahead it is told who gets which turns when a roster is replaced.
const previewDays = 14

// lostChanges are changes to come whose turns would not be there any more.
func lostChanges(c bot.Call, r, next duty.Roster) []chat.Text {
	var out []chat.Text
	for _, o := range r.Changes() {
		if !c.Now.Before(o.Until) {
			continue
		}
		from, until := o.From.In(c.Zone), o.Until.In(c.Zone)
		holds := func(t duty.Turn) bool { return t.Who == o.Who && t.By == o.Kind }
		if slices.ContainsFunc(r.Turns(from, until), holds) && !slices.ContainsFunc(next.Turns(from, until), holds) {
			out = append(out, changeName(o.Kind).Plus(chat.Same(" ")).Plus(stretchText(c, o.From, o.Until)))
		}
	}
	return out
}
