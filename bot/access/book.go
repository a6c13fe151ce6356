package access

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Book is everything that has been written about rights in one place: for the company, or in one group. It is
// immutable after Build and safe for concurrent use. The zero Book is empty.
//
// What stands in the company's book is of the enterprise tier. What stands in a group's book is of the tier that the
// record names, because the tier is that of the account that made the setting (3.1 a), and accounts of the enterprise
// make settings in single groups too.
type Book struct{ ix *index }

// index is a book made ready for decisions: whom the records speak about is found with one look-up.
type index struct {
	records    map[string]json.RawMessage
	people     map[chat.User]person
	wide       []line // statements about more than one person, in order of their keys
	wideItems  Items  // what any of wide is about
	roles      []Role
	statements []Statement
	owners     []chat.User
	admins     []DepartmentAdmin
	mappings   []Mapping
	scenes     []Scene
	exclusives []Exclusive
	exemptions []Exemption
	jobs       []JobDefinition
	tags       []string
	approvals  []Approval
	// delegations are who decides requests in whose place.
	delegations []Delegation
	roleCap     int
}

// person is what one book says about one person by name; the zero person is one it does not name. It is small, and
// lies in the map itself: each further place in memory costs a decision more than all its arithmetic.
type person struct {
	lines []line           // roles, the fixed one first; then statements, in order of their keys
	admin *DepartmentAdmin // nil: none
	roles int32            // how many of lines are roles
	owner bool
}

// Owner is the record of a 超级管理员.
type Owner struct {
	Who chat.User `json:"who"`
}

// DepartmentAdmin is the record of a 分级管理员, who may do everything in the groups of their departments.
type DepartmentAdmin struct {
	Who         chat.User `json:"who"`
	Departments []string  `json:"departments"`
}

// Cap is the record that limits how many people may hold a role in one group (D9).
type Cap struct {
	People int `json:"people"`
}

// Build makes a book of its records. An unknown key, a record that does not decode, and one that stands under a key
// that is not its own are errors: rights that are only half understood must not be granted.
func Build(records map[string]json.RawMessage) (Book, error) {
	ix := &index{records: maps.Clone(records), people: map[chat.User]person{}}
	for _, key := range slices.Sorted(maps.Keys(records)) {
		if err := ix.read(key, records[key]); err != nil {
			return Book{}, fmt.Errorf("build access book: record %q: %w", key, err)
		}
	}
	slices.SortStableFunc(ix.roles, func(a, b Role) int {
		return cmp.Or(strings.Compare(string(a.Who), string(b.Who)), a.order()-b.order())
	})
	ix.link()
	return Book{ix}, nil
}

// link makes lines of the records, and finds for everyone those about them.
func (ix *index) link() {
	for i := range ix.owners {
		ix.of(ix.owners[i], func(p *person) { p.owner = true })
	}
	for i := range ix.admins {
		ix.of(ix.admins[i].Who, func(p *person) { p.admin = &ix.admins[i] })
	}
	for i := range ix.roles {
		ix.of(ix.roles[i].Who, func(p *person) {
			p.lines = append(p.lines, lineOfRole(&ix.roles[i]))
			p.roles++
		})
	}
	for i := range ix.statements {
		s := &ix.statements[i]
		if s.Subject.Kind == OnePerson {
			ix.of(chat.User(s.Subject.ID), func(p *person) { p.lines = append(p.lines, lineOfStatement(s)) })
			continue
		}
		ix.add(lineOfStatement(s))
	}
	for i := range ix.mappings {
		ix.add(lineOfMapping(&ix.mappings[i]))
	}
	for i := range ix.scenes {
		if s, ok := ix.scenes[i].statement(); ok {
			ix.add(lineOfScene(&s))
		}
	}
}

// add adds a line about more than one person.
func (ix *index) add(l line) {
	ix.wide = append(ix.wide, l)
	ix.wideItems |= l.gives | l.beyond
}

func (ix *index) of(who chat.User, write func(*person)) {
	p := ix.people[who]
	write(&p)
	ix.people[who] = p
}

func (ix *index) read(key string, raw json.RawMessage) error {
	kind, _, _ := strings.Cut(key, "/")
	switch kind {
	case "role", "temp", "eligible", "active":
		r, err := decodeRole(key, raw)
		if err != nil {
			return err
		}
		ix.roles = append(ix.roles, r)
	case "statement":
		s, err := decodeStatement(key, raw)
		if err != nil {
			return err
		}
		ix.statements = append(ix.statements, s)
	case "mapping":
		return keep(&ix.mappings, key, raw, MappingKey, Mapping.sound)
	case "scene":
		return keep(&ix.scenes, key, raw, func(s Scene) string { return SceneKey(s.Name) }, Scene.sound)
	case "sod":
		return keep(&ix.exclusives, key, raw, func(x Exclusive) string { return ExclusiveKey(x.Name) }, Exclusive.sound)
	case "exempt":
		return keep(&ix.exemptions, key, raw, func(e Exemption) string { return ExemptionKey(e.Rule, e.Who) }, nil)
	case "job":
		return keep(&ix.jobs, key, raw, func(j JobDefinition) string { return JobKey(j.Name) }, JobDefinition.sound)
	case "approval":
		return keep(&ix.approvals, key, raw, func(a Approval) string { return ApprovalKey(a.What) }, Approval.sound)
	case "delegate":
		return keep(&ix.delegations, key, raw, func(d Delegation) string { return DelegationKey(d.Who) }, Delegation.sound)
	case "tag":
		var tags []Tag
		if err := keep(&tags, key, raw, func(t Tag) string { return TagKey(t.Name) }, nil); err != nil {
			return err
		}
		ix.tags = append(ix.tags, tags[0].Name)
	case "owner":
		o, err := journal.Decode[Owner](raw)
		if err != nil || o.Who == "" || key != OwnerKey(o.Who) {
			return misplaced(err)
		}
		ix.owners = append(ix.owners, o.Who)
	case "department-admin":
		a, err := journal.Decode[DepartmentAdmin](raw)
		if err != nil || a.Who == "" || key != DepartmentAdminKey(a.Who) {
			return misplaced(err)
		}
		ix.admins = append(ix.admins, a)
	case CapKey:
		c, err := journal.Decode[Cap](raw)
		if err != nil || key != CapKey || c.People < 1 {
			return misplaced(err)
		}
		ix.roleCap = c.People
	default:
		return fmt.Errorf("unknown kind %q", kind)
	}
	return nil
}

