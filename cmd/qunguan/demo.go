package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"qunguan/bot/chat"
	"qunguan/bot/platform/simulator"
	"qunguan/configs"
)

func demoCommand() *cobra.Command {
	var listen, language string
	c := &cobra.Command{
		Use:     "demo [--listen 127.0.0.1:8080]",
		Short:   "Play with everything on this machine: embedded Redis, simulated WeCom, a chat page",
		Example: "  qunguan demo", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if language != "zh" && language != "en" {
				return usageError{fmt.Errorf("--language %q: zh or en", language)}
			}
			return demo(c.Context(), listen, language, func(a net.Addr) {
				if tcp, ok := a.(*net.TCPAddr); ok && !tcp.IP.IsLoopback() {
					_, _ = fmt.Fprintf(c.ErrOrStderr(), "qunguan: warning: %s is reachable from outside, and whoever reaches it can act as anybody\n", a)
				}
				_, _ = fmt.Fprintf(c.OutOrStdout(), "\n  qunguan 群管 demo: http://%s\n\n"+
					"  Redis is embedded and in memory: everything is forgotten on exit. WeCom is simulated.\n"+
					"  Redis 内嵌于内存，退出即忘；企业微信为模拟。按 Ctrl+C 退出。\n\n", a)
			})
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "address of the chat page; a loopback address, since whoever reaches it can act as anybody")
	c.Flags().StringVar(&language, "language", "zh", "language of replies: zh or en")
	return c
}

// demo runs the real bot behind a simulated WeCom. Callbacks and calls go over HTTP, encrypted as in production.
func demo(ctx context.Context, listen, language string, ready func(net.Addr)) error {
	redis, err := miniredis.Run()
	if err != nil {
		return fmt.Errorf("start embedded redis: %w", err)
	}
	defer redis.Close()
	aging, stopAging := context.WithCancel(ctx)
	defer stopAging()
	go age(aging, redis)
	world := simulator.SampleWorld().WithSecrets(rand.Reader)
	sim, err := simulator.New(world, simulator.Options{Now: time.Now})
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
	s, err := newSystem(demoConfig(world, redis.Addr(), api.url, language), options{
		now: time.Now, log: log, botName: world.BotName, pictures: drawn,
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", sim.Page(s.console()))
	for _, path := range []string{"/wecom/", "/healthz", "/readyz", "/metrics"} {
		mux.Handle(path, s.handler())
	}
	opened := make(chan error, 1)
	err = serve(ctx, s, listen, mux, func(a net.Addr) {
		sim.SetCallbackBase("http://" + a.String())
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

// age lets keys of the embedded Redis expire, which it does only when it is told how much time has passed: without it
// the counter of messages a minute would only grow, and a person would soon hear nothing any more.
func age(ctx context.Context, redis *miniredis.Miniredis) {
	every := time.NewTicker(100 * time.Millisecond)
	defer every.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-every.C:
			redis.FastForward(now.Sub(last))
			last = now
		}
	}
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
		{"li", "/排班 08:00-16:00 @li+@zhao 16:00-24:00 @wang+@li"},
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
		Timezone: "Asia/Shanghai", Language: language, Owners: []string{w.People[0].ID}, Edition: configs.Standard,
		Schedule: configs.Schedule{Sync: "*/15 * * * *", Canary: "5 * * * *"}, Deadman: configs.Deadman{After: "10m"},
	}
	c.Redis.Addrs, c.Redis.KeyPrefix = []string{redis}, "qunguan"
	c.WeCom.CorpID, c.WeCom.APIBase = w.Corp, api
	c.WeCom.App = configs.App{
		AgentID: w.AgentID, Secret: configs.Secret(w.AppSecret), Token: configs.Secret(w.App.Token),
		EncodingAESKey: configs.Secret(w.App.EncodingAESKey),
	}
	c.WeCom.Bot = configs.Bot{Token: configs.Secret(w.Bot.Token), EncodingAESKey: configs.Secret(w.Bot.EncodingAESKey)}
	c.WeCom.CustomerContact.Secret = configs.Secret(w.CustomerContactSecret)
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
