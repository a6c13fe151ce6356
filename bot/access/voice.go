package access

import (
	"strings"
	"time"

	"qunguan/bot/chat"
)

// Voice is one role or statement that spoke in a decision, as people are told of it.
type Voice struct {
	Tier        Tier
	Effect      Effect
	Temporary   bool
	Cut         bool // the ceiling took it away
	From, Until time.Time
	By          chat.User
	Reason      string
	Source      string
	Role        Role      // Level is NoLevel when it is a statement
	Statement   Statement // Items are empty when it is a role
}

func voiceOf(l *line, t Tier, cut bool) Voice {
	if r := l.role; r != nil {
		return Voice{
			Tier: t, Effect: Allow, Temporary: r.Temporary(), Cut: cut, From: r.From, Until: r.Until,
			By: r.By, Reason: r.Reason, Source: r.Source, Role: *r,
		}
	}
	s := l.statement
	return Voice{
		Tier: t, Effect: s.Effect, Temporary: !s.Until.IsZero(), Cut: cut, From: s.From, Until: s.Until,
		By: s.By, Reason: s.Reason, Source: s.Source, Statement: *s,
	}
}

// IsRole says whether it is a role, not a statement.
func (v Voice) IsRole() bool { return v.Role.Level != NoLevel }

// shanghai is the zone of the requirements ("Time"). It has had no daylight saving since 1991.
var shanghai = time.FixedZone("CST", 8*60*60)

// Text is one line for /why, with moments in the zone of the requirements, Asia/Shanghai.
func (v Voice) Text() chat.Text { return v.TextIn(shanghai) }

// TextIn is Text with moments in another zone.
func (v Voice) TextIn(zone *time.Location) chat.Text {
	parts := []chat.Text{effectLabels[v.Effect&1], tierLabels[v.Tier&1], v.term(zone), v.subject()}
	if v.Role.Suspended {
		parts = append(parts, chat.Text{ZH: "已停用", EN: "suspended"})
	}
	switch {
	case v.Role.Eligible:
		parts = append(parts, chat.Text{ZH: "候补，激活后才生效", EN: "eligible, counts once activated"})
	case v.Role.Active:
		parts = append(parts, chat.Text{ZH: "激活", EN: "activated"})
	case v.Role.OnDuty:
		parts = append(parts, chat.Text{ZH: "值班时生效", EN: "on duty only"})
	}
	if v.Cut {
		parts = append(parts, chat.Text{ZH: "被级别上限截去", EN: "cut by the ceiling"})
	}
	if v.By != "" {
		parts = append(parts, chat.Text{ZH: "由 %s 设置", EN: "set by %s"}.F(chat.Escape(string(v.By))))
	}
	if v.Source != "" {
		parts = append(parts, SourceText(v.Source))
	}
	if v.Reason != "" {
		parts = append(parts, chat.Text{ZH: "原因：%s", EN: "reason: %s"}.F(chat.Escape(v.Reason)))
	}
	return chat.Join(" · ", parts...)
}

var (
	effectLabels = [...]chat.Text{Deny: {ZH: "禁止", EN: "deny"}, Allow: {ZH: "允许", EN: "allow"}}
	tierLabels   = [...]chat.Text{GroupTier: {ZH: "群级", EN: "group tier"}, Enterprise: {ZH: "企业级", EN: "enterprise tier"}}
)

func (v Voice) term(zone *time.Location) chat.Text {
	const layout = "2006-01-02 15:04"
	t := chat.Text{ZH: "固定", EN: "fixed"}
	if v.Temporary {
		t = chat.Text{ZH: "临时，到 %s 为止", EN: "temporary, until %s"}.F(v.Until.In(zone).Format(layout))
	}
	if !v.From.IsZero() {
		t = t.Plus(chat.Text{ZH: "，从 %s 起", EN: ", from %s"}.F(v.From.In(zone).Format(layout)))
	}
	return t
}

// subject says whom and what the line is about.
func (v Voice) subject() chat.Text {
	if v.IsRole() {
		t := chat.Text{ZH: "角色 %s%s", EN: "role %s %s"}.F(v.Role.Level.Label(), v.Role.Job.Label())
		t.EN = strings.TrimSpace(t.EN)
		return t.Plus(Scope{Groups: v.Role.Groups, Tag: v.Role.Tag}.text())
	}
	s := v.Statement
	id := chat.Escape(s.Subject.ID)
	about := chat.Text{ZH: "所有人", EN: "everyone"}
	switch s.Subject.Kind {
	case OfDepartment:
		about = chat.Text{ZH: "部门 %s", EN: "department %s"}.F(id)
	case OfPosition:
		about = chat.Text{ZH: "职位 %s", EN: "position %s"}.F(id)
	case OnePerson:
		about = chat.Text{ZH: "个人 %s", EN: "person %s"}.F(id)
	}
	about = about.Plus(chat.Text{ZH: "：%s", EN: ": %s"}.F(s.Label())).Plus(s.Scope.text())
	return about
}

func (s Scope) text() chat.Text {
	t := groupsText(s.Groups)
	switch {
	case s.Kind == DepartmentGroups:
		t = chat.Text{ZH: "（部门 %s 的群）", EN: " (groups of department %s)"}.F(chat.Escape(s.Department))
	case s.Tag != "":
		t = t.Plus(chat.Text{ZH: "（标签 %s 的群）", EN: " (groups tagged %s)"}.F(chat.Escape(s.Tag)))
	}
	if s.Kind == MemberSet {
		t = t.Plus(chat.Text{ZH: "（仅对 %s）", EN: " (only on %s)"}.F(ids(s.Members)))
	}
	return t
}

func groupsText(groups []chat.Group) chat.Text {
	if len(groups) == 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: "（群 %s）", EN: " (groups %s)"}.F(ids(groups))
}

func ids[T ~string](list []T) chat.Text {
	parts := make([]chat.Text, 0, len(list))
	for _, id := range list {
		parts = append(parts, chat.Same(chat.Escape(string(id))))
	}
	return chat.Text{ZH: chat.Join("、", parts...).ZH, EN: chat.Join(", ", parts...).EN}
}
