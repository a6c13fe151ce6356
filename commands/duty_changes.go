package commands

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(dutyChanges)
	_ = declare(dutyCancel)
)

// dutyChanges lists what makes duty different from the shifts, now and later, and what waits for an answer.
func dutyChanges() bot.Command {
	return bot.Command{
		Name:     "duty changes",
		Forms:    []string{"/duty changes", "/值班 变动"},
		Examples: []chat.Text{{ZH: "/值班 变动", EN: "/duty changes"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "现在和以后的变动：改派、换班、替班、请假、临时排班、待答复的请求，带代号。", EN: "What differs from the shifts, now and later, with codes: overrides, swaps, covers, leaves, temporary schedules, open requests."},
		Reads:    []bot.Source{roster},
		Stale:    true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := roster.Of(c)
			lines := []chat.Text{chat.Text{ZH: "**%s 的值班变动**", EN: "**Changes of duty in %s**"}.F(chat.Escape(c.Group.Title()))}
			section := func(head chat.Text, found []chat.Text) {
				if len(found) > 0 {
					lines = append(append(lines, head), found...)
				}
			}
			section(chat.Text{ZH: "待答复：", EN: "Waiting for an answer:"}, offerLines(c, r))
			var changes, leaves, schedules []chat.Text
			for _, o := range r.Changes() {
				if c.Now.Before(o.Until) {
					changes = append(changes, changeLine(c, o))
				}
			}
			for _, l := range r.Leaves() {
				if c.Now.Before(l.Until) {
					leaves = append(leaves, chat.Same("- `"+l.Code+"` ").Plus(c.Name(l.Who)).Plus(chat.Same(" ")).Plus(leaveText(c, l)).Plus(ifConfided(c, l.Reason, l.Who, l.By)))
				}
			}
			for _, s := range r.Schedules() {
				if c.Now.Before(s.Until) {
					schedules = append(schedules, chat.Same("- `"+s.Code+"` ").Plus(stretchText(c, s.From, s.Until)).Plus(because(s.Reason)), shiftLines(c, s.Shifts))
				}
			}
			section(chat.Text{ZH: "换人：", EN: "Turns that changed hands:"}, changes)
			section(chat.Text{ZH: "请假：", EN: "Leave:"}, leaves)
			section(chat.Text{ZH: "临时排班：", EN: "Temporary schedules:"}, schedules)
			if len(lines) == 1 {
				return told(lines[0], chat.Text{ZH: "没有，都按排班来。", EN: "None; everything is as the shifts say."}), nil
			}
			return told(append(lines, chat.Text{ZH: "取消：`/值班 取消 代号`（可写几个）", EN: "To call off: `/duty cancel CODE` (or several)"})...), nil
		},
	}
}

func changeLine(c bot.Call, o duty.Change) chat.Text {
	code := strings.TrimSuffix(o.Code, swapBack)
	return chat.Same("- `" + code + "` ").Plus(stretchText(c, o.From, o.Until)).Plus(chat.Same(" ")).Plus(c.Name(o.Who)).Plus(inBrackets(changeText(c, o, "").Plus(whyChanged(c, o))))
}

// whyChanged is the reason of a change as somebody gave it, for those concerned; how a takeover came about the bot says
// itself.
func whyChanged(c bot.Call, o duty.Change) chat.Text {
	if o.Kind != duty.Takeover {
		return ifConfided(c, o.Reason, o.Who, o.For, o.By)
	}
	switch o.Reason {
	case duty.NotCheckedIn:
		return chat.Text{ZH: "，没有签到", EN: ", who did not check in"}
	case duty.LateAnswer:
		return chat.Text{ZH: "，有客户等了太久", EN: ", as a customer waited too long"}
	}
	return chat.Text{}
}

func ifConfided(c bot.Call, reason string, who ...chat.User) chat.Text {
	if !confided(c, who...) {
		return chat.Text{}
	}
	return because(reason)
}

// swapBack ends the code of the second half of a swap: both have one code for people.
const swapBack = "-back"

func offerLines(c bot.Call, r duty.Roster) []chat.Text {
	var out []chat.Text
	for _, o := range r.Offers() {
		if c.Now.Before(o.Lapses) {
			if !confided(c, o.By, o.With) {
				o.Reason = ""
			}
			out = append(out, chat.Same("- `"+o.Code+"` ").Plus(offerText(c, o)).Plus(chat.Text{ZH: "，%s 前有效", EN: ", until %s"}.F(c.Near(o.Lapses))))
		}
	}
	return out
}

