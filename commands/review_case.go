package commands

import (
	"fmt"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/kpi"
	"qunguan/bot/review"
)

// This file words one case of a review: what the role is, whether it is reasonable, whether it was abused, and whether it
// should change (R59), each with its evidence.

// reviewed names the admin of a case as their group knows them.
func reviewed(c bot.Call, g chat.Group, k review.Case) chat.Text {
	return inGroup(c, bot.At[directory.Group](c, directory.OfGroup(g)), k.Who)
}

func itemsText(names []string) chat.Text { return itemsNamed(names).Label() }

// itemsShort is a list of items that a line has room for.
func itemsShort(names []string) chat.Text {
	if len(names) <= shortList {
		return itemsText(names)
	}
	return chat.Text{ZH: "%s等 %d 项", EN: "%s and others (%d)"}.F(itemsText(names[:shortList]), len(names))
}

// shortList is how many items such a list names.
const shortList = 4

func reviewedRole(r review.Role) chat.Text {
	l, _ := access.ParseLevel(r.Level)
	return roleText(l, access.Job(r.Job))
}

// originText says where a role comes from, since when, and until when.
func originText(c bot.Call, r review.Role) chat.Text {
	var t chat.Text
	switch r.Source {
	case review.Fixed:
		t = chat.Text{ZH: "固定", EN: "fixed"}
	case review.Temporary:
		t = chat.Text{ZH: "临时，到 %s", EN: "temporary, until %s"}.F(c.Moment(r.Until))
	case review.Activated:
		t = chat.Text{ZH: "候补，用时激活", EN: "eligible, activated when needed"}
	case review.Inherited:
		t = chat.Text{ZH: "按职位或部门得到", EN: "by position or department"}
	case review.Across:
		t = chat.Text{ZH: "跨群角色", EN: "across groups"}
	}
	if !r.Since.IsZero() {
		t = t.Plus(chat.Text{ZH: "，%s 设", EN: ", set %s"}.F(dateText(c, r.Since)))
	}
	return t
}

func dateText(c bot.Call, at time.Time) string { return at.In(c.Zone).Format("2006-01-02") }

// adviceText is what is advised, in a few words.
func adviceText(k review.Case) chat.Text { return doText(k.Evidence.Role, k.Advice.Do, k.Advice.To) }

// doText is what becomes of a role, in a few words: of a list of items the shorter side is told, what is taken or what stays.
func doText(role review.Role, do review.Do, to review.Target) chat.Text {
	taken := slices.DeleteFunc(slices.Clone(role.Items), func(i string) bool { return slices.Contains(to.Items, i) })
	switch {
	case do == review.Remove:
		return chat.Text{ZH: "移除", EN: "remove"}
	case do == review.Reduce && to.Level != "":
		l, _ := access.ParseLevel(to.Level)
		return chat.Text{ZH: "降为%s", EN: "reduce to %s"}.F(chat.Text{ZH: l.Label().ZH, EN: l.String()})
	case do == review.Reduce && len(taken) <= min(titleItems, len(to.Items)):
		return chat.Text{ZH: "收回“%s”权限", EN: "take back “%s”"}.F(itemsText(taken))
	case do == review.Reduce && len(to.Items) <= titleItems:
		return chat.Text{ZH: "只留“%s”权限", EN: "leave “%s” only"}.F(itemsText(to.Items))
	case do == review.Reduce:
		return chat.Text{ZH: "收窄为 %d 项", EN: "narrow to %d items"}.F(len(to.Items))
	}
	return chat.Text{ZH: "保留", EN: "keep"}
}

// titleItems are as many items as a button's or a card's title has room for.
const titleItems = 2

