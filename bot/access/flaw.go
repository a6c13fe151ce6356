package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"qunguan/bot/chat"
)

// MostCap is the highest cap that makes sense: no platform has groups of more people.
const MostCap = 2000

// MostTag is how many characters a tag may have.
const MostTag = 30

// Flaw is a record of a part that no command would have written.
type Flaw struct {
	Key  string // of the record
	Text string // what is wrong with it, and what to do
}

// Flaws are the records of a part that no command would have written, in order of their keys: those that make no sense,
// those of a kind that the book of g does not have, and those that are said to come from the future. With a zero now
// nothing is asked about moments.
func (p Part) Flaws(g chat.Group, now time.Time) []Flaw {
	var out []Flaw
	say := func(key, format string, args ...any) { out = append(out, Flaw{key, fmt.Sprintf(format, args...)}) }
	records, _ := p.records(writer{}) // what stands there twice is told by whoever takes the part
	ix := &index{people: map[chat.User]person{}}
	for _, key := range slices.Sorted(maps.Keys(records)) {
		if err := ix.read(key, records[key]); err != nil {
			say(key, "%v", err)
		} else if text := strange(g, key, records[key], now); text != "" {
			say(key, "%s", text)
		}
	}
	for _, j := range p.Jobs {
		if _, ok := JobName(string(j.Name)); !ok {
			say(JobKey(j.Name), "%q cannot name a job: at most %d characters, beginning with a letter, no spaces, and not the name of a level, a built-in job or an item", j.Name, MostJobName)
		}
	}
	for _, t := range p.Tags {
		if !TagName(t.Name) {
			say(TagKey(t.Name), "%q is no tag: one word of at most %d characters", t.Name, MostTag)
		}
	}
	for _, e := range p.Exemptions {
		switch {
		case e.Who == "":
			say(ExemptionKey(e.Rule, e.Who), "an exemption is of one person; name them under who")
		case e.Until.IsZero() || strings.TrimSpace(e.Reason) == "":
			say(ExemptionKey(e.Rule, e.Who), "an exemption needs an end and a reason; add until and reason")
		}
	}
	if p.Cap != nil && (*p.Cap < 0 || *p.Cap > MostCap) {
		say(CapKey, "a cap of %d people is not possible; write 1 to %d, or 0 for that of the company", *p.Cap, MostCap)
	}
	slices.SortStableFunc(out, func(a, b Flaw) int { return strings.Compare(a.Key, b.Key) })
	return slices.CompactFunc(out, func(a, b Flaw) bool { return a.Key == b.Key })
}

// TagName says whether a text can be a tag: one word.
func TagName(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= MostTag &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

// strange is what is wrong with a record that can be read; empty if nothing is.
func strange(g chat.Group, key string, raw json.RawMessage, now time.Time) string {
	var r struct {
		By          chat.User
		At          time.Time
		From, Until time.Time
	}
	if json.Unmarshal(raw, &r) != nil {
		return ""
	}
	kind, _, _ := strings.Cut(key, "/")
	switch {
	case g != "" && (kind == "job" || kind == "approval"):
		return "this belongs to the company's part"
	case g == "" && (kind == "scene" || kind == "tag"):
		return "this belongs to the part of a group"
	case r.By != "" && r.At.IsZero(): // what has a moment and no maker was made by the bot itself
		return "by and at belong together; leave both out, and it is the setting of whoever imports it"
	case !now.IsZero() && r.At.After(now):
		return "at is in the future; leave by and at out, and it is the setting of whoever imports it"
	case !r.Until.IsZero() && !r.Until.After(r.From):
		return "it ends before it begins; look at from and until"
	}
	return ""
}

// Ended are the keys of records of a part that are over and that the book does not have: Adopt leaves them out.
func (b Book) Ended(p Part, now time.Time) []string {
	var out []string
	records, _ := p.records(writer{})
	for _, key := range slices.Sorted(maps.Keys(records)) {
		if b.record(key) == nil && over(records[key], now) {
			out = append(out, key)
		}
	}
	return out
}
