package access

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// MostJobName is how many characters the name of a custom role may have.
const MostJobName = 20

// jobName is what a custom role may be called: one word that no command reads as something else.
var jobName = regexp.MustCompile(`^[\p{Han}a-zA-Z][\p{Han}a-zA-Z0-9_·-]*$`)

// JobName reads the name of a custom role. Levels, built-in jobs, items and families have names of their own.
func JobName(s string) (Job, bool) {
	if _, taken := ParseLevel(s); taken {
		return NoJob, false
	}
	if _, taken := ParseJob(s); taken {
		return NoJob, false
	}
	if _, taken := ParseItem(s); taken {
		return NoJob, false
	}
	if _, taken := ParseFamily(s); taken || utf8.RuneCountInString(s) > MostJobName || !jobName.MatchString(s) {
		return NoJob, false
	}
	return Job(s), true
}

// ParseFamily reads a family in either language. NoFamily cannot be written.
func ParseFamily(s string) (Family, bool) {
	for f := Members; f <= Governance; f++ {
		if word(s) == word(familyLabels[f].ZH) || word(s) == word(familyLabels[f].EN) || word(s) == familyNames[f] {
			return f, true
		}
	}
	return NoFamily, false
}

// Label names what the statement is about: a family that it was written for by its own name.
func (s Statement) Label() chat.Text {
	for f := Members; s.Breadth == OfFamily && f <= Governance; f++ {
		if s.Items == f.Items() {
			return f.Label()
		}
	}
	return s.Items.Label()
}

// JobHolder is where a custom role is in use.
type JobHolder struct {
	Group   chat.Group // the book that it stands in; empty for the company's
	Who     chat.User  // empty for a mapping
	Mapping Mapping
}

// JobHolders lists who has a job, by group and userid: roles that are over are not among them, mappings are, also those
// that are switched off. books are those of the groups.
func (f Facts) JobHolders(name Job, books map[chat.Group]Book, now time.Time) []JobHolder {
	var out []JobHolder
	for _, g := range f.all(books) {
		b := f.bookOf(g, books)
		for _, r := range b.Roles() {
			if r.Job == name && !r.over(now) {
				out = append(out, JobHolder{Group: g, Who: r.Who})
			}
		}
		for _, m := range b.Mappings() {
			if m.Job == name {
				out = append(out, JobHolder{Group: g, Mapping: m})
			}
		}
	}
	return out
}

// all is the company's book and then those of the groups, in order.
func (f *Facts) all(books map[chat.Group]Book) []chat.Group {
	return append([]chat.Group{""}, slices.Sorted(maps.Keys(books))...)
}

func (f *Facts) bookOf(g chat.Group, books map[chat.Group]Book) Book {
	if g == "" {
		return f.Company
	}
	return books[g]
}

// Define defines a custom role, or defines it anew; then everyone who has it has what it is now. It is an owner's. By
// and At are filled in. books must be those of all groups.
func (f Facts) Define(by chat.User, def JobDefinition, books map[chat.Group]Book, now time.Time) (Change, Decision) {
	a := f.asker("", by, now)
	d := a.mayPolicy()
	if !d.Allowed {
		return nil, d
	}
	def.By, def.At = a.by, a.now
	name, ok := JobName(string(def.Name))
	if !ok || def.sound() != nil {
		return nil, Decision{Rule: RuleNothingGranted, item: Policy}
	}
	if old, ok := f.Company.JobDefinition(name); ok && old.Items == def.Items {
		return nil, d
	}
	out := Change{set(f.Company, "", JobKey(name), &def)}
	return append(out, f.carried(def, books)...), d
}

// carried is what changes with a custom role: the roles and mappings of all books that have it.
func (f *Facts) carried(def JobDefinition, books map[chat.Group]Book) Change {
	var out Change
	for _, g := range f.all(books) {
		b := f.bookOf(g, books)
		for _, r := range b.Roles() {
			if r.Job == def.Name && r.Grants != def.Items {
				r.Grants = def.Items
				out = append(out, set(b, g, r.Key(), &r))
			}
		}
		for _, m := range b.Mappings() {
			if m.Job == def.Name && m.Grants != def.Items {
				m.Grants = def.Items
				out = append(out, set(b, g, MappingKey(m), &m))
			}
		}
	}
	return out
}

// Carried is what changes of custom roles carry along in all books, as Define has it. books must be those of all
// groups.
func (f Facts) Carried(changes Change, books map[chat.Group]Book) Change {
	var out Change
	for _, c := range changes {
		if def, err := journal.Decode[JobDefinition](c.After); isJob(c.Key) && c.After != nil && err == nil {
			out = append(out, f.carried(def, books)...)
		}
	}
	return out
}

// Forget deletes a custom role that nobody has; whether that is so is asked with JobHolders. It is an owner's.
func (f Facts) Forget(by chat.User, name Job, now time.Time) (Change, Decision) {
	a := f.asker("", by, now)
	d := a.mayPolicy()
	if !d.Allowed {
		return nil, d
	}
	if _, ok := f.Company.JobDefinition(name); !ok {
		return nil, d
	}
	return Change{set[JobDefinition](f.Company, "", JobKey(name), nil)}, d
}

// withJobs is the facts with custom roles as they are once changes have been made; the facts themselves where those are
// not understood, which are then refused.
func (f Facts) withJobs(changes []journal.Change) Facts {
	jobs := slices.DeleteFunc(slices.Clone(changes), func(c journal.Change) bool { return !isJob(c.Key) })
	if len(jobs) == 0 {
		return f
	}
	then, err := f.After("", jobs)
	if err != nil {
		return f
	}
	return then
}

// redefines says whether a change of a role or a mapping is only that its custom role has become what it is in f.
func (f *Facts) redefines(c journal.Change) bool {
	kind, _, _ := strings.Cut(c.Key, "/")
	if c.Before == nil || c.After == nil {
		return false
	}
	switch kind {
	case "role", "temp", "eligible", "active":
		return sameBut(c, func(r *Role) { r.Grants = 0 }, func(r Role) bool { return r.Job != NoJob && r.Grants == f.jobGrants(r.Job) })
	case "mapping":
		return sameBut(c, func(m *Mapping) { m.Grants = 0 }, func(m Mapping) bool { return m.Job != NoJob && m.Grants == f.jobGrants(m.Job) })
	}
	return false
}

// sameBut says whether the two sides of a change are the same once something is left out of both.
func sameBut[T any](c journal.Change, leaveOut func(*T), fits func(T) bool) bool {
	before, err1 := journal.Decode[T](c.Before)
	after, err2 := journal.Decode[T](c.After)
	if err1 != nil || err2 != nil || !fits(after) {
		return false
	}
	leaveOut(&before)
	leaveOut(&after)
	b, err1 := json.Marshal(before)
	a, err2 := json.Marshal(after)
	return err1 == nil && err2 == nil && bytes.Equal(a, b)
}
