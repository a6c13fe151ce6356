package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/platform/simulator"
	"qunguan/storage/redistest"
)

// stage is everything around the program that is under test: a real Redis, a simulated WeCom, and the binary itself.
type stage struct {
	tb     testing.TB
	dir    string
	binary string
	redis  *redistest.Server
	client *redis.Client
	world  simulator.World
	sim    *simulator.Simulator
	api    string
	route  *route
}

// The people and groups of the stage: every client has a group, and people of its own to act on.
const (
	stageGroups  = 8
	stageClients = 50
	mutesEach    = 3 // people that one client mutes
	stageGuests  = 16
)

func clientID(i int) string   { return fmt.Sprintf("client%02d", i) }
func adminID(i int) string    { return fmt.Sprintf("admin%02d", i) }
func mutedID(i, n int) string { return fmt.Sprintf("member%02d-%d", i, n) }
func guestID(i int) string    { return fmt.Sprintf("guest%02d", i) }
func groupID(i int) string    { return fmt.Sprintf("group%d", i%stageGroups) }

// stageWorld is a company of clients, who own everything, and of people to act on.
func stageWorld() simulator.World {
	w := simulator.World{Corp: "ww0123456789abcdef", AgentID: 1000002, BotName: "群管"}
	members := make([][]string, stageGroups)
	for i := range stageClients {
		people := []string{clientID(i), adminID(i)}
		for n := range mutesEach {
			people = append(people, mutedID(i, n))
		}
		for _, id := range people {
			w.People = append(w.People, simulator.Person{ID: id, Name: "人" + id, Departments: []string{"客服部"}})
		}
		members[i%stageGroups] = append(members[i%stageGroups], people...)
	}
	for i := range stageGuests {
		w.People = append(w.People, simulator.Person{ID: guestID(i), Name: "人" + guestID(i), Departments: []string{"客服部"}})
		members[i%stageGroups] = append(members[i%stageGroups], guestID(i))
	}
	for g, m := range members {
		w.Groups = append(w.Groups, simulator.Group{
			ID: groupID(g), Name: "第" + strconv.Itoa(g) + "群", Kind: chat.BotGroup, Owner: m[0], Members: m,
		})
	}
	return w
}

// newStage skips the test where there is no Redis to start, unless QUNGUAN_TEST_REAL says that there must be one.
func newStage(tb testing.TB) *stage {
	tb.Helper()
	s := &stage{tb: tb, dir: tb.TempDir(), world: stageWorld(), route: &route{}}
	needRedis(tb)
	s.binary = buildBinary(tb)
	var err error
	s.redis, err = redistest.Start(s.dir)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = s.redis.Stop() })
	s.client = redis.NewClient(&redis.Options{Addr: s.redis.Addr(), DisableIdentity: true})
	tb.Cleanup(func() { _ = s.client.Close() })
	s.world = s.world.WithSecrets(rand.Reader)
	s.sim, err = simulator.New(s.world, simulator.Options{
		Now: time.Now, CallbackBase: "http://bot.invalid", Client: &http.Client{Transport: s.route}, Pause: shortly,
	})
	require.NoError(tb, err)
	api := httptest.NewServer(s.sim.API())
	tb.Cleanup(api.Close)
	s.api = api.URL
	s.sim.SetAPIBase(api.URL)
	return s
}

func needRedis(tb testing.TB) {
	tb.Helper()
	_, err := exec.LookPath("redis-server")
	if err == nil {
		return
	}
	if os.Getenv("QUNGUAN_TEST_REAL") == "1" {
		tb.Fatalf("QUNGUAN_TEST_REAL=1, but there is no real Redis: %v", err)
	}
	tb.Skipf("no real Redis on this machine, so nothing is proven here: %v; install redis-server", err)
}

func buildBinary(tb testing.TB) string {
	tb.Helper()
	binary := filepath.Join(tb.TempDir(), "qunguan")
	out, err := exec.CommandContext(context.Background(), "go", "build", "-ldflags=-s -w", "-o", binary, ".").CombinedOutput()
	require.NoError(tb, err, "%s", out)
	return binary
}

