package commands

import (
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
)

// stintText writes a turn as people say it.
func stintText(c bot.Call, s duty.Stint) chat.Text { return stretchText(c, s.Start, s.End) }

// stintDay is the day on which a turn begins.
func stintDay(c bot.Call, s duty.Stint) chat.Text { return dayText(c, duty.DayOf(s.Start.In(c.Zone))) }

// runs puts together what is the same on three days and more that follow each other.
func runs(c bot.Call, stints []duty.Stint) [][]duty.Stint {
	same := func(a, b duty.Stint) bool {
		next := duty.DayOf(a.Start.In(c.Zone)).Plus(1)
		return next == duty.DayOf(b.Start.In(c.Zone)) && a.Backup == b.Backup && stintHours(c, a) == stintHours(c, b)
	}
	var out [][]duty.Stint
	for _, s := range stints {
		if last := len(out) - 1; last >= 0 && same(out[last][len(out[last])-1], s) {
			out[last] = append(out[last], s)
			continue
		}
		out = append(out, []duty.Stint{s})
	}
	var few [][]duty.Stint
	for _, run := range out {
		if len(run) >= 3 {
			few = append(few, run)
			continue
		}
		for _, s := range run {
			few = append(few, []duty.Stint{s})
		}
	}
	return few
}

// stintHours is the hours of a turn.
func stintHours(c bot.Call, s duty.Stint) chat.Text {
	start, end := s.Start.In(c.Zone), s.End.In(c.Zone)
	if duty.DayOf(end) == duty.DayOf(start).Plus(1) && end.Format("15:04") != "00:00" {
		return chat.Text{ZH: "%s–次日%s", EN: "%s–%s next day"}.F(start.Format("15:04"), end.Format("15:04"))
	}
	return chat.Same(clockText(c, start, end))
}

func lifeStint(l duty.Life) duty.Stint { return duty.Stint{Start: l.Start, End: l.End, Who: l.Who} }

func (n shiftNews) title() string { return chat.Escape(n.group.Title()) }

func (n shiftNews) who(u chat.User) chat.Text { return inGroup(n.c, n.group, u) }

// reminder names one person's turns that are near, in one message.
func (n shiftNews) reminder(r duty.Reminder) chat.Effect {
	first := r.Stints[0]
	text := chat.Text{ZH: "值班提醒：您 %s 在“%s”值班", EN: "Duty: you are on in “%[2]s” on %[1]s"}.F(stintText(n.c, first), n.title())
	if wait := first.Start.Sub(n.now); wait <= 2*time.Hour {
		text = chat.Text{ZH: "值班提醒：您 %s后（%s）在“%s”值班", EN: "Duty: you are on in “%[3]s” in %[1]s (%[2]s)"}.F(
			lengthText(wait), stintHours(n.c, first), n.title())
	}
	if first.Backup != "" {
		text = text.Plus(chat.Text{ZH: "，B 角 %s", EN: ", backup %s"}.F(n.who(first.Backup)))
	}
	text = text.Plus(chat.Text{ZH: "。", EN: "."})
	if len(r.Stints) > 1 {
		lines := []chat.Text{chat.Text{ZH: "值班提醒：您在“%s”的 %d 个班快到了：", EN: "Duty: %[2]d turns of yours in “%[1]s” are near:"}.F(n.title(), len(r.Stints))}
		for _, days := range runs(n.c, r.Stints) {
			s := days[0]
			line := chat.Same("- ").Plus(stintText(n.c, s))
			if len(days) > 1 {
				line = chat.Text{ZH: "- %s 到 %s，每天 %s", EN: "- %s to %s, daily %s"}.F(stintDay(n.c, s), stintDay(n.c, days[len(days)-1]), stintHours(n.c, s))
			}
			if s.Backup != "" {
				line = line.Plus(chat.Text{ZH: "，B 角 %s", EN: ", backup %s"}.F(n.who(s.Backup)))
			}
			lines = append(lines, line)
		}
		text = chat.Lines(lines...)
	}
	return n.send(r.Who, chat.Reply{Text: text}, first.Start)
}

func lengthText(d time.Duration) chat.Text {
	if m := int(d.Round(time.Minute) / time.Minute); m%60 != 0 {
		return chat.Text{ZH: "%d 分钟", EN: "%d minutes"}.F(m)
	}
	if h := int(d.Round(time.Minute) / time.Hour); h != 1 {
		return chat.Text{ZH: "%d 小时", EN: "%d hours"}.F(h)
	}
	return chat.Text{ZH: "1 小时", EN: "an hour"}
}

