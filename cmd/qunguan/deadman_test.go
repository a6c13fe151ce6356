package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"qunguan/configs"
)

// watchman posts a dead-man on a machine of its own, and returns what one look of his found and what the owners then see.
func (s *theatre) watchman(state string) func() (line string, seen []string, err error) {
	sys, err := newSystem(s.config, options{now: s.now, log: zap.NewNop()})
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = sys.close() })
	return func() (string, []string, error) {
		var out bytes.Buffer
		err := watchman{system: sys, state: state, out: &out}.look(s.ctx)
		return out.String(), s.look(), err
	}
}

// TestTheDeadManSpeaks stops the bot, then Redis: each time every owner hears of it once, until all was well in between.
func TestTheDeadManSpeaks(t *testing.T) {
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 30, 0, zone), []string{"owners boss li"}, startEmbedded(t))
	s.settle()
	s.look()
	state := filepath.Join(t.TempDir(), "state")
	look := s.watchman(state)
	line, seen, err := look()
	require.NoError(t, err)
	assert.Contains(t, line, "well: a sign of life")
	assert.Empty(t, seen)

	stopped := func(d time.Duration) {
		for _, z := range s.client.ZRangeWithScores(t.Context(), s.heartbeat(), 0, -1).Val() {
			require.NoError(t, s.client.ZIncrBy(t.Context(), s.heartbeat(), -float64(d.Milliseconds()), z.Member.(string)).Err())
		}
	}
	stopped(9 * time.Minute)
	_, seen, err = look()
	require.NoError(t, err, "not yet")
	assert.Empty(t, seen)
	stopped(2 * time.Minute)
	line, seen, err = look()
	assert.ErrorIs(t, err, errSilent)
	assert.Equal(t, "silent for 11m\n", line)
	assert.Equal(t, []string{
		"boss sees> ⚠️ **值守：机器人没有响应**",
		"    最近一次心跳在 2026-02-20 08:49（11分钟前）。现在发给它的命令不会被处理，提醒和告警也不会发出。请检查它的进程和日志；恢复后机器人会自己补上到点的事项。",
		"li sees> ⚠️ **值守：机器人没有响应**",
		"    最近一次心跳在 2026-02-20 08:49（11分钟前）。现在发给它的命令不会被处理，提醒和告警也不会发出。请检查它的进程和日志；恢复后机器人会自己补上到点的事项。",
	}, seen)
	again := s.watchman(state) // cron starts another process
	_, seen, err = again()
	assert.ErrorIs(t, err, errSilent, "the exit code tells it each time")
	assert.Empty(t, seen, "the owners are told once")

	s.clock.Add(int64(time.Minute))
	s.settle()
	assert.Contains(t, s.look()[0], "机器人刚才没有响应", "the bot itself confesses")
	_, _, err = look()
	require.NoError(t, err)
	assert.NoFileExists(t, state, "it was well")

	s.store.stop(t)
	line, seen, err = look()
	assert.ErrorIs(t, err, errSilent)
	assert.Contains(t, line, "redis does not answer")
	require.Len(t, seen, 4)
	assert.Equal(t, "boss sees> ⚠️ **机器人的 Redis 没有应答**", seen[0])
	_, seen, err = look()
	assert.ErrorIs(t, err, errSilent)
	assert.Empty(t, seen)
}

// TestRedisIsAwayForLong: the bot itself tells the owners, once, past the storage that is away; and that it is back.
func TestRedisIsAwayForLong(t *testing.T) {
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 30, 0, zone), nil, startEmbedded(t))
	s.settle()
	s.look()
	s.store.stop(t)
	var seen []string
	for range 25 { // minutes
		s.clock.Add(int64(time.Minute))
		s.settle()
		seen = append(seen, s.look()...)
	}
	require.Len(t, seen, 2, "%v", seen)
	assert.Equal(t, "boss sees> ⚠️ **机器人的 Redis 没有应答**", seen[0])
	s.store.start(t)
	s.reconnect()
	require.NoError(t, s.client.ZIncrBy(t.Context(), s.heartbeat(), -float64((25*time.Minute).Milliseconds()), "replica1").Err())
	s.clock.Add(int64(time.Minute))
	s.settle()
	seen = s.look()
	require.NotEmpty(t, seen)
	assert.Equal(t, "boss sees> ⚠️ **机器人刚才没有响应**", seen[0])
}

func (s *theatre) heartbeat() string { return "qunguan:{" + s.world.Corp + "}:heartbeat" }

func TestADeadManWhoReachesNobodySaysSoAndTriesAgain(t *testing.T) {
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 30, 0, zone), nil, startEmbedded(t))
	state := filepath.Join(t.TempDir(), "state")
	look := s.watchman(state)
	s.sim.Fail("message/send", 60020, 1)
	line, seen, err := look()
	assert.ErrorIs(t, err, errSilent)
	assert.ErrorContains(t, err, "60020")
	assert.Contains(t, line, "no sign of life was ever given")
	assert.Empty(t, seen)
	assert.NoFileExists(t, state)
	_, seen, _ = look()
	assert.NotEmpty(t, seen)
}

