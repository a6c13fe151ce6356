package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/configs"
)

// calendarOf is the calendar of an installation: the built-in one, corrected by the file of duty.holidays if there is
// one. The errors of the file name its lines.
func calendarOf(c configs.Config) (duty.Calendar, error) {
	builtIn := duty.BuiltIn()
	if c.Duty.Holidays == "" {
		return builtIn, nil
	}
	raw, err := os.ReadFile(c.Duty.Holidays)
	if err != nil {
		return duty.Calendar{}, usageError{fmt.Errorf("duty.holidays: %w; name a readable file, or leave the key empty", err)}
	}
	o, err := readHolidays(c.Duty.Holidays, raw)
	if err != nil {
		return duty.Calendar{}, usageError{fmt.Errorf("duty.holidays cannot be used:\n%w", err)}
	}
	return builtIn.With(o), nil
}

// knownYears tells an operator whose holidays are known, and warns when those of now are not, or soon will not be.
func knownYears(c duty.Calendar, now time.Time) string {
	var years []string
	for _, y := range c.Years() {
		years = append(years, strconv.Itoa(y))
	}
	list := strings.Join(years, ", ")
	for _, y := range []int{now.Year(), now.AddDate(0, 1, 0).Year()} {
		if !c.Known(y) {
			return fmt.Sprintf("warn holidays: %d is not known (known: %s): Monday to Friday is worked then; give the notice in duty.holidays, see configs/holidays.example.yaml",
				y, list)
		}
	}
	return "ok   holidays: " + list
}

// holidayReader reads a file of days off. configs/holidays.example.yaml explains its form to people.
type holidayReader struct {
	file     string
	years    []int
	whole    specials // of the years
	single   specials // over them
	problems []error
}

// specials are the days of one list.
type specials struct {
	days  []duty.Special
	lines map[duty.Day]int // where each stands
}

// fields say how the value of each key of a mapping is read.
type fields map[string]func(path string, n *yaml.Node)

// readHolidays returns what a file of days off says, or everything that is wrong with it.
func readHolidays(file string, raw []byte) (duty.Correction, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	var root, second yaml.Node
	switch err := decoder.Decode(&root); {
	case errors.Is(err, io.EOF):
		return duty.Correction{}, nil
	case err != nil:
		return duty.Correction{}, fmt.Errorf("%s: parse YAML: %w", file, err)
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return duty.Correction{}, fmt.Errorf(`%s: there is more than one document; keep one and remove the line "---"`, file)
	}
	r := &holidayReader{file: file, whole: specials{lines: map[duty.Day]int{}}, single: specials{lines: map[duty.Day]int{}}}
	r.mapping("", root.Content[0], fields{
		"years": r.wholeYears,
		"days":  func(path string, n *yaml.Node) { r.holidays(path, n, 0, &r.single) },
	})
	return duty.Correction{Years: r.years, Days: slices.Concat(r.whole.days, r.single.days)}, errors.Join(r.problems...)
}

func (r *holidayReader) found(n *yaml.Node, path, format string, args ...any) {
	r.problems = append(r.problems, configs.Problem{
		Where: r.file + ":" + strconv.Itoa(n.Line), Key: path, Text: fmt.Sprintf(format, args...),
	})
}

