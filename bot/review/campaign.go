package review

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Kind is why a campaign is held.
type Kind string

// The kinds (D10, R41, R52, R58, M13).
const (
	Matrix   Kind = "matrix"   // all groups, on the 1st of each month
	Business Kind = "business" // all groups, each quarter, against what the business has become
	Group    Kind = "group"    // groups in their own rhythm
	Event    Kind = "event"    // one group, before a big event
	Sample   Kind = "sample"   // a few decisions of somebody who seems not to have looked, by somebody else
	ByHand   Kind = "hand"     // somebody has asked for it
)

// State is how far a campaign is.
type State string

// The states, in their order.
const (
	Preparing State = "preparing" // the cases are being made, group by group
	Telling   State = "telling"   // the reviewers are being told
	Open      State = "open"      // the reviewers decide
	Late      State = "late"      // what they have not decided is with the fallbacks
	Counting  State = "counting"  // what the run would do is being counted
	Held      State = "held"      // it would take too much away: a second person is asked
	Applying  State = "applying"  // the verdicts are being carried out, group by group
	Judging   State = "judging"   // how the reviewers have decided is looked at
	Closed    State = "closed"
	Stopped   State = "stopped" // somebody has ended it; nothing was carried out
)

// Over says whether nothing more can come of it.
func (s State) Over() bool { return s == Closed || s == Stopped }

// Decidable says whether verdicts are taken.
func (s State) Decidable() bool { return s == Telling || s == Open || s == Late || s == Preparing }

// Pick is one admin of one group.
type Pick struct {
	Group chat.Group `json:"group"`
	Who   chat.User  `json:"who"`
}

// Campaign is one review of many admins. ID says its kind and its period, so that whoever begins it twice begins one.
type Campaign struct {
	ID     string       `json:"id"`
	Kind   Kind         `json:"kind"`
	Name   string       `json:"name,omitempty"`   // of an event: what it is before
	Groups []chat.Group `json:"groups,omitempty"` // none: all that the bot knows
	Picks  []Pick       `json:"picks,omitempty"`  // of a sample: who is looked at again
	Not    chat.User    `json:"not,omitempty"`    // who does not decide in it: whose decisions are looked at
	Signs  []Stamp      `json:"signs,omitempty"`  // and why
	By     chat.User    `json:"by,omitempty"`     // who began it; zero: its rhythm
	Opened time.Time    `json:"opened"`
	Closes time.Time    `json:"closes"` // for the reviewers
	Ends   time.Time    `json:"ends"`   // for their fallbacks
	Policy Policy       `json:"policy"` // as it was when it began
	State  State        `json:"state"`

	Next   time.Time  `json:"next,omitzero"`    // when the bot goes on with it
	Cursor chat.Group `json:"cursor,omitempty"` // the last group that is done with, in this state
	At     int        `json:"at,omitempty"`     // likewise, of Reviewers

	Looked    int         `json:"looked,omitempty"`  // groups
	Taken     int         `json:"taken,omitempty"`   // of those, under review
	Resting   int         `json:"resting,omitempty"` // of those, quiet ones whose turn it is not
	Cases     int         `json:"cases,omitempty"`
	Clean     int         `json:"clean,omitempty"`   // admins about whom nothing is to be asked
	Twice     int         `json:"twice,omitempty"`   // admins who are under review already, and were not asked about again
	Orphans   int         `json:"orphans,omitempty"` // admins of whom nobody may decide
	Reviewers []chat.User `json:"reviewers,omitempty"`
	Waiting   int         `json:"waiting,omitempty"` // reviewers who have cases to decide

	Run     Run       `json:"run,omitzero"`
	Result  Result    `json:"result,omitzero"`
	Sampled int       `json:"sampled,omitempty"` // reviewers of whom a few cases are asked again
	Ended   time.Time `json:"ended,omitzero"`
	Why     string    `json:"why,omitempty"` // of a stopped one
}

// Due is when the bot goes on with the campaign.
func (c Campaign) Due() time.Time { return c.Next }

// Result is what came of a campaign.
type Result struct {
	Kept    int `json:"kept,omitempty"`
	Reduced int `json:"reduced,omitempty"`
	Removed int `json:"removed,omitempty"`
	Silent  int `json:"silent,omitempty"`  // of those, decided by nobody
	Blocked int `json:"blocked,omitempty"` // decided, but could not be carried out
	Held    int `json:"held,omitempty"`    // decided, but a second person did not agree
	Moved   int `json:"moved,omitempty"`   // had changed by themselves meanwhile
}

// Begin is a new campaign by a policy: its id, kind and what it is about are those of x. The location of now is the zone
// in which days end.
func Begin(p Policy, x Campaign, now time.Time) Campaign {
	x.Policy, x.State, x.Opened, x.Next = p, Preparing, now.UTC(), now.UTC()
	x.Closes, x.Ends = ClosesOn(now, p.Days), ClosesOn(now, p.Days+p.Extra)
	return x
}

// With is the result with one more case that is done with.
func (r Result) With(do Do, c Case) Result {
	if c.Silent {
		r.Silent++
	}
	switch {
	case c.End == Blocked:
		r.Blocked++
	case c.End == NotRun:
		r.Held++
	case c.End == Changed:
		r.Moved++
	case do == Reduce:
		r.Reduced++
	case do == Remove:
		r.Removed++
	default:
		r.Kept++
	}
	return r
}

// ClosesOn is when a campaign closes that has so many days: at six in the evening, when people have had the day.
func ClosesOn(now time.Time, days int) time.Time {
	y, m, d := now.AddDate(0, 0, days).Date()
	return time.Date(y, m, d, 18, 0, 0, 0, now.Location()).UTC()
}