// begun greets whoever's turn begins, and says what happens if they do not come.
func (n shiftNews) begun(l duty.Life) chat.Effect {
	now, _ := n.roster.OnDuty(n.now)
	card := chat.Card{Title: chat.Text{ZH: "您上班了：%s", EN: "You are on duty: %s"}.F(n.group.Title())}
	switch {
	case l.Deadline.IsZero():
		card.Body = chat.Text{ZH: "这个班不需要签到。", EN: "Nobody checks in for this turn."}
	case now.Backup != "":
		card.Body = chat.Text{
			ZH: "请在 %s 前签到。没有签到的话，B 角 %s 会自动接手；您一签到就交还给您。",
			EN: "Please check in before %s. If you do not, the backup, %s, takes over automatically; once you check in, it is yours again.",
		}.F(l.Deadline.In(n.c.Zone).Format("15:04"), n.who(now.Backup))
	default:
		card.Body = chat.Text{
			ZH: "请在 %s 前签到。没有签到的话会通知负责人：这个班没有 B 角。",
			EN: "Please check in before %s. If you do not, those in charge are told: this turn has no backup.",
		}.F(l.Deadline.In(n.c.Zone).Format("15:04"))
	}
	card.Fields = []chat.Field{{Name: chat.Text{ZH: "班次", EN: "Turn"}, Value: stintHours(n.c, lifeStint(l))}}
	if next, ok := n.roster.Follows(l.End.In(n.c.Zone)); ok {
		card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: "接班", EN: "Next"}, Value: n.nextText(next)})
	}
	if !l.Deadline.IsZero() {
		card.Buttons = []chat.Button{n.checkInButton()}
	}
	return n.waits(n.send(l.Who, chat.Reply{Card: &card}, l.End), l)
}

// waits says of a message that it is pointless once the person has checked in.
func (n shiftNews) waits(e chat.Effect, l duty.Life) chat.Effect {
	e.Matter = chat.About(string(duty.OfLife(n.g)), l.Key())
	return e
}

func (n shiftNews) checkInButton() chat.Button {
	return chat.Button{Label: chat.Text{ZH: "签到", EN: "Check in"}, Style: chat.Primary, Command: "/checkin #" + string(n.g)}
}

// nextText names who follows and when.
func (n shiftNews) nextText(s duty.Stint) chat.Text {
	return chat.Text{ZH: "%s，%s", EN: "%s, %s"}.F(n.who(s.Who), n.c.Moment(s.Start))
}

// missed tells that somebody did not come and nobody could take over.
func (n shiftNews) missed(l duty.Life) []chat.Effect {
	card := chat.Card{
		Title:   chat.Text{ZH: "您还没有签到：%s", EN: "You have not checked in: %s"}.F(n.group.Title()),
		Body:    chat.Text{ZH: "您的班 %s 已经开始，没有 B 角可以接手，已通知负责人。到了请签到。", EN: "Your turn, %s, has begun. There is no backup to take over; those in charge were told. Check in once you are there."}.F(stintHours(n.c, lifeStint(l))),
		Buttons: []chat.Button{n.checkInButton()},
	}
	out := []chat.Effect{n.urgent(n.waits(n.send(l.Who, chat.Reply{Card: &card}, l.End), l))}
	text := chat.Text{
		ZH: "“%s”：%s 的班（%s）没有按时签到，没有 B 角可以接手。请联系本人，或改派别人。 %s",
		EN: "“%s”: %s (%s) did not check in, and there is no backup to take over. Please call them, or put somebody else on. %s",
	}.F(n.title(), n.who(l.Who), stintHours(n.c, lifeStint(l)), chat.ThisEntry)
	for _, u := range n.managers(l.Who) {
		out = append(out, n.urgent(n.waits(n.send(u, chat.Reply{Text: text}, l.End), l)))
	}
	return out
}

func (n shiftNews) urgent(e chat.Effect) chat.Effect {
	e.Urgent = true
	return e
}