// adviceWhy is why it is advised.
func adviceWhy(a review.Advice) chat.Text {
	switch a.Rule {
	case review.RuleLeft:
		return chat.Text{ZH: "已离开企业", EN: "has left the company"}
	case review.RuleOutside:
		return chat.Text{ZH: "已不在本群", EN: "is not in the group any more"}
	case review.RuleEnds:
		return chat.Text{ZH: "复核结束前就会到期", EN: "ends by itself before the review does"}
	case review.RuleInherited:
		return chat.Text{ZH: "来自职位或部门，要改请用 /继承", EN: "comes with a position or department; to change that, use /inherit"}
	case review.RuleAcross:
		return chat.Text{ZH: "是跨群角色，由超级管理员用 /范围 或 /撤管理 跨群 调整", EN: "was given across groups; owners change that"}
	case review.RuleExclusive:
		return chat.Text{ZH: "违反职责分离“%s”，建议放弃：%s", EN: "breaks separation of duties “%s”; should give up: %s"}.F(chat.Escape(a.Name), itemsShort(a.Items))
	case review.RuleNew:
		if a.Days == 0 {
			return chat.Text{ZH: "任职或有日志还不到 1 天，还看不出用量", EN: "in the role, or in the journal, for less than a day: too new to judge by use"}
		}
		return chat.Text{ZH: "任职或有日志才 %d 天，还看不出用量", EN: "in the role, or in the journal, for %d days only: too new to judge by use"}.F(a.Days)
	case review.RuleAway:
		return chat.Text{ZH: "正在休假，不按用量判断", EN: "is on leave, so use says nothing"}
	case review.RuleBlind:
		return chat.Text{
			ZH: "这些权限在企业微信里用，机器人看不到；拿不准请问本人", EN: "these items are used in the platform itself, out of the bot's sight; ask them if in doubt",
		}
	case review.RuleUnseen:
		return unseenText(a)
	case review.RuleIdle:
		return unusedText(a).Plus(servesNotText(a))
	case review.RuleServes:
		return chat.Text{ZH: "%s，但%s", EN: "%s, but %s"}.F(servesText(a), unusedText(a))
	case review.RulePartly:
		return chat.Text{ZH: "%d 天没用过：%s", EN: "not used for %d days: %s"}.F(a.Days, itemsShort(a.Items)).Plus(neededText(a.Needs))
	case review.RuleNeeded:
		if a.Days == 0 || len(a.Items) == 0 {
			return chat.Text{ZH: "本该调整，但%s", EN: "would be reduced or removed, but %s"}.F(lackText(a.Lacks))
		}
		return chat.Text{ZH: "%d 天没用过：%s，但%s", EN: "not used for %d days: %s, but %s"}.F(a.Days, itemsShort(a.Items), lackText(a.Lacks))
	case review.RuleUsed:
	}
	return chat.Text{ZH: "权限都在用", EN: "what it gives is used"}
}

// unusedText is for how long nothing was used, and of how many items nobody can say.
func unusedText(a review.Advice) chat.Text {
	if a.Blind == 0 {
		return chat.Text{ZH: "%d 天没有用过权限", EN: "nothing used for %d days"}.F(a.Days)
	}
	return chat.Text{ZH: "看得到用量的权限 %d 天没有用过（另 %d 项看不到）", EN: "nothing used for %d days, as far as the bot can see (not %d items)"}.F(a.Days, a.Blind)
}

// lackText is what a group would lack without a role, or with less of it.
func lackText(l review.Lack) chat.Text {
	switch l {
	case review.LacksSenior:
		return chat.Text{ZH: "本群会没有高级管理员", EN: "the group would have no senior admin"}
	case review.LacksAppointer:
		return chat.Text{ZH: "本群会没有高级能设管理员", EN: "no senior of the group could appoint admins"}
	case review.LacksPeople, review.NoLack:
	}
	return chat.Text{ZH: "本群管理员会少于应有人数", EN: "the group would have fewer admins than its size needs"}
}

// unseenText is why a role becomes smaller and does not end: what can be seen was not used, and the rest cannot be seen.
func unseenText(a review.Advice) chat.Text {
	return chat.Text{
		ZH: "%[2]d 天没有用过：%[1]s；另 %[3]d 项在企业微信里用，机器人看不到，先留着，拿不准请问本人",
		EN: "not used for %[2]d days: %[1]s; the other %[3]d are used in the platform itself, out of the bot's sight, and stay: ask them if in doubt",
	}.F(itemsShort(a.Items), a.Days, a.Blind)
}

