package commands

import (
	"fmt"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(allow)
	_ = declare(deny)
)

// reviewAfter is when a fixed exception is looked at again, unless it says when.
const reviewAfter = 90 * 24 * time.Hour

// right is what an exception is about: an item, or a family of them.
type right struct {
	items   access.Items
	breadth access.Breadth
}

func parseRight(s string) (right, bool) {
	if i, ok := access.ParseItem(s); ok {
		return right{access.ItemsOf(i), access.Single}, true
	}
	if f, ok := access.ParseFamily(s); ok {
		return right{f.Items(), access.OfFamily}, true
	}
	return right{}, false
}

// parseFurther reads one more right. "review" behind the first one begins a date of review; the item of that name is
// then written access-review.
func parseFurther(s string) (right, bool) {
	if lower(s) == "review" {
		return right{}, false
	}
	return parseRight(s)
}

// label names the right as it was asked for: a family by its own name.
func (r right) label() chat.Text {
	return access.Statement{Items: r.items, Breadth: r.breadth}.Label()
}

// rights are the holes of several rights in a row.
type rightHoles []grammar.ChoiceHole[right]

// severalRights makes the holes, and how they are written in a form.
func severalRights() (rightHoles, string) {
	holes, form := rightHoles{}, "{item}"
	for n := range 6 {
		name, parse := "item", parseRight
		if n > 0 {
			name, parse = fmt.Sprintf("item%d", n+1), parseFurther
			form += " [{" + name + "}]"
		}
		holes = append(holes, grammar.Choice(name, parse, chat.Text{ZH: "权限", EN: "item"}).Hinting(itemMeant))
	}
	return holes, form
}

func (hs rightHoles) holes(more ...grammar.Hole) []grammar.Hole {
	for _, h := range hs {
		more = append(more, h)
	}
	return more
}

// of returns the rights that were named, each once.
func (hs rightHoles) of(a grammar.Args) []right {
	var out []right
	var seen access.Items
	for _, h := range hs {
		if r := h.Of(a); h.Given(a) && (r.breadth == access.OfFamily || r.items&seen == 0) {
			out, seen = append(out, r), seen|r.items
		}
	}
	return out
}

func labels(rs []right) chat.Text {
	out := make([]chat.Text, len(rs))
	for i, r := range rs {
		out[i] = r.label()
	}
	return list(out)
}

// allow gives somebody what their role does not.
func allow() bot.Command {
	return exception(access.Allow, "allow", "允许", chat.Text{
		ZH: "个人例外：在角色之外允许某项，须写原因；不写期限则 90 天后复查。",
		EN: "A personal exception: allow an item beyond the role. It takes a reason; without an end it is reviewed after 90 days.",
	}, chat.Text{ZH: "/允许 @lisi 禁言 7天 替班", EN: "/allow @lisi mute for 7d standing in"})
}

// deny takes from somebody what their role gives.
func deny() bot.Command {
	return exception(access.Deny, "deny", "禁止", chat.Text{
		ZH: "个人例外：禁止角色里的某项，须写原因；不写期限则 90 天后复查。",
		EN: "A personal exception: deny an item of the role. It takes a reason; without an end it is reviewed after 90 days.",
	}, chat.Text{ZH: "/禁止 @lisi 移除 误移客户", EN: "/deny @lisi remove removed a customer by mistake"})
}

func exception(e access.Effect, en, zh string, help, example chat.Text) bot.Command {
	who := grammar.Person("who")
	items, several := severalRights()
	length, from, end := grammar.Length("length"), grammar.Moment("from"), grammar.Moment("until")
	review, reason := grammar.Length("review").Called(chat.Text{ZH: "时长", EN: "length"}), grammar.Rest("reason")
	return bot.Command{
		Name: en,
		Forms: []string{
			"/" + en + " {who} " + several + " [[for] {length}] [(from|从) {from}] [(until|到) {until}] [(review|复查) {review}] [{reason}]",
			"/" + zh + " {who} " + several + " [{length}] [(从|from) {from}] [(到|until) {until}] [(复查|review) {review}] [{reason}]",
		},
		Examples: []chat.Text{example},
		Holes:    items.holes(who, length, from, end, review, reason),
		Help:     help,
		Needs:    access.Admins,
		Reads:    []bot.Source{tasks},
		Run: func(c bot.Call) (bot.Outcome, error) {
			term, err := beyond(c, length, end, from)
			if err != nil {
				return bot.Outcome{}, err
			}
			if err := noSlip(reason.Of(c.Args)); err != nil {
				return bot.Outcome{}, err
			}
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			if !reason.Given(c.Args) {
				return bot.Refuse(needsReason(c, m, zh, en, labels(items.of(c.Args)), term.Until, length.Of(c.Args)))
			}
			s := access.Statement{Effect: e, From: term.From, Until: term.Until, Reason: reason.Of(c.Args)}
			switch {
			case review.Given(c.Args):
				s.Review = c.Said.Add(review.Of(c.Args)).UTC().Truncate(time.Second)
			case s.Until.IsZero():
				s.Review = c.Said.Add(reviewAfter).UTC().Truncate(time.Second)
			}
			out, err := except(c, m, s, items.of(c.Args))
			if e == access.Allow && string(m.ID) != who.Ref(c.Args).Said && out.Confirm.IsZero() {
				out.Confirm = foundByName
			}
			if length.Given(c.Args) && !from.Given(c.Args) {
				out.Lasts = length.Of(c.Args) // counts from a second person's consent, if there must be one
			}
			out.Confirm = also(mistakenItem(s.Reason), out.Confirm)
			return out, err
		},
	}
}

