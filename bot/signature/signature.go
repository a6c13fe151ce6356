// Package signature signs what programs post to each other, and checks it: HMAC-SHA256 over a timestamp, a dot and the
// body. What others post here and what is posted to others is signed in the same way. It promises constant time for
// each comparison; how old a timestamp may be is for its users to say.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// The headers of what is posted. The first is Unix seconds; the second is "v1=" and what Sign returns, and may hold
// several of these with commas between them, so that a sender can sign with an old and a new secret at once.
const (
	TimestampHeader = "X-Qunguan-Timestamp"
	Header          = "X-Qunguan-Signature"
)

const maxSignatures = 4

// Sign returns the signature of a body that is sent with this timestamp, in hexadecimal. The timestamp is signed too, so
// that something old cannot be given a new date.
func Sign(secret, timestamp, body string) string {
	return hex.EncodeToString(mac(secret, timestamp, body))
}

// Value is what Header holds: a signature by each of the secrets; empty ones are left out.
func Value(secrets []string, timestamp, body string) string {
	var out []string
	for _, s := range secrets {
		if s != "" {
			out = append(out, "v1="+Sign(s, timestamp, body))
		}
	}
	return strings.Join(out, ",")
}

func mac(secret, timestamp, body string) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	_, _ = h.Write([]byte(timestamp)) // a hash never fails
	_, _ = h.Write([]byte("."))
	_, _ = h.Write([]byte(body))
	return h.Sum(nil)
}

// Right says whether one of the signatures in a header is right by one of the secrets, in constant time for each pair.
func Right(secrets []string, header, timestamp, body string) bool {
	given := strings.Split(header, ",")
	if len(given) > maxSignatures {
		return false
	}
	right := false
	for _, secret := range secrets {
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