// neededText is what stays although it was not used; zero where nothing does.
func neededText(item string) chat.Text {
	if item == "" {
		return chat.Text{}
	}
	return chat.Text{ZH: "（%s保留：本群没有别的高级能用）", EN: " (%s stays: no other senior here holds it)"}.F(itemsText([]string{item}))
}

// servesText says by what somebody serves who used none of their items.
func servesText(a review.Advice) chat.Text {
	var out []chat.Text
	for _, does := range []struct {
		so   bool
		what chat.Text
	}{
		{a.OnDuty, chat.Text{ZH: "在值班", EN: "on duty"}}, {a.Answers, chat.Text{ZH: "在回复客户", EN: "answering customers"}},
		{a.Writes && !a.Answers, chat.Text{ZH: "在群里发言", EN: "writing in the group"}},
	} {
		if does.so {
			out = append(out, does.what)
		}
	}
	return list(out)
}

// servesNotText says what somebody has not done for the group. Of what nobody tells, nothing is claimed.
func servesNotText(a review.Advice) chat.Text {
	switch {
	case a.NoRoster && a.NoSource:
		return chat.Text{ZH: "；没有排班和消息来源可以参考", EN: "; there is no roster and no message source to go by"}
	case a.NoSource:
		return chat.Text{ZH: "，也没有值班", EN: ", no duty done"}
	case a.NoRoster:
		return chat.Text{ZH: "，也没有在群里发言", EN: ", nothing written in the group"}
	}
	return chat.Text{ZH: "，也没有值班、没有在群里发言", EN: ", no duty done, nothing written in the group"}
}

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
	case a == nil:
		out = append(out, chat.Text{ZH: "响应：无消息来源", EN: "answers: no message source"})
	case a.Count == 0 && a.Wrote > 0:
		out = append(out, chat.Text{ZH: "首响 0 次，发言 %d 条", EN: "no first answers, %d messages written"}.F(a.Wrote))
	case a.Count == 0:
		out = append(out, chat.Text{ZH: "没有在群里发言", EN: "nothing written in the group"})
	default:
		out = append(out, chat.Text{ZH: "首响 %d 次，平均 %s，超时 %d", EN: "%d first answers, %s on average, %d late"}.F(
			a.Count, grammar.FormatLength(a.Mean.Round(time.Minute)), a.Late))
	}
	t := clauses(out)
	if a := e.Answers; a != nil && a.Handled > 0 {
		t = t.Plus(chat.Text{ZH: "；", EN: "; "}).Plus(handlingText(a))
	}
	return t
}

