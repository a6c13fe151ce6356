package commands

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// followRoster tells people what becomes different for them when a roster changes, whoever changed it and how: by another
// roster, an override, a swap, a leave, an undo. Each hears only of their own turns, in one message. And it asks those
// of whom an offer asks something, and tells both sides how it ended.
func followRoster(c bot.Call, events []journal.Event, out bot.Consequence) bot.Consequence {
	for of, changes := range recordsChanged(events, "duty", "roster", "change/", "leave/", "schedule/", "offer/") {
		g := chat.Group(of.ID())
		if need := notLoaded(c, of, directory.OfGroup(g)); len(need) > 0 {
			out.Need = append(out.Need, need...)
			continue
		}
		n := rosterNews{c: c, group: bot.At[directory.Group](c, directory.OfGroup(g)), was: bot.At[duty.Roster](c, of), kind: kindOf(events, of), reason: reasonOf(events, of)}
		is, err := n.was.Rebuilt(journal.Apply(c.State(of).Records, of, changes))
		if err != nil {
			continue
		}
		n.is = is
		if need := n.unread(); len(need) > 0 {
			out.Need = append(out.Need, need...)
			continue
		}
		told := n.turns(changes)
		out.Effects = append(append(append(out.Effects, told...), n.offers(changes)...), n.departed()...)
		if len(told) > 0 && c.Actor.ID != "" {
			var names []chat.Text
			for _, e := range told {
				names = append(names, inGroup(c, n.group, e.To))
			}
			out.Says = append(out.Says, chat.Text{ZH: "已通知：%s。", EN: "Told: %s."}.F(few(names)))
		}
	}
	return out
}

// kindOf is the kind of the event that changed an aggregate.
func kindOf(events []journal.Event, of journal.Name) journal.Kind {
	for _, e := range events {
		if slices.ContainsFunc(e.Changes, func(ch journal.Change) bool { return ch.Of == of }) {
			return e.Kind
		}
	}
	return ""
}

// reasonOf is the reason given with the event that changed an aggregate.
func reasonOf(events []journal.Event, of journal.Name) string {
	for _, e := range events {
		if slices.ContainsFunc(e.Changes, func(ch journal.Change) bool { return ch.Of == of }) {
			return e.Reason
		}
	}
	return ""
}

// few are the first of some names, and how many there are.
func few(names []chat.Text) chat.Text {
	if most := 4; len(names) > most {
		return list(names[:most]).Plus(chat.Text{ZH: "等 %d 人", EN: " and more, %d in all"}.F(len(names)))
	}
	return list(names)
}

// rosterNews is one change of a roster, with both sides of it.
type rosterNews struct {
	c       bot.Call
	group   directory.Group
	was, is duty.Roster
	kind    journal.Kind
	reason  string // as it was given with the event
}

const (
	newsOfRoster = 14                  // days ahead that it is told what another roster changes
	newsAtMost   = 60 * 24 * time.Hour // and what a leave or a temporary schedule changes, from when it begins
	newsLines    = 6
	fewTurns     = 3 // are listed one by one
)

// turns are the messages to those whose turns are different.
func (n rosterNews) turns(changes []journal.Change) []chat.Effect {
	if n.kind == duty.TakenOver || takeovers(changes) {
		return nil // followShifts tells of these
	}
	from, until, all := n.window(changes)
	if !from.Before(until) {
		return nil
	}
	moves := duty.Moves(n.was, n.is, from, until, false)
	var out []chat.Effect
	seen := map[chat.User]bool{n.c.Actor.ID: true}
	for _, m := range moves {
		if all {
			m = m.ByDay()
		}
		if text := n.own(m, all); !seen[m.Who] && !n.left(m.Who) {
			out = append(out, n.tell(m.Who, text))
		}
		seen[m.Who] = true
	}
	if !all {
		return out
	}
	for _, m := range duty.Moves(n.was, n.is, from, until, true) {
		if seen[m.Who] {
			continue
		}
		out = append(out, n.tell(m.Who, n.backup(m.ByDay())))
	}
	return out
}

func (n rosterNews) tell(who chat.User, text chat.Text) chat.Effect {
	e := chat.SendTo(who, n.group.ID, chat.Reply{Text: text.Plus(chat.Same(" " + chat.ThisEntry))})
	e.Class = chat.OfRoster
	return e
}

// window is the time that changes of records are about, from now on; all says that the shifts themselves changed.
func (n rosterNews) window(changes []journal.Change) (from, until time.Time, all bool) {
	now := n.c.Now.In(n.c.Zone)
	until = now
	for _, ch := range changes {
		kind, _, _ := strings.Cut(ch.Key, "/")
		if kind == "roster" {
			from, until, all = now, laterOf(until, midnight(now, newsOfRoster)), true
			continue
		}
		if kind != "change" && kind != "leave" && kind != "schedule" {
			continue
		}
		for _, raw := range [][]byte{ch.Before, ch.After} {
			var of struct {
				From  time.Time `json:"from"`
				Until time.Time `json:"until"`
			}
			if raw == nil || json.Unmarshal(raw, &of) != nil || !of.Until.After(now) {
				continue
			}
			begins := laterOf(of.From.In(n.c.Zone), now)
			if from.IsZero() || begins.Before(from) {
				from = begins
			}
			until = laterOf(until, earlierOf(of.Until.In(n.c.Zone), begins.Add(newsAtMost)))
		}
	}
	if from.IsZero() { // only offers: nothing is different for anybody yet
		return now, now, false
	}
	return from, until, all
}

// midnight is when a day begins, so many days from now.
func midnight(now time.Time, days int) time.Time {
	d := duty.DayOf(now).Plus(days)
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, now.Location())
}

func laterOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// own tells one person which turns they have now and which no more.
func (n rosterNews) own(m duty.Move, all bool) chat.Text {
	head := chat.Text{ZH: "您在“%s”的班有变化（%s）：", EN: "Your turns in “%s” have changed (%s):"}.F(chat.Escape(n.group.Title()), n.by())
	if o, ok := n.accepted(); ok && o.By == m.Who && o.By != n.c.Actor.ID {
		head = chat.Text{ZH: "“%s”：%s 同意了您的%s请求：", EN: "“%s”: %s has agreed to your request (%s):"}.F(
			chat.Escape(n.group.Title()), inGroup(n.c, n.group, n.c.Actor.ID), changeName(o.Kind))
	}
	lines := []chat.Text{head}
	lines = append(lines, n.changed(m.Changes)...)
	lines = append(lines, n.times(chat.Text{ZH: "新增", EN: "new"}, m.Gains)...)
	lines = append(lines, n.times(chat.Text{ZH: "不再由您值", EN: "no longer yours"}, m.Loses)...)
	if all {
		lines = append(lines, chat.Text{ZH: "（以上是两周内的；`/我的班` 看全部）", EN: "(within two weeks; `/duty me` shows all)"})
	}
	return chat.Lines(lines...)
}

// accepted is the offer that was agreed to, if one was.
func (n rosterNews) accepted() (duty.Offer, bool) {
	if n.kind != duty.Swapped && n.kind != duty.Covered {
		return duty.Offer{}, false
	}
	for _, o := range n.was.Offers() {
		if _, still := n.is.Offer(o.Code); !still {
			return o, true
		}
	}
	return duty.Offer{}, false
}

func (n rosterNews) backup(m duty.Move) chat.Text {
	if len(m.Gains)+len(m.Changes) == 0 {
		return chat.Text{ZH: "您不再是“%s”的 B 角（%s）。", EN: "You are no longer the backup in “%s” (%s)."}.F(chat.Escape(n.group.Title()), n.by())
	}
	head := chat.Text{ZH: "您在“%s”的 B 角有变化（%s）：", EN: "You are the backup in “%s” at other times (%s):"}.F(chat.Escape(n.group.Title()), n.by())
	return chat.Lines(slices.Concat([]chat.Text{head}, n.changed(m.Changes), n.times(chat.Text{ZH: "B 角", EN: "backup"}, m.Gains))...)
}

// changed lists the turns that somebody keeps with other hours; many of the same are one line.
func (n rosterNews) changed(of []duty.Reshaped) []chat.Text {
	hours := func(r duty.Reshaped) [2]string {
		return [2]string{clockText(n.c, r.Is.Start, r.Is.End), clockText(n.c, r.Was.Start, r.Was.End)}
	}
	var out []chat.Text
	told := map[[2]string]bool{}
	for _, r := range of {
		h := hours(r)
		same := slices.DeleteFunc(slices.Clone(of), func(o duty.Reshaped) bool { return hours(o) != h })
		switch {
		case told[h]:
			continue
		case len(out) == newsLines:
			return append(out, chat.Text{ZH: "- …时间有变的共 %d 个班", EN: "- … %d turns with other hours in all"}.F(len(of)))
		}
		told[h] = true
		days := dayText(n.c, duty.DayOf(r.Is.Start))
		if len(same) > 1 {
			days = chat.Text{ZH: "%s 到 %s 共 %d 个班", EN: "%[3]d turns from %[1]s to %[2]s"}.F(
				days, dayText(n.c, duty.DayOf(same[len(same)-1].Is.Start)), len(same))
		}
		out = append(out, chat.Text{ZH: "- 改为：%s（原 %s），%s", EN: "- now %s (was %s), %s"}.F(h[0], h[1], days))
	}
	return out
}

// times lists turns; many of the same hours are one line.
func (n rosterNews) times(label chat.Text, of []duty.Stretch) []chat.Text {
	var out []chat.Text
	told := map[string]bool{}
	for _, s := range of {
		hours := clockText(n.c, s.Start, s.End)
		same := slices.DeleteFunc(slices.Clone(of), func(o duty.Stretch) bool { return clockText(n.c, o.Start, o.End) != hours })
		switch {
		case told[hours]:
			continue
		case len(out) == newsLines:
			return append(out, chat.Text{ZH: "- …%s共 %d 个班", EN: "- … %s: %d turns in all"}.F(label, len(of)))
		case len(same) > fewTurns:
			told[hours] = true
			last := same[len(same)-1]
			out = append(out, chat.Text{ZH: "- %s：%s，%s 到 %s 共 %d 个班", EN: "- %s: %s, %[5]d turns from %[3]s to %[4]s"}.F(
				label, hours, dayText(n.c, duty.DayOf(s.Start)), dayText(n.c, duty.DayOf(last.Start)), len(same)))
		default:
			out = append(out, chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(label, stretchText(n.c, s.Start, s.End)))
		}
	}
	return out
}

// by says what happened, and who did it.
func (n rosterNews) by() chat.Text {
	what := chat.Text{ZH: "排班变动", EN: "the roster changed"}
	for _, h := range duty.Happenings() {
		if h.Kind == n.kind {
			what = h.Text
		}
	}
	if n.kind == bot.Undone {
		what = chat.Text{ZH: "撤销", EN: "an undo"}
	}
	if n.c.Actor.ID == "" {
		return what
	}
	return what.Plus(chat.Text{ZH: "，由 %s 操作", EN: ", by %s"}.F(inGroup(n.c, n.group, n.c.Actor.ID)))
}
