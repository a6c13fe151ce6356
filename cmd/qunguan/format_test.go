package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAFileIsWhatItsNameSays, unless somebody says otherwise; never something else without a word.
func TestAFileIsWhatItsNameSays(t *testing.T) {
	journal, matrix := formats, []string{"xlsx", "html"}
	for _, c := range []struct {
		possible              []string
		named, out, want, why string
	}{
		{journal, "", "c.csv", "csv", ""},
		{journal, "", "C.XLSX", "xlsx", ""},
		{journal, "", "all.jsonl", "jsonl", ""},
		{journal, "", "all", "jsonl", ""},
		{journal, "csv", "all", "csv", ""},
		{journal, "csv", "all.csv", "csv", ""},
		{journal, "jsonl", "journal.2026", "jsonl", ""},
		{journal, "jsonl", "c.csv", "", "--format jsonl and --out c.csv contradict each other; leave one out"},
		{journal, "", "c.txt", "", "--out c.txt: a .txt cannot be written; end the name with .jsonl, .csv, .xlsx, or say which it shall be: --format jsonl|csv|xlsx"},
		{journal, "pdf", "c", "", `--format "pdf": jsonl, csv or xlsx`},
		{matrix, "", "m.htm", "html", ""},
		{matrix, "", "m", "xlsx", ""},
		{matrix, "", "m.pdf", "", "--out m.pdf: a .pdf cannot be written; end the name with .xlsx, .html, or say which it shall be: --format xlsx|html"},
		{matrix, "html", "m.xlsx", "", "--format html and --out m.xlsx contradict each other; leave one out"},
	} {
		got, err := formatOf(c.named, c.out, c.possible...)
		assert.Equal(t, c.want, got, "%s %s", c.named, c.out)
		if c.why == "" {
			require.NoError(t, err)
			continue
		}
		var usage usageError
		require.ErrorAs(t, err, &usage)
		assert.EqualError(t, err, c.why)
	}
}
