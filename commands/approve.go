package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/request"
)

var (
	_ = declare(approve)
	_ = declare(reject)
	_ = declare(withdraw)
)

// approve agrees to a request. Everything is judged anew at this moment: the rights of whoever asked, those of whoever
// agrees, and that what would change is still as it was when it was asked.
func approve() bot.Command {
	number, reason := grammar.Number("number"), grammar.Rest("reason")
	return decision(bot.Command{
		Name:     "approve",
		Forms:    []string{"/approve {number} [{reason}]", "/(同意|批准) {number} [{reason}]"},
		Examples: []chat.Text{{ZH: "/同意 #12", EN: "/approve #12"}},
		Holes:    []grammar.Hole{number, reason},
		Who:      deciders,
		Offers:   offersDecision,
		Help:     chat.Text{ZH: "同意一项申请，或一项要两个人的操作。", EN: "Agree to a request, or to an act that takes two people."},
	}, number, func(c bot.Call, p petition) (bot.Outcome, error) { return p.verdict(c, true, reason.Of(c.Args)) })
}

// reject refuses a request.
func reject() bot.Command {
	number, reason := grammar.Number("number"), grammar.Rest("reason")
	return decision(bot.Command{
		Name:     "reject",
		Forms:    []string{"/reject {number} [{reason}]", "/驳回 {number} [{reason}]"},
		Examples: []chat.Text{{ZH: "/驳回 #12 理由不充分", EN: "/reject #12 not needed"}},
		Holes:    []grammar.Hole{number, reason},
		Who:      deciders,
		Offers:   offersDecision,
		Help:     chat.Text{ZH: "驳回一项申请，申请人会知道原因。", EN: "Refuse a request; whoever asked is told why."},
	}, number, func(c bot.Call, p petition) (bot.Outcome, error) { return p.verdict(c, false, reason.Of(c.Args)) })
}

// withdraw takes one's own request back.
func withdraw() bot.Command {
	number, reason := grammar.Number("number"), grammar.Rest("reason")
	return decision(bot.Command{
		Name:     "withdraw",
		Forms:    []string{"/withdraw {number} [{reason}]", "/收回 {number} [{reason}]"},
		Examples: []chat.Text{{ZH: "/收回 #12", EN: "/withdraw #12"}},
		Holes:    []grammar.Hole{number, reason},
		Who:      chat.Text{ZH: "只有提出申请的人可以用。", EN: "For whoever asked only."},
		Offers:   offersStaff,
		Help:     chat.Text{ZH: "收回自己还没有结果的申请。", EN: "Take back a request of your own that nobody has decided."},
	}, number, func(c bot.Call, p petition) (bot.Outcome, error) {
		if p.r.By != c.Actor.ID {
			return bot.Outcome{}, &bot.Denied{Decision: access.Decision{Rule: access.RuleDefault}, Next: chat.Text{
				ZH: "只有提出申请的人能收回它。", EN: " Only whoever asked can take it back.",
			}}
		}
		_, e, err := p.book.Close(p.r.Code, request.Withdrawn, c.Now.UTC())
		if err != nil {
			return bot.Outcome{}, err
		}
		e.Reason = reason.Of(c.Args)
		return bot.Outcome{
			Events:  []journal.Event{e},
			Changes: chat.Text{ZH: "收回申请 #%d（%s）", EN: "request #%d is withdrawn (%s)"}.F(p.n, c.Wanted(p.r)).Plus(because(reason.Of(c.Args))),
		}, nil
	})
}

// petition is a request that somebody decides.
type petition struct {
	n    int64 // the entry that opened it
	of   journal.Name
	book request.Book
	r    request.Request
}

// decision makes a command about a request that is named by its number: it finds the request, in whatever group it is,
// and answers late presses; run sees only requests that are open.
func decision(cmd bot.Command, number grammar.NumberHole, run func(bot.Call, petition) (bot.Outcome, error)) bot.Command {
	cmd.Anywhere, cmd.Reads = true, []bot.Source{requests, tasks}
	cmd.Asks = func(a grammar.Args, _ bot.Call) journal.Want {
		return journal.Want{Queries: []journal.Query{{N: number.Of(a), Limit: 1}}}
	}
	cmd.Run = func(c bot.Call) (bot.Outcome, error) {
		n := number.Of(c.Args)
		found, _ := c.Entries(0)
		if len(found) == 0 || n < 1 {
			return bot.Refuse(noEntry(n))
		}
		i := slices.IndexFunc(found[0].Changes, func(ch journal.Change) bool { return ch.Of.Kind() == "request" && ch.After != nil })
		if i < 0 {
			return bot.Refuse(chat.Text{ZH: "#%d 不是申请。`/申请列表` 列出等您决定的。", EN: "#%d is no request. `/requests` lists those that wait for you."}.F(n))
		}
		ch := found[0].Changes[i]
		if g := chat.Group(ch.Of.ID()); g != "" && g != c.Group.ID {
			return bot.Outcome{In: g}, nil
		}
		then, err := journal.Decode[request.Request](ch.After)
		if err != nil {
			return bot.Outcome{}, err
		}
		if now, ok := bot.At[request.Book](c, ch.Of).Get(ch.Key); ok {
			then = now
		}
		if want := reads(c, ch.Of, then); len(want) > 0 {
			return bot.Outcome{Need: journal.Want{Names: want}}, nil
		}
		p := petition{n: n, of: ch.Of, book: bot.At[request.Book](c, ch.Of)}
		known := false
		if p.r, known = p.book.Get(ch.Key); !known {
			return bot.Refuse(chat.Text{ZH: "申请 #%d 早已结束。`/审计 #%d` 看当时的记录。", EN: "Request #%d was over long ago. `/audit #%d` shows its record."}.F(n, n))
		}
		if p.r.State != request.Open || !c.Now.Before(p.r.Until) {
			if !p.concerns(c) {
				return bot.Refuse(chat.Text{ZH: "#%d 不是等您决定的申请。", EN: "#%d is no request that waits for you."}.F(n))
			}
			return bot.Outcome{Reply: chat.Reply{Text: late(c, p)}}, nil
		}
		return run(c, p)
	}
	return cmd
}

