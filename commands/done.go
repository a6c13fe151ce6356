package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/task"
)

var (
	_ = declare(done)
	_ = declare(taskList)
)

func action() grammar.ChoiceHole[chat.Action] {
	return grammar.Choice("action", func(s string) (chat.Action, bool) {
		for _, a := range []chat.Action{
			chat.AddAdmin, chat.RemoveAdmin, chat.Mute, chat.Unmute,
			chat.RestrictInvites, chat.OpenInvites, chat.FilterOn, chat.FilterOff,
		} {
			if s == string(a) || s == actionText(a).ZH {
				return a, true
			}
		}
		return "", false
	}, chat.Text{ZH: "操作", EN: "action"})
}

// done is the owner's word that a step in the platform's own client was taken. It is kept as a word; what can be
// re-read is re-read before anything is claimed.
func done() bot.Command {
	what, who := action(), grammar.Word("who")
	return bot.Command{
		Name:     "done",
		Forms:    []string{"/done {action} [{who}]", "/已办 {action} [{who}]"},
		Examples: []chat.Text{{ZH: "/已办 禁言 @lisi", EN: "/done mute @lisi"}},
		Holes:    []grammar.Hole{what, who},
		Help:     chat.Text{ZH: "群主：请您做的一步已做完。", EN: "For the owner: the step you were asked for is taken."},
		Hidden:   true,
		Reads:    []bot.Source{tasks},
		Run: func(c bot.Call) (bot.Outcome, error) {
			key := task.Task{Action: what.Of(c.Args), Who: chat.User(trimAt(who.Of(c.Args)))}.Key()
			t, ok := tasks.Of(c).Task(key)
			if !ok {
				return bot.Refuse(chat.Text{ZH: "没有这个任务，或它已被撤回。", EN: "There is no such task, or it was taken back."})
			}
			if t.Owner != c.Actor.ID && c.Group.Owner != c.Actor.ID {
				return bot.Outcome{}, &bot.Denied{Decision: access.Decision{Rule: access.RuleDefault}, Next: chat.Text{
					ZH: "这一步是请 %s 做的，只有群主能说做完了。", EN: " %s was asked to do this; only the owner can say that it is done.",
				}.F(c.Name(t.Owner))}
			}
			e, ok := tasks.Of(c).Claimed(c.Group.ID, key, c.Actor.ID, c.Now.UTC())
			if !ok {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "这个任务已经有结果：%s。", EN: "This task is over: %s."}.F(t.State.Text())}}, nil
			}
			out := bot.Outcome{Events: []journal.Event{e}, Changes: chat.Text{
				ZH: "按您所说，%s已完成。企业微信不让机器人核实，状态记为“无法核实”。",
				EN: "%s: done by your word. WeCom does not let the bot verify it, so it stands as “cannot be verified”.",
			}.F(stepText(c, t))}
			if t.Verifiable {
				out.Changes = chat.Text{
					ZH: "按您所说，%s已完成，正在核实。", EN: "%s: done by your word, being verified.",
				}.F(stepText(c, t))
				out.Effects = []chat.Effect{chat.ObserveGroup(c.Group.ID)}
			}
			return out, nil
		},
	}
}

// stepText names what an owner was asked for, and about whom, if it is about anybody.
func stepText(c bot.Call, t task.Task) chat.Text {
	what := chat.Text{ZH: "“%s”", EN: "%s"}.F(actionText(t.Action))
	if t.Who == "" {
		return what
	}
	return what.Plus(chat.Text{ZH: "（%s）", EN: " for %s"}.F(c.Name(t.Who)))
}

func trimAt(s string) string {
	for len(s) > 0 && s[0] == '@' {
		s = s[1:]
	}
	return s
}

// taskList shows what was asked of the group's owner and what became of it.
func taskList() bot.Command {
	return bot.Command{
		Name:     "tasks",
		Forms:    []string{"/tasks", "/待办"},
		Examples: []chat.Text{{ZH: "/待办", EN: "/tasks"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "请群主做的事，各到哪一步。", EN: "What the owner was asked to do, and what became of it."},
		Reads:    []bot.Source{tasks},
		Who:      chat.Text{ZH: "本群的管理员和群主可以看。", EN: "For the admins and the owner of the group."},
		Offers:   func(c bot.Call) bool { return offersLook(c) || c.Actor.ID == c.Group.Owner && c.Group.Bound() },
		Run: func(c bot.Call) (bot.Outcome, error) {
			if err := mayLook(c); err != nil && c.Actor.ID != c.Group.Owner {
				return bot.Outcome{}, err
			}
			all := tasks.Of(c).All()
			if len(all) == 0 {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "没有请群主做的事。", EN: "Nothing was asked of the owner."}}}, nil
			}
			lines := []chat.Text{chat.Text{ZH: "**请 %s 的群主做的事**", EN: "**Asked of the owner of %s**"}.F(chat.Escape(c.Group.Title()))}
			for _, t := range all {
				what := actionText(t.Action)
				if t.Who != "" {
					what = chat.Join(" ", what, c.Name(t.Who))
				}
				lines = append(lines, chat.Text{ZH: "- %s：%s（%s）", EN: "- %s: %s (%s)"}.F(what, t.State.Text(), c.Moment(t.At)))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}