// handlingText is how long the matters of customers took, and whether that is good enough (R44).
func handlingText(a *review.Answers) chat.Text {
	passed := chat.Text{ZH: "达标", EN: "passed"}
	if a.Handling > kpi.MostHandling {
		passed = chat.Text{ZH: "不达标", EN: "failed"}
	}
	return chat.Text{ZH: "处理 %d 件，平均 %s（%s）", EN: "%d matters, %s on average (%s)"}.F(a.Handled, grammar.FormatLength(a.Handling.Round(time.Minute)), passed)
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
		out = append(out, chat.Text{ZH: "%d 天内被拒 %d 次", EN: "refused %[2]d times in %[1]d days"}.F(review.EvidenceDays, e.Refused))
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

// clauses joins what stands side by side in a sentence.
func clauses(texts []chat.Text) chat.Text {
	return chat.Text{ZH: chat.Join("，", texts...).ZH, EN: chat.Join(", ", texts...).EN}
}

// toChange answers whether the role should change.
func toChange(k review.Case) chat.Text {
	t := chat.Text{ZH: "建议%s", EN: "advised: %s"}.F(adviceText(k))
	if slices.ContainsFunc(k.Evidence.Warned, func(w review.Warned) bool { return w.What == review.Overdue }) {
		t = t.Plus(chat.Text{ZH: "；任命时定的复查日期已过", EN: "; the review date set with the role has passed"})
	}
	return t
}

// caseLine is a case in a list: who, as what, what is advised and why.
func caseLine(c bot.Call, g chat.Group, n int, k review.Case) chat.Text {
	return chat.Lines(
		chat.Text{ZH: "%d. %s：%s，%s", EN: "%d. %s: %s, %s"}.F(n, reviewed(c, g, k), reviewedRole(k.Evidence.Role), originText(c, k.Evidence.Role)),
		chat.Text{ZH: "　建议**%s**：%s", EN: "   advised: **%s** – %s"}.F(adviceText(k), adviceWhy(k.Advice)),
		chat.Text{ZH: "　%s；%s；%s", EN: "   %s; %s; %s"}.F(usedText(c, k.Evidence), abuseText(c, k.Evidence), workText(k.Evidence)).Plus(answerText(c, k)),
		firstStage(c, k),
	)
}

// firstStage is what was decided in the first of two stages; zero where nothing was.
func firstStage(c bot.Call, k review.Case) chat.Text {
	if k.First == nil {
		return chat.Text{}
	}
	return chat.Text{ZH: "　第一级：%s", EN: "   first stage: %s"}.F(decisionText(c, k.Evidence.Role, *k.First))
}

// answerText is what the admin was asked and said.
func answerText(c bot.Call, k review.Case) chat.Text {
	q := k.Asked
	switch {
	case q == nil:
		return chat.Text{}
	case q.Told.IsZero():
		return chat.Text{ZH: "；已问本人（%s），还没有回答", EN: "; asked %s, no answer yet"}.F(whenText(c, q.At))
	}
	return chat.Text{ZH: "；本人说：%s", EN: "; they say: %s"}.F(chat.Escape(q.Answer))
}

// caseCard is one case with its buttons: everything that decides it fits on the screen of a phone.
func caseCard(c bot.Call, g chat.Group, k review.Case) *chat.Card {
	e := k.Evidence
	card := &chat.Card{
		Title: chat.Text{ZH: "%s：建议%s", EN: "%s: %s"}.F(reviewed(c, g, k), adviceText(k)),
		Body:  adviceWhy(k.Advice),
		Fields: []chat.Field{
			{Name: chat.Text{ZH: "群", EN: "Group"}, Value: groupName(c, g)},
			{Name: chat.Text{ZH: "角色", EN: "Role"}, Value: chat.Text{ZH: "%s，%s", EN: "%s, %s"}.F(reviewedRole(e.Role), originText(c, e.Role))},
			{Name: chat.Text{ZH: "合理吗", EN: "Reasonable"}, Value: chat.Text{ZH: "%s；%s", EN: "%s; %s"}.F(usedText(c, e), workText(e))},
			{Name: chat.Text{ZH: "滥用吗", EN: "Abused"}, Value: abuseText(c, e)},
			{Name: chat.Text{ZH: "要改吗", EN: "To change"}, Value: toChange(k)},
		},
	}
	if k.First != nil {
		card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: "第一级", EN: "First stage"}, Value: decisionText(c, k.Evidence.Role, *k.First)})
	} else if q := k.Asked; q != nil {
		said := chat.Text{ZH: "已问，还没有回答", EN: "asked, no answer yet"}
		if !q.Told.IsZero() {
			said = chat.Same(chat.Escape(q.Answer))
		}
		card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: "本人说", EN: "They say"}, Value: said})
	}
	card.Buttons = caseButtons(g, k)
	return card
}