// mapping reads a mapping whose keys are known.
func (r *holidayReader) mapping(path string, n *yaml.Node, known fields) {
	if n.Kind != yaml.MappingNode {
		if n.Tag != "!!null" {
			r.found(n, path, "must hold keys: %s", strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := strings.TrimPrefix(path+"."+key.Value, ".")
		read, ok := known[key.Value]
		if !ok {
			r.found(key, at, "unknown key; there are %s", strings.Join(slices.Sorted(maps.Keys(known)), ", "))
			continue
		}
		read(at, value)
	}
}

func (r *holidayReader) wholeYears(path string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		if n.Tag != "!!null" {
			r.found(n, path, "must hold years, each with the list of its holidays")
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		year, err := strconv.Atoi(key.Value)
		switch {
		case err != nil || year < 2000 || year > 2199:
			r.found(key, path, "%q is no year; write it as 2026", key.Value)
		case slices.Contains(r.years, year):
			r.found(key, path, "%d stands here twice; keep one", year)
		case n.Content[i+1].Kind != yaml.SequenceNode || len(n.Content[i+1].Content) == 0:
			r.found(key, path, "%d has no holidays; a year that is given replaces the built-in one, so write all of them or leave it out", year)
		default:
			r.years = append(r.years, year)
			r.holidays(path+"."+key.Value, n.Content[i+1], year, &r.whole)
		}
	}
}

// holidays reads a list of holidays; those of a year must lie in it. A year of 0 is any.
func (r *holidayReader) holidays(path string, n *yaml.Node, year int, into *specials) {
	if n.Kind != yaml.SequenceNode {
		if n.Tag != "!!null" {
			r.found(n, path, "must be a list: - {name: 春节, from: 2026-02-15, to: 2026-02-23}")
		}
		return
	}
	for _, item := range n.Content {
		before := len(r.problems)
		h := r.holiday(path, item, year)
		if len(r.problems) == before {
			h.check(r, path, item, year)
		}
		if len(r.problems) == before {
			r.put(path, item, h, into)
		}
	}
}

// holidayYAML is one holiday: its days off, and the days that are worked to make up for them.
type holidayYAML struct {
	name     chat.Text
	from, to duty.Day // to is the last one; the zero days are none
	works    []duty.Day
}

func (r *holidayReader) holiday(path string, n *yaml.Node, year int) holidayYAML {
	var h holidayYAML
	text := func(into *string) func(string, *yaml.Node) {
		return func(at string, v *yaml.Node) {
			if *into = v.Value; v.Kind != yaml.ScalarNode || v.Value == "" {
				r.found(v, at, "must be a name")
			}
		}
	}
	r.mapping(path, n, fields{
		"name": text(&h.name.ZH), "name_en": text(&h.name.EN),
		"from": func(at string, v *yaml.Node) { h.from = r.day(at, v, year) },
		"to":   func(at string, v *yaml.Node) { h.to = r.day(at, v, year) },
		"work": func(at string, v *yaml.Node) {
			if v.Kind != yaml.SequenceNode {
				r.found(v, at, "must be a list: work: [2026-02-14, 2026-02-28]")
			}
			for _, w := range v.Content {
				h.works = append(h.works, r.day(at, w, year))
			}
		},
	})
	if h.name.EN == "" {
		h.name.EN = h.name.ZH
	}
	return h
}

func (r *holidayReader) day(path string, n *yaml.Node, year int) duty.Day {
	d, err := duty.ParseDay(n.Value)
	switch {
	case err != nil || n.Kind != yaml.ScalarNode:
		r.found(n, path, "%q is no date; write it as 2026-10-01", n.Value)
	case year != 0 && d.Year != year:
		r.found(n, path, "%s does not lie in %d", d, year)
	}
	return d
}

// longest is how many days one holiday can have: more is a slip of the pen.
const longest = 31

// check finds what is wrong with a holiday whose every key is right.
func (h *holidayYAML) check(r *holidayReader, path string, n *yaml.Node, year int) {
	none := duty.Day{}
	if h.to == none {
		h.to = h.from
	}
	switch {
	case h.name.ZH == "":
		r.found(n, path, "has no name; write name: 春节")
	case h.from == none && (h.to != none || len(h.works) == 0):
		r.found(n, path, "%s has no day off; write from, and to if it has several", h.name.ZH)
	case h.to.Before(h.from):
		r.found(n, path, "%s ends on %s, before it begins on %s", h.name.ZH, h.to, h.from)
	case h.from != none && h.from.Plus(longest-1).Before(h.to):
		r.found(n, path, "%s would last from %s to %s; a holiday has at most %d days", h.name.ZH, h.from, h.to, longest)
	}
	for _, w := range h.works {
		if on := w.Weekday(); year != 0 && on != time.Saturday && on != time.Sunday {
			r.found(n, path, "%s is a %s, which is worked anyway; work lists the weekend days that are worked", w, on)
		}
	}
}

func (r *holidayReader) put(path string, n *yaml.Node, h holidayYAML, into *specials) {
	var days []duty.Special
	for d := h.from; d != (duty.Day{}) && !h.to.Before(d); d = d.Plus(1) {
		days = append(days, duty.Special{Day: d, Name: h.name})
	}
	for _, w := range h.works {
		days = append(days, duty.Special{Day: w, Name: h.name, Works: true})
	}
	for _, s := range days {
		if line, twice := into.lines[s.Day]; twice {
			r.found(n, path, "%s stands here a second time; the first is on line %d; keep one", s.Day, line)
			continue
		}
		into.lines[s.Day] = n.Line
		into.days = append(into.days, s)
	}
}
