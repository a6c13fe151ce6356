package request

import (
	"bytes"
	"encoding/json"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Event is an event as data: what an act would change, kept until a second person agrees.
type Event struct {
	Kind    journal.Kind `json:"kind"`
	Group   chat.Group   `json:"group,omitempty"`
	Targets []chat.User  `json:"targets,omitempty"`
	Items   []string     `json:"items,omitempty"`
	Reason  string       `json:"reason,omitempty"`
	Changes []Change     `json:"changes"`
}

// Change is a change of a record with both sides. Its moment is not kept: whoever commits it asks the record.
type Change struct {
	Of     journal.Name    `json:"of"`
	Key    string          `json:"key"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Keep makes data of events.
func Keep(events []journal.Event) []Event {
	out := make([]Event, len(events))
	for i, e := range events {
		out[i] = Event{Kind: e.Kind, Group: e.Group, Targets: e.Targets, Items: e.Items, Reason: e.Reason, Changes: []Change{}}
		for _, c := range e.Changes {
			out[i].Changes = append(out[i].Changes, Change{Of: c.Of, Key: c.Key, Before: c.Before, After: c.After})
		}
	}
	return out
}

// Kept makes events of data. of is asked about each change: it may bring it up to date, and give it its moment.
func (r Request) Kept(of func(journal.Change) journal.Change) []journal.Event {
	out := make([]journal.Event, len(r.Events))
	for i, e := range r.Events {
		out[i] = journal.Event{Kind: e.Kind, Group: e.Group, Targets: e.Targets, Items: e.Items, Reason: e.Reason}
		for _, c := range e.Changes {
			out[i].Changes = append(out[i].Changes, of(journal.Change{Of: c.Of, Key: c.Key, Before: c.Before, After: c.After}))
		}
	}
	return out
}

// equals says whether two events change the same records from the same; what they become may differ in their times.
func (e Event) equals(o Event) bool {
	if e.Kind != o.Kind || len(e.Changes) != len(o.Changes) {
		return false
	}
	for i, c := range e.Changes {
		d := o.Changes[i]
		if c.Of != d.Of || c.Key != d.Key || !bytes.Equal(c.Before, d.Before) || (c.After == nil) != (d.After == nil) {
			return false
		}
	}
	return true
}

// The kinds of events of this package.
const (
	Opened    journal.Kind = "request.opened"
	Voted     journal.Kind = "request.voted"
	Agreed    journal.Kind = "request.approved"
	Refused   journal.Kind = "request.rejected"
	TakenBack journal.Kind = "request.withdrawn"
	Lapsed    journal.Kind = "request.expired"
	// Granted names the entry in which somebody gets what they asked for.
	Granted journal.Kind = "request.granted"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	said := chat.Text{ZH: "它记的是已发生的事。", EN: "It tells what has happened."}
	return []journal.Happening{
		{Kind: Opened, Text: chat.Text{ZH: "提出申请", EN: "asked for consent"}, Final: chat.Text{
			ZH: "要收回申请，请发 /收回 和它的编号。", EN: "To take a request back, send /withdraw and its number."}, Open: true},
		{Kind: Voted, Text: chat.Text{ZH: "对申请表态", EN: "gave a verdict on a request"}, Final: said, Open: true},
		{Kind: Agreed, Text: chat.Text{ZH: "同意申请", EN: "approved a request"}, Final: said},
		{Kind: Refused, Text: chat.Text{ZH: "驳回申请", EN: "rejected a request"}, Final: said},
		{Kind: TakenBack, Text: chat.Text{ZH: "收回申请", EN: "withdrew a request"}, Final: said},
		{Kind: Lapsed, Text: chat.Text{ZH: "申请作废", EN: "a request came to nothing"}, Final: said},
		{Kind: Granted, Text: chat.Text{ZH: "申请获准", EN: "got what was asked for"}},
	}
}
