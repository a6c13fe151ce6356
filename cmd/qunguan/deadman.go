package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

func deadmanCommand() *cobra.Command {
	var (
		file, state string
		every       time.Duration
	)
	c := &cobra.Command{
		Use:   "deadman --config FILE [--every 1m] [--state FILE]",
		Short: "Watch over the bot from another machine, and write to the owners when nothing of it is there",
		Long: `Watch over the bot from another machine, and write to the owners when nothing of it is there.

Every process of the bot gives a sign of life to Redis every 15 seconds. When the newest is older than deadman.after, or
Redis itself does not answer, the owners get one WeCom message from the app. It is not repeated until all was well in
between: what they have been told of is remembered in the file of --state.

Run it where the bot does not run: from cron every few minutes, or with --every as a process of its own. It needs the same
configuration, and the machine must be among the app's trusted addresses (企业可信IP). It changes nothing in Redis but the
shared access token.

Exit code 0: all is well. 1: the bot is silent, or Redis does not answer, or the owners could not be reached. With
--every it runs until it is stopped.`,
		Example: "  qunguan deadman --config qunguan.yaml --every 1m",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("every") && every < time.Second {
				return usageError{fmt.Errorf("--every %s: at least 1s; leave it out to look once", every)}
			}
			config, err := load(file)
			if err != nil {
				return err
			}
			if state == "" {
				state = defaultState(config.WeCom.CorpID)
			}
			s, err := newSystem(config, options{now: time.Now, log: zap.NewNop()})
			if err != nil {
				return err
			}
			defer func() { _ = s.close() }()
			watch := watchman{system: s, state: state, out: c.OutOrStdout()}
			if every == 0 {
				return watch.look(c.Context())
			}
			return watch.stay(c.Context(), every, c.ErrOrStderr())
		},
	}
	configFlag(c, &file)
	c.Flags().DurationVar(&every, "every", 0, "go on looking at this pace; without it, look once")
	c.Flags().StringVar(&state, "state", "", "file that remembers what the owners were told (default: in the cache directory of the user)")
	return c
}

// defaultState is where what was told is remembered if nobody says where.
func defaultState(corp string) string {
	dir, err := os.UserCacheDir()
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil { // cron may know no home
		dir = os.TempDir()
	}
	return filepath.Join(dir, "qunguan-deadman-"+corp+".state")
}

// watchman looks at the bot from outside.
type watchman struct {
	*system
	state string
	out   io.Writer
}

// errSilent says that the bot is not there; the line has told how.
var errSilent = errors.New("the bot gives no sign of life")

// lookWithin bounds one look, with the messages.
const lookWithin = 30 * time.Second

// stay looks at a pace until it is stopped. What a look finds does not end it.
func (w watchman) stay(ctx context.Context, every time.Duration, errs io.Writer) error {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		if err := w.look(ctx); err != nil && ctx.Err() == nil {
			_, _ = fmt.Fprintln(errs, "qunguan:", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
	}
}

// look looks once, and tells the owners if they do not know yet.
func (w watchman) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	after, err := w.config.Deadman.Silence()
	if err != nil {
		return usageError{err}
	}
	found, line := w.find(ctx, after)
	_, _ = fmt.Fprintln(w.out, line)
	if found.IsZero() {
		if err := os.Remove(w.state); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("forget what was told: %w", err)
		}
		return nil
	}
	if _, err := os.Stat(w.state); err == nil {
		return fmt.Errorf("%w; the owners know", errSilent)
	}
	if err := w.tell(ctx, found); err != nil {
		return errors.Join(errSilent, err)
	}
	if err := os.WriteFile(w.state, []byte(line+"\n"), 0o600); err != nil {
		return fmt.Errorf("remember what was told: %w", err)
	}
	return fmt.Errorf("%w; the owners were told", errSilent)
}

// find is what the owners should read, zero if all is well, and the same in a line for the terminal.
func (w watchman) find(ctx context.Context, after time.Duration) (chat.Text, string) {
	ago, ever, err := w.tenant.Heart().Newest(ctx)
	length := grammar.FormatLength(ago.Round(time.Second))
	switch {
	case err != nil:
		return redisAway, "redis does not answer: " + err.Error()
	case !ever:
		return chat.Text{
			ZH: "⚠️ **值守：机器人从未给出心跳**\n请检查它的进程是否已启动，以及 redis.addrs 和 redis.key_prefix 是否与机器人一致。",
			EN: "⚠️ **Dead-man: the bot has never given a sign of life**\nLook whether its process was started, and whether redis.addrs and redis.key_prefix are the bot's.",
		}, "no sign of life was ever given"
	case ago > after:
		return chat.Text{
			ZH: "⚠️ **值守：机器人没有响应**\n最近一次心跳在 %s（%s前）。现在发给它的命令不会被处理，提醒和告警也不会发出。请检查它的进程和日志；恢复后机器人会自己补上到点的事项。",
			EN: "⚠️ **Dead-man: the bot is silent**\nThe last sign of life was at %s (%s ago). Commands are not handled now, and no reminder or alert goes out. Look at its process and its log; when it is back, it catches up by itself.",
		}.F(grammar.FormatMoment(w.now().Add(-ago), zoneOf(w.system)), length), "silent for " + length.EN
	}
	return chat.Text{}, "well: a sign of life " + length.EN + " ago"
}

// redisAway is what owners read when Redis does not answer. It names no moment, so that the platform takes what several
// replicas say at once for one message.
var redisAway = chat.Text{
	ZH: "⚠️ **机器人的 Redis 没有应答**\n机器人现在不能处理命令，也不能提醒。请检查 Redis 和它的网络；恢复后机器人会自己补上到点的事项。",
	EN: "⚠️ **The bot's Redis does not answer**\nThe bot can handle no command and remind nobody now. Look at Redis and its network; when it is back, the bot catches up by itself.",
}

// alarm tells the owners from inside that Redis is away.
func (s *system) alarm(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	return s.tell(ctx, redisAway)
}

// tell writes to every owner, past the outbox. One who is reached is enough to call it told.
func (s *system) tell(ctx context.Context, t chat.Text) error {
	var faults []error
	for _, o := range s.config.Owners {
		e := chat.SendTo(chat.User(o), "", chat.Reply{Text: t})
		if err := s.platform.Deliver(ctx, e); err != nil {
			faults = append(faults, fmt.Errorf("write to %s: %w", o, err))
		}
	}
	if len(faults) == len(s.config.Owners) {
		return errors.Join(append([]error{errors.New("no owner could be reached")}, faults...)...)
	}
	return nil
}
