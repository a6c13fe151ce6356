package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

func policyCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "policy", Short: "Keep the policy in a file: export, compare, import and test it", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(policyExport(), policyDiff(), policyImport(), policyTest())
	c.Example = examples(c)
	return c
}

// examples are those of all commands below c.
func examples(c *cobra.Command) string {
	var out []string
	for _, sub := range c.Commands() {
		out = append(out, sub.Example)
	}
	return strings.Join(out, "\n")
}

// policySystem opens what a command about the policy needs; the caller closes it.
func policySystem(file string) (*system, error) {
	config, err := load(file)
	if err != nil {
		return nil, err
	}
	return newSystem(config, options{now: time.Now, log: zap.NewNop()})
}

func policyExport() *cobra.Command {
	var file, out, group string
	c := &cobra.Command{
		Use:     "export --config FILE [--out FILE] [--group G]",
		Short:   "Write the policy as a file that imports as the same; without --out to the terminal",
		Example: "  qunguan policy export --config qunguan.yaml --out policy.yaml",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := policySystem(file)
			if err != nil {
				return err
			}
			defer func() { _ = s.close() }()
			text, err := s.exportPolicy(c.Context(), group)
			if err != nil {
				return err
			}
			if out == "" {
				_, err = c.OutOrStdout().Write(text)
				return err
			}
			return writeNew(out, text)
		},
	}
	configFlag(c, &file)
	c.Flags().StringVar(&out, "out", "", "file to write; it must not exist yet")
	c.Flags().StringVar(&group, "group", "", "only this group, by id or name")
	return c
}

// exportPolicy writes what the books say, of one group if only names it.
func (s *system) exportPolicy(ctx context.Context, said string) ([]byte, error) {
	var only chat.Group
	if said != "" {
		var err error
		if only, err = s.groupOf(ctx, said); err != nil {
			return nil, err
		}
	}
	found, err := s.ledger.Load(ctx, journal.Want{Names: []journal.Name{directory.AllGroups, access.Of("")}})
	if err != nil {
		return nil, fmt.Errorf("read groups: %w", err)
	}
	groups, _ := found.States[directory.AllGroups].Value.(directory.Groups)
	titles := map[chat.Group]string{}
	var names []journal.Name
	for _, g := range groups.All() {
		if only == "" || only == g.ID {
			titles[g.ID], names = g.Name, append(names, access.Of(g.ID))
		}
	}
	books, err := s.ledger.Load(ctx, journal.Want{Names: names})
	if err != nil {
		return nil, fmt.Errorf("read books: %w", err)
	}
	charter := access.Charter{Groups: map[chat.Group]access.Part{}}
	if only == "" {
		company, _ := found.States[access.Of("")].Value.(access.Book)
		charter.Company = company.Part(true)
	}
	for g := range titles {
		book, _ := books.States[access.Of(g)].Value.(access.Book)
		charter.Groups[g] = book.Part(false)
	}
	return writeCharter(charter, titles)
}

var errNoGroup = errors.New("the bot knows no such group; /groups lists them")

// readCharter reads a policy file.
func readCharter(file string) (access.Charter, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return access.Charter{}, usageError{err}
	}
	var y charterYAML
	if err := decodeYAML(file, raw, &y); err != nil {
		return access.Charter{}, err
	}
	r := &fileReader{file: file, tier: access.Enterprise}
	c := r.charter(y)
	return c, r.err()
}

func policyDiff() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:     "diff --config FILE POLICY.yaml",
		Short:   "Show what an import would change; exit 1 if there is anything",
		Example: "  qunguan policy diff --config qunguan.yaml policy.yaml",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			charter, err := readCharter(args[0])
			if err != nil {
				return err
			}
			s, err := policySystem(file)
			if err != nil {
				return err
			}
			defer func() { _ = s.close() }()
			p, err := s.plan(c.Context(), charter, "", args[0])
			if err != nil {
				return err
			}
			if p.records == 0 {
				_, err = fmt.Fprintln(c.OutOrStdout(), "the policy is as the file says")
				return err
			}
			if _, err = io.WriteString(c.OutOrStdout(), p.text); err != nil {
				return err
			}
			return fmt.Errorf("the policy and the file differ in %d records", p.records)
		},
	}
	configFlag(c, &file)
	return c
}

