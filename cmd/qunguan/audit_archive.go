package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/configs"
	"qunguan/storage/archive"
)

func auditArchiveCommand() *cobra.Command {
	var (
		file string
		dry  bool
	)
	c := &cobra.Command{
		Use:   "archive --config FILE [--dry-run]",
		Short: "Move entries of the journal that are old enough from Redis to files, as schedule.archive does",
		Long: `Move entries of the journal that are old enough from Redis to files, as schedule.archive does.

Entries older than audit.archive.keep_days go to audit.archive.dir. Nothing leaves Redis before its file was read back from
disk and found to be what was signed, entry by entry and as a whole; its hashes stay. Whatever stops it, the next run goes on
from there. Everything that reads the journal as a whole (verify, prove, export, rebuild) reads these files, too, so
every replica needs the same directory, and so does whoever calls qunguan.

Exit code 0: everything that is old enough is in the files. 1: it is not, and the line says why.`,
		Example: "  qunguan audit archive --config qunguan.yaml --dry-run",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := sealedSystem(file, "nothing may leave Redis: only what was sealed is archived")
			if err != nil {
				return err
			}
			defer func() { _ = s.close() }()
			if s.config.Audit.Archive.Dir == "" {
				return usageError{errors.New("audit.archive.dir is not set: name the directory that old entries shall go to")}
			}
			return s.archiveByHand(c.Context(), dry, c.OutOrStdout())
		},
	}
	configFlag(c, &file)
	c.Flags().BoolVar(&dry, "dry-run", false, "only tell what would be moved; move nothing")
	return c
}

func (s *system) archiveByHand(ctx context.Context, dry bool, say io.Writer) error {
	if err := s.archiveReady(ctx); err != nil {
		return err
	}
	a := s.archiver()
	move, said := a.Run, "moved"
	if dry {
		move, said = a.Plan, "would be moved"
	}
	done, err := move(ctx)
	if done.To > 0 {
		_, _ = fmt.Fprintf(say, "#%d to #%d (until %s) %s to %s: %s\n", done.From, done.To, done.Last.In(zoneOf(s)).Format("2006-01-02 15:04"),
			said, a.Dir.Where(), strings.Join(done.Files, ", "))
	}
	if err == nil && done.To == 0 {
		_, _ = fmt.Fprintf(say, "nothing is older than %d days\n", s.config.Audit.Archive.KeepDays)
	}
	return err
}

// archiveReady is why nothing can be archived at all.
func (s *system) archiveReady(ctx context.Context) error {
	a, err := s.tenant.Archived(ctx)
	if err != nil {
		return err
	}
	return archivePlace(s.config.Audit.Archive.Dir, a)
}

// archiver moves old entries by the configuration; the journal is sealed, and a directory is set.
func (s *system) archiver() *archive.Archiver {
	to := s.config.Audit.Archive
	return &archive.Archiver{
		Dir: archive.Open(to.Dir), Ledger: s.ledger, Tree: s.auditor, Kept: s.sealing.kept.Last, Signer: s.sealing.signer,
		Keep: time.Duration(to.KeepDays) * 24 * time.Hour, Now: s.now, Record: s.recordArchived,
	}
}

// recordArchived writes into the journal what is about to leave Redis.
func (s *system) recordArchived(ctx context.Context, of archive.Segment) error {
	return s.bot.Amend(ctx, nil, "", func(bot.Call) (bot.Outcome, error) {
		return bot.Outcome{Events: []journal.Event{{
			Kind: bot.AuditArchived, Reason: fmt.Sprintf("#%d–#%d %s", of.From, of.To, of.Name()),
		}}}, nil
	})
}

// archiveOld is what the rhythm does.
func (s *system) archiveOld(ctx context.Context) error {
	if err := s.archiveReady(ctx); err != nil {
		return err
	}
	done, err := s.archiver().Run(ctx)
	if done.To > 0 {
		s.log.Info("journal archived", zap.Int64("from", done.From), zap.Int64("to", done.To), zap.Strings("files", done.Files))
	}
	return err
}

var errNoArchiveDir = errors.New("audit.archive.dir is not set")

// whyUnreadable is why archived entries cannot be read, for people.
func whyUnreadable(err error) chat.Text {
	switch {
	case errors.Is(err, errNoArchiveDir):
		return chat.Text{ZH: "没有设置 audit.archive.dir", EN: "audit.archive.dir is not set"}
	case errors.Is(err, fs.ErrNotExist):
		return chat.Text{ZH: "没有这个目录，或里面没有归档文件", EN: "there is no such directory, or no archived entries are in it"}
	}
	return chat.Same(chat.Escape(err.Error()))
}