// shortly is the simulated platform's patience between two attempts.
func shortly(ctx context.Context, _ time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(20 * time.Millisecond):
		return nil
	}
}

func freeAddr() (string, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// environ configures the binary by its environment alone.
func (s *stage) environ(listen string) []string {
	owners := make([]string, stageClients)
	for i := range owners {
		owners[i] = clientID(i)
	}
	env := withoutOurs(os.Environ())
	return append(env,
		"QUNGUAN_LISTEN="+listen, "QUNGUAN_LANGUAGE=en", "QUNGUAN_LOG__LEVEL=warn",
		"QUNGUAN_OWNERS="+strings.Join(owners, ","),
		"QUNGUAN_REDIS__ADDRS="+s.redis.Addr(), "QUNGUAN_AUDIT__KEY_FILE="+filepath.Join(s.dir, "qunguan.key"),
		"QUNGUAN_WECOM__CORP_ID="+s.world.Corp, "QUNGUAN_WECOM__API_BASE="+s.api,
		"QUNGUAN_WECOM__APP__AGENT_ID="+strconv.Itoa(s.world.AgentID), "QUNGUAN_WECOM__APP__SECRET="+s.world.AppSecret,
		"QUNGUAN_WECOM__APP__TOKEN="+s.world.App.Token, "QUNGUAN_WECOM__APP__ENCODING_AES_KEY="+s.world.App.EncodingAESKey,
		"QUNGUAN_WECOM__BOT__TOKEN="+s.world.Bot.Token, "QUNGUAN_WECOM__BOT__ENCODING_AES_KEY="+s.world.Bot.EncodingAESKey,
		"QUNGUAN_WECOM__CUSTOMER_CONTACT__SECRET="+s.world.CustomerContactSecret,
	)
}

// withoutOurs keeps what configures the tests away from the program.
func withoutOurs(env []string) []string {
	out := make([]string, 0, len(env))
	for _, e := range env {
		if !strings.HasPrefix(e, "QUNGUAN_") {
			out = append(out, e)
		}
	}
	return out
}

// process is one running binary; killed and started again it keeps its address.
type process struct {
	stage *stage
	addr  string

	log *os.File // what it says on standard error, of all its lives

	mu  sync.Mutex
	cmd *exec.Cmd
}

// process prepares a binary of the stage and routes callbacks to it.
func (s *stage) process() *process {
	addr, err := freeAddr()
	require.NoError(s.tb, err)
	log, err := os.CreateTemp(s.dir, "log")
	require.NoError(s.tb, err)
	p := &process{stage: s, addr: addr, log: log}
	s.route.add(addr)
	s.tb.Cleanup(func() {
		_ = p.kill()
		if s.tb.Failed() {
			s.tb.Logf("log of %s:\n%s", addr, p.said())
		}
		_ = p.log.Close()
	})
	return p
}

// said is the end of the log.
func (p *process) said() string {
	raw, err := os.ReadFile(p.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(raw[max(0, len(raw)-6000):])
}

func (p *process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd = exec.CommandContext(context.Background(), p.stage.binary, "serve")
	p.cmd.Env, p.cmd.Stderr = p.stage.environ(p.addr), p.log
	return p.cmd.Start()
}

// kill ends the process without giving it a moment, as a failing machine does.
func (p *process) kill() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return nil
	}
	err := p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed
	p.cmd = nil
	return err
}

// stop asks the process to end and returns its exit code.
func (p *process) stop() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	_ = p.cmd.Wait() // the code says it
	code := p.cmd.ProcessState.ExitCode()
	p.cmd = nil
	return code, nil
}

// status is what a path answers; 0 if nobody does.
func (p *process) status(path string) int {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+p.addr+path, nil)
	if err != nil {
		return 0
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// ready waits until the process serves.
func (p *process) ready() {
	p.stage.tb.Helper()
	for until := time.Now().Add(15 * time.Second); time.Now().Before(until); <-time.After(5 * time.Millisecond) {
		if p.status("/readyz") == http.StatusOK {
			return
		}
	}
	p.stage.tb.Fatalf("%s is not ready after 15 s:\n%s", p.addr, p.said())
}