// keep decodes a record into a list, having checked that it stands under its own key and makes sense.
func keep[T any](list *[]T, key string, raw json.RawMessage, keyOf func(T) string, sound func(T) error) error {
	v, err := journal.Decode[T](raw)
	if err != nil || key != keyOf(v) {
		return misplaced(err)
	}
	if sound != nil {
		if err := sound(v); err != nil {
			return err
		}
	}
	*list = append(*list, v)
	return nil
}

func decodeRole(key string, raw json.RawMessage) (Role, error) {
	r, err := journal.Decode[Role](raw)
	if err != nil || r.Who == "" || key != r.Key() || r.Eligible && r.Active || r.Active && !r.Temporary() ||
		r.Tag != "" && len(r.Groups) > 0 {
		return Role{}, misplaced(err)
	}
	if r.Level == NoLevel {
		return Role{}, fmt.Errorf("role without a level")
	}
	if _, known := JobItems(r.Job); r.Job != NoJob && !known && !r.custom() {
		return Role{}, fmt.Errorf("unknown job %q", r.Job)
	}
	return r, nil
}

func decodeStatement(key string, raw json.RawMessage) (Statement, error) {
	s, err := journal.Decode[Statement](raw)
	if err != nil || key != StatementKey(s) {
		return Statement{}, misplaced(err)
	}
	if s.Items == 0 {
		return Statement{}, fmt.Errorf("statement about no item")
	}
	if !s.Scope.sound() {
		return Statement{}, fmt.Errorf("scope of kind %s does not fit what it names", s.Scope.Kind)
	}
	if (s.Subject.ID == "") != (s.Subject.Kind == Everyone) {
		return Statement{}, fmt.Errorf("subject %q of kind %s", s.Subject.ID, s.Subject.Kind)
	}
	return s, nil
}

// misplaced is err, or, when the record itself could be read, that it is not the one that its key names.
func misplaced(err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("record and key do not belong together")
}

// Role returns a person's fixed or temporary role, live or not.
func (b Book) Role(who chat.User, temporary bool) (Role, bool) {
	if r := b.held(who, temporary); r != nil {
		return *r, true
	}
	return Role{}, false
}

// Roles lists all roles, live or not, by person: the fixed one, the temporary one, the activation, and last the one
// that may be activated.
func (b Book) Roles() []Role {
	if b.ix == nil {
		return nil
	}
	return slices.Clone(b.ix.roles)
}

// Statements lists all statements, live or not, in order of their keys.
func (b Book) Statements() []Statement {
	if b.ix == nil {
		return nil
	}
	return slices.Clone(b.ix.statements)
}

// Owners lists the 超级管理员 by userid. They count only in the company's book.
func (b Book) Owners() []chat.User {
	if b.ix == nil {
		return nil
	}
	return slices.Clone(b.ix.owners)
}

// DepartmentAdmins lists the 分级管理员 by userid. They count only in the company's book.
func (b Book) DepartmentAdmins() []DepartmentAdmin {
	if b.ix == nil {
		return nil
	}
	return slices.Clone(b.ix.admins)
}

// RoleCap is how many people may hold a role, if this book says so.
func (b Book) RoleCap() (int, bool) {
	if b.ix == nil || b.ix.roleCap == 0 {
		return 0, false
	}
	return b.ix.roleCap, true
}

// held is a role where it stands; nil if there is none. It must not be changed.
func (b Book) held(who chat.User, temporary bool) *Role {
	p := b.person(who)
	return p.role(RoleKey(who, temporary))
}

// role finds a role of the person by its record.
func (p *person) role(key string) *Role {
	for i := range p.lines[:p.roles] {
		if r := p.lines[i].role; r.Key() == key {
			return r
		}
	}
	return nil
}

// Eligible returns the role that a person may activate, whether or not it can be at present.
func (b Book) Eligible(who chat.User) (Role, bool) { return b.roleAt(who, EligibleKey(who)) }

// Active returns a person's activation, live or over.
func (b Book) Active(who chat.User) (Role, bool) { return b.roleAt(who, ActiveKey(who)) }

func (b Book) roleAt(who chat.User, key string) (Role, bool) {
	p := b.person(who)
	if r := p.role(key); r != nil {
		return *r, true
	}
	return Role{}, false
}

func (b Book) person(who chat.User) person {
	if b.ix == nil {
		return person{}
	}
	return b.ix.people[who]
}

func (b Book) wide() ([]line, Items) {
	if b.ix == nil {
		return nil, 0
	}
	return b.ix.wide, b.ix.wideItems
}

// record is a record as it was stored; nil if there is none.
func (b Book) record(key string) json.RawMessage {
	if b.ix == nil {
		return nil
	}
	return b.ix.records[key]
}

// set is the change of one record of this book. Before is taken as it was stored, byte for byte.
func set[T any](b Book, g chat.Group, key string, after *T) journal.Change {
	c := journal.Set(Of(g), key, nil, after)
	c.Before = bytes.Clone(b.record(key))
	return c
}
