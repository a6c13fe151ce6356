package commands

import (
	"fmt"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(history)

// maxHistory is how many changes of one book are taken back to see an earlier moment.
const maxHistory = 100_000

func matrixWord() grammar.ChoiceHole[bool] {
	return grammar.Choice("matrix", func(s string) (bool, bool) {
		return true, slices.Contains([]string{"matrix", "权限表", "全部"}, s)
	}, chat.Text{ZH: "权限表", EN: "matrix"})
}

// history shows rights as they were at a moment, and what has changed until now or until another moment. It takes the
// later entries of the journal back; nothing else is kept for it.
func history() bot.Command {
	who, all := grammar.Person("who"), matrixWord()
	at, end := grammar.Moment("at").Past(), grammar.Moment("until").Past()
	return bot.Command{
		Name: "history",
		Forms: []string{
			"/history [{matrix}] (at|from|在|从) {at} [(to|until|到) {until}]", "/history {who} (at|from|在|从) {at} [(to|until|到) {until}]",
			"/回溯 [{matrix}] (在|从|at|from) {at} [(到|to|until) {until}]", "/回溯 {who} (在|从|at|from) {at} [(到|to|until) {until}]",
		},
		Examples: []chat.Text{{ZH: "/回溯 @lisi 在 2026-11-01 18:00", EN: "/history @lisi at 2026-11-01 18:00"}},
		Holes:    []grammar.Hole{who, all, at, end},
		Help: chat.Text{
			ZH: "那时谁能做什么，之后变了什么。", EN: "Who could do what at a moment, and what has changed since.",
		},
		Who:    auditors,
		Offers: func(c bot.Call) bool { return mayAudit(c, "") == nil },
		Run: func(c bot.Call) (bot.Outcome, error) {
			from, until := at.Of(c.Args), c.Now
			if end.Given(c.Args) {
				until = end.Of(c.Args)
			}
			if !from.Before(until) || until.After(c.Now) {
				return bot.Refuse(chat.Text{ZH: "回溯要写过去的时刻，结束在开始之后。", EN: "History needs moments in the past, the end after the beginning."})
			}
			var m chat.Member
			if who.Given(c.Args) {
				var err error
				if m, err = c.Find(who.Ref(c.Args)); err != nil {
					return bot.Outcome{}, err
				}
			}
			if err := mayAudit(c, m.ID); err != nil {
				return bot.Outcome{}, err
			}
			if c.Queries() == 0 {
				return bot.Outcome{Need: changesSince(c.Group.ID, from)}, nil
			}
			return wasAndIs(c, m, from, until)
		},
	}
}

// changesSince asks for all that has changed the rights in a group since a moment.
func changesSince(g chat.Group, at time.Time) journal.Want {
	var w journal.Want
	for _, n := range booksOf(g) {
		w.Queries = append(w.Queries, journal.Query{Changed: n, Since: at, Limit: maxHistory})
	}
	return w
}

// booksOf are the aggregates that rights in a group depend on.
func booksOf(g chat.Group) []journal.Name {
	return []journal.Name{access.Of(g), access.Of(""), duty.Of(g)}
}

// changed are the entries that some queries of the call have brought, from the first one of changesSince on, newest
// first, each once.
func changed(c bot.Call, first, queries int) (all []journal.Entry, more bool) {
	for n := first; n < first+queries; n++ {
		found, older := c.Entries(n)
		all, more = append(all, found...), more || older
	}
	slices.SortFunc(all, func(a, b journal.Entry) int { return int(b.N - a.N) })
	return slices.CompactFunc(all, func(a, b journal.Entry) bool { return a.N == b.N }), more
}

func wasAndIs(c bot.Call, who chat.Member, from, until time.Time) (bot.Outcome, error) {
	entries, more := changed(c, 0, len(booksOf(c.Group.ID)))
	if more {
		return bot.Refuse(chat.Text{ZH: "之后的变更超过 %d 条，请选近一些的时刻。", EN: "More than %d changes since; choose a later moment."}.F(maxHistory))
	}
	names := booksOf(c.Group.ID)
	was, err := c.Then(from, entries, names...)
	if err != nil {
		return bot.Outcome{}, fmt.Errorf("look back to %s: %w", c.Moment(from), err)
	}
	is := c
	if until.Before(c.Now) {
		if is, err = c.Then(until, entries, names...); err != nil {
			return bot.Outcome{}, fmt.Errorf("look back to %s: %w", c.Moment(until), err)
		}
	}
	had, has := was.Access.Matrix(c.Group.ID, from), is.Access.Matrix(c.Group.ID, until)
	head := chat.Text{ZH: "**%s，%s 的权限**", EN: "**Rights in %s at %s**"}.F(chat.Escape(c.Group.Title()), c.Moment(from))
	lines := []chat.Text{head}
	for _, u := range was.Access.Everyone() {
		if who.ID == "" && had[u] == 0 && len(was.Access.Holds(u, c.Group.ID, from)) == 0 || who.ID != "" && u != who.ID {
			continue
		}
		lines = append(lines, heldThen(c, was, u, had[u], from))
	}
	if len(lines) == 1 {
		lines = append(lines, chat.Text{ZH: "- 没有任何授权（超级管理员除外）", EN: "- nothing was granted to anybody but owners"})
		if who.ID != "" {
			lines[1] = chat.Text{ZH: "- %s 没有任何授权", EN: "- nothing was granted to %s"}.F(c.Name(who.ID))
		}
	}
	lines = append(lines, difference(c, who.ID, had, has, until)...)
	lines = append(lines, by(c, entries, who.ID, from, until)...)
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
}

// heldThen is what one person held at a moment.
func heldThen(c bot.Call, was bot.Call, u chat.User, items access.Items, at time.Time) chat.Text {
	var roles []chat.Text
	for _, r := range was.Access.Holds(u, c.Group.ID, at) {
		roles = append(roles, roleText(r.Level, r.Job).Plus(chat.Text{ZH: "，%s", EN: ", %s"}.F(until(c, r.Until))))
	}
	t := chat.Text{ZH: "- %s：", EN: "- %s: "}.F(c.Name(u))
	if len(roles) > 0 {
		t = t.Plus(list(roles)).Plus(chat.Text{ZH: "；", EN: "; "})
	}
	if items == 0 {
		return t.Plus(chat.Text{ZH: "没有可用的权限", EN: "no item"})
	}
	return t.Plus(briefly(c, items))
}

// difference is who gained and lost what between two matrices.
func difference(c bot.Call, only chat.User, had, has access.Matrix, until time.Time) []chat.Text {
	head := chat.Text{ZH: "**到现在的变化**", EN: "**Changed since**"}
	if until.Before(c.Now) {
		head = chat.Text{ZH: "**到 %s 的变化**", EN: "**Changed until %s**"}.F(c.Moment(until))
	}
	lines := []chat.Text{head}
	for _, d := range had.Until(has) {
		if only != "" && d.Who != only {
			continue
		}
		if d.Gains != 0 {
			lines = append(lines, chat.Text{ZH: "- %s 得到：%s", EN: "- %s gained: %s"}.F(c.Name(d.Who), briefly(c, d.Gains)))
		}
		if d.Losses != 0 {
			lines = append(lines, chat.Text{ZH: "- %s 失去：%s", EN: "- %s lost: %s"}.F(c.Name(d.Who), briefly(c, d.Losses)))
		}
	}
	if len(lines) == 1 {
		lines = append(lines, chat.Text{ZH: "- 没有变化", EN: "- nothing"})
	}
	return lines
}

// by lists the entries that made the difference, the oldest first.
func by(c bot.Call, entries []journal.Entry, only chat.User, from, until time.Time) []chat.Text {
	var out []chat.Text
	for _, e := range slices.Backward(entries) {
		if !e.At.After(from) || e.At.After(until) || only != "" && len(e.Targets) > 0 && !slices.Contains(e.Targets, only) {
			continue
		}
		if len(out) == perPage {
			out = append(out, chat.Text{ZH: "- …（`/审计` 看全部）", EN: "- … (`/audit` shows all)"})
			break
		}
		out = append(out, chat.Same("- ").Plus(entryLine(c, e)))
	}
	if len(out) == 0 {
		return nil
	}
	return append([]chat.Text{{ZH: "**经过**", EN: "**How**"}}, out...)
}
