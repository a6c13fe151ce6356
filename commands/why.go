package commands

import (
	"fmt"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/review"
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
			return journal.Want{Names: []journal.Name{review.All}, Queries: []journal.Query{{N: number.Of(a), Limit: 1}}}
		},
		Who: auditors,
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
	company := false
	settled, ok := d.Settled()
	if ok {
		lines = append(lines, chat.Text{ZH: "说了算的：%s", EN: "Settled by: %s"}.F(voiceText(c, settled)))
	}
	for v := range d.Spoke() {
		lines = append(lines, chat.Text{ZH: "- ", EN: "- "}.Plus(voiceText(c, v)))
		company = company || v.Tier == access.Enterprise
	}
	if company {
		lines = append(lines, chat.Text{
			ZH: "（企业级：超级管理员设的；群级：本群的管理员设的）", EN: "(enterprise tier: set by an owner; group tier: set by an admin of the group)",
		})
	}
	return chat.Lines(lines...)
}

// comparisons are what is compared, in this order, where several grants speak. Of what is no comparison the rule says all.
var comparisons = map[string]chat.Text{
	"a":            {ZH: "第 1 步，比企业级和群级", EN: "step 1, whose setting it is"},
	"b":            {ZH: "第 2 步，比固定和临时", EN: "step 2, fixed or temporary"},
	"c-subject":    {ZH: "第 3 步，比对谁设的更具体", EN: "step 3, for whom it is set, the closer first"},
	"c-scope":      {ZH: "第 3 步，比在哪里有效更具体", EN: "step 3, where it counts, the closer first"},
	"c-permission": {ZH: "第 3 步，比权限更具体", EN: "step 3, which items it names, the closer first"},
	"d":            {ZH: "第 4 步，一样具体时禁止优先", EN: "step 4, of equals the deny"},
}

func step(r access.Rule) chat.Text {
	t, compares := comparisons[r.Step()]
	if !compares {
		return chat.Text{}
	}
	return chat.Text{ZH: "，判定%s", EN: ", %s"}.F(t)
}

// voiceText is a grant or an exception as /why tells it, with groups by their names.
func voiceText(c bot.Call, v access.Voice) chat.Text {
	names := func(groups []chat.Group) []chat.Group {
		out := make([]chat.Group, len(groups))
		for i, g := range groups {
			if out[i] = g; g == c.Group.ID && c.Group.Title() != "" {
				out[i] = chat.Group(c.Group.Title())
				continue
			}
			for _, known := range c.Groups.Find(string(g)) {
				if known.ID == g && known.Name != "" {
					out[i] = chat.Group(known.Name)
				}
			}
		}
		return out
	}
	v.Role.Groups, v.Statement.Scope.Groups = names(v.Role.Groups), names(v.Statement.Scope.Groups)
	return v.TextIn(c.Zone)
}

func whyEntry(c bot.Call, n int64) (bot.Outcome, error) {
	found, _ := c.Entries(0)
	if len(found) == 0 || n < 1 {
		return bot.Refuse(noEntry(n))
	}
	e := found[0]
	if err := mayRead(c, e); err != nil {
		return bot.Outcome{}, err
	}
	if hushed(c, e) {
		return bot.Refuse(chat.Text{ZH: "#%d：", EN: "#%d: "}.F(n).Plus(reviewOfYou))
	}
	head := entryLine(c, e)
	if len(e.Items) == 0 && e.Outcome == journal.Refused && e.Rule != "" {
		return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(head, rule(access.Rule(e.Rule)))}}, nil
	}
	r, ok := requestOf(e, bot.At[directory.Group](c, directory.OfGroup(e.Group)).Member)
	if !ok {
		return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(head, chat.Text{
			ZH: "这一条没有要判定的权限。", EN: "No permission had to be decided for this entry.",
		})}}, nil
	}
	since := sinceDecided(e)
	if c.Queries() < 2 {
		return bot.Outcome{Need: since}, nil
	}
	later, more := changed(c, 1, len(since.Queries))
	if more {
		return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(head, rule(access.Rule(e.Rule)), chat.Text{
			ZH: "之后的变更超过 %d 条，逐条依据不再还原。", EN: "More than %d changes since; the grants are not unwound.",
		}.F(maxHistory))}}, nil
	}
	facts, err := then(c, e, later)
	if err != nil {
		return bot.Outcome{}, err
	}
	d := access.Decide(facts, r)
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(head, rule(access.Rule(e.Rule)), explain(c, d))}}, nil
}

// sinceDecided asks for what a decision looked at, and for what has changed it since: the books and the roster, the group,
// and what the address book said of whoever asked.
func sinceDecided(e journal.Entry) journal.Want {
	w := changesSince(e.Group, e.At)
	w.Names = append(booksOf(e.Group), directory.OfGroup(e.Group), directory.OfPerson(e.Actor))
	w.Queries = append(w.Queries,
		journal.Query{Target: e.Actor, Kind: directory.PersonObserved, Since: e.At, Limit: maxHistory},
		journal.Query{Group: e.Group, Kind: directory.GroupObserved, Since: e.At, Limit: maxHistory})
	return w
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
