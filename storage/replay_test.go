package storage_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// records is what Redis keeps of every aggregate, without the versions. An aggregate that has been emptied is there no
// more than one that never was.
func (w *world) records(t *testing.T) map[journal.Name]map[string]json.RawMessage {
	t.Helper()
	out := map[journal.Name]map[string]json.RawMessage{}
	for key, v := range w.snapshot(t) {
		name, ok := strings.CutPrefix(key, "state:")
		if !ok {
			continue
		}
		of := map[string]json.RawMessage{}
		for k, raw := range v.(map[string]string) {
			of[k] = json.RawMessage(raw)
		}
		if len(of) > 0 {
			out[journal.Name(name)] = of
		}
	}
	return out
}

// readable is the same as text, so that a difference can be read.
func readable(all map[journal.Name]map[string]json.RawMessage) map[string]string {
	out := map[string]string{}
	for n, of := range all {
		for k, raw := range of {
			out[string(n)+" "+k] = string(raw)
		}
	}
	return out
}

// TestTheJournalReplaysToTheByte: what stands in the journal, folded over nothing, is the state that Redis keeps; and
// unwound from the newest entry back, it is nothing again.
func TestTheJournalReplaysToTheByte(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l, r := w.ledger(), rand.New(rand.NewPCG(3, 4))
		strange := []string{"值班", "<b>&\u2028", "a:b/c#d", "%3A %", "", "\n\t\"\\", "🙂", "null"}
		for range 120 {
			in := []journal.Name{box(pick(r, strange...)), box(pick(r, strange...))}
			found, err := l.Load(t.Context(), journal.Want{Names: in})
			require.NoError(t, err)
			e := entry("box.changed")
			e.At = noon.Add(time.Duration(r.IntN(1000)) * time.Millisecond)
			e.Reason, e.Command, e.Targets = pick(r, strange...), pick(r, strange...), []chat.User{chat.User(pick(r, strange...))}
			write := journal.Write{Entry: &e}
			for _, n := range slices.Compact(in) {
				write.Checks = append(write.Checks, journal.Check{Name: n, Version: found.States[n].Version})
				key := "k" + pick(r, strange...)
				var before, after *note
				if old, ok := found.States[n].Value.(map[string]note)[key]; ok {
					before = &old
				}
				if r.IntN(3) > 0 {
					after = &note{Text: fmt.Sprint(pick(r, strange...), r.IntN(10)), Until: noon.Add(time.Duration(r.IntN(5)) * time.Hour)}
				}
				if before != nil || after != nil {
					e.Changes = append(e.Changes, journal.Set(n, key, before, after))
				}
			}
			_, err = l.Commit(t.Context(), write)
			require.NoError(t, err)
		}

		replayed := journal.Fold{}
		var all []journal.Entry
		require.NoError(t, l.Each(t.Context(), journal.Query{}, func(e journal.Entry) error {
			all = append(all, e)
			assert.Empty(t, replayed.Make(e.Changes))
			return nil
		}))
		assert.Equal(t, readable(w.records(t)), readable(replayed))
		assert.NotEmpty(t, replayed)

		for i, row := range w.snapshot(t)["journal"].([]redis.XMessage) {
			e := all[i]
			assert.Equal(t, fmt.Sprintf("%d-0", e.N), row.ID)
			e.N = 0
			assert.Equal(t, row.Values["e"], string(e.Encode()), "what was read is what was written")
		}
		for _, e := range slices.Backward(all) {
			assert.Empty(t, replayed.Make(e.Opposite()))
		}
		assert.Empty(t, replayed)
	})
}

func TestTheAgendaIsAViewOfTheRecords(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l, r := w.ledger(), rand.New(rand.NewPCG(5, 6))
		for range 80 {
			after := &note{Text: fmt.Sprint(r.IntN(10))}
			if r.IntN(2) == 0 {
				after.Until = noon.Add(time.Duration(1+r.IntN(5)) * time.Hour)
			}
			if r.IntN(4) == 0 {
				after = nil
			}
			put(t, l, box(fmt.Sprint(r.IntN(3))), fmt.Sprint(r.IntN(4)), after)
		}
		want := map[string]float64{}
		for name, of := range w.records(t) {
			for key, raw := range of {
				n, err := journal.Decode[note](raw)
				require.NoError(t, err)
				if !n.Until.IsZero() {
					want[string(name)+"\n"+key] = float64(n.Until.UnixMilli())
				}
			}
		}
		got := map[string]float64{}
		for _, z := range w.snapshot(t)["agenda"].([]redis.Z) {
			got[z.Member.(string)] = z.Score
		}
		assert.Equal(t, want, got)
	})
}
