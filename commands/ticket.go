package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/ticket"
)

var (
	_ = declare(ticketOpen)
	_ = declare(ticketSolve)
	_ = declare(ticketAssign)
	_ = declare(ticketList)
)

// tickets are the complaints of the group.
var tickets = bot.Reads[ticket.Book](ticket.Of)

// ticketOpen writes a complaint down. Everybody may: who complains must not be asked for a right first.
func ticketOpen() bot.Command {
	subject := grammar.Rest("subject").Called(chat.Text{ZH: "事由", EN: "subject"})
	return bot.Command{
		Name:     "ticket open",
		Forms:    []string{"/ticket open {subject}", "/工单 (登记|新建|open) {subject}"},
		Examples: []chat.Text{{ZH: "/工单 登记 张总的货发错了", EN: "/ticket open wrong goods for Mr Zhang"}},
		Holes:    []grammar.Hole{subject},
		Help:     chat.Text{ZH: "登记一条投诉。", EN: "Write a complaint down."},
		Reads:    []bot.Source{tickets},
		Run: func(c bot.Call) (bot.Outcome, error) {
			said := ticket.Short(subject.Of(c.Args))
			if said == "" {
				return bot.Refuse(chat.Text{ZH: "请写投诉的事由，例如：/工单 登记 张总的货发错了。", EN: "Say what it is about, for example: /ticket open wrong goods for Mr Zhang."})
			}
			if !concerned(c) {
				return bot.Refuse(chat.Text{
					ZH: "您不在“%s”里，不能为它登记投诉：登记会算进那个群的绩效。请到您所在的群里登记，或请那个群的同事登记。",
					EN: "You are not in “%s”, so you cannot write a complaint down for it: it counts among that group's indicators. Do so in a group of yours, or ask a colleague of that group.",
				}.F(chat.Escape(c.Group.Title())))
			}
			n := ticket.News{ID: "chat-" + c.Code(), Subject: said, By: c.Actor.ID, At: c.Now, Source: ticket.Chat}
			if c.Actor.Kind == chat.Customer {
				n.Customer = string(c.Actor.ID)
			}
			events, err := tickets.Of(c).Tell(c.Group.ID, ticket.Totals{}, n)
			if err != nil {
				return mend(err, ticketMends)
			}
			t, err := journal.Decode[ticket.Ticket](events[0].Changes[0].After)
			if err != nil {
				return bot.Outcome{}, err
			}
			changes := chat.Text{ZH: "登记投诉 %d号：%s", EN: "open complaint %d: %s"}.F(t.No, subjectOf(t))
			return bot.Outcome{
				Events: events, Changes: changes,
				Reply: chat.Reply{Text: chat.Text{
					ZH: "已登记投诉 %d号%s：%s。解决后发 `/工单 解决 %d号%s`。", EN: "Complaint %d%s is written down: %s. Once it is solved: `/ticket solve %d%s`.",
				}.F(t.No, ofGroup(c), subjectOf(t), t.No, elsewhere(c))},
			}, nil
		},
	}
}

// concerned says whether somebody has to do with the group: they write in it, are in it, hold a right in it, or own the
// company. Who is in a group that cannot be read is not known, and then nobody is kept out.
func concerned(c bot.Call) bool {
	_, in := c.Group.Member(c.Actor.ID)
	return in || !c.Group.MembersKnown || c.Message.Group == c.Group.ID || c.Access.IsOwner(c.Actor.ID) ||
		c.Access.Items(c.Actor.ID, c.Access.Actor, c.Group.ID, c.Now) != 0
}

// ofGroup names the group to whoever writes from elsewhere.
func ofGroup(c bot.Call) chat.Text {
	if c.Message.Group == c.Group.ID {
		return chat.Text{}
	}
	return chat.Text{ZH: "（%s）", EN: " of %s"}.F(chat.Escape(c.Group.Title()))
}

