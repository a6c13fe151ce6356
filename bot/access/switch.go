package access

import (
	"encoding/json"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Switch is something about a group that scenes change (4.4). What a platform makes of it is another matter: the
// state of a switch is what is wanted, never what is observed.
type Switch string

// The switches of 4.4.
const (
	BulkImport     Switch = "bulk_import"
	ExternalInvite Switch = "external_invite"
	AtAll          Switch = "at_all"
	SpeechReview   Switch = "speech_review"
	KeywordMonitor Switch = "keyword_monitor"
	MemberFiles    Switch = "member_files"
)

// position is a state of a switch, as it is written and as people read it.
type position struct {
	name string
	text chat.Text
}

var (
	isClosed   = position{"closed", chat.Text{ZH: "关闭", EN: "closed"}}
	isOpen     = position{"open", chat.Text{ZH: "开放", EN: "open"}}
	restricted = position{"restricted", chat.Text{ZH: "受限", EN: "restricted"}}
	toEveryone = position{"everyone", chat.Text{ZH: "所有人", EN: "everyone"}}
	adminsOnly = position{"admins_only", chat.Text{ZH: "仅管理员", EN: "admins only"}}
	isOff      = position{"off", chat.Text{ZH: "关", EN: "off"}}
	isOn       = position{"on", chat.Text{ZH: "开", EN: "on"}}
)

// switchboard is the table of 4.4: what each switch is while no scene holds it, and what a scene makes of it.
var switchboard = []struct {
	name        Switch
	label       chat.Text
	usual, held position
}{
	{BulkImport, chat.Text{ZH: "批量导入成员", EN: "bulk import"}, isClosed, isOpen},
	{ExternalInvite, chat.Text{ZH: "外部邀请", EN: "external invitations"}, isOpen, restricted},
	{AtAll, chat.Text{ZH: "@全体成员", EN: "@ everybody"}, toEveryone, adminsOnly},
	{SpeechReview, chat.Text{ZH: "发言审核", EN: "review of messages"}, isOff, isOn},
	{KeywordMonitor, chat.Text{ZH: "关键词监控", EN: "keyword monitor"}, isOff, isOn},
	{MemberFiles, chat.Text{ZH: "成员发文件", EN: "files from members"}, isOn, isOff},
}

// Label is the switch as people read it.
func (s Switch) Label() chat.Text {
	for _, row := range switchboard {
		if row.name == s {
			return row.label
		}
	}
	return chat.Same(string(s))
}

// SwitchState is where a switch stands, and which scenes hold it there.
type SwitchState struct {
	Switch Switch
	Held   []SceneName // none: it is as usual
}

// position is where the switch stands.
func (s SwitchState) position() position {
	for _, row := range switchboard {
		if row.name == s.Switch && len(s.Held) > 0 {
			return row.held
		}
		if row.name == s.Switch {
			return row.usual
		}
	}
	return position{}
}

// String is the state as 4.4 writes it: "open", "admins_only".
func (s SwitchState) String() string { return s.position().name }

// Text is the state as people read it.
func (s SwitchState) Text() chat.Text { return s.position().text }

// Switches tells where all six switches stand at a moment. They follow from the scenes that are live: taking one scene
// off reverts only what no other one holds.
func (b Book) Switches(at time.Time) []SwitchState {
	return b.switches(func(s *Scene) bool { return s.Live(at) })
}

// SwitchesNoted is Switches by the records alone: a scene that is over counts until somebody has noted its end. It
// tells what was last asked of the group.
func (b Book) SwitchesNoted() []SwitchState { return b.switches(func(*Scene) bool { return true }) }

// SwitchesLeft is Switches without the scenes that are over: what is to be asked of the group at a moment.
func (b Book) SwitchesLeft(at time.Time) []SwitchState {
	return b.switches(func(s *Scene) bool { return s.Until.IsZero() || at.Before(s.Until) })
}

// Holder is a scene that holds a switch at a moment; ok is false if none does. It is asked of every message.
func (b Book) Holder(s Switch, at time.Time) (n SceneName, ok bool) {
	if b.ix == nil {
		return "", false
	}
	for k := range b.ix.scenes {
		if x := &b.ix.scenes[k]; x.Live(at) && slices.Contains(x.Name.Holds(), s) {
			return x.Name, true
		}
	}
	return "", false
}

// Holds says whether a scene that is on the book, whenever it is live, holds one of some switches.
func (b Book) Holds(some ...Switch) bool {
	return b.ix != nil && slices.ContainsFunc(b.ix.scenes, func(s Scene) bool {
		return slices.ContainsFunc(some, func(w Switch) bool { return slices.Contains(s.Name.Holds(), w) })
	})
}

func (b Book) switches(counts func(*Scene) bool) []SwitchState {
	out := make([]SwitchState, len(switchboard))
	for i, row := range switchboard {
		out[i].Switch = row.name
		if b.ix == nil {
			continue
		}
		for k := range b.ix.scenes {
			if s := &b.ix.scenes[k]; counts(s) && slices.Contains(s.Name.Holds(), row.name) {
				out[i].Held = append(out[i].Held, s.Name)
			}
		}
	}
	return out
}

// Turned is a switch that comes to stand elsewhere.
type Turned struct{ Before, After SwitchState }

// TurnedBy lists the switches that stand elsewhere after than before. One that another scene still holds does not.
func TurnedBy(before, after []SwitchState) []Turned {
	var out []Turned
	for i, s := range before {
		if i < len(after) && s.String() != after[i].String() {
			out = append(out, Turned{s, after[i]})
		}
	}
	return out
}

// scenes is what 4.4 says of each scene.
var scenes = []struct {
	name  SceneName
	label chat.Text
	holds []Switch
	words []string
}{
	{OfflineEvent, chat.Text{ZH: "线下活动", EN: "offline event"}, []Switch{BulkImport}, []string{"线下活动群", "offline"}},
	{ProductBeta, chat.Text{ZH: "产品内测", EN: "product beta"}, []Switch{ExternalInvite}, []string{"产品内测群", "内测", "beta"}},
	{CrossDept, chat.Text{ZH: "跨部门协作", EN: "cross-department"}, []Switch{AtAll}, []string{"跨部门协作群", "跨部门", "cross"}},
	{
		Sensitive, chat.Text{ZH: "敏感行业", EN: "sensitive industry"}, []Switch{SpeechReview, KeywordMonitor, MemberFiles},
		[]string{"敏感行业群", "敏感"},
	},
}

// SceneNames lists the scenes in the order of 4.4.
func SceneNames() []SceneName {
	out := make([]SceneName, len(scenes))
	for i, row := range scenes {
		out[i] = row.name
	}
	return out
}

// Label is the scene as people read it.
func (n SceneName) Label() chat.Text {
	for _, row := range scenes {
		if row.name == n {
			return row.label
		}
	}
	return chat.Same(string(n))
}

// Holds lists the switches that the scene changes while it is live.
func (n SceneName) Holds() []Switch {
	for _, row := range scenes {
		if row.name == n {
			return row.holds
		}
	}
	return nil
}

// ParseScene reads a scene in either language.
func ParseScene(s string) (SceneName, bool) {
	said := word(s)
	for _, row := range scenes {
		for _, w := range append([]string{string(row.name), row.label.ZH, row.label.EN}, row.words...) {
			if word(w) == said {
				return row.name, true
			}
		}
	}
	return "", false
}

// The industries of Sensitive.
const (
	Medical = "medical" // 医疗
	Finance = "finance" // 金融
)

// ParseIndustry reads an industry in either language.
func ParseIndustry(s string) (string, bool) {
	switch word(s) {
	case Medical, "医疗", "医药", "health":
		return Medical, true
	case Finance, "金融":
		return Finance, true
	}
	return "", false
}

// IndustryLabel is an industry as people read it; empty for none.
func IndustryLabel(industry string) chat.Text {
	switch industry {
	case Medical:
		return chat.Text{ZH: "医疗", EN: "medical"}
	case Finance:
		return chat.Text{ZH: "金融", EN: "finance"}
	}
	return chat.Same(industry)
}

// Label is the scene with its industry, as people read it.
func (s Scene) Label() chat.Text {
	t := s.Name.Label()
	if s.Industry == "" {
		return t
	}
	in := IndustryLabel(s.Industry)
	return chat.Text{ZH: t.ZH + "（" + in.ZH + "）", EN: t.EN + " (" + in.EN + ")"}
}

// Scene finds the record of a scene in a group's book, live or not.
func (b Book) Scene(n SceneName) (Scene, bool) {
	for _, s := range b.Scenes() {
		if s.Name == n {
			return s, true
		}
	}
	return Scene{}, false
}

// PutOn puts a scene on in a group, or changes its end. By, At and Tier are filled in. An end that has passed, and an
// industry that the scene has not, grant nothing. Putting on again what is so already is no change.
func (f Facts) PutOn(g chat.Group, by chat.User, s Scene, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	s.By, s.At, s.Tier = a.by, a.now, a.tier()
	s.From, s.Until = s.From.UTC(), s.Until.UTC()
	if s.From.IsZero() {
		s.From = a.now
	}
	d := a.mayPut(s)
	if !d.Allowed {
		return nil, d
	}
	if old, ok := f.Group.Scene(s.Name); ok && old.Live(a.now) {
		if old.Until.Equal(s.Until) && old.Industry == s.Industry {
			return nil, d
		}
		s.From = old.From
	}
	return Change{set(f.Group, g, SceneKey(s.Name), &s)}, d
}

// TakeOff takes a scene off. One that is not on is no change. What the enterprise has put on, only the enterprise
// takes off.
func (f Facts) TakeOff(g chat.Group, by chat.User, n SceneName, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	old, ok := f.Group.Scene(n)
	d := a.mayScene(old)
	if !d.Allowed || !ok {
		return nil, d
	}
	return Change{set[Scene](f.Group, g, SceneKey(n), nil)}, d
}

// mayScene asks about putting a scene on or taking it off. The zero Scene asks whether the asker may at all.
func (a *asker) mayScene(s Scene) Decision {
	d := a.mayPolicy()
	over := !s.Until.IsZero() && (!s.Until.After(a.now) || !s.Until.After(s.From))
	industry := s.Name == Sensitive && (s.Industry == Medical || s.Industry == Finance) || s.Name != Sensitive && s.Industry == ""
	switch {
	case !d.Allowed, s.Name == "":
		return d
	case a.g == "" || over || !industry:
		return Decision{Rule: RuleNothingGranted, item: Policy}
	}
	if old, ok := a.f.Group.Scene(s.Name); ok && old.Tier == Enterprise && !a.above {
		return Decision{Rule: RuleTier, item: Policy}
	}
	return d
}

// mayPut asks about putting a scene on: what it allows to everyone is a grant like any other.
func (a *asker) mayPut(s Scene) Decision {
	d := a.mayScene(s)
	adds, ok := s.statement()
	if !d.Allowed || !ok {
		return d
	}
	if a.lacks(adds.Items) || !a.reaches(Policy, adds.Items, adds.Data) {
		return Decision{Rule: RuleMoreThanHeld, item: Policy}
	}
	if bound := a.ends(Policy, adds.Items, s.Until); !bound.IsZero() {
		return Decision{Rule: RuleMoreThanHeld, item: Policy, bound: bound}
	}
	return d
}

// mayTurn asks about the change of a scene's record, whoever brings it.
func (a *asker) mayTurn(c journal.Change) Decision {
	var after Scene
	for _, raw := range []json.RawMessage{c.Before, c.After} {
		after = Scene{}
		if raw != nil && json.Unmarshal(raw, &after) != nil {
			return Decision{Rule: RuleNothingGranted, item: Policy}
		}
		if after.Tier == Enterprise && !a.above {
			return Decision{Rule: RuleTier, item: Policy}
		}
	}
	return a.mayPut(after)
}
