package directory

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Person is what is known of one member of staff. The zero Person is unknown.
type Person struct {
	profile
	Chosen chat.Group // the group of their direct messages; zero if none
	// Followers are the staff whose customer the person is; FollowersAt is when that was read, zero if never.
	Followers   []chat.User
	FollowersAt time.Time
}

type profile struct {
	ID          chat.User         `json:"id"`
	Name        string            `json:"name,omitempty"`
	Email       string            `json:"email,omitempty"`
	Position    string            `json:"position,omitempty"`
	Departments []string          `json:"departments,omitempty"`
	Within      []chat.Department `json:"within,omitempty"`
	Contact     chat.Right        `json:"contact,omitempty"`
	Gone        bool              `json:"gone,omitempty"`
	SeenAt      int64             `json:"seen_at,omitempty"` // Unix seconds
}

type chosen struct {
	Group chat.Group `json:"group"`
}

const (
	profileKey = "profile"
	chosenKey  = "chosen" // also read by the ledger, to find the group in the same round trip
	// followersKey is of customers only, who have no profile: the address book does not know them.
	followersKey = "followers"
)

// OfPerson names the aggregate of one person.
func OfPerson(u chat.User) journal.Name { return journal.Named("person", string(u)) }

// BuildPerson makes a Person of its records.
func BuildPerson(records map[string]json.RawMessage) (Person, error) {
	var p Person
	for key, raw := range records {
		switch key {
		case profileKey:
			v, err := journal.Decode[profile](raw)
			if err != nil {
				return Person{}, err
			}
			p.profile = v
		case chosenKey:
			v, err := journal.Decode[chosen](raw)
			if err != nil {
				return Person{}, err
			}
			p.Chosen = v.Group
		case followersKey:
			v, err := journal.Decode[followers](raw)
			if err != nil {
				return Person{}, err
			}
			p.Followers, p.FollowersAt = v.Staff, time.Unix(v.SeenAt, 0).UTC()
		default:
			return Person{}, fmt.Errorf("unknown record %q of a person", key)
		}
	}
	return p, nil
}

// Known says whether the address book has told about this person.
func (p Person) Known() bool { return p.ID != "" }

// Member is the person as somebody in a group.
func (p Person) Member() chat.Member {
	m := chat.Member{ID: p.ID, Name: p.Name, Kind: chat.Staff, Email: p.Email, Contact: p.Contact}
	if len(p.Departments) > 0 {
		m.Department = p.Departments[0]
	}
	return m
}

// Observe returns what has changed since the person was last observed; nothing if it is the same. u is the person's
// id, also where the address book knows nobody of that id.
func (p Person) Observe(u chat.User, o chat.Person, now time.Time) []journal.Change {
	departments := slices.Clone(o.Departments)
	slices.Sort(departments)
	next := profile{
		ID: u, Name: chat.Line(o.Name), Email: o.Email, Position: o.Position, Departments: departments, Within: o.Within, Gone: o.Gone,
		Contact: told(o.Contact, p.Contact), SeenAt: clock(now),
	}
	var before *profile
	if p.Known() {
		old := p.profile
		before = &old
		if o.Gone {
			next.Name, next.Email, next.Position, next.Departments = old.Name, old.Email, old.Position, old.Departments
			next.Within = old.Within
		}
		same := next
		same.SeenAt = old.SeenAt
		if journal.Set(OfPerson(u), profileKey, before, &same).IsNothing() {
			return nil
		}
	}
	return []journal.Change{journal.Set(OfPerson(u), profileKey, before, &next)}
}

// Choose returns the change in which the person's direct messages are about g from now on.
func (p Person) Choose(u chat.User, g chat.Group) journal.Event {
	var before *chosen
	if p.Chosen != "" {
		before = &chosen{Group: p.Chosen}
	}
	return journal.Event{
		Kind: GroupChosen, Group: g,
		Changes: []journal.Change{journal.Set(OfPerson(u), chosenKey, before, &chosen{Group: g})},
	}
}
