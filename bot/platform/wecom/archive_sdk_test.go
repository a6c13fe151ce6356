//go:build linux && amd64 && cgo && msgaudit

package wecom

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheLibraryIsReached hands WeCom's own library a key that WeCom did not make: it must say so, by its own code, which
// also shows that the key has come through the envelope.
func TestTheLibraryIsReached(t *testing.T) {
	a, err := NewArchive(ArchiveConfig{CorpID: exampleCorp, Secret: "secret", Keys: bothKeys()})
	require.NoError(t, err)
	defer a.Close()
	_, err = a.vault.open([]byte("not a key of WeCom's"), base64.StdEncoding.EncodeToString(make([]byte, 64)))
	assert.Equal(t, 10008, codeOf(archiveFault(err)))
}
