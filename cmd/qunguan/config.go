package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"qunguan/bot/journal"
	"qunguan/bot/platform/wecom"
	"qunguan/configs"
)

func configCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "config", Short: "Check the configuration, or print an example", Args: family,
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
	zone, err := config.Location()
	if err != nil {
		return err
	}
	for _, l := range oddRhythms(config, file, time.Now().In(zone)) {
		_, _ = fmt.Fprintln(out, l)
	}
	calendar, err := calendarOf(config)
	if err != nil {
		_, _ = fmt.Fprintln(out, "FAIL holidays")
		return located(err, file, "duty.holidays")
	}
	drawn, noPictures := configuredPictures(config.Font, file)
	sourced, noArchive := checkSources(config)
	config.Archive = configs.Archive{} // it has been checked; the other checks are made all the same
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
	var archived *journal.Archived
	redis := s.redis.Ping(ctx)
	line("redis", redisAdvice(redis, config.Redis))
	if redis == nil {
		if note, err := s.ledger.Durability(ctx); err == nil && note != "" {
			_, _ = fmt.Fprintf(out, "warn redis: %s: a power failure may lose what was acknowledged; see configs/redis.conf\n", note)
		}
		a, err := s.tenant.Archived(ctx)
		if err != nil {
			line("redis", err)
		} else {
			archived = &a
		}
	}
	if redis == nil {
		if err := mayMakeKey(ctx, config); err != nil {
			line("journal key", located(err, file, "audit.key_file"))
		}
	}
	for _, p := range s.platform.Check(ctx) {
		line(p.Name, wecomAdvice(p.Err, config.WeCom.CorpID))
	}
	for _, l := range sourced {
		_, _ = fmt.Fprintln(out, l)
	}
	if noArchive != nil {
		line("archive", noArchive)
	}
	for _, files := range []struct {
		name, key string
		check     func(configs.Config) (string, error)
	}{{"journal seal", "audit.key_file", checkSealing}, {"journal export", "audit.export.dir", checkExport}, {"journal archive", "audit.archive.dir", func(c configs.Config) (string, error) { return checkArchiveDir(c, archived) }}} {
		if said, err := files.check(config); err != nil {
			line(files.name, located(err, file, files.key))
		} else {
			_, _ = fmt.Fprintln(out, said)
		}
	}
	checkLinks(ctx, config, line)
	_, _ = fmt.Fprintln(out, knownYears(calendar, time.Now()))
	for _, why := range collidingReviews(config, time.Now()) {
		_, _ = fmt.Fprintf(out, "warn reviews: %s\n", why)
	}
	switch {
	case noPictures != nil:
		line("pictures", noPictures)
		return noPictures
	case drawn.painter == nil:
		_, _ = fmt.Fprintf(out, "warn pictures: %s\n", noFont.EN)
	default:
		_, _ = fmt.Fprintf(out, "ok   pictures: %s\n", drawn.font)
	}
	if failed {
		return errCheck
	}
	return nil
}

// located adds to what was found wrong with a value only when it was used where the value stands.
func located(err error, file, key string) error {
	where := configs.Origin(file, os.Environ(), os.ReadFile, key)
	if err == nil || where == "" {
		return err
	}
	return usageError{fmt.Errorf("%s: %w", where, err)}
}

// redisAdvice adds to a fault of Redis which key of the configuration to look at.
func redisAdvice(err error, r configs.Redis) error {
	if err == nil {
		return nil
	}
	said, servers := err.Error(), strings.Join(r.Addrs, ", ")
	switch {
	case strings.Contains(said, "DB index is out of range"):
		return fmt.Errorf("%w; redis.db is %d, but the server has fewer databases: 0 is always there", err, r.DB)
	case strings.Contains(said, "NOAUTH"), strings.Contains(said, "WRONGPASS"), strings.Contains(said, "NOPERM"), strings.Contains(said, "AUTH"):
		return fmt.Errorf("%w; check redis.username and redis.password for %s", err, servers)
	}
	return fmt.Errorf("%w; check redis.addrs (%s), redis.tls and redis.master_name, and whether the server runs and is reached from here", err, servers)
}

// wecomAdvice adds to a fault of WeCom what can be done about it. It refuses a secret also where the corp id is another
// company's, and does not tell which of the two is wrong.
func wecomAdvice(err error, corp string) error {
	var f *wecom.Fault
	if !errors.As(err, &f) {
		return err
	}
	if f.Code == 40001 {
		return fmt.Errorf("%w; WeCom does not accept this secret for wecom.corp_id %q: check both", err, corp)
	}
	if hint, _ := f.Advice(); !hint.IsZero() {
		return fmt.Errorf("%w; %s", err, hint.EN)
	}
	return fmt.Errorf("%w; check wecom.api_base and the network if this stays", err)
}
