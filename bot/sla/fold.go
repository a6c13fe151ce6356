package sla

import (
	"cmp"
	"time"

	"qunguan/bot/chat"
)

// entry is a message of the window.
type entry struct {
	id   uint64
	at   int64 // Unix milliseconds
	what What
	by   chat.User
}

// compare is the one order in which messages count, whatever order they came in: by time; of the same moment, a recall
// follows what it takes back.
func (e entry) compare(o entry) int {
	return cmp.Or(cmp.Compare(e.at, o.at), cmp.Compare(e.what, o.what), cmp.Compare(e.id, o.id))
}

// same says whether two are the same message, told twice. Recalls have no id of their own: they are told apart by when
// they were.
func (e entry) same(o entry) bool {
	recall := e.what == Recall
	return e.id == o.id && recall == (o.what == Recall) && (!recall || e.at == o.at)
}

// opening is the message that opened a clock. One with the time 0 is none.
type opening struct {
	id uint64
	at int64
	by chat.User
	terms
}

// terms are what a clock that opened is judged by, fixed when it opened.
type terms struct {
	limit time.Duration // 0: not fixed yet
	warn  int64         // Unix milliseconds, 0: never
	due   int64         // likewise
	shift chat.User
}

func opens(e entry) opening { return opening{id: e.id, at: e.at, by: e.by} }

func (o opening) open() bool { return o.at != 0 }

// maxBurst is how many messages of a burst are remembered beside its first, for the case that that is taken back.
const maxBurst = 3

// state is how the two clocks stand after some messages. It is a value: a copy goes its own way.
type state struct {
	first, handling opening
	burst           [maxBurst]entry // what followed first, until the zero entry
	// answered is the staff message that answered the customer's last one, 0 while they wait; before is what it was
	// when first opened.
	answered, before int64
	last             entry // the last staff message of the handling
}

// closes is told of a clock that closes.
type closes func(k Kind, o opening, at int64, by chat.User)

// step takes in the next message in order.
func (s *state) step(e entry, closed closes) {
	s.rest(e.at, closed)
	switch e.what {
	case ByCustomer:
		s.ask(e)
	case ByStaff:
		s.answer(e, closed)
	case Handled:
		s.mark(e, closed)
	case Recall:
		s.recall(e.id)
	case Nothing, Talk:
	}
}

// rests is when handling is over if the customer stays silent; 0 if it is not open, or the customer waits.
func (s *state) rests() int64 {
	if !s.handling.open() || s.answered == 0 {
		return 0
	}
	return s.answered + Silence.Milliseconds()
}

// rest ends a handling whose customer has been silent long enough.
func (s *state) rest(now int64, closed closes) {
	if end := s.rests(); end == 0 || now < end {
		return
	}
	closed(Handling, s.handling, s.last.at, s.last.by)
	*s = state{}
}

func (s *state) ask(e entry) {
	if !s.handling.open() {
		s.handling = opens(e)
	}
	if !s.first.open() {
		s.first, s.burst, s.before, s.answered = opens(e), [maxBurst]entry{}, s.answered, 0
		return
	}
	for i, b := range s.burst {
		if b.at == 0 {
			s.burst[i] = e
			return
		}
	}
}

func (s *state) answer(e entry, closed closes) {
	if s.first.open() {
		closed(First, s.first, e.at, e.by)
		s.first, s.burst, s.before = opening{}, [maxBurst]entry{}, 0
	}
	if !s.handling.open() {
		return
	}
	if s.answered == 0 {
		s.answered = e.at
	}
	s.last = entry{at: e.at, by: e.by}
}

// mark ends what had begun when somebody said so.
func (s *state) mark(e entry, closed closes) {
	later := state{}
	if s.first.open() && s.first.at <= e.at {
		closed(First, s.first, e.at, e.by)
	} else {
		later = state{first: s.first, handling: s.first, burst: s.burst}
	}
	if s.handling.open() && s.handling.at <= e.at {
		closed(Handling, s.handling, e.at, e.by)
		*s = later
	}
}

func (s *state) recall(id uint64) {
	for i, b := range s.burst {
		if b.at != 0 && b.id == id {
			copy(s.burst[i:], s.burst[i+1:])
			s.burst[maxBurst-1] = entry{}
			break
		}
	}
	if s.first.open() && s.first.id == id {
		s.first = opening{}
		if next := s.burst[0]; next.at != 0 {
			s.first = opens(next)
			copy(s.burst[:], s.burst[1:])
			s.burst[maxBurst-1] = entry{}
		} else {
			s.answered, s.before = s.before, 0
		}
	}
	if s.handling.open() && s.handling.id == id {
		if s.handling = s.first; !s.handling.open() {
			*s = state{}
			return
		}
		s.before, s.last = 0, entry{}
	}
}
