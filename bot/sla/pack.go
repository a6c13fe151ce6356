package sla

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"qunguan/bot/chat"
)

// packed is the version of what Pack writes. Moments are written as their distance in milliseconds before the newest
// message, people as their place in a list: most clocks take less than a hundred bytes.
const packed = 1

// What of a state is written, beside its last staff message.
const (
	hasFirst = 1 << iota
	hasHandling
	handlingIsFirst
	hasAnswered
	hasBefore
	hasLast
)

// How the awaited first response is written.
const (
	openNone = iota
	openSettled
	openWhole
	openInWindow // and the place of its message there is added
)

// Pack writes the clock. Equal clocks are written equally.
func (c Clock) Pack() []byte {
	p := packer{}
	if !c.Heard.IsZero() {
		p.base = c.Heard.UnixMilli()
	}
	p.state(c.settled)
	p.number(uint64(len(c.window)))
	for _, e := range c.window {
		p.entry(e)
	}
	place := slices.IndexFunc(c.window, func(e entry) bool { return e.id == c.open.id && e.at == c.open.at && e.by == c.open.by })
	switch {
	case !c.open.open():
		p.number(openNone)
	case c.open == c.settled.first:
		p.number(openSettled)
	case place >= 0:
		p.number(uint64(openInWindow + place))
		p.terms(c.open)
	default:
		p.number(openWhole)
		p.opening(c.open)
	}
	p.number(uint64(len(c.pending)))
	for _, s := range c.pending {
		p.closing(s)
	}
	head := packer{out: []byte{packed}}
	head.text(c.Source)
	head.number(uint64(p.base))
	head.number(uint64(c.Late))
	head.back(c.bound - (p.base - Window.Milliseconds())) // 0, mostly
	head.number(uint64(len(p.people)))
	for _, u := range p.people {
		head.text(string(u))
	}
	return append(head.out, p.out...)
}

type packer struct {
	out    []byte
	base   int64
	people []chat.User
}

func (p *packer) number(n uint64) { p.out = binary.AppendUvarint(p.out, n) }
func (p *packer) back(d int64)    { p.out = binary.AppendVarint(p.out, d) }
func (p *packer) moment(at int64) { p.back(p.base - at) }

// text writes the length, doubled, and one more where the letters are squeezed.
func (p *packer) text(s string) {
	if small, ok := squeeze(s); ok {
		p.number(uint64(len(s))<<1 | 1)
		p.out = append(p.out, small...)
		return
	}
	p.number(uint64(len(s)) << 1)
	p.out = append(p.out, s...)
}

// length writes a length of time, doubled: whole seconds, or, and then one more, milliseconds.
func (p *packer) length(d time.Duration) {
	if ms := uint64(d / time.Millisecond); ms%1000 != 0 {
		p.number(ms<<1 | 1)
	} else {
		p.number(ms / 1000 << 1)
	}
}

// after writes a moment after another, at which so much had counted: 0 is never.
func (p *packer) after(at, from int64, counted time.Duration) {
	if at == 0 {
		p.number(0)
		return
	}
	p.number(uint64(max(0, at-from-counted.Milliseconds())) + 1)
}

func (p *packer) person(u chat.User) { p.number(p.place(u)) }

// place is the place of a person in the list; 0 is nobody.
func (p *packer) place(u chat.User) uint64 {
	if u == "" {
		return 0
	}
	i := slices.Index(p.people, u)
	if i < 0 {
		i = len(p.people)
		p.people = append(p.people, u)
	}
	return uint64(i) + 1
}

func (p *packer) id(id uint64) {
	for i := hashSize - 1; i >= 0; i-- {
		p.out = append(p.out, byte(id>>(8*i)))
	}
}

func (p *packer) entry(e entry) {
	p.number(p.place(e.by)<<whatBits | uint64(e.what))
	p.id(e.id)
	p.moment(e.at)
}

// whatBits is how many bits a What takes.
const whatBits = 3

