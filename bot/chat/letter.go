package chat

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Letter is what is posted to another system. The outbox keeps it as an effect; ID is the effect's, so that a letter that
// is posted twice is known as the same by whoever gets it.
type Letter struct {
	ID    string          `json:"id"`
	Class string          `json:"class"`         // the kind of the entry; or OfPortrait, OfTest
	At    time.Time       `json:"at"`            // when it was so
	Test  bool            `json:"test,omitzero"` // that it is only to see whether it arrives
	Entry json.RawMessage `json:"entry,omitempty"`
	// Portrait is as the person stands when it is posted, of OfPortrait and OfTest.
	Portrait *Portrait `json:"portrait,omitempty"`
}

// The classes of letters beside the kinds of entries.
const (
	OfPortrait = "portrait"  // how an admin stands
	OfTest     = "link.test" // somebody tries whether a link works
)

// Portrait is how an admin stands (能力画像): what they may do, and how they do. What is not known is left empty.
type Portrait struct {
	User       User      `json:"user"`
	Name       string    `json:"name,omitempty"`
	Department string    `json:"department,omitempty"`
	Level      string    `json:"level,omitempty"` // the highest one held: senior, mid, junior; empty: no admin any more
	Job        string    `json:"job,omitempty"`   // of that role
	Roles      []Held    `json:"roles,omitempty"`
	DutyHours  float64   `json:"duty_hours,omitzero"` // on shift in the last 30 days
	Indicators []Measure `json:"indicators,omitempty"`
	AsOf       time.Time `json:"as_of"`
}

// Held is a role that somebody holds in a group.
type Held struct {
	Group Group     `json:"group"`
	Name  string    `json:"name,omitempty"` // of the group
	Level string    `json:"level"`
	Job   string    `json:"job,omitempty"`
	Until time.Time `json:"until,omitzero"` // exclusive; zero: no end
}

// Measure is one indicator of how somebody does.
type Measure struct {
	Name    string  `json:"name"` // of letters, digits and _: "response_hours"
	Value   float64 `json:"value"`
	Unit    string  `json:"unit,omitempty"`
	Verdict string  `json:"verdict,omitempty"` // passed, failed, too_few, no_source
	Sample  int     `json:"sample,omitzero"`   // of how many it is made
}

// Fields is the portrait flat, by the names that a field mapping uses. A number is written as a number is in JSON; a
// measure that has no value, because there is too little or no source, is left out, for it is not zero.
func (p Portrait) Fields() map[string]string {
	active := "false"
	if p.Level != "" {
		active = "true"
	}
	out := map[string]string{
		"user": string(p.User), "name": p.Name, "department": p.Department, "level": p.Level, "job": p.Job, "active": active,
		"groups": strconv.Itoa(len(p.groups())), "roles": p.roles(), "duty_hours": number(p.DutyHours), "as_of": p.AsOf.UTC().Format(time.RFC3339),
	}
	for _, m := range p.Indicators {
		out["verdict_"+m.Name] = m.Verdict
		if m.Verdict == "passed" || m.Verdict == "failed" || m.Verdict == "" {
			out["indicator_"+m.Name] = number(m.Value)
		}
	}
	return out
}

// FieldNames are the names of Fields, without those of indicators.
func FieldNames() []string {
	return []string{"user", "name", "department", "level", "job", "active", "groups", "roles", "duty_hours", "as_of"}
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (p Portrait) groups() []Group {
	var out []Group
	for _, r := range p.Roles {
		if !slices.Contains(out, r.Group) {
			out = append(out, r.Group)
		}
	}
	return out
}

// roles is one line a role: group, level, job, end.
func (p Portrait) roles() string {
	lines := make([]string, 0, len(p.Roles))
	for _, r := range p.Roles {
		name := r.Name
		if name == "" {
			name = string(r.Group)
		}
		line := name + ": " + r.Level
		if r.Job != "" {
			line += "/" + r.Job
		}
		if !r.Until.IsZero() {
			line += ", until " + r.Until.UTC().Format(time.RFC3339)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Takes says whether a list of classes has one: written out, with a star for what follows ("access.*"), or "*" for
// everything but portraits and tests.
func Takes(classes []string, class string) bool {
	return slices.ContainsFunc(classes, func(c string) bool {
		if c == class {
			return true
		}
		head, star := strings.CutSuffix(c, "*")
		return star && class != OfPortrait && class != OfTest && strings.HasPrefix(class, head)
	})
}

// PostLetter is an effect that posts a letter to another system, by the name of the link to it.
func PostLetter(link string, l Letter) Effect { return Effect{Kind: Post, To: User(link), Letter: &l} }

// Trial is the letter that tries a link: its portrait is nobody's, and says so.
func Trial(at time.Time) Letter {
	return Letter{Class: OfTest, At: at.UTC(), Test: true, Portrait: &Portrait{
		User: "qunguan-test", Name: "测试 Test", Level: "junior", Job: "test", AsOf: at.UTC(),
		Roles: []Held{{Group: "qunguan-test", Name: "测试 Test", Level: "junior", Job: "test"}},
	}}
}
