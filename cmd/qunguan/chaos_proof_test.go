package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// evidence is what Redis holds at the end, read without the program's own storage.
type evidence struct {
	prefix  string
	entries []journal.Entry
	states  map[string]map[string]string
}

func (s *stage) prefix() string { return "qunguan:{" + s.world.Corp + "}:" }

// settled waits until every message that was accepted is finished, also those whose sender has given up.
func (s *stage) settled(ctx context.Context) {
	s.tb.Helper()
	for {
		n, err := s.client.ZCard(ctx, s.prefix()+"pending").Result()
		require.NoError(s.tb, err)
		if n == 0 {
			return
		}
		require.NoError(s.tb, shortly(ctx, 0), "%d messages were accepted and are not finished", n)
	}
}

// evidence reads everything at one moment: nothing changes without an entry, so the head tells whether it was one.
func (s *stage) evidence(ctx context.Context) evidence {
	s.tb.Helper()
	for {
		head := s.head(ctx)
		e := s.collect(ctx)
		if head == s.head(ctx) {
			require.Len(s.tb, e.entries, head, "the head is the newest entry")
			return e
		}
		require.NoError(s.tb, shortly(ctx, 0), "the journal never rests")
	}
}

func (s *stage) head(ctx context.Context) int {
	s.tb.Helper()
	head, err := s.client.Get(ctx, s.prefix()+"head").Int()
	require.NoError(s.tb, err)
	return head
}

func (s *stage) collect(ctx context.Context) evidence {
	s.tb.Helper()
	e := evidence{prefix: s.prefix(), states: map[string]map[string]string{}}
	rows, err := s.client.XRange(ctx, e.prefix+"journal", "-", "+").Result()
	require.NoError(s.tb, err)
	for i, r := range rows {
		require.Equal(s.tb, strconv.Itoa(i+1)+"-0", r.ID, "the numbers of the journal are dense")
		raw, ok := r.Values["e"].(string)
		require.True(s.tb, ok, r.ID)
		entry, err := journal.DecodeEntry(int64(i+1), []byte(raw))
		require.NoError(s.tb, err)
		e.entries = append(e.entries, entry)
	}
	keys := s.client.Scan(ctx, 0, e.prefix+"state:*", 1000).Iterator()
	for keys.Next(ctx) {
		all, err := s.client.HGetAll(ctx, keys.Val()).Result()
		require.NoError(s.tb, err)
		e.states[strings.TrimPrefix(keys.Val(), e.prefix+"state:")] = all
	}
	require.NoError(s.tb, keys.Err())
	return e
}

// fold makes the records of every aggregate of the journal alone. An aggregate that was emptied is there no more.
func (e evidence) fold() map[string]map[string]string {
	states := map[string]map[string]string{}
	for _, entry := range e.entries {
		for _, c := range entry.Changes {
			name := string(c.Of)
			if states[name] == nil {
				states[name] = map[string]string{}
			}
			if c.After == nil {
				delete(states[name], c.Key)
			} else {
				states[name][c.Key] = string(c.After)
			}
			if len(states[name]) == 0 {
				delete(states, name)
			}
		}
	}
	return states
}

// of returns the entries of one message.
func (e evidence) of(message string) []journal.Entry {
	var out []journal.Entry
	for _, entry := range e.entries {
		if entry.MessageID == message {
			out = append(out, entry)
		}
	}
	return out
}

// prove proves that every acknowledged command was done once, whatever happened to the processes meanwhile.
func (l *crowd) prove(ctx context.Context, tb testing.TB) evidence {
	tb.Helper()
	l.finished(tb)
	l.stage.settled(ctx)
	e := l.stage.evidence(ctx)
	assert.Equal(tb, e.states, e.fold(), "the journal, folded from empty, is the state to the byte")
	l.proveEntries(tb, e)
	l.proveSides(tb, e)
	l.proveSums(tb, e)
	l.proveDropped(ctx, tb, e)
	l.proveReplies(ctx, tb, e)
	return e
}

