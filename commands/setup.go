package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/setup"
)

var (
	_ = declare(setUp)
	_ = declare(setUpConfirm)
	_ = declare(setUpCancel)
)

// drafted is the speaker's draft of a set-up; Asks reads it, because it is a person's and not a group's.
func drafted(c bot.Call) setup.Draft { return bot.At[setup.Draft](c, setup.Of(c.Actor.ID)) }

func asksDraft(_ grammar.Args, c bot.Call) journal.Want {
	return journal.Want{Names: []journal.Name{setup.Of(c.Actor.ID)}}
}

// setUp guides through the appointment of one person: job, level, data scope, then what they would hold and when that
// is reviewed first. Each answer is a command of its own, by a button or typed; without an answer it asks again where
// one was.
func setUp() bot.Command {
	who, jb, lvl, data, days := grammar.Person("who"), setUpJob(), level(), setUpData(), setUpDays()
	return bot.Command{
		Name: "setup",
		Forms: []string{
			"/setup [{who}]", "/setup (job|岗位) {job}", "/setup (level|级别) {level}", "/setup (data|范围) {data}", "/setup (review|复核) {days}",
			"/向导 [{who}]", "/向导 (岗位|job) {job}", "/向导 (级别|level) {level}", "/向导 (范围|data) {data}", "/向导 (复核|review) {days}",
		},
		Examples: []chat.Text{{ZH: "/向导 @zhangsan", EN: "/setup @zhangsan"}},
		Holes:    []grammar.Hole{who, jb, lvl, data, days},
		Help: chat.Text{
			ZH: "一步一步设一位管理员：岗位→级别→范围→展示→复核；随时可续。", EN: "Set one admin up step by step: job, level, scope, preview, review; go on whenever you like.",
		},
		Needs: access.Admins,
		Asks:  asksDraft,
		Run: func(c bot.Call) (bot.Outcome, error) {
			d := drafted(c)
			if who.Given(c.Args) {
				return startSetUp(c, d, who.Ref(c.Args))
			}
			if need := unread(c, d); len(need.Names) > 0 {
				return bot.Outcome{Need: need}, nil
			}
			if err := hasDraft(c, d); err != nil {
				return bot.Outcome{}, err
			}
			var next setup.Draft
			switch {
			case jb.Given(c.Args):
				next = d.WithJob(jb.Of(c.Args))
			case lvl.Given(c.Args):
				next = d.WithLevel(lvl.Of(c.Args))
			case data.Given(c.Args):
				next = d.WithData(dataOf(data.Of(c.Args)))
			case days.Given(c.Args):
				next = d.WithDays(days.Of(c.Args))
			default:
				return bot.Outcome{Reply: nextQuestion(c, d)}, nil
			}
			return answered(c, d, next)
		},
	}
}

// startSetUp begins with a person, in place of a draft about anybody else.
func startSetUp(c bot.Call, d setup.Draft, r grammar.Ref) (bot.Outcome, error) {
	m, err := c.Find(r)
	if err != nil {
		return bot.Outcome{}, err
	}
	if m.Kind != chat.Staff {
		return bot.Deny(access.Decision{Rule: access.RuleNotStaff}, access.Admins, m.ID)
	}
	if err := here(c, m); err != nil {
		return bot.Outcome{}, err
	}
	if d.Open(c.Now) && d.Who == m.ID && d.Group == c.Group.ID {
		return bot.Outcome{Reply: nextQuestion(c, d)}, nil
	}
	return answered(c, d, setup.Start(m.ID, c.Group.ID))
}

// answered keeps the draft and asks the next question.
func answered(c bot.Call, d, next setup.Draft) (bot.Outcome, error) {
	if next.Missing() == setup.AskReview {
		if _, decision, _ := settle(c, next); !decision.Allowed {
			return bot.Deny(decision, access.Admins, next.Who)
		}
	}
	reply := nextQuestion(c, next)
	return bot.Outcome{
		Reply: reply, Changes: chat.Text{ZH: "保存向导的一步", EN: "a step of the set-up is kept"},
		Events: []journal.Event{d.Keep(c.Actor.ID, next, c.Now.UTC())},
	}, nil
}

// hasDraft refuses an answer to a question that was not asked, or was asked about another group.
func hasDraft(c bot.Call, d setup.Draft) error {
	if !d.Open(c.Now) {
		return &bot.Refusal{Text: chat.Text{
			ZH: "没有进行中的向导。从 `/向导 @userid` 开始。", EN: "No set-up is under way. Begin with `/setup @userid`.",
		}}
	}
	if d.Group == c.Group.ID {
		return nil
	}
	title := string(d.Group)
	for _, g := range c.Groups.All() {
		if g.ID == d.Group && g.Name != "" {
			title = g.Name
		}
	}
	return &bot.Refusal{Text: chat.Text{
		ZH: "您的向导是“%s”里 %s 的。要继续，发 `/向导 #%[1]s`；不要了，发 `/向导 取消`。",
		EN: "Your set-up is of %[2]s in “%[1]s”. To go on, send `/setup #%[1]s`; to drop it, `/setup cancel`.",
	}.F(chat.Escape(title), c.Name(d.Who))}
}

