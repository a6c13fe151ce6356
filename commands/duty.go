package commands

import (
	"errors"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(onDuty)
	_ = declare(dutySet)
)

func dutyView() grammar.ChoiceHole[string] {
	return grammar.Choice("view", func(s string) (string, bool) {
		switch s {
		case "next", "下一班":
			return "next", true
		case "week", "本周", "一周":
			return "week", true
		}
		return "", false
	}, chat.Text{ZH: "下一班|本周", EN: "next|week"})
}

// onDuty tells who is on duty, until when, who is the backup and who follows. It is answered from the last known
// state while storage is away: a member who needs somebody now needs an answer now.
func onDuty() bot.Command {
	view, at := dutyView(), grammar.Moment("at").Past()
	return bot.Command{
		Name: "duty",
		Forms: []string{
			"/duty [{view}]", "/duty at {at}", "/值班 [{view}]", "/值班 在 {at}", "谁在值班", "谁值班", "(现在|今天)谁值班",
		},
		Examples: []chat.Text{{ZH: "/值班", EN: "/duty"}, {ZH: "谁在值班", EN: "/duty next"}},
		Holes:    []grammar.Hole{view, at},
		Help:     chat.Text{ZH: "现在谁值班、到何时、B 角是谁、下一班是谁。", EN: "Who is on duty, until when, the backup, and who follows."},
		Reads:    []bot.Source{roster},
		Stale:    true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			r, moment := roster.Of(c), c.Now.In(c.Zone)
			if at.Given(c.Args) {
				moment = at.Of(c.Args).In(c.Zone)
			}
			if len(r.Shifts) == 0 {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
					ZH: "%s 还没有排班。有“值班”权限的人可以发 `/排班 09:00-18:00 @userid`。",
					EN: "%s has no roster yet. Whoever holds “duty” may send `/duty set 09:00-18:00 @userid`.",
				}.F(chat.Escape(c.Group.Title()))}}, nil
			}
			lines := []chat.Text{chat.Text{ZH: "**%s 值班**", EN: "**Duty in %s**"}.F(chat.Escape(c.Group.Title()))}
			switch view.Of(c.Args) {
			case "week":
				for _, t := range r.Between(moment, moment.AddDate(0, 0, 7)) {
					lines = append(lines, chat.Same("- ").Plus(turnLine(c, t)))
				}
			case "next":
				lines = append(lines, nextLine(c, r, moment))
			default:
				lines = append(lines, nowLine(c, r, moment, at.Given(c.Args)), nextLine(c, r, moment))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

func nowLine(c bot.Call, r duty.Roster, at time.Time, asked bool) chat.Text {
	t, ok := r.OnDuty(at)
	when := chat.Text{ZH: "现在", EN: "now"}
	if asked {
		when = chat.Same(c.Moment(at))
	}
	if !ok {
		return chat.Text{ZH: "%s：没有人值班。", EN: "%s: nobody is on duty."}.F(when)
	}
	line := chat.Text{ZH: "%s：%s，到 %s", EN: "%s: %s, until %s"}.F(when, c.Name(t.Who), c.Moment(t.End))
	if t.Backup != "" {
		line = line.Plus(chat.Text{ZH: "；B 角：%s", EN: "; backup: %s"}.F(c.Name(t.Backup)))
	}
	return line
}

func nextLine(c bot.Call, r duty.Roster, at time.Time) chat.Text {
	t, ok := r.Next(at)
	if !ok {
		return chat.Text{ZH: "没有下一班。", EN: "There is no next shift."}
	}
	return chat.Text{ZH: "下一班：", EN: "next: "}.Plus(turnLine(c, t))
}

func turnLine(c bot.Call, t duty.Turn) chat.Text {
	line := chat.Text{ZH: "%s 到 %s　%s", EN: "%s to %s  %s"}.F(c.Moment(t.Start), c.Moment(t.End), c.Name(t.Who))
	if t.Backup != "" {
		line = line.Plus(chat.Text{ZH: "，B 角 %s", EN: ", backup %s"}.F(c.Name(t.Backup)))
	}
	return line
}

// dutySet gives the group one roster: the shifts of every day.
func dutySet() bot.Command {
	shifts := grammar.Rest("shifts").Called(chat.Text{ZH: "时段 @值班人+@B角 …", EN: "SPAN @WHO+@BACKUP …"})
	return bot.Command{
		Name:     "duty set",
		Forms:    []string{"/duty set {shifts}", "/排班 {shifts}"},
		Examples: []chat.Text{{ZH: "/排班 08:00-16:00 @li+@wang 16:00-24:00 @wang", EN: "/duty set 08:00-16:00 @li+@wang 16:00-24:00 @wang"}},
		Holes:    []grammar.Hole{shifts},
		Help: chat.Text{
			ZH: "排每天的班：时段、值班人、加号后是 B 角。", EN: "Set the shifts of every day: span, who, and the backup after a plus sign.",
		},
		Needs: access.Duty,
		Reads: []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			drafts, err := duty.Parse(shifts.Of(c.Args))
			if err != nil {
				return bot.Refuse(notShifts(err))
			}
			if need := strangers(c, drafts); len(need) > 0 {
				return bot.Outcome{Need: journal.Want{Names: need}}, nil
			}
			var list []duty.Shift
			lines := []chat.Text{{ZH: "每天的班：", EN: "the shifts of every day:"}}
			for _, d := range drafts {
				s := duty.Shift{From: d.From, To: d.To}
				if s.Who, err = onStaff(c, d.Who); err != nil {
					return bot.Outcome{}, err
				}
				if d.Backup != "" {
					if s.Backup, err = onStaff(c, d.Backup); err != nil {
						return bot.Outcome{}, err
					}
				}
				if s.Backup == s.Who {
					return bot.Refuse(chat.Text{
						ZH: "%s不能做自己的 B 角。", EN: "%s cannot be their own backup.",
					}.F(c.Name(s.Who)))
				}
				list = append(list, s)
				line := chat.Text{ZH: "- %s %s", EN: "- %s %s"}.F(duty.FormatSpan(s.From, s.To), c.Name(s.Who))
				if s.Backup != "" {
					line = line.Plus(chat.Text{ZH: "，B 角 %s", EN: ", backup %s"}.F(c.Name(s.Backup)))
				}
				lines = append(lines, line)
			}
			e, err := roster.Of(c).Replace(c.Group.ID, c.Actor.ID, list, c.Now.UTC())
			if err != nil {
				return bot.Refuse(notShifts(err))
			}
			return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Lines(lines...)}, nil
		},
	}
}

