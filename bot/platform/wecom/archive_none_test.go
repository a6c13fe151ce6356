//go:build !linux || !amd64 || !cgo || !msgaudit

package wecom

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAProgramWithoutTheArchiveSaysSo(t *testing.T) {
	_, err := NewArchive(ArchiveConfig{Keys: bothKeys()})
	require.ErrorIs(t, err, ErrNoArchive)
	require.ErrorContains(t, err, "-tags msgaudit")
	_, err = NewArchive(ArchiveConfig{Keys: []ArchiveKey{{Version: 1, File: "x"}}})
	require.ErrorContains(t, err, "archive.private_keys", "wrong keys are told all the same")
}
