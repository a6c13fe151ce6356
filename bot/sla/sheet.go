package sla

import (
	"fmt"
	"strconv"
	"strings"

	"qunguan/bot/chat"
)

// Row is what one Tally is about: the samples of a day, of one kind, that one person closed and another, or the same,
// was answerable for.
type Row struct {
	Day   Day
	Kind  Kind
	By    chat.User
	Shift chat.User
}

func (s Sample) row() Row { return Row{Day: s.Day, Kind: s.Kind, By: s.By, Shift: s.Shift} }

// Sheet is tallies by row. The zero Sheet has none.
type Sheet struct{ rows map[Row]Tally }

// With is the sheet with more samples.
func (s Sheet) With(samples ...Sample) Sheet {
	out := Sheet{rows: make(map[Row]Tally, len(s.rows)+len(samples))}
	for r, t := range s.rows {
		out.rows[r] = t
	}
	for _, x := range samples {
		out.rows[x.row()] = out.rows[x.row()].With(x)
	}
	return out
}

// Plus is the sheet of both.
func (s Sheet) Plus(o Sheet) Sheet {
	out := Sheet{rows: make(map[Row]Tally, len(s.rows)+len(o.rows))}
	for _, rows := range []map[Row]Tally{s.rows, o.rows} {
		for r, t := range rows {
			out.rows[r] = out.rows[r].Plus(t)
		}
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

// Cells are what the sheet adds to what is kept, in no order.
func (s Sheet) Cells() []Cell {
	var out []Cell
	for r, t := range s.rows {
		name := func(part string) string {
			return string(r.Kind) + part + "/" + escape.Replace(string(r.By)) + "/" + escape.Replace(string(r.Shift))
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

// Ids come from platforms and may have a slash.
var (
	escape   = strings.NewReplacer("%", "%25", "/", "%2F")
	unescape = strings.NewReplacer("%25", "%", "%2F", "/")
)

// ReadSheet makes a sheet of cells that were kept. Two cells of the same name add up.
func ReadSheet(cells []Cell) (Sheet, error) {
	out := Sheet{rows: map[Row]Tally{}}
	for _, c := range cells {
		head, people, _ := strings.Cut(c.Name, "/")
		who, shift, ok := strings.Cut(people, "/")
		if !ok || len(head) < 2 {
			return Sheet{}, fmt.Errorf("read tally: %q is no cell", c.Name)
		}
		r := Row{Day: c.Day, Kind: Kind(head[0]), By: chat.User(unescape.Replace(who)), Shift: chat.User(unescape.Replace(shift))}
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
