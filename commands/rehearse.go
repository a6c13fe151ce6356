package commands

import (
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/event"
	"qunguan/bot/grammar"
)

var _ = declare(rehearseCommand)

// maxPlan is how many commands a plan may have.
const maxPlan = 50

// rehearseCommand shows who will be able to do what, hour by hour, in a time to come, after a plan (R43, M06). The plan
// is run with the very code that would carry it out, and nothing is written.
func rehearseCommand() bot.Command {
	from, until := grammar.Moment("from"), grammar.Moment("until")
	name := eventName()
	plan := grammar.Rest("plan").Called(chat.Text{ZH: "计划，一行一条命令", EN: "plan, a command a line"})
	return bot.Command{
		Name: "rehearse",
		Forms: []string{
			"/rehearse {from} [(to|until|到)] {until} [{plan}]", "/(预演|权限预演) {from} [(到|to|until)] {until} [{plan}]",
			"/rehearse {event} [{plan}]", "/(预演|权限预演) {event} [{plan}]",
		},
		Examples: []chat.Text{{ZH: "/预演 2026-12-01 2026-12-08", EN: "/rehearse 2026-12-01 2026-12-08"}},
		Holes:    []grammar.Hole{from, until, name, plan},
		Help: chat.Text{
			ZH: "大事之前预演：逐小时谁能做什么、谁值班、缺口和冲突；后面可以跟计划，一行一条命令，只预演不执行。",
			EN: "Rehearse before a big event: who can do what hour by hour, duty, gaps, conflicts; after a plan, a command a line, which is not carried out.",
		},
		Needs: access.Duty,
		Reads: []bot.Source{roster, events},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := rehearsal{from: from.Of(c.Args), until: until.Of(c.Args)}
			called := ""
			if name.Given(c.Args) {
				e, ok := events.Of(c).Named(name.Of(c.Args))
				if !ok {
					return bot.Refuse(noEvent(events.Of(c), name.Of(c.Args)))
				}
				called, r.from, r.until = e.Name, e.From, e.Until
			}
			if now := c.Now.In(c.Zone).Truncate(time.Hour); r.from.Before(now) {
				r.from = now
			}
			switch {
			case !r.from.Before(r.until):
				return bot.Refuse(chat.Text{
					ZH: "预演要写将来的一段时间，结束在开始之后。过去的权限用 `/回溯`。", EN: "A rehearsal needs a time to come, its end after its beginning. `/history` shows the past.",
				})
			case r.until.Sub(r.from) > event.Longest:
				return bot.Refuse(chat.Text{ZH: "一次最多预演 31 天。", EN: "A rehearsal is of 31 days at most."})
			}
			return rehearsed(c, r.from, r.until, called, steps(plan.Of(c.Args)))
		},
	}
}

func rehearsed(c bot.Call, from, until time.Time, called string, plan []string) (bot.Outcome, error) {
	if len(plan) > maxPlan {
		return bot.Refuse(chat.Text{ZH: "计划最多 %d 条命令。", EN: "A plan has at most %d commands."}.F(maxPlan))
	}
	if from.After(c.Said) {
		c.Said = from // the plan is for that time: a length in it counts from there
	}
	after, told, _, need, err := follow(c, plan)
	if err != nil {
		return bot.Outcome{}, err
	}
	need.Names = append(need.Names, unknownAdmins(after, c.Now, from)...)
	if !need.Nothing() {
		return bot.Outcome{Need: need}, nil
	}
	r := rehearse(after, from, until)
	r.plan = told
	return bot.Outcome{Reply: chat.Reply{Text: r.text(after, called), Picture: r.picture(after, called)}}, nil
}

// steps are the commands of a plan: one a line, or several in a line with semicolons between, each beginning with a
// slash. A semicolon within a reason ends nothing.
func steps(plan string) []string {
	var out []string
	for line := range strings.Lines(plan) {
		for {
			cut := -1
			for i, r := range line {
				rest := strings.TrimLeft(line[i:], ";； \t")
				if (r == ';' || r == '；') && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, "／")) {
					cut = i
					break
				}
			}
			step := line
			if cut >= 0 {
				step = line[:cut]
			}
			if step = strings.Trim(step, ";； \t\n"); step != "" {
				out = append(out, step)
			}
			if cut < 0 {
				break
			}
			line = strings.TrimLeft(line[cut:], ";； \t")
		}
	}
	return out
}

func noEvent(b event.Book, said string) chat.Text {
	t := chat.Text{
		ZH: "没有叫“%s”的大事。写时间：`/预演 2026-12-01 2026-12-08`，或先记下：`/大事 %[1]s 2026-12-01 2026-12-08`。",
		EN: "There is no big event “%s”. Write a time: `/rehearse 2026-12-01 2026-12-08`, or note it first: `/event add %[1]s 2026-12-01 2026-12-08`.",
	}.F(chat.Escape(said))
	var names []chat.Text
	for _, e := range b.All() {
		names = append(names, chat.Same(chat.Escape(e.Name)))
	}
	if len(names) > 0 {
		t = t.Plus(chat.Text{ZH: "已记下的：%s。", EN: " Noted: %s."}.F(list(names)))
	}
	return t
}