// archiveFault is why this process cannot read what is archived; nil if it can, or if nothing is.
func (s *system) archiveFault(a journal.Archived) error {
	switch dir := s.config.Audit.Archive.Dir; {
	case a.To == 0:
		return nil
	case dir == "":
		return errNoArchiveDir
	default:
		return archive.Open(dir).Check(a)
	}
}

// warnOfArchive says at the start if entries are where this process cannot read them: it serves all the same, but what
// needs the whole journal is refused.
func (s *system) warnOfArchive(ctx context.Context) {
	a, err := s.tenant.Archived(ctx)
	if err != nil {
		return // Redis is told of elsewhere
	}
	if err := s.archiveFault(a); err != nil {
		s.log.Warn("archived entries cannot be read", zap.Int64("to", a.To), zap.String("where", a.Where), zap.Error(err))
	}
}

// archiveParts tell whether what is archived can be read; nothing where nothing is, nor shall be.
func (s *system) archiveParts(ctx context.Context) []bot.Part {
	p := bot.Part{Name: chat.Text{ZH: "审计归档", EN: "journal archive"}, Works: true}
	a, err := s.tenant.Archived(ctx)
	switch {
	case err != nil || a.To == 0 && s.config.Audit.Archive.Dir == "":
		return nil
	case a.To == 0:
		p.Note = chat.Text{ZH: "还没有满 %d 天的条目", EN: "no entry is %d days old yet"}.F(s.config.Audit.Archive.KeepDays)
		return []bot.Part{p}
	}
	p.Note = chat.Text{ZH: "#1–#%d（到 %s）在 %s", EN: "#1–#%d (until %s) are in %s"}.F(
		a.To, a.Last.In(zoneOf(s)).Format("2006-01-02"), chat.Escape(a.Where))
	if err := s.archiveFault(a); err != nil {
		p.Works = false
		p.Note = p.Note.Plus(chat.Text{
			ZH: "，但这里读不到：%s。各副本要配置同一个 audit.archive.dir", EN: ", but cannot be read here: %s. Every replica needs the same audit.archive.dir",
		}.F(whyUnreadable(err)))
	}
	return []bot.Part{p}
}

// archivePlace is why old entries cannot go where they shall, in the words of whoever set the directory: what has gone
// already must be there, and it must be possible to write there. It makes nothing.
func archivePlace(dir string, a journal.Archived) error {
	at := archive.Open(dir)
	if dir == "" {
		return fmt.Errorf("audit.archive.dir is not set, but %s: set it to the directory that has them", gone(a))
	}
	if err := at.Check(a); err != nil {
		return fmt.Errorf("audit.archive.dir: %s, and %s does not have all of them (%w); name the directory that has them, or put its files back from a backup",
			gone(a), at.Where(), causeOf(err))
	}
	if _, err := probeDirectory(at.Where()); err != nil {
		return fmt.Errorf("audit.archive.dir: the service cannot write to %s: %w; name a directory that it can write to, or give it that right", at.Where(), causeOf(err))
	}
	return nil
}

// gone tells which entries are archived, and where.
func gone(a journal.Archived) string {
	return fmt.Sprintf("%s (#1 to #%d, until %s) were archived in %s", entries(int(a.To)), a.To, a.Last.Format(time.DateOnly), a.Where)
}

// causeOf is a fault of a file without its name: what was tried there is no name that anybody knows.
func causeOf(err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// checkArchiveDir says in a line whether old entries can be moved to the directory, or fails with why not. It makes none.
// archived is what is archived already, nil where nobody can tell, since Redis does not answer.
func checkArchiveDir(c configs.Config, archived *journal.Archived) (string, error) {
	dir := c.Audit.Archive.Dir
	var a journal.Archived
	if archived != nil {
		a = *archived
	}
	if dir == "" && a.To == 0 {
		return "ok   journal archive: off, audit.archive.dir is not set", nil
	}
	if err := archivePlace(dir, a); err != nil {
		return "", err
	}
	where := archive.Open(dir).Where()
	_, err := os.Stat(where)
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case a.To > 0:
		return fmt.Sprintf("ok   journal archive: %s, with #1 to #%d", where, a.To), nil
	case missing && archived == nil:
		return "warn journal archive: there is no " + where + ", and without Redis nobody can tell whether anything was archived there", nil
	case missing:
		return "ok   journal archive: " + where + " is made by the first one; all replicas need the same", nil
	}
	return "ok   journal archive: " + where, nil
}
