package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"qunguan/bot/signature"
)

// The headers of a batch; see package signature.
const (
	TimestampHeader = signature.TimestampHeader
	SignatureHeader = signature.Header
)

const maxAge = 10 * time.Minute

// Sign returns the signature of a body that is sent with this timestamp.
func Sign(secret, timestamp, body string) string { return signature.Sign(secret, timestamp, body) }

// formed says whether a header has the form of a signature at all.
func formed(header string) bool {
	for given := range strings.SplitSeq(header, ",") {
		text, ok := strings.CutPrefix(strings.TrimSpace(given), "v1=")
		if ok && len(text) == hex.EncodedLen(sha256.Size) {
			return true
		}
	}
	return false
}
