package ingest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// The headers of a batch. The first is Unix seconds; the second is "v1=" and what Sign returns, and may hold several
// of these with commas between them, so that a sender can sign with an old and a new secret at once.
const (
	TimestampHeader = "X-Qunguan-Timestamp"
	SignatureHeader = "X-Qunguan-Signature"
)

const (
	maxAge        = 10 * time.Minute
	maxSignatures = 4
)

// Sign returns the signature of a body that is sent with this timestamp: HMAC-SHA256 over the timestamp, a dot and the
// body, in hexadecimal. The timestamp is signed too, so that an old batch cannot be given a new date.
func Sign(secret, timestamp, body string) string {
	return hex.EncodeToString(mac(secret, timestamp, body))
}

func mac(secret, timestamp, body string) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	_, _ = h.Write([]byte(timestamp)) // a hash never fails
	_, _ = h.Write([]byte("."))
	_, _ = h.Write([]byte(body))
	return h.Sum(nil)
}

// signed says whether one of the signatures is right by one of the secrets, in constant time for each pair.
func (a *Adapter) signed(header, timestamp, body string) bool {
	given := strings.Split(header, ",")
	if len(given) > maxSignatures {
		return false
	}
	right := false
	for _, secret := range a.c.Secrets {
		if secret == "" {
			continue
		}
		want := mac(secret, timestamp, body)
		for _, g := range given {
			text, ok := strings.CutPrefix(strings.TrimSpace(g), "v1=")
			sum, err := hex.DecodeString(text)
			if ok && err == nil && hmac.Equal(sum, want) {
				right = true
			}
		}
	}
	return right
}
