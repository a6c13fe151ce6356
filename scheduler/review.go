package scheduler

import (
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

// How much of a campaign is done in one commit.
const (
	tellAtOnce   = 200 // reviewers
	escalateFrom = 10  // reviewers
	sheetsAtOnce = 300 // groups whose cases are looked at
)

// reviewGoesOn is the job that takes a campaign on by one step: it makes cases, tells reviewers, passes on what they leave
// undecided, and carries out what was decided. Each step says when the next one comes, mostly at once, so that whoever is
// killed in between is followed by somebody who begins where they stopped.
func reviewGoesOn() bot.Job {
	return bot.Job{
		Kind:  review.All.Kind(),
		Reads: []bot.Source{bot.ReadsOne[access.Book](access.Of("")), bot.ReadsOne[review.Book](review.All)},
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			x, ok := campaignOf(c, d.Key)
			if !ok || x.Next.IsZero() || c.Now.Before(x.Next) {
				return bot.Outcome{}, nil
			}
			switch x.State {
			case review.Preparing:
				return prepare(c, x)
			case review.Telling:
				return tellReviewers(c, x)
			case review.Open, review.Late:
				return timeIsUp(c, x)
			case review.Counting:
				return count(c, x)
			case review.Held:
				return notReleased(c, x)
			case review.Applying:
				return apply(c, x)
			case review.Judging:
				return judge(c, x)
			case review.Closed, review.Stopped:
			}
			return bot.Outcome{}, nil
		},
	}
}

func campaignOf(c bot.Call, key string) (review.Campaign, bool) {
	for _, x := range bot.At[review.Book](c, review.All).Campaigns() {
		if review.CampaignKey(x.ID) == key {
			return x, true
		}
	}
	return review.Campaign{}, false
}

// tellReviewers sends each reviewer one card, however many cases they have; what it says follows from the note.
func tellReviewers(c bot.Call, x review.Campaign) (bot.Outcome, error) {
	if x.Cases == 0 {
		return finish(c, x)
	}
	next := x.Reviewers[min(x.At, len(x.Reviewers)):]
	next = next[:min(tellAtOnce, len(next))]
	if want := desksOf(c, next); len(want) > 0 {
		return bot.Outcome{Need: journal.Want{Names: want}}, nil
	}
	w := work(c)
	for _, u := range next {
		tell(c, w, x, u)
	}
	x.At += len(next)
	x.Next = c.Now.UTC()
	if x.At >= len(x.Reviewers) {
		x.State, x.At, x.Next = review.Open, 0, x.Closes
		if x.Waiting == 0 {
			x.Next = c.Now.UTC() // whoever looked by themselves was faster than the card
		}
	}
	w.SetCampaign(x)
	return happened(review.Told, w), nil
}

