package moderation_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

var noon = time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)

func after(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

// mute is a mute of zhao that begins and ends so many minutes after noon; without an end, it has none.
func mute(begin int, end ...int) moderation.Mute {
	m := moderation.Mute{Who: "zhao", By: "li", At: after(begin), Reason: "noise"}
	if len(end) > 0 {
		m.Until = after(end[0])
	}
	return m
}

// A played group is one in which things happen, each of which is taken back once and done again.
type played struct {
	t       *testing.T
	records map[string]json.RawMessage
}

func (p *played) book() moderation.Book {
	p.t.Helper()
	b, err := moderation.Build(p.records)
	require.NoError(p.t, err)
	return b
}

func (p *played) happens(e journal.Event) {
	p.t.Helper()
	next := journal.Apply(p.records, moderation.Of("G1"), e.Changes)
	assert.Equal(p.t, p.records, journal.Apply(next, moderation.Of("G1"), journal.Entry{Changes: e.Changes}.Opposite()), e.Kind)
	assert.Equal(p.t, []chat.User{"zhao"}, e.Targets)
	assert.Equal(p.t, chat.Group("G1"), e.Group)
	p.records = next
}

func play(t *testing.T) *played { return &played{t, map[string]json.RawMessage{}} }

func TestAMuteHoldsUntilItsEnd(t *testing.T) {
	p := play(t)
	e, err := p.book().Mute("G1", mute(0, 30))
	require.NoError(t, err)
	p.happens(e)
	assert.Equal(t, moderation.Muted, e.Kind)
	assert.Equal(t, after(30), e.Changes[0].Due, "and is looked at then")
	for at, live := range map[time.Time]bool{
		after(0): true, after(30).Add(-time.Nanosecond): true, after(30): false, after(31): false,
	} {
		m, ok := p.book().Of("zhao", at)
		assert.Equal(t, live, ok, at)
		assert.Equal(t, live, len(p.book().Live(at)) == 1, at)
		assert.Equal(t, "noise", m.Reason)
	}
	_, ok := p.book().Of("li", noon)
	assert.False(t, ok)
}

func TestAMuteIsNeverShortened(t *testing.T) {
	for name, c := range map[string]struct {
		is, asked moderation.Mute
		err       error
	}{
		"longer":                       {mute(0, 30), mute(5, 31), nil},
		"as long":                      {mute(0, 30), mute(5, 30), moderation.ErrLonger},
		"shorter":                      {mute(0, 30), mute(5, 10), moderation.ErrLonger},
		"for ever, instead of a while": {mute(0, 30), mute(5), nil},
		"a while, instead of for ever": {mute(0), mute(5, 10), moderation.ErrLonger},
		"for ever, twice":              {mute(0), mute(5), moderation.ErrLonger},
		"after the end, however short": {mute(0, 30), mute(30, 31), nil},
		"just before the end, shorter": {mute(0, 30), mute(29, 30), moderation.ErrLonger},
	} {
		p := play(t)
		e, err := p.book().Mute("G1", c.is)
		require.NoError(t, err)
		p.happens(e)
		e, err = p.book().Mute("G1", c.asked)
		assert.ErrorIs(t, err, c.err, name)
		if c.err != nil {
			assert.Zero(t, e, name)
			continue
		}
		p.happens(e)
		m, ok := p.book().Of("zhao", c.asked.At)
		assert.True(t, ok, name)
		assert.True(t, c.asked.Until.Equal(m.Until), name)
	}
}

func TestUnmute(t *testing.T) {
	p := play(t)
	_, err := p.book().Unmute("G1", "zhao", "", noon)
	assert.ErrorIs(t, err, moderation.ErrNotMuted)
	e, err := p.book().Mute("G1", mute(0, 30))
	require.NoError(t, err)
	p.happens(e)
	_, err = p.book().Unmute("G1", "zhao", "", after(30))
	assert.ErrorIs(t, err, moderation.ErrNotMuted, "it has ended, though nobody has noted it")
	e, err = p.book().Unmute("G1", "zhao", "a mistake", after(29))
	require.NoError(t, err)
	assert.Equal(t, moderation.Unmuted, e.Kind)
	assert.Equal(t, "a mistake", e.Reason)
	p.happens(e)
	assert.Empty(t, p.records)
}

func TestTheEndIsNotedOnceAndNotBefore(t *testing.T) {
	p := play(t)
	_, ok := p.book().End("G1", "zhao", noon)
	assert.False(t, ok)
	e, err := p.book().Mute("G1", mute(0, 30))
	require.NoError(t, err)
	p.happens(e)
	_, ok = p.book().End("G1", "zhao", after(30).Add(-time.Nanosecond))
	assert.False(t, ok, "a timer that is early ends nothing")
	e, ok = p.book().End("G1", "zhao", after(45))
	assert.True(t, ok)
	assert.Equal(t, moderation.Ended, e.Kind)
	p.happens(e)
	_, ok = p.book().End("G1", "zhao", after(45))
	assert.False(t, ok)

	e, err = p.book().Mute("G1", mute(50))
	require.NoError(t, err)
	p.happens(e)
	_, ok = p.book().End("G1", "zhao", noon.AddDate(100, 0, 0))
	assert.False(t, ok, "what has no end does not end")
	assert.Zero(t, e.Changes[0].Due)
}

func TestLiveMutesAreListedByTheirEnd(t *testing.T) {
	p := play(t)
	for _, m := range []moderation.Mute{
		{Who: "d", At: noon}, {Who: "c", At: noon, Until: after(30)}, {Who: "b", At: noon, Until: after(10)}, {Who: "a", At: noon},
		{Who: "e", At: noon, Until: after(30)}, {Who: "over", At: noon, Until: after(1)},
	} {
		e, err := p.book().Mute("G1", m)
		require.NoError(t, err)
		p.records = journal.Apply(p.records, moderation.Of("G1"), e.Changes)
	}
	var got []chat.User
	for _, m := range p.book().Live(after(1)) {
		got = append(got, m.Who)
	}
	assert.Equal(t, []chat.User{"b", "c", "e", "a", "d"}, got)
}

func TestBuildRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, r := range []map[string]json.RawMessage{
		{"warning/zhao": json.RawMessage(`{}`)}, {"mute/zhao": json.RawMessage(`{"who":"zhao","level":3}`)}, {"mute/zhao": json.RawMessage(`{} {}`)},
	} {
		_, err := moderation.Build(r)
		assert.Error(t, err, r)
	}
}

func TestHappeningsSpeakBothLanguages(t *testing.T) {
	for _, h := range moderation.Happenings() {
		for _, text := range []chat.Text{h.Text, h.Final} {
			assert.Equal(t, text.ZH == "", text.EN == "", h.Kind)
		}
		assert.False(t, h.Text.IsZero(), h.Kind)
	}
}

// A mute ends by time; that it is noted later lengthens nothing.
func Example() {
	var b moderation.Book
	e, err := b.Mute("G1", moderation.Mute{Who: "zhao", By: "li", At: noon, Until: noon.Add(30 * time.Minute)})
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err = moderation.Build(journal.Apply(nil, moderation.Of("G1"), e.Changes))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, at := range []time.Time{noon, noon.Add(30*time.Minute - time.Second), noon.Add(30 * time.Minute)} {
		_, muted := b.Of("zhao", at)
		fmt.Println(at.Format(time.TimeOnly), muted)
	}
	_, err = b.Mute("G1", moderation.Mute{Who: "zhao", By: "li", At: noon, Until: noon.Add(time.Minute)})
	fmt.Println(err)
	// Output:
	// 12:00:00 true
	// 12:29:59 true
	// 12:30:00 false
	// muted for longer already
}
