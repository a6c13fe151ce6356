package moderation

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Conduct is what was seen, and reported, in one group. It is immutable; the zero Conduct is empty.
type Conduct struct {
	cases    map[string]Case
	reports  map[string]Report
	reviewed *Reviewed
}

// ConductOf names the aggregate of a group's cases and reports.
func ConductOf(g chat.Group) journal.Name { return journal.Named("conduct", string(g)) }

const (
	casePrefix   = "case/"
	reportPrefix = "report/"
	reviewedKey  = "reviewed"
)

// Reviewed says that somebody has looked at all messages up to a moment.
type Reviewed struct {
	By chat.User `json:"by"`
	At time.Time `json:"at"`
}

// BuildConduct makes a Conduct of its records.
func BuildConduct(records map[string]json.RawMessage) (Conduct, error) {
	b := Conduct{cases: map[string]Case{}, reports: map[string]Report{}}
	for key, raw := range records {
		var err error
		switch {
		case strings.HasPrefix(key, casePrefix):
			b.cases[key], err = journal.Decode[Case](raw)
		case strings.HasPrefix(key, reportPrefix):
			b.reports[key], err = journal.Decode[Report](raw)
		case key == reviewedKey:
			b.reviewed = new(Reviewed)
			*b.reviewed, err = journal.Decode[Reviewed](raw)
		default:
			err = fmt.Errorf("unknown record %q of conduct", key)
		}
		if err != nil {
			return Conduct{}, err
		}
	}
	return b, nil
}

// Settled says whether a case, or a report, is decided: nobody need hear of it any more.
func (b Conduct) Settled(record string) bool {
	return b.cases[record].State != "" || b.reports[record].State != ""
}

// The kinds of events about what was seen.
const (
	Caught    journal.Kind = "moderation.caught"
	Recalled  journal.Kind = "moderation.recalled"
	Noted     journal.Kind = "moderation.told"
	Asked     journal.Kind = "moderation.asked"
	Dismissed journal.Kind = "moderation.dismissed"
	Forgotten journal.Kind = "moderation.forgotten"
	Looked    journal.Kind = "moderation.reviewed"
	Reported  journal.Kind = "moderation.reported"
	Decided   journal.Kind = "moderation.decided"
)

var byItself = chat.Text{ZH: "这是机器人看到的事，不是谁做的决定。", EN: "The bot saw it; nobody decided it."}

var conductHappenings = []journal.Happening{
	{Kind: Caught, Text: chat.Text{ZH: "发现违规消息", EN: "saw a message against the rules"}, Final: byItself},
	{Kind: Recalled, Text: chat.Text{ZH: "违规消息已被撤回", EN: "saw such a message recalled"}, Final: byItself},
	{Kind: Noted, Text: chat.Text{ZH: "告知管理员违规", EN: "told admins of it"}, Final: byItself},
	{Kind: Forgotten, Text: chat.Text{ZH: "清除过期的违规记录", EN: "cleared an old case"}, Final: byItself},
	{Kind: Asked, Text: chat.Text{ZH: "请发送者撤回", EN: "asked the sender to recall"}},
	{Kind: Dismissed, Text: chat.Text{ZH: "忽略违规提示", EN: "dismissed a case"}},
	{Kind: Looked, Text: chat.Text{ZH: "审核发言", EN: "looked through messages"}},
	{Kind: Reported, Text: chat.Text{ZH: "举报", EN: "reported somebody"}, Open: true},
	{Kind: Decided, Text: chat.Text{ZH: "处理举报", EN: "decided a report"}},
}

// The refusals about cases and reports.
var (
	ErrNoCase  = errors.New("no such case")
	ErrDecided = errors.New("decided already")
	ErrOwn     = errors.New("one's own matter")
	ErrAsked   = errors.New("the sender was asked already")
)

// Hit is one message that breaks something.
type Hit struct {
	ID     string // of the message
	At     time.Time
	Breach Breach
}

// Catch returns the event in which messages of one person are caught; ok is false if all of them were before. Whoever
// goes on after a case is decided opens it again.
func (b Conduct) Catch(g chat.Group, who chat.User, kind chat.PersonKind, hits []Hit, now time.Time) (e journal.Event, ok bool) {
	next := map[string]Case{}
	var items []string
	for _, h := range hits {
		c := Case{Who: who, Kind: kind, Hour: h.At.UTC().Truncate(time.Hour)}
		key := c.Key()
		if known, caught := next[key]; caught {
			c = known
		} else if known, caught := b.cases[key]; caught {
			c = known
		}
		mark := short("message\x00" + h.ID)
		if h.Breach.None() || slices.Contains(c.Seen, mark) || len(c.Seen) >= MostSeen {
			continue
		}
		next[key] = c.with(mark, h, now)
		for _, w := range h.Breach.What {
			if i := itemOf(w); !slices.Contains(items, i) {
				items = append(items, i)
			}
		}
	}
	if len(next) == 0 {
		return journal.Event{}, false
	}
	e = journal.Event{Kind: Caught, Group: g, Targets: []chat.User{who}, Items: items}
	for _, key := range slices.Sorted(maps.Keys(next)) {
		after := next[key]
		e.Changes = append(e.Changes, b.set(g, key, &after))
	}
	return e, true
}

