// Package canary holds how the bot itself is: what a look at its parts has found, which of them are broken and since
// when, and when nothing of it was there. It promises one alert for a part that breaks, one a day while it stays so, and
// one when it is well again. It measures nothing: what was measured is given to it.
package canary

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Trouble is a part that is broken. Its note is not kept: a look tells the present one.
type Trouble struct {
	Part  string    `json:"part"`
	Since time.Time `json:"since"` // when it was found
	Told  time.Time `json:"told"`  // when the owners last heard of it
}

// Silence is a time in which no replica gave a sign of life.
type Silence struct {
	From time.Time `json:"from"` // the last sign
	To   time.Time `json:"to"`   // the next one
	Due  int64     `json:"due"`  // records whose moment came meanwhile
	Mark int64     `json:"mark"` // the last sign on the clock that all replicas share: it tells silences apart
}

// IsZero says whether there was none.
func (s Silence) IsZero() bool { return s.From.IsZero() }

// Book is the troubles that are known. It is immutable; the zero Book has none.
type Book struct {
	troubles map[string]Trouble
	silence  Silence
}

// Of names the aggregate; a company has one.
const Of journal.Name = "canary"

const (
	troublePrefix = "trouble/"
	silenceKey    = "silence"
)

// Build makes a Book of its records.
func Build(records map[string]json.RawMessage) (Book, error) {
	b := Book{troubles: make(map[string]Trouble, len(records))}
	for key, raw := range records {
		var err error
		part, ok := strings.CutPrefix(key, troublePrefix)
		switch {
		case ok:
			b.troubles[part], err = journal.Decode[Trouble](raw)
		case key == silenceKey:
			b.silence, err = journal.Decode[Silence](raw)
		default:
			err = fmt.Errorf("unknown record %q of the canary", key)
		}
		if err != nil {
			return Book{}, err
		}
	}
	return b, nil
}

// The kinds of events of this package.
const (
	Broke    journal.Kind = "canary.broke"
	Reminded journal.Kind = "canary.reminded"
	Mended   journal.Kind = "canary.mended"
	Silent   journal.Kind = "canary.silent"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	found := chat.Text{ZH: "自检只记录发现。", EN: "A self-test only notes what it finds."}
	return []journal.Happening{
		{Kind: Broke, Text: chat.Text{ZH: "自检发现异常", EN: "found a part broken"}, Final: found},
		{Kind: Reminded, Text: chat.Text{ZH: "提醒异常未恢复", EN: "told again of a part that is broken"}, Final: found},
		{Kind: Mended, Text: chat.Text{ZH: "自检发现恢复", EN: "found a part well again"}, Final: found},
		{Kind: Silent, Text: chat.Text{ZH: "机器人曾无响应", EN: "had been silent"}, Final: found},
	}
}

// Troubles are the parts that are broken, by name.
func (b Book) Troubles() []Trouble {
	out := slices.Collect(maps.Values(b.troubles))
	slices.SortFunc(out, func(x, y Trouble) int { return strings.Compare(x.Part, y.Part) })
	return out
}

// TellAgain is after how long the owners are told once more of a part that is still broken.
const TellAgain = 24 * time.Hour

// Note is what a finding about a part changes, and the trouble that it is about; ok is false if it changes nothing: it
// was well before, or is known to be broken and the owners have heard of it lately, or nothing can be told.
func (b Book) Note(f Finding, now time.Time) (e journal.Event, t Trouble, ok bool) {
	old, known := b.troubles[f.Part]
	switch {
	case f.Unknown, f.Works && !known:
		return journal.Event{}, Trouble{}, false
	case f.Works:
		return change(Mended, f.Part, &old, nil), old, true
	case !known:
		t = Trouble{Part: f.Part, Since: now, Told: now}
		return change(Broke, f.Part, nil, &t), t, true
	case now.Sub(old.Told) < TellAgain:
		return journal.Event{}, Trouble{}, false
	}
	t = old
	t.Told = now
	return change(Reminded, f.Part, &old, &t), t, true
}

// Gone are the known troubles about parts that a look no longer knows, each as a finding that it is well: a secret that
// was taken out of the configuration is nobody's trouble any more.
func (b Book) Gone(looked []Finding) []Finding {
	var out []Finding
	for _, t := range b.Troubles() {
		if !slices.ContainsFunc(looked, func(f Finding) bool { return f.Part == t.Part }) {
			out = append(out, Finding{Part: t.Part, Works: true})
		}
	}
	return out
}

// Confess is the event in which the owners hear of a silence; ok is false if they have heard of it.
func (b Book) Confess(s Silence) (e journal.Event, ok bool) {
	if b.silence.Mark == s.Mark && !b.silence.IsZero() {
		return journal.Event{}, false
	}
	var before *Silence
	if !b.silence.IsZero() {
		before = &b.silence
	}
	return journal.Event{Kind: Silent, Changes: []journal.Change{journal.Set(Of, silenceKey, before, &s)}}, true
}

// Silence is the newest that the owners have heard of.
func (b Book) Silence() Silence { return b.silence }

func change(kind journal.Kind, part string, before, after *Trouble) journal.Event {
	return journal.Event{Kind: kind, Reason: part, Changes: []journal.Change{journal.Set(Of, troublePrefix+part, before, after)}}
}
