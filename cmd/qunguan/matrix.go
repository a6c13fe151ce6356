package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/document"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/commands"
)

// sheetOut is a matrix to write, and how.
type sheetOut struct{ file, group, format, out string }

func matrixCommand() *cobra.Command {
	var m sheetOut
	c := &cobra.Command{
		Use:     "matrix --config FILE --group G [--format xlsx|html] --out FILE",
		Short:   "Write who may do what in a group as a workbook or a page to print; the same cells as /matrix",
		Example: "  qunguan matrix --config qunguan.yaml --group wrHuadongVIP0001 --out huadong.xlsx",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := m.run(c.Context()); err != nil {
				return err
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "written to %s\n", m.out)
			return err
		},
	}
	configFlag(c, &m.file)
	c.Flags().StringVar(&m.group, "group", "", "the group, by id or by name")
	c.Flags().StringVar(&m.format, "format", "", "xlsx or html; without it by the name of the file, else xlsx")
	c.Flags().StringVar(&m.out, "out", "", "file to write; it must not exist yet")
	return c
}

func (m sheetOut) run(ctx context.Context) error {
	format, err := formatOf(m.format, m.out, string(document.XLSX), string(document.HTML))
	switch {
	case err != nil:
		return err
	case m.group == "":
		return usageError{errors.New("--group: name a group by id or by name; /groups lists them")}
	case m.out == "":
		return usageError{errors.New("--out: name a file to write")}
	}
	config, err := load(m.file)
	if err != nil {
		return err
	}
	s, err := newSystem(config, options{now: time.Now, log: zap.NewNop()})
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	g, err := s.groupOf(ctx, m.group)
	if err != nil {
		return err
	}
	var table chat.Picture
	names := []journal.Name{access.Of(""), access.Of(g), directory.OfGroup(g), duty.Of(g)}
	err = s.bot.Amend(ctx, names, g, func(c bot.Call) (bot.Outcome, error) {
		t, need := commands.MatrixTable(c)
		table = t
		return bot.Outcome{Need: need}, nil
	})
	if err != nil {
		return fmt.Errorf("read rights: %w", err)
	}
	raw, err := document.Write(document.Format(format), table, chat.Language(config.Language))
	if err != nil {
		return err
	}
	return writeNew(m.out, raw)
}

// groupOf finds a group that the bot knows, by its id or its name.
func (s *system) groupOf(ctx context.Context, said string) (chat.Group, error) {
	found, err := s.ledger.Load(ctx, journal.Want{Names: []journal.Name{directory.AllGroups}})
	if err != nil {
		return "", fmt.Errorf("read groups: %w", err)
	}
	groups, _ := found.States[directory.AllGroups].Value.(directory.Groups)
	switch all := groups.Find(said); len(all) {
	case 1:
		return all[0].ID, nil
	case 0:
		return "", usageError{fmt.Errorf("--group %q: %w", said, errNoGroup)}
	default:
		return "", usageError{fmt.Errorf("--group %q: %d groups are called so; use the id, such as %s", said, len(all), all[0].ID)}
	}
}

// writeNew writes a file that must not exist yet, readable by its owner only.
func writeNew(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return cannotWrite(err)
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// cannotWrite tells why a file could not be made, and what to do.
func cannotWrite(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return usageError{fmt.Errorf("--out: %w; name another file, or remove this one: nothing is overwritten", err)}
	}
	return usageError{fmt.Errorf("--out: %w", err)}
}
