package sla

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"qunguan/bot/chat"
)

// Row is what one Tally is about: the samples of a day, of one kind, that one person closed and another, or the same,
// was answerable for, in some hours of the roster.
type Row struct {
	Day   Day
	Kind  Kind
	By    chat.User
	Shift chat.User
	Slot  Slot
}

func (s Sample) row() Row {
	return Row{Day: s.Day, Kind: s.Kind, By: s.By, Shift: s.Shift, Slot: s.Slot}
}

// Sheet is tallies by row, and how many messages were written. The zero Sheet has none.
type Sheet struct {
	rows map[Row]Tally
	said map[Said]int64 // without N
}

// With is the sheet with more samples.
func (s Sheet) With(samples ...Sample) Sheet {
	out := Sheet{rows: make(map[Row]Tally, len(s.rows)+len(samples)), said: s.said}
	for r, t := range s.rows {
		out.rows[r] = t
	}
	for _, x := range samples {
		out.rows[x.row()] = out.rows[x.row()].With(x)
	}
	return out
}

// Heard is the sheet with more messages.
func (s Sheet) Heard(said ...Said) Sheet {
	out := Sheet{rows: s.rows, said: maps.Clone(s.said)}
	if out.said == nil && len(said) > 0 {
		out.said = make(map[Said]int64, len(said))
	}
	for _, x := range said {
		out.said[Said{Day: x.Day, By: x.By, Slot: x.Slot}] += x.N
	}
	return out
}

// Plus is the sheet of both.
func (s Sheet) Plus(o Sheet) Sheet {
	out := Sheet{rows: make(map[Row]Tally, len(s.rows)+len(o.rows)), said: s.Heard(o.heard()...).said}
	for _, rows := range []map[Row]Tally{s.rows, o.rows} {
		for r, t := range rows {
			out.rows[r] = out.rows[r].Plus(t)
		}
	}
	return out
}

func (s Sheet) heard() []Said {
	out := make([]Said, 0, len(s.said))
	for k, n := range s.said {
		k.N = n
		out = append(out, k)
	}
	return out
}

// Messages is how many messages people have written: staff, customers, and those that only say thanks. What programs
// write is none.
func (s Sheet) Messages() int64 {
	n := int64(0)
	for _, k := range s.said {
		n += k
	}
	return n
}

// MessagesBy is how many messages each member of staff has written; those of all customers stand under the zero User.
func (s Sheet) MessagesBy() map[chat.User]int64 {
	out := map[chat.User]int64{}
	for k, n := range s.said {
		out[k.By] += n
	}
	return out
}

// MessagesBySlot is how many messages were written in the hours of each shift.
func (s Sheet) MessagesBySlot() map[Slot]int64 {
	out := map[Slot]int64{}
	for k, n := range s.said {
		out[k.Slot] += n
	}
	return out
}

// MessagesByDay is how many messages were written on each day.
func (s Sheet) MessagesByDay() map[Day]int64 {
	out := map[Day]int64{}
	for k, n := range s.said {
		out[k.Day] += n
	}
	return out
}

// Total sums up one kind.
func (s Sheet) Total(k Kind) Tally {
	return by(s, k, func(Row) struct{} { return struct{}{} })[struct{}{}]
}

// ByPerson sums up one kind by who closed the clocks.
func (s Sheet) ByPerson(k Kind) map[chat.User]Tally {
	return by(s, k, func(r Row) chat.User { return r.By })
}

// ByShift sums up one kind by who was answerable when the clocks opened; the zero User is nobody.
func (s Sheet) ByShift(k Kind) map[chat.User]Tally {
	return by(s, k, func(r Row) chat.User { return r.Shift })
}

// BySlot sums up one kind by the hours of the roster in which the clocks opened.
func (s Sheet) BySlot(k Kind) map[Slot]Tally { return by(s, k, func(r Row) Slot { return r.Slot }) }