// strangers are the people of a roster whom the address book must be asked about.
func strangers(c bot.Call, drafts []duty.Draft) []journal.Name {
	var out []journal.Name
	for _, d := range drafts {
		for _, said := range []string{d.Who, d.Backup} {
			ref := grammar.Ref{Said: trimAt(said), By: grammar.ByID}
			n := directory.OfPerson(chat.User(ref.Said))
			if bot.PlausibleID(ref) && len(grammar.FindPerson(ref, c.Group.Members())) == 0 && !c.Has(n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// onStaff finds a person for a shift: customers do no duty.
func onStaff(c bot.Call, said string) (chat.User, error) {
	m, err := c.Find(grammar.Ref{Said: trimAt(said), By: grammar.ByID})
	if err != nil {
		return "", err
	}
	if m.Kind != chat.Staff {
		return "", &bot.Refusal{Text: chat.Text{ZH: "%s 不是企业成员，不能值班。", EN: "%s is not staff and cannot be on duty."}.F(c.Name(m.ID))}
	}
	return m.ID, nil
}

func notShifts(err error) chat.Text {
	how := chat.Text{
		ZH: "写法：`/排班 08:00-16:00 @li+@wang 16:00-24:00 @zhao`", EN: "Form: `/duty set 08:00-16:00 @li+@wang 16:00-24:00 @zhao`",
	}
	_, detail, told := strings.Cut(err.Error(), ": ")
	if !told {
		detail = strings.TrimPrefix(err.Error(), duty.ErrOverlap.Error()+" at ")
	}
	what := chat.Text{ZH: "没看懂：%s。", EN: "Not understood: %s."}.F(chat.Escape(detail))
	switch {
	case errors.Is(err, duty.ErrOverlap):
		what = chat.Text{ZH: "有两个班重叠（%s）。", EN: "Two shifts overlap (%s)."}.F(chat.Escape(detail))
	case errors.Is(err, duty.ErrPerson):
		what = chat.Text{ZH: "有一个班没写人（%s）。", EN: "A shift names nobody (%s)."}.F(chat.Escape(detail))
	case errors.Is(err, duty.ErrTime):
		what = chat.Text{ZH: "时段没看懂（%s）。", EN: "A span was not understood (%s)."}.F(chat.Escape(detail))
	}
	return chat.Lines(what, how)
}