// ticketSolve says that a complaint is solved.
func ticketSolve() bot.Command {
	number := grammar.Number("number").Called(chat.Text{ZH: "几号", EN: "number"})
	return bot.Command{
		Name:     "ticket solve",
		Forms:    []string{"/ticket solve {number}", "/工单 (解决|关闭|solve) {number}"},
		Examples: []chat.Text{{ZH: "/工单 解决 3号", EN: "/ticket solve 3"}},
		Holes:    []grammar.Hole{number},
		Help:     chat.Text{ZH: "记下一条投诉已经解决。", EN: "Note that a complaint is solved."},
		Reads:    []bot.Source{tickets},
		Who:      chat.Text{ZH: "企业成员可以用，客户不能。", EN: "For the company's own staff."},
		Offers:   offersStaff,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if c.Actor.Kind != chat.Staff {
				return bot.Refuse(chat.Text{
					ZH: "投诉是否解决由企业成员记录。对处理不满意，可以再登记：/工单 登记 事由。",
					EN: "Whether a complaint is solved is for the company's staff to say. If it is not, open another: /ticket open SUBJECT.",
				})
			}
			t, e, err := tickets.Of(c).Solve(c.Group.ID, number.Of(c.Args), c.Actor.ID, c.Now)
			if err != nil {
				return mend(err, ticketMends)
			}
			changes := chat.Text{ZH: "投诉 %d号 已解决：%s", EN: "complaint %d is solved: %s"}.F(t.No, subjectOf(t))
			return bot.Outcome{
				Events: []journal.Event{e}, Changes: changes,
				Reply: chat.Reply{Text: chat.Text{
					ZH: "已记录：投诉 %d号 解决（%s），用时 %s。", EN: "Recorded: complaint %d is solved (%s), after %s.",
				}.F(t.No, subjectOf(t), tookText(t, c.Now))},
			}, nil
		},
	}
}

// ticketAssign says who is to solve a complaint: it counts for them, whether or not it is solved.
func ticketAssign() bot.Command {
	number, who := grammar.Number("number").Called(chat.Text{ZH: "几号", EN: "number"}), grammar.Person("who")
	return bot.Command{
		Name:     "ticket assign",
		Forms:    []string{"/ticket assign {number} {who}", "/工单 (指派|派给|assign) {number} {who}"},
		Examples: []chat.Text{{ZH: "/工单 指派 3号 @lisi", EN: "/ticket assign 3 @lisi"}},
		Holes:    []grammar.Hole{number, who},
		Help:     chat.Text{ZH: "把一条投诉派给一位同事，绩效里算在其名下。", EN: "Make a complaint a colleague's; it counts among their indicators."},
		Reads:    []bot.Source{tickets},
		Who:      chat.Text{ZH: "企业成员可以用，客户不能。", EN: "For the company's own staff."},
		Offers:   offersStaff,
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, err := c.Find(who.Ref(c.Args))
			switch {
			case err != nil:
				return bot.Outcome{}, err
			case c.Actor.Kind != chat.Staff, m.Kind != chat.Staff:
				return bot.Refuse(chat.Text{
					ZH: "投诉由企业成员指派给企业成员，不能由客户指派，也不能派给客户。", EN: "The company's staff assign complaints to each other; customers neither assign nor get any.",
				})
			}
			t, e, err := tickets.Of(c).Assign(c.Group.ID, number.Of(c.Args), m.ID, c.Now)
			if err != nil {
				return mend(err, ticketMends)
			}
			out := bot.Outcome{
				Events:  []journal.Event{e},
				Changes: chat.Text{ZH: "投诉 %d号 归 %s：%s", EN: "complaint %d is %s's: %s"}.F(t.No, c.Name(m.ID), subjectOf(t)),
			}
			if m.ID != c.Actor.ID {
				out.Effects = []chat.Effect{chat.SendTo(m.ID, c.Group.ID, chat.Reply{Text: chat.Text{
					ZH: "“%s”的投诉 %d号 派给您了：%s。解决后发 `/工单 解决 %d号 #%s`。", EN: "Complaint %[2]d of “%[1]s” is yours now: %[3]s. Once it is solved: `/ticket solve %[4]d #%[5]s`.",
				}.F(chat.Escape(c.Group.Title()), t.No, subjectOf(t), t.No, c.Group.ID)})}
			}
			return out, nil
		},
	}
}

