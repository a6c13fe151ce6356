package main

import (
	"maps"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// charter turns a file into a charter. What could not be understood is collected in the reader.
func (r *fileReader) charter(y charterYAML, root *yaml.Node) access.Charter {
	c := access.Charter{Company: r.part(y.Company, "", valueOf(root, "company"))}
	groups := valueOf(root, "groups")
	named := map[chat.Group]string{}
	for _, said := range slices.Sorted(maps.Keys(y.Groups)) {
		line := lineOfKey(groups, said)
		g := r.group(said, line)
		if before, twice := named[g]; twice {
			r.fail(line, "groups.%s is the same group as groups.%s; keep one of them", said, before)
			continue
		}
		named[g] = said
		if c.Groups == nil {
			c.Groups = map[chat.Group]access.Part{}
		}
		r.note(g, "", line)
		c.Groups[g] = r.part(y.Groups[said], g, valueOf(groups, said))
	}
	return c
}

// part turns the sections of one book into the domain's; g is whose book it is, the zero group the company's. at is
// where it stands; nil for the rows of a table, which have no lines of their own.
func (r *fileReader) part(y partYAML, g chat.Group, at *yaml.Node) access.Part {
	if y.Cap != nil {
		r.note(g, access.CapKey, lineOfKey(at, "cap"))
	}
	in := place{r, g, at}
	return access.Part{
		Cap:        y.Cap,
		Jobs:       list(in, "jobs", y.Jobs, r.jobDefinition, func(j access.JobDefinition) string { return access.JobKey(j.Name) }),
		Mappings:   list(in, "mappings", y.Mappings, func(m mappingYAML) access.Mapping { return r.mapping(m, g) }, access.MappingKey),
		Statements: list(in, "statements", y.Statements, func(s statementYAML) access.Statement { return r.statement(s, g, false) }, access.StatementKey),
		Exceptions: list(in, "exceptions", y.Exceptions, func(s statementYAML) access.Statement { return r.statement(s, g, true) }, access.StatementKey),
		Separation: list(in, "separation", y.Separation, r.exclusive, func(x access.Exclusive) string { return access.ExclusiveKey(x.Name) }),
		Exemptions: list(in, "exemptions", y.Exemptions, r.exemption, func(e access.Exemption) string { return access.ExemptionKey(e.Rule, e.Who) }),
		Approvals:  list(in, "approvals", y.Approvals, r.approval, func(a access.Approval) string { return access.ApprovalKey(a.What) }),
		Scenes:     list(in, "scenes", y.Scenes, r.scene, func(s access.Scene) string { return access.SceneKey(s.Name) }),
		Tags:       list(in, "tags", y.Tags, r.tag, func(t access.Tag) string { return access.TagKey(t.Name) }),
		Roles:      list(in, "roles", y.Roles, r.role, access.Role.Key),
	}
}

func (r *fileReader) exclusive(y exclusiveYAML) access.Exclusive {
	return access.Exclusive{Name: y.Name, Sets: each(y.Sets, r.items), By: chat.User(y.By), Reason: y.Reason, At: y.At.Time}
}

func (r *fileReader) exemption(y exemptionYAML) access.Exemption {
	return access.Exemption{Rule: y.Rule, Who: chat.User(y.Who), Until: y.Until.Time, By: chat.User(y.By), Reason: y.Reason, At: y.At.Time}
}

func (r *fileReader) approval(y approvalYAML) access.Approval {
	return access.Approval{
		What: y.What, Need: y.Need, Deny: y.Deny, Longest: time.Duration(y.Longest), OnDuty: y.OnDuty, By: chat.User(y.By), At: y.At.Time,
	}
}

func (r *fileReader) tag(y tagYAML) access.Tag {
	return access.Tag{Name: y.Name, By: chat.User(y.By), At: y.At.Time}
}

func (r *fileReader) jobDefinition(y jobYAML) access.JobDefinition {
	return access.JobDefinition{
		Name: access.Job(y.Name), Items: r.items(y.Items), By: chat.User(y.By), Reason: y.Reason, At: y.At.Time,
	}
}

// levelOf reads a level; without one it is that of the job (D2).
func (r *fileReader) levelOf(level, job said) access.Level {
	if level.text == "" && job.text == "" {
		r.fail(0, "neither a level nor a job: write level: senior, mid or junior, or a job, whose usual level it then is")
	}
	if level.text == "" {
		return access.DefaultLevel(r.job(job))
	}
	return worded(r, level, "level", access.ParseLevel)
}

func (r *fileReader) mapping(y mappingYAML, g chat.Group) access.Mapping {
	return access.Mapping{
		Subject: r.subject(y.To), Level: r.levelOf(y.Level, y.Job), Job: r.job(y.Job),
		Scope: r.scope(y.In, g), Least: y.Least, Most: y.Most, Scene: worded(r, y.Scene, "scene", access.ParseScene), Off: y.Off,
		Tier: named(r, y.Tier, "tier", r.tier), By: chat.User(y.By), Reason: y.Reason, At: y.At.Time,
	}
}

func (r *fileReader) statement(y statementYAML, g chat.Group, personal bool) access.Statement {
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
	switch person := s.Subject.Kind == access.OnePerson; {
	case person && !personal:
		r.fail(0, "a statement about one person, %s, belongs to the section exceptions", s.Subject.ID)
	case !person && personal:
		r.fail(0, "an exception is about one person; what is about more belongs to the section statements")
	}
	return s
}

func (r *fileReader) subject(y subjectYAML) access.Subject {
	named := 0
	for _, s := range []string{y.Person, y.Position, y.Department} {
		if s != "" {
			named++
		}
	}
	switch {
	case named > 1:
		r.fail(0, "to: names several of person, position and department, of which only one counts; keep one")
	case y.Depth != 0 && y.Department == "":
		r.fail(0, "to: depth is that of a department, and there is none")
	case y.Depth < 0:
		r.fail(0, "to: a depth of %d is not possible; the root is 1", y.Depth)
	}
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
	s := access.Scope{Groups: r.groupsOf(y.Groups), Members: strs[string, chat.User](y.Members), Department: y.Department, Tag: y.Tag}
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
		Groups: r.groupsOf(y.Groups), Tag: y.Tag, Data: r.data(y.Data), Only: r.items(y.Only),
		OnDuty: y.OnDuty, Review: y.Review.Time, Suspended: y.Suspended, Eligible: y.Eligible, Active: y.Active, Source: y.Source,
		Tier: named(r, y.Tier, "tier", r.tier), By: chat.User(y.By), Reason: y.Reason, At: y.At.Time,
	}
}
