package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Charter is a company's policy as data: what its book and the books of its groups say, but for what the configuration
// says there, which is who the owners and department admins are, and the company's cap; and for who decides requests in
// whose place while they are away, which is theirs to say.
type Charter struct {
	Company Part
	Groups  map[chat.Group]Part
}

// Part is the policy of one book by section. A section that is nil says nothing: a book that takes the part keeps what
// it has. One that is empty says that there is none.
//
// People's own roles and exceptions are sections of their own, so that a policy can be kept in a file without them.
type Part struct {
	Jobs       []JobDefinition
	Mappings   []Mapping
	Statements []Statement // about more people than one
	Separation []Exclusive
	Exemptions []Exemption
	Approvals  []Approval
	Scenes     []Scene
	Tags       []Tag
	Cap        *int        // of a group; 0: that of the company
	Roles      []Role      // by name, of every term
	Exceptions []Statement // about one person
}

// sections are the kinds of record that parts are made of: who says what is in each.
var sections = []struct {
	given func(p *Part) bool
	holds func(key string, raw json.RawMessage) bool
}{
	{func(p *Part) bool { return p.Jobs != nil }, ofKind("job")},
	{func(p *Part) bool { return p.Mappings != nil }, ofKind("mapping")},
	{func(p *Part) bool { return p.Statements != nil }, func(k string, raw json.RawMessage) bool { return ofKind("statement")(k, raw) && !personal(raw) }},
	{func(p *Part) bool { return p.Separation != nil }, ofKind("sod")},
	{func(p *Part) bool { return p.Exemptions != nil }, ofKind("exempt")},
	{func(p *Part) bool { return p.Approvals != nil }, ofKind("approval")},
	{func(p *Part) bool { return p.Scenes != nil }, ofKind("scene")},
	{func(p *Part) bool { return p.Tags != nil }, ofKind("tag")},
	{func(p *Part) bool { return p.Cap != nil }, ofKind(CapKey)},
	{func(p *Part) bool { return p.Roles != nil }, ofKind("role", "temp", "eligible", "active")},
	{func(p *Part) bool { return p.Exceptions != nil }, func(k string, raw json.RawMessage) bool { return ofKind("statement")(k, raw) && personal(raw) }},
}

func ofKind(kinds ...string) func(string, json.RawMessage) bool {
	return func(key string, _ json.RawMessage) bool {
		kind, _, _ := strings.Cut(key, "/")
		return slices.Contains(kinds, kind)
	}
}

func personal(raw json.RawMessage) bool {
	var s Statement
	return json.Unmarshal(raw, &s) == nil && s.Subject.Kind == OnePerson
}