// ticketList shows the open complaints and how many of the last thirty days' are solved.
func ticketList() bot.Command {
	return bot.Command{
		Name:     "ticket list",
		Forms:    []string{"/ticket [list]", "/工单 [列表]"},
		Examples: []chat.Text{{ZH: "/工单 列表", EN: "/ticket list"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "本群待解决的投诉。", EN: "The open complaints of the group."},
		Reads:    []bot.Source{tickets},
		Run: func(c bot.Call) (bot.Outcome, error) {
			book := tickets.Of(c)
			lines := []chat.Text{chat.Text{ZH: "**%s 的投诉**", EN: "**Complaints in %s**"}.F(chat.Escape(c.Group.Title()))}
			waiting := book.Waiting()
			for i, t := range waiting {
				if i == mostTickets {
					lines = append(lines, chat.Text{ZH: "- …另有 %d 条", EN: "- … and %d more"}.F(len(waiting)-i))
					break
				}
				lines = append(lines, ticketLine(c, t))
			}
			if len(waiting) == 0 {
				lines = append(lines, chat.Text{ZH: "没有待解决的投诉。", EN: "None is open."})
			}
			n := book.Count(c.Now.AddDate(0, 0, -30), c.Now.Add(time.Nanosecond))
			if n.Opened > 0 {
				lines = append(lines, chat.Text{ZH: "近 30 天登记 %d 条，其中 %d 条已解决。", EN: "Opened in the last 30 days: %d, of which solved: %d."}.F(n.Opened, n.Solved))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

// mostTickets is how many complaints one reply has room for.
const mostTickets = 20

// subjectOf is what a complaint is about; a helpdesk need not say it.
func subjectOf(t ticket.Ticket) chat.Text {
	if t.Subject == "" {
		return chat.Text{ZH: "未写事由", EN: "no subject given"}
	}
	return chat.Same(chat.Escape(t.Subject))
}

func ticketLine(c bot.Call, t ticket.Ticket) chat.Text {
	line := chat.Text{ZH: "- %d号 %s，%s 登记，已等 %s", EN: "- %d: %s, opened %s, waits for %s"}.F(
		t.No, subjectOf(t), c.Moment(t.Opened), tookText(t, c.Now))
	if t.Assignee != "" {
		line = line.Plus(chat.Text{ZH: "，归 %s", EN: ", %s's"}.F(c.Name(t.Assignee)))
	}
	if t.Source != ticket.Chat {
		line = line.Plus(chat.Text{ZH: "（工单系统 %s）", EN: " (helpdesk %s)"}.F(chat.Escape(t.ID)))
	}
	return line
}

// tookText is how long a complaint was open, in words that are coarse enough to read.
func tookText(t ticket.Ticket, now time.Time) chat.Text {
	if t.Opened.IsZero() || now.Before(t.Opened) {
		return chat.Text{ZH: "不详", EN: "unknown"}
	}
	d := now.Sub(t.Opened).Truncate(time.Minute)
	if d >= 48*time.Hour {
		d = d.Truncate(time.Hour)
	}
	if d == 0 {
		return chat.Text{ZH: "不到 1 分钟", EN: "less than a minute"}
	}
	return grammar.FormatLength(d)
}

var ticketMends = map[error]chat.Text{
	ticket.ErrUnknown: {ZH: "本群没有这个编号的投诉。/工单 列出待解决的。", EN: "There is no complaint of this number here. /ticket lists the open ones."},
	ticket.ErrTheirs:  {ZH: "没有改变：这条投诉已经归这个人。", EN: "Nothing has changed: it is theirs already."},
	ticket.ErrSolved:  {ZH: "这条投诉已经记为解决了。", EN: "This complaint is recorded as solved already."},
	ticket.ErrFull:    {ZH: "本群待解决的投诉太多，请先解决一些：/工单 列出它们。", EN: "Too many complaints are open here; solve some first: /ticket lists them."},
}