// reads is what must still be read before a request can be decided.
func reads(c bot.Call, of journal.Name, r request.Request) []journal.Name {
	names := []journal.Name{of}
	people := []chat.User{r.By}
	if len(r.For) == 1 {
		people = append(people, r.For...) // of several at once nobody is looked up anew
	}
	for _, v := range slices.Concat(r.Yes, r.No) {
		people = append(people, judgeOf(v))
	}
	for _, u := range people {
		if u != "" {
			names = append(names, directory.OfPerson(u))
		}
	}
	for _, e := range r.Events {
		for _, ch := range e.Changes {
			names = append(names, ch.Of)
		}
	}
	for _, u := range c.Access.StandsInFor(c.Actor.ID, c.Now) {
		names = append(names, directory.OfPerson(u))
	}
	return slices.DeleteFunc(names, c.Has)
}

// concerns says whether the speaker may know what became of the request: whoever asked, whom it is about, who has given
// their word, and whoever could have.
func (p petition) concerns(c bot.Call) bool {
	me := c.Actor.ID
	said := func(v request.Verdict) bool { return v.Who == me || v.For == me }
	if me == p.r.By || slices.Contains(p.r.For, me) || slices.ContainsFunc(slices.Concat(p.r.Yes, p.r.No), said) {
		return true
	}
	return slices.ContainsFunc(append(c.Access.StandsInFor(me, c.Now), me), func(u chat.User) bool {
		return access.Decide(as(c, u), access.Request{Actor: u, Item: access.Review, Group: p.r.Group, At: c.Now}).Allowed
	})
}

// late tells what became of a request that can no longer be decided.
func late(c bot.Call, p petition) chat.Text {
	approved, rejected := chat.Text{ZH: "同意", EN: "approved"}, chat.Text{ZH: "驳回", EN: "rejected"}
	if p.r.Sort == request.ForReview {
		approved, rejected = chat.Text{ZH: "判为正当", EN: "called justified"}, chat.Text{ZH: "判为不正当", EN: "called not justified"}
	}
	said := func(how chat.Text, list []request.Verdict) chat.Text {
		v := list[len(list)-1]
		return chat.Text{ZH: "#%d 已由 %s 于 %s %s%s。", EN: "#%d: %s has %[4]s it at %[3]s%[5]s."}.F(
			p.n, verdictBy(c, v), c.Moment(v.At), how, because(v.Reason))
	}
	switch p.r.State {
	case request.Approved:
		return said(approved, p.r.Yes)
	case request.Rejected:
		return said(rejected, p.r.No)
	case request.Withdrawn:
		return chat.Text{ZH: "申请 #%d 已由申请人于 %s 收回。", EN: "Request #%d was withdrawn at %s."}.F(p.n, c.Moment(p.r.Ended))
	case request.Moot:
		return chat.Text{ZH: "申请 #%d 已作废：情况在 %s 前变了。", EN: "Request #%d came to nothing: things had changed by %s."}.F(p.n, c.Moment(p.r.Ended))
	case request.Waiting:
		return chat.Text{ZH: "#%d 还没有开始，%s 起可以决定。", EN: "#%d cannot be decided before %s."}.F(p.n, c.Moment(p.r.From))
	case request.Open, request.Expired:
	}
	return chat.Text{ZH: "申请 #%d 已于 %s 过期，没有人决定。", EN: "Request #%d lapsed at %s; nobody had decided."}.F(p.n, c.Moment(p.r.Until))
}

func verdictBy(c bot.Call, v request.Verdict) chat.Text {
	if v.For == "" {
		return c.Name(v.Who)
	}
	return chat.Text{ZH: "%s（代 %s）", EN: "%s (for %s)"}.F(c.Name(v.Who), c.Name(v.For))
}

// as is the facts with somebody as the one who is judged.
func as(c bot.Call, who chat.User) access.Facts {
	f := c.Access
	switch {
	case who == c.Actor.ID:
	case c.Has(directory.OfPerson(who)):
		f.Actor = bot.Inherits(bot.At[directory.Person](c, directory.OfPerson(who)))
	default:
		f.Actor = f.People[who]
	}
	return f
}
