package commands

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

var (
	_ = declare(report)
	_ = declare(reportDone)
)

// report lets any member say that another breaks the rules. Those who watch over the conduct decide; who spoke is told to
// them alone.
func report() bot.Command {
	who, reason := grammar.Person("who"), grammar.Rest("reason")
	return bot.Command{
		Name:     "report",
		Forms:    []string{"/report {who} {reason}", "/举报 {who} {reason}"},
		Examples: []chat.Text{{ZH: "/举报 @lisi 私下拉客户", EN: "/report @lisi lures customers away"}},
		Holes:    []grammar.Hole{who, reason},
		Help:     chat.Text{ZH: "举报一位成员，由管理员处理；被举报人不会知道是谁举报的。", EN: "Report a member; admins decide, and whoever is reported does not learn by whom."},
		Reads:    []bot.Source{conduct},
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			r := moderation.Report{
				Code: c.Code()[:8], By: c.Actor.ID, Who: m.ID, Kind: m.Kind, Reason: reason.Of(c.Args), At: c.Now,
			}
			e, err := conduct.Of(c).Report(c.Group.ID, r)
			if err != nil {
				return mend(err, map[error]chat.Text{
					moderation.ErrOwn:      {ZH: "不能举报自己。", EN: "Nobody reports oneself."},
					moderation.ErrSame:     {ZH: "您对此人的举报正在处理，有结果会告诉您。", EN: "Your report about this person is being looked into; you will be told."},
					moderation.ErrNoReason: {ZH: "请写原因：`/举报 @" + string(m.ID) + " 原因`。", EN: "Say why: `/report @" + string(m.ID) + " reason`."},
				})
			}
			judges := c.Overseers(m.ID, c.Actor.ID)
			if len(judges) == 0 {
				return bot.Refuse(chat.Text{ZH: "没有人能处理：除您和被举报人之外，本群没有有“发言审核”的管理员。请找超级管理员。", EN: "Nobody can decide: beside you and them, no admin here holds “review messages”. Please turn to an owner."})
			}
			changes := chat.Text{ZH: "举报 %s%s\n已请 %s 处理，有结果会告诉您；不会告诉被举报人是谁举报的。", EN: "reported %s%s\n%s will look into it, and you are told how it ends; they do not learn who reported them."}.F(
				c.Name(m.ID), because(r.Reason), namesOf(c, judges))
			if c.Message.Group != "" {
				changes = changes.Plus(chat.Text{ZH: "\n这里人人都看得到您的举报；下次可以私聊我。", EN: "\nEverybody here has seen it; next time you can write to me directly."})
			}
			return bot.Outcome{Events: []journal.Event{e}, Effects: reportCards(c, r, judges), Changes: changes}, nil
		},
	}
}

func namesOf(c bot.Call, who []chat.User) chat.Text {
	names := make([]chat.Text, 0, 3)
	for _, u := range who[:min(len(who), 3)] {
		names = append(names, c.Name(u))
	}
	if len(who) > 3 {
		return chat.Text{ZH: "%s 等 %d 人", EN: "%s and others (%d)"}.F(list(names), len(who))
	}
	return list(names)
}

// reportCards ask those who decide.
func reportCards(c bot.Call, r moderation.Report, judges []chat.User) []chat.Effect {
	var out []chat.Effect
	at := " #" + string(c.Group.ID)
	for _, u := range judges {
		card := chat.Card{
			Title: chat.Text{ZH: "举报：%s", EN: "Report about %s"}.F(c.Name(r.Who)),
			Body:  chat.Same(chat.Escape(r.Reason)),
			Fields: []chat.Field{
				{Name: chat.Text{ZH: "群", EN: "Group"}, Value: chat.Same(c.Group.Title())},
				{Name: chat.Text{ZH: "举报人", EN: "By"}, Value: c.Name(r.By)},
				{Name: chat.Text{ZH: "时间", EN: "At"}, Value: chat.Same(c.Moment(r.At))},
			},
			Buttons: []chat.Button{
				{Label: chat.Text{ZH: "成立", EN: "Upheld"}, Style: chat.Primary, Command: "/report done " + r.Code + " upheld" + at},
				{Label: chat.Text{ZH: "不成立", EN: "Not upheld"}, Command: "/report done " + r.Code + " unfounded" + at},
			},
		}
		e := chat.SendTo(u, c.Group.ID, chat.Reply{Card: &card}).As(chat.OfConduct)
		e.Matter = chat.About(string(moderation.ConductOf(c.Group.ID)), r.Key())
		out = append(out, e)
	}
	return out
}

func reportLine(c bot.Call, r moderation.Report) chat.Text {
	return chat.Text{ZH: "- 举报 %s %s%s；`/举报 处理 %s 成立` 或 `不成立`", EN: "- report %s %s%s; `/report done %s upheld` or `unfounded`"}.F(
		c.Moment(r.At), c.Name(r.Who), because(r.Reason), r.Code)
}

func verdictHole() grammar.ChoiceHole[moderation.State] {
	return grammar.Choice("verdict", func(said string) (moderation.State, bool) {
		switch strings.ToLower(said) {
		case "成立", "属实", "upheld":
			return moderation.StateUpheld, true
		case "不成立", "不属实", "unfounded":
			return moderation.StateUnheld, true
		}
		return "", false
	}, chat.Text{ZH: "成立|不成立", EN: "upheld|unfounded"})
}

