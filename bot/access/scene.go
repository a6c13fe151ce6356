package access

import (
	"fmt"
	"slices"
	"time"

	"qunguan/bot/chat"
)

// SceneName names a preset of group switches (4.4). The zero SceneName is none.
type SceneName string

// The scenes of 4.4.
const (
	OfflineEvent SceneName = "offline_event" // 线下活动
	ProductBeta  SceneName = "product_beta"  // 产品内测
	CrossDept    SceneName = "cross_dept"    // 跨部门协作
	Sensitive    SceneName = "sensitive"     // 敏感行业
)

// Scene is the record that a scene is on in a group. What it means for the group's switches is derived from all
// scenes that are live, so that taking one off reverts only what no other one holds.
type Scene struct {
	Name     SceneName `json:"name"`
	Industry string    `json:"industry,omitempty"` // of Sensitive: "medical", "finance"
	From     time.Time `json:"from,omitzero"`      // zero: since ever
	Until    time.Time `json:"until,omitzero"`     // exclusive; zero: until it is taken off
	By       chat.User `json:"by,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	At       time.Time `json:"at,omitzero"`
	Tier     Tier      `json:"tier,omitzero"` // of the account By
}

// Due is when the journal must note the end; zero is never.
func (s Scene) Due() time.Time { return s.Until }

// Live says whether the scene is on at a moment.
func (s Scene) Live(at time.Time) bool {
	return s.Name != "" && !at.Before(s.From) && (s.Until.IsZero() || at.Before(s.Until))
}

// SceneKey is the key of a scene.
func SceneKey(n SceneName) string { return "scene/" + string(n) }

// Scenes lists the scenes of a group's book, live or not, by name.
func (b Book) Scenes() []Scene {
	if b.ix == nil {
		return nil
	}
	return slices.Clone(b.ix.scenes)
}

// InScene says whether a scene is on in the group at a moment.
func (b Book) InScene(n SceneName, at time.Time) bool {
	if b.ix == nil {
		return false
	}
	for i := range b.ix.scenes {
		if b.ix.scenes[i].Name == n && b.ix.scenes[i].Live(at) {
			return true
		}
	}
	return false
}

func (s Scene) sound() error {
	if !slices.Contains([]SceneName{OfflineEvent, ProductBeta, CrossDept, Sensitive}, s.Name) {
		return fmt.Errorf("unknown scene %q", s.Name)
	}
	return nil
}

// Adds is the statement that the scene makes while it is live; ok is false if it makes none.
func (s Scene) Adds() (Statement, bool) { return s.statement() }

// statement is the line that a scene adds to the group's book: 线下活动群 allows Import to everyone. It is of the
// group's tier whoever put the scene on, because it is meant for those whose level reaches the item: the ceiling cuts
// it for everybody else (4.4).
func (s Scene) statement() (Statement, bool) {
	if s.Name != OfflineEvent {
		return Statement{}, false
	}
	return Statement{
		Items: ItemsOf(Import), Breadth: Single, Effect: Allow, Tier: GroupTier, From: s.From, Until: s.Until,
		By: s.By, Reason: s.Reason, At: s.At, Source: "scene:" + string(s.Name),
	}, true
}
