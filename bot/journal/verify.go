package journal

import (
	"cmp"
	"slices"
)

// Flaw is how a journal differs from the one that was sealed.
type Flaw string

// The flaws of a journal.
const (
	Edited    Flaw = "edited"    // an entry says something else than when it was sealed
	Removed   Flaw = "removed"   // an entry is gone; those after it may have moved up
	Inserted  Flaw = "inserted"  // an entry stands where none was
	Moved     Flaw = "moved"     // two entries have changed places
	Cut       Flaw = "cut"       // the newest entries are gone
	Rewritten Flaw = "rewritten" // the hashes fit the entries, but not what was signed
	Unread    Flaw = "unread"    // entries that are archived are not in the files: those are missing or damaged
	// The journal itself may be whole: what is kept beside it is not.
	Damaged Flaw = "damaged" // the kept hash of an entry is not its own; the entry is what was signed
	Forged  Flaw = "forged"  // the kept checkpoint is not signed with the key
	// Miscounted: the number that is kept beside the checkpoint, To, is not the one that was signed, From.
	Miscounted Flaw = "miscounted"
)

// Fault is the first flaw of a journal. Where nothing names the entry to the number, it lies between From and To.
type Fault struct {
	Flaw     Flaw
	From, To int64
	Against  Checkpoint // the signed word that it contradicts
}

// Verdict is what came of looking through a journal.
type Verdict struct {
	Entries int64
	Sealed  int64 // so many of them, the oldest, are vouched for by Last
	Last    Checkpoint
	Matched int    // checkpoints
	Hashed  int64  // so many of them, the oldest, were not read: only their kept hashes were compared
	Fault   *Fault // nil: everything fits
}

// Inspection compares a journal, entry by entry, with signed checkpoints. Its memory does not grow with the journal.
type Inspection struct {
	marks   []Checkpoint // by size, those to come
	leaf    func(n int64) (Hash, bool)
	stands  Edge // of the entries
	knows   bool // all of those are known so far
	suspect *suspect
	pending *Fault // of an entry that is not as its hash was kept; the next checkpoint says which of the two is true
	out     Verdict
}

// suspect is an entry that is not what was sealed; what comes next tells how.
type suspect struct {
	n int64
	h Hash
}

// Inspect begins to look through a journal, against checkpoints whose signatures were verified. leaf tells the hash of an entry as it was
// kept when the entry was sealed, so that a flaw can be named to the number; nil where nothing was kept.
func Inspect(marks []Checkpoint, leaf func(n int64) (Hash, bool)) *Inspection {
	marks = slices.SortedFunc(slices.Values(marks), func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	c := &Inspection{marks: marks, leaf: leaf, knows: leaf != nil}
	c.skip()
	return c
}

// skip passes checkpoints of an empty journal, which nothing can contradict.
func (c *Inspection) skip() {
	for len(c.marks) > 0 && c.marks[0].Size == 0 {
		c.marks = c.marks[1:]
		c.out.Matched++
	}
}

// Add takes the next entry in the order of the ledger. It returns false once a fault is found: there is nothing more to
// learn.
func (c *Inspection) Add(n int64, stored []byte) bool { return c.add(n, LeafOf(stored)) }

// Hash is Add of an entry that is archived where it cannot be read: its kept hash is taken in its place. That the hashes
// fit what was signed shows that nobody has changed those; of the entry itself it says nothing.
func (c *Inspection) Hash(n int64, kept Hash) bool {
	more := c.add(n, kept)
	if more {
		c.out.Hashed = c.out.Entries
	}
	return more
}

// Seen is the last entry that was taken.
func (c *Inspection) Seen() int64 { return c.out.Entries }

// Lost says that archived entries, the next ones, cannot be read from the files that should have them.
func (c *Inspection) Lost(from, to int64) { c.fault(Unread, from, to) }

func (c *Inspection) add(n int64, h Hash) bool {
	want := c.out.Entries + 1
	if c.out.Fault != nil {
		return false
	}
	if c.suspect != nil {
		c.judge(h)
	}
	switch {
	case n != want && c.pending != nil:
		return c.settle()
	case n < want:
		return c.fault(Inserted, n, n)
	case n > want:
		return c.fault(Removed, want, n-1)
	}
	c.out.Entries = n
	if c.knows {
		sealed, ok := c.leaf(n)
		if ok && sealed != h {
			c.suspect = &suspect{n, h}
		}
		c.knows = ok && sealed == h
	}
	c.stands.Add(h)
	return c.compare()
}

// judge says how the suspect came to be, by the entry after it.
func (c *Inspection) judge(next Hash) {
	s := c.suspect
	c.suspect = nil
	was, _ := c.leaf(s.n)
	after, known := c.leaf(s.n + 1)
	c.pending = &Fault{Flaw: Edited, From: s.n, To: s.n}
	switch {
	case known && s.h == after && next == was:
		c.pending.Flaw, c.pending.To = Moved, s.n+1
	case known && s.h == after:
		c.pending.Flaw = Removed
	case next == was:
		c.pending.Flaw = Inserted
	}
}

// settle makes what was suspected of an entry the fault.
func (c *Inspection) settle() bool {
	if c.pending == nil {
		c.pending = &Fault{Flaw: Edited, From: c.suspect.n, To: c.suspect.n}
	}
	return c.fault(c.pending.Flaw, c.pending.From, c.pending.To)
}

// compare looks at the checkpoints of the size that is reached.
func (c *Inspection) compare() bool {
	for len(c.marks) > 0 && c.marks[0].Size == c.stands.Size() {
		m := c.marks[0]
		suspected := c.pending != nil || c.suspect != nil
		switch fits := c.stands.Root() == m.Root; {
		case !fits && suspected:
			return c.settle()
		case !fits:
			return c.fault(Rewritten, c.out.Sealed+1, m.Size)
		case suspected:
			if c.settle(); c.out.Fault != nil {
				c.out.Fault.Flaw, c.out.Fault.To = Damaged, c.out.Fault.From
			}
			return false
		}
		c.marks = c.marks[1:]
		c.out.Matched++
		c.out.Sealed, c.out.Last = m.Size, m
	}
	return true
}

func (c *Inspection) fault(f Flaw, from, to int64) bool {
	c.out.Fault = &Fault{Flaw: f, From: from, To: to}
	if len(c.marks) > 0 {
		c.out.Fault.Against = c.marks[0]
	}
	return false
}

// End says what came of it.
func (c *Inspection) End() Verdict {
	switch {
	case c.out.Fault != nil:
	case c.suspect != nil, c.pending != nil:
		c.settle()
	case len(c.marks) > 0:
		last := c.marks[len(c.marks)-1]
		c.marks = []Checkpoint{last}
		c.fault(Cut, c.out.Entries+1, last.Size)
	}
	return c.out
}
