package storage_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/sla"
)

func TestTheNextMomentMayBeACustomers(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		next := func() time.Time {
			at, ok, err := l.NextDue(t.Context())
			require.NoError(t, err)
			require.True(t, ok)
			return at
		}
		put(t, l, box("a"), "k", &note{Text: "1", Until: noon.Add(time.Hour)})
		assert.Equal(t, noon.Add(time.Hour), next())
		look := sla.Write{Group: "G1", Is: []byte("\x01x"), Looks: true, Look: noon.Add(30 * time.Minute)}
		moved, err := l.KeepClocks(t.Context(), sla.Batch{Writes: []sla.Write{look}})
		require.NoError(t, err)
		require.Empty(t, moved)
		assert.Equal(t, noon.Add(30*time.Minute), next(), "somebody has waited too long before the note ends")
		put(t, l, box("a"), "soon", &note{Text: "1", Until: noon.Add(time.Minute)})
		assert.Equal(t, noon.Add(time.Minute), next())
	})
}
