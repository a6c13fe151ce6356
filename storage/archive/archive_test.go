package archive_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/journal"
	"qunguan/storage/archive"
)

// segment writes a file of entries, which say nothing but their numbers.
func segment(t *testing.T, dir string, name archive.Segment, from, to int64) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, name.Name()))
	require.NoError(t, err)
	z := gzip.NewWriter(f)
	for n := from; n <= to; n++ {
		_, err = fmt.Fprintf(z, "%s\n", journal.Line(n, fmt.Appendf(nil, `{"reason":"%d"}`, n)))
		require.NoError(t, err)
	}
	require.NoError(t, errors.Join(z.Close(), f.Close()))
}

func numbers(t *testing.T, d archive.Dir, after, to int64) (out []int64, err error) {
	t.Helper()
	for row, fault := range d.Rows(after, to) {
		if fault != nil {
			return out, fault
		}
		assert.Equal(t, fmt.Sprintf(`{"reason":"%d"}`, row.N), string(row.Stored))
		out = append(out, row.N)
	}
	return out, nil
}

func TestSegmentsAreReadAsOne(t *testing.T) {
	dir := t.TempDir()
	d := archive.Open(dir)
	segment(t, dir, archive.Segment{From: 1, To: 3}, 1, 3)
	segment(t, dir, archive.Segment{From: 4, To: 8}, 4, 8)
	segment(t, dir, archive.Segment{From: 4, To: 6}, 4, 6) // of a run that was overtaken
	for _, other := range []string{"notes.txt", ".journal-123", "journal-000000009-000000008.jsonl.gz", "journal-9-10.jsonl.gz"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, other), nil, 0o600))
	}
	for name, c := range map[string]struct {
		after, to int64
		want      []int64
	}{
		"all":              {0, 100, []int64{1, 2, 3, 4, 5, 6, 7, 8}},
		"up to one":        {0, 5, []int64{1, 2, 3, 4, 5}},
		"from within":      {2, 4, []int64{3, 4}},
		"from a beginning": {3, 8, []int64{4, 5, 6, 7, 8}},
		"nothing":          {8, 100, nil},
	} {
		got, err := numbers(t, d, c.after, c.to)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got, name)
	}
	require.NoError(t, d.Check(journal.Archived{To: 8}))
	require.NoError(t, d.Check(journal.Archived{}))

	require.NoError(t, os.Remove(filepath.Join(dir, archive.Segment{From: 1, To: 3}.Name())))
	got, err := numbers(t, d, 0, 8)
	require.NoError(t, err, "what is missing shows in the numbers")
	assert.Equal(t, []int64{4, 5, 6, 7, 8}, got)
	assert.ErrorContains(t, d.Check(journal.Archived{To: 8, Where: "/there"}), "lacks entries #1 to #3, which were archived in /there")
	assert.ErrorContains(t, d.Check(journal.Archived{To: 12}), "lacks entries #1 to #3")
}

func TestADirectoryWithoutSegmentsIsNoEmptyArchive(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		_, err := numbers(t, archive.Open(dir), 0, 5)
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.ErrorIs(t, archive.Open(dir).Check(journal.Archived{To: 1}), fs.ErrNotExist)
	}
}

func TestADamagedFileIsReadUpToItsDamage(t *testing.T) {
	dir := t.TempDir()
	of := archive.Segment{From: 1, To: 5000}
	segment(t, dir, of, 1, 5000)
	file := filepath.Join(dir, of.Name())
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	for name, content := range map[string][]byte{
		"cut off": whole[:len(whole)/2], "empty": {}, "no gzip": []byte("plain"),
		"one bit": append(append([]byte{}, whole[:len(whole)/2]...), append([]byte{whole[len(whole)/2] ^ 1}, whole[len(whole)/2+1:]...)...),
	} {
		require.NoError(t, os.WriteFile(file, content, 0o600))
		got := int64(0)
		var fault error
		for row, err := range archive.Open(dir).Rows(0, 5000) {
			if fault = err; err == nil {
				got = row.N
			}
		}
		require.ErrorIs(t, fault, journal.ErrBroken, name)
		assert.True(t, strings.Contains(fault.Error(), of.Name()), name)
		assert.LessOrEqual(t, got, int64(5000), name)
	}
}
