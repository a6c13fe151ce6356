package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"qunguan/configs"
)

// tampers is somebody who has Redis, and puts something else in the place of what an entry says.
var tampers = regexp.MustCompile(`^redis edits #(\d+): (.+) becomes (.+)$`)

// archiveIs is what becomes of the directory of old entries: a replica may not have it.
var archiveIs = regexp.MustCompile(`^the archive is (away|back)$`)

func (s *theatre) moveArchive(away bool) {
	from, to := s.config.Audit.Archive.Dir, s.config.Audit.Archive.Dir+"-elsewhere"
	if !away {
		from, to = to, from
	}
	require.NoError(s.t, os.Rename(from, to))
}

// storySealing seals with a key of its own.
func storySealing(t *testing.T, c configs.Config) sealing {
	sealed, err := openSealing(filepath.Join(t.TempDir(), "journal.key"), keyName(c))
	require.NoError(t, err)
	return sealed
}

// hashes and signatures are another each time; a story tells that they are there.
var (
	hashes     = regexp.MustCompile(`[A-Za-z0-9+/]{43}=`)
	signatures = regexp.MustCompile(`(— \S+) [A-Za-z0-9+/=]{60,}`)
	// archives is the directory of old entries, which is another one each time, too.
	archives = regexp.MustCompile(`/[^ \n：:]*/archive\b`)
)

// withoutHashes is a text as a story shows it.
func withoutHashes(s string) string {
	s = archives.ReplaceAllString(s, "/var/lib/qunguan/archive")
	return hashes.ReplaceAllString(signatures.ReplaceAllString(s, "$1 SIGNATURE"), "HASH")
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
