package commands

import (
	"strconv"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/setup"
)

// setUpJob is the hole of a job that may be none.
func setUpJob() grammar.ChoiceHole[access.Job] {
	return grammar.Choice("job", func(s string) (access.Job, bool) {
		if s == "none" || s == "不设" || s == "无" {
			return access.NoJob, true
		}
		return access.ParseJob(s)
	}, chat.Text{ZH: "岗位|不设", EN: "job|none"})
}

// The answers about the data scope.
const (
	onEverybody = "all"
	onCustomers = "customers"
	onOwn       = "own"
)

func setUpData() grammar.ChoiceHole[string] {
	return grammar.Choice("data", func(s string) (string, bool) {
		switch s {
		case onEverybody, "全部", "所有人":
			return onEverybody, true
		case onCustomers, "客户":
			return onCustomers, true
		case onOwn, "本人客户":
			return onOwn, true
		}
		return "", false
	}, chat.Text{ZH: "全部|客户|本人客户", EN: "all|customers|own"})
}

func dataOf(answer string) access.DataScope {
	switch answer {
	case onCustomers:
		return access.DataScope{Kind: chat.Customer}
	case onOwn:
		return access.DataScope{Kind: chat.Customer, Own: true}
	}
	return access.DataScope{}
}

func dataText(d access.DataScope) chat.Text {
	switch {
	case d.Own:
		return chat.Text{ZH: "只对自己的客户", EN: "their own customers only"}
	case d.Kind == chat.Customer:
		return chat.Text{ZH: "只对客户", EN: "customers only"}
	}
	return chat.Text{ZH: "级别以内的所有人", EN: "everybody within the level"}
}

func setUpDays() grammar.ChoiceHole[int] {
	return grammar.Choice("days", func(s string) (int, bool) {
		for _, n := range setup.ReviewDays {
			if s == strconv.Itoa(n) || s == strconv.Itoa(n)+"天" || s == strconv.Itoa(n)+"d" {
				return n, true
			}
		}
		return 0, false
	}, chat.Text{ZH: "30天|90天", EN: "30d|90d"})
}

// nextQuestion puts the question that a draft waits with, as a text that can be answered by typing and a card that can be
// tapped.
func nextQuestion(c bot.Call, d setup.Draft) chat.Reply {
	q := questionOf(c, d)
	head := chat.Text{ZH: "**设置 %s（%d/4 %s）**", EN: "**Set-up of %s (%d of 4: %s)**"}.F(c.Name(d.Who), int(d.Missing()), q.title)
	lines := append([]chat.Text{head}, q.lines...)
	lines = append(lines, chat.Text{
		ZH: "点卡片或发：%s。随时发 `/向导` 继续，`/向导 取消` 放弃。", EN: "Tap the card, or send: %s. `/setup` goes on at any time, `/setup cancel` drops it.",
	}.F(q.typed))
	card := &chat.Card{
		Title: chat.Text{ZH: "%s：%s", EN: "%s: %s"}.F(c.Name(d.Who), q.title), Body: q.body, Buttons: q.buttons,
	}
	for i := range card.Buttons {
		card.Buttons[i].Command += " #" + string(d.Group)
	}
	return chat.Reply{Text: chat.Lines(lines...), Card: card}
}

// setUpQuestion is one question of the set-up.
type setUpQuestion struct {
	title, body, typed chat.Text
	lines              []chat.Text
	buttons            []chat.Button
}

func questionOf(c bot.Call, d setup.Draft) setUpQuestion {
	switch d.Missing() {
	case setup.AskJob:
		return askJob()
	case setup.AskLevel:
		return askLevel(c, d)
	case setup.AskData:
		return askData()
	case setup.AskReview:
	}
	return showDraft(c, d)
}

func askJob() setUpQuestion {
	q := setUpQuestion{
		title: chat.Text{ZH: "岗位", EN: "job"}, body: chat.Text{ZH: "岗位决定管哪几类", EN: "The job says which families"},
		typed: chat.Text{ZH: "`/向导 岗位 客服主管|销售代表|运营专员|不设`", EN: "`/setup job supervisor|sales|operations|none`"},
	}
	for _, j := range []access.Job{access.Supervisor, access.Sales, access.Operations} {
		q.lines = append(q.lines, chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(j.Label(), families(j)))
		q.buttons = append(q.buttons, chat.Button{Label: j.Label(), Command: "/setup job " + string(j)})
	}
	q.lines = append(q.lines, chat.Text{ZH: "- 不设：按级别的默认权限", EN: "- none: what the level gives by itself"})
	q.buttons = append(q.buttons, chat.Button{Label: chat.Text{ZH: "不设岗位", EN: "No job"}, Command: "/setup job none"})
	return q
}

func families(j access.Job) chat.Text {
	items, _ := access.JobItems(j)
	var out []chat.Text
	for _, f := range []access.Family{access.Members, access.Content, access.Config} {
		if items&f.Items() != 0 {
			out = append(out, f.Label())
		}
	}
	return list(out)
}

