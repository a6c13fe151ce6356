package link

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"qunguan/bot/chat"
)

// Mapping says how a portrait is written as a record of another system.
type Mapping struct {
	Fields map[string]string // by name of chat.Portrait.Fields: the other system's field
	Roles  map[string]string // by level or job: the other system's word for it
	Key    string            // the other system's field by which a record is found again; it is one of Fields
}

// Record is a portrait by the names of the other system. What the portrait does not know is left out, so that it does not
// empty a field that somebody has filled in; but level, job and roles are always told, for having none is what is known.
// Numbers are json.Number, active is a bool, all others are texts.
func (m Mapping) Record(p chat.Portrait) map[string]any {
	p.Roles = slices.Clone(p.Roles)
	for i, r := range p.Roles {
		p.Roles[i].Level, p.Roles[i].Job = m.role(r.Level), m.role(r.Job)
	}
	p.Level, p.Job = m.role(p.Level), m.role(p.Job)
	known, out := p.Fields(), map[string]any{}
	for _, ours := range slices.Sorted(maps.Keys(m.Fields)) {
		v, ok := known[ours]
		if !ok || v == "" && !slices.Contains([]string{"level", "job", "roles"}, ours) {
			continue
		}
		out[m.Fields[ours]] = typed(ours, v)
	}
	return out
}

func (m Mapping) role(word string) string {
	if theirs, ok := m.Roles[word]; ok {
		return theirs
	}
	return word
}

// typed is a value as the field of another system that is made for it takes it.
func typed(name, v string) any {
	switch {
	case name == "active":
		return v == "true"
	case name == "groups", name == "duty_hours", strings.HasPrefix(name, "indicator_"):
		return json.Number(v)
	}
	return v
}