// needsReason asks for the one thing that is missing, with the command to send again.
func needsReason(c bot.Call, m chat.Member, zh, en string, what chat.Text, until time.Time, length time.Duration) chat.Text {
	term := chat.Text{}
	switch {
	case length > 0:
		term = chat.Text{ZH: " %s", EN: " for %s"}.F(grammar.FormatLength(length))
	case !until.IsZero():
		term = chat.Text{ZH: " 到 %s", EN: " until %s"}.F(c.Moment(until))
	}
	why := chat.Text{ZH: "替班", EN: "standing in"}
	if en == "deny" {
		why = chat.Text{ZH: "误移客户", EN: "removed a customer by mistake"}
	}
	return chat.Text{
		ZH: "例外要写原因：以后复查的人要看得懂。请重发，例如：`/" + zh + " @%s %s%s %s`",
		EN: "An exception takes a reason, for whoever reviews it later. Send it again, for example: `/" + en + " @%s %s%s %s`",
	}.F(string(m.ID), chat.Text{ZH: what.ZH, EN: lower(what.EN)}, term, why)
}

// except makes one exception of each right.
func except(c bot.Call, m chat.Member, s access.Statement, rights []right) (bot.Outcome, error) {
	if m.Kind != chat.Staff {
		return bot.Deny(access.Decision{Rule: access.RuleNotStaff}, access.Admins, m.ID)
	}
	facts, e := c.Access, journal.Event{
		Kind: access.Excepted, Group: c.Group.ID, Targets: []chat.User{m.ID}, Reason: s.Reason,
	}
	s.Subject = access.About(m.ID)
	var all access.Items
	var second chat.Text
	for _, r := range rights {
		s.Items, s.Breadth = r.items, r.breadth
		changes, d, two := secondPerson(facts, func(f access.Facts) (access.Change, access.Decision) {
			return f.Except(c.Group.ID, c.Actor.ID, s, c.Now)
		})
		if !d.Allowed {
			return bot.Deny(d, access.Admins, m.ID)
		}
		var err error
		if facts, err = facts.After(c.Group.ID, changes); err != nil {
			return bot.Outcome{}, fmt.Errorf("make exception for %s: %w", m.ID, err)
		}
		if !two.IsZero() {
			second = two
		}
		all |= r.items
		e.Changes = append(e.Changes, changes...)
	}
	e.Items = aboutRights(all)
	effects, err := effects(c, m.ID, all, e.Changes, s.Effect, s.From)
	if err != nil {
		return bot.Outcome{}, err
	}
	out := bot.Outcome{Events: []journal.Event{e}, Second: second}
	out.Changes = chat.Lines(append([]chat.Text{excepted(c, m.ID, s, labels(rights), e.Changes)}, effects...)...)
	turned := overturns(c, facts, m.ID, s)
	switch {
	case !turned.IsZero():
		out.Confirm = turned
	case s.Effect == access.Allow && (all.Has(access.Admins) || all.Has(access.Policy)):
		out.Confirm = chat.Text{ZH: "允许设管理员或改权限策略", EN: "this allows to appoint admins, or to change policy"}
	}
	return out, nil
}

// overturns tells what an exception does now that is the opposite of what it says: it takes the place of one that counts,
// and begins later. after are the facts with it.
func overturns(c bot.Call, after access.Facts, who chat.User, s access.Statement) chat.Text {
	p := c.Access.People[who]
	had, has := c.Access.Items(who, p, c.Group.ID, c.Now), after.Items(who, p, c.Group.ID, c.Now)
	turned, verb := had.Minus(has), chat.Text{ZH: "失去", EN: "lose"}
	if s.Effect == access.Deny {
		turned, verb = has.Minus(had), chat.Text{ZH: "得到", EN: "gain"}
	}
	if turned == 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: "现在的例外会被取代，%s 从现在到 %s %s：%s", EN: "this takes the place of the exception that counts now; %s will until %s %s: %s"}.F(
		c.Name(who), c.Moment(s.From), verb, briefly(c, turned))
}

// aboutRights are the items of an entry about exceptions: what the asker needed first, then what they are about.
func aboutRights(items access.Items) []string {
	return append(slices.Clone(rights), items.Minus(access.ItemsOf(access.Admins)).Names()...)
}

// excepted tells one setting, and what it takes the place of.
func excepted(c bot.Call, who chat.User, s access.Statement, what chat.Text, changes []journal.Change) chat.Text {
	t := chat.Text{ZH: "%s 在本群的例外：%s %s，%s", EN: "exception for %s here: %s %s, %s"}.F(c.Name(who), effectText(s.Effect), what, termText(c, s))
	t = t.Plus(because(s.Reason))
	for _, ch := range changes {
		if old, err := journal.Decode[access.Statement](ch.Before); ch.Before != nil && err == nil {
			t = t.Plus(chat.Text{ZH: "（取代 %s %s，%s）", EN: " (in place of %s %s, %s)"}.F(effectText(old.Effect), old.Label(), termText(c, old)))
		}
	}
	return t
}

func effectText(e access.Effect) chat.Text {
	if e == access.Allow {
		return chat.Text{ZH: "允许", EN: "allow"}
	}
	return chat.Text{ZH: "禁止", EN: "deny"}
}

// termText is until when an exception holds, or when it is reviewed.
func termText(c bot.Call, s access.Statement) chat.Text {
	t := until(c, s.Until)
	if s.From.After(c.Now) {
		t = chat.Text{ZH: "从 %s 起，", EN: "from %s, "}.F(c.Moment(s.From)).Plus(t)
	}
	if !s.Review.IsZero() {
		t = t.Plus(chat.Text{ZH: "，%s 复查", EN: ", reviewed at %s"}.F(c.Moment(s.Review)))
	}
	return t
}