func (p *packer) opening(o opening) {
	p.id(o.id)
	p.moment(o.at)
	p.person(o.by)
	p.terms(o)
}

func (p *packer) terms(o opening) {
	p.length(o.limit)
	p.after(o.warn, o.at, 0)
	p.after(o.due, o.at, o.limit)
	p.person(o.shift)
}

func (p *packer) closing(c closing) {
	p.out = append(p.out, byte(c.Kind))
	p.moment(c.Opened.UnixMilli())
	p.moment(c.Closed.UnixMilli())
	p.length(c.Took)
	p.length(c.Limit)
	p.person(c.By)
	p.person(c.Shift)
	p.number(uint64(c.Day))
	p.number(uint64(c.from))
}

func (p *packer) state(s state) {
	what := byte(0)
	mark := func(has bool, bit byte) {
		if has {
			what |= bit
		}
	}
	same := s.first.open() && s.first == s.handling
	mark(s.first.open(), hasFirst)
	mark(same, handlingIsFirst)
	mark(s.handling.open() && !same, hasHandling)
	mark(s.answered != 0, hasAnswered)
	mark(s.before != 0, hasBefore)
	mark(s.last.at != 0, hasLast)
	p.out = append(p.out, what)
	if what&hasFirst != 0 {
		p.opening(s.first)
		n := slices.IndexFunc(s.burst[:], func(e entry) bool { return e.at == 0 })
		if n < 0 {
			n = maxBurst
		}
		p.number(uint64(n))
		for _, e := range s.burst[:n] {
			p.entry(e)
		}
	}
	if what&hasHandling != 0 {
		p.opening(s.handling)
	}
	if what&hasAnswered != 0 {
		p.moment(s.answered)
	}
	if what&hasBefore != 0 {
		p.moment(s.before)
	}
	if what&hasLast != 0 {
		p.moment(s.last.at)
		p.person(s.last.by)
	}
}

// ErrPacked says that something is no clock that this program has written.
var ErrPacked = errors.New("not a packed clock")

// Unpack reads what Pack has written; nothing is the zero Clock.
func Unpack(raw []byte) (Clock, error) {
	if len(raw) == 0 {
		return Clock{}, nil
	}
	if raw[0] != packed {
		return Clock{}, fmt.Errorf("%w: version %d", ErrPacked, raw[0])
	}
	u := unpacker{in: raw[1:]}
	c := Clock{Source: u.text()}
	if u.base = u.number(); u.base != 0 {
		c.Heard = time.UnixMilli(u.base).UTC()
	}
	c.Late = int(u.number())
	c.bound = u.back() + u.base - Window.Milliseconds()
	for range u.count() {
		u.people = append(u.people, chat.User(u.text()))
	}
	c.settled = u.state()
	for range u.count() {
		c.window = append(c.window, u.entry())
	}
	switch n := u.number(); {
	case n == openNone:
	case n == openSettled:
		c.open = c.settled.first
	case n == openWhole:
		c.open = u.opening()
	case n-openInWindow < int64(len(c.window)):
		c.open = opens(c.window[n-openInWindow])
		u.terms(&c.open)
	default:
		u.fail()
	}
	for range u.count() {
		c.pending = append(c.pending, u.closing())
	}
	if u.bad || len(u.in) > 0 || !slices.IsSortedFunc(c.window, entry.compare) {
		return Clock{}, ErrPacked
	}
	return c, nil
}

// unpacker reads; once something is wrong, everything it returns is zero.
type unpacker struct {
	in     []byte
	base   int64
	people []chat.User
	bad    bool
}

func (u *unpacker) fail() { u.bad, u.in = true, nil }

func (u *unpacker) number() int64 {
	n, size := binary.Uvarint(u.in)
	if size <= 0 || n > 1<<62 {
		u.fail()
		return 0
	}
	u.in = u.in[size:]
	return int64(n)
}

// count is how many things follow: none of them is empty.
func (u *unpacker) count() int {
	n := u.number()
	if n > int64(len(u.in)) {
		u.fail()
		return 0
	}
	return int(n)
}

