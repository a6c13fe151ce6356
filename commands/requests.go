package commands

import (
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/request"
)

var _ = declare(requestList)

// requestList shows the open requests of the group that the speaker may decide, and their own.
func requestList() bot.Command {
	return bot.Command{
		Name:     "requests",
		Forms:    []string{"/requests", "/申请列表"},
		Examples: []chat.Text{{ZH: "/申请列表", EN: "/requests"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "等您决定的申请，和您自己的申请。", EN: "The requests that wait for you, and your own."},
		Reads:    []bot.Source{requests},
		Run: func(c bot.Call) (bot.Outcome, error) {
			open := slices.DeleteFunc(requests.Of(c).All(), func(r request.Request) bool {
				return r.State != request.Open || !c.Now.Before(r.Until)
			})
			if len(open) == 0 {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "没有等待决定的申请。", EN: "No request is open."}}}, nil
			}
			if want := numbersOf(c, open); len(want.Names)+len(want.Queries) > 0 {
				return bot.Outcome{Need: want}, nil
			}
			var yours, own []chat.Text
			for _, r := range open {
				p := petition{n: numberOf(c, r), of: request.Of(r.Group), book: requests.Of(c), r: r}
				switch {
				case r.By == c.Actor.ID:
					own = append(own, p.line(c))
				case p.mayDecide(c):
					yours = append(yours, p.line(c))
				}
			}
			if len(yours)+len(own) == 0 {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "没有等您决定的申请。", EN: "No request waits for you."}}}, nil
			}
			lines := []chat.Text{chat.Text{ZH: "**%s 的申请**", EN: "**Requests in %s**"}.F(chat.Escape(c.Group.Title()))}
			if len(yours) > 0 {
				lines = append(lines, chat.Text{ZH: "等您决定（`/同意 #编号`、`/驳回 #编号 原因`）：", EN: "They wait for you (`/approve #N`, `/reject #N reason`):"})
			}
			lines = append(lines, yours...)
			if len(own) > 0 {
				lines = append(lines, chat.Text{ZH: "您自己的（`/收回 #编号`）：", EN: "Your own (`/withdraw #N`):"})
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(append(lines, own...)...)}}, nil
		},
	}
}

// numbersOf is what must be read to judge requests as their decision would, and to tell their numbers, which stand in the
// journal alone.
func numbersOf(c bot.Call, open []request.Request) journal.Want {
	var w journal.Want
	for _, r := range open {
		w.Names = append(w.Names, reads(c, request.Of(r.Group), r)...)
	}
	if c.Queries() == 0 {
		// Entries are stamped to the millisecond: the first request would else seem to be older than its own entry.
		since := open[0].At.Truncate(time.Millisecond)
		w.Queries = []journal.Query{{Group: c.Group.ID, Changed: request.Of(c.Group.ID), Since: since, Limit: maxHistory}}
	}
	return w
}

// numberOf is the number of the entry that opened a request.
func numberOf(c bot.Call, r request.Request) int64 {
	entries, _ := c.Entries(0)
	n := int64(0)
	for _, e := range entries { // newest first
		for _, ch := range e.Changes {
			if ch.Of == request.Of(r.Group) && ch.Key == r.Code && e.Kind == request.Opened {
				n = e.N
			}
		}
	}
	return n
}

// mayDecide says whether the speaker could agree to the request now: it asks just what agreeing would.
func (p petition) mayDecide(c bot.Call) bool {
	_, err := p.verdict(c, true, "")
	return err == nil
}

func (p petition) line(c bot.Call) chat.Text {
	who := chat.Text{ZH: "机器人", EN: "the bot"}
	if p.r.By != "" {
		who = c.Name(p.r.By)
	}
	t := chat.Text{ZH: "- #%d %s：%s%s，到 %s 为止", EN: "- #%d %s: %s%s, until %s"}.F(
		p.n, who, shortened(firstLine(c.Wanted(p.r))), p.why(), c.Moment(p.r.Until))
	if p.r.Need > 1 {
		t = t.Plus(chat.Text{ZH: "（已有 %d / %d 人同意）", EN: " (%d of %d agree)"}.F(len(p.r.Yes), p.r.Need))
	}
	return t
}

// why is the reason, where what is wanted does not tell it.
func (p petition) why() chat.Text {
	if p.r.Sort == request.ForAct {
		return chat.Text{}
	}
	return because(p.r.Reason)
}

func firstLine(t chat.Text) chat.Text {
	zh, _, _ := strings.Cut(t.ZH, "\n")
	en, _, _ := strings.Cut(t.EN, "\n")
	return chat.Text{ZH: strings.TrimRight(zh, "："), EN: strings.TrimRight(en, ":")}
}

// shortened is a text cut to what a line of a list has room for on a phone; the entry tells the rest.
func shortened(t chat.Text) chat.Text {
	cut := func(s string, most int) string {
		if r := []rune(s); len(r) > most {
			return string(r[:most-1]) + "…"
		}
		return s
	}
	return chat.Text{ZH: cut(t.ZH, 60), EN: cut(t.EN, 110)}
}
