package main

import (
	"time"
)

// This file is the shape of a policy file. The domain's types have no tags: what a file looks like is the business of
// whoever reads it. configs/policy.example.yaml explains it to people.

// charterYAML is a whole file.
type charterYAML struct {
	Company partYAML            `yaml:"company,omitempty"`
	Groups  map[string]partYAML `yaml:"groups,omitempty"`
}

// partYAML is one book. A section that is not written leaves the book as it is; one that is empty empties it.
type partYAML struct {
	Cap        *int                   `yaml:"cap,omitempty"`
	Jobs       section[jobYAML]       `yaml:"jobs,omitempty"`
	Mappings   section[mappingYAML]   `yaml:"mappings,omitempty"`
	Statements section[statementYAML] `yaml:"statements,omitempty"`
	Separation section[exclusiveYAML] `yaml:"separation,omitempty"`
	Exemptions section[exemptionYAML] `yaml:"exemptions,omitempty"`
	Approvals  section[approvalYAML]  `yaml:"approvals,omitempty"`
	Scenes     section[sceneYAML]     `yaml:"scenes,omitempty"`
	Tags       section[tagYAML]       `yaml:"tags,omitempty"`
	Roles      section[roleYAML]      `yaml:"roles,omitempty"`
	Exceptions section[statementYAML] `yaml:"exceptions,omitempty"`
}

// section is a list that is written although it is empty, unless it is nil.
type section[T any] []T

// IsZero tells the encoder what to leave out.
func (s section[T]) IsZero() bool { return s == nil }

// madeYAML is who made a record, when and why; a file may leave all of it out.
type madeYAML struct {
	By     string  `yaml:"by,omitempty"`
	At     instant `yaml:"at,omitempty"`
	Reason string  `yaml:"reason,omitempty"`
}

type jobYAML struct {
	Name     string `yaml:"name"`
	Items    []said `yaml:"items,flow"`
	madeYAML `yaml:",inline"`
}

type mappingYAML struct {
	To       subjectYAML `yaml:"to"`
	Level    said        `yaml:"level,omitempty"`
	Job      said        `yaml:"job,omitempty"`
	In       *scopeYAML  `yaml:"in,omitempty"`
	Least    int         `yaml:"least,omitempty"`
	Most     int         `yaml:"most,omitempty"`
	Scene    said        `yaml:"scene,omitempty"`
	Off      bool        `yaml:"off,omitempty"`
	Tier     said        `yaml:"tier,omitempty"`
	madeYAML `yaml:",inline"`
}

type statementYAML struct {
	Allow    []said      `yaml:"allow,omitempty,flow"`
	Deny     []said      `yaml:"deny,omitempty,flow"`
	To       subjectYAML `yaml:"to,omitempty"`
	In       *scopeYAML  `yaml:"in,omitempty"`
	Breadth  said        `yaml:"breadth,omitempty"`
	From     instant     `yaml:"from,omitempty"`
	Until    instant     `yaml:"until,omitempty"`
	Review   instant     `yaml:"review,omitempty"`
	Data     dataYAML    `yaml:"data,omitempty"`
	Source   string      `yaml:"source,omitempty"`
	Tier     said        `yaml:"tier,omitempty"`
	madeYAML `yaml:",inline"`
}

// subjectYAML is whom something is about: everyone, if nothing is written.
type subjectYAML struct {
	Person     string `yaml:"person,omitempty"`
	Position   string `yaml:"position,omitempty"`
	Department string `yaml:"department,omitempty"`
	Depth      int    `yaml:"depth,omitempty"`
}

// scopeYAML is where something holds. The kind is written only where the rest does not tell it.
type scopeYAML struct {
	Kind       said     `yaml:"kind,omitempty"`
	Groups     []said   `yaml:"groups,omitempty,flow"`
	Members    []string `yaml:"members,omitempty,flow"`
	Department string   `yaml:"department,omitempty"`
	Tag        string   `yaml:"tag,omitempty"`
}

type dataYAML struct {
	Kind       string   `yaml:"kind,omitempty"`
	Members    []string `yaml:"members,omitempty,flow"`
	Department string   `yaml:"department,omitempty"`
	Tag        string   `yaml:"tag,omitempty"`
	Own        bool     `yaml:"own,omitempty"`
}

type exclusiveYAML struct {
	Name     string   `yaml:"name"`
	Sets     [][]said `yaml:"sets,flow"`
	madeYAML `yaml:",inline"`
}

type exemptionYAML struct {
	Rule     string  `yaml:"rule"`
	Who      string  `yaml:"who"`
	Until    instant `yaml:"until"`
	madeYAML `yaml:",inline"`
}

// approvalYAML is how requests for an item or a level are decided; "*" is for all that have no rule of their own.
type approvalYAML struct {
	What    string  `yaml:"what"`
	Need    int     `yaml:"need"`
	Deny    int     `yaml:"deny"`
	Longest length  `yaml:"longest,omitempty"`
	OnDuty  bool    `yaml:"on_duty,omitempty"`
	By      string  `yaml:"by,omitempty"`
	At      instant `yaml:"at,omitempty"`
}

// length is a length of time, written as 90m, 24h or 7d.
type length time.Duration

type sceneYAML struct {
	Name     said    `yaml:"name"`
	Industry said    `yaml:"industry,omitempty"`
	From     instant `yaml:"from,omitempty"`
	Until    instant `yaml:"until,omitempty"`
	Tier     said    `yaml:"tier,omitempty"`
	madeYAML `yaml:",inline"`
}

type tagYAML struct {
	Name string  `yaml:"name"`
	By   string  `yaml:"by,omitempty"`
	At   instant `yaml:"at,omitempty"`
}

type roleYAML struct {
	Who       string   `yaml:"who"`
	Level     said     `yaml:"level,omitempty"`
	Job       said     `yaml:"job,omitempty"`
	From      instant  `yaml:"from,omitempty"`
	Until     instant  `yaml:"until,omitempty"`
	Groups    []said   `yaml:"groups,omitempty,flow"`
	Tag       string   `yaml:"tag,omitempty"` // the company's part only, instead of groups
	Data      dataYAML `yaml:"data,omitempty"`
	Only      []said   `yaml:"only,omitempty,flow"`
	OnDuty    bool     `yaml:"on_duty,omitempty"`
	Review    instant  `yaml:"review,omitempty"`
	Suspended bool     `yaml:"suspended,omitempty"`
	Eligible  bool     `yaml:"eligible,omitempty"`
	Active    bool     `yaml:"active,omitempty"`
	Source    string   `yaml:"source,omitempty"`
	Tier      said     `yaml:"tier,omitempty"`
	madeYAML  `yaml:",inline"`
}

// instant is a point in time, written with its zone; without one it is in the zone of the requirements.
type instant struct{ time.Time }
