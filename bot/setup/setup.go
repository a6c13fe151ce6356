// Package setup holds the draft of a guided set-up: one person's answers, step by step, until they confirm, drop it, or
// forget about it for a day. A draft gives nobody anything; it is turned into a role by the rules of roles.
package setup

import (
	"encoding/json"
	"fmt"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Step is the question that a draft waits with.
type Step uint8

// The steps, in their order: 角色 → 等级 → 范围 → 展示与审核.
const (
	AskJob Step = iota + 1
	AskLevel
	AskData
	AskReview // what they would hold is shown, and the first review date is chosen
)

// Draft is what somebody has answered so far about one person in one group. The zero Draft is none.
type Draft struct {
	Who    chat.User        `json:"who"`
	Group  chat.Group       `json:"group"`
	Job    access.Job       `json:"job,omitempty"`
	HasJob bool             `json:"has_job,omitempty"` // the job is answered; none is an answer too
	Level  access.Level     `json:"level,omitempty"`
	Data   access.DataScope `json:"data,omitzero"`
	Scoped bool             `json:"scoped,omitempty"` // the data scope is answered; everybody is an answer too
	Days   int              `json:"days,omitempty"`   // until the first review
	Until  time.Time        `json:"until"`            // when the draft lapses
}

// KeptFor is how long a draft waits for the next answer.
const KeptFor = 24 * time.Hour

// ReviewDays are the days until the first review that are offered; the last one is the default.
var ReviewDays = []int{30, 90}

// Of names the aggregate of one person's draft.
func Of(u chat.User) journal.Name { return journal.Named("setup", string(u)) }

const draftKey = "draft"

// Build makes a Draft of its records.
func Build(records map[string]json.RawMessage) (Draft, error) {
	var d Draft
	for key, raw := range records {
		if key != draftKey {
			return Draft{}, fmt.Errorf("unknown record %q of a set-up", key)
		}
		var err error
		if d, err = journal.Decode[Draft](raw); err != nil {
			return Draft{}, err
		}
	}
	return d, nil
}

// The kinds of events of this package.
const (
	Answered journal.Kind = "setup.answered"
	Dropped  journal.Kind = "setup.dropped"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	none := chat.Text{ZH: "草稿不改变任何权限。", EN: "A draft changes nobody's rights."}
	return []journal.Happening{
		{Kind: Answered, Text: chat.Text{ZH: "设置向导", EN: "went on with the set-up of"}, Final: none},
		{Kind: Dropped, Text: chat.Text{ZH: "放弃设置向导", EN: "dropped the set-up of"}, Final: none},
	}
}

// Open says whether there is a draft that can be gone on with.
func (d Draft) Open(now time.Time) bool { return d.Who != "" && now.Before(d.Until) }

// Start returns a new draft that waits with its first question.
func Start(who chat.User, g chat.Group) Draft {
	return Draft{Who: who, Group: g, Days: ReviewDays[len(ReviewDays)-1]}
}

// WithJob is the draft with the job chosen.
func (d Draft) WithJob(j access.Job) Draft {
	d.Job, d.HasJob = j, true
	return d
}

// WithLevel is the draft with the level chosen.
func (d Draft) WithLevel(l access.Level) Draft {
	d.Level = l
	return d
}

// WithData is the draft with the data scope chosen.
func (d Draft) WithData(s access.DataScope) Draft {
	d.Data, d.Scoped = s, true
	return d
}

// WithDays is the draft with the first review in so many days.
func (d Draft) WithDays(n int) Draft {
	d.Days = n
	return d
}

// Missing is the first question that is still open: a step is not skipped by answering a later one.
func (d Draft) Missing() Step {
	switch {
	case !d.HasJob:
		return AskJob
	case d.Level == access.NoLevel:
		return AskLevel
	case !d.Scoped:
		return AskData
	}
	return AskReview
}

// Keep returns the event in which the draft of a person becomes next, for another day.
func (d Draft) Keep(u chat.User, next Draft, now time.Time) journal.Event {
	next.Until = now.Add(KeptFor)
	return journal.Event{
		Kind: Answered, Group: next.Group, Targets: []chat.User{next.Who},
		Changes: []journal.Change{journal.Set(Of(u), draftKey, d.stored(), &next)},
	}
}

// Drop returns the event in which the draft is gone; ok is false if there is none.
func (d Draft) Drop(u chat.User) (e journal.Event, ok bool) {
	if d.Who == "" {
		return journal.Event{}, false
	}
	return journal.Event{
		Kind: Dropped, Group: d.Group, Targets: []chat.User{d.Who},
		Changes: []journal.Change{journal.Set[Draft](Of(u), draftKey, d.stored(), nil)},
	}, true
}

func (d Draft) stored() *Draft {
	if d.Who == "" {
		return nil
	}
	return &d
}