// TestPing: a service outside hears every minute that all is well, and nothing while it is not.
func TestPing(t *testing.T) {
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 30, 0, zone), nil, startEmbedded(t))
	var asked, status atomic.Int64
	status.Store(http.StatusOK)
	outside := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/a-secret-id", r.URL.Path)
		asked.Add(1)
		w.WriteHeader(int(status.Load()))
	}))
	defer outside.Close()
	p := s.procs[0]
	p.config.Deadman.PingURL = configs.Secret(outside.URL + "/a-secret-id")
	p.pinger = outside.Client()
	assert.False(t, p.well(), "nothing has turned yet")
	s.settle()
	require.True(t, p.well())
	require.NoError(t, p.pingOnce(t.Context()))
	assert.Equal(t, int64(1), asked.Load())
	s.clock.Add(int64(2 * time.Minute))
	assert.False(t, p.well(), "the clockwork has not turned for two minutes")
	s.settle()
	require.True(t, p.well())
	s.sim.Fail("gettoken", 40001, 10)
	_, err := p.measure(t.Context())
	require.NoError(t, err)
	assert.False(t, p.well(), "it can write to nobody, so somebody else must")
	status.Store(http.StatusNotFound)
	assert.EqualError(t, p.pingOnce(t.Context()), "it answers 404")
	outside.Close()
	err = p.pingOnce(t.Context())
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "a-secret-id")
}

// TestRhythmsThatAreFarFromTheirKeysAreTold, and those that a company may well want are not.
func TestRhythmsThatAreFarFromTheirKeysAreTold(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 30, 0, zone)
	standard, err := load(write(t, "owners: [boss]\nredis: {addrs: [\"127.0.0.1:6379\"]}\nwecom: {corp_id: ww1, bot: {token: t, encoding_aes_key: "+
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}}\n"))
	require.NoError(t, err)
	for _, c := range []struct {
		change func(*configs.Schedule)
		want   string
	}{
		{func(*configs.Schedule) {}, ""},
		{func(s *configs.Schedule) { s.DigestWeekly, s.Watch, s.Canary = "", "", "" }, ""},
		{func(s *configs.Schedule) { s.DigestDaily, s.Watch = "30 8 * * 1-5", "*/30 * * * *" }, ""},
		{func(s *configs.Schedule) { s.DigestWeekly = "0 9 * * *" }, ""},
		{func(s *configs.Schedule) { s.DigestWeekly = "* * * * *" }, `warn q.yaml: schedule.digest_weekly: "* * * * *" comes again after 1m, which is often for it; usual is for example "0 9 * * 1", nine o'clock on Mondays`},
		{func(s *configs.Schedule) { s.Watch = "0 9 1 1 *" }, `warn q.yaml: schedule.watch: "0 9 1 1 *" comes again only after 365d, which is seldom for it; usual is for example "* * * * *", every minute`},
		{func(s *configs.Schedule) { s.Sync = "0 0 29 2 *" }, `warn q.yaml: schedule.sync: "0 0 29 2 *" comes again only after 1461d, which is seldom for it; usual is for example "*/15 * * * *", every quarter of an hour`},
		{func(s *configs.Schedule) { s.ReviewBusiness = "0 9 * * *" }, `warn q.yaml: schedule.review_business: "0 9 * * *" comes again after 1d, which is often for it; usual is for example "0 9 21 1,4,7,10 *", nine o'clock on the 21st of each quarter's first month`},
	} {
		config := standard
		c.change(&config.Schedule)
		assert.Equal(t, c.want, strings.Join(oddRhythms(config, "q.yaml", now), "\n"))
	}
}

// TestTextsThatAreNoRhythms are refused with the key, its place, the reason and an example.
func TestTextsThatAreNoRhythms(t *testing.T) {
	for spec, why := range map[string]string{
		"@every 1h": "shorthand", "* * * * * *": "6 fields", "0 0 30 2 *": "never comes", "CRON_TZ=UTC": "zone", "TZ=": "zone", "61 * * * *": `"61" is no minute (0 to 59, * or */2)`,
		"a b c d e":    `"a" is no minute (0 to 59, * or */2), "b" is no hour (0 to 23, * or */2), "c" is no day of a month (1 to 31, * or */2), "d" is no month`,
		"0 0 * * 8":    `"8" is no weekday (0 (Sunday) to 6, or SUN to SAT, * or */2)`,
		"0 5-1 * * *":  `"5-1" is no hour`,
		"0 0 * * 1,x,": `"1,x," is no weekday`,
	} {
		file := write(t, "owners: [boss]\nredis: {addrs: [\"127.0.0.1:6379\"]}\nwecom: {corp_id: ww1, bot: {token: t, encoding_aes_key: "+
			"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}}\nschedule:\n  sync: \""+spec+"\"\n  canary: \""+spec+"\"\n")
		_, err := load(file)
		var usage usageError
		require.True(t, errors.As(err, &usage), "%v", err)
		assert.ErrorContains(t, err, file+":5: schedule.sync: \""+spec+"\" is no rhythm: ")
		assert.ErrorContains(t, err, file+":6: schedule.canary: ")
		assert.ErrorContains(t, err, why)
		assert.NotContains(t, err.Error(), "strconv", "no words of the language it is written in")
		assert.ErrorContains(t, err, "write for example \"*/15 * * * *\", which is every quarter of an hour")
	}
}
