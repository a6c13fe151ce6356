// Package commands holds what people can ask for: one file, one command. A command reads facts and returns what should
// change; it writes nothing, sends nothing and knows no platform.
package commands

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/event"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/kpi"
	"qunguan/bot/moderation"
	"qunguan/bot/preference"
	"qunguan/bot/reminder"
	"qunguan/bot/request"
	"qunguan/bot/review"
	"qunguan/bot/setup"
	"qunguan/bot/sla"
	"qunguan/bot/task"
	"qunguan/bot/ticket"
)

var declared []func() bot.Command

// declare notes a command while the package loads; it builds nothing.
func declare(c func() bot.Command) struct{} {
	declared = append(declared, c)
	return struct{}{}
}

// All returns every command by name. Each call makes new ones.
func All() []bot.Command {
	out := make([]bot.Command, 0, len(declared))
	for _, c := range declared {
		out = append(out, c())
	}
	slices.SortFunc(out, func(a, b bot.Command) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Builds says how the records of every kind of aggregate are read, by the calendar of days off that is built in.
func Builds() journal.Builds { return BuildsWith(duty.BuiltIn()) }

// BuildsWith is Builds by another calendar.
func BuildsWith(calendar duty.Calendar) journal.Builds {
	return journal.Builds{
		"access":     journal.Typed(access.Build),
		"company":    journal.Typed(access.Build),
		"group":      journal.Typed(directory.BuildGroup),
		"groups":     journal.Typed(directory.BuildGroups),
		"person":     journal.Typed(directory.BuildPerson),
		"ask":        journal.Typed(bot.BuildAsked),
		"moderation": journal.Typed(moderation.Build),
		"keywords":   journal.Typed(moderation.BuildList),
		"conduct":    journal.Typed(moderation.BuildConduct),
		"shift":      journal.Typed(duty.BuildLife),
		"duty":       journal.Typed(duty.ByCalendar(calendar)),
		"feed":       journal.Typed(duty.BuildFeed),
		"feeds":      journal.Typed(duty.BuildFeeds),
		"task":       journal.Typed(task.Build),
		"event":      journal.Typed(event.Build),
		"reminder":   journal.Typed(reminder.Build),
		"setup":      journal.Typed(setup.Build),
		"request":    journal.Typed(request.Build),
		"canary":     journal.Typed(canary.Build),
		"sla":        journal.Typed(sla.Build),
		"reviews":    journal.Typed(review.Build),
		"review":     journal.Typed(review.BuildSheet),
		"reviewer":   journal.Typed(review.BuildDesk),
		"prefs":      journal.Typed(preference.Build),
		"ticket":     journal.Typed(ticket.Build),
		"settled":    journal.Typed(ticket.BuildTotals),
		"kpi":        journal.Typed(kpi.Build),
		"suspects":   journal.Typed(digest.BuildSuspects),
		"digest":     journal.Typed(digest.BuildMail),
	}
}

// Happenings describes every kind of event.
func Happenings() map[journal.Kind]journal.Happening {
	out := map[journal.Kind]journal.Happening{}
	for _, list := range [][]journal.Happening{
		access.Happenings(), directory.Happenings(), moderation.Happenings(), duty.Happenings(), task.Happenings(),
		reminder.Happenings(), setup.Happenings(), request.Happenings(), event.Happenings(), preference.Happenings(),
		sla.Happenings(), review.Happenings(), canary.Happenings(), ticket.Happenings(), digest.Happenings(), kpi.Happenings(), bot.Happenings(),
	} {
		for _, h := range list {
			out[h.Kind] = h
		}
	}
	return out
}

// The aggregates that commands read.
var (
	tasks  = bot.Reads[task.Book](task.Of)
	ends   = bot.Reads[reminder.Book](reminder.Of)
	mutes  = bot.Reads[moderation.Book](moderation.Of)
	roster = bot.Reads[duty.Roster](duty.Of)
	lives  = bot.Reads[duty.Lives](duty.OfLife)
	events = bot.Reads[event.Book](event.Of)
)

// due finds out when the record of a change must be looked at again, for changes made of other changes.
func due(c journal.Change) time.Time {
	var ends struct {
		Until  time.Time `json:"until"`
		Check  time.Time `json:"check"`
		Remind time.Time `json:"remind"`
		Next   time.Time `json:"next"`
	}
	if c.After == nil || json.Unmarshal(c.After, &ends) != nil {
		return time.Time{}
	}
	if strings.HasPrefix(c.Key, "exempt/") {
		return time.Time{} // it is over by time, and stays on the book for the check to show
	}
	switch c.Of.Kind() {
	case "access", "company", "moderation", "settled":
		return ends.Until
	case "task":
		return ends.Check
	case "event", "shift", "sla", "reviews", "reviewer", "conduct":
		return ends.Next
	case "reminder":
		return ends.Remind
	case "ticket":
		if t, err := journal.Decode[ticket.Ticket](c.After); err == nil {
			return t.Due()
		}
	case "request":
		if r, err := journal.Decode[request.Request](c.After); err == nil {
			return r.Due()
		}
	case "duty":
		if o, err := journal.Decode[duty.Offer](c.After); err == nil && strings.HasPrefix(c.Key, "offer/") {
			return o.Due()
		}
	}
	return time.Time{}
}

// Holes that several commands share.
func level() grammar.ChoiceHole[access.Level] {
	return grammar.Choice("level", access.ParseLevel, chat.Text{ZH: "级别", EN: "level"})
}

func item() grammar.ChoiceHole[access.Item] {
	return grammar.Choice("item", access.ParseItem, chat.Text{ZH: "权限", EN: "item"}).Hinting(itemMeant)
}

// itemMeant says which item a word may have meant, and where they all are.
func itemMeant(said string) chat.Text {
	list := chat.Text{ZH: "有哪些权限：`/指引 级别`。", EN: " Which items there are: `/guide levels`."}
	i, ok := access.ParseItem(grammar.Nearest(said, access.ItemWords()))
	if !ok {
		return list
	}
	return chat.Text{ZH: "是不是“%s”？", EN: " Did you mean “%s”?"}.F(chat.Text{ZH: i.Label().ZH, EN: i.String()}).Plus(list)
}

// mend turns a domain's refusal into what people can do about it; anything else stays an error.
func mend(err error, texts map[error]chat.Text) (bot.Outcome, error) {
	for target, t := range texts {
		if errors.Is(err, target) {
			return bot.Refuse(t)
		}
	}
	return bot.Outcome{}, err
}

// until writes the end of something, or that it has none.
func until(c bot.Call, t time.Time) chat.Text {
	if t.IsZero() {
		return chat.Text{ZH: "长期", EN: "with no end"}
	}
	return chat.Text{ZH: "到 %s 为止", EN: "until %s"}.F(c.Moment(t))
}

// because writes a reason, if there is one.
func because(reason string) chat.Text {
	if reason == "" {
		return chat.Text{}
	}
	return chat.Text{ZH: "，原因：%s", EN: ", reason: %s"}.F(chat.Escape(reason))
}

var twoEnds = chat.Text{
	ZH: "时长和结束时间只能写一个。", EN: "Name a length or an end, not both.",
}

// slip is what looks like a time, or announces one, and was not understood as one.
var slip = regexp.MustCompile(`(?i)^(for|until|till|from|到|从)(\s|$)|^[-+]\s*\d|^\d+(\.\d+)?\s*(s|m|h|d|w|秒|分|小时|时|天|日|周|月|年)`)

// noSlip refuses a reason that begins like a time: what was meant as an end must not be taken for talk, and the right
// be given for good.
func noSlip(reason string) error {
	if !slip.MatchString(reason) {
		return nil
	}
	return &bot.Refusal{Text: chat.Text{
		ZH: "“%s”像是时间，但没看懂。时长写成 30分钟、2小时、7天，结束写成 到 2026-12-01；真是原因的话，请放在引号里。",
		EN: "“%s” looks like a time but was not understood. Write a length as 30m, 2h, 7d, an end as until 2026-12-01; if it is the reason, quote it.",
	}.F(chat.Escape(reason))}
}

// here refuses a person who is not in the group, where the platform tells who is.
func here(c bot.Call, m chat.Member) error {
	if _, in := c.Group.Member(m.ID); in || !c.Group.MembersKnown {
		return nil
	}
	return &bot.Refusal{Text: chat.Text{
		ZH: "%s不在本群。请先拉进群；刚入群的人要等下一次同步。", EN: "%s is not in this group. Invite them first; whoever has just joined is known after the next sync.",
	}.F(c.Name(m.ID))}
}

// list joins texts as people write lists.
func list(texts []chat.Text) chat.Text {
	return chat.Text{ZH: chat.Join("、", texts...).ZH, EN: chat.Join(", ", texts...).EN}
}
