package scheduler

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
	"qunguan/commands"
)

// observe lets the bot see a group.
func observe(t *testing.T, w *Clockwork, o chat.Observed) {
	t.Helper()
	of := directory.OfGroup(o.Group)
	require.NoError(t, w.Bot.Amend(t.Context(), []journal.Name{of}, o.Group, func(c bot.Call) (bot.Outcome, error) {
		changes := bot.At[directory.Group](c, of).Observe(o)
		return bot.Outcome{Events: []journal.Event{{Kind: directory.GroupObserved, Group: o.Group, Changes: changes}}}, nil
	}))
}

// waits counts what waits to be sent, by class, and takes it.
func waits(t *testing.T, c *company) map[chat.Class]int {
	t.Helper()
	o := c.tenant(c.now).Outbox("courier")
	require.NoError(t, o.Open(t.Context()))
	out := map[chat.Class]int{}
	for {
		effects, err := o.Next(t.Context(), 100, 0)
		require.NoError(t, err)
		if len(effects) == 0 {
			return out
		}
		for _, e := range effects {
			out[e.Class]++
			require.NoError(t, o.Done(t.Context(), e.ID))
		}
	}
}

// TestADissolvedGroupIsQuiet: nobody is reminded of turns there, is missed, or hears of a customer who waits. Where the
// group is seen again, all goes on.
func TestADissolvedGroupIsQuiet(t *testing.T) {
	const g = "G1"
	c := newCompany(t, nine.Add(-3*time.Hour)) // six in the morning
	w := c.replica()
	own(t, w, "boss")
	seen := chat.Observed{Group: g, Kind: chat.CustomerGroup, Name: "G", Owner: "li", MembersKnown: true, Members: []chat.Member{
		{ID: "li", Kind: chat.Staff}, {ID: "wang", Kind: chat.Staff}, {ID: "wm1", Kind: chat.Customer},
	}}
	observe(t, w, seen)
	require.NoError(t, w.Bot.Amend(t.Context(), []journal.Name{duty.Of(g)}, g, func(call bot.Call) (bot.Outcome, error) {
		e, err := bot.At[duty.Roster](call, duty.Of(g)).Replace(g, "boss", []duty.Shift{{From: 8 * 60, To: 20 * 60, Who: "li", Backup: "wang"}}, call.Now)
		return bot.Outcome{Events: []journal.Event{e}}, err
	}))
	day := func() map[chat.Class]int {
		for range 24 * 6 {
			c.add(10 * time.Minute)
			step(t, w)
		}
		return waits(t, c)
	}
	waits(t, c)
	require.Positive(t, day()[chat.OfDuty])
	c.add(4 * time.Hour)
	asked := chat.Heard{ID: "1", Group: g, From: "wm1", Kind: chat.Customer, At: c.now(), Text: "?"}
	require.NoError(t, w.Bot.Hear(t.Context(), "archive", []chat.Heard{asked}, chat.Cursor{}))
	c.add(20 * time.Minute)
	step(t, w)
	c.add(11 * time.Minute)
	step(t, w)
	require.Positive(t, waits(t, c)[chat.OfWaiting])
	gone := seen
	gone.Gone = true
	observe(t, w, gone)
	waits(t, c)
	got := day()
	assert.Zero(t, got[chat.OfDuty], "%v", got)
	assert.LessOrEqual(t, got[chat.OfWaiting], 1, "who was called is told once that it is over: %v", got)
	assert.Empty(t, day())
	found, err := c.tenant(c.now).Ledger(commands.Builds()).Load(t.Context(), journal.Want{Names: []journal.Name{sla.Of(g)}})
	require.NoError(t, err)
	assert.False(t, found.States[sla.Of(g)].Value.(sla.Book).Alerted())
	observe(t, w, seen)
	assert.Positive(t, day()[chat.OfDuty])
}
