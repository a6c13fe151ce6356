package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"qunguan/configs"
)

func serveCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "serve --config FILE", Short: "Run the service; needs a real Redis", Example: "  qunguan serve --config qunguan.yaml",
		Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			config, err := load(file)
			if err != nil {
				return err
			}
			log, err := newLog(config.Log)
			if err != nil {
				return usageError{err}
			}
			drawn, err := configuredPictures(config.Font, file)
			if err != nil {
				return err
			}
			if drawn.painter == nil {
				log.Warn("pictures are off", zap.String("why", noFont.EN))
			}
			if err := mayMakeKey(c.Context(), config); err != nil {
				return located(err, file, "audit.key_file")
			}
			sealed, err := configuredSealing(config, true)
			if err != nil {
				return located(err, file, "audit.key_file")
			}
			if !sealed.on() {
				log.Warn("the journal is not sealed", zap.String("why", "audit.key_file is "+configs.NoKey))
			} else if why := openToOthers(config.Audit.KeyFile); why != "" {
				log.Warn("the journal's key is no secret", zap.String("why", why))
			}
			for _, why := range collidingReviews(config, time.Now()) {
				log.Warn("reviews overlap", zap.String("why", why))
			}
			s, err := newSystem(config, options{now: time.Now, log: log, pictures: drawn, sealing: sealed})
			if err != nil {
				return err
			}
			collectLess()
			err = serve(c.Context(), s, config.Listen, s.handler(), nil)
			if errors.Is(err, errListen) {
				err = fmt.Errorf("%w; change `listen` in the configuration, or stop what uses the port", err)
			}
			return err
		},
	}
	configFlag(c, &file)
	return c
}

func configFlag(c *cobra.Command, file *string) {
	c.Flags().StringVar(file, "config", "", "configuration file; without it, environment variables alone")
}

func load(file string) (configs.Config, error) {
	config, err := configs.Load(file, os.Environ(), os.ReadFile)
	if err != nil && file == "" {
		err = fmt.Errorf("%w\nno file was given and the environment alone is no configuration; give --config FILE (a first one: qunguan config example > FILE)", err)
	}
	if err == nil {
		err = checkSchedule(config, file)
	}
	if err == nil {
		_, _, err = openLinks(config, time.Now) // reaches nobody
		err = located(err, file, "links")
	}
	if err != nil {
		return config, usageError{err}
	}
	return config, nil
}

func newLog(c configs.Log) (*zap.Logger, error) {
	level, err := zapcore.ParseLevel(c.Level)
	if err != nil {
		return nil, fmt.Errorf("log.level: %w", err)
	}
	form := zap.NewProductionEncoderConfig()
	form.EncodeTime, form.EncodeDuration = zapcore.ISO8601TimeEncoder, zapcore.StringDurationEncoder
	encoder := zapcore.NewJSONEncoder(form)
	if c.Format == "console" {
		encoder = zapcore.NewConsoleEncoder(form)
	}
	sink, _, err := zap.Open("stderr")
	if err != nil {
		return nil, fmt.Errorf("start log: %w", err)
	}
	calm := zapcore.NewCore(encoder, sink, zap.LevelEnablerFunc(func(l zapcore.Level) bool { return l >= level && l < zapcore.WarnLevel }))
	loud := zapcore.NewCore(encoder.Clone(), sink, zap.LevelEnablerFunc(func(l zapcore.Level) bool { return l >= max(level, zapcore.WarnLevel) }))
	return zap.New(zapcore.NewTee(calm, zapcore.NewSamplerWithOptions(loud, time.Minute, oftenIsEnough, 0)), zap.ErrorOutput(sink)), nil
}

// oftenIsEnough is how often the same warning or error is written within a minute: while Redis is away, every part of the
// program says so every second, and who reads the log must find the first word, and whatever else is wrong.
const oftenIsEnough = 10

// collectLess lets the heap grow further between two collections, unless the environment says how far. What lives is a
// few megabytes, so the usual pace would collect hundreds of times a second under load, to save memory that is there.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// drainWithin is how long callbacks that were accepted may take to finish after the signal to stop.
const drainWithin = 10 * time.Second

// errListen says that the address cannot be listened on.
var errListen = errors.New("listen")

// serve runs until ctx ends, then drains: no new callback is accepted, those accepted are finished. ready, if not nil,
// is told the address once the server listens.
func serve(ctx context.Context, s *system, listen string, h http.Handler, ready func(net.Addr)) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return usageError{fmt.Errorf("%w: %w", errListen, err)}
	}
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: zap.NewStdLog(s.log),
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { s.run(background) })
	failed := make(chan error, 1)
	wg.Go(func() { failed <- server.Serve(listener) })
	s.log.Info("listening", zap.String("address", listener.Addr().String()))
	if ready != nil {
		ready(listener.Addr())
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
		s.log.Info("draining")
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWithin)
		err = server.Shutdown(drain)
		cancel()
	}
	stop()
	wg.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, s.close())
}