func desksOf(c bot.Call, people []chat.User) []journal.Name {
	var out []journal.Name
	for _, u := range people {
		if n := review.DeskOf(u); !c.Has(n) && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// tell notes that a reviewer is told of what waits for them, and when they are reminded.
func tell(c bot.Call, w *review.Work, x review.Campaign, u chat.User) bool {
	charge, ok := w.DeskOf(u).Charge(x.ID)
	if !ok || charge.Open == 0 {
		return false
	}
	charge.Told, charge.Says, charge.Groups = c.Now.UTC(), charge.Open, w.DeskOf(u).Places(x.ID)
	charge.Next = review.NextReminder(c.Now, charge.Closes, c.Now.In(c.Zone))
	w.SetCharge(u, charge)
	return true
}

// reviewerIsDue is the job that tells one reviewer of cases that came later, and reminds those who have not decided:
// half-way, and a day before the end. Who has nothing left to decide hears nothing.
func reviewerIsDue() bot.Job {
	return bot.Job{
		Kind:  review.DeskOf("").Kind(),
		Reads: []bot.Source{bot.ReadsOne[review.Book](review.All)},
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			u, w := chat.User(d.Of.ID()), work(c)
			var charge review.Charge
			for _, x := range w.Book.Campaigns() {
				if review.ChargeKey(x.ID) == d.Key {
					charge, _ = w.DeskOf(u).Charge(x.ID)
				}
			}
			x, ok := w.Book.Get(charge.Campaign)
			if !ok || charge.Next.IsZero() || c.Now.Before(charge.Next) {
				return bot.Outcome{}, nil
			}
			kind := review.Told
			switch {
			case charge.Open == 0 || x.State != review.Open && x.State != review.Late:
				charge.Next = time.Time{}
				w.SetCharge(u, charge)
			case charge.Told.IsZero():
				tell(c, w, x, u)
			default:
				kind = review.Reminded
				charge.Reminded++
				charge.Says, charge.Groups = charge.Open, w.DeskOf(u).Places(x.ID)
				charge.Next = review.NextReminder(charge.Told, charge.Closes, c.Now.In(c.Zone))
				w.SetCharge(u, charge)
			}
			out := happened(kind, w)
			out.Events[0].Targets = []chat.User{u}
			return out, nil
		},
	}
}

// timeIsUp passes on what the reviewers have not decided in their time; after the time of the fallbacks, or where
// everything is decided, it goes on to count.
func timeIsUp(c bot.Call, x review.Campaign) (bot.Outcome, error) {
	w := work(c)
	if x.Waiting == 0 || x.State == review.Late || !x.Ends.After(x.Closes) {
		x.State, x.Cursor, x.At, x.Next, x.Run = review.Counting, "", 0, c.Now.UTC(), review.Run{}
		w.SetCampaign(x)
		return happened(review.Counted, w), nil
	}
	next := x.Reviewers[min(x.At, len(x.Reviewers)):]
	next = next[:min(escalateFrom, len(next))]
	if want := desksOf(c, next); len(want) > 0 {
		return bot.Outcome{Need: journal.Want{Names: want}}, nil
	}
	want, whole := escalates(c, x, next)
	if len(want) > 0 {
		return bot.Outcome{Need: journal.Want{Names: want}}, nil
	}
	x.Next = c.Now.UTC()
	if whole {
		x.At += len(next)
	}
	w.SetCampaign(x)
	passed := 0
	for _, u := range next {
		for _, s := range waitingOf(c, x, u) {
			passed += w.Escalate(x.ID, s.Group, u, c.Now.UTC())
		}
	}
	if whole && x.At >= len(x.Reviewers) || passed == 0 && !whole {
		x, _ = w.Book.Get(x.ID)
		x.State, x.At, x.Next = review.Late, 0, x.Ends
		w.SetCampaign(x)
	}
	return happened(review.Escalated, w), nil
}

// waitingOf are the first groups in which a reviewer has cases to decide.
func waitingOf(c bot.Call, x review.Campaign, u chat.User) []review.Share {
	shares := slices.DeleteFunc(bot.At[review.Desk](c, review.DeskOf(u)).Shares(x.ID), func(s review.Share) bool { return s.Open == 0 })
	return shares[:min(sheetsAtOnce, len(shares))]
}

// escalates is what must still be read before the cases of some reviewers are passed on; whole says whether that is all
// that they have.
func escalates(c bot.Call, x review.Campaign, people []chat.User) (want []journal.Name, whole bool) {
	whole = true
	var to []chat.User
	for _, u := range people {
		shares := waitingOf(c, x, u)
		whole = whole && len(shares) < sheetsAtOnce
		for _, s := range shares {
			if n := review.Of(s.Group); !c.Has(n) {
				want = append(want, n)
				continue
			}
			for _, k := range bot.At[review.Sheet](c, review.Of(s.Group)).Of(x.ID) {
				if k.Pending() && k.Fallback != "" {
					to = append(to, k.Fallback)
				}
			}
		}
	}
	return append(want, desksOf(c, to)...), whole
}

// count adds up what the run would do before anything of it is done. Over the limit, a second person is asked.
func count(c bot.Call, x review.Campaign) (bot.Outcome, error) {
	groups, last := batchOf(c, x, sheetsAtOnce)
	if want := sheetsOf(c, groups); len(want) > 0 {
		return bot.Outcome{Need: journal.Want{Names: want}}, nil
	}
	w := work(c)
	for _, g := range groups {
		x.Run = x.Run.With(g, w.SheetOf(g).Of(x.ID), x.Policy)
		x.Cursor = g
	}
	x.Next = c.Now.UTC()
	if !last {
		w.SetCampaign(x)
		return happened(review.Counted, w), nil
	}
	x.Cursor = ""
	x.Run.Earlier, x.Run.Before = w.Book.Earlier(x.ID, c.Now)
	if trip := x.Policy.Trips(x.Run, x.Clean); trip != review.NoTrip {
		return hold(c, x, trip)
	}
	x.State = review.Applying
	w.SetCampaign(x)
	return happened(review.Counted, w), nil
}

func sheetsOf(c bot.Call, groups []chat.Group) []journal.Name {
	var out []journal.Name
	for _, g := range groups {
		if n := review.Of(g); !c.Has(n) {
			out = append(out, n)
		}
	}
	return out
}

// finish ends a campaign; the report follows from the note.
func finish(c bot.Call, x review.Campaign) (bot.Outcome, error) {
	w := work(c)
	x.State, x.Next, x.Ended = review.Closed, time.Time{}, c.Now.UTC()
	w.SetCampaign(x)
	return happened(review.Finished, w), nil
}

// groupsRead are the facts of a group that are needed to change rights in it.
func groupsRead(c bot.Call, g chat.Group, people ...chat.User) []journal.Name {
	names := []journal.Name{access.Of(g), directory.OfGroup(g)}
	if f := (access.Facts{Company: c.Access.Company, Group: bot.At[access.Book](c, access.Of(g))}); f.Maps() {
		people = append(people, bot.Staff(bot.At[directory.Group](c, directory.OfGroup(g)))...)
	}
	for _, u := range people {
		names = append(names, directory.OfPerson(u))
	}
	return slices.DeleteFunc(names, c.Has)
}
