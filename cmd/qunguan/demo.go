package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"qunguan/bot/chat"
	"qunguan/bot/platform/simulator"
	"qunguan/commands"
	"qunguan/configs"
)

func demoCommand() *cobra.Command {
	var o demoOptions
	var clock string
	c := &cobra.Command{
		Use:     "demo [--listen 127.0.0.1:8080]",
		Short:   "Play with everything on this machine: embedded Redis, simulated WeCom, a chat page",
		Example: "  qunguan demo", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if o.language != "zh" && o.language != "en" {
				return usageError{fmt.Errorf("--language %q: zh or en", o.language)}
			}
			var err error
			if o.start, err = demoStart(clock, time.Now()); err != nil {
				return usageError{err}
			}
			o.machine, o.apiToken = time.Now, rand.Text()
			return demo(c.Context(), o, func(a net.Addr) {
				if tcp, ok := a.(*net.TCPAddr); ok && !tcp.IP.IsLoopback() {
					_, _ = fmt.Fprintf(c.ErrOrStderr(), "qunguan: warning: %s is reachable from outside, and whoever reaches it can act as anybody\n", a)
				}
				_, _ = fmt.Fprintf(c.OutOrStdout(), "\n  qunguan 群管 demo: http://%s\n\n"+
					"  Redis is embedded and in memory: everything is forgotten on exit. WeCom is simulated.\n"+
					"  Redis 内嵌于内存，退出即忘；企业微信为模拟。按 Ctrl+C 退出。\n\n"+
					"  Indicators for other systems 指标接口: curl -H 'Authorization: Bearer %s' http://%s/api/kpi\n\n", a, o.apiToken, a)
			})
		},
	}
	c.Flags().StringVar(&o.listen, "listen", "127.0.0.1:8080", "address of the chat page; a loopback address, since whoever reaches it can act as anybody")
	c.Flags().StringVar(&o.language, "language", "zh", "language of replies: zh or en")
	c.Flags().StringVar(&clock, "clock", "", "when the demo begins, such as 2026-11-26T09:00 in Shanghai; without it, now")
	return c
}

// demoOptions are what a demo is started with.
type demoOptions struct {
	listen, language string
	start            time.Time        // what its clock shows at first
	machine          func() time.Time // the clock whose pace its own has
	apiToken         string           // what GET /api/kpi asks for; empty: there is no such address
}

const demoZone = "Asia/Shanghai"

// demoStart reads when a demo is to begin; an empty text is now.
func demoStart(text string, now time.Time) (time.Time, error) {
	zone, err := time.LoadLocation(demoZone)
	if err != nil {
		return time.Time{}, fmt.Errorf("load %s: %w", demoZone, err)
	}
	if text == "" {
		return now.In(zone), nil
	}
	const form = "2006-01-02T15:04"
	at, err := time.ParseInLocation(form, text, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("--clock %q: a moment such as 2026-11-26T09:00", text)
	}
	return at, nil
}

// demo runs the real bot behind a simulated WeCom. Callbacks and calls go over HTTP, encrypted as in production. All of
// it goes by one clock, which the page can set forward; only what waits between two looks is as long as it really is.
func demo(ctx context.Context, o demoOptions, ready func(net.Addr)) error {
	redis, err := miniredis.Run()
	if err != nil {
		return fmt.Errorf("start embedded redis: %w", err)
	}
	defer redis.Close()
	clock := newDemoClock(o.start, o.machine, redis)
	world := simulator.SampleWorld().WithSecrets(rand.Reader)
	pipeline := rand.Text() + rand.Text() // what the company's archive pipeline signs with
	sim, err := simulator.New(world, simulator.Options{Now: clock.Now, IngestSecret: pipeline})
	if err != nil {
		return err
	}
	defer sim.Close()
	defer context.AfterFunc(ctx, sim.Close)() // the page's open streams would hold the server's end up
	api, err := listenLocally(ctx, sim.API())
	if err != nil {
		return err
	}
	defer api.close()
	sim.SetAPIBase(api.url)
	log, err := newLog(configs.Log{Level: "warn", Format: "console"})
	if err != nil {
		return err
	}
	drawn, err := openPictures("")
	if err != nil {
		return err
	}
	config := demoConfig(world, redis.Addr(), api.url, o.language)
	config.Ingest.Secret, config.API.Token = configs.Secret(pipeline), configs.Secret(o.apiToken)
	keys, err := os.MkdirTemp("", "qunguan-demo-")
	if err != nil {
		return fmt.Errorf("make a place for the key of the journal: %w", err)
	}
	defer func() { _ = os.RemoveAll(keys) }()
	sealed, err := openSealing(filepath.Join(keys, "journal.key"), keyName(config))
	if err != nil {
		return err
	}
	s, err := newSystem(config, options{
		now: clock.Now, redisNow: clock.Now, log: log, botName: world.BotName, pictures: drawn, sealing: sealed,
	})
	if err != nil {
		return err
	}
	passing := newDemoTime(clock, s, ctx.Done())
	defer passing.start(ctx)()
	opened := make(chan error, 1)
	err = serve(ctx, s, o.listen, demoHandler(s, sim, passing), func(a net.Addr) {
		page := "http://" + a.String()
		s.publicURL.Store(&page)
		sim.SetCallbackBase(page)
		go func() {
			err := opening(ctx, s, sim, world)
			if err != nil && ctx.Err() == nil {
				log.Error("play the opening", zap.Error(err))
			}
			ready(a)
			opened <- err
		}()
	})
	if errors.Is(err, errListen) {
		return fmt.Errorf("%w; choose another port, such as --listen 127.0.0.1:8081, or stop what uses this one", err)
	}
	select {
	case failed := <-opened:
		if ctx.Err() == nil {
			err = errors.Join(err, failed)
		}
	default:
	}
	return err
}

