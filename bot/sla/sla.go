// Package sla measures how long customers wait: who waits since when and until when they should have an answer, how
// long answers took, and who gave them. It promises that the same messages give the same numbers in whatever order
// they come within ten minutes of each other, and however often; that no text and no message id is kept, only a short
// hash of the id; and that the numbers of a moment are complete. It knows no roster, no group sizes and no storage:
// duty hours and who is on duty come in with Rules.
//
// Two clocks run in a group. First response opens at the first customer message after the last staff message (so a
// burst is one clock) and closes at the first staff message. Handling opens with it and goes on while the two talk; it
// closes when staff says 已处理, or else at the last staff message before the customer has been silent for Silence,
// counted from the staff message that answered the customer's last one. Whoever takes the opening message back cancels
// both; where the customer had written more, they open at the next message. What staff takes back has answered all the
// same.
package sla

import (
	"crypto/sha256"
	"fmt"
	"time"

	"qunguan/bot/chat"
)

// Silence is how long a customer who was answered must be silent for the matter to count as handled.
const Silence = 30 * time.Minute

// HandlingLimit is how long handling should take (R44) where nothing else is said.
const HandlingLimit = 2 * time.Hour

// What is what a message means for the clocks.
type What uint8

// The meanings. The zero What means nothing: a robot's; it only shows that the source works.
const (
	Nothing What = iota
	ByCustomer
	ByStaff
	Handled // a member of staff says that the matter is done; no message, but a mark
	Recall  // a message is taken back
	Talk    // a message that asks for nothing, such as thanks: it moves no clock, and counts as a message all the same
)

// Message is one message as the clocks see it: not what it says.
type Message struct {
	ID     string // unique within the group; for a Recall the message that is taken back
	What   What
	By     chat.User
	At     time.Time
	Source string // who told of it
}

// Span is a time from Start until End, exclusive.
type Span struct{ Start, End time.Time }

// Rules are what a group's clocks are judged by. They are asked about moments in Zone.
type Rules struct {
	// Limit is how soon a customer should get a first response, in time that counts.
	Limit time.Duration
	// Warn is after which part of Limit, in percent, those concerned are told that it runs out; 0: they are not.
	Warn int
	// Hours returns the duty hours that touch the time from until until, by their beginning, without overlap; only
	// they count. nil lets all time count.
	Hours func(from, until time.Time) []Span
	// OnDuty is who is answerable for a customer who begins to wait at a moment; nil, or the zero User, is nobody.
	OnDuty func(at time.Time) chat.User
	// Slot is which hours of the roster run at a moment when a customer begins to wait, and Spoken when somebody writes;
	// nil: nobody knows.
	Slot, Spoken func(at time.Time) Slot
	// Zone is where days begin; nil is UTC.
	Zone *time.Location
	// Handling is how long handling should take; 0 is HandlingLimit.
	Handling time.Duration
}

// Kind is which of the two clocks a sample is of.
type Kind byte

// The clocks.
const (
	First    Kind = 'f' // first response
	Handling Kind = 'h'
)

// Sample is one clock that has closed.
type Sample struct {
	Kind     Kind
	Opened   time.Time
	Closed   time.Time
	Took     time.Duration // only what counted
	Limit    time.Duration
	Breached bool      // it took longer than Limit
	By       chat.User // who closed it
	Shift    chat.User // who was answerable when it opened
	Day      Day       // when it opened
	Slot     Slot      // likewise; told of what is settled only
}

// Settled is what nothing can change any more: clocks that have closed, and messages, each counted once.
type Settled struct {
	Samples []Sample
	Said    []Said
}

// Said is how many messages were written on a day: by one member of staff, or, of the zero User, by all customers.
type Said struct {
	Day  Day
	By   chat.User
	Slot Slot
	N    int64
}

// Slot is hours of a roster, whichever day it was and whoever had them: 0900-1800. The zero Slot is not known.
type Slot string

// OffDuty is the Slot of a moment at which no shift runs.
const OffDuty Slot = "off"

// SlotOf is the hours from one minute after midnight to another.
func SlotOf(from, to int) Slot {
	return Slot(fmt.Sprintf("%02d%02d-%02d%02d", from/60, from%60, to/60, to%60))
}

// String writes hours as people do.
func (s Slot) String() string {
	if len(s) != len("0900-1800") {
		return string(s)
	}
	return string(s[:2] + ":" + s[2:4] + "–" + s[5:7] + ":" + s[7:])
}

// Day is a day of the calendar as a number: 20260228.
type Day int

// DayOf is the day of a moment in its location.
func DayOf(at time.Time) Day {
	y, m, d := at.Date()
	return Day(y*10000 + int(m)*100 + d)
}

// In is the moment in which the day begins in a zone.
func (d Day) In(zone *time.Location) time.Time {
	return time.Date(int(d)/10000, time.Month(int(d)/100%100), int(d)%100, 0, 0, 0, 0, zone)
}

// Waiting is a customer who has had no answer yet.
type Waiting struct {
	Customer chat.User
	Opened   time.Time
	Warn     time.Time // when it soon will be; zero: nobody wants to know
	Due      time.Time // when the answer is late; zero: never, as nobody will be on duty
	Limit    time.Duration
	Shift    chat.User // who was answerable when it opened
}

// Late says whether the answer is late.
func (w Waiting) Late(now time.Time) bool { return !w.Due.IsZero() && !now.Before(w.Due) }

// Look is the next moment after one at which something is to be done about it; zero: none.
func (w Waiting) Look(after time.Time) time.Time {
	for _, at := range []time.Time{w.Warn, w.Due} {
		if at.After(after) {
			return at
		}
	}
	return time.Time{}
}

// hash is the short form of a message id. Two of the few hundred ids that a clock looks at share one by chance once in
// 10^9 messages at most; the second would be taken for a repetition.
func hash(id string) uint64 {
	sum := sha256.Sum256([]byte(id))
	var h uint64
	for _, b := range sum[:hashSize] {
		h = h<<8 | uint64(b)
	}
	return h
}

const hashSize = 6

func (r Rules) zone() *time.Location {
	if r.Zone == nil {
		return time.UTC
	}
	return r.Zone
}

func (r Rules) moment(ms int64) time.Time { return time.UnixMilli(ms).In(r.zone()) }
