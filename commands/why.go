package commands

import (
	"fmt"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(why)

// why tells a whole decision: every grant that spoke, and the rule that settled it; of an entry as it was then.
func why() bot.Command {
	number, who, what := grammar.Number("number"), grammar.Person("who"), item()
	return bot.Command{
		Name:     "why",
		Forms:    []string{"/why {number}", "/why [{who}] {item}", "/为什么 {number}", "/为什么 [{who}] {item}"},
		Examples: []chat.Text{{ZH: "/为什么 #12", EN: "/why #12"}},
		Holes:    []grammar.Hole{number, who, what},
		Help: chat.Text{
			ZH: "一项决定的全部依据：每条发言的授权，哪条规则说了算。",
			EN: "A whole decision: every grant that spoke, and the rule that settled it.",
		},
		Anywhere: true,
		Asks: func(a grammar.Args, _ bot.Call) journal.Want {
			if !number.Given(a) {
				return journal.Want{}
			}
			return journal.Want{Queries: []journal.Query{{N: number.Of(a), Limit: 1}}}
		},
		Run: func(c bot.Call) (bot.Outcome, error) {
			if number.Given(c.Args) {
				return whyEntry(c, number.Of(c.Args))
			}
			if !c.Group.Bound() {
				return bot.Refuse(chat.Text{ZH: "先用 /选群 选定一个群。", EN: "Choose a group with /use first."})
			}
			m, d, err := verdict(c, who, what.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			head := chat.Text{ZH: "**%s %s“%s”**", EN: "**%s %s “%s”**"}.F(c.Name(m.ID), yesNo(d.Allowed), what.Of(c.Args).Label())
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(head, rule(d.Rule), explain(c, d))}}, nil
		},
	}
}

// rule names a rule, what it says and its step.
func rule(r access.Rule) chat.Text {
	return chat.Text{ZH: "规则：%s（%s%s）", EN: "Rule: %s (%s%s)"}.F(r.Text(), string(r), step(r))
}

// explain tells everything that spoke, and what settled it.
func explain(c bot.Call, d access.Decision) chat.Text {
	var lines []chat.Text
	settled, ok := d.Settled()
	if ok {
		lines = append(lines, chat.Text{ZH: "说了算的：%s", EN: "Settled by: %s"}.F(settled.TextIn(c.Zone)))
	}
	for v := range d.Spoke() {
		lines = append(lines, chat.Text{ZH: "- ", EN: "- "}.Plus(v.TextIn(c.Zone)))
	}
	return chat.Lines(lines...)
}

func step(r access.Rule) chat.Text {
	if r.Step() == "" || r.Step() == string(r) {
		return chat.Text{}
	}
	return chat.Text{ZH: "，判定步骤 %s", EN: ", step %s"}.F(r.Step())
}

// maxUnwind is how many entries are taken back to see a decision as it was.
const maxUnwind = 1000

func whyEntry(c bot.Call, n int64) (bot.Outcome, error) {
	found, _ := c.Entries(0)
	if len(found) == 0 || n < 1 {
		return bot.Refuse(noEntry(n))
	}
	e := found[0]
	if err := mayRead(c, e); err != nil {
		return bot.Outcome{}, err
	}
	head := entryLine(c, e)
	if len(e.Items) == 0 && e.Outcome == journal.Refused && e.Rule != "" {
		return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(head, rule(access.Rule(e.Rule)))}}, nil
	}
	if len(e.Items) == 0 || e.Actor == "" || e.Rule == "" {
		return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(head, chat.Text{
			ZH: "这一条没有要判定的权限。", EN: "No permission had to be decided for this entry.",
		})}}, nil
	}
	i, ok := access.ParseItem(e.Items[0])
	if !ok {
		return bot.Outcome{}, fmt.Errorf("explain #%d: unknown item %q", n, e.Items[0])
	}
	if c.Queries() < 2 {
		return bot.Outcome{Need: journal.Want{
			Names:   []journal.Name{access.Of(e.Group), directory.OfGroup(e.Group), directory.OfPerson(e.Actor)},
			Queries: []journal.Query{{Since: e.At, Limit: maxUnwind}},
		}}, nil
	}
	later, more := c.Entries(1)
	if more {
		return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(head, rule(access.Rule(e.Rule)), chat.Text{
			ZH: "之后的变更超过 %d 条，逐条依据不再还原。", EN: "More than %d changes since; the grants are not unwound.",
		}.F(maxUnwind))}}, nil
	}
	facts, err := then(c, e, later)
	if err != nil {
		return bot.Outcome{}, err
	}
	r := access.Request{Actor: e.Actor, Item: i, Group: e.Group, At: e.At}
	if len(e.Targets) == 1 && i != access.Admins {
		r.Target = e.Targets[0]
		if m, ok := bot.At[directory.Group](c, directory.OfGroup(e.Group)).Member(r.Target); ok {
			r.TargetKind = m.Kind
		}
	}
	d := access.Decide(facts, r)
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(head, rule(access.Rule(e.Rule)), explain(c, d))}}, nil
}

// then returns the facts of rights as they were just before an entry, by taking back what came later.
func then(c bot.Call, e journal.Entry, later []journal.Entry) (access.Facts, error) {
	var back []journal.Event
	for _, l := range later { // newest first
		if l.N >= e.N {
			back = append(back, journal.Event{Changes: l.Opposite()})
		}
	}
	past, err := c.After(back)
	if err != nil {
		return access.Facts{}, fmt.Errorf("unwind rights to #%d: %w", e.N, err)
	}
	f := past.In(e.Group)
	f.Actor = f.People[e.Actor]
	return f, nil
}
