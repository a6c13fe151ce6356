package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"qunguan/bot/chat"
	"qunguan/bot/document"
	"qunguan/bot/journal"
	"qunguan/bot/platform/wecom"
	"qunguan/bot/review"
	"qunguan/commands"
)

// formats are those of an export.
var formats = []string{commands.JSONL, commands.CSV, commands.XLSX}

// selection is which entries are written, and how.
type selection = commands.Export

// selects says whether an entry is to be written.
func selects(of selection, e journal.Entry) bool {
	for _, q := range of.Any {
		if q.Matches(e) {
			return true
		}
	}
	return false
}

// written is what was written: how many entries, the last number that was looked at, and which are missing from the journal.
type written struct {
	entries int
	last    int64
	holes   []string
}

// hole is errHole if some are missing.
func (w written) hole() error {
	if len(w.holes) == 0 {
		return nil
	}
	return fmt.Errorf("%w: missing: %s; what is there was written", errHole, strings.Join(w.holes, ", "))
}

// writeJournal writes entries, oldest first.
func (s *system) writeJournal(ctx context.Context, w io.Writer, of selection) (out written, err error) {
	line, end, err := s.lines(ctx, w, of.Format)
	if err != nil {
		return out, err
	}
	if out.last, err = s.begins(ctx, of); err != nil {
		return out, err
	}
	reviews, err := s.reviewsFor(ctx, of.Reader)
	if err != nil {
		return out, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	next, ended := beside(line, stop)
	// Every entry is looked at, whatever is selected: only so it shows if one is missing.
	err = s.eachStored(ctx, out.last, func(number int64, stored []byte) error {
		if number != out.last+1 {
			out.holes = append(out.holes, numbered(out.last+1, number-1))
		}
		out.last = number
		entry, err := journal.DecodeEntry(number, stored)
		if err != nil || !selects(of, entry) || commands.Withheld(of.Reader, entry, reviews) {
			return err
		}
		out.entries++
		next <- selected{entry, stored}
		return nil
	})
	close(next)
	if failed := <-ended; failed != nil {
		err = failed // what stopped the reading
	}
	return out, errors.Join(err, end())
}

// selected is an entry that is to be written.
type selected struct {
	entry  journal.Entry
	stored []byte
}

// mostAhead is how many entries are read ahead of those that are written.
const mostAhead = 256

// beside writes entries while the next ones are read: each takes about as long. What went wrong is told once next is
// closed; the first fault stops the reading, and what still comes is dropped.
func beside(write func(journal.Entry, []byte) error, stop func()) (next chan<- selected, ended <-chan error) {
	entries, fault := make(chan selected, mostAhead), make(chan error, 1)
	go func() {
		var failed error
		for x := range entries {
			if failed != nil {
				continue
			}
			if failed = write(x.entry, x.stored); failed != nil {
				stop()
			}
		}
		fault <- failed
	}()
	return entries, fault
}

// reviewsFor is the reviews that something may be withheld from a reader for; none where there is no reader.
func (s *system) reviewsFor(ctx context.Context, reader chat.User) (review.Book, error) {
	if reader == "" {
		return review.Book{}, nil
	}
	found, err := s.ledger.Load(ctx, journal.Want{Names: []journal.Name{review.All}})
	if err != nil {
		return review.Book{}, fmt.Errorf("read reviews: %w", err)
	}
	book, _ := found.States[review.All].Value.(review.Book)
	return book, nil
}

// begins is the entry after which a selection can have any. What is archived is read only if it may be among them.
func (s *system) begins(ctx context.Context, of selection) (int64, error) {
	a, err := s.tenant.Archived(ctx)
	if err != nil {
		return 0, err
	}
	if slices.ContainsFunc(of.Any, a.Hides) {
		return of.After, nil
	}
	return max(of.After, a.To), nil
}

// lines is how a format is written: each entry, then the end.
func (s *system) lines(ctx context.Context, w io.Writer, format string) (line func(journal.Entry, []byte) error, end func() error, err error) {
	end = func() error { return nil }
	switch format {
	case commands.XLSX:
		return s.sheetRows(ctx, w)
	case commands.CSV:
		line, err = csvLines(w, zoneOf(s))
		return line, end, err
	}
	return jsonLines(w), end, nil
}

// documents writes the files of replies.
type documents struct{ system *system }

var tooLarge = chat.Text{
	ZH: "导出的 %s 超过 20 MB，企业微信发不了。请缩小范围，如 `/审计 导出 从 2026-11-01 到 2026-12-01`，或请维护者用命令行导出：`qunguan audit export`。",
	EN: "The export %s is larger than 20 MB, which WeCom does not send. Select less, such as `/audit export since 2026-11-01 until 2026-12-01`, or ask the operator to export it: `qunguan audit export`.",
}

var archivedElsewhere = chat.Text{
	ZH: "导出 %s 要用到已归档的记录，机器人这里读不到归档文件。请缩小范围到归档之后（`/审计` 末尾写着归档到哪天），或请维护者用命令行导出：`qunguan audit export`。",
	EN: "The export %s takes archived entries, whose files cannot be read from here. Select what is newer (the end of `/audit` says what is archived), or ask the operator to export it: `qunguan audit export`.",
}

var tooSmall = chat.Text{ZH: "%s：没有符合条件的记录，没有文件可发。", EN: "%s: nothing matches, so there is no file."}

// Write writes an export of the journal, a table, or the outcome of a review.
func (d documents) Write(ctx context.Context, f chat.File) (content []byte, sorry chat.Text, err error) {
	var table commands.Table
	if err := json.Unmarshal(f.Of, &table); err == nil && table.Table != nil {
		content, err = document.Write(document.XLSX, *table.Table, chat.Language(d.system.config.Language))
		return content, sorry, err
	}
	var reviewed commands.ReviewFile
	if err := json.Unmarshal(f.Of, &reviewed); err == nil && reviewed.Review != "" {
		return d.review(ctx, reviewed)
	}
	var of selection
	if err := json.Unmarshal(f.Of, &of); err != nil {
		return nil, sorry, fmt.Errorf("read what %s is written from: %w", f.Name, err)
	}
	var out bytes.Buffer
	done, err := d.system.writeJournal(ctx, &bounded{w: &out, left: wecom.MaxFile}, of)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, tooLarge.F(f.Name), nil
	case errors.Is(err, journal.ErrArchived):
		return nil, archivedElsewhere.F(f.Name), nil
	case err == nil && done.entries == 0:
		return nil, tooSmall.F(f.Name), nil
	}
	return out.Bytes(), sorry, err
}

// errTooLarge says that more was written than there is room for.
var errTooLarge = errors.New("the file is too large")

// bounded is a writer that takes only so much.
type bounded struct {
	w    io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errTooLarge
	}
	return b.w.Write(p)
}
