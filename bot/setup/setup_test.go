package setup

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// TestTheQuestionsComeInOrder, and an early answer to a later one skips none.
func TestTheQuestionsComeInOrder(t *testing.T) {
	d := Start("li", "G1")
	assert.Equal(t, 90, d.Days, "the default")
	for _, c := range []struct {
		name string
		d    Draft
		want Step
	}{
		{"nothing answered", d, AskJob},
		{"no job is an answer", d.WithJob(access.NoJob), AskLevel},
		{"a job", d.WithJob(access.Sales), AskLevel},
		{"the level before the job", d.WithLevel(access.Mid), AskJob},
		{"job and level", d.WithJob(access.Sales).WithLevel(access.Mid), AskData},
		{"the scope before the level", d.WithJob(access.Sales).WithData(access.DataScope{}), AskLevel},
		{"everybody is an answer", d.WithJob(access.Sales).WithLevel(access.Mid).WithData(access.DataScope{}), AskReview},
		{"an answer may be changed", d.WithJob(access.Sales).WithLevel(access.Mid).WithData(access.DataScope{Kind: chat.Customer}).WithJob(access.Operations), AskReview},
	} {
		assert.Equal(t, c.want, c.d.Missing(), c.name)
	}
}

func TestADraftLapses(t *testing.T) {
	assert.False(t, Draft{}.Open(noon))
	e := Draft{}.Keep("boss", Start("li", "G1"), noon)
	d, err := Build(journal.Apply(nil, Of("boss"), e.Changes))
	require.NoError(t, err)
	assert.True(t, d.Open(noon.Add(KeptFor-1)))
	assert.False(t, d.Open(noon.Add(KeptFor)))
	gone, ok := d.Drop("boss")
	require.True(t, ok)
	assert.Empty(t, journal.Apply(map[string]json.RawMessage{"draft": e.Changes[0].After}, Of("boss"), gone.Changes))
	_, ok = Draft{}.Drop("boss")
	assert.False(t, ok)
}

func TestBuildRefusesWhatItDoesNotKnow(t *testing.T) {
	_, err := Build(map[string]json.RawMessage{"other": json.RawMessage(`{}`)})
	assert.Error(t, err)
	_, err = Build(map[string]json.RawMessage{"draft": json.RawMessage(`{"x":1}`)})
	assert.Error(t, err)
}
