// Package task holds what has been asked of a group's human owner, and what is known of it. Where a platform does not
// let a bot act, the owner gets a card with the exact steps; a task is the honest record of what came of it. It
// promises never to say that something is in force unless a re-read has shown it.
package task

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// State is what may be claimed of a task. The source of the states is the requirements' table 5.2.
type State string

// The states.
const (
	Recorded      State = "recorded"       // written down; nothing is said about the group
	Waiting       State = "waiting"        // the step card was accepted for delivery to the owner
	Claimed       State = "claimed"        // the owner says that it is done; a re-read is on its way
	Verified      State = "verified"       // a re-read has shown it
	NotVerified   State = "not_verified"   // the re-reads show that it did not happen
	NotVerifiable State = "not_verifiable" // the platform cannot be read; the owner's word is kept as such
	Expired       State = "expired"        // the owner did nothing for a day
)

// Text is the state as people read it.
func (s State) Text() chat.Text {
	switch s {
	case Recorded:
		return chat.Text{ZH: "已记录", EN: "recorded"}
	case Waiting:
		return chat.Text{ZH: "待群主操作", EN: "waiting for the owner"}
	case Claimed:
		return chat.Text{ZH: "群主称已办，核实中", EN: "done by the owner's word, being verified"}
	case Verified:
		return chat.Text{ZH: "已生效", EN: "in force"}
	case NotVerified:
		return chat.Text{ZH: "未生效", EN: "not in force"}
	case NotVerifiable:
		return chat.Text{ZH: "无法核实", EN: "cannot be verified"}
	case Expired:
		return chat.Text{ZH: "已过期", EN: "expired"}
	}
	return chat.Same(string(s))
}

// Over says whether nothing more is to come by itself.
func (s State) Over() bool { return s != Recorded && s != Waiting && s != Claimed }

// Task is one thing that was asked of an owner.
type Task struct {
	Action     chat.Action `json:"action"`
	Who        chat.User   `json:"who"` // empty: it is about the group as a whole
	Owner      chat.User   `json:"owner"`
	By         chat.User   `json:"by"`
	At         time.Time   `json:"at"`
	State      State       `json:"state"`
	Verifiable bool        `json:"verifiable,omitempty"`
	ClaimedBy  chat.User   `json:"claimed_by,omitempty"`
	// Check is when the platform is re-read, or the task expires; zero when the task is over.
	Check time.Time `json:"check,omitzero"`
	Reads int       `json:"reads,omitempty"` // re-reads since the owner's word
	Until time.Time `json:"until,omitzero"`  // of a mute: its end, told to the owner
}

// Due is when the task must be looked at again.
func (t Task) Due() time.Time { return t.Check }

// Key is the record of a task: one a person and action, so that the newest wish replaces an older one.
func (t Task) Key() string { return string(t.Action) + "/" + string(t.Who) }

// Book is the tasks of one group. Safe to share; it never changes.
type Book struct{ tasks map[string]Task }

// Of names the aggregate of a group's tasks.
func Of(g chat.Group) journal.Name { return journal.Named("task", string(g)) }

// Build makes a Book of its records.
func Build(records map[string]json.RawMessage) (Book, error) {
	b := Book{tasks: make(map[string]Task, len(records))}
	for key, raw := range records {
		t, err := journal.Decode[Task](raw)
		if err != nil {
			return Book{}, err
		}
		if t.Key() != key {
			return Book{}, fmt.Errorf("record %q of tasks is that of %q", key, t.Key())
		}
		b.tasks[key] = t
	}
	return b, nil
}

// The kinds of events of this package.
const (
	Asked   journal.Kind = "task.asked"
	Sent    journal.Kind = "task.sent"
	Claim   journal.Kind = "task.claimed"
	Settled journal.Kind = "task.settled"
	// Reread says that the platform was read again and did not show it yet.
	Reread journal.Kind = "task.reread"
	// Withdrawn says that the wish is no longer one.
	Withdrawn journal.Kind = "task.withdrawn"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	said := chat.Text{ZH: "它记的是已发生的事。", EN: "It tells what has happened."}
	return []journal.Happening{
		{Kind: Asked, Text: chat.Text{ZH: "请群主操作", EN: "asked the owner"}, Final: said, Open: true},
		{Kind: Sent, Text: chat.Text{ZH: "步骤卡已送达", EN: "the step card was delivered"}, Final: said, Open: true},
		{Kind: Claim, Text: chat.Text{ZH: "群主称已办", EN: "done by the owner's word"}, Final: said, Open: true},
		{Kind: Reread, Text: chat.Text{ZH: "核实了一次，尚未看到", EN: "looked again, not there yet"}, Final: said, Open: true},
		{Kind: Withdrawn, Text: chat.Text{ZH: "任务撤回", EN: "the task was withdrawn"}, Final: said},
		{Kind: Settled, Text: chat.Text{ZH: "任务有结果", EN: "the task came to an end"}, Final: said},
	}
}

// The source of these times is the requirements' table 5.2.
var (
	rereads  = []time.Duration{2 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute}
	patience = 24 * time.Hour
)

// Task returns a task by its key.
func (b Book) Task(key string) (Task, bool) {
	t, ok := b.tasks[key]
	return t, ok
}

