package commands

import (
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
	if p.r.By == "" {
		return nil // the bot asked for itself
	}
	return []chat.Effect{chat.SendTo(p.r.By, p.r.Group, chat.Reply{Text: t.Plus(chat.Same(" " + chat.ThisEntry))})}
}

// grant gives what was asked for.
func (p petition) grant(c bot.Call, r request.Request, e journal.Event, by chat.User) (bot.Outcome, error) {
	if why := p.left(c); !why.IsZero() {
		return p.moot(c, why)
	}
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
	d := access.Decision{Allowed: true} // what the bot asks by itself is nobody's act but of whoever agrees
	if r.By != "" {
		d = as(c, r.By).MayWithConsent(r.Group, r.By, r.For, p.needs(), p.changes(c), c.Now)
	}
	why := p.left(c)
	switch {
	case !why.IsZero():
	case p.moved(c):
		why = chat.Text{ZH: "要改的内容在此期间变了", EN: "what it would change has changed meanwhile"}
	case !d.Allowed:
		why = chat.Text{ZH: "现在 %s 不能这样做了（%s）", EN: "%s may not do this any more (%s)"}.F(c.Name(r.By), string(d.Rule))
	}
	if !why.IsZero() {
		return p.moot(c, why)
	}
	if d := as(c, by).MayConsent(r.Group, by, r.By, r.For, p.needs(), p.changes(c), c.Now); !d.Allowed {
		return bot.Outcome{}, p.denied(c, d)
	}
	act := &bot.Act{Actor: r.By, Command: p.typed()}
	if r.By == "" {
		act = nil
	}
	return bot.Outcome{
		Events: append(p.events(c), e), Rule: access.RuleSecondPerson, Of: act, Undoes: r.Undoes,
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

// left says that somebody whom the request is about, or who asked, is gone: nothing is given to who is not there.
func (p petition) left(c bot.Call) chat.Text {
	for _, u := range append([]chat.User{p.r.By}, p.r.For...) {
		if who := bot.At[directory.Person](c, directory.OfPerson(u)); who.Known() && who.Gone {
			return chat.Text{ZH: "%s 已离开企业", EN: "%s has left the company"}.F(c.Name(u))
		}
		if _, in := c.Group.Member(u); !in && c.Group.MembersKnown && p.mustBeHere(u) {
			return chat.Text{ZH: "%s 已不在本群", EN: "%s is not in the group any more"}.F(c.Name(u))
		}
	}
	return chat.Text{}
}

// mustBeHere says whether somebody must be in the group for the request to make sense: who gets something there.
func (p petition) mustBeHere(u chat.User) bool {
	if p.r.Sort != request.ForAct {
		return true
	}
	return p.r.Group != "" && slices.Contains(p.r.For, u) && slices.ContainsFunc(p.r.Events, func(e request.Event) bool {
		return e.Kind == access.Granted
	})
}

// moot closes a request whose act cannot be done any more as it was asked for, and tells whoever asked.
func (p petition) moot(c bot.Call, why chat.Text) (bot.Outcome, error) {
	_, e, err := p.book.Close(p.r.Code, request.Moot, c.Now.UTC())
	if err != nil {
		return bot.Outcome{}, err
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