// unread is what the address book says of the person of a draft, where that was not read: no argument names them.
func unread(c bot.Call, d setup.Draft) journal.Want {
	if n := directory.OfPerson(d.Who); d.Who != "" && !c.Has(n) {
		return journal.Want{Names: []journal.Name{n}}
	}
	return journal.Want{}
}

// appointment is the role that a draft has come to.
func appointment(c bot.Call, d setup.Draft) access.Appointment {
	m, _ := c.Group.Member(d.Who)
	m.ID = d.Who
	return access.Appointment{
		By: c.Actor.ID, Who: d.Who, WhoKind: chat.Staff, Level: d.Level, Job: d.Job, Data: d.Data,
		Review: reviewOf(c, d), NoContact: contactRight(c, m) == chat.RightMissing,
	}
}

// settle asks the rules of roles about a draft, with a second person where one is needed.
func settle(c bot.Call, d setup.Draft) (access.Change, access.Decision, chat.Text) {
	return secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
		return f.Appoint(c.Group.ID, appointment(c, d), c.Now)
	})
}

// reviewOf is when the role is reviewed first: at nine of the bot's zone, so many days on.
func reviewOf(c bot.Call, d setup.Draft) time.Time {
	day := c.Now.In(c.Zone).AddDate(0, 0, d.Days)
	return time.Date(day.Year(), day.Month(), day.Day(), 9, 0, 0, 0, c.Zone).UTC()
}

// setUpConfirm appoints as the draft says, and drops it.
func setUpConfirm() bot.Command {
	return bot.Command{
		Name:     "setup confirm",
		Forms:    []string{"/setup confirm", "/向导 确认"},
		Examples: []chat.Text{{ZH: "/向导 确认", EN: "/setup confirm"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "按向导的结果任命。", EN: "Appoint as the set-up says."},
		Needs:    access.Admins,
		Hidden:   true,
		Reads:    []bot.Source{tasks, ends},
		Asks:     asksDraft,
		Run: func(c bot.Call) (bot.Outcome, error) {
			d := drafted(c)
			if need := unread(c, d); len(need.Names) > 0 {
				return bot.Outcome{Need: need}, nil
			}
			if err := hasDraft(c, d); err != nil {
				return bot.Outcome{}, err
			}
			if d.Missing() != setup.AskReview {
				return bot.Outcome{Reply: nextQuestion(c, d)}, nil
			}
			if err := here(c, chat.Member{ID: d.Who}); err != nil {
				return bot.Outcome{}, err // they have left since the first question
			}
			changes, decision, second := settle(c, d)
			if !decision.Allowed {
				return bot.Deny(decision, access.Admins, d.Who)
			}
			after, err := c.Access.After(c.Group.ID, changes)
			if err != nil {
				return bot.Outcome{}, err
			}
			events := []journal.Event{granted(c, []result{{who: d.Who, changes: changes}}, "")}
			if dropped, ok := d.Drop(c.Actor.ID); ok && second.IsZero() {
				events = append(events, dropped) // what waits for a second person must not hang on a draft
			}
			return bot.Outcome{
				Events: events, Second: second,
				Changes: chat.Lines(
					appointed(c, d.Who, changes),
					contactUnverified(c, []result{{who: d.Who}}),
					headcount(c, after),
					chat.Text{ZH: "范围：%s", EN: "Scope: %s"}.F(dataText(d.Data)),
					matrixLine(c, after, d.Who),
					chat.Text{ZH: "首次复核：%s", EN: "First review: %s"}.F(c.Moment(reviewOf(c, d))),
				),
			}, nil
		},
	}
}

// setUpCancel drops the draft.
func setUpCancel() bot.Command {
	return bot.Command{
		Name:     "setup cancel",
		Forms:    []string{"/setup cancel", "/向导 取消"},
		Examples: []chat.Text{{ZH: "/向导 取消", EN: "/setup cancel"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "放弃进行中的向导。", EN: "Drop the set-up that is under way."},
		Anywhere: true, Hidden: true,
		Asks: asksDraft,
		Run: func(c bot.Call) (bot.Outcome, error) {
			d := drafted(c)
			e, ok := d.Drop(c.Actor.ID)
			if !ok || !d.Open(c.Now) {
				return bot.Refuse(chat.Text{ZH: "没有进行中的向导。", EN: "No set-up is under way."})
			}
			return bot.Outcome{
				Events:  []journal.Event{e},
				Changes: chat.Text{ZH: "放弃 %s 的设置向导，没有任命任何人", EN: "the set-up of %s is dropped; nobody was appointed"}.F(c.Name(d.Who)),
			}, nil
		},
	}
}

// matrixLine is a person's line of the table of rights: how much of each family they hold.
func matrixLine(c bot.Call, f access.Facts, who chat.User) chat.Text {
	held := f.Items(who, addressBook(c, who), c.Group.ID, c.Now)
	var cells []chat.Text
	for _, family := range []access.Family{access.Members, access.Content, access.Config, access.Governance} {
		all := onPlatform(c, family.Items())
		cells = append(cells, chat.Text{ZH: "%s %d/%d", EN: "%s %d/%d"}.F(family.Label(), (held&all).Len(), all.Len()))
	}
	return chat.Text{ZH: "权限表：%s | %s", EN: "Matrix: %s | %s"}.F(c.Name(who), chat.Join(" | ", cells...))
}
