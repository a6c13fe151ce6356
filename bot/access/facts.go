package access

import (
	"time"

	"qunguan/bot/chat"
)

// Facts is what a decision looks at. The zero Facts allow nothing.
type Facts struct {
	Company Book // what the enterprise tier has written about all groups
	Group   Book // the book of the group that is asked about
	Actor   Person
	// People is what the address book says of others: of the one acted on, and where positions give roles, of the
	// group's staff. Who is not among them is inside no department and no tag, and inherits nothing.
	People map[chat.User]Person
	Place  Place
	// Roster tells who is on shift; nil: nobody is.
	Roster Roster
	// Consent says that a second person has agreed: what is refused only for the want of one is then allowed.
	Consent bool
	Offered Items // what the platform has of the catalogue, with governance; empty: all of it
}

// offers says whether the platform has an item at all.
func (f *Facts) offers(i Item) bool { return f.Offered == 0 || f.Offered.Has(i) }

// Roster tells about shifts in the group, by the person and not by the backup.
type Roster interface {
	OnDuty(who chat.User, at time.Time) bool
	// NextShift is when the person's next shift begins, after at; ok is false if none is planned.
	NextShift(who chat.User, at time.Time) (begins time.Time, ok bool)
}

// person is what is known of somebody.
func (f *Facts) person(who chat.User) Person { return f.People[who] }

func (f *Facts) onDuty(who chat.User, at time.Time) bool {
	return f.Roster != nil && f.Roster.OnDuty(who, at)
}

// Person is what the address book says of somebody.
type Person struct {
	Positions   []string
	Departments []Department // every one they belong to, those above included
	Tags        []string
	Followers   []chat.User // of a customer: the staff whose customer they are
	Joined      int64       // when they came into the group, Unix seconds; 0 if that is not known
	Outside     bool        // not in the group: no position or department gives them a role there
}

// Department is a department of the address book. Depth of the root is 1.
type Department struct {
	Name  string
	Depth int
}

// Place is what is known of a group: the departments it belongs to, those above included, its tags, its size.
type Place struct {
	Departments []string
	Tags        []string
	People      int // how many are in the group; 0 if that is not known
}

// Request is a question: may Actor use Item in Group, on Target, at that moment? Without a Target nothing about
// people is asked. The zero Request is denied.
type Request struct {
	Actor      chat.User
	Item       Item
	Group      chat.Group
	Target     chat.User
	TargetKind chat.PersonKind
	At         time.Time
}
