package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"qunguan/bot/chat"
	"qunguan/bot/platform/simulator"
	"qunguan/storage/redistest"
)

// benchTalkers is how many people talk at once, each in a group of their own.
const benchTalkers = 64

func talkerID(i int) string   { return fmt.Sprintf("talker%02d", i) }
func listenerID(i int) string { return fmt.Sprintf("listener%02d", i) }
func benchGroup(i int) string { return fmt.Sprintf("benchgroup%02d", i) }

func benchWorld() simulator.World {
	w := simulator.World{Corp: "ww0123456789abcdef", AgentID: 1000002, BotName: "群管"}
	for i := range benchTalkers {
		members := []string{talkerID(i), listenerID(i)}
		for _, id := range members {
			w.People = append(w.People, simulator.Person{ID: id, Name: "人" + id, Departments: []string{"客服部"}})
		}
		w.Groups = append(w.Groups, simulator.Group{
			ID: benchGroup(i), Name: benchGroup(i), Kind: chat.BotGroup, Owner: members[0], Members: members,
		})
	}
	return w.WithSecrets(rand.Reader)
}

// contender is one of the programs that are compared, behind HTTP.
type contender struct {
	seals
	url    string
	client *http.Client
	said   atomic.Int64
}

// newContenders starts the whole system and the bare handler on one Redis.
func newContenders(b *testing.B) (qunguan, least *contender) {
	collectLess() // as serve does
	b.Helper()
	needRedis(b)
	server, err := redistest.Start(b.TempDir())
	require.NoError(b, err)
	b.Cleanup(func() { _ = server.Stop() })
	world := benchWorld()
	sim, err := simulator.New(world, simulator.Options{Now: time.Now})
	require.NoError(b, err)
	api := httptest.NewServer(sim.API())
	b.Cleanup(api.Close)
	config := wiredConfig(world, server.Addr(), api.URL)
	config.Owners = nil
	for i := range benchTalkers {
		config.Owners = append(config.Owners, talkerID(i))
	}
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	log := zap.New(zapcore.NewCore(encoder, zapcore.AddSync(io.Discard), zapcore.InfoLevel)) // every line is made, as in production
	s, err := newSystem(config, options{now: time.Now, log: log})
	require.NoError(b, err)
	b.Cleanup(func() { _ = s.close() })
	require.NoError(b, s.settle(context.Background()))
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), DisableIdentity: true})
	b.Cleanup(func() { _ = client.Close() })
	keys := newSeals(b, world.Bot)
	qunguan, least = newContender(b, keys, s.handler()), newContender(b, keys, bare{keys, client})
	for i := range benchTalkers { // everybody is met once; only what comes later is measured
		for n := range len(cycle) {
			require.NoError(b, qunguan.post(qunguan.say(b, i, n)))
		}
	}
	return qunguan, least
}

func newContender(b *testing.B, keys seals, h http.Handler) *contender {
	b.Helper()
	server := httptest.NewServer(h)
	b.Cleanup(server.Close)
	transport := &http.Transport{MaxIdleConnsPerHost: 4 * benchTalkers}
	b.Cleanup(transport.CloseIdleConnections)
	return &contender{seals: keys, url: server.URL + "/wecom/bot", client: &http.Client{Transport: transport}}
}

// cycle is what a talker says again and again: half of it changes something.
var cycle = []string{"/mute @%s 30m", "/can @%s mute", "/unmute @%s", "/whoami"}

// say seals what a talker says n-th.
func (c *contender) say(tb testing.TB, talker, n int) callback {
	tb.Helper()
	text := cycle[n%len(cycle)]
	if n%len(cycle) != 3 {
		text = fmt.Sprintf(text, listenerID(talker))
	}
	return c.callback(tb, fmt.Sprintf("bench%d", c.said.Add(1)), talkerID(talker), benchGroup(talker), text)
}

func (c *contender) post(cb callback) error {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, c.url+cb.query, bytes.NewReader(cb.body))
	if err != nil {
		return err
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || len(answer) == 0 {
		return fmt.Errorf("status %d, %d bytes", resp.StatusCode, len(answer))
	}
	return nil
}

// BenchmarkEndToEnd compares the whole bot with the least that any bot on Redis can do: over HTTP, encrypted, with a
// real Redis that syncs every write.
func BenchmarkEndToEnd(b *testing.B) {
	qunguan, least := newContenders(b)
	b.Run("qunguan", qunguan.race)
	b.Run("bare", least.race)
}

// race lets all talkers talk as fast as they are answered.
func (c *contender) race(b *testing.B) {
	each := b.N/benchTalkers + 1
	callbacks := make([][]callback, benchTalkers)
	for i := range callbacks {
		for n := range each {
			callbacks[i] = append(callbacks[i], c.say(b, i, n))
		}
	}
	took := make([][]time.Duration, benchTalkers)
	var wg sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for i := range benchTalkers {
		wg.Go(func() {
			for _, cb := range callbacks[i] {
				began := time.Now()
				if err := c.post(cb); err != nil {
					b.Error(err)
					return
				}
				took[i] = append(took[i], time.Since(began))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(each*benchTalkers)/b.Elapsed().Seconds(), "commands/s")
	report(b, slices.Concat(took...))
}

func report(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	for _, p := range []struct {
		name string
		at   float64
	}{{"p50-ms", .5}, {"p99-ms", .99}} {
		b.ReportMetric(took[int(p.at*float64(len(took)-1))].Seconds()*1000, p.name)
	}
}

// BenchmarkOpenLoop sends 1,000 commands a second for 10 seconds, whether or not those before are answered, and measures
// from the moment at which each was to be sent.
func BenchmarkOpenLoop(b *testing.B) {
	const rate, seconds = 1000, 10
	qunguan, _ := newContenders(b)
	for b.Loop() {
		b.StopTimer()
		callbacks := make([]callback, rate*seconds)
		for i := range callbacks {
			callbacks[i] = qunguan.say(b, i%benchTalkers, i/benchTalkers)
		}
		b.StartTimer()
		report(b, qunguan.pour(b, callbacks, time.Second/rate))
	}
}

// pour posts callbacks at even intervals and returns how long each took.
func (c *contender) pour(b *testing.B, callbacks []callback, every time.Duration) []time.Duration {
	b.Helper()
	took := make([]time.Duration, len(callbacks))
	var wg sync.WaitGroup
	began := time.Now()
	for i, cb := range callbacks {
		due := began.Add(time.Duration(i) * every)
		if wait := time.Until(due); wait > 0 {
			<-time.After(wait)
		}
		wg.Go(func() {
			if err := c.post(cb); err != nil {
				b.Error(err)
			}
			took[i] = time.Since(due)
		})
	}
	wg.Wait()
	return took
}

// BenchmarkServe measures how soon the binary serves, and what it holds when idle.
func BenchmarkServe(b *testing.B) {
	s := newStage(b)
	p := s.process()
	for b.Loop() {
		require.NoError(b, p.start())
		p.ready()
		b.StopTimer()
		b.ReportMetric(float64(p.resident())/(1<<20), "MiB-resident")
		require.NoError(b, p.kill())
		b.StartTimer()
	}
}
