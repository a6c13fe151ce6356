package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// eachStored visits every entry after one as the journal keeps it, oldest first; those that are archived, too.
func (s *system) eachStored(ctx context.Context, after int64, visit func(n int64, stored []byte) error) error {
	for row, err := range s.tenant.Stored(ctx, after) {
		if err == nil {
			err = visit(row.N, row.Stored)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// jsonLines writes what the journal keeps, byte for byte, so that a checkpoint can be checked against the file.
func jsonLines(w io.Writer) func(journal.Entry, []byte) error {
	return func(e journal.Entry, stored []byte) error {
		_, err := w.Write(append(journal.Line(e.N, stored), '\n'))
		return err
	}
}

// columns are those of the contract's entry.
var columns = []string{
	"n", "at", "kind", "outcome", "actor", "targets", "group", "items", "rule", "reason", "command", "before", "after",
	"message_id", "undoes",
}

// csvLines writes UTF-8 with a byte order mark, which spreadsheets need to read Chinese, and disarms formulas.
func csvLines(w io.Writer, zone *time.Location) (func(journal.Entry, []byte) error, error) {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return nil, err
	}
	c := csv.NewWriter(w)
	if err := c.Write(columns); err != nil {
		return nil, err
	}
	return func(e journal.Entry, _ []byte) error {
		before, after := e.Sides()
		row := []string{
			fmt.Sprint(e.N), e.At.In(zone).Format("2006-01-02 15:04:05.000"), string(e.Kind), string(e.Outcome), string(e.Actor),
			joined(e.Targets), string(e.Group), strings.Join(e.Items, " "), e.Rule, e.Reason, e.Command, before, after,
			e.MessageID, number(e.Undoes),
		}
		for i, cell := range row {
			row[i] = disarm(cell)
		}
		if err := c.Write(row); err != nil {
			return err
		}
		c.Flush()
		return c.Error()
	}, nil
}

func joined(users []chat.User) string {
	out := make([]string, len(users))
	for i, u := range users {
		out[i] = string(u)
	}
	return strings.Join(out, " ")
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// disarm keeps a spreadsheet from taking what a person typed for a formula.
func disarm(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
