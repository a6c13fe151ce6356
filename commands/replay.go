package commands

import (
	"fmt"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(replay)

const (
	// maxReplay is how many entries are looked through for commands.
	maxReplay = 100_000
	// longestReplay is how far back.
	longestReplay = 366 * 24 * time.Hour
)

// replay decides the real commands of the last days again, on top of a proposed change, and tells which would have ended
// otherwise (M07). Nothing is written.
func replay() bot.Command {
	length := grammar.Length("length")
	plan := grammar.Rest("plan").Called(chat.Text{ZH: "要试的命令，一行一条", EN: "commands to try, one a line"})
	return bot.Command{
		Name:     "replay",
		Forms:    []string{"/replay {length} {plan}", "/(回放|策略回放) {length} {plan}"},
		Examples: []chat.Text{{ZH: "/回放 30天 /撤管理 @li", EN: "/replay 30d /admin remove @li"}},
		Holes:    []grammar.Hole{length, plan},
		Help: chat.Text{
			ZH: "把一项改动放到过去的真实命令上试：会拦下哪些，会多放行哪些；什么都不改变。",
			EN: "Try a change on the real commands of the past: which it would refuse, which it would newly allow. Nothing changes.",
		},
		Needs: access.Policy,
		Run: func(c bot.Call) (bot.Outcome, error) {
			tried := steps(plan.Of(c.Args))
			switch {
			case length.Of(c.Args) > longestReplay:
				return bot.Refuse(chat.Text{ZH: "最多回放一年。", EN: "A replay goes back a year at most."})
			case len(tried) > maxPlan:
				return bot.Refuse(chat.Text{ZH: "一次最多试 %d 条命令。", EN: "A replay tries %d commands at most."}.F(maxPlan))
			}
			since := c.Now.Add(-length.Of(c.Args))
			after, told, events, need, err := follow(c, tried)
			if err != nil {
				return bot.Outcome{}, err
			}
			if c.Queries() <= len(booksOf(c.Group.ID)) {
				need.Queries = changesSince(c.Group.ID, since).Queries
				need.Queries = append(need.Queries, journal.Query{Group: c.Group.ID, Since: since, Limit: maxReplay})
			}
			if !need.Nothing() {
				return bot.Outcome{Need: need}, nil
			}
			for _, p := range told {
				if p.err != nil {
					return bot.Refuse(chat.Text{ZH: "`%s` 现在就不能做：%s", EN: "`%s` could not be done now: %s"}.F(
						clip(p.text, 80), whyNot(c, after.Access, p.err)))
				}
			}
			return replaySince(c, since, told, events)
		},
	}
}

func replaySince(c bot.Call, since time.Time, told []planned, events []journal.Event) (bot.Outcome, error) {
	entries, older := c.Entries(len(booksOf(c.Group.ID)))
	changes, more := changed(c, 0, len(booksOf(c.Group.ID)))
	if more {
		return bot.Refuse(chat.Text{ZH: "这段时间的变更超过 %d 条，请缩短。", EN: "More than %d changes in that time; shorten it."}.F(maxHistory))
	}
	if need := speakers(c, entries); len(need) > 0 {
		return bot.Outcome{Need: journal.Want{Names: need}}, nil
	}
	var proposed []journal.Change
	for _, e := range events {
		proposed = append(proposed, e.Changes...)
	}
	proposed, err := sinceEver(proposed, since, c.Now)
	if err != nil {
		return bot.Outcome{}, fmt.Errorf("begin the proposal earlier: %w", err)
	}
	facts := acquainted(c)
	out, err := replayEach(entries, changes, pastOf(c, facts, c.Group.ID, nil), pastOf(c, facts, c.Group.ID, proposed),
		func(u chat.User) access.Person { return addressBook(c, u) }, c.Group.Member)
	if err != nil {
		return bot.Outcome{}, fmt.Errorf("replay commands: %w", err)
	}
	t := out.text(c, since, told)
	if older {
		t = chat.Lines(t, chat.Text{ZH: "只看了最近 %d 条日志。", EN: "Only the latest %d entries were looked at."}.F(maxReplay))
	}
	return bot.Outcome{Reply: chat.Reply{Text: t}}, nil
}

// speakers are those who gave the commands and of whom the address book has not been read.
func speakers(c bot.Call, entries []journal.Entry) (need []journal.Name) {
	seen := map[chat.User]bool{}
	for _, e := range entries {
		if e.Actor == "" || seen[e.Actor] {
			continue
		}
		seen[e.Actor] = true
		if n := directory.OfPerson(e.Actor); !c.Has(n) {
			need = append(need, n)
		}
	}
	return need
}

func (r replayed) text(c bot.Call, since time.Time, told []planned) chat.Text {
	all := len(r.refuses) + len(r.allows) + r.stay + r.stayNot
	lines := []chat.Text{chat.Text{ZH: "**%s 策略回放**：%s 以来的 %d 条命令", EN: "**Replay in %s**: %[3]d commands since %[2]s"}.F(
		chat.Escape(c.Group.Title()), c.Moment(since), all)}
	for _, p := range told {
		lines = append(lines, chat.Text{ZH: "假设：`%s`", EN: "Supposed: `%s`"}.F(clip(p.text, 80)))
	}
	lines = append(lines, chat.Text{
		ZH: "**会拦下%d次，会多放行%d次**；照旧放行 %d 次，照旧拒绝 %d 次",
		EN: "**It would refuse %d, and would newly allow %d**; %d stay allowed, %d stay refused",
	}.F(len(r.refuses), len(r.allows), r.stay, r.stayNot))
	if r.otherwise > 0 {
		lines = append(lines, chat.Text{
			ZH: "另有 %d 条不是由使用人的权限定的（对象的级别、本人的事、审批、激活等），不参与比较",
			EN: "%d more were not settled by the rights of who gave them (ranks, one's own role, requests, activations) and are left out",
		}.F(r.otherwise))
	}
	lines = append(lines, reversals(c, chat.Text{ZH: "会拦下：", EN: "It would refuse:"}, r.refuses)...)
	lines = append(lines, reversals(c, chat.Text{ZH: "会多放行：", EN: "It would newly allow:"}, r.allows)...)
	return chat.Lines(append(lines, chat.Text{ZH: "只是试算，什么都没有改变。", EN: "This was a trial; nothing has changed."})...)
}

func reversals(c bot.Call, head chat.Text, list []reversal) []chat.Text {
	if len(list) == 0 {
		return nil
	}
	lines := []chat.Text{head}
	for i, x := range list {
		if i == perPage {
			return append(lines, chat.Text{ZH: "- …另有 %d 次", EN: "- … and %d more"}.F(len(list)-perPage))
		}
		t := chat.Text{ZH: "- #%d %s %s %s", EN: "- #%d %s %s %s"}.F(x.entry.N, c.Moment(x.entry.At), c.Name(x.entry.Actor), x.item.Label())
		if len(x.entry.Targets) == 1 {
			t = t.Plus(chat.Text{ZH: " → %s", EN: " → %s"}.F(c.Name(x.entry.Targets[0])))
		}
		lines = append(lines, t.Plus(chat.Text{ZH: "（当时：%s；改后：%s）", EN: " (then: %s; with the change: %s)"}.F(
			ruleWords(x.was.Rule), ruleWords(x.then.Rule))))
	}
	return lines
}

// ruleWords is a rule as people say it, within a line.
func ruleWords(r access.Rule) chat.Text {
	t := r.Text()
	return chat.Text{ZH: trimStop(t.ZH), EN: trimStop(t.EN)}
}