// All returns the tasks by time of asking, newest last.
func (b Book) All() []Task {
	out := make([]Task, 0, len(b.tasks))
	for _, t := range b.tasks {
		out = append(out, t)
	}
	slices.SortFunc(out, func(x, y Task) int {
		if c := x.At.Compare(y.At); c != 0 {
			return c
		}
		return strings.Compare(x.Key(), y.Key())
	})
	return out
}

// Ask returns the event in which the owner is asked, replacing an older wish of the same kind.
func (b Book) Ask(g chat.Group, t Task) journal.Event {
	t.State, t.Check = Recorded, t.At.Add(patience)
	return b.event(g, Asked, t)
}

// Against returns the task that a new wish makes pointless: an unmute, for one, an open mute.
func (b Book) Against(a chat.Action, who chat.User) (Task, bool) {
	contrary := map[chat.Action]chat.Action{
		chat.Mute: chat.Unmute, chat.Unmute: chat.Mute, chat.AddAdmin: chat.RemoveAdmin, chat.RemoveAdmin: chat.AddAdmin,
		chat.RestrictInvites: chat.OpenInvites, chat.OpenInvites: chat.RestrictInvites,
		chat.FilterOn: chat.FilterOff, chat.FilterOff: chat.FilterOn,
	}[a]
	t, ok := b.tasks[Task{Action: contrary, Who: who}.Key()]
	return t, ok
}

// Withdraw returns the event in which a task is taken off the book.
func (b Book) Withdraw(g chat.Group, t Task) journal.Event {
	return journal.Event{
		Kind: Withdrawn, Group: g, Targets: t.targets(),
		Changes: []journal.Change{journal.Set[Task](Of(g), t.Key(), &t, nil)},
	}
}

// Deliver returns the event in which the step card has reached the owner; ok is false if that is no news.
func (b Book) Deliver(g chat.Group, key string) (e journal.Event, ok bool) {
	t, found := b.tasks[key]
	if !found || t.State != Recorded {
		return journal.Event{}, false
	}
	t.State = Waiting
	return b.event(g, Sent, t), true
}

// Claimed returns the event in which the owner says that it is done; ok is false if the task is over or unknown.
// Where the platform cannot be read, that is the end of it.
func (b Book) Claimed(g chat.Group, key string, by chat.User, now time.Time) (e journal.Event, ok bool) {
	t, found := b.tasks[key]
	if !found || t.State.Over() && t.State != NotVerified {
		return journal.Event{}, false
	}
	t.ClaimedBy = by
	t.State, t.Check, t.Reads = Claimed, now.Add(rereads[0]), 0
	if !t.Verifiable {
		t.State, t.Check = NotVerifiable, time.Time{}
	}
	return b.event(g, Claim, t), true
}

// Look returns the events that follow from a re-read of the group: what is in force is verified, whoever did it.
func (b Book) Look(g chat.Group, admins func(chat.User) bool) []journal.Event {
	var out []journal.Event
	for _, t := range b.All() {
		if !t.Verifiable || t.State == Verified || !t.inForce(admins) {
			continue
		}
		t.State, t.Check = Verified, time.Time{}
		out = append(out, b.event(g, Settled, t))
	}
	return out
}

func (t Task) inForce(admins func(chat.User) bool) bool {
	switch t.Action {
	case chat.AddAdmin:
		return admins(t.Who)
	case chat.RemoveAdmin:
		return !admins(t.Who)
	case chat.Mute, chat.Unmute, chat.RestrictInvites, chat.OpenInvites, chat.FilterOn, chat.FilterOff:
	}
	return false
}

// Come returns the event that follows when the time of a task has come without its being in force; ok is false if
// nothing follows. Reread says that the group is to be read again: if that shows the task to be in force after all,
// Look says so, also of a task that is over.
func (b Book) Come(g chat.Group, key string, now time.Time) (e journal.Event, reread, ok bool) {
	t, found := b.tasks[key]
	if !found || t.Check.IsZero() || now.Before(t.Check) {
		return journal.Event{}, false, false
	}
	if t.State != Claimed {
		t.State, t.Check = Expired, time.Time{}
		return b.event(g, Settled, t), false, true
	}
	t.Reads++
	if t.Reads < len(rereads) {
		t.Check = now.Add(rereads[t.Reads])
		return b.event(g, Reread, t), true, true
	}
	t.State, t.Check = NotVerified, time.Time{}
	return b.event(g, Settled, t), true, true
}

// targets is whom the task is about: nobody, if it is about the group as a whole.
func (t Task) targets() []chat.User {
	if t.Who == "" {
		return nil
	}
	return []chat.User{t.Who}
}

func (b Book) event(g chat.Group, kind journal.Kind, t Task) journal.Event {
	return journal.Event{Kind: kind, Group: g, Targets: t.targets(), Changes: []journal.Change{b.set(g, t)}}
}

func (b Book) set(g chat.Group, t Task) journal.Change {
	var before *Task
	if old, ok := b.tasks[t.Key()]; ok {
		before = &old
	}
	return journal.Set(Of(g), t.Key(), before, &t)
}
