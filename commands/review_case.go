package commands

import (
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
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
		chat.Text{ZH: "　", EN: "   "}.Plus(aspects(usedText(c, k.Evidence), abuseText(c, k.Evidence), workText(k.Evidence), chat.Text{ZH: "绩效：%s", EN: "KPI: %s"}.F(kpiText(c.Targets, k.Evidence)))).Plus(answerText(c, k)),
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
			{Name: chat.Text{ZH: "角色", EN: "Role"}, Value: chat.Text{ZH: "%s，%s，%s", EN: "%s, %s, %s"}.F(groupName(c, g), reviewedRole(e.Role), originText(c, e.Role))},
			{Name: chat.Text{ZH: "合理吗", EN: "Reasonable"}, Value: aspects(usedText(c, e), workText(e))},
			{Name: chat.Text{ZH: "绩效", EN: "KPI"}, Value: kpiText(c.Targets, e)},
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
