package kpi

import (
	"encoding/json"
	"fmt"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Praise is that a reward was proposed for somebody, for a run of weeks. Only a person gives it.
type Praise struct {
	Who   chat.User `json:"who"`
	From  time.Time `json:"from"`  // of the first week
	Until time.Time `json:"until"` // of the last, exclusive
	At    time.Time `json:"at"`
}

// Of names the aggregate of what was proposed in a group.
func Of(g chat.Group) journal.Name { return journal.Named("kpi", string(g)) }

const praisePrefix = "praise/"

// Book is what was proposed last, by person. It is immutable; the zero Book has proposed nothing.
type Book struct{ praised map[chat.User]Praise }

// Build makes a Book of its records.
func Build(records map[string]json.RawMessage) (Book, error) {
	b := Book{praised: make(map[chat.User]Praise, len(records))}
	for key, raw := range records {
		p, err := journal.Decode[Praise](raw)
		if err != nil {
			return Book{}, err
		}
		if key != praisePrefix+string(p.Who) {
			return Book{}, fmt.Errorf("record %q of indicators is that of %q", key, p.Who)
		}
		b.praised[p.Who] = p
	}
	return b, nil
}

// Commend returns the event in which a reward is proposed; ok is false if one was for some of the same weeks.
func (b Book) Commend(g chat.Group, p Praise) (e journal.Event, ok bool) {
	old, was := b.praised[p.Who]
	if was && p.From.Before(old.Until) {
		return journal.Event{}, false
	}
	var before *Praise
	if was {
		before = &old
	}
	return journal.Event{
		Kind: Proposed, Group: g, Targets: []chat.User{p.Who}, Changes: []journal.Change{journal.Set(Of(g), praisePrefix+string(p.Who), before, &p)},
	}, true
}

// Proposed is the kind of event of this package.
const Proposed journal.Kind = "kpi.proposed"

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	return []journal.Happening{{
		Kind: Proposed, Text: chat.Text{ZH: "建议跨群管理", EN: "proposed a role across groups"},
		Final: chat.Text{ZH: "只是建议，没有授予任何权限。", EN: "It is a proposal; no right was given."},
	}}
}
