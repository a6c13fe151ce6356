package commands

import (
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/event"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

var (
	_ = declare(eventAdd)
	_ = declare(eventList)
	_ = declare(eventRemove)
)

// timelike is how moments begin: what begins so is no name of a big event, so that `/预演 明天9点` stays a time.
var timelike = regexp.MustCompile(`(?i)^(\d+([-/:.年月日号点时天周秒分]|小时|d$|h$|m$|am$|pm$)|\d{8}$|(今|明|昨|后|大后)(天|日|晚|早)|` +
	`(上|下|本|这)?个?(周|星期|礼拜)([一二三四五六日天末]|$)|(上|下)午|早上|晚上|中午|凌晨|现在|(到|至|list|remove|add|列表|删除|取消|in|to|until|` +
	`today|tomorrow|tonight|next|now|(mon|tues?|wednes|thurs?|fri|satur|sun)(day)?)$)`)

// eventName is the hole for the name of a big event.
func eventName() grammar.ChoiceHole[string] {
	return grammar.Choice("event", func(s string) (string, bool) {
		return s, !timelike.MatchString(s) && utf8.RuneCountInString(s) <= 20 && s != "" && s[0] != '/' && s[0] != '@'
	}, chat.Text{ZH: "大事名称", EN: "event"})
}

// eventAdd notes a big event, so that the group's people are reminded to rehearse (R43).
func eventAdd() bot.Command {
	name, from, until := eventName(), grammar.Moment("from"), grammar.Moment("until")
	return bot.Command{
		Name:     "event add",
		Forms:    []string{"/event add {event} {from} [(to|until|到)] {until}", "/大事 {event} {from} [(到|to|until)] {until}"},
		Examples: []chat.Text{{ZH: "/大事 国庆 2027-10-01 2027-10-08", EN: "/event add launch 2027-10-01 2027-10-08"}},
		Holes:    []grammar.Hole{name, from, until},
		Help: chat.Text{
			ZH: "记下一件大事：提前 7 天和 1 天提醒值班负责人预演；提前 7 天还会开始一次本群管理员的权限复核。",
			EN: "Note a big event: 7 days and 1 day before, those in charge of duty are reminded to rehearse; 7 days before, an access review of the group's admins begins, too.",
		},
		Needs: access.Duty,
		Reads: []bot.Source{events},
		Run: func(c bot.Call) (bot.Outcome, error) {
			e := event.Event{Name: name.Of(c.Args), From: from.Of(c.Args).In(c.Zone), Until: until.Of(c.Args).In(c.Zone)}
			what, err := events.Of(c).Add(c.Group.ID, e, c.Actor.ID, c.Now)
			if err != nil {
				return mend(err, map[error]chat.Text{
					event.ErrBackwards: {ZH: "结束要在开始之后；到 10-07 为止的大事，结束写 10-08。", EN: "The end comes after the beginning; of what lasts through 10-07, write 10-08."},
					event.ErrOver:      {ZH: "这件大事已经过去了。", EN: "That is over already."},
					event.ErrLong:      {ZH: "一件大事最长 31 天，请分成几件。", EN: "A big event has 31 days at most; split it."},
					event.ErrSame:      {ZH: "已经这样记下了。", EN: "It is noted like that already."},
				})
			}
			line := chat.Text{ZH: "大事 %s", EN: "big event %s"}.F(eventLine(c, e, e.From))
			return bot.Outcome{Events: []journal.Event{what}, Changes: chat.Lines(line, reminderText(c, e))}, nil
		},
	}
}

// eventLine names a big event with its time.
func eventLine(c bot.Call, e event.Event, from time.Time) chat.Text {
	return chat.Text{ZH: "“%s”：%s 到 %s", EN: "“%s”: %s to %s"}.F(chat.Escape(e.Name), c.Moment(from), c.Moment(e.Until))
}

// reminderText tells when the reminders of an event that is added now will come.
func reminderText(c bot.Call, e event.Event) chat.Text {
	var when []chat.Text
	for at := event.NextReminder(e.From, c.Now); !at.IsZero(); at = event.NextReminder(e.From, at) {
		when = append(when, chat.Same(c.Moment(at)))
	}
	if len(when) == 0 {
		return chat.Text{ZH: "马上就到，不再提醒；现在就可以 `/预演 %s`", EN: "it is too near for a reminder; `/rehearse %s` now"}.F(chat.Escape(e.Name))
	}
	return chat.Text{ZH: "提醒：%s；随时可以 `/预演 %s`", EN: "reminders: %s; `/rehearse %s` at any time"}.F(list(when), chat.Escape(e.Name))
}

// eventList shows the big events that are not over.
func eventList() bot.Command {
	return bot.Command{
		Name:     "event list",
		Forms:    []string{"/event [list]", "/大事 [列表]"},
		Examples: []chat.Text{{ZH: "/大事", EN: "/event list"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "本群记下的大事，和何时提醒。", EN: "The big events of the group, and when it is reminded."},
		Needs:    access.Duty,
		Reads:    []bot.Source{events},
		Run: func(c bot.Call) (bot.Outcome, error) {
			lines := []chat.Text{chat.Text{ZH: "**%s 的大事**", EN: "**Big events of %s**"}.F(chat.Escape(c.Group.Title()))}
			for _, e := range events.Of(c).All() {
				if !c.Now.Before(e.Until) {
					continue
				}
				line := chat.Same("- ").Plus(eventLine(c, e, e.From))
				if !e.Next.IsZero() {
					line = line.Plus(chat.Text{ZH: "，下次提醒 %s", EN: ", next reminder %s"}.F(c.Moment(e.Next)))
				}
				lines = append(lines, line)
			}
			if len(lines) == 1 {
				lines = append(lines, chat.Text{ZH: "没有。记下一件：`/大事 国庆 2027-10-01 2027-10-08`", EN: "None. Note one: `/event add launch 2027-10-01 2027-10-08`"})
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

// eventRemove forgets a big event, with the reminders that have not come.
func eventRemove() bot.Command {
	name := eventName()
	return bot.Command{
		Name:     "event remove",
		Forms:    []string{"/event remove {event}", "/大事 (删除|取消) {event}"},
		Examples: []chat.Text{{ZH: "/大事 删除 国庆", EN: "/event remove launch"}},
		Holes:    []grammar.Hole{name},
		Help:     chat.Text{ZH: "删除一件大事，不再提醒。", EN: "Forget a big event and its reminders."},
		Needs:    access.Duty,
		Reads:    []bot.Source{events},
		Run: func(c bot.Call) (bot.Outcome, error) {
			b := events.Of(c)
			what, err := b.Remove(c.Group.ID, name.Of(c.Args))
			if err != nil {
				return mend(err, map[error]chat.Text{event.ErrUnknown: noEvent(b, name.Of(c.Args))})
			}
			e, _ := b.Named(name.Of(c.Args))
			return bot.Outcome{Events: []journal.Event{what}, Changes: chat.Text{ZH: "删除大事 %s", EN: "forget the big event %s"}.F(eventLine(c, e, e.From))}, nil
		},
	}
}

// remindOfEvents tells those in charge of duty what a rehearsal finds, when the reminder of a big event has come. Each gets one
// message. Once the event has begun, nobody is told.
func remindOfEvents(c bot.Call, happened []journal.Event, out bot.Consequence) bot.Consequence {
	for _, h := range happened {
		if h.Kind != event.Reminded || len(h.Changes) == 0 {
			continue
		}
		if need := notLoaded(c, access.Of(h.Group), access.Of(""), directory.OfGroup(h.Group), duty.Of(h.Group), review.All, review.Of(h.Group)); len(need) > 0 {
			out.Need = append(out.Need, need...)
			continue
		}
		e, err := journal.Decode[event.Event](h.Changes[0].After)
		if err != nil || !c.Now.Before(e.From) {
			continue
		}
		if need := append(unknownAdmins(c, c.Now, e.From), notLoaded(c, directory.OfPerson(e.By))...); len(need) > 0 {
			out.Need = append(out.Need, need...)
			continue
		}
		card := reminderCard(c, e, happened)
		for _, u := range inCharge(c, e) {
			send := chat.SendTo(u, h.Group, chat.Reply{Card: &card}).As(chat.OfDuty)
			send.NotAfter, send.Matter = e.From, chat.About(string(event.Of(h.Group)), event.Key(e.Name))
			out.Effects = append(out.Effects, send)
		}
	}
	return out
}

// inCharge are the live seniors who hold duty, and whoever noted the event unless they have left.
func inCharge(c bot.Call, e event.Event) []chat.User {
	var out []chat.User
	if !bot.At[directory.Person](c, directory.OfPerson(e.By)).Gone {
		out = append(out, e.By)
	}
	f := acquainted(c)
	for _, u := range f.Who(access.Duty, c.Group.ID, c.Now) {
		if f.LevelOf(u, c.Group.ID, c.Now) == access.Senior && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// reminderCard tells in brief what the rehearsal of an event finds.
func reminderCard(c bot.Call, e event.Event, happened []journal.Event) chat.Card {
	r := rehearse(c, e.From, e.Until)
	found := r.findings(c)
	admins := chat.Text{ZH: "最多 %d 人，上限 %d 人", EN: "at most %d of %d"}.F(r.most(), r.facts.MostAdmins())
	rota := chat.Text{ZH: "没有排班", EN: "no roster"}
	if len(r.roster.Shifts) > 0 {
		rota = chat.Text{ZH: "每天 %d 班", EN: "%d shifts a day"}.F(len(r.roster.Shifts))
	}
	card := chat.Card{
		Title: chat.Text{ZH: "大事将到：%s（%s）", EN: "Coming up: %s (%s)"}.F(e.Name, ahead(c, e.From)),
		Body:  inBrief(found),
		Fields: []chat.Field{
			{Name: chat.Text{ZH: "群", EN: "Group"}, Value: chat.Same(c.Group.Title())},
			{Name: chat.Text{ZH: "时间", EN: "When"}, Value: chat.Text{ZH: "%s 到 %s", EN: "%s to %s"}.F(c.Moment(e.From), c.Moment(e.Until))},
			{Name: chat.Text{ZH: "发现", EN: "Findings"}, Value: chat.Text{ZH: "%d 项", EN: "%d"}.F(len(found))},
			{Name: chat.Text{ZH: "值班", EN: "Duty"}, Value: rota},
			{Name: chat.Text{ZH: "管理员", EN: "Admins"}, Value: admins},
		},
		Buttons: []chat.Button{{
			Label: chat.Text{ZH: "预演", EN: "Rehearse"}, Style: chat.Primary,
			Command: "/rehearse " + e.Name + " #" + string(c.Group.ID),
		}},
	}
	if t := reviewBefore(c, e, happened); !t.IsZero() {
		card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: "权限复核", EN: "Access review"}, Value: t})
	}
	return card
}

// inBrief is as much of what was found as a card surely shows whole: what is longer would come as a second message.
func inBrief(found []chat.Text) chat.Text {
	if len(found) == 0 {
		return chat.Text{ZH: "预演没有发现问题", EN: "The rehearsal found nothing"}
	}
	var told chat.Text
	for i := range found {
		more := chat.Lines(found[:i+1]...)
		if i < len(found)-1 {
			more = chat.Lines(more, chat.Text{ZH: "…共 %d 项", EN: "… %d in all"}.F(len(found)))
		}
		if utf8.RuneCountInString(more.ZH) > maxPreview || utf8.RuneCountInString(more.EN) > maxPreview {
			break
		}
		told = more
	}
	if told.IsZero() {
		told = chat.Text{ZH: "预演发现 %d 项，点“预演”看", EN: "The rehearsal found %d; tap Rehearse"}.F(len(found))
	}
	return told
}

// ahead is how many days of the calendar are left until a moment.
func ahead(c bot.Call, at time.Time) chat.Text {
	day := func(t time.Time) time.Time {
		y, m, d := t.In(c.Zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	switch days := int(day(at).Sub(day(c.Now)) / (24 * time.Hour)); days {
	case 0:
		return chat.Text{ZH: "今天", EN: "today"}
	case 1:
		return chat.Text{ZH: "明天", EN: "tomorrow"}
	default:
		return chat.Text{ZH: "%d 天后", EN: "in %d days"}.F(days)
	}
}
