package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

func auditCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "audit", Short: "Export the journal, verify it, prove entries of it, and move old ones to files", Args: family,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(exportCommand(), auditVerifyCommand(), auditProveCommand(), auditArchiveCommand(), auditKeyCommand())
	return c
}

// export is what to export, and how.
type export struct{ file, since, until, group, actor, format, out, as string }

func exportCommand() *cobra.Command {
	var e export
	c := &cobra.Command{
		Use:     "export --config FILE [--since D] [--until D] [--group G] [--actor U] [--format jsonl|csv|xlsx] --out FILE [--as USERID]",
		Short:   "Write entries of the journal to a file, oldest first; the same filters as /audit",
		Example: "  qunguan audit export --config qunguan.yaml --since 2026-11-01 --format csv --out november.csv",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			n, err := e.run(c.Context(), c.ErrOrStderr())
			if err != nil && !errors.Is(err, errHole) {
				return err
			}
			_, _ = fmt.Fprintf(c.OutOrStdout(), "%s written to %s\n", entries(n), e.out)
			return err
		},
	}
	configFlag(c, &e.file)
	c.Flags().StringVar(&e.since, "since", "", "only entries from this moment on: 2026-11-01, or \"2026-11-01 09:00\"")
	c.Flags().StringVar(&e.until, "until", "", "only entries before this moment")
	c.Flags().StringVar(&e.group, "group", "", "only entries about this group, by id or by name")
	c.Flags().StringVar(&e.actor, "actor", "", "only entries of this person, by userid")
	c.Flags().StringVar(&e.format, "format", "", "jsonl, csv or xlsx; without it by the name of the file, else jsonl")
	c.Flags().StringVar(&e.out, "out", "", "file to write; it must not exist yet")
	c.Flags().StringVar(&e.as, "as", "", "your userid in the company: the journal says that you exported it; without it, that the operator at this machine did, with the name of the account there")
	return c
}

func (e export) run(ctx context.Context, errs io.Writer) (_ int, err error) {
	if e.out == "" {
		return 0, usageError{errors.New("--out: name a file to write")}
	}
	if e.format, err = formatOf(e.format, e.out, formats...); err != nil {
		return 0, err
	}
	config, err := load(e.file)
	if err != nil {
		return 0, err
	}
	s, err := newSystem(config, options{now: time.Now, log: zap.NewNop()})
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.close() }()
	n, err := e.from(ctx, s)
	if n == 0 && err == nil && e.actor != "" {
		err = e.sayStranger(ctx, s, errs)
	}
	return n, err
}

// sayStranger tells that an empty export is so because of its --actor, where nobody is called that.
func (e export) sayStranger(ctx context.Context, s *system, errs io.Writer) error {
	nobody, err := s.stranger(ctx, chat.User(e.actor))
	if err == nil && nobody {
		_, err = fmt.Fprintf(errs, "qunguan: --actor %q: nobody is known by this userid, so there is nothing of them; write the id that the address book shows\n", e.actor)
	}
	return err
}