func (u *unpacker) back() int64 {
	d, size := binary.Varint(u.in)
	if size <= 0 || d > 1<<62 || d < -1<<62 {
		u.fail()
		return 0
	}
	u.in = u.in[size:]
	return d
}

func (u *unpacker) moment() int64 { return u.base - u.back() }

func (u *unpacker) bytes(n int64) []byte {
	if n > int64(len(u.in)) {
		u.fail()
		return nil
	}
	out := u.in[:n]
	u.in = u.in[n:]
	return out
}

func (u *unpacker) text() string {
	n := u.number()
	if n&1 == 0 {
		return string(u.bytes(n >> 1))
	}
	if n >>= 1; n > 2*int64(len(u.in)) {
		u.fail()
		return ""
	}
	return stretch(u.bytes(int64(squeezed(int(n)))), int(n))
}

func (u *unpacker) octet() byte {
	if b := u.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (u *unpacker) person() chat.User { return u.whose(u.number()) }

func (u *unpacker) whose(n int64) chat.User {
	if n > int64(len(u.people)) {
		u.fail()
	}
	if n == 0 || u.bad {
		return ""
	}
	return u.people[n-1]
}

func (u *unpacker) id() uint64 {
	var id uint64
	for _, b := range u.bytes(hashSize) {
		id = id<<8 | uint64(b)
	}
	return id
}

func (u *unpacker) entry() entry {
	head := u.number()
	e := entry{what: What(head & (1<<whatBits - 1)), by: u.whose(head >> whatBits), id: u.id(), at: u.moment()}
	if e.what == Nothing || e.what > Talk || e.at == 0 {
		u.fail()
	}
	return e
}

func (u *unpacker) opening() opening {
	o := opening{id: u.id(), at: u.moment(), by: u.person()}
	u.terms(&o)
	return o
}

func (u *unpacker) terms(o *opening) {
	o.limit = u.length()
	o.warn, o.due = u.after(o.at, 0), u.after(o.at, o.limit)
	o.shift = u.person()
	if o.at == 0 || o.limit == 0 {
		u.fail()
	}
}

func (u *unpacker) after(from int64, counted time.Duration) int64 {
	n := u.number()
	if n == 0 {
		return 0
	}
	return from + counted.Milliseconds() + n - 1
}

// length reads a length of time; more than a Duration holds is wrong.
func (u *unpacker) length() time.Duration {
	n := u.number()
	unit := time.Second
	if n&1 != 0 {
		unit = time.Millisecond
	}
	if n >>= 1; n > int64(1<<62/unit) {
		u.fail()
		return 0
	}
	return time.Duration(n) * unit
}

func (u *unpacker) closing() closing {
	var c closing
	c.Kind = Kind(u.octet())
	c.Opened, c.Closed = time.UnixMilli(u.moment()).UTC(), time.UnixMilli(u.moment()).UTC()
	c.Took, c.Limit = u.length(), u.length()
	c.By, c.Shift = u.person(), u.person()
	c.Day, c.from = Day(u.number()), u.number()
	c.Breached = c.Took > c.Limit
	if c.Kind != First && c.Kind != Handling {
		u.fail()
	}
	return c
}

func (u *unpacker) state() state {
	var s state
	what := u.octet()
	if what&hasFirst != 0 {
		s.first = u.opening()
		n := u.count()
		if n > maxBurst {
			u.fail()
			return s
		}
		for i := range n {
			s.burst[i] = u.entry()
		}
	}
	switch {
	case what&handlingIsFirst != 0:
		s.handling = s.first
	case what&hasHandling != 0:
		s.handling = u.opening()
	}
	if what&hasAnswered != 0 {
		s.answered = u.moment()
	}
	if what&hasBefore != 0 {
		s.before = u.moment()
	}
	if what&hasLast != 0 {
		s.last.at, s.last.by = u.moment(), u.person()
	}
	return s
}
