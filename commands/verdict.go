package commands

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/request"
)

// verdict takes the speaker's word, in their own right or in the place of somebody who is away.
func (p petition) verdict(c bot.Call, yes bool, reason string) (bot.Outcome, error) {
	if err := noSlip(reason); err != nil {
		return bot.Outcome{}, err
	}
	p = p.recounted(c)
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

// recounted is the petition with the words that count at this moment, by the rules of this moment.
func (p petition) recounted(c bot.Call) petition {
	need := 0
	if p.r.Sort == request.ForItem || p.r.Sort == request.ForLevel {
		need = c.Access.ApprovalOf(p.r.What).Need
	}
	then := p
	then.r.Need = max(p.r.Need, need)
	then.book = p.book.Recount(p.r.Code, need, func(v request.Verdict) bool { return then.mayJudge(c, judgeOf(v)).Allowed })
	then.r, _ = then.book.Get(p.r.Code)
	return then
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
	if bot.At[directory.Person](c, directory.OfPerson(who)).Gone {
		return access.Decision{Rule: access.RuleDefault} // who has left the company, by whatever office
	}
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
		d := f.MayConsent(p.r.Group, who, p.r.By, p.r.For, p.needs(), p.changes(c), c.Now)
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

// events are those of the act as they would be committed now: what is judged is what is done.
func (p petition) events(c bot.Call) []journal.Event {
	return p.r.Kept(func(ch journal.Change) journal.Change { return fromNow(ch, p.r.Length, c.Now) })
}

func (p petition) changes(c bot.Call) []journal.Change {
	var out []journal.Change
	for _, e := range p.events(c) {
		out = append(out, e.Changes...)
	}
	return out
}

// moved says whether what the act would change is not any more as it was when it was asked for.
func (p petition) moved(c bot.Call) bool {
	return slices.ContainsFunc(p.changes(c), func(ch journal.Change) bool {
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