// reportDone decides a report. Both sides are told: whoever made it, and whoever it is about, who does not learn by whom.
func reportDone() bot.Command {
	code, verdict, note := caseCode(), verdictHole(), grammar.Rest("note")
	return bot.Command{
		Name:     "report done",
		Forms:    []string{"/report done {code} {verdict} [{note}]", "/举报 处理 {code} {verdict} [{note}]"},
		Examples: []chat.Text{{ZH: "/举报 处理 1a2b3c4d 成立 已口头提醒", EN: "/report done 1a2b3c4d upheld spoke to them"}},
		Holes:    []grammar.Hole{code, verdict, note},
		Help:     chat.Text{ZH: "处理一件举报，双方都会知道结果。", EN: "Decide a report; both sides are told."},
		Needs:    access.ReviewMessages,
		Reads:    []bot.Source{conduct},
		Hidden:   true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			r, err := conduct.Of(c).Find(code.Of(c.Args))
			if err != nil {
				return bot.Refuse(chat.Text{ZH: "没有这件举报；`/违规` 看待处理的。", EN: "There is no such report; `/conduct` shows what waits."})
			}
			s := verdict.Of(c.Args)
			e, err := conduct.Of(c).Decide(c.Group.ID, r, s, c.Actor.ID, note.Of(c.Args), c.Now)
			if err != nil {
				return mend(err, map[error]chat.Text{
					moderation.ErrOwn:     {ZH: "您是举报人或被举报人，要由别的管理员处理。", EN: "You made it, or it is about you; another admin must decide."},
					moderation.ErrDecided: {ZH: "已经处理过了，没有改变。", EN: "It is decided already; nothing has changed."},
				})
			}
			how := stateOf(s)
			text := chat.Text{ZH: "%s 被举报（%s）：%s", EN: "the report about %s (%s): %s"}.F(c.Name(r.Who), chat.Escape(r.Reason), how).Plus(because(note.Of(c.Args)))
			out := bot.Outcome{Events: []journal.Event{e}, Effects: tellVerdict(c, r, how, note.Of(c.Args))}
			if s == moderation.StateUpheld {
				text = text.Plus(chat.Text{ZH: "\n要警告：`/警告 @%[1]s 原因`；要禁言：`/禁言 @%[1]s 10分钟`。", EN: "\nTo warn: `/warn @%[1]s reason`; to mute: `/mute @%[1]s 10m`."}.F(r.Who))
			}
			out.Changes = text
			return out, nil
		},
	}
}

func stateOf(s moderation.State) chat.Text {
	if s == moderation.StateUpheld {
		return chat.Text{ZH: "成立", EN: "upheld"}
	}
	return chat.Text{ZH: "不成立", EN: "unfounded"}
}

// tellVerdict tells both sides, as far as they can be written to.
func tellVerdict(c bot.Call, r moderation.Report, how chat.Text, note string) []chat.Effect {
	place := chat.Escape(c.Group.Title())
	texts := map[chat.User]chat.Text{
		r.By: chat.Text{ZH: "您在“%s”对 %s 的举报已处理：%s%s。", EN: "Your report about %[2]s in “%[1]s” is decided: %[3]s%[4]s."}.F(place, c.Name(r.Who), how, noteText(note)),
	}
	if r.Kind != chat.Customer {
		texts[r.Who] = chat.Text{ZH: "有成员举报您在“%s”的言行（%s），管理员认定：%s%s。有异议请找 %s。", EN: "A member reported your conduct in “%s” (%s); the admins find it %s%s. If you disagree, turn to %s."}.F(
			place, chat.Escape(r.Reason), how, noteText(note), c.Name(c.Actor.ID))
	}
	var out []chat.Effect
	for _, u := range []chat.User{r.By, r.Who} {
		if t, ok := texts[u]; ok {
			out = append(out, chat.SendTo(u, c.Group.ID, chat.Reply{Text: t}))
		}
	}
	return out
}

func noteText(note string) chat.Text {
	if note == "" {
		return chat.Text{}
	}
	return chat.Text{ZH: "，说明：%s", EN: ", note: %s"}.F(chat.Escape(note))
}

// reportOn is the report about the reader that an entry holds; ok is false if it holds none.
func reportOn(c bot.Call, e journal.Entry) (r moderation.Report, ok bool) {
	return reportAbout(c.Actor.ID, e)
}

func reportAbout(who chat.User, e journal.Entry) (moderation.Report, bool) {
	return reportIn(e, func(r moderation.Report) bool { return who != "" && r.Who == who })
}

// reports says whether an entry is the act of somebody upon a report that they have made.
func reports(e journal.Entry) bool {
	_, ok := reportIn(e, func(r moderation.Report) bool { return e.Actor != "" && r.By == e.Actor })
	return ok
}

// reportIn is the first report that an entry holds and that is one of those asked for.
func reportIn(e journal.Entry, asked func(moderation.Report) bool) (moderation.Report, bool) {
	for _, ch := range e.Changes {
		if ch.Of.Kind() != "conduct" {
			continue
		}
		raw := ch.After
		if raw == nil {
			raw = ch.Before
		}
		if r, err := journal.Decode[moderation.Report](raw); err == nil && asked(r) {
			return r, true
		}
	}
	return moderation.Report{}, false
}

// hidesActor says whether an entry is the act of somebody who has reported the reader: by whom is not theirs to learn.
func hidesActor(c bot.Call, e journal.Entry) bool {
	r, ok := reportOn(c, e)
	return ok && r.By == e.Actor
}
