package main

import (
	"slices"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// charter turns a file into a charter. What could not be understood is collected in the reader.
func (r *fileReader) charter(y charterYAML) access.Charter {
	c := access.Charter{Company: r.part(y.Company, "")}
	for id, part := range y.Groups {
		if c.Groups == nil {
			c.Groups = map[chat.Group]access.Part{}
		}
		c.Groups[chat.Group(id)] = r.part(part, chat.Group(id))
	}
	return c
}

// part turns the sections of one book into the domain's; g is whose book it is, the zero group the company's.
func (r *fileReader) part(y partYAML, g chat.Group) access.Part {
	return access.Part{
		Cap:  y.Cap,
		Jobs: each(y.Jobs, r.jobDefinition),
		Mappings: each(y.Mappings, func(m mappingYAML) access.Mapping {
			return r.mapping(m, g)
		}),
		Statements: each(y.Statements, func(s statementYAML) access.Statement { return r.statement(s, g) }),
		Exceptions: each(y.Exceptions, func(s statementYAML) access.Statement { return r.statement(s, g) }),
		Separation: each(y.Separation, func(x exclusiveYAML) access.Exclusive {
			return access.Exclusive{Name: x.Name, Sets: each(x.Sets, r.items), By: chat.User(x.By), Reason: x.Reason, At: x.At.Time}
		}),
		Exemptions: each(y.Exemptions, func(e exemptionYAML) access.Exemption {
			return access.Exemption{
				Rule: e.Rule, Who: chat.User(e.Who), Until: e.Until.Time, By: chat.User(e.By), Reason: e.Reason, At: e.At.Time,
			}
		}),
		Approvals: each(y.Approvals, func(a approvalYAML) access.Approval {
			return access.Approval{
				What: a.What, Need: a.Need, Deny: a.Deny, Longest: time.Duration(a.Longest), OnDuty: a.OnDuty, By: chat.User(a.By), At: a.At.Time,
			}
		}),
		Scenes: each(y.Scenes, r.scene),
		Tags: each(y.Tags, func(t tagYAML) access.Tag {
			return access.Tag{Name: t.Name, By: chat.User(t.By), At: t.At.Time}
		}),
		Roles: each(y.Roles, r.role),
	}
}

func (r *fileReader) jobDefinition(y jobYAML) access.JobDefinition {
	return access.JobDefinition{
		Name: access.Job(y.Name), Items: r.items(y.Items), By: chat.User(y.By), Reason: y.Reason, At: y.At.Time,
	}
}

// levelOf reads a level; without one it is that of the job (D2).
func (r *fileReader) levelOf(level, job said) access.Level {
	if level.text == "" {
		return access.DefaultLevel(r.job(job))
	}
	return worded(r, level, "level", access.ParseLevel)
}

func (r *fileReader) mapping(y mappingYAML, g chat.Group) access.Mapping {
	return access.Mapping{
		Subject: r.subject(y.To), Level: r.levelOf(y.Level, y.Job), Job: r.job(y.Job), Grants: r.items(y.Grants),
		Scope: r.scope(y.In, g), Least: y.Least, Most: y.Most, Scene: worded(r, y.Scene, "scene", access.ParseScene), Off: y.Off,
		Tier: named(r, y.Tier, "tier", r.tier), By: chat.User(y.By), Reason: y.Reason, At: y.At.Time,
	}
}

func (r *fileReader) statement(y statementYAML, g chat.Group) access.Statement {
	s := access.Statement{
		Subject: r.subject(y.To), Scope: r.scope(y.In, g), Items: r.items(y.Allow), Effect: access.Allow,
		Breadth: named(r, y.Breadth, "breadth", access.Single), Tier: named(r, y.Tier, "tier", r.tier),
		From: y.From.Time, Until: y.Until.Time, Review: y.Review.Time, Data: r.data(y.Data), Source: y.Source,
		By: chat.User(y.By), Reason: y.Reason, At: y.At.Time,
	}
	if len(y.Deny) > 0 {
		s.Items, s.Effect = r.items(y.Deny), access.Deny
	}
	if (len(y.Allow) > 0) == (len(y.Deny) > 0) {
		line := 0
		for _, w := range slices.Concat(y.Allow, y.Deny) {
			line = max(line, w.line)
		}
		r.fail(line, "a statement says either allow or deny, of at least one item")
	}
	return s
}

func (r *fileReader) subject(y subjectYAML) access.Subject {
	switch {
	case y.Person != "":
		return access.About(chat.User(y.Person))
	case y.Position != "":
		return access.Subject{Kind: access.OfPosition, ID: y.Position, Depth: y.Depth}
	case y.Department != "":
		return access.Subject{Kind: access.OfDepartment, ID: y.Department, Depth: y.Depth}
	}
	return access.Subject{}
}

// scope reads where something holds: in a group's own book that group, if nothing is written.
func (r *fileReader) scope(y *scopeYAML, g chat.Group) access.Scope {
	if y == nil && g != "" {
		return access.In(g)
	}
	if y == nil {
		return access.Scope{}
	}
	s := access.Scope{Groups: strs[string, chat.Group](y.Groups), Members: strs[string, chat.User](y.Members), Department: y.Department, Tag: y.Tag}
	s.Kind = named(r, y.Kind, "kind of scope", kindOf(s))
	return s
}

// kindOf is what kind of scope it is, by what it names.
func kindOf(s access.Scope) access.ScopeKind {
	switch {
	case len(s.Members) > 0:
		return access.MemberSet
	case s.Department != "":
		return access.DepartmentGroups
	case s.Tag != "" || len(s.Groups) > 1:
		return access.GroupSet
	case len(s.Groups) == 1:
		return access.OneGroup
	}
	return access.All
}

func (r *fileReader) data(y dataYAML) access.DataScope {
	return access.DataScope{
		Kind: chat.PersonKind(y.Kind), Members: strs[string, chat.User](y.Members), Department: y.Department, Tag: y.Tag, Own: y.Own,
	}
}

func (r *fileReader) scene(y sceneYAML) access.Scene {
	return access.Scene{
		Name: worded(r, y.Name, "scene", access.ParseScene), Industry: worded(r, y.Industry, "industry", access.ParseIndustry),
		From: y.From.Time, Until: y.Until.Time, Tier: named(r, y.Tier, "tier", r.tier),
		By: chat.User(y.By), Reason: y.Reason, At: y.At.Time,
	}
}

func (r *fileReader) role(y roleYAML) access.Role {
	return access.Role{
		Who: chat.User(y.Who), Level: r.levelOf(y.Level, y.Job), Job: r.job(y.Job), From: y.From.Time, Until: y.Until.Time,
		Groups: strs[string, chat.Group](y.Groups), Tag: y.Tag, Data: r.data(y.Data), Grants: r.items(y.Grants), Only: r.items(y.Only),
		OnDuty: y.OnDuty, Review: y.Review.Time, Suspended: y.Suspended, Eligible: y.Eligible, Active: y.Active, Source: y.Source,
		Tier: named(r, y.Tier, "tier", r.tier), By: chat.User(y.By), Reason: y.Reason, At: y.At.Time,
	}
}
