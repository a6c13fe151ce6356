package commands

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var subjectLabel = chat.Text{ZH: "职位或部门", EN: "position or department"}

// subjectKind is a hole for what a mapping is about; without one, a position.
func subjectKind() grammar.ChoiceHole[access.SubjectKind] {
	return grammar.Choice("kind", func(said string) (access.SubjectKind, bool) {
		switch strings.ToLower(said) {
		case "position", "职位", "职务":
			return access.OfPosition, true
		case "department", "部门":
			return access.OfDepartment, true
		}
		return access.Everyone, false
	}, chat.Text{ZH: "职位|部门", EN: "position|department"})
}

// sceneNamed reads a scene in either language.
func sceneNamed(said string) (access.SceneName, bool) {
	n, ok := map[string]access.SceneName{
		"线下活动": access.OfflineEvent, "产品内测": access.ProductBeta, "跨部门协作": access.CrossDept, "敏感行业": access.Sensitive,
	}[said]
	if ok {
		return n, true
	}
	switch n := access.SceneName(strings.ToLower(said)); n {
	case access.OfflineEvent, access.ProductBeta, access.CrossDept, access.Sensitive:
		return n, true
	}
	return "", false
}

func subjectText(s access.Subject) chat.Text {
	if s.Kind == access.OfDepartment {
		return chat.Text{ZH: "部门 %s", EN: "department %s"}.F(chat.Escape(s.ID))
	}
	return chat.Text{ZH: "职位 %s", EN: "position %s"}.F(chat.Escape(s.ID))
}

// placeText says where a mapping holds.
func placeText(c bot.Call, in chat.Group, m access.Mapping) chat.Text {
	switch {
	case in != "":
		return chat.Text{ZH: "在“%s”", EN: "in “%s”"}.F(chat.Escape(title(c, in)))
	case m.Scope.Kind == access.DepartmentGroups:
		return chat.Text{ZH: "在部门 %s 的所有群", EN: "in all groups of department %s"}.F(chat.Escape(m.Scope.Department))
	case m.Scope.Tag != "":
		return chat.Text{ZH: "在标签为 %s 的所有群", EN: "in all groups tagged %s"}.F(chat.Escape(m.Scope.Tag))
	}
	return chat.Text{ZH: "在所有群", EN: "in all groups"}
}

// conditions say when a mapping holds; empty if always.
func conditions(c bot.Call, m access.Mapping) chat.Text {
	var parts []chat.Text
	if m.Least > 0 {
		parts = append(parts, chat.Text{ZH: "群里至少 %d 人", EN: "the group has at least %d people"}.F(m.Least))
	}
	if m.Most > 0 {
		parts = append(parts, chat.Text{ZH: "群里至多 %d 人", EN: "the group has at most %d people"}.F(m.Most))
	}
	if m.Scene != "" {
		parts = append(parts, chat.Text{ZH: "场景 %s 开启时", EN: "while the scene %s is on"}.F(string(m.Scene)))
	}
	if len(parts) == 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: "仅当：", EN: "only if "}.Plus(chat.Text{ZH: list(parts).ZH, EN: chat.Join(" and ", parts...).EN})
}

func title(c bot.Call, g chat.Group) string {
	for _, l := range c.Groups.All() {
		if l.ID == g && l.Name != "" {
			return l.Name
		}
	}
	return string(g)
}

// mapped is the mapping that a change leaves, or takes away.
func mapped(ch journal.Change) (access.Mapping, error) {
	if ch.After == nil {
		return journal.Decode[access.Mapping](ch.Before)
	}
	return journal.Decode[access.Mapping](ch.After)
}