// caseButtons decide a case with one tap; the advised one stands out.
func caseButtons(g chat.Group, k review.Case) []chat.Button {
	tail := tailOf(g, k)
	style := func(do review.Do) chat.Style {
		if do == k.Advice.Do {
			return chat.Primary
		}
		return ""
	}
	out := []chat.Button{{Label: chat.Text{ZH: "保留", EN: "Keep"}, Command: "/review keep" + tail, Style: style(review.Keep)}}
	if to := lowerOf(k); !to.IsZero() {
		command := "/review reduce" + tail
		if k.Advice.Do != review.Reduce {
			command = "/review reduce @" + string(k.Who) + " " + k.Campaign + " " + to.Level + " #" + string(g)
		}
		label := chat.Text{ZH: "降级", EN: "Reduce"}
		if to.Level == "" {
			label = chat.Text{ZH: "收窄", EN: "Narrow"}
		}
		out = append(out, chat.Button{Label: label, Command: command, Style: style(review.Reduce)})
	}
	if k.Evidence.Role.Source != review.Inherited && k.Evidence.Role.Source != review.Across {
		out = append(out, chat.Button{Label: chat.Text{ZH: "移除", EN: "Remove"}, Command: "/review remove" + tail, Style: style(review.Remove)})
	}
	if k.Asked == nil && !k.Evidence.Left {
		out = append(out, chat.Button{Label: chat.Text{ZH: "问本人", EN: "Ask them"}, Command: "/review ask" + tail})
	}
	return append(out, chat.Button{Label: chat.Text{ZH: "其余的", EN: "The others"}, Command: "/review"})
}

// lowerOf is what a case is reduced to where nobody says to what: what is advised, else the next lower level.
func lowerOf(k review.Case) review.Target {
	role := k.Evidence.Role
	if role.Source == review.Inherited || role.Source == review.Across {
		return review.Target{}
	}
	if k.Advice.Do == review.Reduce {
		return k.Advice.To
	}
	l, _ := access.ParseLevel(role.Level)
	for l--; l > access.NoLevel; l-- {
		if access.Held(l, access.Job(role.Job)) != 0 {
			return review.Target{Level: l.String()}
		}
	}
	return review.Target{}
}

// decisionText is what somebody has decided.
func decisionText(c bot.Call, role review.Role, v review.Verdict) chat.Text {
	by := c.Name(v.By)
	if v.For != "" {
		by = chat.Text{ZH: "%s（代 %s）", EN: "%s (for %s)"}.F(by, c.Name(v.For))
	}
	return chat.Text{ZH: "%s %s 决定%s%s", EN: "%[1]s, %[2]s: %[3]s%[4]s"}.F(by, whenText(c, v.At), doText(role, v.Do, v.To), reviewBecause(v.Reason))
}

// The reasons that a tap gives. They are written in Chinese in the journal, and read in either language.
var reviewReasons = map[review.Do][]reviewReason{
	review.Keep: {
		{"needed", chat.Text{ZH: "仍在负责", EN: "in charge"}}, {"soon", chat.Text{ZH: "近期要用", EN: "upcoming"}},
		{"backup", chat.Text{ZH: "作为后备", EN: "backup"}},
	},
	review.Reduce: {
		{"less", chat.Text{ZH: "用不了这么多", EN: "needs less"}}, {"changed", chat.Text{ZH: "职责变了", EN: "new duties"}},
	},
	review.Remove: {
		{"moved", chat.Text{ZH: "已转岗", EN: "moved on"}}, {"done", chat.Text{ZH: "不再需要", EN: "not needed"}},
		{"project", chat.Text{ZH: "项目结束", EN: "project over"}},
	},
}

type reviewReason struct {
	word string
	text chat.Text
}

// reasonSaid is the reason of a verdict: what was typed, or what the word of a button stands for.
func reasonSaid(typed string) string {
	for _, all := range reviewReasons {
		for _, r := range all {
			if r.word == typed {
				return r.text.ZH
			}
		}
	}
	return typed
}

func reviewBecause(reason string) chat.Text {
	if t, ok := usualReason(reason); ok {
		return chat.Text{ZH: "，原因：%s", EN: ", reason: %s"}.F(t)
	}
	return because(reason)
}

// reasonWords is a reason as a file tells it.
func reasonWords(reason string) chat.Text {
	if t, ok := usualReason(reason); ok {
		return t
	}
	return chat.Same(reason)
}

// usualReason is one of the reasons that a tap gives.
func usualReason(reason string) (chat.Text, bool) {
	for _, all := range reviewReasons {
		for _, r := range all {
			if r.text.ZH == reason {
				return r.text, true
			}
		}
	}
	return chat.Text{}, false
}
