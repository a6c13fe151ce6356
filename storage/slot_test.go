package storage_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

// named are the shapes of the key table in the comment of the package.
var named = regexp.MustCompile(`^(state:.+|versions|head|journal|index:(kind|actor|target|group|item|changed|refused|undoable):.+|usage:.*|inbox:.+|pending|outbox|later|` +
	`merged|dead|agenda|token:.+|rhythm:.+|firings:.+|lease:.+|turn:.+|heartbeat|silence|heard:.+|read|probe|rate:.+|` +
	`clocks:\d+|waiting|cursor:.+|tally:\d{6}:.+|tally:\d{8}|posts:.+|link:.+)$`)

// TestAllKeysOfACompanyShareOneSlot: also those of people and groups whose names try to get out of it.
func TestAllKeysOfACompanyShareOneSlot(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l, o := t.Context(), w.ledger(), w.courier(t, "a")
		strange := "{other}"
		e := entry("box.changed")
		e.Actor, e.Targets, e.Group, e.Items = chat.User(strange), []chat.User{"{x}"}, chat.Group(strange), []string{strange}
		e.Changes = []journal.Change{journal.Set(box(strange), "k", nil, &note{Text: "1", Until: noon.Add(time.Hour)})}
		_, err := l.Commit(ctx, journal.Write{
			MessageID: strange, Entry: &e, Checks: []journal.Check{{Name: box(strange)}}, Effects: []chat.Effect{tell("1"), tell("2"), tell("3")},
		})
		require.NoError(t, err)
		e.Outcome, e.Changes = journal.Refused, nil
		_, err = l.Commit(ctx, journal.Write{Entry: &e})
		require.NoError(t, err)
		_, err = l.Accept(ctx, said("}{"), journal.Want{})
		require.NoError(t, err)
		held := next(t, o)
		require.Len(t, held, 3)
		w.post(t, tell("4"), tell("5"))
		_, ok, err := o.Merge(ctx, next(t, o), tell("4 and 5"))
		require.NoError(t, err)
		require.True(t, ok)
		require.NoError(t, o.Later(ctx, held[0], noon.Add(time.Hour)))
		require.NoError(t, o.GiveUp(ctx, held[1], "why"))
		_, _, err = o.Spend(ctx, strange, 1)
		require.NoError(t, err)
		require.NoError(t, w.Tokens().SetToken(ctx, strange, "t", time.Hour))
		expects(t, w.Firings(), canary.Mine, "a", strange, noon)
		require.True(t, ended(t, w.Firings(), "a", strange, noon, ""))
		expects(t, w.Firings(), canary.Mine, "a", strange, noon.Add(time.Hour))
		_, err = w.Heart().Beat(ctx, strange, time.Hour)
		require.NoError(t, err)
		require.NoError(t, w.Traces().Heard(ctx, map[string]time.Time{strange: noon}, map[chat.Group]time.Time{chat.Group(strange): noon}))
		require.NoError(t, w.Probe(ctx, strange))
		_, err = w.Turn(ctx, strange, noon)
		require.NoError(t, err)
		said, _ := heard(chat.Group(strange), sla.Clock{}, nil, ask1("1", noon), answer("2", noon), ask1("3", noon.Add(time.Hour)))
		_, err = l.KeepClocks(ctx, sla.Batch{Writes: []sla.Write{said}, Cursor: chat.Cursor{Source: strange, Seq: 1}})
		require.NoError(t, err)

		left := w.snapshot(t)
		for _, shape := range []string{
			"head", "journal", "pending", "outbox", "later", "merged", "dead", "agenda", "state:box/{other}", "inbox:{other}", "index:actor:{other}",
			"index:target:{x}", "index:group:{other}", "index:item:{other}", "index:refused:all", "index:undoable:all", "index:changed:box/{other}", "usage:{other}",
			"token:{other}", "rhythm:{other}", "firings:{other}", "lease:{other}", "turn:{other}", "heartbeat", "heard:{other}", "read", "probe", "rate:{other}",
			"waiting", "cursor:{other}", "tally:202602:{other}", "tally:20260228",
		} {
			assert.Contains(t, left, shape)
		}
		slots := map[int64]bool{}
		for key := range left {
			assert.Regexp(t, named, key, "every key stands in the table of the package")
			assert.Equal(t, string(w.corp), tag(w.prefix()+key))
			if len(w.addrs) > 1 {
				slot, err := w.raw.ClusterKeySlot(ctx, w.prefix()+key).Result()
				require.NoError(t, err)
				slots[slot] = true
			}
		}
		assert.LessOrEqual(t, len(slots), 1)
	})
}

// tag is what Redis Cluster hashes of a key: what stands between the first { and the first } after it.
func tag(key string) string { return regexp.MustCompile(`\{([^}]*)\}`).FindStringSubmatch(key)[1] }

func TestCompaniesDoNotMeet(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		put(t, w.ledger(), box("a"), "k", &note{Text: "ours", Until: noon})
		other := w.redis.Tenant(w.corp+"2", w.clock.now)
		l := other.Ledger(builds)
		assert.Empty(t, notes(t, l, box("a")))
		assert.Empty(t, claim(t, l))
		got, _ := ask(t, l, journal.Query{})
		assert.Empty(t, got)
		assert.Equal(t, int64(1), put(t, l, box("a"), "k", &note{Text: "theirs"}), "each has numbers of its own")
		assert.Equal(t, "ours", notes(t, w.ledger(), box("a"))["k"].Text)
	})
}
