package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/platform/simulator"
	"qunguan/commands"
	"qunguan/storage"
)

// rebuilt folds the views of a theatre again and returns how many differences there were.
func (s *theatre) rebuilt(repair bool) int64 {
	done, err := s.procs[0].ledger.Rebuild(s.ctx, storage.Rebuilding{
		Due: commands.Due, Repair: repair, Report: func(storage.Difference) {},
	})
	require.NoError(s.t, err)
	return done.Differences
}

// views is every key that the journal gives to the byte; the versions are none of them.
func (s *theatre) views() map[string]string {
	return s.dumped(func(key string) bool {
		_, of, _ := strings.Cut(key, "}:")
		view, _, _ := strings.Cut(of, ":")
		return slices.Contains([]string{"state", "index", "usage", "agenda", "head"}, view)
	})
}

// TestWhateverViewIsLostComesBack plays a short story and then loses, one after the other, each key and each record
// that is a view, and at last all of them.
func TestWhateverViewIsLostComesBack(t *testing.T) {
	for name, start := range map[string]func(*testing.T) store{"embedded": startEmbedded, "server": startServer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openTheatre(t, time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), nil, start(t))
			s.settle()
			for _, line := range []string{
				"/admin add @wang mid for 7d holiday duty", "/mute @zhao 30m", "/duty set 08:00-16:00 @li 16:00-24:00 @wang",
				"/admin level @wang junior", "/undo", "/mute @li 1h", "/unmute @li", "/admin add @zhao senior",
			} {
				s.advance(s.now().Add(time.Second))
				d, err := s.sim.Say(s.ctx, "boss", simulator.SampleProjectGroup, line)
				require.NoError(t, err)
				require.NotEmpty(t, d.Reply, line)
			}
			_, err := s.sim.Say(s.ctx, "zhao", simulator.SampleProjectGroup, "/mute @wang 30m")
			require.NoError(t, err)
			s.settle()
			before := s.views()
			require.Greater(t, len(before), 20)
			require.Zero(t, s.rebuilt(false))
			for key := range before {
				s.lose(key, before)
			}
			for key := range before {
				require.NoError(t, s.client.Del(s.ctx, key).Err())
			}
			assert.NotZero(t, s.rebuilt(true))
			assert.Empty(t, changed(before, s.views()), "all at once")
			d, err := s.sim.Say(s.ctx, "boss", simulator.SampleProjectGroup, "/unmute @zhao")
			require.NoError(t, err)
			assert.Contains(t, d.Reply, "#", "and it goes on")
			assert.Zero(t, s.rebuilt(false))
		})
	}
}

// lose loses a view, then each of its records, and has it back each time.
func (s *theatre) lose(key string, before map[string]string) {
	back := func(what string) {
		assert.NotEmpty(s.t, changed(before, s.views()), "%s of %s is not lost", what, key)
		spoilt := s.dumped(func(string) bool { return true })
		assert.NotZero(s.t, s.rebuilt(false), "%s of %s", what, key)
		assert.Equal(s.t, spoilt, s.dumped(func(string) bool { return true }), "a dry run changes nothing")
		assert.NotZero(s.t, s.rebuilt(true), "%s of %s", what, key)
		assert.Zero(s.t, s.rebuilt(false), "%s of %s", what, key)
		assert.Empty(s.t, changed(before, s.views()), "%s of %s", what, key)
	}
	fields, _ := s.client.HGetAll(s.ctx, key).Result()
	for field, value := range fields {
		require.NoError(s.t, s.client.HSet(s.ctx, key, field, value[:len(value)-1]).Err())
		back("the end of " + field)
	}
	require.NoError(s.t, s.client.Del(s.ctx, key).Err())
	back("all")
}