// Come returns what is to happen when the moment of a case has come: the event, and whether the admins are to be told of
// the case as it then stands. ok is false if nothing is.
func (b Conduct) Come(g chat.Group, key string, now time.Time) (e journal.Event, tell Case, ok bool) {
	c, known := b.cases[key]
	if !known || now.Before(c.Next) {
		return journal.Event{}, Case{}, false
	}
	if c.State != "" || c.Told >= len(c.Seen) {
		return journal.Event{Kind: Forgotten, Group: g, Targets: []chat.User{c.Who}, Changes: []journal.Change{b.set(g, key, nil)}}, Case{}, true
	}
	tell = c
	c.Told, c.Next = len(c.Seen), c.forget()
	return journal.Event{Kind: Noted, Group: g, Targets: []chat.User{c.Who}, Changes: []journal.Change{b.set(g, key, &c)}}, tell, true
}

func (b Conduct) set(g chat.Group, key string, after *Case) journal.Change {
	if old, ok := b.cases[key]; ok {
		return journal.Set(ConductOf(g), key, &old, after)
	}
	return journal.Set(ConductOf(g), key, nil, after)
}

// Recall returns the event in which a message that was caught turns out to be recalled; ok is false if none was.
func (b Conduct) Recall(g chat.Group, message string) (e journal.Event, c Case, ok bool) {
	mark := short("message\x00" + message)
	for key, c := range b.cases {
		if slices.Contains(c.Seen, mark) && !slices.Contains(c.Gone, mark) {
			c.Gone = append(slices.Clone(c.Gone), mark)
			return journal.Event{
				Kind: Recalled, Group: g, Targets: []chat.User{c.Who}, Changes: []journal.Change{b.set(g, key, &c)},
			}, c, true
		}
	}
	return journal.Event{}, Case{}, false
}

// Open lists the cases that nobody has decided, the latest first.
func (b Conduct) Open() []Case {
	var out []Case
	for _, c := range b.cases {
		if c.State == "" {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(x, y Case) int {
		if d := y.Last.Compare(x.Last); d != 0 {
			return d
		}
		return strings.Compare(x.Key(), y.Key())
	})
	return out
}

// Case finds a case by its code.
func (b Conduct) Case(code string) (Case, error) {
	for _, c := range b.cases {
		if c.Code() == strings.ToLower(code) {
			return c, nil
		}
	}
	return Case{}, ErrNoCase
}

// Close returns the change in which a case is decided. Nobody decides about oneself: ErrOwn; nor twice: ErrDecided.
func (b Conduct) Close(g chat.Group, c Case, s State, by chat.User, now time.Time) (journal.Event, error) {
	switch {
	case c.Who == by:
		return journal.Event{}, ErrOwn
	case c.State != "":
		return journal.Event{}, ErrDecided
	}
	key := c.Key()
	c.State, c.By, c.At, c.Next = s, by, now.UTC(), c.forget()
	return journal.Event{
		Kind: Dismissed, Group: g, Targets: []chat.User{c.Who}, Items: []string{"review_messages"},
		Changes: []journal.Change{b.set(g, key, &c)},
	}, nil
}

// Ask returns the event in which the sender is asked to recall what they wrote; ErrAsked if they were already.
func (b Conduct) Ask(g chat.Group, c Case, by chat.User) (journal.Event, error) {
	switch {
	case c.Who == by:
		return journal.Event{}, ErrOwn
	case c.State != "":
		return journal.Event{}, ErrDecided
	case c.Asked != "":
		return journal.Event{}, ErrAsked
	}
	key := c.Key()
	c.Asked = by
	return journal.Event{
		Kind: Asked, Group: g, Targets: []chat.User{c.Who}, Items: []string{"review_messages"},
		Changes: []journal.Change{b.set(g, key, &c)},
	}, nil
}

// Reviewed is up to when messages were looked through, and by whom; zero: never.
func (b Conduct) Reviewed() Reviewed {
	if b.reviewed == nil {
		return Reviewed{}
	}
	return *b.reviewed
}

// Review returns the event in which somebody has looked through all messages so far.
func (b Conduct) Review(g chat.Group, by chat.User, now time.Time) journal.Event {
	return journal.Event{Kind: Looked, Group: g, Items: []string{"review_messages"}, Changes: []journal.Change{
		journal.Set(ConductOf(g), reviewedKey, b.reviewed, &Reviewed{By: by, At: now.UTC()}),
	}}
}
