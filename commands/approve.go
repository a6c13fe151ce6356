package commands

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"time"

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
		Help:     chat.Text{ZH: "驳回一项申请，申请人会知道原因。", EN: "Refuse a request; whoever asked is told why."},
	}, number, func(c bot.Call, p petition) (bot.Outcome, error) { return p.verdict(c, false, reason.Of(c.Args)) })
}

// withdraw takes one's own request back.
func withdraw() bot.Command {
	number := grammar.Number("number")
	return decision(bot.Command{
		Name:     "withdraw",
		Forms:    []string{"/withdraw {number}", "/收回 {number}"},
		Examples: []chat.Text{{ZH: "/收回 #12", EN: "/withdraw #12"}},
		Holes:    []grammar.Hole{number},
		Help:     chat.Text{ZH: "收回自己还没有结果的申请。", EN: "Take back a request of your own that nobody has decided."},
	}, number, func(c bot.Call, p petition) (bot.Outcome, error) {
		if p.r.By != c.Actor.ID {
			return bot.Refuse(chat.Text{ZH: "这是 %s 的申请，只有本人能收回。", EN: "%s asked for this; only they can take it back."}.F(c.Name(p.r.By)))
		}
		_, e, err := p.book.Close(p.r.Code, request.Withdrawn, c.Now.UTC())
		if err != nil {
			return bot.Outcome{}, err
		}
		return bot.Outcome{
			Events:  []journal.Event{e},
			Changes: chat.Text{ZH: "收回申请 #%d（%s）", EN: "request #%d is withdrawn (%s)"}.F(p.n, c.Wanted(p.r)),
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
		if want := reads(c, ch.Of, then); len(want) > 0 {
			return bot.Outcome{Need: journal.Want{Names: want}}, nil
		}
		p := petition{n: n, of: ch.Of, book: bot.At[request.Book](c, ch.Of)}
		known := false
		if p.r, known = p.book.Get(ch.Key); !known {
			return bot.Refuse(chat.Text{ZH: "申请 #%d 早已结束。`/审计 #%d` 看当时的记录。", EN: "Request #%d was over long ago. `/audit #%d` shows its record."}.F(n, n))
		}
		if p.r.State != request.Open || !c.Now.Before(p.r.Until) {
			return bot.Outcome{Reply: chat.Reply{Text: late(c, p)}}, nil
		}
		return run(c, p)
	}
	return cmd
}

// reads is what must still be read before a request can be decided.
func reads(c bot.Call, of journal.Name, r request.Request) []journal.Name {
	names := []journal.Name{of}
	if r.By != "" {
		names = append(names, directory.OfPerson(r.By))
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

// verdict takes the speaker's word, in their own right or in the place of somebody who is away.
func (p petition) verdict(c bot.Call, yes bool, reason string) (bot.Outcome, error) {
	if err := noSlip(reason); err != nil {
		return bot.Outcome{}, err
	}
	v := request.Verdict{Who: c.Actor.ID, At: c.Now.UTC(), Reason: reason}
	if err := p.r.MayDecide(v); err != nil {
		return p.mayNot(c, err)
	}
	d := p.mayJudge(c, c.Actor.ID)
	for _, away := range c.Access.StandsInFor(c.Actor.ID, c.Now) {
		in := v
		in.For = away
		if !d.Allowed && p.r.MayDecide(in) == nil && p.mayJudge(c, away).Allowed {
			d, v = p.mayJudge(c, away), in
		}
	}
	if !d.Allowed {
		return bot.Outcome{}, p.denied(c, d)
	}
	r, e, err := p.book.Decide(p.r.Code, yes, v)
	if err != nil {
		return p.mayNot(c, err)
	}
	switch {
	case r.State == request.Open:
		return p.counted(c, r, e), nil
	case r.State == request.Rejected:
		return p.rejected(c, r, e), nil
	case r.Sort == request.ForReview:
		return p.reviewed(c, r, e), nil
	case r.Sort == request.ForAct:
		return p.perform(c, r, e, judgeOf(v))
	}
	return p.grant(c, r, e, judgeOf(v))
}

// judgeOf is by whose rights a verdict counts.
func judgeOf(v request.Verdict) chat.User {
	if v.For != "" {
		return v.For
	}
	return v.Who
}

// mayNot tells why somebody cannot decide a request, whatever their rights. To try one's own is journalled as refused.
func (p petition) mayNot(c bot.Call, err error) (bot.Outcome, error) {
	if errors.Is(err, request.ErrOwn) || errors.Is(err, request.ErrAbout) {
		return bot.Outcome{}, p.denied(c, access.Decision{Rule: access.RuleSelf})
	}
	return mend(err, map[error]chat.Text{
		request.ErrTwice:  {ZH: "您已经对这项申请表过态了，要由别人来定。", EN: "You have given your word on this request already; others must decide."},
		request.ErrClosed: late(c, p),
	})
}

func (p petition) denied(c bot.Call, d access.Decision) error {
	next := chat.Text{ZH: "目前没有别人能决定。", EN: " Nobody else can decide at present."}
	able := slices.DeleteFunc(p.able(c), func(u chat.User) bool { return u == c.Actor.ID })
	if len(able) > 0 {
		next = chat.Text{ZH: "可以决定的人：%s。", EN: " Who can decide: %s."}.F(c.Few(able))
	}
	if p.r.Sort == request.ForItem && d.Rule == access.RuleCeiling && c.Access.LevelOf(c.Actor.ID, p.r.Group, c.Now) == access.Senior {
		next = chat.Text{
			ZH: "由您给出的话，会被申请人的级别上限截去，等于没给。", EN: " Given by you, the ceiling of whoever asks would cut it: it would give nothing.",
		}.Plus(next)
	}
	return &bot.Denied{Decision: d, Item: access.NoItem, Next: next}
}

// able lists who could decide the request by their rights.
func (p petition) able(c bot.Call) []chat.User {
	if p.r.Sort == request.ForReview {
		return slices.DeleteFunc(c.Access.Company.Owners(), func(u chat.User) bool { return slices.Contains(p.r.For, u) })
	}
	out := c.Access.Who(p.needs(), p.r.Group, c.Now)
	return slices.DeleteFunc(out, func(u chat.User) bool {
		return u == p.r.By || slices.Contains(p.r.For, u) || !p.mayJudge(c, u).Allowed
	})
}

// needs is the item by which a request is decided.
func (p petition) needs() access.Item {
	if p.r.Sort != request.ForAct {
		return access.Review
	}
	if i, ok := access.ParseItem(p.r.Needs); ok {
		return i
	}
	return access.Admins
}

// mayJudge asks whether somebody's rights let them decide the request, either way. What an approval would bring is
// judged once more when it is brought.
func (p petition) mayJudge(c bot.Call, who chat.User) access.Decision {
	f := as(c, who)
	switch p.r.Sort {
	case request.ForReview:
		if f.IsOwner(who) {
			return access.Decision{Allowed: true, Rule: access.RuleOwner}
		}
		return access.Decision{Rule: access.RuleDefault}
	case request.ForAct:
		if d := access.Decide(f, access.Request{Actor: who, Item: p.needs(), Group: p.r.Group, At: c.Now}); !d.Allowed {
			return d
		}
		d := f.MayConsent(p.r.Group, who, p.r.By, p.r.For, p.needs(), p.changes(), c.Now)
		if d.Allowed || p.moved(c) || !slices.Contains(personal, d.Rule) {
			return access.Decision{Allowed: true, Rule: access.RuleSecondPerson}
		}
		return d
	case request.ForItem, request.ForLevel:
	}
	f.Consent = p.r.Need > 1
	_, d := f.Grant(p.r.Group, who, p.wish(c), c.Now)
	return d
}

// personal are the rules that say no because of who decides; by any other, nobody could do the act at present.
var personal = []access.Rule{access.RuleRank, access.RuleSelf, access.RuleMoreThanHeld, access.RuleTier}

func (p petition) changes() []journal.Change {
	var out []journal.Change
	for _, e := range p.r.Kept(func(ch journal.Change) journal.Change { return ch }) {
		out = append(out, e.Changes...)
	}
	return out
}

// moved says whether what the act would change is not any more as it was when it was asked for.
func (p petition) moved(c bot.Call) bool {
	return slices.ContainsFunc(p.changes(), func(ch journal.Change) bool {
		return !bytes.Equal(c.State(ch.Of).Records[ch.Key], ch.Before)
	})
}

func (p petition) wish(c bot.Call) access.Wish {
	w := access.Wish{
		Who: p.r.By, Is: as(c, p.r.By).Actor, Reason: p.r.Reason, Source: "request",
		Until: c.Now.Add(p.r.Length).UTC().Truncate(time.Second),
	}
	if m, ok := c.Group.Member(p.r.By); ok {
		w.NoContact = contactRight(c, m) == chat.RightMissing
	}
	w.Item, _ = access.ParseItem(p.r.What)
	w.Level, _ = access.ParseLevel(p.r.What)
	return w
}

// counted is the outcome of a word that does not settle the matter yet.
func (p petition) counted(c bot.Call, r request.Request, e journal.Event) bot.Outcome {
	return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Text{
		ZH: "申请 #%d（%s）：同意 %d / %d，反对 %d / %d；什么都还没有改变", EN: "request #%d (%s): %d of %d agree, %d of %d refuse; nothing has changed yet",
	}.F(p.n, c.Wanted(r), len(r.Yes), r.Need, len(r.No), r.Deny)}
}

func (p petition) rejected(c bot.Call, r request.Request, e journal.Event) bot.Outcome {
	v := r.No[len(r.No)-1]
	if r.Sort == request.ForReview {
		return p.reviewed(c, r, e)
	}
	return bot.Outcome{
		Events:  []journal.Event{e},
		Changes: chat.Text{ZH: "驳回 %s 的申请 #%d（%s）", EN: "%s's request #%d (%s) is rejected"}.F(c.Name(r.By), p.n, c.Wanted(r)).Plus(because(v.Reason)),
		Effects: p.tell(c, chat.Text{
			ZH: "您的申请 #%d（%s）被 %s 驳回%s。什么都没有改变。", EN: "Your request #%d (%s) was rejected by %s%s. Nothing has changed.",
		}.F(p.n, c.Wanted(r), verdictBy(c, v), because(v.Reason))),
	}
}

// tell tells whoever asked.
func (p petition) tell(c bot.Call, t chat.Text) []chat.Effect {
	return []chat.Effect{chat.SendTo(p.r.By, p.r.Group, chat.Reply{Text: t.Plus(chat.Same(" " + chat.ThisEntry))})}
}

// grant gives what was asked for.
func (p petition) grant(c bot.Call, r request.Request, e journal.Event, by chat.User) (bot.Outcome, error) {
	f, w := as(c, by), p.wish(c)
	f.Consent = r.Need > 1
	changes, d := f.Grant(r.Group, by, w, c.Now)
	if !d.Allowed {
		return bot.Outcome{}, p.denied(c, d)
	}
	given := given(c, r, changes)
	return bot.Outcome{
		Events: []journal.Event{given, e}, Rule: d.Rule, Of: &bot.Act{Actor: r.By, Command: p.typed()},
		Changes: chat.Text{ZH: "同意 %s 的申请 #%d（%s）：%s，到 %s 为止", EN: "%s's request #%d (%s) is approved: %s, until %s"}.F(
			c.Name(r.By), p.n, p.where(c), c.Wanted(r), c.Moment(w.Until)),
		Effects: p.tell(c, chat.Text{
			ZH: "您的申请 #%d（%s）已由 %s 同意，到 %s 为止有效。", EN: "Your request #%d (%s) was approved by %s; it counts until %s.",
		}.F(p.n, c.Wanted(r), voters(c, r), c.Moment(w.Until))),
	}, nil
}

// where is the place that a request is about.
func (p petition) where(c bot.Call) chat.Text {
	if p.r.Group == "" {
		return chat.Text{ZH: "全企业", EN: "the company"}
	}
	return chat.Same(chat.Escape(c.Group.Title()))
}

// typed is the request as a command, for the journal.
func (p petition) typed() string {
	if p.r.Command != "" {
		return p.r.Command
	}
	return strings.Join([]string{"/request", p.r.What, grammar.FormatLength(p.r.Length).EN, p.r.Reason}, " ")
}

// voters are those who have agreed.
func voters(c bot.Call, r request.Request) chat.Text {
	names := make([]chat.Text, len(r.Yes))
	for i, v := range r.Yes {
		names[i] = verdictBy(c, v)
	}
	return list(names)
}

// perform commits the act that a second person has agreed to, if it still can be done just as it was asked for.
func (p petition) perform(c bot.Call, r request.Request, e journal.Event, by chat.User) (bot.Outcome, error) {
	asker := as(c, r.By)
	d := asker.MayWithConsent(r.Group, r.By, p.needs(), p.changes(), c.Now)
	if p.moved(c) || !d.Allowed {
		return p.moot(c, d)
	}
	if d := as(c, by).MayConsent(r.Group, by, r.By, r.For, p.needs(), p.changes(), c.Now); !d.Allowed {
		return bot.Outcome{}, p.denied(c, d)
	}
	events := r.Kept(func(ch journal.Change) journal.Change { return fromNow(ch, r.Length, c.Now) })
	return bot.Outcome{
		Events: append(events, e), Rule: access.RuleSecondPerson, Of: &bot.Act{Actor: r.By, Command: p.typed()},
		Changes: chat.Lines(
			chat.Text{ZH: "同意 %s 的申请 #%d（%s）：", EN: "%s's request #%d (%s) is approved: "}.F(c.Name(r.By), p.n, p.where(c)).Plus(r.Preview), counts(c, r)),
		Effects: p.tell(c, chat.Lines(
			chat.Text{ZH: "您的申请 #%d 已由 %s 同意，已记录：", EN: "Your request #%d was approved by %s; recorded: "}.F(p.n, voters(c, r)).Plus(r.Preview),
			counts(c, r))),
	}, nil
}

// counts says that a length counts from the consent.
func counts(c bot.Call, r request.Request) chat.Text {
	if r.Length == 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: "时长从同意时算起，到 %s 为止。", EN: "The time counts from the consent: until %s."}.F(
		c.Moment(c.Now.Add(r.Length).Truncate(time.Second)))
}

// moot closes a request whose act cannot be done any more as it was asked for, and tells whoever asked.
func (p petition) moot(c bot.Call, d access.Decision) (bot.Outcome, error) {
	_, e, err := p.book.Close(p.r.Code, request.Moot, c.Now.UTC())
	if err != nil {
		return bot.Outcome{}, err
	}
	why := chat.Text{ZH: "要改的内容在此期间变了", EN: "what it would change has changed meanwhile"}
	if !p.moved(c) {
		why = chat.Text{ZH: "现在 %s 不能这样做了（%s）", EN: "%s may not do this any more (%s)"}.F(c.Name(p.r.By), string(d.Rule))
	}
	return bot.Outcome{
		Events: []journal.Event{e}, Ended: journal.Expired,
		Changes: chat.Text{ZH: "情况已变，申请 #%d 作废，什么都没有做：%s", EN: "things have changed; request #%d comes to nothing and nothing was done: %s"}.F(p.n, why),
		Effects: p.tell(c, chat.Text{
			ZH: "您的申请 #%d 作废，什么都没有改变：%s。仍需要的话，请重新申请。", EN: "Your request #%d came to nothing, nothing has changed: %s. If it is still wanted, ask again.",
		}.F(p.n, why)),
	}, nil
}

// fromNow lets the length of a right that was asked for count from the consent; a right with a named end keeps it.
func fromNow(ch journal.Change, length time.Duration, now time.Time) journal.Change {
	now = now.UTC().Round(0)
	until := now.Add(length).Truncate(time.Second)
	kind, _, _ := strings.Cut(ch.Key, "/")
	switch {
	case length == 0 || ch.After == nil || ch.Of.Kind() != "access" && ch.Of.Kind() != "company":
	case kind == "statement":
		if s, err := journal.Decode[access.Statement](ch.After); err == nil && !s.Until.IsZero() {
			s.From, s.Until, s.At = now, until, now
			ch.After = journal.Set(ch.Of, ch.Key, nil, &s).After
		}
	case kind == "temp":
		if r, err := journal.Decode[access.Role](ch.After); err == nil && !r.Until.IsZero() {
			r.From, r.Until, r.At = now, until, now
			ch.After = journal.Set(ch.Of, ch.Key, nil, &r).After
		}
	}
	ch.Due = due(ch)
	return ch
}
