package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the platform's signature is defined with it
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"qunguan/bot/platform/simulator"
)

// seals is the platform's envelope, written from its documentation with nothing but the standard library.
type seals struct {
	token string
	key   []byte
	block cipher.Block
}

func newSeals(tb testing.TB, k simulator.Keys) seals {
	tb.Helper()
	key, err := base64.StdEncoding.DecodeString(k.EncodingAESKey + "=")
	require.NoError(tb, err)
	block, err := aes.NewCipher(key)
	require.NoError(tb, err)
	return seals{k.Token, key, block}
}

func (s seals) sign(stamp, nonce, sealed string) string {
	parts := []string{s.token, stamp, nonce, sealed}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // see above
	return hex.EncodeToString(sum[:])
}

func (s seals) seal(plain []byte) string {
	buf := make([]byte, 20, 64+len(plain))
	_, _ = rand.Read(buf[:16])
	binary.BigEndian.PutUint32(buf[16:], uint32(len(plain)))
	buf = append(buf, plain...)
	pad := 32 - len(buf)%32
	buf = append(buf, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(s.block, s.key[:16]).CryptBlocks(buf, buf)
	return base64.StdEncoding.EncodeToString(buf)
}

func (s seals) open(sealed string) ([]byte, error) {
	buf, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(buf) < 32 || len(buf)%32 != 0 {
		return nil, errors.New("no whole blocks")
	}
	cipher.NewCBCDecrypter(s.block, s.key[:16]).CryptBlocks(buf, buf)
	n := int(binary.BigEndian.Uint32(buf[16:20]))
	if n > len(buf)-20 {
		return nil, errors.New("length field too large")
	}
	return buf[20 : 20+n], nil
}

// callback is one sealed message, ready to post.
type callback struct {
	query string
	body  []byte
}

func (s seals) callback(tb testing.TB, id, from, group, text string) callback {
	tb.Helper()
	plain, err := json.Marshal(map[string]any{
		"msgid": id, "aibotid": "bench", "chattype": "group", "chatid": group, "from": map[string]string{"userid": from},
		"msgtype": "text", "text": map[string]string{"content": text},
	})
	require.NoError(tb, err)
	sealed := s.seal(plain)
	stamp, nonce := strconv.FormatInt(time.Now().Unix(), 10), "1234567890"
	return callback{
		query: fmt.Sprintf("?msg_signature=%s&timestamp=%s&nonce=%s", s.sign(stamp, nonce, sealed), stamp, nonce),
		body:  []byte(`{"encrypt":"` + sealed + `"}`),
	}
}

// bare is the least that a bot behind this platform can do: it checks, opens, makes three round trips to Redis, and
// answers sealed.
type bare struct {
	seals
	redis redis.UniversalClient
}

func (h bare) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := h.answer(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer) // a client that went away needs no answer
}

func (h bare) answer(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var outer struct{ Encrypt string }
	if err := json.Unmarshal(body, &outer); err != nil {
		return nil, err
	}
	q := r.URL.Query()
	if h.sign(q.Get("timestamp"), q.Get("nonce"), outer.Encrypt) != q.Get("msg_signature") {
		return nil, errors.New("signature does not match")
	}
	plain, err := h.open(outer.Encrypt)
	if err != nil {
		return nil, err
	}
	var m struct {
		MsgID  string
		ChatID string
		From   struct{ UserID string }
		Text   struct{ Content string }
	}
	if err := json.Unmarshal(plain, &m); err != nil {
		return nil, err
	}
	if err := h.redis.HGet(r.Context(), "bare:role:"+m.ChatID, m.From.UserID).Err(); err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	if err := h.redis.Set(r.Context(), "bare:seen:"+m.MsgID, m.Text.Content, time.Hour).Err(); err != nil {
		return nil, err
	}
	line := &redis.XAddArgs{Stream: "bare:journal", Values: []string{"who", m.From.UserID, "what", m.Text.Content}}
	if err := h.redis.XAdd(r.Context(), line).Err(); err != nil {
		return nil, err
	}
	reply, err := json.Marshal(map[string]any{"msgtype": "stream", "stream": map[string]any{
		"id": m.MsgID, "finish": true, "content": "Recorded: " + m.Text.Content,
	}})
	if err != nil {
		return nil, err
	}
	sealed, stamp := h.seal(reply), q.Get("timestamp")
	return json.Marshal(map[string]any{
		"encrypt": sealed, "msgsignature": h.sign(stamp, q.Get("nonce"), sealed), "timestamp": stamp, "nonce": q.Get("nonce"),
	})
}
