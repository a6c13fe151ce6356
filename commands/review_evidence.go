package commands

import (
	"fmt"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/kpi"
	"qunguan/bot/review"
)

// This file words the evidence about an admin: what they used, what they did for the group, and whether anything was abused.

// usedText is when a role was last used; what is not known is said.
func usedText(c bot.Call, e review.Evidence) chat.Text {
	if len(e.Uses) > 0 {
		return lastUses(c, e)
	}
	if len(e.Blind) == len(e.Role.Items) {
		return chat.Text{ZH: "用没用过，机器人看不到", EN: "the bot cannot see its use"}
	}
	if e.Known.IsZero() {
		return chat.Text{ZH: "没有用量记录", EN: "nothing is known of its use"}
	}
	return chat.Text{ZH: "%s 以来没有用过", EN: "not used since %s"}.F(dateText(c, e.Known))
}

// fewUses is how many uses a card has room for.
const fewUses = 3

// lastUses are the latest uses, an item each: as much as a card has room for.
func lastUses(c bot.Call, e review.Evidence) chat.Text {
	uses := slices.Clone(e.Uses)
	slices.SortStableFunc(uses, func(a, b review.Use) int { return b.Last.Compare(a.Last) })
	var out []chat.Text
	for _, u := range uses[:min(fewUses, len(uses))] {
		out = append(out, chat.Text{ZH: "%s %s", EN: "%s %s"}.F(itemsText([]string{u.Item}), dayText(c, duty.DayOf(u.Last.In(c.Zone)))))
	}
	t := chat.Text{ZH: "最近用：%s", EN: "last used: %s"}.F(list(out))
	if more := len(uses) - len(out); more > 0 {
		t = t.Plus(chat.Text{ZH: "等 %[1]d 项", EN: " and %[2]d more"}.F(len(uses), more))
	}
	return t
}

// workText is the duty that was done and how customers were answered.
func workText(e review.Evidence) chat.Text {
	var out []chat.Text
	switch t := e.Turns; {
	case t == nil:
	case t.Count == 0:
		out = append(out, chat.Text{ZH: "没有值班", EN: "no duty"})
	default:
		out = append(out, chat.Text{ZH: "值班 %d 次 %s 小时", EN: "%d shifts, %s h"}.F(t.Count, hours(t.Minutes)))
	}
	if slips := slipsText(e.Turns); len(slips) > 0 {
		out[0] = out[0].Plus(chat.Text{ZH: "（%s）", EN: " (%s)"}.F(clauses(slips)))
	}
	switch a := e.Answers; {
	case a == nil: // what is said of the indicators says so
	case a.Count == 0 && a.Wrote > 0:
		out = append(out, chat.Text{ZH: "首响 0 次，发言 %d 条", EN: "no first answers, %d messages written"}.F(a.Wrote))
	case a.Count == 0:
		out = append(out, chat.Text{ZH: "没有在群里发言", EN: "nothing written in the group"})
	default:
		out = append(out, chat.Text{ZH: "首响 %d 次，平均 %s，超时 %d", EN: "%d first answers, %s on average, %d late"}.F(
			a.Count, grammar.FormatLength(a.Mean.Round(time.Minute)), a.Late))
	}
	return clauses(out)
}

// aspects joins what is said of different things, without what is not said.
func aspects(said ...chat.Text) chat.Text {
	said = slices.DeleteFunc(said, chat.Text.IsZero)
	return chat.Text{ZH: chat.Join("；", said...).ZH, EN: chat.Join("; ", said...).EN}
}

// kpiText is how somebody did by the indicators: how long customers' matters took, what became of complaints, and how many
// breaches of the rules were intercepted. Of what nobody tells it says so, and never zero.
func kpiText(aims kpi.Targets, e review.Evidence) chat.Text {
	var out []chat.Text
	switch a := e.Answers; {
	case a == nil:
		out = append(out, chat.Text{ZH: "无消息来源", EN: "no message source"})
	case a.Handled == 0:
		out = append(out, chat.Text{ZH: "没有处理过客户的事", EN: "no matters handled"})
	default:
		out = append(out, handlingText(aims, a))
	}
	r := e.Results
	if r.Complaints > 0 {
		out = append(out, chat.Text{ZH: "投诉 %d 件，解决 %d 件（%s）", EN: "%d complaints, %d solved (%s)"}.F(r.Complaints, r.Solved,
			passedText(int64(r.Solved)*100 >= int64(r.Complaints)*aims.LeastSolved())))
	} else {
		out = append(out, chat.Text{ZH: "没有投诉", EN: "no complaints"})
	}
	if r.Caught > 0 || e.Answers != nil {
		out = append(out, chat.Text{ZH: "拦截 %d 次", EN: "%d interceptions"}.F(r.Caught))
	}
	return clauses(out)
}

func passedText(passed bool) chat.Text {
	if passed {
		return chat.Text{ZH: "达标", EN: "passed"}
	}
	return chat.Text{ZH: "不达标", EN: "failed"}
}

// handlingText is how long the matters of customers took, and whether that is good enough (R44).
func handlingText(aims kpi.Targets, a *review.Answers) chat.Text {
	return chat.Text{ZH: "处理 %d 件，平均 %s（%s）", EN: "%d matters, %s on average (%s)"}.F(
		a.Handled, grammar.FormatLength(a.Handling.Round(time.Minute)), passedText(a.Handling <= aims.MostHandling()))
}

// slipsText is what went wrong with somebody's duty: shifts that they did not check in for in time, and those that somebody
// else had to take over.
func slipsText(t *review.Turns) (out []chat.Text) {
	if t == nil {
		return nil
	}
	if t.Late > 0 {
		out = append(out, chat.Text{ZH: "未按时签到 %d 次", EN: "not checked in in time %d times"}.F(t.Late))
	}
	if t.TakenOver > 0 {
		out = append(out, chat.Text{ZH: "被接手 %d 次", EN: "taken over %d times"}.F(t.TakenOver))
	}
	return out
}

func hours(minutes int) string {
	if minutes%60 == 0 {
		return fmt.Sprint(minutes / 60)
	}
	return fmt.Sprintf("%.1f", float64(minutes)/60)
}

// abuseText answers whether the role was abused: what was refused, and what the rules forbid to hold together.
func abuseText(c bot.Call, e review.Evidence) chat.Text {
	var out []chat.Text
	if e.Refused > 0 {
		t := chat.Text{ZH: "%d 天内被拒 %d 次", EN: "refused %[2]d times in %[1]d days"}.F(review.EvidenceDays, e.Refused)
		switch e.Beside {
		case 0:
		case e.Refused:
			t = t.Plus(chat.Text{ZH: "（都在私聊里，没选群）", EN: " (in a direct message, with no group chosen)"})
		default:
			t = t.Plus(chat.Text{ZH: "（其中 %d 次在私聊里，没选群）", EN: " (%d of them in a direct message with no group chosen)"}.F(e.Beside))
		}
		out = append(out, t)
	}
	for _, s := range e.Signals {
		out = append(out, chat.Text{ZH: "%s 提醒过：%s", EN: "alerted at %s: %s"}.F(dateText(c, s.Last), suspicionTitle(digest.Sort(s.Sort))))
	}
	for _, w := range e.Warned {
		if w.What == review.Exclusive {
			out = append(out, chat.Text{ZH: "违反职责分离“%s”", EN: "breaks separation of duties “%s”"}.F(chat.Escape(w.Name)))
		}
	}
	if len(out) == 0 {
		return chat.Text{ZH: "没有被拒，近 30 天没有可疑提醒", EN: "nothing refused, no alert in 30 days"}
	}
	return clauses(out)
}
