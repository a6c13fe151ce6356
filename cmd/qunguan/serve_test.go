package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/configs"
)

// runBinary runs the binary to its end and returns its exit code and what it wrote.
func runBinary(tb testing.TB, binary string, env []string, args ...string) (code int, stdout, stderr string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	var out, errs strings.Builder
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &out, &errs
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		require.NoError(tb, err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func TestServe(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	p := s.process()
	began := time.Now()
	require.NoError(t, p.start())
	p.ready()
	t.Logf("ready after %v, %d MiB resident", time.Since(began).Round(time.Millisecond), p.resident()>>20)
	assert.Equal(t, http.StatusOK, p.status("/healthz"))
	assert.Equal(t, http.StatusOK, p.status("/metrics"))
	assert.Equal(t, http.StatusNotFound, p.status("/"))
	require.NoError(t, s.sim.Verify(t.Context()), "the platform's check of the addresses")

	t.Run("a second one on the same port", func(t *testing.T) {
		code, _, stderr := runBinary(t, s.binary, s.environ(p.addr), "serve")
		assert.Equal(t, exitUsage, code)
		assert.Contains(t, stderr, "change `listen` in the configuration, or stop what uses the port")
	})
	t.Run("config check", func(t *testing.T) { checkConfig(t, s) })
	t.Run("audit export", func(t *testing.T) { exportAudit(t, s) })
	t.Run("rebuild", func(t *testing.T) { rebuildViews(t, s) })
	t.Run("matrix", func(t *testing.T) { writeMatrix(t, s) })
	t.Run("SIGTERM drains", func(t *testing.T) { drain(t, s, p) })
	t.Run("without Redis", func(t *testing.T) { withoutRedis(t, s, p) })
}

// drain ends the process while callbacks are on their way: whoever was heard is answered.
func drain(t *testing.T, s *stage, p *process) {
	type heard struct {
		status int
		err    error
	}
	answers := make(chan heard, stageClients)
	for i := range stageClients {
		go func() {
			// One attempt each: a callback that is not answered stays so.
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			d, err := s.sim.Say(ctx, clientID(i), groupID(i), "/mute @"+mutedID(i, 0)+" 1h")
			answers <- heard{d.Status, err}
		}()
	}
	first := <-answers
	require.NoError(t, first.err)
	code, err := p.stop()
	require.NoError(t, err)
	assert.Equal(t, exitFine, code)
	done, away := 1, 0
	for range stageClients - 1 {
		switch a := <-answers; {
		case a.status == http.StatusOK:
			done++
		case a.err != nil: // it knocked after the door was shut
			away++
		default:
			t.Errorf("a callback was accepted and answered with %d", a.status)
		}
	}
	entries := 0
	for _, e := range s.evidence(t.Context()).entries {
		if strings.HasPrefix(e.Command, "/mute") {
			entries++
		}
	}
	assert.Equal(t, done, entries, "what was answered is done, and nothing else is")
	t.Logf("%d callbacks answered, %d found nobody", done, away)
}

// withoutRedis starts the process while Redis is gone: it lives, says why it is not ready, and is once Redis is back.
func withoutRedis(t *testing.T, s *stage, p *process) {
	require.NoError(t, s.redis.Stop())
	require.NoError(t, p.start())
	require.Eventually(t, func() bool { return p.status("/healthz") == http.StatusOK }, 10*time.Second, 5*time.Millisecond)
	assert.Equal(t, http.StatusServiceUnavailable, p.status("/readyz"))
	code, stdout, _ := runBinary(t, s.binary, s.environ("127.0.0.1:1"), "config", "check")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout, "FAIL redis: ")
	assert.Contains(t, stdout, "; check redis.addrs (")
	require.NoError(t, s.redis.Restart())
	p.ready()
	end, err := p.stop()
	require.NoError(t, err)
	assert.Equal(t, exitFine, end)
}

func checkConfig(t *testing.T, s *stage) {
	env := s.environ("127.0.0.1:1")
	code, stdout, stderr := runBinary(t, s.binary, env, "config", "check")
	assert.Equal(t, exitFine, code, stderr)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	assert.Equal(t, []string{"ok   configuration", "ok   redis"}, lines[:2])
	for _, l := range lines {
		assert.Regexp(t, `^(ok   \S|warn pictures: no font|warn holidays: )`, l)
	}
	assert.GreaterOrEqual(t, len(lines), 4, "the app and customer contact have tokens of their own: %s", stdout)

	code, stdout, stderr = runBinary(t, s.binary, append(env, "QUNGUAN_WECOM__APP__SECRET=notTheRightOne"), "config", "check")
	assert.Equal(t, exitFailed, code)
	assert.Regexp(t, `(?m)^FAIL .*40001`, stdout)
	assert.Contains(t, stdout, "for wecom.corp_id", "either may be wrong")
	assert.NotContains(t, stdout+stderr, "notTheRightOne", "a secret is never shown")

	code, stdout, stderr = runBinary(t, s.binary, append(env, "QUNGUAN_FONT=/dev/null"), "config", "check")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stdout, "FAIL pictures")
	assert.Contains(t, stdout, "ok   redis", "the other checks are made all the same")
	assert.Contains(t, stderr, "QUNGUAN_FONT: font: /dev/null: ", "the place, the key and the value at fault")

	code, stdout, stderr = runBinary(t, s.binary, append(env, "QUNGUAN_DUTY__HOLIDAYS=/no/such.yaml"), "config", "check")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stdout, "FAIL holidays")
	assert.Contains(t, stderr, "duty.holidays: open /no/such.yaml")

	code, stdout, stderr = runBinary(t, s.binary, append(env, "QUNGUAN_REDIS__DB=x"), "config", "check")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stdout, "FAIL configuration")
	assert.Contains(t, stderr, `QUNGUAN_REDIS__DB: redis.db: "x" is no whole number`)
}

