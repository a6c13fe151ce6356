package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// mostLines is how many lines of a file a story shows, and longestLineShown how much of each.
const (
	mostLines        = 14
	longestLineShown = 220
)

// fileWords is a file as a story shows it: its name, then its lines; of a workbook the rows of each sheet.
func fileWords(t *testing.T, name string, content []byte) string {
	lines := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	if strings.HasSuffix(name, ".xlsx") {
		f, err := excelize.OpenReader(bytes.NewReader(content))
		require.NoError(t, err)
		defer func() { _ = f.Close() }()
		lines = nil
		for _, sheet := range f.GetSheetList() {
			rows, err := f.GetRows(sheet)
			require.NoError(t, err)
			for _, r := range rows {
				lines = append(lines, sheet+" | "+strings.ReplaceAll(strings.Join(r, " | "), "\n", " "))
			}
		}
	}
	for i, l := range lines {
		if cut := []rune(l); len(cut) > longestLineShown {
			lines[i] = string(cut[:longestLineShown]) + "…"
		}
	}
	if n := len(lines); n > mostLines {
		lines = append(lines[:mostLines], fmt.Sprintf("… %d lines more", n-mostLines))
	}
	return name + "\n" + strings.ReplaceAll(strings.Join(lines, "\n"), "\uFEFF", "")
}