// from exports the journal of a system.
func (e export) from(ctx context.Context, s *system) (n int, err error) {
	q, err := e.query(ctx, s)
	if err != nil {
		return 0, err
	}
	if err := e.known(ctx, s); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(e.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, cannotWrite(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	// The export stands in the journal before anything is read: who has read it must not be able to hide that.
	err = s.bot.Amend(ctx, nil, "", func(bot.Call) (bot.Outcome, error) {
		out := bot.Outcome{Events: []journal.Event{{Kind: bot.AuditExported, Group: q.Group, Reason: e.reason(q)}}}
		if e.as != "" {
			out.Of = &bot.Act{Actor: chat.User(e.as)}
		}
		return out, nil
	})
	if err != nil {
		return 0, errors.Join(err, os.Remove(e.out)) // nothing is in it
	}
	if n, err = e.write(ctx, s, q, f); err != nil && n == 0 {
		err = errors.Join(err, os.Remove(e.out)) // nothing is in it, and nothing stands in the way of another attempt
	}
	return n, err
}

// query is what the filters select.
func (e export) query(ctx context.Context, s *system) (q journal.Query, err error) {
	q.Actor = chat.User(e.actor)
	if q.Since, err = s.moment("--since", e.since); err != nil {
		return q, err
	}
	if q.Until, err = s.moment("--until", e.until); err != nil {
		return q, err
	}
	if !q.Since.IsZero() && !q.Until.IsZero() && !q.Since.Before(q.Until) {
		return q, usageError{fmt.Errorf("--since %q is not before --until %q, so there is nothing between them", e.since, e.until)}
	}
	if e.group != "" {
		q.Group, err = s.everGroup(ctx, e.group)
	}
	return q, err
}

// everGroup is groupOf that knows groups also after their end: the journal does.
func (s *system) everGroup(ctx context.Context, said string) (chat.Group, error) {
	name := directory.OfGroup(chat.Group(said))
	found, err := s.ledger.Load(ctx, journal.Want{Names: []journal.Name{name}})
	if err != nil {
		return "", fmt.Errorf("read group: %w", err)
	}
	if g, _ := found.States[name].Value.(directory.Group); g.ID != "" {
		return g.ID, nil
	}
	return s.groupOf(ctx, said)
}

// known refuses somebody whom the company does not have: nobody could be asked about it later. It is not proven that it
// is them; whoever has this machine has Redis, and the account says whose hands it was.
func (e export) known(ctx context.Context, s *system) error {
	if e.as == "" {
		return nil
	}
	of := directory.OfPerson(chat.User(e.as))
	found, err := s.ledger.Load(ctx, journal.Want{Names: []journal.Name{of, access.Of("")}})
	if err != nil {
		return fmt.Errorf("read person: %w", err)
	}
	person, _ := found.States[of].Value.(directory.Person)
	book, _ := found.States[access.Of("")].Value.(access.Book)
	if slices.Contains(book.Owners(), chat.User(e.as)) || person.Known() && !person.Gone && person.Member().Kind == chat.Staff {
		return nil
	}
	return usageError{fmt.Errorf("--as %q: the bot knows nobody of the company by this userid; whoever it has not met writes to it once, in a direct message, "+
		"and is known; or leave --as out: the journal then says that the operator at this machine did it", e.as)}
}

// account is the account at this machine that runs the program, as far as it is known.
func account() string {
	u, err := user.Current()
	if err != nil || u.Username == "" {
		return "unknown"
	}
	return u.Username
}

// reason tells in the journal what was exported, the format and the filters that were set, and where it was: at the machine,
// by which account there.
func (e export) reason(q journal.Query) string {
	out := e.format
	for _, f := range []struct{ name, value string }{{"since", e.since}, {"until", e.until}, {"group", string(q.Group)}, {"actor", e.actor}} {
		if f.value != "" {
			out += " " + f.name + " " + f.value
		}
	}
	if e.as == "" {
		return out + ", by the operator at the machine, account " + account()
	}
	return out + ", at the machine, account " + account()
}

// entries is a number of entries, for people.
func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// numbered names entries by their numbers.
func numbered(from, to int64) string {
	if from == to {
		return fmt.Sprintf("#%d", from)
	}
	return fmt.Sprintf("#%d to #%d", from, to)
}

// moment reads a date or a date with a time in the configured zone.
func (s *system) moment(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, text, zoneOf(s)); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usageError{fmt.Errorf("%s %q: write it as 2026-11-01 or \"2026-11-01 09:00\"", flag, text)}
}

func (e export) write(ctx context.Context, s *system, q journal.Query, to io.Writer) (int, error) {
	buffered := bufio.NewWriter(to)
	done, err := s.writeJournal(ctx, buffered, selection{Format: e.format, Any: []journal.Query{q}})
	if err = errors.Join(err, buffered.Flush()); err == nil {
		err = done.hole()
	}
	return done.entries, err
}

// errHole says that entries are missing.
var errHole = errors.New("the journal has a hole, so it is no proof of what was done; restore Redis from a backup")