// resident is how much memory the process holds, in bytes; 0 where the system does not tell.
func (p *process) resident() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "statm"))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(raw))
	pages, err := strconv.Atoi(f[1])
	if err != nil {
		return 0
	}
	return pages * os.Getpagesize()
}

// TestUsage holds the exit codes and what wrong usage is told. It needs no Redis.
func TestUsage(t *testing.T) {
	t.Parallel()
	binary := buildBinary(t)
	env := withoutOurs(os.Environ())
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	require.NoError(t, os.WriteFile(bad, []byte("owners: [boss]\nredis: {addrz: x}\n"), 0o600))
	for _, c := range []struct {
		args   string
		code   int
		stdout string
		stderr string
	}{
		{"", exitFine, "qunguan audit export", ""},
		{"help", exitFine, "qunguan serve --config", ""},
		{"version", exitFine, runtime.Version(), ""},
		{"config example", exitFine, configs.Example(), ""},
		{"nonsense", exitUsage, "", "unknown command \"nonsense\""},
		{"serve more", exitUsage, "", "qunguan serve takes 0 arguments, not 1"},
		{"serve --nonsense", exitUsage, "", "unknown flag: --nonsense"},
		{"serve", exitUsage, "", "owners"},
		{"serve", exitUsage, "", "wecom.corp_id"},
		{"serve --config " + bad, exitUsage, "", "redis.addrz"},
		{"serve --config " + bad + ".not", exitUsage, "", "bad.yaml.not"},
		{"config check --config " + bad, exitUsage, "FAIL configuration", bad},
		{"demo --language fr", exitUsage, "", "--language \"fr\": zh or en"},
		{"demo --listen nowhere", exitUsage, "", "listen"},
		{"help", exitFine, "qunguan rebuild --config", ""},
		{"rebuild", exitUsage, "", "owners"},
		{"deadman", exitUsage, "", "owners"},
		{"deadman --every x", exitUsage, "", "invalid argument"},
		{"deadman --every 0s", exitUsage, "", "--every 0s: at least 1s; leave it out to look once"},
		{"deadman --every 1ms", exitUsage, "", "--every 1ms: at least 1s; leave it out to look once"},
		{"help deadman", exitFine, "--state FILE", ""},
		{"rebuild --help", exitFine, "The service may go on meanwhile", ""},
		{"policy bogus", exitUsage, "", "unknown command \"bogus\" of qunguan policy; there are diff, export, import, test"},
		{"help bogus", exitUsage, "", "unknown command \"bogus\""},
		{"help policy import", exitFine, "--as", ""},
		{"policy diff x y", exitUsage, "", "qunguan policy diff takes 1 argument, not 2"},
		{"matrix --group g --out y", exitUsage, "", "give --config FILE"},
		{"audit export", exitUsage, "", "--out: name a file to write"},
		{"audit export --out x.csv --format jsonl", exitUsage, "", "contradict each other"},
		{"matrix --group g --out m.pdf", exitUsage, "", "a .pdf cannot be written"},
		{"audit export --out x --format pdf", exitUsage, "", "--format \"pdf\": jsonl, csv or xlsx"},
	} {
		code, stdout, stderr := runBinary(t, binary, env, strings.Fields(c.args)...)
		assert.Equal(t, c.code, code, "%s: %s", c.args, stderr)
		assert.Contains(t, stdout, c.stdout, c.args)
		assert.Contains(t, stderr, c.stderr, c.args)
		assert.Equal(t, c.code == exitFine, stderr == "", "%s: errors go to standard error: %s", c.args, stderr)
	}
	shipped, err := os.ReadFile("../../configs/qunguan.example.yaml")
	require.NoError(t, err)
	_, printed, _ := runBinary(t, binary, env, "config", "example")
	assert.Equal(t, string(shipped), printed, "the example is the file that ships")
	_, printed, _ = runBinary(t, binary, env, "version")
	assert.Regexp(t, `^qunguan \S+, commit \S+, go\d`, printed)
}
