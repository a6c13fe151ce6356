package sla_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

func TestSettingsOfAGroup(t *testing.T) {
	var b sla.Book
	now := at("09:00").UTC()
	_, err := b.Change("G1", sla.Settings{}, "li", now)
	require.ErrorIs(t, err, sla.ErrStands)
	for _, bad := range []time.Duration{time.Second, 25 * time.Hour, -time.Minute} {
		_, err = b.Change("G1", sla.Settings{Limit: bad}, "li", now)
		require.ErrorIs(t, err, sla.ErrLimit)
	}
	e, err := b.Change("G1", sla.Settings{Limit: 10 * time.Minute, VIP: true, Outside: sla.Counts}, "li", now)
	require.NoError(t, err)
	records := journal.Apply(nil, sla.Of("G1"), e.Changes)
	b, err = sla.Build(records)
	require.NoError(t, err)
	assert.Equal(t, sla.Settings{Limit: 10 * time.Minute, VIP: true, Outside: sla.Counts, By: "li", At: now}, b.Settings)
	_, err = b.Change("G1", sla.Settings{Limit: 10 * time.Minute, VIP: true, Outside: sla.Counts}, "zhao", now.Add(time.Hour))
	require.ErrorIs(t, err, sla.ErrStands, "whoever says it")
	assert.Empty(t, journal.Apply(records, sla.Of("G1"), []journal.Change{e.Changes[0].Opposite()}), "and it can be taken back")
	_, err = sla.Build(map[string]json.RawMessage{"nonsense": nil})
	require.Error(t, err)
	_, err = sla.Build(map[string]json.RawMessage{"settings": json.RawMessage(`{"limits":1}`)})
	require.Error(t, err)
	_, err = sla.Build(map[string]json.RawMessage{"alert/1": json.RawMessage(`{}`)})
	require.Error(t, err, "a record knows its key")
}
