package access

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// Mapping gives a role to everyone of a position or a department, for as long as they are of it (R12, R13, R68).
// Nothing is written for the people themselves: who changes the position has other rights at the next message. The
// zero Mapping gives nothing.
type Mapping struct {
	Subject Subject   `json:"subject"` // a position or a department
	Level   Level     `json:"level"`
	Job     Job       `json:"job,omitempty"`
	Grants  Items     `json:"grants,omitzero"` // what a custom Job gave when this was set
	Scope   Scope     `json:"scope,omitzero"`  // in which groups
	Least   int       `json:"least,omitempty"` // only in groups of at least so many people
	Most    int       `json:"most,omitempty"`  // only in groups of at most so many people; 0: of any size
	Scene   SceneName `json:"scene,omitempty"` // only while this scene is on in the group
	By      chat.User `json:"by,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Tier    Tier      `json:"tier,omitzero"` // of the account By; in the company's book always Enterprise
	Off     bool      `json:"off,omitempty"` // switched off: gives nothing
}

// MappingKey is the key of a mapping: one for each subject, scope and condition. Setting again replaces.
func MappingKey(m Mapping) string {
	parts := []string{
		m.Subject.Kind.String(), m.Subject.ID, m.Scope.Kind.String(), m.Scope.Department, m.Scope.Tag, listed(m.Scope.Groups),
		fmt.Sprintf("%d-%d", m.Least, m.Most), string(m.Scene),
	}
	for i, p := range parts {
		parts[i] = inKey.Replace(p)
	}
	return "mapping/" + strings.Join(parts, "/")
}

// Source is what the roles that the mapping gives name as their source: "auto:position:客服主管".
func (m Mapping) Source() string { return "auto:" + m.Subject.Kind.String() + ":" + m.Subject.ID }

// Role is the role that the mapping gives to somebody of its subject.
func (m Mapping) Role(who chat.User) Role {
	return Role{
		Who: who, Level: m.Level, Job: m.Job, Grants: m.Grants, By: m.By, Reason: m.Reason, At: m.At, Tier: m.Tier,
		Source: m.Source(), Suspended: m.Off,
	}
}

func (m Mapping) sound() error {
	switch {
	case m.Subject.Kind != OfPosition && m.Subject.Kind != OfDepartment, m.Subject.ID == "":
		return fmt.Errorf("mapping of subject %q of kind %s", m.Subject.ID, m.Subject.Kind)
	case m.Level == NoLevel:
		return fmt.Errorf("mapping without a level")
	case !m.Scope.sound() || m.Scope.Kind == MemberSet:
		return fmt.Errorf("scope of kind %s does not fit what it names", m.Scope.Kind)
	case m.Least < 0 || m.Most < 0 || m.Most > 0 && m.Most < m.Least:
		return fmt.Errorf("groups of %d to %d people", m.Least, m.Most)
	case m.Job != NoJob && m.Grants == 0:
		if _, known := JobItems(m.Job); !known {
			return fmt.Errorf("unknown job %q", m.Job)
		}
	}
	return nil
}

// holds says whether the conditions of a mapping are met in the group of r.
func (m *Mapping) holds(f *Facts, r *Request) bool {
	if m.Least > 0 || m.Most > 0 {
		if f.Place.People == 0 || f.Place.People < m.Least || m.Most > 0 && f.Place.People > m.Most {
			return false // of unknown size is not large enough: rights are not guessed
		}
	}
	return m.Scene == "" || f.Group.InScene(m.Scene, r.At)
}

// inherited walks the mapping lines of both books that are about somebody in a group, whether or not the cap leaves
// room for them.
func (f *Facts) inherited(p *Person, r *Request) func(yield func(*line) bool) {
	return func(yield func(*line) bool) {
		for _, b := range []Book{f.Company, f.Group} {
			if b.ix == nil {
				continue
			}
			for i := range b.ix.wide {
				l := &b.ix.wide[i]
				if l.mapping != nil && l.about(p) && l.covers(f, r) && !yield(l) {
					return
				}
			}
		}
	}
}

// Maps says whether either book has a mapping, so that the address book matters.
func (f Facts) Maps() bool {
	for _, b := range []Book{f.Company, f.Group} {
		if b.ix != nil && len(b.ix.mappings) > 0 {
			return true
		}
	}
	return false
}

// Mappings lists the mappings of the book, in order of their keys.
func (b Book) Mappings() []Mapping {
	if b.ix == nil {
		return nil
	}
	return slices.Clone(b.ix.mappings)
}

// Inherits says whether somebody has a role in a group by position or department. p is what the address book says.
func (f Facts) Inherits(p Person, g chat.Group, at time.Time) (Mapping, bool) {
	for l := range f.inherited(&p, &Request{Group: g, At: at}) {
		if !l.mapping.Off {
			return *l.mapping, true
		}
	}
	return Mapping{}, false
}

// Pending says whether somebody's inherited role waits because the group's cap is taken (D9: 待定). Who was
// appointed goes before who inherits, and of those who came first.
func (f Facts) Pending(who chat.User, g chat.Group, at time.Time) bool {
	return f.pending(who, &Request{Group: g, At: at})
}

func (f *Facts) pending(who chat.User, r *Request) bool {
	taken, mine, most := 0, f.person(who), (&asker{f: f}).cap()
	for _, u := range f.named() {
		if f.appointed(u, r) {
			if u == who {
				return false
			}
			taken++
		}
	}
	for u, p := range f.People {
		if u == who || f.appointed(u, r) || !f.inherits(&p, r) {
			continue
		}
		if p.Joined < mine.Joined || p.Joined == mine.Joined && u < who {
			taken++
		}
		if taken >= most {
			return true
		}
	}
	return taken >= most
}

// appointed says whether somebody holds a role by name that is not over.
func (f *Facts) appointed(who chat.User, r *Request) bool {
	for _, b := range []Book{f.Company, f.Group} {
		p := b.person(who)
		for i := range p.lines[:p.roles] {
			if l := &p.lines[i]; !l.role.Eligible && !l.role.over(r.At) && l.covers(f, r) {
				return true
			}
		}
	}
	return false
}

func (f *Facts) inherits(p *Person, r *Request) bool {
	for l := range f.inherited(p, r) {
		if !l.mapping.Off {
			return true
		}
	}
	return false
}

// OnlyOwn says whether some right of a person, or one of many people's, reaches only customers of their own: whose
// customer somebody is then matters.
func (f Facts) OnlyOwn(who chat.User) bool {
	for _, b := range []Book{f.Company, f.Group} {
		p := b.person(who)
		wide, _ := b.wide()
		for _, lines := range [][]line{p.lines, wide} {
			for i := range lines {
				if lines[i].data().Own {
					return true
				}
			}
		}
	}
	return false
}
