package access

import (
	"maps"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Map gives a role to everyone of a position or a department: in the group, with the zero group in all groups. By, At
// and Tier are filled in, and the level where only a job is named (D2). Setting again replaces; the same again is no
// change. A group's own mapping is about that group.
func (f Facts) Map(g chat.Group, by chat.User, m Mapping, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	if m.Level == NoLevel {
		m.Level = DefaultLevel(m.Job)
	}
	m.By, m.At, m.Tier = a.by, a.now, a.tier()
	d := a.mayMap(m)
	if !d.Allowed {
		return nil, d
	}
	if old, ok := a.book().mapping(MappingKey(m)); ok {
		if d := a.mayUnmap(old); !d.Allowed {
			return nil, d
		}
		if old.same(m) {
			return nil, d
		}
	}
	return Change{set(a.book(), g, MappingKey(m), &m)}, d
}

// SwitchMapping switches a mapping of the book off, or on again. Off, it gives nothing and is kept.
func (f Facts) SwitchMapping(g chat.Group, by chat.User, m Mapping, off bool, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	if d := a.mayUnmap(m); !d.Allowed || m.Off == off {
		return nil, d
	}
	m.By, m.At, m.Tier, m.Off = a.by, a.now, a.tier(), off
	d := a.mayMap(m)
	if !d.Allowed {
		return nil, d
	}
	return Change{set(a.book(), g, MappingKey(m), &m)}, d
}

// Unmap takes a mapping of the book away.
func (f Facts) Unmap(g chat.Group, by chat.User, m Mapping, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	d := a.mayUnmap(m)
	if !d.Allowed {
		return nil, d
	}
	return Change{set[Mapping](a.book(), g, MappingKey(m), nil)}, d
}

// mayUnmap asks about taking away, or replacing, what a mapping gives.
func (a *asker) mayUnmap(old Mapping) Decision {
	d := a.mayPolicy()
	switch {
	case !d.Allowed:
		return d
	case old.Tier == Enterprise && !a.above:
		return Decision{Rule: RuleTier, item: Policy}
	}
	if why := a.against(old.Level); why != "" {
		return Decision{Rule: why, item: Policy}
	}
	return d
}

// same says whether two mappings under one key give the same.
func (m Mapping) same(o Mapping) bool {
	return m.Level == o.Level && m.Job == o.Job && m.Grants == o.Grants && m.Off == o.Off && m.Subject == o.Subject
}

func (b Book) mapping(key string) (Mapping, bool) {
	for _, m := range b.Mappings() {
		if MappingKey(m) == key {
			return m, true
		}
	}
	return Mapping{}, false
}

// MappingsOf lists the mappings of the book for a position or a department; with a zero kind for either.
func (b Book) MappingsOf(kind SubjectKind, id string) []Mapping {
	return slices.DeleteFunc(b.Mappings(), func(m Mapping) bool {
		return m.Subject.ID != id || kind != Everyone && m.Subject.Kind != kind
	})
}

// IsMapping says whether the change of a record is one of a mapping.
func IsMapping(c journal.Change) bool { return isAccess(c.Of) && strings.HasPrefix(c.Key, "mapping/") }

// Inheritance is a role that somebody has by position or department.
type Inheritance struct {
	Who     chat.User
	Mapping Mapping
	Company bool // of the company's book
	Pending bool // the group's cap is taken: it gives nothing yet (D9)
}

// Inherited lists the roles that somebody has in a group by position or department, the highest level first; those
// that are pending too, those that are switched off not.
func (f Facts) Inherited(who chat.User, g chat.Group, at time.Time) []Inheritance {
	p, known := f.People[who]
	if !known || !f.Maps() {
		return nil
	}
	r := Request{Group: g, At: at}
	var out []Inheritance
	for l := range f.inherited(&p, &r) {
		if !l.mapping.Off {
			out = append(out, Inheritance{Who: who, Mapping: *l.mapping, Company: f.Company.owns(l)})
		}
	}
	if len(out) > 0 && f.pending(who, &r) {
		for i := range out {
			out[i].Pending = true
		}
	}
	slices.SortStableFunc(out, func(a, b Inheritance) int { return int(b.Mapping.Level) - int(a.Mapping.Level) })
	return out
}

// owns says whether a line about more than one person stands in the book.
func (b Book) owns(l *line) bool {
	wide, _ := b.wide()
	for i := range wide {
		if &wide[i] == l {
			return true
		}
	}
	return false
}

// Heirs lists everyone who has a role in a group by position or department, by userid: of several the highest.
func (f Facts) Heirs(g chat.Group, at time.Time) []Inheritance {
	var out []Inheritance
	for _, who := range slices.Sorted(maps.Keys(f.People)) {
		if all := f.Inherited(who, g, at); len(all) > 0 {
			out = append(out, all[0])
		}
	}
	return out
}

// Shift is what becomes of somebody's role by position or department. Before or After is nil where there is none.
type Shift struct {
	Who           chat.User
	Before, After *Inheritance
}

// Shifts compares who has a role by position or department in a group before and after something. Who has the same is
// not among them.
func Shifts(before, after Facts, g chat.Group, at time.Time) []Shift {
	were := map[chat.User]*Inheritance{}
	for _, i := range before.Heirs(g, at) {
		were[i.Who] = &i
	}
	var out []Shift
	for _, i := range after.Heirs(g, at) {
		was := were[i.Who]
		delete(were, i.Who)
		if was == nil || was.Pending != i.Pending || was.Mapping.Level != i.Mapping.Level || was.Mapping.Job != i.Mapping.Job {
			out = append(out, Shift{i.Who, was, &i})
		}
	}
	for who, was := range were {
		out = append(out, Shift{who, was, nil})
	}
	slices.SortFunc(out, func(a, b Shift) int { return strings.Compare(string(a.Who), string(b.Who)) })
	return out
}

// SourceText is where a role or a statement comes from, for people: "因职位 客服主管" for "auto:position:客服主管". What is
// not made by a rule reads as it is.
func SourceText(source string) chat.Text {
	for prefix, t := range map[string]chat.Text{
		"auto:position:":   {ZH: "因职位 %s", EN: "by position %s"},
		"auto:department:": {ZH: "因部门 %s", EN: "by department %s"},
	} {
		if id, ok := strings.CutPrefix(source, prefix); ok {
			return t.F(chat.Escape(id))
		}
	}
	switch source {
	case "":
		return chat.Text{}
	case "eligible":
		return chat.Text{ZH: "由候补激活", EN: "activated"}
	case "request":
		return chat.Text{ZH: "申请获准", EN: "requested and approved"}
	case "on-duty":
		return chat.Text{ZH: "值班自动获准", EN: "granted on duty"}
	case glassSource:
		return chat.Text{ZH: "应急", EN: "emergency"}
	}
	return chat.Text{ZH: "来源 %s", EN: "source %s"}.F(chat.Escape(source))
}