// takenOver tells both, and those in charge, that the backup has taken over.
func (n shiftNews) takenOver(ch duty.Change) []chat.Effect {
	until := n.c.Moment(ch.Until)
	a, b := n.who(ch.For), n.who(ch.Who)
	why, back := chat.Text{ZH: "没有按时签到", EN: "did not check in"}, chat.Text{ZH: "签到", EN: "check in"}
	if ch.Reason == duty.LateAnswer {
		why = chat.Text{ZH: "有客户等了太久", EN: "let a customer wait too long"}
		back = chat.Text{ZH: "回复客户或签到", EN: "answer the customer or check in"}
	}
	card := chat.Card{
		Title: chat.Text{ZH: "B 角已接手：%s", EN: "The backup took over: %s"}.F(n.group.Title()),
		Body: chat.Text{
			ZH: "您%s，%s 已自动接手您的班，到 %s 为止；值班时生效的权限也随之转过去。您一%s，就交还给您。",
			EN: "You %s, so %s has taken over your turn until %s, with the rights that go with it. Once you %s, it is yours again.",
		}.F(ofYou(why), b, until, back),
		Buttons: []chat.Button{n.checkInButton()},
	}
	out := []chat.Effect{n.urgent(n.send(ch.For, chat.Reply{Card: &card}, ch.Until))}
	text := chat.Text{
		ZH: "“%s”：%s %s，值班已自动转给您，到 %s 为止；本人%s后交还。 %s",
		EN: "“%s”: %s %s, so you are on duty now, until %s; once they %s, it is theirs again. %s",
	}.F(n.title(), a, why, until, back, chat.ThisEntry)
	out = append(out, n.urgent(n.send(ch.Who, chat.Reply{Text: text}, ch.Until)))
	text = chat.Text{
		ZH: "“%s”：%s %s，B 角 %s 已自动接手，到 %s 为止。 %s", EN: "“%s”: %s %s; the backup, %s, has taken over until %s. %s",
	}.F(n.title(), a, why, b, until, chat.ThisEntry)
	for _, u := range n.managers(ch.For, ch.Who) {
		out = append(out, n.send(u, chat.Reply{Text: text}, ch.Until))
	}
	return out
}

// ofYou is a reason as it is said to whom it is about.
func ofYou(why chat.Text) chat.Text {
	if why.EN == "let a customer wait too long" {
		return chat.Text{ZH: "那里有客户等了太久", EN: why.EN}
	}
	return why
}

// givenBack tells both, and those in charge, that what was taken over is whose it was again.
func (n shiftNews) givenBack(ch duty.Change) []chat.Effect {
	a, b := n.who(ch.For), n.who(ch.Who)
	why := chat.Text{ZH: "%s 已签到", EN: "%s has checked in"}.F(a)
	switch {
	case ch.Reason == duty.LateAnswer && (n.c.Actor.ID == ch.For || n.c.Actor.ID == ""):
		why = chat.Text{ZH: "%s 已到岗", EN: "%s is there"}.F(a)
	case n.c.Actor.ID != ch.For:
		why = chat.Text{ZH: "接手已取消", EN: "the takeover was called off"}
	}
	toYou := why
	if n.c.Actor.ID == "" {
		toYou = chat.Text{ZH: "您已到岗", EN: "you are there"}
	}
	tell := map[chat.User]chat.Text{
		ch.For: chat.Text{ZH: "“%s”：%s，值班从现在起还是您的。 %s", EN: "“%s”: %s; you are on duty again from now on. %s"}.F(n.title(), toYou, chat.ThisEntry),
		ch.Who: chat.Text{ZH: "“%s”：%s，值班从现在起交还 %s，您的接手结束了，辛苦了。 %s", EN: "“%s”: %s; from now on %s is on duty again and you are not. Thank you. %s"}.F(n.title(), why, a, chat.ThisEntry),
	}
	for _, u := range n.managers(ch.For, ch.Who) {
		tell[u] = chat.Text{ZH: "“%s”：%s，%s 接手的值班已交还 %s。 %s", EN: "“%s”: %s; what %s had taken over is %s's again. %s"}.F(n.title(), why, b, a, chat.ThisEntry)
	}
	var out []chat.Effect
	for _, u := range append([]chat.User{ch.For, ch.Who}, n.managers(ch.For, ch.Who)...) {
		if u != n.c.Actor.ID {
			out = append(out, n.send(u, chat.Reply{Text: tell[u]}, ch.Until))
		}
	}
	return out
}

