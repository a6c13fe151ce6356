package review

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Source is where a role comes from.
type Source string

// The sources of a role. The zero Source is an appointment without an end.
const (
	Fixed     Source = ""
	Temporary Source = "temporary"
	Activated Source = "activation" // a role that may be activated
	Inherited Source = "position"   // by position or department
	Across    Source = "across"     // given for several groups at once
)

// Role is a role as it stood when the campaign began.
type Role struct {
	Level  string    `json:"level"`
	Job    string    `json:"job,omitempty"`
	Source Source    `json:"source,omitempty"`
	From   string    `json:"from,omitempty"` // of an inherited one: the position or department
	Since  time.Time `json:"since,omitzero"`
	Until  time.Time `json:"until,omitzero"`
	Items  []string  `json:"items,omitempty"` // what it gave, in the order of the catalogue
}

// Use is when an item was last used.
type Use struct {
	Item string    `json:"item"`
	Last time.Time `json:"last"`
}

// Warned is something about a role that should not be so.
type Warned struct {
	What  Warning  `json:"what"`
	Items []string `json:"items,omitempty"` // what it is about; of Exclusive, what should be given up
	Name  string   `json:"name,omitempty"`  // of Exclusive, the rule that is broken
}

// Warning is what should not be so.
type Warning string

// The warnings.
const (
	Exclusive Warning = "exclusive" // separation of duties is broken
	Wide      Warning = "wide"      // more than was used for long
	Idle      Warning = "idle"      // nothing was used for long
	Overdue   Warning = "overdue"   // its own review date has passed
)

// Answers is how soon somebody answered customers, and how much they wrote in the group.
type Answers struct {
	Count int64         `json:"count"`
	Mean  time.Duration `json:"mean,omitzero"`
	Late  int64         `json:"late,omitempty"`
	Wrote int64         `json:"wrote,omitempty"`
	Since time.Time     `json:"since,omitzero"` // of which day the first message of the group is known; zero: none is

	Handled  int64         `json:"handled,omitempty"` // matters of customers
	Handling time.Duration `json:"handling,omitzero"` // how long one took on average (R44)
}

// Results is what became of the complaints that were somebody's, and how many breaches of the rules they have intercepted.
type Results struct {
	Complaints int `json:"complaints,omitempty"`
	Solved     int `json:"solved,omitempty"`
	Caught     int `json:"caught,omitempty"`
}

// Turns is the duty that somebody has done.
type Turns struct {
	Count     int `json:"count"`
	Minutes   int `json:"minutes"`
	Late      int `json:"late,omitempty"`       // checked in late, or not at all
	TakenOver int `json:"taken_over,omitempty"` // had to be taken over
}

// Evidence is what was known of one admin of one group when the campaign began. What is not known is zero, and Known,
// Heard and Blind say so.
type Evidence struct {
	Role    Role      `json:"role"`
	Known   time.Time `json:"known,omitzero"`  // since when use is known: of the time before, nothing is claimed
	Uses    []Use     `json:"uses,omitempty"`  // of the measured items; those never used are not among them
	Blind   []string  `json:"blind,omitempty"` // items of whose use the bot knows nothing
	Refused int       `json:"refused,omitempty"`
	Beside  int       `json:"beside,omitempty"`  // of those, refused in no group: typed to the bot alone, with none chosen
	Signals []Signal  `json:"signals,omitempty"` // suspicious acts in the group that managers were told of
	Turns   *Turns    `json:"turns,omitempty"`   // nil: the group has no roster
	Answers *Answers  `json:"answers,omitempty"` // nil: nobody tells of messages
	Results Results   `json:"results,omitzero"`
	Warned  []Warned  `json:"warned,omitempty"`
	Away    time.Time `json:"away,omitzero"` // on leave until then
	Left    bool      `json:"left,omitempty"`
	Outside bool      `json:"outside,omitempty"` // not in the group any more
}

// Signal is a sort of suspicious acts, how many they were the last time, and when that was.
type Signal struct {
	Sort string    `json:"sort"`
	N    int       `json:"n"`
	Last time.Time `json:"last"`
}

// EvidenceDays is over how many days refusals, duty and answers are counted.
const EvidenceDays = 90

// Last is the latest use of anything; zero if nothing was used.
func (e Evidence) Last() time.Time {
	var last time.Time
	for _, u := range e.Uses {
		if u.Last.After(last) {
			last = u.Last
		}
	}
	return last
}

// measured are the items of the role whose use is known.
func (e Evidence) measured() []string { return without(e.Role.Items, e.Blind) }

// unmeasured are the items of the role of whose use nothing is known, in the order of the role.
func (e Evidence) unmeasured() []string { return without(e.Role.Items, e.measured()) }

// usedSince are the measured items of the role that were used at or after a moment.
func (e Evidence) usedSince(at time.Time) []string {
	return slices.DeleteFunc(e.measured(), func(i string) bool {
		n := slices.IndexFunc(e.Uses, func(u Use) bool { return u.Item == i })
		return n < 0 || e.Uses[n].Last.Before(at)
	})
}

// known says for how many whole days use is known at a moment.
func (e Evidence) known(now time.Time) int {
	if e.Known.IsZero() {
		return 0
	}
	return int(now.Sub(e.Known) / day)
}

// idle is for how many whole days nothing was used, as far as that is known.
func (e Evidence) idle(now time.Time) int {
	since := e.Known
	if last := e.Last(); last.After(since) {
		since = last
	}
	if since.IsZero() {
		return 0
	}
	return int(now.Sub(since) / day)
}

// serves says whether somebody does what the role is for without using its items: they are on duty, answer customers, or
// write in the group.
func (e Evidence) serves() bool {
	return e.Turns != nil && e.Turns.Count > 0 || e.Answers != nil && (e.Answers.Count > 0 || e.Answers.Wrote > 0)
}

// shows says whether somebody who does something for the group would be seen to: all items of their role are measured, or
// messages of the group have been known for as long as use is judged by. Where neither is so, to have seen nothing means
// nothing, and no role ends for it.
func (e Evidence) shows(now time.Time, window int) bool {
	if len(e.Blind) == 0 {
		return true
	}
	return e.Answers != nil && !e.Answers.Since.IsZero() && !e.Answers.Since.After(now.AddDate(0, 0, -window))
}

const day = 24 * time.Hour

// without are the items of a list that are not in another, in their order.
func without(items, others []string) []string {
	return slices.DeleteFunc(slices.Clone(items), func(i string) bool { return slices.Contains(others, i) })
}

// covers says whether all of some items are in a list.
func covers(list, items []string) bool { return len(without(items, list)) == 0 }

// Admin is one admin of a group with what is known of them.
type Admin struct {
	Who      chat.User
	Evidence Evidence
	// Ladder are the roles below the present one that could take its place: the same job at a lower level, the lowest first.
	Ladder []Rung
}

// Rung is a level with what it would give.
type Rung struct {
	Level string
	Items []string
}
