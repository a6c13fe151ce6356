package commands

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(confirm)
	_ = declare(cancel)
)

var nothingAsked = chat.Text{
	ZH: "没有等您确认的操作，或它已处理、已过期。请重新发命令。",
	EN: "Nothing waits for your confirmation, or it is settled or lapsed. Send the command again.",
}

// confirm runs what the speaker was asked about. Rights are judged anew, at this moment.
func confirm() bot.Command {
	code := grammar.Word("code")
	return bot.Command{
		Name:     "confirm",
		Forms:    []string{"/confirm [{code}]", "/确认 [{code}]"},
		Examples: []chat.Text{{ZH: "确认", EN: "/confirm"}},
		Holes:    []grammar.Hole{code},
		Help:     chat.Text{ZH: "确认刚才的操作。", EN: "Confirm what you were just asked about."},
		Anywhere: true, Hidden: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if !c.Asked.Open(code.Of(c.Args), c.Now) {
				return bot.Refuse(nothingAsked)
			}
			a := c.Asked
			return bot.Outcome{Again: &a}, nil
		},
	}
}

// cancel drops what the speaker was asked about.
func cancel() bot.Command {
	code := grammar.Word("code")
	return bot.Command{
		Name:     "cancel",
		Forms:    []string{"/cancel [{code}]", "/取消 [{code}]"},
		Examples: []chat.Text{{ZH: "取消", EN: "/cancel"}},
		Holes:    []grammar.Hole{code},
		Help:     chat.Text{ZH: "取消等待确认的操作。", EN: "Drop what waits for your confirmation."},
		Anywhere: true, Hidden: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if !c.Asked.Open(code.Of(c.Args), c.Now) {
				return bot.Refuse(nothingAsked)
			}
			return bot.Outcome{
				Reply:   chat.Reply{Text: chat.Text{ZH: "已取消，什么都没有改变。", EN: "Cancelled; nothing has changed."}},
				Changes: chat.Text{ZH: "取消等待确认的操作", EN: "what waits for your confirmation is dropped"},
				Events:  []journal.Event{{Kind: bot.CommandCancelled, Changes: c.Asked.Drop(c.Actor.ID)}},
			}, nil
		},
	}
}
