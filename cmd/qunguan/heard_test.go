package main

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/platform/ingest"
	"qunguan/bot/platform/simulator"
	"qunguan/bot/sla"
)

// clockOf is the response clock of a group as it is kept.
func (s *theatre) clockOf(group string) sla.Clock {
	s.t.Helper()
	g := chat.Group(s.group(group))
	found, err := s.procs[s.talkTo].ledger.Load(s.ctx, journal.Want{Clocks: []chat.Group{g}})
	require.NoError(s.t, err)
	c, err := sla.Unpack(found.Clocks[g])
	require.NoError(s.t, err)
	return c
}

// ingests posts a signed batch to the running bot, and returns the status.
func (s *theatre) ingests(lines ...string) int {
	s.t.Helper()
	p, body, stamp := s.procs[s.talkTo], strings.Join(lines, "\n"), strconv.FormatInt(s.now().Unix(), 10)
	r, err := http.NewRequestWithContext(s.ctx, http.MethodPost, p.server.URL+"/ingest/messages", strings.NewReader(body))
	require.NoError(s.t, err)
	r.Header.Set(ingest.TimestampHeader, stamp)
	r.Header.Set(ingest.SignatureHeader, "v1="+ingest.Sign(s.config.Ingest.Secret.Reveal(), stamp, body))
	resp, err := http.DefaultClient.Do(r)
	require.NoError(s.t, err)
	require.NoError(s.t, resp.Body.Close())
	p.busy.Wait()
	return resp.StatusCode
}

func TestIngestedMessagesMoveTheClock(t *testing.T) {
	s := openTheatre(t, time.Date(2026, 3, 2, 9, 30, 0, 0, zone), nil, startEmbedded(t))
	s.settle()
	assert.False(t, s.clockOf(simulator.SampleCustomerGroup).HasSource(), "nobody tells of this group yet")
	s.config.Ingest.Secret = "0123456789abcdef0123456789abcdef"
	s.boot()
	at := strconv.FormatInt(s.now().UnixMilli(), 10)
	asks := `{"id":"m1_external","group":"` + simulator.SampleCustomerGroup + `","from":"wmCustomerZhang01","at":` + at + `,"text":"什么时候发货？"}`
	for range 2 { // the second time changes nothing
		require.Equal(t, http.StatusOK, s.ingests(asks))
		w, waits := s.clockOf(simulator.SampleCustomerGroup).Waiting()
		require.True(t, waits)
		assert.Equal(t, chat.User("wmCustomerZhang01"), w.Customer)
		assert.True(t, w.Opened.Equal(s.now()))
	}
	require.Equal(t, http.StatusOK, s.ingests(
		`{"id":"m2","group":"`+simulator.SampleCustomerGroup+`","from":"li","at":`+at+`,"recalls":"m1"}`))
	_, waits := s.clockOf(simulator.SampleCustomerGroup).Waiting()
	assert.False(t, waits, "what was taken back asks nothing")
	for _, l := range s.logs.All() {
		assert.NotContains(t, l.Message, "发货")
	}
	for _, key := range s.keys() {
		assert.NotContains(t, s.dump(key), "发货", "no text is kept: %s", key)
	}

	// Without Redis the sender is told to come again.
	s.store.stop(t)
	assert.Equal(t, http.StatusServiceUnavailable, s.ingests(strings.Replace(asks, "m1", "m3", 1)))
	s.store.start(t)
}

func TestWhatIsSaidToTheBotIsHeardUnlessItIsACommand(t *testing.T) {
	s := openTheatre(t, time.Date(2026, 3, 2, 9, 30, 0, 0, zone), nil, startEmbedded(t))
	s.settle()
	say := func(who, text string) {
		d, err := s.sim.Say(s.ctx, who, simulator.SampleControlGroup, text)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, d.Status)
		s.procs[0].busy.Wait()
	}
	say("xiaochen", "/帮助")
	say("xiaochen", "/禁言 @nobody")
	assert.False(t, s.clockOf(simulator.SampleControlGroup).HasSource(), "a command is no message to the others")
	say("xiaochen", "系统打不开了，有人吗")
	c := s.clockOf(simulator.SampleControlGroup)
	assert.True(t, c.HasSource())
	assert.Equal(t, "bot", c.Source)
}