func policyImport() *cobra.Command {
	var file, as string
	var yes bool
	c := &cobra.Command{
		Use:     "import --config FILE --as USERID POLICY.yaml [--yes]",
		Short:   "Make the policy what the file says: shown first, one entry of the journal, undone as one",
		Example: "  qunguan policy import --config qunguan.yaml --as boss policy.yaml",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if as == "" {
				return usageError{errors.New("--as: name the owner whose act this is, by userid")}
			}
			charter, err := readCharter(args[0])
			if err != nil {
				return err
			}
			s, err := policySystem(file)
			if err != nil {
				return err
			}
			defer func() { _ = s.close() }()
			p, err := s.plan(c.Context(), charter, chat.User(as), args[0])
			if err != nil {
				return err
			}
			if p.records == 0 {
				_, err = fmt.Fprintln(c.OutOrStdout(), "the policy is as the file says; nothing has changed")
				return err
			}
			if _, err = io.WriteString(c.OutOrStdout(), p.text); err != nil {
				return err
			}
			if !yes {
				if err := agree(c, p.records, as); err != nil {
					return err
				}
			}
			if err := s.carryOut(c.Context(), charter, chat.User(as), args[0], p.text); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%d records changed as %s; /undo takes them back within 24 hours\n", p.records, as)
			return err
		},
	}
	configFlag(c, &file)
	c.Flags().StringVar(&as, "as", "", "userid of the owner whose act this is")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

// agree asks at the terminal.
func agree(c *cobra.Command, records int, as string) error {
	if f, ok := c.InOrStdin().(*os.File); ok {
		if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
			return usageError{errors.New("nobody can be asked here; add --yes once you have read the difference")}
		}
	}
	_, _ = fmt.Fprintf(c.OutOrStdout(), "Change these %d records as %s? [y/N] ", records, as)
	said, err := bufio.NewReader(c.InOrStdin()).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(said)) {
	case "y", "yes", "是", "确认":
		return nil
	}
	return errors.New("not agreed to; nothing has changed")
}

// plan computes what a charter would change. With an owner it also asks whether they may.
func (s *system) plan(ctx context.Context, charter access.Charter, as chat.User, file string) (plan, error) {
	var p plan
	err := s.bot.AmendBy(ctx, as, charterNames(charter), "", func(c bot.Call) (bot.Outcome, error) {
		var err error
		p, err = planned(c, charter, as, file)
		return bot.Outcome{}, err
	})
	return p, err
}

// carryOut commits what was shown, and nothing else: as one entry, the owner's.
func (s *system) carryOut(ctx context.Context, charter access.Charter, as chat.User, file, shown string) error {
	return s.bot.AmendBy(ctx, as, charterNames(charter), "", func(c bot.Call) (bot.Outcome, error) {
		p, err := planned(c, charter, as, file)
		if err != nil {
			return bot.Outcome{}, err
		}
		if p.text != shown {
			return bot.Outcome{}, errors.New("the policy has changed since the difference was shown; nothing was imported; run it again")
		}
		return bot.Outcome{Events: []journal.Event{p.event}, Rule: access.RuleOwner}, nil
	})
}

// charterNames are what must be read to compare a charter.
func charterNames(c access.Charter) []journal.Name {
	names := []journal.Name{access.Of("")}
	for g := range c.Groups {
		names = append(names, access.Of(g), directory.OfGroup(g))
	}
	return names
}

// importReason is what the entry of an import says.
func importReason(file string) string { return "policy import " + filepath.Base(file) }
