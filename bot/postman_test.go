package bot_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/link"
)

// box is the letters of one link, and what became of them.
type box struct {
	letters []chat.Effect
	later   time.Time
	dropped []string
	posted  []string
}

func (b *box) Take(context.Context, string) (chat.Effect, bool, error) {
	if len(b.letters) == 0 || !b.later.IsZero() {
		return chat.Effect{}, false, nil
	}
	return b.letters[0], true, nil
}

func (b *box) Posted(_ context.Context, e chat.Effect) error {
	b.letters, b.posted = b.letters[1:], append(b.posted, e.ID)
	return nil
}

func (b *box) Later(_ context.Context, e chat.Effect, at time.Time, _ string) error {
	b.letters[0].Tries, b.later = e.Tries, at
	return nil
}

func (b *box) Drop(_ context.Context, e chat.Effect, reason string) error {
	b.letters, b.dropped = b.letters[1:], append(b.dropped, reason)
	return nil
}

type answering func(chat.Letter) error

func (a answering) Post(_ context.Context, l chat.Letter) error { return a(l) }

func TestThePostmansPatience(t *testing.T) {
	now := time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)
	asked := now
	for name, c := range map[string]struct {
		fault error
		tries int
		age   time.Duration
		wait  time.Duration // 0: given up
	}{
		"first":                   {errors.New("x"), 0, 0, 2 * time.Second},
		"fifth":                   {errors.New("x"), 4, 0, 32 * time.Second},
		"many":                    {errors.New("x"), 40, 0, 10 * time.Minute},
		"when the other says":     {link.Busy(time.Hour, "x"), 3, 0, time.Hour},
		"a secret to be mended":   {link.Locked("x"), 3, 0, 10 * time.Minute},
		"refused":                 {link.Refused("x"), 0, 0, 0},
		"after almost three days": {errors.New("x"), 40, 71 * time.Hour, 10 * time.Minute},
		"after three days":        {errors.New("x"), 40, 72*time.Hour - time.Minute, 0},
	} {
		e := chat.PostLetter("crm", chat.Letter{Class: "x", At: asked.Add(-c.age)})
		e.ID, e.Tries = "1-0", c.tries
		next := chat.PostLetter("crm", chat.Letter{Class: "y", At: asked})
		next.ID = "2-0"
		b := &box{letters: []chat.Effect{e, next}}
		engine, err := bot.New(bot.Config{Now: func() time.Time { return now }})
		require.NoError(t, err)
		p := engine.Postman(b, map[string]bot.Poster{"crm": answering(func(l chat.Letter) error {
			if l.Class == "x" {
				return c.fault
			}
			return nil
		})})
		_, err = p.Round(t.Context(), "crm")
		require.NoError(t, err)
		if c.wait == 0 {
			assert.Len(t, b.dropped, 1, name)
			assert.Equal(t, []string{"2-0"}, b.posted, "%s: the next one goes", name)
			continue
		}
		assert.Equal(t, c.wait, b.later.Sub(now), name)
		assert.Empty(t, b.posted, "%s: the next one waits", name)
	}
}

// TestADeadLinkDoesNotFillTheStore: letters that are too old go together, after one attempt; those that are not wait.
func TestADeadLinkDoesNotFillTheStore(t *testing.T) {
	now := time.Date(2026, 3, 9, 4, 0, 0, 0, time.UTC)
	b, tried := &box{}, 0
	for _, days := range []time.Duration{5, 4, 4, 3, 1} {
		e := chat.PostLetter("crm", chat.Letter{Class: "x", At: now.Add(-days * 24 * time.Hour)})
		e.ID = days.String()
		b.letters = append(b.letters, e)
	}
	engine, err := bot.New(bot.Config{Now: func() time.Time { return now }})
	require.NoError(t, err)
	postman := engine.Postman(b, map[string]bot.Poster{"crm": answering(func(chat.Letter) error { tried++; return errors.New("timeout") })})
	n, err := postman.Round(t.Context(), "crm")
	require.NoError(t, err)
	assert.Equal(t, []int{5, 2, 4, 1}, []int{n, tried, len(b.dropped), len(b.letters)})

	b.later, tried = time.Time{}, 0
	old := chat.PostLetter("crm", chat.Letter{Class: "x", At: now.Add(-96 * time.Hour)})
	b.letters = []chat.Effect{old, old}
	postman = engine.Postman(b, map[string]bot.Poster{"crm": answering(func(chat.Letter) error { tried++; return nil })})
	_, err = postman.Round(t.Context(), "crm")
	require.NoError(t, err)
	assert.Equal(t, 2, tried, "after a stop of this service everything is tried")
}

func TestHowALinkIs(t *testing.T) {
	now := time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		state bot.LinkState
		want  bot.LinkHealth
	}{
		{bot.LinkState{}, bot.Untried},
		{bot.LinkState{OK: now}, bot.Works},
		{bot.LinkState{OK: now, Failed: now.Add(-time.Hour), Fault: "it was down"}, bot.Works},
		{bot.LinkState{OK: now, Tries: 1}, bot.Degraded},
		{bot.LinkState{OK: now, Lost: 1}, bot.Degraded},
		{bot.LinkState{OK: now, Tries: 1, Failed: now, Next: now.Add(2 * time.Second)}, bot.Degraded},
		{bot.LinkState{OK: now, Tries: 1, Failed: now, Next: now.Add(10 * time.Minute)}, bot.Broken},
		{bot.LinkState{OK: now, Tries: 5}, bot.Broken},
		{bot.LinkState{Lost: 1}, bot.Broken},
	} {
		assert.Equal(t, c.want, c.state.Health(), "%+v", c.state)
	}
}