// ByDay sums up one kind by the day when the clocks opened.
func (s Sheet) ByDay(k Kind) map[Day]Tally { return by(s, k, func(r Row) Day { return r.Day }) }

func by[T comparable](s Sheet, k Kind, of func(Row) T) map[T]Tally {
	out := map[T]Tally{}
	for r, t := range s.rows {
		if r.Kind == k {
			out[of(r)] = out[of(r)].Plus(t)
		}
	}
	return out
}

// Cell is one number of a sheet as it is kept: one that is added to, so that nobody has to read it first.
type Cell struct {
	Day   Day
	Name  string // unique within the day
	Value int64
	// Most says that Value replaces a smaller one instead of being added.
	Most bool
}

// messages begins the name of a cell that counts messages.
const messages = "mn/"

// Cells are what the sheet adds to what is kept, in no order.
func (s Sheet) Cells() []Cell {
	var out []Cell
	for k, n := range s.said {
		out = append(out, Cell{Day: k.Day, Name: messages + escape.Replace(string(k.By)) + k.Slot.part(), Value: n})
	}
	for r, t := range s.rows {
		name := func(part string) string {
			return string(r.Kind) + part + "/" + escape.Replace(string(r.By)) + "/" + escape.Replace(string(r.Shift)) + r.Slot.part()
		}
		for b, n := range t.buckets {
			out = append(out, Cell{Day: r.Day, Name: name(strconv.Itoa(b)), Value: n})
		}
		out = append(out, Cell{Day: r.Day, Name: name("s"), Value: t.sum}, Cell{Day: r.Day, Name: name("m"), Value: t.max, Most: true})
		if t.Breaches > 0 {
			out = append(out, Cell{Day: r.Day, Name: name("b"), Value: t.Breaches})
		}
	}
	return out
}

// part is the end of the name of a cell; what is not known has none, as before there were any.
func (s Slot) part() string {
	if s == "" {
		return ""
	}
	return "/" + escape.Replace(string(s))
}

// Ids come from platforms and may have a slash.
var (
	escape   = strings.NewReplacer("%", "%25", "/", "%2F")
	unescape = strings.NewReplacer("%25", "%", "%2F", "/")
)

// ReadSheet makes a sheet of cells that were kept. Two cells of the same name add up.
func ReadSheet(cells []Cell) (Sheet, error) {
	out := Sheet{rows: map[Row]Tally{}}
	for _, c := range cells {
		if by, ok := strings.CutPrefix(c.Name, messages); ok {
			if out.said == nil {
				out.said = map[Said]int64{}
			}
			by, slot, _ := strings.Cut(by, "/")
			out.said[Said{Day: c.Day, By: chat.User(unescape.Replace(by)), Slot: Slot(unescape.Replace(slot))}] += c.Value
			continue
		}
		head, people, _ := strings.Cut(c.Name, "/")
		who, shift, ok := strings.Cut(people, "/")
		shift, slot, _ := strings.Cut(shift, "/")
		if !ok || len(head) < 2 {
			return Sheet{}, fmt.Errorf("read tally: %q is no cell", c.Name)
		}
		r := Row{Day: c.Day, Kind: Kind(head[0]), By: chat.User(unescape.Replace(who)), Shift: chat.User(unescape.Replace(shift)), Slot: Slot(unescape.Replace(slot))}
		t := out.rows[r]
		if t.buckets == nil {
			t.buckets = map[int]int64{}
		}
		switch part := head[1:]; part {
		case "s":
			t.sum += c.Value
		case "m":
			t.max = max(t.max, c.Value)
		case "b":
			t.Breaches += c.Value
		default:
			b, err := strconv.Atoi(part)
			if err != nil {
				return Sheet{}, fmt.Errorf("read tally: %q is no cell: %w", c.Name, err)
			}
			t.buckets[b] += c.Value
		}
		out.rows[r] = t
	}
	return out, nil
}
