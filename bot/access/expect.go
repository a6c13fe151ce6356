package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Case is one row of a table of what a policy must and must not allow. What it says of the world counts for this row
// alone, on top of the charter that is tested.
type Case struct {
	Name           string
	Company, Group Part // records besides those of the charter; one of the same key goes before the charter's
	In             chat.Group
	Place          Place
	Actor, Target  chat.User // without a Target nothing about people is asked
	TargetKind     chat.PersonKind
	People         map[chat.User]Person
	Owners         []chat.User
	Departments    []DepartmentAdmin
	OnDuty         []chat.User // who is on shift, at every moment
	Offered        Items       // what the platform has, with governance; empty: all of the catalogue
	At             time.Time

	Allow, Deny Items             // what is expected
	Rule        Rule              // by which rule, of every item; empty asks nothing
	Switches    map[Switch]string // where switches are expected to stand
}

// Miss is one expectation that does not hold.
type Miss struct {
	Case      string
	Of        string // the item or the switch
	Want, Got string // "allow", "deny (ceiling)", a state
}

// Check holds a case against the charter. An error says that the two together are no policy at all.
func (c Charter) Check(row Case) ([]Miss, error) {
	f, err := c.facts(row)
	if err != nil {
		return nil, err
	}
	var out []Miss
	for i := range (row.Allow | row.Deny).All() {
		want := row.Allow.Has(i)
		d := decide(&f, &Request{
			Actor: row.Actor, Item: i, Group: row.In, Target: row.Target, TargetKind: row.TargetKind, At: row.At,
		})
		if d.Allowed == want && (row.Rule == "" || row.Rule == d.Rule) {
			continue
		}
		out = append(out, Miss{row.Name, i.String(), answer(want, row.Rule), answer(d.Allowed, d.Rule)})
	}
	for _, s := range f.Group.Switches(row.At) {
		if want, asked := row.Switches[s.Switch]; asked && want != s.String() {
			out = append(out, Miss{row.Name, string(s.Switch), want, s.String()})
		}
	}
	return out, nil
}

func answer(allowed bool, by Rule) string {
	word := "deny"
	if allowed {
		word = "allow"
	}
	if by == "" {
		return word
	}
	return fmt.Sprintf("%s (%s)", word, by)
}

// facts are those of a row.
func (c Charter) facts(row Case) (Facts, error) {
	jobs := slices.Concat(row.Company.Jobs, c.Company.Jobs)
	company, err := together(c.Company.WithJobs(jobs), row.Company.WithJobs(jobs))
	if err != nil {
		return Facts{}, fmt.Errorf("the company's book: %w", err)
	}
	for _, ch := range (Book{}).Configure(row.Owners, row.Departments, 0) {
		company[ch.Key] = ch.After
	}
	group, err := together(c.Groups[row.In].WithJobs(jobs), row.Group.WithJobs(jobs))
	if err != nil {
		return Facts{}, fmt.Errorf("the group's book: %w", err)
	}
	f := Facts{
		Actor: row.People[row.Actor], People: row.People, Place: row.Place, Offered: row.Offered, Roster: awakeOnly(row.OnDuty),
	}
	if f.Company, err = Build(company); err != nil {
		return Facts{}, err
	}
	if f.Group, err = Build(group); err != nil {
		return Facts{}, err
	}
	f.Place.Tags = slices.Concat(f.Place.Tags, f.Group.Tags())
	return f, nil
}

// together are the records of several parts, the later ones first.
func together(parts ...Part) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for _, p := range parts {
		records, err := p.records(writer{})
		if err != nil {
			return nil, err
		}
		maps.Copy(out, records)
	}
	return out, nil
}

// awakeOnly is a roster on which some people are always on shift.
type awakeOnly []chat.User

// OnDuty says whether somebody is among them.
func (s awakeOnly) OnDuty(who chat.User, _ time.Time) bool { return slices.Contains(s, who) }

// NextShift plans none: the shift of those who are on it does not end.
func (s awakeOnly) NextShift(chat.User, time.Time) (time.Time, bool) { return time.Time{}, false }
