package review

import (
	"errors"
	"maps"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Work is the records of campaigns while one thing is done to them: what is written is seen by what comes after, and
// each record changes once. It reads through the functions that it is given.
type Work struct {
	Book  Book
	Sheet func(chat.Group) Sheet
	Desk  func(chat.User) Desk

	sheets  map[chat.Group]Sheet // of these and the next, the maps are the work's own
	desks   map[chat.User]Desk
	written []written
	places  map[journal.Name]map[string]int // where a record stands in written
}

// written is one record that has become another. It is encoded once, when all is done.
type written struct {
	before any
	change func() journal.Change
}

// Changes are what has become of the records.
func (w *Work) Changes() []journal.Change {
	out := make([]journal.Change, 0, len(w.written))
	for _, x := range w.written {
		if c := x.change(); !c.IsNothing() {
			out = append(out, c)
		}
	}
	return out
}

// Idle says whether nothing was written.
func (w *Work) Idle() bool { return len(w.written) == 0 }

// put writes a record; before is what stood there when the work began, and counts the first time only.
func put[T any](w *Work, of journal.Name, key string, before, after *T) {
	if i, ok := w.places[of][key]; ok {
		before, _ = w.written[i].before.(*T)
		w.written[i].change = func() journal.Change { return journal.Set(of, key, before, after) }
		return
	}
	if w.places == nil {
		w.places = map[journal.Name]map[string]int{}
	}
	if w.places[of] == nil {
		w.places[of] = map[string]int{}
	}
	w.places[of][key] = len(w.written)
	w.written = append(w.written, written{before, func() journal.Change { return journal.Set(of, key, before, after) }})
}

// SheetOf is the cases of a group as they are now.
func (w *Work) SheetOf(g chat.Group) Sheet {
	if s, ok := w.sheets[g]; ok {
		return s
	}
	return w.Sheet(g)
}

// DeskOf is what a reviewer has to do as it is now.
func (w *Work) DeskOf(who chat.User) Desk {
	if d, ok := w.desks[who]; ok {
		return d
	}
	return w.Desk(who)
}

// SetCampaign writes a campaign.
func (w *Work) SetCampaign(c Campaign) {
	put(w, All, CampaignKey(c.ID), found(w.Book.Get(c.ID)), &c)
	campaigns := maps.Clone(w.Book.campaigns)
	if campaigns == nil {
		campaigns = map[string]Campaign{}
	}
	campaigns[c.ID] = c
	w.Book = Book{policy: w.Book.policy, campaigns: campaigns}
}

// SetPolicy writes the policy.
func (w *Work) SetPolicy(p Policy) {
	put(w, All, policyKey, w.Book.policy, &p)
	w.Book = Book{policy: &p, campaigns: w.Book.campaigns}
}

// SetCase writes a case.
func (w *Work) SetCase(g chat.Group, c Case) {
	s := w.ownSheet(g)
	put(w, Of(g), CaseKey(c.Campaign, c.Who), found(s.Get(c.Campaign, c.Who)), &c)
	s.cases[CaseKey(c.Campaign, c.Who)] = c
}

func (w *Work) ownSheet(g chat.Group) Sheet {
	if s, ok := w.sheets[g]; ok {
		return s
	}
	if w.sheets == nil {
		w.sheets = map[chat.Group]Sheet{}
	}
	s := Sheet{cases: map[string]Case{}}
	maps.Copy(s.cases, w.Sheet(g).cases)
	w.sheets[g] = s
	return s
}

// Forget takes the cases of a group off that belong to campaigns which are over and began before a moment. The journal
// keeps them.
func (w *Work) Forget(g chat.Group, before time.Time) {
	s := w.SheetOf(g)
	for _, id := range s.campaigns() {
		if c, ok := w.Book.Get(id); ok && (!c.State.Over() || !c.Opened.Before(before)) {
			continue
		}
		for _, c := range s.Of(id) {
			put[Case](w, Of(g), CaseKey(id, c.Who), &c, nil)
		}
	}
}

// SetCharge writes what a reviewer has to do in a campaign.
func (w *Work) SetCharge(who chat.User, c Charge) {
	d := w.ownDesk(who)
	put(w, DeskOf(who), ChargeKey(c.Campaign), found(d.Charge(c.Campaign)), &c)
	d.charges[c.Campaign] = c
}

func (w *Work) ownDesk(who chat.User) Desk {
	if d, ok := w.desks[who]; ok {
		return d
	}
	if w.desks == nil {
		w.desks = map[chat.User]Desk{}
	}
	d, old := Desk{charges: map[string]Charge{}, shares: map[string]Share{}}, w.Desk(who)
	maps.Copy(d.charges, old.charges)
	maps.Copy(d.shares, old.shares)
	w.desks[who] = d
	return d
}

// share adds to what a reviewer has to do in a group, and in the campaign; open is how much waits for them after it.
func (w *Work) share(who chat.User, campaign string, g chat.Group, cases, more int) (open int) {
	d, key := w.ownDesk(who), shareKey(campaign, g)
	var before *Share
	next := Share{Campaign: campaign, Group: g}
	if old, ok := d.shares[key]; ok {
		before, next = &old, old
	}
	next.Cases, next.Open = next.Cases+cases, next.Open+more
	put(w, DeskOf(who), key, before, &next)
	d.shares[key] = next
	charge := d.charges[campaign]
	charge.Campaign, charge.Cases, charge.Open = campaign, charge.Cases+cases, charge.Open+more
	w.SetCharge(who, charge)
	return charge.Open
}

func found[T any](v T, ok bool) *T {
	if !ok {
		return nil
	}
	return &v
}

// The refusals of this package.
var (
	ErrClosed = errors.New("the case is decided, or its campaign takes no more verdicts")
	ErrOwn    = errors.New("nobody decides about themselves")
	ErrOther  = errors.New("the case is somebody else's to decide")
	ErrReason = errors.New("what deviates from the advice, or is kept at the second look, takes a reason")
	ErrTarget = errors.New("there is nothing to reduce to")
	ErrAsked  = errors.New("the admin has been asked already")
)

// hand gives a case to a reviewer: it waits on their desk, and they are told of it at a moment; zero leaves that to
// whoever tells all reviewers.
func (w *Work) hand(id string, g chat.Group, to chat.User, closes, tell time.Time) {
	c, _ := w.Book.Get(id)
	if w.share(to, id, g, 1, 1) == 1 {
		c.Waiting++
	}
	charge, _ := w.DeskOf(to).Charge(id)
	if charge.Closes.Before(closes) {
		charge.Closes = closes
	}
	if coming := charge.Told.IsZero() && !charge.Next.IsZero(); !tell.IsZero() && !coming {
		charge.Told, charge.Next = time.Time{}, tell
	}
	w.SetCharge(to, charge)
	if !slices.Contains(c.Reviewers, to) {
		c.Reviewers = append(slices.Clone(c.Reviewers), to)
	}
	w.SetCampaign(c)
}

// done takes a case from a reviewer: nothing more is to be decided about it by them.
func (w *Work) done(id string, g chat.Group, by chat.User) {
	if w.share(by, id, g, 0, -1) > 0 {
		return
	}
	c, _ := w.Book.Get(id)
	c.Waiting--
	w.SetCampaign(c)
	if charge, ok := w.DeskOf(by).Charge(id); ok {
		charge.Next = time.Time{}
		w.SetCharge(by, charge)
	}
}

// merge is how long cases are gathered before somebody is told of them in one card.
const merge = 10 * time.Minute

// Open writes a new case, and puts it on the desk of its reviewer.
func (w *Work) Open(g chat.Group, c Case) {
	w.SetCase(g, c)
	campaign, _ := w.Book.Get(c.Campaign)
	w.hand(c.Campaign, g, c.Reviewer, campaign.Closes, time.Time{})
}

// MayDecide says whether somebody may decide a case, in their own right or in the place of whose delegate they are; as is
// whose turn they take, zero their own.
func (c Case) MayDecide(campaign Campaign, by chat.User, standsInFor []chat.User) (as chat.User, err error) {
	holder := c.holder()
	switch {
	case by == c.Who:
		return "", ErrOwn
	case by == campaign.Not, c.First != nil && by == c.First.By:
		return "", ErrOther // two looks are those of two people, in whoever's place they look
	case !campaign.State.Decidable() || c.End != "":
		return "", ErrClosed
	case by == holder:
		return "", nil
	case slices.Contains(standsInFor, holder):
		return holder, nil
	case c.Verdict != nil:
		return "", ErrClosed
	}
	return "", ErrOther
}

// holder is whose turn it is, or was.
func (c Case) holder() chat.User { return c.Reviewer }

// Decide writes what somebody has decided. A reviewer may think again until the campaign closes; in two stages, what is
// not kept goes on to the second.
func (w *Work) Decide(g chat.Group, c Case, v Verdict) (Case, error) {
	campaign, _ := w.Book.Get(c.Campaign)
	if v.Reason == "" && campaign.TakesReason(c, v.Do, v.To) {
		return c, ErrReason
	}
	if v.Do == Reduce && v.To.IsZero() {
		return c, ErrTarget
	}
	waited := c.Pending()
	holder := c.holder()
	if c.Second == v.By {
		c.Second = holder // who has decided in the place of another leaves the second look to that one
	}
	c.Verdict = &v
	switch {
	case c.Second != "" && c.Stage == 0 && v.Do != Keep:
		c.First, c.Verdict, c.Stage, c.Reviewer = &v, nil, 1, c.Second
		w.SetCase(g, c)
		if waited {
			w.done(c.Campaign, g, holder)
		}
		closes := campaign.Closes
		if campaign.State == Late {
			closes = campaign.Ends
		}
		w.hand(c.Campaign, g, c.Second, closes, v.At.Add(merge).Truncate(time.Second))
	default:
		w.SetCase(g, c)
		if waited {
			w.done(c.Campaign, g, holder)
		}
	}
	return c, nil
}

// Judged notes how the reviewer whose turn it was has decided some cases at once, and lets the campaign go on once
// nobody has anything left to decide.
func (w *Work) Judged(id string, holder chat.User, at time.Time, cases ...Case) {
	c, _ := w.Book.Get(id)
	if charge, ok := w.DeskOf(holder).Charge(id); ok {
		charge.Pace = charge.Pace.With(c.Policy, at, cases...)
		w.SetCharge(holder, charge)
	}
	if c.Waiting == 0 && (c.State == Open || c.State == Late) {
		c.Next = at.Add(Settle).Truncate(time.Second)
		w.SetCampaign(c)
	}
}

// Settle is how long a campaign waits once everything is decided, so that a slip of the thumb can be mended.
const Settle = 10 * time.Minute

// Escalate gives the cases of a group that a reviewer has not decided to their fallbacks; those without one stay, and the
// policy decides.
func (w *Work) Escalate(id string, g chat.Group, from chat.User, now time.Time) int {
	campaign, _ := w.Book.Get(id)
	n := 0
	for _, c := range w.SheetOf(g).Of(id) {
		if !c.Pending() || c.Reviewer != from || c.Fallback == "" || c.Fallback == from || c.Fallback == c.Who {
			continue
		}
		if c.First != nil && c.Fallback == c.First.By {
			continue
		}
		if c.Stage == 0 && c.Second == c.Fallback {
			c.Second = from // the fallback has the first look now, and nobody has both
		}
		c.Reviewer = c.Fallback
		w.SetCase(g, c)
		w.done(id, g, from)
		w.hand(id, g, c.Fallback, campaign.Ends, now)
		n++
	}
	return n
}

// Ask writes that an admin was asked about their own role.
func (w *Work) Ask(g chat.Group, c Case, q Question) (Case, error) {
	if c.Asked != nil && c.Asked.Told.IsZero() {
		return c, ErrAsked
	}
	c.Asked = &q
	w.SetCase(g, c)
	return c, nil
}

// Answer writes what an admin said of their own role.
func (w *Work) Answer(g chat.Group, c Case, text string, at time.Time) (Case, error) {
	if c.Asked == nil || c.End != "" {
		return c, ErrClosed
	}
	q := *c.Asked
	q.Answer, q.Told = text, at
	c.Asked = &q
	w.SetCase(g, c)
	return c, nil
}
