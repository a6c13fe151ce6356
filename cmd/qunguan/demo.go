package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/spf13/cobra"

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
	world := simulator.SampleWorld().WithSecrets(rand.Reader)
	sim, err := simulator.New(world, simulator.Options{Now: time.Now})
	if err != nil {
		return err
	}
	defer sim.Close()
	api := httptest.NewServer(sim.API())
	defer api.Close()
	sim.SetAPIBase(api.URL)
	log, err := newLog(configs.Log{Level: "warn", Format: "console"})
	if err != nil {
		return err
	}
	s, err := newSystem(demoConfig(world, redis.Addr(), api.URL, language), options{
		now: time.Now, log: log, botName: world.BotName,
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", sim.Page(s.console()))
	for _, path := range []string{"/wecom/", "/healthz", "/readyz", "/metrics"} {
		mux.Handle(path, s.handler())
	}
	return serve(ctx, s, listen, mux, func(a net.Addr) {
		sim.SetCallbackBase("http://" + a.String())
		ready(a)
	})
}

func demoConfig(w simulator.World, redis, api, language string) configs.Config {
	c := configs.Config{
		Timezone: "Asia/Shanghai", Language: language, Owners: []string{w.People[0].ID}, Edition: configs.Standard,
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
