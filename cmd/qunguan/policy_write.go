package main

import (
	"bytes"
	"fmt"
	"reflect"
	"time"

	"go.yaml.in/yaml/v3"

	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// writeCharter writes a charter as a file that reads back as the same; titles become comments beside the groups.
func writeCharter(c access.Charter, titles map[chat.Group]string) ([]byte, error) {
	y := charterYAML{Company: writePart(c.Company, "")}
	for g, p := range c.Groups {
		if y.Groups == nil {
			y.Groups = map[string]partYAML{}
		}
		y.Groups[string(g)] = writePart(p, g)
	}
	var root yaml.Node
	if err := root.Encode(y); err != nil {
		return nil, fmt.Errorf("encode policy: %w", err)
	}
	root.HeadComment = "Policy of qunguan. See configs/policy.example.yaml for what each key means; a section that is left out is left alone."
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "groups" {
			continue
		}
		for k, n := range root.Content[i+1].Content {
			if title := titles[chat.Group(n.Value)]; k%2 == 0 && title != "" {
				n.HeadComment = title
			}
		}
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(&root); err != nil {
		return nil, fmt.Errorf("encode policy: %w", err)
	}
	return out.Bytes(), e.Close()
}

func writePart(p access.Part, g chat.Group) partYAML {
	return partYAML{
		Cap:        p.Cap,
		Jobs:       each(unlessIn(g, p.Jobs), writeJob),
		Mappings:   each(p.Mappings, func(m access.Mapping) mappingYAML { return writeMapping(m, g) }),
		Statements: each(p.Statements, func(s access.Statement) statementYAML { return writeStatement(s, g) }),
		Exceptions: each(p.Exceptions, func(s access.Statement) statementYAML { return writeStatement(s, g) }),
		Separation: each(p.Separation, func(x access.Exclusive) exclusiveYAML {
			return exclusiveYAML{Name: x.Name, Sets: each(x.Sets, sayAll), madeYAML: madeBy(x.By, x.At, x.Reason)}
		}),
		Exemptions: each(p.Exemptions, func(e access.Exemption) exemptionYAML {
			return exemptionYAML{Rule: e.Rule, Who: string(e.Who), Until: instant{e.Until}, madeYAML: madeBy(e.By, e.At, e.Reason)}
		}),
		Approvals: each(unlessIn(g, p.Approvals), func(a access.Approval) approvalYAML {
			return approvalYAML{
				What: a.What, Need: a.Need, Deny: a.Deny, Longest: length(a.Longest), OnDuty: a.OnDuty, By: string(a.By), At: instant{a.At},
			}
		}),
		Scenes: each(unlessIn(company(g), p.Scenes), writeScene),
		Tags: each(unlessIn(company(g), p.Tags), func(t access.Tag) tagYAML {
			return tagYAML{Name: t.Name, By: string(t.By), At: instant{t.At}}
		}),
		Roles: each(p.Roles, writeRole),
	}
}

// company is a group exactly where g is none: what only groups have is left out of the company's part if there is none.
func company(g chat.Group) chat.Group {
	if g == "" {
		return "company"
	}
	return ""
}

// unlessIn is a section, or none where it is empty and does not belong to the book of g.
func unlessIn[T any](g chat.Group, list []T) []T {
	if g != "" && len(list) == 0 {
		return nil
	}
	return list
}

func madeBy(by chat.User, at time.Time, reason string) madeYAML {
	return madeYAML{By: string(by), At: instant{at}, Reason: reason}
}

// writeTier writes a tier that is not the usual one of files.
func writeTier(t access.Tier) said {
	if t == access.Enterprise {
		return said{}
	}
	return say(t.String())
}

func writeJob(j access.JobDefinition) jobYAML {
	return jobYAML{Name: string(j.Name), Items: sayAll(j.Items), madeYAML: madeBy(j.By, j.At, j.Reason)}
}

func writeMapping(m access.Mapping, g chat.Group) mappingYAML {
	return mappingYAML{
		To: writeSubject(m.Subject), Level: say(m.Level.String()), Job: say(string(m.Job)), In: writeScope(m.Scope, g),
		Least: m.Least, Most: m.Most, Scene: say(string(m.Scene)), Off: m.Off, Tier: writeTier(m.Tier), madeYAML: madeBy(m.By, m.At, m.Reason),
	}
}

func writeStatement(s access.Statement, g chat.Group) statementYAML {
	y := statementYAML{
		To: writeSubject(s.Subject), In: writeScope(s.Scope, g), From: instant{s.From}, Until: instant{s.Until}, Review: instant{s.Review},
		Data: writeData(s.Data), Source: s.Source, Tier: writeTier(s.Tier), madeYAML: madeBy(s.By, s.At, s.Reason),
	}
	if s.Breadth != access.Single {
		y.Breadth = say(s.Breadth.String())
	}
	if y.Allow = sayAll(s.Items); s.Effect == access.Deny {
		y.Allow, y.Deny = nil, y.Allow
	}
	return y
}

func writeSubject(s access.Subject) subjectYAML {
	y := subjectYAML{Depth: s.Depth}
	switch s.Kind {
	case access.OnePerson:
		y.Person = s.ID
	case access.OfPosition:
		y.Position = s.ID
	case access.OfDepartment:
		y.Department = s.ID
	case access.Everyone:
	}
	return y
}

// writeScope writes where something holds, unless that is what nothing means.
func writeScope(s access.Scope, g chat.Group) *scopeYAML {
	usual := access.Scope{}
	if g != "" {
		usual = access.In(g)
	}
	if reflect.DeepEqual(s, usual) {
		return nil
	}
	y := scopeYAML{Groups: sayGroups(s.Groups), Members: strs[chat.User, string](s.Members), Department: s.Department, Tag: s.Tag}
	if s.Kind == access.All || s.Kind != kindOf(s) {
		y.Kind = say(s.Kind.String())
	}
	return &y
}

func sayGroups(groups []chat.Group) []said { return each(strs[chat.Group, string](groups), say) }

func writeData(d access.DataScope) dataYAML {
	return dataYAML{Kind: string(d.Kind), Members: strs[chat.User, string](d.Members), Department: d.Department, Tag: d.Tag, Own: d.Own}
}

func writeScene(s access.Scene) sceneYAML {
	return sceneYAML{
		Name: say(string(s.Name)), Industry: say(s.Industry), From: instant{s.From}, Until: instant{s.Until}, Tier: writeTier(s.Tier),
		madeYAML: madeBy(s.By, s.At, s.Reason),
	}
}

func writeRole(r access.Role) roleYAML {
	return roleYAML{
		Who: string(r.Who), Level: say(r.Level.String()), Job: say(string(r.Job)), From: instant{r.From}, Until: instant{r.Until},
		Groups: sayGroups(r.Groups), Tag: r.Tag, Data: writeData(r.Data), Only: sayAll(r.Only), OnDuty: r.OnDuty,
		Review: instant{r.Review}, Suspended: r.Suspended, Eligible: r.Eligible, Active: r.Active, Source: r.Source, Tier: writeTier(r.Tier),
		madeYAML: madeBy(r.By, r.At, r.Reason),
	}
}