// dutyCancel calls off changes, leaves, temporary schedules and requests by their codes: one's own, or those of others
// for whoever plans duty.
func dutyCancel() bot.Command {
	codes := grammar.Rest("codes").Called(chat.Text{ZH: "代号 …", EN: "CODE …"})
	return bot.Command{
		Name:     "duty cancel",
		Forms:    []string{"/duty cancel {codes}", "/值班 取消 {codes}"},
		Examples: []chat.Text{{ZH: "/值班 取消 3fa9c1", EN: "/duty cancel 3fa9c1"}},
		Holes:    []grammar.Hole{codes},
		Help:     chat.Text{ZH: "按代号取消变动、请假、临时排班或请求。", EN: "Call off a change, a leave, a temporary schedule or a request by its code."},
		Who:      chat.Text{ZH: "自己的：本人；别人的：需要“值班”权限。", EN: "One's own: oneself; of others: those who hold “duty”."},
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := roster.Of(c)
			var out bot.Outcome
			var told []chat.Text
			named := unique(strings.FieldsFunc(strings.ToLower(codes.Of(c.Args)), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，、", r) }))
			for _, code := range named {
				one, err := cancelOne(c, r, code)
				if errors.Is(err, errNoSuch) {
					return bot.Refuse(chat.Text{ZH: "没有代号是“%s”的变动，或已过去。`/值班 变动` 列出有哪些。", EN: "No change goes by “%s”, or it is over. `/duty changes` lists them."}.F(chat.Escape(code)))
				}
				if err != nil {
					return bot.Outcome{}, err
				}
				if slices.ContainsFunc(out.Events, func(e journal.Event) bool { return sameRecord(e, one.Events[0]) }) {
					continue // two beginnings of one code
				}
				out.Events = append(out.Events, one.Events...)
				told = append(told, one.Changes)
			}
			out.Changes = chat.Lines(told...)
			return out, nil
		},
	}
}

func sameRecord(a, b journal.Event) bool { return a.Changes[0].Key == b.Changes[0].Key }

func cancelOne(c bot.Call, r duty.Roster, code string) (bot.Outcome, error) {
	whole, err := wholeCode(c, r, code)
	if err != nil {
		return bot.Outcome{}, err
	}
	fits := func(of string) bool { return strings.TrimSuffix(of, swapBack) == whole }
	if i := slices.IndexFunc(r.Offers(), func(o duty.Offer) bool { return fits(o.Code) }); i >= 0 {
		o := r.Offers()[i]
		if err := mayCancel(c, o.By); err != nil {
			return bot.Outcome{}, err
		}
		e, err := r.EndOffer(c.Group.ID, o.Code)
		return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Text{ZH: "收回：%s", EN: "taken back: %s"}.F(offerText(c, o))}, err
	}
	if i := slices.IndexFunc(r.Leaves(), func(l duty.Leave) bool { return fits(l.Code) && c.Now.Before(l.Until) }); i >= 0 {
		l := r.Leaves()[i]
		if err := mayCancel(c, l.Who); err != nil {
			return bot.Outcome{}, err
		}
		e, err := r.ComeBack(c.Group.ID, l.Code, c.Now)
		if err != nil {
			return bot.Outcome{}, notGiven(c, err)
		}
		what := chat.Text{ZH: "%s 的请假", EN: "the leave of %s"}.F(c.Name(l.Who))
		if l.Left {
			what = chat.Text{ZH: "“%s 已离职”", EN: "that %s has left"}.F(c.Name(l.Who))
		}
		return calledOff(c, r, []journal.Event{e}, what, []duty.Change{{From: l.From, Until: earlierOf(l.Until, laterOf(l.From, c.Now).AddDate(0, 0, 60))}}), nil
	}
	if i := slices.IndexFunc(r.Schedules(), func(s duty.Schedule) bool { return fits(s.Code) && c.Now.Before(s.Until) }); i >= 0 {
		s := r.Schedules()[i]
		if err := mayCancel(c); err != nil {
			return bot.Outcome{}, err
		}
		e, err := r.Unschedule(c.Group.ID, s.Code, c.Now)
		if err != nil {
			return bot.Outcome{}, notGiven(c, err)
		}
		what := chat.Text{ZH: "临时排班 %s", EN: "the temporary schedule %s"}.F(stretchText(c, s.From, s.Until))
		return calledOff(c, r, []journal.Event{e}, what, []duty.Change{{From: s.From, Until: earlierOf(s.Until, laterOf(s.From, c.Now).AddDate(0, 0, 7))}}), nil
	}
	return cancelChange(c, r, fits)
}

