package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"qunguan/bot"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/commands"
	"qunguan/storage"
)

// laws asks what holds at the end of every story. named are the numbers that replies have named.
func (s *theatre) laws(named map[int64]bool) {
	if s.client.Ping(s.ctx).Err() != nil {
		s.silent()
		return // the story ends without Redis
	}
	s.folds()
	s.exports()
	s.resolves(named)
	s.silent()
}

// folds: the journal has no gap and does not contradict itself, and everything that is kept beside it is what it alone
// gives, to the byte.
func (s *theatre) folds() {
	_, err := s.procs[0].ledger.Rebuild(s.ctx, storage.Rebuilding{
		Due: commands.Due,
		Report: func(d storage.Difference) {
			assert.Fail(s.t, "folding the journal again gives something else", d.String())
		},
	})
	require.NoError(s.t, err)
}

// exports: whatever a story leads to is written as a policy file that reads without fault and changes nothing.
func (s *theatre) exports() {
	sys := s.procs[0].system
	text, err := sys.exportPolicy(s.ctx, "")
	require.NoError(s.t, err)
	file, err := readPolicy(write(s.t, string(text)))
	require.NoError(s.t, err, "%s", text)
	p, err := sys.plan(s.ctx, file, "")
	require.NoError(s.t, err, "%s", text)
	assert.Zero(s.t, p.records, "a policy that was exported changes something: %s", p.text())
}

func flat(state map[string]map[string]string) map[string]string {
	out := map[string]string{}
	for name, records := range state {
		for key, raw := range records {
			out[name+":"+key] = raw
		}
	}
	return out
}

// state is every record of every aggregate.
func (s *theatre) state() map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, key := range s.keys() {
		_, name, ok := strings.Cut(key, ":state:")
		if !ok {
			continue
		}
		records, err := s.client.HGetAll(s.ctx, key).Result()
		require.NoError(s.t, err)
		if len(records) > 0 {
			out[name] = records
		}
	}
	return out
}

// onlyHeard: what was journalled after an entry says who was refused and what the platform has told, nothing else.
func (s *theatre) onlyHeard(head int64, line string) {
	err := s.procs[0].ledger.Each(s.ctx, journal.Query{}, func(e journal.Entry) error {
		heard := []journal.Kind{bot.CommandRefused, directory.GroupObserved, directory.PersonObserved}
		if e.N > head && !slices.Contains(heard, e.Kind) {
			assert.Fail(s.t, "a dry run was journalled", "#%d %s: %s", e.N, e.Kind, line)
		}
		return nil
	})
	require.NoError(s.t, err)
}

func (s *theatre) head() int64 {
	n, err := s.procs[0].ledger.Head(s.ctx)
	require.NoError(s.t, err)
	return n
}

// kept is everything that a message must not change if it changes nothing: all of Redis but what accepts messages,
// the platform's tokens and counters of messages.
func (s *theatre) kept() map[string]string {
	return s.dumped(func(key string) bool {
		return !slices.ContainsFunc([]string{":inbox:", ":token:", ":rate:", ":pending", ":rhythm:", ":firings:", ":lease:", ":turn:", ":heartbeat", ":silence", ":heard:", ":read", ":probe"}, func(part string) bool {
			return strings.Contains(key, part)
		})
	})
}

// decided is everything in Redis that people or time have decided, and what waits to be done.
func (s *theatre) decided() map[string]string {
	return s.dumped(func(key string) bool {
		_, of, ok := strings.Cut(key, "}:")
		for _, kind := range []string{"state:access", "state:company", "state:moderation", "state:duty", "state:feed", "state:sla", "state:shift", "state:event", "state:task", "state:reminder", "state:setup", "state:ask", "state:request", "state:ticket", "agenda", "outbox", "later", "dead"} {
			if ok && strings.HasPrefix(of, kind) {
				return true
			}
		}
		return false
	})
}

func (s *theatre) dumped(which func(string) bool) map[string]string {
	out := map[string]string{}
	for _, key := range s.keys() {
		if which(key) {
			out[key] = s.dump(key)
		}
	}
	return out
}

// changed are the keys at which two dumps differ, with both sides.
func changed(before, after map[string]string) []string {
	var out []string
	for k, v := range after {
		if before[k] != v {
			out = append(out, fmt.Sprintf("%s: before %s, after %s", k, before[k], v))
		}
	}
	for k, v := range before {
		if _, ok := after[k]; !ok {
			out = append(out, fmt.Sprintf("%s: before %s, after nothing", k, v))
		}
	}
	slices.Sort(out)
	return out
}

// resolves: every number that a reply has named is an entry, and /audit tells it.
func (s *theatre) resolves(named map[int64]bool) {
	if len(s.config.Owners) == 0 {
		return
	}
	head, err := s.procs[0].ledger.Head(s.ctx)
	require.NoError(s.t, err)
	for n := range named {
		if n > head {
			continue // somebody asked for an entry that there is not
		}
		d, err := s.sim.Say(s.ctx, s.config.Owners[0], "", fmt.Sprintf("/audit #%d", n))
		require.NoError(s.t, err)
		assert.True(s.t, strings.HasPrefix(d.Reply, fmt.Sprintf("#%d ", n)), "/audit #%d: %s", n, d.Reply)
	}
}

// silent: no line of the log holds a secret, and none that is not a warning holds what people typed.
func (s *theatre) silent() {
	secrets := []string{
		s.world.AppSecret, s.world.CustomerContactSecret, s.world.App.Token, s.world.App.EncodingAESKey,
		s.world.Bot.Token, s.world.Bot.EncodingAESKey, linkSecret,
	}
	if keys, err := s.client.Keys(s.ctx, "*:token:*").Result(); err == nil {
		for _, k := range keys {
			if raw, err := s.client.Get(s.ctx, k).Result(); err == nil {
				secrets = append(secrets, raw)
			}
		}
	}
	encoder := zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "m"})
	for _, l := range s.logs.All() {
		buf, err := encoder.EncodeEntry(l.Entry, l.Context)
		require.NoError(s.t, err)
		line := buf.String()
		for _, secret := range secrets {
			assert.NotContains(s.t, line, secret, "a secret in the log")
		}
		for _, text := range s.typed {
			quoted, _ := json.Marshal(text)
			if inner := string(quoted[1 : len(quoted)-1]); len([]rune(text)) > 3 {
				assert.NotContains(s.t, line, inner, "what people typed in the log")
			}
		}
	}
}

// faults are the lines of the log that say that something broke.
func (s *theatre) faults() []string {
	var out []string
	for _, l := range s.logs.All() {
		if l.Level >= zapcore.ErrorLevel {
			out = append(out, fmt.Sprint(l.Message, " ", l.ContextMap()))
		}
	}
	slices.Sort(out)
	return out
}
