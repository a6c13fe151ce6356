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
	Target  Person // of the one acted on; the zero Person is inside no department and no tag
	Place   Place
	Offered Items // what the platform has of the catalogue, with governance; empty: all of it
}

// offers says whether the platform has an item at all.
func (f *Facts) offers(i Item) bool { return f.Offered == 0 || f.Offered.Has(i) }

// Person is what the address book says of somebody.
type Person struct {
	Positions   []string
	Departments []Department // every one they belong to, those above included
	Tags        []string
}

// Department is a department of the address book. Depth of the root is 1.
type Department struct {
	Name  string
	Depth int
}

// Place is what is known of a group: the departments it belongs to, those above included, and its tags.
type Place struct {
	Departments []string
	Tags        []string
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
