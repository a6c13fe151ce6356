package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

// lookBack is how much of the journal is looked through for suspicious acts: as long as a burst lasts, and more than
// passes between two looks.
func lookBack(b digest.Bounds) time.Duration { return b.Burst() + 20*time.Minute }

// mostWatched is how many entries of one kind are looked at. Whoever does more in that time is noticed by those.
const mostWatched = 1000

// Watch looks for suspicious acts of the last minutes and tells those who answer for the group, each matter once (R65,
// R09). It tells of one matter, so that each has an entry of its own, in its own group; whoever calls it looks again.
func Watch(c bot.Call) (bot.Outcome, error) {
	if c.Queries() == 0 {
		since := c.Now.Add(-lookBack(c.Bounds))
		w := journal.Want{Queries: []journal.Query{{Refused: true, Since: since, Limit: mostWatched}}}
		for _, k := range slices.Concat(destructive, beneficial) {
			w.Queries = append(w.Queries, journal.Query{Kind: k, Since: since, Limit: mostWatched})
		}
		return bot.Outcome{Need: w}, nil
	}
	var entries []journal.Entry
	for n := range c.Queries() {
		found, _ := c.Entries(n)
		entries = append(entries, found...)
	}
	var need journal.Want
	for _, e := range entries {
		if e.Group != "" && e.Actor != "" && !c.Has(duty.Of(e.Group)) {
			need.Names = append(need.Names, duty.Of(e.Group), access.Of(e.Group), directory.OfGroup(e.Group))
		}
	}
	if len(need.Names) > 0 {
		return bot.Outcome{Need: need}, nil
	}
	fresh, events := bot.At[digest.Book](c, digest.Suspects).Tell(watching(c).Suspicions(entries), c.Bounds, c.Now)
	if len(fresh) == 0 {
		return bot.Outcome{}, nil
	}
	return bot.Outcome{Events: events[:1], Effects: alarm(c, fresh[0])}, nil
}

// watching is how acts are judged by the facts of the call.
func watching(c bot.Call) digest.Watch {
	of := func(kinds []journal.Kind) func(journal.Entry) bool {
		return func(e journal.Entry) bool { return slices.Contains(kinds, e.Kind) && !carriesOut(e) && !uponCase(e) }
	}
	return digest.Watch{Bounds: c.Bounds, Destructive: of(destructive), Benefits: of(beneficial), OffShift: func(g chat.Group, who chat.User, at time.Time) bool {
		r := bot.At[duty.Roster](c, duty.Of(g))
		if !slices.Contains(r.Staff(), who) {
			return false // whoever has no shifts is never out of one
		}
		t, ok := r.OnDuty(at.In(c.Zone))
		return !ok || t.Who != who && t.Backup != who
	}}
}

// carriesOut says whether an act is what a review had decided before: the bot does it when the review closes, in the name of
// whoever decided, past its own breaker. A reason alone makes none: what somebody does themselves has a command.
func carriesOut(e journal.Entry) bool {
	return e.Command == "" && strings.HasPrefix(e.Reason, review.Reason)
}

// alarm tells of one suspicion: what was seen, where, and what to look at. It says nothing of guilt.
func alarm(c bot.Call, s digest.Suspicion) []chat.Effect {
	card := &chat.Card{
		Title: chat.Text{ZH: "⚠️ 请留意：%s", EN: "⚠️ Please look: %s"}.F(suspicionTitle(s.Sort)), Body: suspicionText(c, s),
		Buttons: []chat.Button{{Label: chat.Text{ZH: "看审计", EN: "Journal"}, Style: chat.Primary}},
	}
	if s.Group != "" {
		g := bot.At[directory.Group](c, directory.OfGroup(s.Group))
		card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: "群", EN: "Group"}, Value: chat.Same(g.Title())})
	}
	card.Fields = append(card.Fields,
		chat.Field{Name: chat.Text{ZH: "记录", EN: "Entry"}, Value: chat.Same(chat.ThisEntry)},
		chat.Field{Name: chat.Text{ZH: "说明", EN: "Note"}, Value: suspicionRule(s.Sort, c.Bounds).Plus(chat.Text{ZH: "按规则提醒，不等于违规", EN: "told by rule; it need not be wrong"})})
	var out []chat.Effect
	for _, u := range managersOf(c, s.Group, s.Who) {
		one := *card
		one.Buttons = []chat.Button{card.Buttons[0]}
		one.Buttons[0].Command = lookAt(c, s, u)
		out = append(out, chat.SendTo(u, s.Group, chat.Reply{Card: &one}))
	}
	return out
}

// lookAt is the command that shows what a suspicion is about. Refusals are counted wherever they were, so owners see all of
// them; managers of a group see what was refused there.
func lookAt(c bot.Call, s digest.Suspicion, reader chat.User) string {
	look := fmt.Sprintf("/audit @%s", s.Who)
	if s.Sort == digest.Refused {
		look += " refused"
	}
	switch {
	case s.Sort == digest.Refused && c.Access.IsOwner(reader), s.Group == "":
		return look + " everywhere"
	}
	return look + " #" + string(s.Group)
}

func suspicionTitle(s digest.Sort) chat.Text {
	switch s {
	case digest.Frequent:
		return chat.Text{ZH: "短时间内大量处置", EN: "many destructive acts at once"}
	case digest.OffShift:
		return chat.Text{ZH: "班外处置", EN: "a destructive act out of shift"}
	case digest.Selfish:
		return chat.Text{ZH: "给自己的操作", EN: "an act for oneself"}
	case digest.Refused:
		return chat.Text{ZH: "多次越权被拒", EN: "refused again and again"}
	}
	return chat.Same(string(s))
}

// suspicionText says what was seen, as a card shows it: without Markdown.
func suspicionText(c bot.Call, s digest.Suspicion) chat.Text {
	who := calledIn(c, s.Who)
	last, span := c.Moment(s.Last), chat.Text{ZH: "在 %s", EN: "at %s"}.F(c.Moment(s.Last))
	if first := c.Moment(s.First); first != last {
		span = chat.Text{ZH: "从 %s 到 %s", EN: "from %s to %s"}.F(first, last)
	}
	switch s.Sort {
	case digest.Frequent:
		return chat.Text{ZH: "%s %s 处置了 %d 次", EN: "%s acted %[3]d times %[2]s"}.F(who, span, s.N)
	case digest.OffShift:
		return chat.Text{ZH: "%s %s 处置，当时不是其值班时间", EN: "%s acted %s, which was not their shift"}.F(who, span)
	case digest.Selfish:
		return chat.Text{ZH: "%s %s 的操作让自己受益（#%d）", EN: "%s did something %s that benefits themselves (#%d)"}.F(who, span, s.Entry)
	case digest.Refused:
		return chat.Text{ZH: "%s %s 被拒 %d 次", EN: "%s was refused %[3]d times %[2]s"}.F(who, span, s.N)
	}
	return chat.Same(who)
}

// suspicionRule says what the rule is, where it is a number.
func suspicionRule(s digest.Sort, b digest.Bounds) chat.Text {
	switch s {
	case digest.Frequent:
		return chat.Text{ZH: "%[2]d 分钟内超过 %[1]d 次；", EN: "more than %d in %d minutes; "}.F(b.MostActs(), int(b.Burst().Minutes()))
	case digest.Refused:
		return chat.Text{ZH: "%[2]d 分钟内 %[1]d 次或以上；", EN: "%d or more in %d minutes; "}.F(b.LeastRefusals(), int(b.Burst().Minutes()))
	case digest.OffShift, digest.Selfish:
	}
	return chat.Text{}
}
