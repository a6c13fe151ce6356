package commands

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/directory"
	"qunguan/bot/request"
)

// TestRequestsAreFoundByTheirEntry: an entry is stamped to the millisecond, what it holds to the nanosecond, and is not
// older for it.
func TestRequestsAreFoundByTheirEntry(t *testing.T) {
	asked := noon.Add(7*time.Millisecond + 345*time.Nanosecond)
	want := numbersOf(bot.Call{Group: directory.Unknown("G1")}, []request.Request{{Group: "G1", By: "li", At: asked}})
	require.Len(t, want.Queries, 1)
	assert.False(t, want.Queries[0].Since.After(asked.Truncate(time.Millisecond)))
	assert.Contains(t, want.Names, directory.OfPerson("li"))
}