// Part is what a book says, whole: every section is given, if only to say that there is none. Of the company's book the
// cap is left out.
func (b Book) Part(company bool) Part {
	p := Part{
		Jobs: notNil(b.JobDefinitions()), Mappings: notNil(b.Mappings()), Statements: []Statement{}, Separation: notNil(b.Exclusives()),
		Exemptions: notNil(b.Exemptions()), Approvals: notNil(b.Approvals()), Scenes: notNil(b.Scenes()), Tags: []Tag{}, Roles: notNil(b.Roles()), Exceptions: []Statement{},
	}
	for _, s := range b.Statements() {
		if s.Subject.Kind == OnePerson {
			p.Exceptions = append(p.Exceptions, s)
		} else {
			p.Statements = append(p.Statements, s)
		}
	}
	for _, name := range b.Tags() {
		if t, err := journal.Decode[Tag](b.record(TagKey(name))); err == nil {
			p.Tags = append(p.Tags, t)
		}
	}
	if n, _ := b.RoleCap(); !company {
		p.Cap = &n
	}
	return p
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// records are the records that the part says there are. Two of the same key are an error: one would be lost.
func (p Part) records(w writer) (map[string]json.RawMessage, error) {
	w.out = map[string]json.RawMessage{}
	writeAll(&w, p.Jobs, func(j *JobDefinition) (string, maker) { return JobKey(j.Name), maker{&j.By, &j.At} })
	writeAll(&w, p.Mappings, func(m *Mapping) (string, maker) { return MappingKey(*m), maker{&m.By, &m.At} })
	for _, list := range [][]Statement{p.Statements, p.Exceptions} {
		writeAll(&w, list, func(s *Statement) (string, maker) { return StatementKey(*s), maker{&s.By, &s.At} })
	}
	writeAll(&w, p.Separation, func(x *Exclusive) (string, maker) { return ExclusiveKey(x.Name), maker{&x.By, &x.At} })
	writeAll(&w, p.Exemptions, func(e *Exemption) (string, maker) { return ExemptionKey(e.Rule, e.Who), maker{&e.By, &e.At} })
	writeAll(&w, p.Approvals, func(a *Approval) (string, maker) { return ApprovalKey(a.What), maker{&a.By, &a.At} })
	writeAll(&w, p.Scenes, func(s *Scene) (string, maker) { return SceneKey(s.Name), maker{&s.By, &s.At} })
	writeAll(&w, p.Tags, func(t *Tag) (string, maker) { return TagKey(t.Name), maker{&t.By, &t.At} })
	writeAll(&w, p.Roles, func(r *Role) (string, maker) { return r.Key(), maker{&r.By, &r.At} })
	if p.Cap != nil && *p.Cap > 0 {
		writeAll(&w, []Cap{{People: *p.Cap}}, func(*Cap) (string, maker) { return CapKey, maker{} })
	}
	for _, s := range p.Statements {
		if s.Subject.Kind == OnePerson {
			w.err = errors.Join(w.err, fmt.Errorf("a statement about one person, %s, belongs to the exceptions", s.Subject.ID))
		}
	}
	for _, s := range p.Exceptions {
		if s.Subject.Kind != OnePerson {
			w.err = errors.Join(w.err, errors.New("an exception is about one person; what is about more belongs to the statements"))
		}
	}
	return w.out, w.err
}

// maker is where a record says who made it, and when.
type maker struct {
	by *chat.User
	at *time.Time
}

// writer writes records. One that names nobody who made it becomes the setting of by, made now; if it is otherwise as
// the book has it, it is left as it is. Without a by everything is written as it is.
type writer struct {
	book Book
	by   chat.User
	now  time.Time
	out  map[string]json.RawMessage
	err  error
}

func writeAll[T any](w *writer, list []T, of func(*T) (string, maker)) {
	for _, v := range list {
		key, m := of(&v)
		if _, twice := w.out[key]; twice {
			w.err = errors.Join(w.err, fmt.Errorf("%s stands there twice", key))
		}
		raw := journal.Set(Of(""), key, nil, &v).After
		if w.by != "" && m.by != nil && *m.by == "" && m.at.IsZero() {
			if before := w.book.record(key); sameMatter(before, raw) {
				raw = before
			} else {
				*m.by, *m.at = w.by, w.now
				raw = journal.Set(Of(""), key, nil, &v).After
			}
		}
		w.out[key] = raw
	}
}

// sameMatter says whether two records differ at most in who made them and when.
func sameMatter(a, b json.RawMessage) bool {
	if a == nil {
		return false
	}
	var x, y map[string]json.RawMessage
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	for _, m := range []map[string]json.RawMessage{x, y} {
		delete(m, "by")
		delete(m, "at")
	}
	return maps.EqualFunc(x, y, func(v, w json.RawMessage) bool { return string(v) == string(w) })
}

// Book builds the book that the part alone describes.
func (p Part) Book() (Book, error) {
	records, err := p.records(writer{})
	if err != nil {
		return Book{}, err
	}
	return Build(records)
}

// WithJobs says what custom jobs give where roles and mappings name one: what the job is, whatever they said before, so
// that a job that is narrowed is narrowed for all who have it. Jobs of the part go before those of others.
func (p Part) WithJobs(others []JobDefinition) Part {
	find := func(name Job) (items Items) {
		for _, j := range slices.Concat(p.Jobs, others) {
			if j.Name == name {
				return j.Items
			}
		}
		return 0
	}
	p.Roles, p.Mappings = slices.Clone(p.Roles), slices.Clone(p.Mappings)
	for i := range p.Roles {
		p.Roles[i].Grants = find(p.Roles[i].Job)
	}
	for i := range p.Mappings {
		p.Mappings[i].Grants = find(p.Mappings[i].Job)
	}
	return p
}

// Adopt is the change that makes a book say what a part says, in the sections that the part gives. A record that names
// nobody who made it is the setting of by, made now; if it is otherwise as the book has it, it is left as it is. What
// is over already and not in the book gives nothing and is not brought back.
func (b Book) Adopt(g chat.Group, p Part, by chat.User, now time.Time) (Change, error) {
	if g == "" && p.Cap != nil {
		return nil, errors.New("the company's cap is set by the configuration")
	}
	wanted, err := p.records(writer{book: b, by: by, now: now.UTC()})
	if err != nil {
		return nil, err
	}
	var out Change
	keys := slices.Collect(maps.Keys(wanted))
	if b.ix != nil {
		keys = slices.AppendSeq(keys, maps.Keys(b.ix.records))
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		c := journal.Change{Of: Of(g), Key: key, Before: b.record(key), After: wanted[key]}
		if c.After == nil && !p.speaksOf(key, c.Before) || c.Before == nil && over(c.After, now) {
			continue
		}
		c.Due, _, _ = EndOf(key, c.After)
		if !c.IsNothing() {
			out = append(out, c)
		}
	}
	var records map[string]json.RawMessage
	if b.ix != nil {
		records = b.ix.records
	}
	if _, err := Build(journal.Apply(records, Of(g), out)); err != nil {
		return nil, err
	}
	return out, nil
}

// over says whether what a record says has ended.
func over(raw json.RawMessage, now time.Time) bool {
	var r struct {
		Until time.Time `json:"until"`
	}
	return json.Unmarshal(raw, &r) == nil && !r.Until.IsZero() && !now.Before(r.Until)
}

// speaksOf says whether a part that does not have a record means that it should go.
func (p Part) speaksOf(key string, raw json.RawMessage) bool {
	for _, s := range sections {
		if s.holds(key, raw) {
			return s.given(&p)
		}
	}
	return false
}
