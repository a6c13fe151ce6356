package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/journal"
)

// exportedFile is the name of a file of the scheduled export: the numbers of its first entry and its last.
var exportedFile = regexp.MustCompile(`^audit-(\d{9,})-(\d{9,})\.(jsonl|csv|xlsx)$`)

// lastExported is the newest entry that a directory has in some file of a format; 0: none.
func lastExported(dir, format string) (int64, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	last := int64(0)
	for _, f := range files {
		m := exportedFile.FindStringSubmatch(f.Name())
		if m == nil || m[3] != format {
			continue
		}
		n, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", f.Name(), err)
		}
		last = max(last, n)
	}
	return last, nil
}

// exportNext writes what is new in the journal to a file of its own, and beside it the newest checkpoint: the files of a
// directory, one after the other, are the whole journal. Where it stands is told by the files themselves, so a replica
// with a disk of its own has a whole copy there, too.
func (s *system) exportNext(ctx context.Context) error {
	to := s.config.Audit.Export
	if err := os.MkdirAll(to.Dir, 0o700); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	last, err := lastExported(to.Dir, to.Format)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	err = s.bot.Amend(ctx, nil, "", func(bot.Call) (bot.Outcome, error) {
		return bot.Outcome{Events: []journal.Event{{Kind: bot.AuditExported, Reason: fmt.Sprintf("scheduled %s after #%d", to.Format, last)}}}, nil
	})
	if err != nil {
		return err
	}
	name, done, err := s.exportAfter(ctx, last)
	if err != nil || name == "" {
		return err
	}
	s.log.Info("journal exported", zap.String("file", name), zap.Int("entries", done.entries))
	if s.sealing.on() {
		c, err := s.auditor.Newest(ctx)
		if err == nil && c.Size > 0 {
			err = whole(filepath.Join(to.Dir, "audit.checkpoint"), []byte(c.Note), os.Rename)
		}
		if err != nil {
			return fmt.Errorf("export: checkpoint: %w", err)
		}
	}
	return done.hole()
}

// exportAfter writes the entries after one to a file, which is there whole or not at all.
func (s *system) exportAfter(ctx context.Context, last int64) (name string, done written, err error) {
	to := s.config.Audit.Export
	f, err := os.CreateTemp(to.Dir, ".export-*")
	if err != nil {
		return "", done, fmt.Errorf("export: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is not there any more once it has its name
	buffered := bufio.NewWriter(f)
	done, err = s.writeJournal(ctx, buffered, selection{Format: to.Format, Any: []journal.Query{{}}, After: last})
	if err = errors.Join(err, buffered.Flush(), f.Sync(), f.Close()); err != nil || done.entries == 0 {
		return "", done, err
	}
	name = fmt.Sprintf("audit-%09d-%09d.%s", last+1, done.last, to.Format)
	if err := os.Rename(f.Name(), filepath.Join(to.Dir, name)); err != nil {
		return "", done, fmt.Errorf("export: %w", err)
	}
	return name, done, nil
}
