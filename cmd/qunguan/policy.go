package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.yaml.in/yaml/v3"
	"golang.org/x/term"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

func policyCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "policy", Short: "Keep the policy in a file: export, compare, import and test it", Args: family,
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

// policyFile is a policy file that was parsed.
type policyFile struct {
	name   string
	shape  charterYAML
	root   *yaml.Node
	groups *directory.Groups // by which names of groups were found; nil: not yet
	// charter is what the file says, and lines where each record of it stands.
	charter access.Charter
	lines   map[chat.Group]map[string]int
}

// readPolicy reads a policy file. Groups are named in it by id, until in finds those that are named otherwise.
func readPolicy(file string) (policyFile, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return policyFile{}, usageError{err}
	}
	p := policyFile{name: file}
	if err := decodeYAML(file, raw, &p.shape); err != nil {
		return policyFile{}, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(raw, &document); err == nil && len(document.Content) > 0 {
		p.root = document.Content[0]
	}
	return p.in(nil)
}

// in is the file with its groups found among those that the bot knows.
func (p policyFile) in(groups *directory.Groups) (policyFile, error) {
	r := &fileReader{file: p.name, tier: access.Enterprise, groups: groups}
	p.groups, p.charter = groups, r.charter(p.shape, p.root)
	p.lines = r.lines
	return p, r.err()
}

// at is where a record stands, as FILE:LINE; of one that does not stand there, the part of its group.
func (p policyFile) at(g chat.Group, key string) string {
	line := p.lines[g][key]
	if line == 0 {
		line = p.lines[g][""]
	}
	if line == 0 {
		return p.name
	}
	return fmt.Sprintf("%s:%d", p.name, line)
}

// flaws is everything in the file that no command would have written. With a zero now nothing is asked about moments.
func (p policyFile) flaws(now time.Time) error {
	jobs := p.charter.Company.Jobs
	var out []error
	tell := func(g chat.Group, part access.Part) {
		for _, f := range part.Flaws(g, now) {
			out = append(out, fmt.Errorf("%s: %s", p.at(g, f.Key), f.Text))
		}
	}
	tell("", p.charter.Company.WithJobs(jobs))
	for _, g := range slices.Sorted(maps.Keys(p.charter.Groups)) {
		tell(g, p.charter.Groups[g].WithJobs(jobs))
	}
	if len(out) == 0 {
		return nil
	}
	return usageError{errors.Join(out...)}
}

func policyDiff() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "diff --config FILE POLICY.yaml",
		Short: "Show what an import would change; exit 1 if there is anything",
		Long: `Show what an import would change, record by record, and what that means for people.

A line that begins with "!" is why the import would be refused as it is.

Exit code 0: the policy is as the file says. 1: they differ, or the run failed (then there is an error and no
difference). 2: the file, the configuration or the usage is wrong.`,
		Example: "  qunguan policy diff --config qunguan.yaml policy.yaml",
		Args:    exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			policy, err := readPolicy(args[0])
			if err != nil {
				return err
			}
			s, err := policySystem(file)
			if err != nil {
				return err
			}
			defer func() { _ = s.close() }()
			p, err := s.plan(c.Context(), policy, "")
			if err != nil {
				return err
			}
			if p.records == 0 {
				_, err = fmt.Fprint(c.OutOrStdout(), p.text(), "the policy is as the file says\n")
				return err
			}
			if _, err = io.WriteString(c.OutOrStdout(), p.text()); err != nil {
				return err
			}
			return fmt.Errorf("the policy and the file differ in %s", counted(p.records, "record"))
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
			policy, err := readPolicy(args[0])
			if err != nil {
				return err
			}
			s, err := policySystem(file)
			if err != nil {
				return err
			}
			defer func() { _ = s.close() }()
			return s.importPolicy(c, policy, chat.User(as), yes)
		},
	}
	configFlag(c, &file)
	c.Flags().StringVar(&as, "as", "", "userid of the owner whose act this is")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

// importPolicy shows what would change, asks, and does that.
func (s *system) importPolicy(c *cobra.Command, policy policyFile, as chat.User, yes bool) error {
	p, err := s.plan(c.Context(), policy, as)
	if err != nil {
		return err
	}
	if p.records == 0 {
		_, err = fmt.Fprint(c.OutOrStdout(), p.text(), "the policy is as the file says; nothing has changed\n")
		return err
	}
	if _, err = io.WriteString(c.OutOrStdout(), p.text()); err != nil {
		return err
	}
	if err := p.refused(); err != nil {
		return err
	}
	if !yes {
		if err := agree(c, p.records, string(as)); err != nil {
			return err
		}
	}
	if err := s.carryOut(c.Context(), p); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s changed as %s; /undo takes them back within 24 hours, unless one of them is changed again before\n",
		counted(p.records, "record"), as)
	return err
}

// agree asks at the terminal.
func agree(c *cobra.Command, records int, as string) error {
	if f, ok := c.InOrStdin().(*os.File); ok && !term.IsTerminal(int(f.Fd())) {
		return usageError{errors.New("nobody can be asked here; add --yes once you have read the difference")}
	}
	_, _ = fmt.Fprintf(c.OutOrStdout(), "Change %s as %s? [y/N] ", counted(records, "record"), as)
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

// counted is a number with what is counted: "1 record", "2 records".
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