func askLevel(c bot.Call, d setup.Draft) setUpQuestion {
	q := setUpQuestion{
		title: chat.Text{ZH: "级别", EN: "level"}, body: chat.Text{ZH: "级别是上限，岗位在上限之内", EN: "The level caps what the job gives"},
		typed: chat.Text{ZH: "`/向导 级别 高级|中级|普通`", EN: "`/setup level senior|mid|junior`"},
	}
	for _, l := range []access.Level{access.Senior, access.Mid, access.Junior} {
		held := c.Gives(l, d.Job)
		line := chat.Text{ZH: "- %s：%d 项", EN: "- %s: %d items"}.F(chat.Text{ZH: l.Label().ZH, EN: l.String()}, held.Len())
		if l == access.DefaultLevel(d.Job) {
			line = line.Plus(chat.Text{ZH: "（此岗位的默认）", EN: " (the default of this job)"})
		}
		if held == 0 {
			line = line.Plus(chat.Text{ZH: "（与此岗位合起来没有任何权限，不能选）", EN: " (with this job it gives nothing, so it cannot be chosen)"})
		} else {
			q.buttons = append(q.buttons, chat.Button{Label: chat.Text{ZH: l.Label().ZH, EN: l.String()}, Command: "/setup level " + l.String()})
		}
		q.lines = append(q.lines, line)
	}
	return q
}

func askData() setUpQuestion {
	q := setUpQuestion{
		title: chat.Text{ZH: "范围", EN: "scope"}, body: chat.Text{ZH: "这些权限可以用在谁身上", EN: "Whom the rights may be used on"},
		typed: chat.Text{ZH: "`/向导 范围 全部|客户|本人客户`", EN: "`/setup data all|customers|own`"},
	}
	for _, answer := range []string{onEverybody, onCustomers, onOwn} {
		q.lines = append(q.lines, chat.Same("- ").Plus(dataText(dataOf(answer))))
	}
	q.buttons = []chat.Button{
		{Label: chat.Text{ZH: "全部", EN: "Everybody"}, Command: "/setup data " + onEverybody},
		{Label: chat.Text{ZH: "只对客户", EN: "Customers"}, Command: "/setup data " + onCustomers},
		{Label: chat.Text{ZH: "只对自己的客户", EN: "Own ones"}, Command: "/setup data " + onOwn},
	}
	return q
}

// showDraft shows what the person would hold, what the level cuts, and how full the group would be; the first review is
// chosen here.
func showDraft(c bot.Call, d setup.Draft) setUpQuestion {
	held, cut := c.Gives(d.Level, d.Job), access.Items(0)
	if given, ok := access.JobItems(d.Job); ok {
		cut = onPlatform(c, given&^access.Ceiling(d.Level))
	}
	q := setUpQuestion{
		title: chat.Text{ZH: "展示与复核", EN: "preview and review"},
		body:  chat.Text{ZH: "%s，%s", EN: "%s, %s"}.F(roleText(d.Level, d.Job), dataText(d.Data)),
		typed: chat.Text{ZH: "`/向导 确认`，或改复核日期 `/向导 复核 30天|90天`", EN: "`/setup confirm`, or another review date by `/setup review 30d|90d`"},
		lines: []chat.Text{
			chat.Text{ZH: "- 角色：%s", EN: "- role: %s"}.F(roleText(d.Level, d.Job)),
			chat.Text{ZH: "- 权限 %d 项：%s", EN: "- items (%d): %s"}.F(held.Len(), held.Label()),
		},
	}
	if cut != 0 {
		q.lines = append(q.lines, chat.Text{ZH: "- 超出级别上限，不给：%s", EN: "- above the level, not given: %s"}.F(cut.Label()))
	}
	full := len(c.Access.Admins(c.Group.ID, c.Now))
	if c.Access.LevelOf(d.Who, c.Group.ID, c.Now) == access.NoLevel {
		full++
	}
	q.lines = append(q.lines,
		chat.Text{ZH: "- 范围：%s", EN: "- scope: %s"}.F(dataText(d.Data)),
		chat.Text{ZH: "- 任命后本群 %d 位管理员，上限 %d", EN: "- the group then has %d admins of at most %d"}.F(full, c.Access.MostAdmins()),
		chat.Text{ZH: "- 首次复核：%s（%d 天后）", EN: "- first review: %s (in %d days)"}.F(c.Moment(reviewOf(c, d)), d.Days),
	)
	q.buttons = []chat.Button{{Label: chat.Text{ZH: "确认任命", EN: "Confirm"}, Command: "/setup confirm", Style: chat.Primary}}
	for _, n := range setup.ReviewDays {
		if n != d.Days {
			q.buttons = append(q.buttons, chat.Button{Label: chat.Text{ZH: "%d天后复核", EN: "In %d d"}.F(n), Command: "/setup review " + strconv.Itoa(n) + "d"})
		}
	}
	q.buttons = append(q.buttons, chat.Button{Label: chat.Text{ZH: "取消", EN: "Cancel"}, Command: "/setup cancel"})
	return q
}
