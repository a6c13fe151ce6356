package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/platform/simulator"
)

// TestOwnCustomers: R40, somebody whose data scope is their own customers acts on those only. Whose customer somebody
// is, is asked of the platform once, and while it is silent nobody is anybody's.
func TestOwnCustomers(t *testing.T) {
	house := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 0, 0, zone), nil, startEmbedded(t))
	house.settle()
	vip := chat.Group(simulator.SampleCustomerGroup)
	b := house.procs[0].bot
	require.NoError(t, b.Amend(t.Context(), []journal.Name{access.Of(vip)}, vip, func(c bot.Call) (bot.Outcome, error) {
		r := access.Role{Who: "wang", Level: access.Mid, Job: access.Supervisor, By: "boss", At: c.Now.UTC(), Data: access.DataScope{Kind: chat.Customer, Own: true}}
		return bot.Outcome{Events: []journal.Event{{Kind: access.Granted, Group: vip, Targets: []chat.User{"wang"}, Changes: []journal.Change{
			journal.Set(access.Of(vip), access.RoleKey("wang", false), nil, &r),
		}}}}, nil
	}))
	says := func(text string) string {
		d, err := house.sim.Say(t.Context(), "wang", "", text)
		require.NoError(t, err)
		house.settle()
		return d.Reply
	}
	asked := func() int { return house.sim.Calls()["externalcontact/get"] }
	says("/选群 华东VIP客户群")

	house.sim.Fail("externalcontact/get", 48002, 1)
	assert.Contains(t, says("/禁言 @wmCustomerZhang01 10分钟"), "data-scope", "while the platform is silent it is nobody's")
	assert.Contains(t, says("/禁言 @wmCustomerZhang01 10分钟"), "已记录", "one's own")
	assert.Equal(t, 2, asked())
	assert.Contains(t, says("/解禁 @wmCustomerZhang01"), "已记录")
	assert.Equal(t, 2, asked(), "what is known is not asked again")
	assert.Contains(t, says("/禁言 @wmCustomerLiu0002 10分钟"), "data-scope", "zhou's")
	assert.Contains(t, says("/禁言 何总 10分钟"), "已记录", "both their customer, found by name")
	assert.Contains(t, says("/禁言 @wmCustomerWu00004 10分钟"), "data-scope", "nobody's")
	assert.Contains(t, says("/禁言 @sun 10分钟"), "data-scope", "staff are no customers")
	before := asked()
	house.clock.Store(house.now().Add(25 * time.Hour).UnixNano())
	assert.Contains(t, says("/禁言 @wmCustomerZhang01 10分钟"), "已记录")
	assert.Greater(t, asked(), before, "after a day it is asked again")
}

// TestRoundTripsWherePositionsGiveRoles: also then a command costs one round trip to read, the staff included, and one
// to commit.
func TestRoundTripsWherePositionsGiveRoles(t *testing.T) {
	w := newWired(t)
	const project, customers = simulator.SampleProjectGroup, simulator.SampleCustomerGroup
	for _, who := range []chat.User{"boss", "li", "wang", "zhao", "xiaochen"} {
		w.say(who, project, "/whoami")
	}
	require.NoError(t, w.system.bot.Observe(t.Context(), customers))
	w.say("boss", "", "/use "+customers)
	w.say("boss", "", "/whoami")
	reply, _ := w.say("boss", "", "/inherit position 客服主管 mid --yes")
	require.True(t, strings.HasPrefix(reply, "Recorded"), reply)
	w.say("boss", project, "/audit") // the scripts
	_, err := w.system.bot.ObserveStaff(t.Context(), customers, 100, 0)
	require.NoError(t, err)
	for _, text := range []string{"/whoami", "/mute @zhao 30m"} { // the people are read along once
		w.say("boss", project, text)
		w.say("boss", "", text)
	}
	for _, c := range []struct {
		from  chat.User
		group chat.Group
		text  string
		want  int64
		why   string
	}{
		{"li", project, "/whoami", 2, ""},
		{"li", project, "/can approve", 2, ""},
		{"boss", project, "/admin", 2, ""},
		{"boss", project, "/can @li approve", 2, ""},
		{"boss", project, "/unmute @zhao", 2, ""},
		{"boss", project, "/mute @wang 30m", 2, ""},
		{"boss", "", "/admin", 2, ""},
		{"boss", "", "/mute 刘女士 30m", 2, ""},
		{"boss", "", "/inherit list", 2, ""},
		{"boss", "", "/matrix tree", 2, ""},
		{"boss", project, "/admin add @wang mid for 7d", 2, ""},
		{"zhao", project, "/mute @wang 30m", 2, ""},
		{"boss", "", "/inherit off position 客服主管 --dry-run", 4, "for all groups it reads the groups, then their people"},
	} {
		reply, got := w.say(c.from, c.group, c.text)
		assert.Equal(t, c.want, got, "%s as %s: %s", c.text, c.from, strings.SplitN(reply, "\n", 2)[0])
		assert.Equal(t, c.want > 2, c.why != "", "%s: what costs more than two says why", c.text)
	}
}
