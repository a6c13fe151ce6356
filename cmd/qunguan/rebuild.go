package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"qunguan/commands"
	"qunguan/storage"
)

func rebuildCommand() *cobra.Command {
	var (
		file string
		dry  bool
	)
	c := &cobra.Command{
		Use:   "rebuild --config FILE [--dry-run]",
		Short: "Fold all views again from the journal, tell every difference and put it right",
		Long: `Fold all views again from the journal, tell every difference and put it right.

Views are what is kept beside the journal because it is read often: the records of all aggregates and their
versions, the indexes of the journal, when rights were last used, the agenda of what is due, and the number of the
newest entry. Messages that are not finished, messages to be sent, tokens and the record of jobs are no views and
are left alone.

The service may go on meanwhile. Nothing is locked: a place that looks wrong is looked at once more, and mended, in
one step that does nothing if the journal has moved on since it was folded; then the new entries are folded first.
Every aggregate that is mended gets a newer version, so that no process goes on with what it remembers of it.

Entries that are archived are read from audit.archive.dir; without it nothing is compared.

A journal that has a gap or contradicts itself is trusted with nothing: it is told where, and nothing is changed. Only a
backup of Redis brings back what is missing: stop the service, restore the append-only file or the snapshot, start, and
run this again. An entry that something else has written into the journal's stream is removed with XDEL.

Exit code 0: no difference, or all were put right. 1: differences were found by a dry run, or the run failed.`,
		Example: "  qunguan rebuild --config qunguan.yaml --dry-run",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return rebuild(c.Context(), file, dry, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	configFlag(c, &file)
	c.Flags().BoolVar(&dry, "dry-run", false, "only tell the differences; change nothing")
	return c
}

// errDiffers says that a dry run found differences; the lines have told which.
var errDiffers = errors.New("the views are not what the journal gives; without --dry-run they are put right")

func rebuild(ctx context.Context, file string, dry bool, out, progress io.Writer) error {
	config, err := load(file)
	if err != nil {
		return err
	}
	s, err := newSystem(config, options{now: time.Now, log: zap.NewNop()})
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	tell, end := progressOn(progress)
	done, err := s.ledger.Rebuild(ctx, storage.Rebuilding{
		Due: commands.Due, Repair: !dry, Progress: tell,
		Report: func(d storage.Difference) { _, _ = fmt.Fprintln(out, d) },
	})
	end()
	if err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	switch {
	case done.Differences == 0:
		_, _ = fmt.Fprintf(out, "no differences: %s give the %s that are kept\n", entries(int(done.Entries)), counted(int(done.Aggregates), "aggregate"))
	case dry:
		_, _ = fmt.Fprintf(out, "differences: %d; nothing was changed\n", done.Differences)
		return errDiffers
	default:
		_, _ = fmt.Fprintf(out, "differences: %d; all were put right\n", done.Differences)
	}
	return nil
}
