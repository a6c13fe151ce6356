package commands

import (
	"errors"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(handOverShow)
	_ = declare(handOverClear)
)

// handOverShow tells what would be handed over now, the notes that wait included.
func handOverShow() bot.Command {
	return bot.Command{
		Name:     "handover show",
		Forms:    []string{"/handover show", "/交接 (看|查看)"},
		Examples: []chat.Text{{ZH: "/交接 看", EN: "/handover show"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "看现在会交接什么：留言和未完的事。", EN: "What would be handed over now: notes, and what is open."},
		Who:      chat.Text{ZH: "正在值班的人，和刚下班 30 分钟内的人。", EN: "Whoever is on duty, or was until 30 minutes ago."},
		Reads:    []bot.Source{roster, lives},
		Asks:     clockOfGroup,
		Run: func(c bot.Call) (bot.Outcome, error) {
			r, n := roster.Of(c), newShiftNews(c, c.Group.ID)
			if need := n.openReads(); len(need) > 0 {
				return bot.Outcome{Read: need}, nil
			}
			h, err := lives.Of(c).Pending(r, c.Actor.ID, c.Now.In(c.Zone))
			if err != nil {
				return notHanded(c, r, err)
			}
			head := chat.Text{ZH: "**%s 会自动交给 %s：**", EN: "**At %s this goes to %s by itself:**"}.F(c.Near(h.When), c.Name(h.Next.Who))
			if !h.Handed.IsZero() {
				head = chat.Text{ZH: "**%s 已交给 %s：**", EN: "**At %s this went to %s:**"}.F(c.Near(h.Handed), c.Name(h.To))
			}
			lines := []chat.Text{head}
			for _, note := range h.Notes {
				lines = append(lines, chat.Text{ZH: "- 留言：%s", EN: "- Note: %s"}.F(chat.Escape(note)))
			}
			if len(h.Notes) == 0 {
				lines = append(lines, chat.Text{ZH: "- 没有留言（`/交接 内容` 写一条）", EN: "- no note (`/handover NOTE` leaves one)"})
			}
			for _, t := range append(n.open(h), n.nobody()...) {
				lines = append(lines, chat.Same("- ").Plus(t))
			}
			if len(h.Notes) > 0 && h.Handed.IsZero() {
				lines = append(lines, chat.Text{ZH: "清空留言：`/交接 清空`", EN: "To take the notes back: `/handover clear`"})
			}
			return told(lines...), nil
		},
	}
}

// handOverClear takes the notes back that wait to be handed over.
func handOverClear() bot.Command {
	return bot.Command{
		Name:     "handover clear",
		Forms:    []string{"/handover clear", "/交接 清空"},
		Examples: []chat.Text{{ZH: "/交接 清空", EN: "/handover clear"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "清空还没交出去的交接留言。", EN: "Take back the notes that are not handed over yet."},
		Who:      chat.Text{ZH: "正在值班的人，和刚下班 30 分钟内的人。", EN: "Whoever is on duty, or was until 30 minutes ago."},
		Reads:    []bot.Source{roster, lives},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := roster.Of(c)
			h, e, err := lives.Of(c).DropNotes(c.Group.ID, r, c.Actor.ID, c.Now.In(c.Zone))
			switch {
			case errors.Is(err, duty.ErrNothing):
				return told(chat.Text{ZH: "没有等着交接的留言。", EN: "No note waits to be handed over."}), nil
			case err != nil:
				return notHanded(c, r, err)
			}
			return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Text{
				ZH: "交接留言已清空，共 %d 条", EN: "notes taken back: %d",
			}.F(len(h.Notes))}, nil
		},
	}
}
