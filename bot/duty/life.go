package duty

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

// Life is what has become of one stint: whether whoever has it came, and how it was handed over.
type Life struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"` // exclusive
	Who   chat.User `json:"who"`

	Begun     time.Time `json:"begun,omitzero"`    // when it was told that it begins
	Deadline  time.Time `json:"deadline,omitzero"` // by when they must have checked in; zero: nobody waits for it
	CheckedIn time.Time `json:"checked_in,omitzero"`
	Late      time.Time `json:"late,omitzero"` // when they were missed
	Over      time.Time `json:"over,omitzero"` // when it was told that it ended

	Notes     []string  `json:"notes,omitempty"` // what is left to whoever follows, in their own words
	From      chat.User `json:"from,omitempty"`  // who hands over: whoever had it at its end
	To        chat.User `json:"to,omitempty"`    // who follows
	Handed    time.Time `json:"handed,omitzero"` // when it was handed over
	Answer    time.Time `json:"answer,omitzero"` // by when To should have confirmed
	Confirmed time.Time `json:"confirmed,omitzero"`
	Chased    time.Time `json:"chased,omitzero"` // when both were told that it is not confirmed
}

// Missed are those whom an entry says to have been missed at the beginning of their turn. Where a backup took over at once,
// the entry is named after that.
func Missed(e journal.Entry) []chat.User {
	var out []chat.User
	for _, ch := range e.Changes {
		if ch.Of != OfLife(e.Group) || ch.Key == CursorKey || ch.After == nil {
			continue
		}
		l, err := journal.Decode[Life](ch.After)
		if err != nil || l.Late.IsZero() {
			continue
		}
		if was, err := journal.Decode[Life](ch.Before); ch.Before == nil || err != nil || was.Late.IsZero() {
			out = append(out, l.Who)
		}
	}
	return out
}

// Key is the record of the life.
func (l Life) Key() string { return lifeKey(l.Start) }

func lifeKey(start time.Time) string { return fmt.Sprintf("life/%d", start.Unix()) }

// expected says whether somebody is still waited for.
func (l Life) expected() bool { return !l.Deadline.IsZero() && l.CheckedIn.IsZero() && l.Late.IsZero() }

// unanswered says whether a hand-over still waits to be confirmed.
func (l Life) unanswered() bool {
	return !l.Answer.IsZero() && l.Confirmed.IsZero() && l.Chased.IsZero()
}

// keepLives is how long a life is kept after its end.
const keepLives = 8 * 24 * time.Hour

// Lives is the life of a group's shifts. The zero Lives has none. Safe to share; it never changes.
type Lives struct {
	cursor *Cursor
	lives  map[string]Life
}

// OfLife names the aggregate of the life of a group's shifts.
func OfLife(g chat.Group) journal.Name { return journal.Named("shift", string(g)) }

// BuildLife makes Lives of their records.
func BuildLife(records map[string]json.RawMessage) (Lives, error) {
	b := Lives{lives: make(map[string]Life, len(records))}
	for key, raw := range records {
		switch {
		case key == CursorKey:
			c, err := journal.Decode[Cursor](raw)
			if err != nil {
				return Lives{}, err
			}
			b.cursor = &c
		case strings.HasPrefix(key, "life/"):
			l, err := journal.Decode[Life](raw)
			if err == nil && l.Key() != key {
				err = fmt.Errorf("record %q of a shift's life is that of %q", key, l.Key())
			}
			if err != nil {
				return Lives{}, err
			}
			b.lives[key] = l
		default:
			return Lives{}, fmt.Errorf("unknown record %q of a shift's life", key)
		}
	}
	return b, nil
}

// Settled says whether nobody is waited for any more in a life: whoever had the turn has checked in.
func (b Lives) Settled(record string) bool { return !b.lives[record].CheckedIn.IsZero() }

// Of is the life of a stint, as far as there is one.
func (b Lives) Of(s Stint) (Life, bool) {
	l, ok := b.lives[lifeKey(s.Start)]
	return l, ok && l.Who == s.Who
}

// of is the life of a stint, or a new one.
func (b Lives) of(s Stint) Life {
	if l, ok := b.Of(s); ok {
		l.End = s.End.UTC()
		return l
	}
	return Life{Start: s.Start.UTC(), End: s.End.UTC(), Who: s.Who}
}

// with is the lives with one of them changed.
func (b Lives) with(l Life) Lives {
	b.lives = maps.Clone(b.lives)
	if b.lives == nil {
		b.lives = map[string]Life{}
	}
	b.lives[l.Key()] = l
	return b
}

// last is the newest life that fits.
func (b Lives) last(fits func(Life) bool) (out Life, ok bool) {
	for _, l := range b.lives {
		if fits(l) && (!ok || l.Start.After(out.Start)) {
			out, ok = l, true
		}
	}
	return out, ok
}

