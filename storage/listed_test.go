package storage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

func TestListedMessagesStandThereOnceAndForAWeek(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		listed := func() []journal.Listed {
			found, err := w.ledger().Load(t.Context(), journal.Want{Listed: []chat.Group{"G1", "G2"}})
			require.NoError(t, err)
			assert.Empty(t, found.Listed["G2"])
			return found.Listed["G1"]
		}
		assert.Empty(t, listed())
		require.NoError(t, l.List(t.Context(), nil))
		second := journal.Listed{Group: "G1", ID: "m2", Who: "wm1", Form: "image", At: noon.UTC()}
		first := journal.Listed{Group: "G1", ID: "m1", Who: "li", At: noon.Add(-time.Minute).UTC()}
		for range 2 {
			require.NoError(t, l.List(t.Context(), []journal.Listed{second, first}))
		}
		assert.Equal(t, []journal.Listed{first, second}, listed())

		w.clock.set(noon.AddDate(0, 0, 8))
		var many []journal.Listed
		for i := range 1200 {
			many = append(many, journal.Listed{Group: "G1", ID: fmt.Sprint("n", i), Who: "li", At: w.clock.now().Add(time.Duration(i) * time.Second)})
		}
		require.NoError(t, l.List(t.Context(), many))
		stay := listed()
		require.Len(t, stay, 1000, "the newest stay, and what is old is gone")
		assert.Equal(t, "n200", stay[0].ID)
		assert.Equal(t, "n1199", stay[999].ID)
	})
}