// relieved tells somebody that their turn is over, and who has it now: the last that they hear of it.
func (n shiftNews) relieved(r duty.Relief) chat.Effect {
	text := chat.Text{ZH: "您下班了。“%s”后面还没有排班。", EN: "Your turn is over. Nobody follows in “%s” yet."}.F(n.title())
	switch {
	case r.Follows && r.Next.Who == r.Who:
		text = chat.Text{ZH: "您下班了。“%s”的下一班还是您：%s。", EN: "Your turn is over. The next in “%s” is yours again: %s."}.F(n.title(), stintText(n.c, r.Next))
	case r.Follows && r.Next.Start.Equal(r.End):
		text = chat.Text{ZH: "您下班了，“%s”接班的是 %s。辛苦了。", EN: "Your turn is over; in “%s” %s is on duty now. Thank you."}.F(n.title(), n.who(r.Next.Who))
	case r.Follows:
		text = chat.Text{ZH: "您下班了，辛苦了。“%s”的下一班：%s。", EN: "Your turn is over; thank you. Next in “%s”: %s."}.F(n.title(), n.nextText(r.Next))
	}
	return n.send(r.Who, chat.Reply{Text: text}, r.End.Add(time.Hour))
}

// closing asks whoever has the turn for a word to the next.
func (n shiftNews) closing(h duty.Handover) chat.Effect {
	card := chat.Card{
		Title: chat.Text{ZH: "还有 %s下班：%s", EN: "%s left: %s"}.F(lengthText(h.End.Sub(n.now)), n.group.Title()),
		Body:  inBrief(append(n.open(h), n.nobody()...)),
		Fields: []chat.Field{
			{Name: chat.Text{ZH: "接班", EN: "Next"}, Value: n.nextText(h.Next)},
			{Name: chat.Text{ZH: "补充一句", EN: "To add"}, Value: chat.Text{ZH: "发 /交接 内容", EN: "send /handover NOTE"}},
		},
	}
	if !h.When.After(h.End) {
		card.Buttons = []chat.Button{{
			Label: chat.Text{ZH: "现在交接", EN: "Hand over"}, Style: chat.Primary, Command: "/handover #" + string(n.g),
		}}
	}
	return n.send(h.From, chat.Reply{Card: &card}, h.End)
}

// handed gives whoever follows the hand-over note. Where it says nothing, nobody is asked to confirm it.
func (n shiftNews) handed(h duty.Handover) chat.Effect {
	items := n.open(h)
	if n.empty(h) {
		items = []chat.Text{{ZH: "没有未完的事", EN: "nothing is open"}}
	}
	items = append(items, n.nobody()...)
	for _, note := range slices.Backward(h.Notes) {
		items = slices.Insert(items, 0, chat.Text{ZH: "留言：%s", EN: "Note: %s"}.F(chat.Escape(note)))
	}
	for i := range items {
		items[i] = chat.Same("- ").Plus(items[i])
	}
	card := chat.Card{
		Title: chat.Text{ZH: "交接单：%s", EN: "Hand-over: %s"}.F(n.group.Title()),
		Body:  chat.Lines(items...),
		Fields: []chat.Field{
			{Name: chat.Text{ZH: "交班", EN: "From"}, Value: n.who(h.From)},
			{Name: chat.Text{ZH: "您的班", EN: "Your turn"}, Value: stintText(n.c, h.Next)},
		},
	}
	if !n.empty(h) {
		card.Buttons = []chat.Button{n.confirmButton()}
	}
	return n.send(h.To, chat.Reply{Card: &card}, h.Next.End)
}

func (n shiftNews) confirmButton() chat.Button {
	return chat.Button{Label: chat.Text{ZH: "确认接班", EN: "Confirm"}, Style: chat.Primary, Command: "/handover ok #" + string(n.g)}
}

// unconfirmed tells both, once, that a hand-over was not confirmed.
func (n shiftNews) unconfirmed(l duty.Life) []chat.Effect {
	s, _ := n.roster.StintAt(n.now)
	if n.empty(duty.Handover{Life: l, Next: s}) {
		return nil
	}
	until := n.now.Add(time.Hour)
	card := chat.Card{
		Title:   chat.Text{ZH: "还没有确认接班：%s", EN: "Not confirmed yet: %s"}.F(n.group.Title()),
		Body:    chat.Text{ZH: "%s 的交接单在等您确认；已告诉对方您还没有确认。", EN: "The hand-over of %s waits for you; they were told that it is not confirmed."}.F(n.who(l.From)),
		Buttons: []chat.Button{n.confirmButton()},
	}
	text := chat.Text{
		ZH: "“%s”：%s 还没有确认接班（您 %s 交的班）。要紧的事请直接联系对方。",
		EN: "“%s”: %s has not confirmed what you handed over at %s. If something is urgent, please call them.",
	}.F(n.title(), n.who(l.To), l.Handed.In(n.c.Zone).Format("15:04"))
	return []chat.Effect{n.send(l.To, chat.Reply{Card: &card}, until), n.send(l.From, chat.Reply{Text: text}, until)}
}