// changes are what has become of the records since old.
func (b Lives) changes(g chat.Group, old Lives) []journal.Change {
	var out []journal.Change
	for _, key := range slices.Sorted(maps.Keys(b.lives)) {
		l := b.lives[key]
		var before *Life
		if was, ok := old.lives[key]; ok {
			before = &was
		}
		if c := journal.Set(OfLife(g), key, before, &l); !c.IsNothing() {
			out = append(out, c)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(old.lives)) {
		if was := old.lives[key]; b.lives[key].Start.IsZero() {
			out = append(out, journal.Set[Life](OfLife(g), key, &was, nil))
		}
	}
	return out
}

// Set returns the change in which the cursor becomes another; what it is about is not said.
func (b Lives) Set(g chat.Group, c Cursor) journal.Change {
	return journal.Set(OfLife(g), CursorKey, b.cursor, &c)
}

// The kinds of events in the life of a shift.
const (
	Began       journal.Kind = "duty.began"
	CheckedIn   journal.Kind = "duty.checked_in"
	Late        journal.Kind = "duty.late"
	Closing     journal.Kind = "duty.closing" // a hand-over is asked for
	Noted       journal.Kind = "duty.noted"   // a word for the hand-over
	Unnoted     journal.Kind = "duty.unnoted" // those words taken back
	Handed      journal.Kind = "duty.handed"
	Confirmed   journal.Kind = "duty.confirmed"
	Unconfirmed journal.Kind = "duty.unconfirmed"
	Ended       journal.Kind = "duty.ended"
	Reminded    journal.Kind = "duty.reminded"
	Passed      journal.Kind = "duty.passed"   // a moment that concerns nobody any more
	Followed    journal.Kind = "duty.followed" // the cursor follows the roster
	AskedFor    journal.Kind = "duty.check_in" // whether people check in
)

func livesHappenings() []journal.Happening {
	said := chat.Text{ZH: "它记的是已发生的事。", EN: "It tells what has happened."}
	out := []journal.Happening{
		{Kind: AskedFor, Text: chat.Text{ZH: "开关值班签到", EN: "turned check-in on or off"}},
	}
	for _, h := range []journal.Happening{
		{Kind: Began, Text: chat.Text{ZH: "上班", EN: "a shift began"}},
		{Kind: CheckedIn, Text: chat.Text{ZH: "签到", EN: "checked in"}},
		{Kind: Late, Text: chat.Text{ZH: "未按时签到", EN: "did not check in in time"}},
		{Kind: Closing, Text: chat.Text{ZH: "提醒准备交接", EN: "was asked to hand over"}},
		{Kind: Noted, Text: chat.Text{ZH: "交接备注", EN: "left a note for the hand-over"}},
		{Kind: Unnoted, Text: chat.Text{ZH: "清空交接备注", EN: "took the notes for the hand-over back"}},
		{Kind: Handed, Text: chat.Text{ZH: "交接", EN: "handed over"}},
		{Kind: Confirmed, Text: chat.Text{ZH: "确认接班", EN: "confirmed the hand-over"}},
		{Kind: Unconfirmed, Text: chat.Text{ZH: "交接无人确认", EN: "a hand-over was not confirmed"}},
		{Kind: Ended, Text: chat.Text{ZH: "下班", EN: "a shift ended"}},
		{Kind: Reminded, Text: chat.Text{ZH: "值班提醒", EN: "was reminded of a shift"}},
		{Kind: Passed, Text: chat.Text{ZH: "核对班次", EN: "looked at the shifts"}},
		{Kind: Followed, Text: chat.Text{ZH: "安排值班提醒", EN: "planned the reminders of duty"}},
	} {
		h.Final, h.Open = said, h.Kind == Closing
		out = append(out, h)
	}
	return out
}

// The refusals of people's part in it.
var (
	ErrNotOnDuty = errors.New("they have no turn now")
	ErrNoNext    = errors.New("nobody follows")
	ErrNothing   = errors.New("nothing waits for their word")
	ErrLong      = errors.New("too long")
)

func lifeEvent(kind journal.Kind, g chat.Group, changes []journal.Change, targets ...chat.User) journal.Event {
	return journal.Event{Kind: kind, Group: g, Targets: people(targets...), Items: []string{"duty"}, Changes: changes}
}

// Expects says whether people of this group check in when their turn begins.
func (r Roster) Expects() bool { return !r.checkIn.Off }

// CheckInSetting says whether people check in. The zero one says that they do.
type CheckInSetting struct {
	Off bool      `json:"off"`
	By  chat.User `json:"by"`
	At  time.Time `json:"at"`
}

const checkInKey = "check_in"

// AskForCheckIn returns the event in which check-in is turned on or off. It fails with ErrTwice where it is so already.
func (r Roster) AskForCheckIn(g chat.Group, on bool, by chat.User, now time.Time) (journal.Event, error) {
	if r.Expects() == on {
		return journal.Event{}, ErrTwice
	}
	var before *CheckInSetting
	if !r.checkIn.At.IsZero() {
		before = &r.checkIn
	}
	next := CheckInSetting{Off: !on, By: by, At: now.UTC()}
	return lifeEvent(AskedFor, g, []journal.Change{journal.Set(Of(g), checkInKey, before, &next)}), nil
}

// CheckIn returns what happens when somebody says that they are there: for the turn that they have now, or the one that
// is about to begin. What a backup has taken over from them is given back. It fails with ErrNotOnDuty and ErrTwice.
func (b Lives) CheckIn(g chat.Group, r Roster, who chat.User, now time.Time) (Stint, []journal.Event, error) {
	s, ok := r.StintAt(now)
	if !ok || s.Who != who {
		if s, ok = r.Follows(now); !ok || s.Who != who || s.Start.After(now.Add(EarlyCheckIn)) {
			return Stint{}, nil, ErrNotOnDuty
		}
	}
	l := b.of(s)
	back, returns := r.Returns(g, who, now)
	if !l.CheckedIn.IsZero() && !returns {
		return s, nil, ErrTwice
	}
	if l.CheckedIn.IsZero() {
		l.CheckedIn = now.UTC()
	}
	came := lifeEvent(CheckedIn, g, b.with(l).changes(g, b), who)
	if returns {
		return s, []journal.Event{back, came}, nil
	}
	return s, []journal.Event{came}, nil
}

// Decides says whether a record of a roster decides who is on duty when, or what is expected of them.
func Decides(key string) bool {
	kind, _, _ := strings.Cut(key, "/")
	return slices.Contains([]string{rosterKey, "change", "leave", "schedule", checkInKey}, kind)
}
