package storage_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

func TestUsageIsWhenEachPersonLastUsedEachItem(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
		for _, e := range []journal.Entry{
			{At: day(0), Actor: "boss", Outcome: journal.Done},
			{At: day(1), Actor: "li", Group: "G1", Items: []string{"mute", "admins"}, Outcome: journal.Done},
			{At: day(2), Actor: "li", Group: "G1", Items: []string{"mute"}, Outcome: journal.Done},
			{At: day(3), Actor: "li", Group: "G1", Items: []string{"admins"}, Outcome: journal.Refused},
			{At: day(4), Actor: "", Group: "G1", Items: []string{"admins"}, Outcome: journal.Done},
			{At: day(5), Actor: "li", Group: "G1", Items: []string{"admins"}, Outcome: journal.Expired},
			{At: day(6), Actor: "a/b%2Fc", Group: "G2", Items: []string{"d/e"}, Outcome: journal.Done},
			{At: day(7), Actor: "boss", Items: []string{"policy"}, Outcome: journal.Done},
		} {
			e.Kind = "some.act"
			write(t, l, e)
		}
		choose(t, l, "li", "G2")
		metered, m := w.metered(t)
		found, err := metered.Load(t.Context(), journal.Want{
			Who: "li", Usage: []chat.Group{"G1", "", journal.Chosen, "never"}, Names: []journal.Name{directory.OfPerson("li")},
			Queries: []journal.Query{{Limit: 1}},
		})
		require.NoError(t, err)
		trips, _ := m.take()
		assert.Equal(t, 1, trips)
		assert.Len(t, found.Usage, 4)
		for _, c := range []struct {
			group chat.Group
			who   chat.User
			item  string
			want  time.Time
			why   string
		}{
			{"G1", "li", "mute", day(2), "the last time counts"},
			{"G1", "li", "admins", day(1), "what was refused or ended by itself is no use"},
			{"G1", "", "admins", time.Time{}, "nor is what the bot does"},
			{"G1", "zhao", "mute", time.Time{}, "never"},
			{"G2", "li", "mute", time.Time{}, "groups do not meet"},
			{"G2", "a/b%2Fc", "d/e", day(6), "ids may be strange"},
			{"G2", "a", "b%2Fc/d/e", time.Time{}, "and are not taken for others"},
			{"", "boss", "policy", day(7), "what was done for the company"},
			{"never", "boss", "policy", time.Time{}, "a group of which there is nothing"},
		} {
			assert.Equal(t, c.want, found.Usage[c.group].Last(c.who, c.item), c.why)
			assert.Equal(t, day(0), found.Usage[c.group].Since)
		}
	})
}

func TestUsageOfAnEmptyJournal(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		found, err := w.ledger().Load(t.Context(), journal.Want{Usage: []chat.Group{"G1"}})
		require.NoError(t, err)
		assert.Zero(t, found.Usage["G1"].Since)
		assert.Zero(t, found.Usage["G1"].Last("li", "mute"))
		found, err = w.ledger().Load(t.Context(), journal.Want{})
		require.NoError(t, err)
		assert.Nil(t, found.Usage, "what was not asked is not answered")
	})
}