// proveEntries proves one entry for every acknowledged command, of the kind and with the number that was told.
func (l *crowd) proveEntries(tb testing.TB, e evidence) {
	tb.Helper()
	lost, doubled := 0, 0
	for _, s := range l.done {
		entries := e.of(s.key)
		switch {
		case len(entries) == 0:
			lost++
			tb.Errorf("lost: %s said %q (%s) and was told %q", clientID(s.client), s.order.text, s.key, s.reply)
		case len(entries) > 1:
			doubled++
			tb.Errorf("doubled: %s said %q (%s): #%d and #%d", clientID(s.client), s.order.text, s.key, entries[0].N, entries[1].N)
		default:
			got := entries[0]
			assert.Equal(tb, []any{s.order.kind, journal.Done, chat.User(clientID(s.client)), chat.Group(groupID(s.client))},
				[]any{got.Kind, got.Outcome, got.Actor, got.Group}, "#%d %s", got.N, s.order.text)
			assert.Contains(tb, s.reply, fmt.Sprintf("#%d", got.N), "the reply names its entry")
		}
	}
	tb.Logf("%d commands acknowledged, %d lost, %d doubled, %d entries", len(l.done), lost, doubled, len(e.entries))
}

// proveSides proves that every entry begins where the one before it ended.
func (l *crowd) proveSides(tb testing.TB, e evidence) {
	tb.Helper()
	now := map[string]string{}
	for _, entry := range e.entries {
		for _, c := range entry.Changes {
			path := string(c.Of) + ":" + c.Key
			assert.Equal(tb, now[path], string(c.Before), "#%d %s", entry.N, path)
			now[path] = string(c.After)
		}
	}
}

// proveSums proves that what adds up was added once for each command: an end is lengthened by each extension.
func (l *crowd) proveSums(tb testing.TB, e evidence) {
	tb.Helper()
	type sum struct{ want, got time.Duration }
	sums, ends := map[string]sum{}, map[string]time.Time{}
	for _, entry := range e.entries {
		for _, c := range entry.Changes {
			if c.Of.Kind() != "access" || c.After == nil || !strings.HasPrefix(c.Key, "temp/") {
				continue
			}
			var role struct{ Until time.Time }
			require.NoError(tb, json.Unmarshal(c.After, &role))
			s := sums[c.Key]
			if entry.Kind == access.Extended {
				s.want += extension(tb, entry.Command)
			}
			if begin, ok := ends[c.Key]; ok {
				s.got = role.Until.Sub(begin)
			} else {
				ends[c.Key] = role.Until
			}
			sums[c.Key] = s
		}
	}
	require.NotEmpty(tb, sums)
	for key, s := range sums {
		assert.Equal(tb, s.want, s.got, "%s was lengthened once for each command", key)
	}
}

func extension(tb testing.TB, command string) time.Duration {
	tb.Helper()
	switch {
	case strings.Contains(command, " 1d"):
		return 24 * time.Hour
	case strings.Contains(command, " 7d"):
		return 7 * 24 * time.Hour
	}
	tb.Errorf("unknown length in %q", command)
	return 0
}

// proveDropped proves of messages whose sender gave up: what was accepted is finished, and nothing was done twice.
func (l *crowd) proveDropped(ctx context.Context, tb testing.TB, e evidence) {
	tb.Helper()
	accepted := 0
	for _, key := range l.dropped {
		inbox, err := l.stage.client.HGetAll(ctx, e.prefix+"inbox:"+key).Result()
		require.NoError(tb, err)
		entries := e.of(key)
		if len(inbox) == 0 {
			assert.Empty(tb, entries, "%s was never accepted, so it cannot have been done", key)
			continue
		}
		accepted++
		assert.NotEmpty(tb, inbox["r"], "%s was accepted, so it must be finished", key)
		assert.LessOrEqual(tb, len(entries), 1, "%s was done twice", key)
		n := "0"
		if len(entries) == 1 {
			n = strconv.FormatInt(entries[0].N, 10)
		}
		assert.Equal(tb, n, inbox["n"], "%s knows its entry", key)
	}
	tb.Logf("%d senders gave up; %d of their messages had been accepted and were finished", len(l.dropped), accepted)
}

// proveReplies delivers everything once more: the same reply, and nothing moves.
func (l *crowd) proveReplies(ctx context.Context, tb testing.TB, e evidence) {
	tb.Helper()
	for i, s := range l.done {
		d, err := l.stage.sim.Redeliver(ctx, s.id, i%2 == 0)
		require.NoError(tb, err)
		require.Equal(tb, s.reply, d.Reply, "delivered again, %q gets the same reply", s.order.text)
	}
	assert.Equal(tb, e.ordered(), l.stage.evidence(ctx).ordered(), "what is delivered again changes nothing")
}

// ordered is how many entries came of messages; the bot writes others by itself at any time.
func (e evidence) ordered() int {
	n := 0
	for _, entry := range e.entries {
		if entry.MessageID != "" {
			n++
		}
	}
	return n
}