// demoHandler serves the page and, beside it, everything that the service serves.
func demoHandler(s *system, sim *simulator.Simulator, passing *demoTime) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", passing.clock.steady(sim.Page(s.console())))
	mux.Handle("/sim/clock", http.NewCrossOriginProtection().Handler(passing))
	for _, path := range []string{"/wecom/", "/ingest/", "/api/", commands.FeedPath, "/healthz", "/readyz", "/metrics"} {
		mux.Handle(path, s.handler())
	}
	return mux
}

// opening plays the first commands of the sample company, so that a visitor finds rights to look at. They go the same
// way as everything that is typed later.
func opening(ctx context.Context, s *system, sim *simulator.Simulator, w simulator.World) error {
	if err := s.waitReady(ctx); err != nil {
		return err
	}
	group := ""
	for _, g := range w.Groups {
		if g.Kind == chat.CustomerGroup {
			group = g.ID
			break
		}
	}
	if err := s.bot.Observe(ctx, chat.Group(group)); err != nil {
		return fmt.Errorf("observe %s: %w", group, err)
	}
	for _, line := range []struct{ who, text string }{
		{"boss", "/选群 " + group},
		{"boss", "/设管理 @li 高级 客服主管 负责华东大客户 --确认"},
		{"li", "/选群 " + group},
		{"li", "/设管理 @zhao 中级 运营专员 国庆活动"},
		{"li", "/排班 08:00-20:00 @zhao+@wang 20:00-08:00 @wang+@zhao"},
	} {
		d, err := sim.Say(ctx, line.who, "", line.text)
		if err != nil {
			return fmt.Errorf("play %q: %w", line.text, err)
		}
		if d.Status != http.StatusOK {
			return fmt.Errorf("play %q: status %d", line.text, d.Status)
		}
	}
	return nil
}

func demoConfig(w simulator.World, redis, api, language string) configs.Config {
	c := configs.Config{
		Timezone: demoZone, Language: language, Owners: []string{w.People[0].ID}, Edition: configs.Standard,
		Schedule: configs.Schedule{
			Sync: "*/15 * * * *", Canary: "5 * * * *", Watch: "* * * * *", DigestWeekly: "0 9 * * 1", DigestDaily: "30 8 * * *", Commend: "10 9 * * 1", Portraits: "20 9 * * 1",
			Checkpoint: "5 9 * * *", ReviewMatrix: "0 9 1 * *", ReviewBusiness: "0 9 21 1,4,7,10 *", ReviewGroup: "0 9 11 * *",
		}, Deadman: configs.Deadman{After: "10m"},
		SLA: configs.SLA{WarnPercent: 67},
	}
	c.Redis.Addrs, c.Redis.KeyPrefix = []string{redis}, "qunguan"
	c.WeCom.CorpID, c.WeCom.APIBase = w.Corp, api
	c.WeCom.App = configs.App{
		AgentID: w.AgentID, Secret: configs.Secret(w.AppSecret), Token: configs.Secret(w.App.Token),
		EncodingAESKey: configs.Secret(w.App.EncodingAESKey),
	}
	c.WeCom.Bot = configs.Bot{Token: configs.Secret(w.Bot.Token), EncodingAESKey: configs.Secret(w.Bot.EncodingAESKey)}
	c.WeCom.CustomerContact.Secret = configs.Secret(w.CustomerContactSecret)
	for _, g := range w.Groups {
		if g.Kind == chat.AppGroup {
			c.Audit.PostTo = g.ID // a group whose members have the journal's checkpoints before their eyes
		}
	}
	return c
}

// local is a server that only this machine reaches.
type local struct {
	url   string
	close func()
}

func listenLocally(ctx context.Context, h http.Handler) (local, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return local{}, fmt.Errorf("listen for the simulated WeCom: %w", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l) // ends with ErrServerClosed
	}()
	return local{url: "http://" + l.Addr().String(), close: func() {
		_ = server.Close()
		<-done
	}}, nil
}
