package ingest

import (
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
