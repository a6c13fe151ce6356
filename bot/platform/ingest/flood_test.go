package ingest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/platform/ingest"
)

// counted is a body of so many bytes that tells how much of it was read, and calls then before its end.
type counted struct {
	left, read int
	then       func()
}

func (c *counted) Read(p []byte) (int, error) {
	if c.left == 0 {
		if c.then != nil {
			c.then()
		}
		return 0, io.EOF
	}
	n := min(len(p), c.left)
	copy(p, strings.Repeat("x", n))
	c.left, c.read = c.left-n, c.read+n
	return n, nil
}

func (d *desk) flood(body io.Reader, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/ingest/messages", body)
	r.Header.Set(ingest.TimestampHeader, strconv.FormatInt(nine.Unix(), 10))
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

var unfitting = map[string]string{ingest.SignatureHeader: "v1=" + strings.Repeat("0", 64)}

// TestTheBodyOfAStrangerIsNotRead: what has no signature is refused before it costs anything.
func TestTheBodyOfAStrangerIsNotRead(t *testing.T) {
	for _, signature := range []string{"", "v1=", "v1=abc", "v2=" + strings.Repeat("0", 64), strings.Repeat("0", 64)} {
		d, body := newDesk(t), &counted{left: 1 << 20}
		w := d.flood(body, map[string]string{ingest.SignatureHeader: signature})
		assert.Equal(t, http.StatusUnauthorized, w.Code, signature)
		assert.Zero(t, body.read, signature)
	}
}

// TestACompressedBatchIsRefusedByName: its signature may fit, and as text it would be garbage.
func TestACompressedBatchIsRefusedByName(t *testing.T) {
	d := newDesk(t)
	w := d.flood(strings.NewReader("x"), map[string]string{"Content-Encoding": "gzip", ingest.SignatureHeader: unfitting[ingest.SignatureHeader]})
	assert.Equal(t, http.StatusUnsupportedMediaType, w.Code)
	assert.Contains(t, w.Body.String(), "Content-Encoding")
	w = d.flood(strings.NewReader("x"), map[string]string{"Content-Encoding": "identity", ingest.SignatureHeader: unfitting[ingest.SignatureHeader]})
	assert.Equal(t, http.StatusUnauthorized, w.Code, "it was looked at")
}

// TestManyBodiesAtOnceAreBounded: strangers who send bodies at the same time take so much memory and no more, and what
// they took is there again for the next one.
func TestManyBodiesAtOnceAreBounded(t *testing.T) {
	d := newDesk(t)
	const full = 8 << 20
	var codes []int
	var nest func(depth int)
	nest = func(depth int) {
		body := &counted{left: full}
		if depth > 1 {
			body.then = func() { nest(depth - 1) }
		}
		codes = append(codes, d.flood(body, unfitting).Code)
	}
	nest(9) // each is read while those before it are held
	assert.Equal(t, http.StatusServiceUnavailable, codes[0], "the ninth, which ends first")
	for _, code := range codes[1:] {
		assert.Equal(t, http.StatusUnauthorized, code)
	}
	assert.Equal(t, http.StatusOK, d.say(`{"id":"m","group":"g","from":"a","at":1772414950000}`).Code, "nothing is held any more")
}