// Covers says whether a campaign is about a group.
func (c Campaign) Covers(g chat.Group) bool {
	if len(c.Picks) > 0 {
		return slices.ContainsFunc(c.Picks, func(p Pick) bool { return p.Group == g })
	}
	return len(c.Groups) == 0 || slices.Contains(c.Groups, g)
}

// Picked says whether a campaign is about an admin of a group that it covers.
func (c Campaign) Picked(g chat.Group, who chat.User) bool {
	return len(c.Picks) == 0 || slices.Contains(c.Picks, Pick{g, who})
}

// Asks says whether a campaign puts an admin before a reviewer: the look through the matrix only asks about those of whom
// there is something to ask.
func (c Campaign) Asks(e Evidence, a Advice) bool {
	return c.Kind != Matrix || a.Do != Keep || len(e.Warned) > 0
}

// TakesReason says whether a decision takes a reason: one that deviates from the advice does, and in a second look at a
// sample (M13) every role that is kept.
func (c Campaign) TakesReason(k Case, do Do, to Target) bool {
	return k.Deviates(do, to) || c.Kind == Sample && do == Keep
}

// Rested says whether a campaign leaves out groups whose turn it is not.
func (c Campaign) Rested() bool { return c.Kind == Group }

// IDOf is the id of the campaign of a kind that a rhythm begins at a moment, in the location of that moment: of a
// month, or of a quarter.
func IDOf(k Kind, at time.Time) string {
	if k == Business {
		return fmt.Sprintf("%s-%dQ%d", k, at.Year(), (int(at.Month())+2)/3)
	}
	return fmt.Sprintf("%s-%s", k, at.Format("2006-01"))
}

// BeforeEvent is the id of the campaign of a group before an event that begins at a moment, in the location of that moment.
func BeforeEvent(g chat.Group, from time.Time) string {
	return string(Event) + "-" + string(g) + "-" + from.Format("2006-01-02")
}

// id is how the ids of campaigns look, of whatever kind.
var id = regexp.MustCompile(
	`^(sample-)?((matrix|group)-\d{4}-\d\d|business-\d{4}Q[1-4]|hand-\d{4}-\d\d-\d\d-\w+|event-.+-\d{4}-\d\d-\d\d)(-.+)?$`)

// IsID says whether a word is the id of a campaign, by its looks: a word of a reason, such as business-critical, is none.
func IsID(s string) bool { return id.MatchString(s) }

// Book is the campaigns of the company and the policy of reviews. The zero Book has none. Safe to share; it never
// changes.
type Book struct {
	policy    *Policy
	campaigns map[string]Campaign
}

// All names the aggregate of campaigns.
const All journal.Name = "reviews"

const (
	policyKey      = "policy"
	campaignPrefix = "campaign/"
)

// CampaignKey is the record of a campaign.
func CampaignKey(id string) string { return campaignPrefix + id }

// Build makes a Book of its records.
func Build(records map[string]json.RawMessage) (Book, error) {
	b := Book{campaigns: make(map[string]Campaign, len(records))}
	for key, raw := range records {
		if key == policyKey {
			p, err := journal.Decode[Policy](raw)
			if err == nil {
				err = p.Sound()
			}
			if err != nil {
				return Book{}, err
			}
			b.policy = &p
			continue
		}
		c, err := journal.Decode[Campaign](raw)
		if err != nil {
			return Book{}, err
		}
		if key != CampaignKey(c.ID) {
			return Book{}, fmt.Errorf("record %q of reviews is that of %q", key, c.ID)
		}
		b.campaigns[c.ID] = c
	}
	return b, nil
}

// Policy is how reviews are held.
func (b Book) Policy() Policy {
	if b.policy == nil {
		return Standard()
	}
	return *b.policy
}

// Get returns a campaign by its id.
func (b Book) Get(id string) (Campaign, bool) {
	c, ok := b.campaigns[id]
	return c, ok
}

// Campaigns lists all campaigns, the newest first.
func (b Book) Campaigns() []Campaign {
	var out []Campaign
	for _, c := range b.campaigns {
		out = append(out, c)
	}
	slices.SortFunc(out, func(x, y Campaign) int { return cmp.Or(y.Opened.Compare(x.Opened), strings.Compare(x.ID, y.ID)) })
	return out
}

// Under is the campaign in which admins of a group are being looked at, by the cases of the group; ok is false if there
// is none. That a campaign is about all groups does not mean that it has found anything to ask in this one.
func (b Book) Under(g chat.Group, s Sheet) (Campaign, bool) {
	for _, c := range b.Campaigns() {
		switch {
		case c.State.Over() || c.Kind == Sample || !c.Covers(g):
		case c.State == Preparing && g > c.Cursor, slices.ContainsFunc(s.Of(c.ID), b.Runs):
			return c, true
		}
	}
	return Campaign{}, false
}

// Runs says whether something is still to come of a case: nothing does of those of a campaign that was stopped.
func (b Book) Runs(c Case) bool {
	x, ok := b.Get(c.Campaign)
	return ok && !x.State.Over() && c.End == ""
}

// Next is the id of one more campaign of a kind and period in which those before it were stopped; ok is false if there is
// one that was not.
func (b Book) Next(id string) (next string, ok bool) {
	next = id
	for n := 2; ; n++ {
		x, begun := b.Get(next)
		if !begun {
			return next, true
		}
		if x.State != Stopped {
			return next, false
		}
		next = fmt.Sprintf("%s-%d", id, n)
	}
}
