package chat

import "slices"

// GroupKind is what a group is on its platform; it decides what a bot can do there. It is fixed when the group
// is bound.
type GroupKind string

// The kinds of WeCom groups.
const (
	CustomerGroup GroupKind = "customer" // 客户群: staff and customers; no bot can be a member
	AppGroup      GroupKind = "app"      // 应用群: an internal group that the self-built app made
	BotGroup      GroupKind = "bot"      // 机器人群: an internal group with the smart bot
)

// PersonKind is whether a person belongs to the company.
type PersonKind string

// The kinds of people. The zero PersonKind is unknown: nothing that depends on it is allowed.
const (
	Staff    PersonKind = "staff"
	Customer PersonKind = "customer"
)

// Right is whether somebody holds a right of the platform itself. The zero Right is unknown: it was not told, which
// says neither.
type Right string

// What is known of a right.
const (
	RightHeld    Right = "held"
	RightMissing Right = "missing"
)

// Member is a person in a group, as the platform shows them.
type Member struct {
	ID   User       `json:"id"`
	Name string     `json:"name,omitempty"` // display name; never an identity
	Kind PersonKind `json:"kind,omitempty"`
	// Email and Department are known only of staff, and only where the platform tells them.
	Email      string `json:"email,omitempty"`
	Department string `json:"department,omitempty"`
	JoinedAt   int64  `json:"joined_at,omitempty"` // Unix seconds, 0 if the platform does not say
	// Contact is whether the person may serve customers on the platform (客户联系); of staff only.
	Contact Right `json:"contact,omitempty"`
}

// Observed is what a platform shows of a group at one moment.
type Observed struct {
	Group   Group
	Kind    GroupKind
	Name    string
	Owner   User     // the human group owner 群主
	Members []Member // empty if the platform does not tell
	// Admins are the platform's own admins, without the owner. AdminsKnown is false where the platform cannot
	// be asked; then nothing may be claimed about them.
	Admins      []User
	AdminsKnown bool
	// MembersKnown is false where the platform cannot be asked.
	MembersKnown bool
	// Gone says that the group does not exist any more.
	Gone bool
	// Departments are those that the group belongs to, those above included: its owner's; empty if they are not known.
	Departments []string
}

// WithDepartment is what was observed with the department of one member filled in.
func (o Observed) WithDepartment(who User, department string) Observed {
	o.Members = slices.Clone(o.Members)
	for i, m := range o.Members {
		if m.ID == who && m.Department == "" {
			o.Members[i].Department = department
		}
	}
	return o
}

// Department is a department of the address book. The topmost one that the bot may see has depth 1.
type Department struct {
	Name  string `json:"name"` // its id where the platform does not tell names
	Above string `json:"above,omitempty"`
	Depth int    `json:"depth"`
}

// Person is what the address book says of a member of staff.
type Person struct {
	ID          User
	Name        string
	Email       string
	Position    string
	Departments []string
	// Within is every department they belong to, those above included, the topmost first; empty if it is not known.
	Within  []Department
	Contact Right // to serve customers (客户联系)
	Gone    bool  // not in the address book any more
}

// Action is something that can be wanted of a group on its platform.
type Action string

// The actions that the bot asks for.
const (
	AddAdmin    Action = "admin.add"
	RemoveAdmin Action = "admin.remove"
	Mute        Action = "mute"
	Unmute      Action = "unmute"

	// Those below are about the group as a whole.

	RestrictInvites Action = "invites.restrict" // whoever is invited must be approved
	OpenInvites     Action = "invites.open"
	FilterOn        Action = "filter.on" // the platform's own filter of what members write
	FilterOff       Action = "filter.off"
)

// Capability is how an action becomes so.
type Capability string

// The capabilities, from most to least. The zero Capability is none.
const (
	Native      Capability = "native"   // the bot does it
	Assisted    Capability = "assisted" // the human owner gets a card with the steps
	ObserveOnly Capability = "observe"  // the bot only notices
	None        Capability = "none"     // neither
)

// Means is what a platform offers for one action in one kind of group.
type Means struct {
	How Capability
	// Verifiable says whether a re-read can show that it happened.
	Verifiable bool
	// Steps tells the owner exactly what to tap; for None, what is offered instead.
	Steps Text
}

// Profile is what a platform lets a bot do. The source of WeCom's is the capability table of the requirements (5.1).
type Profile struct {
	Name      Text
	RoleCap   int      // how many people may hold a role in one group, the bot's own limit
	NativeCap int      // how many admins the platform itself allows in one group
	Items     []string // the permissions of the catalogue that the platform has, by name
	Inherits  bool     // whether positions of the address book give roles
	Means     map[GroupKind]map[Action]Means
}

// Of returns the means for an action; what the table does not list is none.
func (p Profile) Of(k GroupKind, a Action) Means { return p.Means[k][a] }
