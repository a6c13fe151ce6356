package main

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/canary"
)

// TestMeasure breaks what can be broken from outside and looks at what the whole bot then finds of itself.
func TestMeasure(t *testing.T) {
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 1, 0, 0, zone), []string{"canary 5 * * * *", "archive"}, startEmbedded(t))
	s.settle()
	p := s.procs[0]
	broken := func() (out []string) {
		m, err := p.measure(s.ctx)
		require.NoError(t, err)
		for _, f := range canary.Examine(m) {
			if !f.Works && !f.Unknown {
				out = append(out, f.Part+": "+f.Note.EN)
			}
		}
		return out
	}
	require.Empty(t, broken())
	m, err := p.measure(s.ctx)
	require.NoError(t, err)
	require.NotNil(t, m.PlatformAhead)
	assert.Less(t, m.PlatformAhead.Abs(), 2*time.Second)
	assert.Zero(t, m.Callbacks[0].Last)
	assert.Equal(t, "华东VIP客户群", m.OldestGroup.ZH)

	s.say("boss> /选群 华东VIP客户群")
	s.say("boss> /禁言 @wmCustomerWu00004 10分钟")
	m, err = p.measure(s.ctx)
	require.NoError(t, err)
	assert.WithinDuration(t, s.now(), m.Callbacks[0].Last, time.Second, "a genuine callback leaves a trace")
	resp, err := http.Post(p.server.URL+"/wecom/bot", "application/json", nil)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	m, err = p.measure(s.ctx)
	require.NoError(t, err)
	assert.Zero(t, m.Callbacks[1].Last, "one that is refused does not")

	assert.Zero(t, m.Sources[0].Last)
	s.say("wmCustomerWu00004@华东VIP客户群> 有人吗")
	m, err = p.measure(s.ctx)
	require.NoError(t, err)
	assert.Equal(t, "ingest", m.Sources[0].Name)
	assert.WithinDuration(t, s.now(), m.Sources[0].Last, time.Second, "a source that tells of messages leaves a trace")

	s.clock.Add(int64(29 * time.Minute)) // nobody ticks
	assert.Equal(t, []string{
		"cron: “re-read all groups” should have run at 2026-02-20 09:15; “self-test” should have run at 2026-02-20 09:05",
		"agenda: 1 are due and not done, the oldest since 2026-02-20 09:11",
	}, broken())
	s.settle()
	require.Empty(t, broken())

	s.sim.Fail("gettoken", 40001, 4)
	assert.Equal(t, []string{
		"token:wecom.app.secret: call gettoken: errcode 40001: as the platform sometimes does",
		"token:wecom.customer_contact.secret: call gettoken: errcode 40001: as the platform sometimes does",
	}, broken())
	s.sim.Fail("gettoken", 0, 0)
	s.redisAhead = -2 * time.Minute
	assert.Equal(t, []string{"clock: the clock of Redis differs by 2 min"}, broken())
	s.redisAhead = 0
	s.sim.Fail("message/send", 60011, 1)
	s.say("boss> /禁言 @wmCustomerWu00004 1分钟")
	s.advance(s.now().Add(2 * time.Minute))
	got := broken()
	require.Len(t, got, 1)
	assert.Contains(t, got[0], "outbox: 0 waiting, 0 put off, 1 given up; the latest was given up at 2026-02-20 09:3")
	assert.Contains(t, got[0], "60011")
	assert.True(t, slices.ContainsFunc(canary.Examine(m), func(f canary.Finding) bool { return f.Part == "redis" && f.Works }))
}
