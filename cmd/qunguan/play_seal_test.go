package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"qunguan/configs"
)

// tampers is somebody who has Redis, and puts something else in the place of what an entry says.
var tampers = regexp.MustCompile(`^redis edits #(\d+): (.+) becomes (.+)$`)

// storySealing seals with a key that is the same each time, so that what is signed is, too.
func storySealing(t *testing.T, c configs.Config) sealing {
	seed := sha256.Sum256([]byte("a story's key"))
	key := ed25519.NewKeyFromSeed(seed[:])
	public, err := note.NewEd25519VerifierKey(keyName(c), key.Public().(ed25519.PublicKey))
	require.NoError(t, err)
	hash := strings.Split(public, "+")[1]
	secret := fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", keyName(c), hash, base64.StdEncoding.EncodeToString(append([]byte{1}, seed[:]...)))
	file := filepath.Join(t.TempDir(), "journal.key")
	require.NoError(t, os.WriteFile(file, []byte(secret+"\n"+public+"\n"), 0o600))
	sealed, err := openSealing(file, keyName(c))
	require.NoError(t, err)
	return sealed
}

// tamper changes an entry of the journal behind the bot's back, as somebody can who has Redis: to is what stands in the
// place of was. A stream takes no entry in its middle, so it is written anew.
func (s *theatre) tamper(n int, was, to string) {
	keys, err := s.client.Keys(s.ctx, "*:journal").Result()
	require.NoError(s.t, err)
	require.Len(s.t, keys, 1)
	rows, err := s.client.XRange(s.ctx, keys[0], "-", "+").Result()
	require.NoError(s.t, err)
	require.NoError(s.t, s.client.Del(s.ctx, keys[0]).Err())
	found := false
	for _, r := range rows {
		if r.ID == fmt.Sprintf("%d-0", n) {
			found = true
			e := r.Values["e"].(string)
			require.Contains(s.t, e, was)
			r.Values["e"] = strings.Replace(e, was, to, 1)
		}
		require.NoError(s.t, s.client.XAdd(s.ctx, &redis.XAddArgs{Stream: keys[0], ID: r.ID, Values: r.Values}).Err())
	}
	require.True(s.t, found, "no entry #%d", n)
}
