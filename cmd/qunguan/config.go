package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"qunguan/configs"
)

func configCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "config", Short: "Check the configuration, or print an example", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	example := &cobra.Command{
		Use: "example", Short: "Print a commented example configuration", Example: "  qunguan config example > qunguan.yaml",
		Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(c.OutOrStdout(), configs.Example())
			return err
		},
	}
	var file string
	check := &cobra.Command{
		Use: "check --config FILE", Short: "Validate the file, reach Redis, ask WeCom for a token; one line a check",
		Example: "  qunguan config check --config qunguan.yaml", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return check(c, file) },
	}
	configFlag(check, &file)
	c.AddCommand(example, check)
	return c
}

// errCheck says that a check found something; the lines have told what.
var errCheck = errors.New("a check failed")

func check(c *cobra.Command, file string) error {
	out := c.OutOrStdout()
	config, err := load(file)
	if err != nil {
		_, _ = fmt.Fprintln(out, "FAIL configuration")
		return err
	}
	_, _ = fmt.Fprintln(out, "ok   configuration")
	drawn, err := openPictures(config.Font)
	if err != nil {
		_, _ = fmt.Fprintln(out, "FAIL pictures")
		return err
	}
	s, err := newSystem(config, options{now: time.Now, log: zap.NewNop()})
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	ctx, cancel := context.WithTimeout(c.Context(), 20*time.Second)
	defer cancel()
	failed := false
	line := func(name string, err error) {
		if err != nil {
			failed = true
			_, _ = fmt.Fprintf(out, "FAIL %s: %v\n", name, err)
			return
		}
		_, _ = fmt.Fprintf(out, "ok   %s\n", name)
	}
	redis := s.redis.Ping(ctx)
	line("redis", redis)
	if redis == nil {
		if note, err := s.ledger.Durability(ctx); err == nil && note != "" {
			_, _ = fmt.Fprintf(out, "warn redis: %s: a power failure may lose what was acknowledged; see configs/redis.conf\n", note)
		}
	}
	for _, p := range s.platform.Check(ctx) {
		line(p.Name, p.Err)
	}
	if drawn.painter == nil {
		_, _ = fmt.Fprintf(out, "warn pictures: %s\n", noFont.EN)
	} else {
		_, _ = fmt.Fprintf(out, "ok   pictures: %s\n", drawn.font)
	}
	if failed {
		return errCheck
	}
	return nil
}