// wholeCode is the code that begins so, of what is not over; one that fits several things is a question, not a guess.
func wholeCode(c bot.Call, r duty.Roster, begin string) (string, error) {
	found := map[string]chat.Text{}
	add := func(code string, until time.Time, what chat.Text) {
		if code = strings.TrimSuffix(code, swapBack); c.Now.Before(until) && strings.HasPrefix(code, begin) {
			found[code] = what
		}
	}
	for _, o := range r.Offers() {
		o.Reason = ""
		add(o.Code, o.Until, offerText(c, o))
	}
	for _, l := range r.Leaves() {
		add(l.Code, l.Until, c.Name(l.Who).Plus(chat.Same(" ")).Plus(leaveText(c, l)))
	}
	for _, s := range r.Schedules() {
		add(s.Code, s.Until, changeName(duty.Temporary).Plus(chat.Same(" ")).Plus(stretchText(c, s.From, s.Until)))
	}
	for _, o := range r.Changes() {
		add(o.Code, o.Until, changeName(o.Kind).Plus(chat.Same(" ")).Plus(stretchText(c, o.From, o.Until)))
	}
	codes := slices.Sorted(maps.Keys(found))
	switch {
	case len(codes) == 0:
		return "", errNoSuch
	case len(codes) == 1 || codes[0] == begin:
		return codes[0], nil
	}
	lines := []chat.Text{chat.Text{ZH: "有几个代号以“%s”开头，请写全：", EN: "Several codes begin with “%s”; write the whole one:"}.F(chat.Escape(begin))}
	for _, code := range codes[:min(len(codes), mostLines)] {
		lines = append(lines, chat.Same("- `"+code+"` ").Plus(found[code]))
	}
	return "", &bot.Refusal{Text: chat.Lines(lines...)}
}

// leaveText is from when to when somebody is away, or that they have left.
func leaveText(c bot.Call, l duty.Leave) chat.Text {
	if l.Left {
		return chat.Text{ZH: "已离职（%s）", EN: "has left the company (%s)"}.F(dayText(c, duty.DayOf(l.From.In(c.Zone))))
	}
	return stretchText(c, l.From, l.Until)
}

func earlierOf(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// cancelChange calls off a change; of a swap both halves, as far as they are not over.
func cancelChange(c bot.Call, r duty.Roster, fits func(string) bool) (bot.Outcome, error) {
	var found []duty.Change
	var events []journal.Event
	for _, o := range r.Changes() {
		if !fits(o.Code) || !c.Now.Before(o.Until) {
			continue
		}
		if len(found) > 0 && strings.TrimSuffix(found[0].Code, swapBack) != strings.TrimSuffix(o.Code, swapBack) {
			continue
		}
		if err := mayCallOff(c, o); err != nil {
			return bot.Outcome{}, err
		}
		e, err := r.GiveBack(c.Group.ID, o.Code, c.Now)
		if err != nil {
			return bot.Outcome{}, notGiven(c, err)
		}
		found, events = append(found, o), append(events, e)
	}
	if len(found) == 0 {
		return bot.Outcome{}, errNoSuch
	}
	return calledOff(c, r, events, changeName(found[0].Kind), found), nil
}

// mayCallOff refuses whoever neither may give the turn back nor plans duty. What somebody who plans has arranged, and a
// swap that two agreed to, is not for one of them to call off.
func mayCallOff(c bot.Call, o duty.Change) error {
	switch _, plans := plansDuty(c); {
	case plans, o.Who == c.Actor.ID && givesBack(o.Kind):
		return nil
	case o.Kind == duty.Swap:
		return &bot.Refusal{Text: chat.Text{
			ZH: "换班是双方说好的，不能由一方取消。要换回来，请再发 `/换班`，或请有“值班”权限的人取消。",
			EN: "Both sides agreed to the swap; one of them cannot call it off. Swap again with `/duty swap`, or ask whoever holds “duty”.",
		}}
	}
	return mayPlan(c, chat.Text{})
}

// givesBack says whether a turn that came so can be given back by whoever has it.
func givesBack(k duty.ChangeKind) bool {
	return k == duty.Cover || k == duty.Take || k == duty.Takeover
}

// ownDuty says whether an entry is what the speaker did about their own duty alone, so that they may do the reverse: took a
// turn, stood in for somebody, went on leave, asked for something.
func ownDuty(c bot.Call, e journal.Entry) bool {
	switch e.Kind {
	case duty.Taken, duty.Covered, duty.Offered:
		return e.Actor == c.Actor.ID
	case duty.LeaveNoted:
		return e.Actor == c.Actor.ID && len(e.Targets) == 1 && e.Targets[0] == c.Actor.ID
	}
	return false
}

// mayCancel refuses whoever is none of some people and does not plan duty.
func mayCancel(c bot.Call, who ...chat.User) error {
	if slices.Contains(who, c.Actor.ID) {
		return nil
	}
	return mayPlan(c, chat.Text{})
}
