package storage

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Difference is one place where a view is not what the journal gives.
type Difference struct {
	View   string // state, version, index, usage, agenda, head; or the journal itself
	Of     string // the aggregate, the index, the group
	Record string
	Stands string
	Should string
}

func (d Difference) String() string {
	var where []string
	for _, part := range []string{d.View, d.Of, d.Record} {
		if part != "" {
			where = append(where, part)
		}
	}
	return fmt.Sprintf("%s: stands %s; should be %s", strings.Join(where, " "), clipped(d.Stands), clipped(d.Should))
}

// clipped keeps a line readable.
func clipped(s string) string {
	const most = 300
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + fmt.Sprintf("… (%d bytes)", len(s))
}

func (b *rebuild) report(d Difference) {
	b.done.Differences++
	b.Report(d)
}

// tell reports what is wrong with one key: of an index, which can be long, in two lines.
func (b *rebuild) tell(k viewKey, found []finding) {
	if k.view == "index" {
		b.tellNumbers(k, found)
		return
	}
	for _, f := range found {
		of, record := k.place(f.field)
		b.report(Difference{View: k.view, Of: of, Record: record, Stands: k.shown(f.stands), Should: k.shown(f.should)})
	}
}

func (b *rebuild) tellNumbers(k viewKey, found []finding) {
	const most = 10
	var missing, extra []string
	for _, f := range found {
		if f.should != "-" {
			missing = append(missing, "#"+f.field)
		} else {
			extra = append(extra, "#"+f.field)
		}
	}
	for i, list := range [][]string{missing, extra} {
		if len(list) == 0 {
			continue
		}
		d := Difference{View: k.view, Of: k.of, Stands: "missing or at a wrong place", Should: "there"}
		if i == 1 {
			d.Stands, d.Should = "there", "nothing"
		}
		d.Record = strings.Join(list[:min(most, len(list))], ", ")
		if len(list) > most {
			d.Record += fmt.Sprintf(" and %d more", len(list)-most)
		}
		b.report(d)
	}
}

// shown is a marked value as people read it.
func (k viewKey) shown(v string) string {
	if ms, err := strconv.ParseFloat(unmarked(v), 64); err == nil && (k.view == "usage" || k.view == "agenda") {
		return time.UnixMilli(int64(ms)).UTC().Format("2006-01-02T15:04:05.000Z07:00")
	}
	return unmarked(v)
}

// place names a field as people read it.
func (k viewKey) place(field string) (of, record string) {
	switch k.view {
	case "agenda":
		name, key, _ := strings.Cut(field, "\n")
		return name, key
	case "usage":
		u := toUse(field)
		of = k.of
		if of == "" {
			of = "company"
		}
		return of, fmt.Sprintf("%s %s", u.Who, u.Item)
	}
	return k.of, field
}
