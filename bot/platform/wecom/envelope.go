package wecom

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the platform's signature is defined with it
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/silenceper/wechat/v2/util"
)

// envelope signs, checks, opens and closes what one callback address exchanges with WeCom.
type envelope struct {
	token    string
	key      string // as configured
	receiver string // receiveid: the corp id for an app, empty for a smart bot
	block    cipher.Block
	iv       [aes.BlockSize]byte
	work     sync.Pool // of *bench
}

// bench is the memory of one opening. It holds nothing that outlives it.
type bench struct {
	buf []byte
	cbc cipher.BlockMode
}

// rewinder is what the standard library's CBC mode offers beyond cipher.BlockMode; a mode without it is made anew.
type rewinder interface{ SetIV(iv []byte) }

const (
	padTo    = 32      // "数据采用PKCS#7填充至32字节的倍数" – page 加解密方案说明
	head     = 16 + 4  // random bytes, length
	maxInner = 1 << 20 // no message is longer than the body it came in
)

var (
	errSignature = errors.New("signature does not match")
	errSealed    = errors.New("ciphertext cannot be opened")
)

func newEnvelope(token, key, receiver string) (*envelope, error) {
	if len(key) != 43 {
		return nil, fmt.Errorf("must have 43 characters, has %d", len(key))
	}
	// Not Strict: the last character of the vendor's own example key carries bits that are not zero.
	raw, err := base64.StdEncoding.DecodeString(key + "=")
	if err != nil || len(raw) != 32 {
		return nil, errors.New("must be base64 of 32 bytes")
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	e := &envelope{token: token, key: key, receiver: receiver, block: block}
	copy(e.iv[:], raw)
	return e, nil
}

func (e *envelope) take() *bench {
	if w, ok := e.work.Get().(*bench); ok {
		return w
	}
	return &bench{cbc: cipher.NewCBCDecrypter(e.block, e.iv[:])}
}

// verify compares the signature in constant time. Nothing of sealed may be used before it returns nil.
func (e *envelope) verify(signature, timestamp, nonce, sealed string) error {
	w := e.take()
	defer e.work.Put(w)
	parts := [4]string{e.token, timestamp, nonce, sealed}
	for i := 1; i < len(parts); i++ {
		for j := i; j > 0 && parts[j] < parts[j-1]; j-- {
			parts[j], parts[j-1] = parts[j-1], parts[j]
		}
	}
	w.buf = w.buf[:0]
	for _, p := range parts {
		w.buf = append(w.buf, p...)
	}
	sum := sha1.Sum(w.buf) //nolint:gosec // see above
	var want [2 * sha1.Size]byte
	hex.Encode(want[:], sum[:])
	if subtle.ConstantTimeCompare(want[:], []byte(signature)) != 1 {
		return errSignature
	}
	return nil
}

// open decrypts what verify has accepted. It checks every part of the form and returns nothing on an error.
func (e *envelope) open(sealed string) (string, error) {
	if strings.IndexByte(sealed, '\n') >= 0 || strings.IndexByte(sealed, '\r') >= 0 { // base64 would skip them
		return "", fmt.Errorf("%w: line breaks in base64", errSealed)
	}
	w := e.take()
	defer e.work.Put(w)
	if n := base64.StdEncoding.DecodedLen(len(sealed)); cap(w.buf) < n {
		w.buf = make([]byte, n)
	}
	n, err := base64.StdEncoding.Decode(w.buf[:cap(w.buf)], []byte(sealed))
	if err != nil {
		return "", fmt.Errorf("%w: not base64", errSealed)
	}
	if n == 0 || n%padTo != 0 {
		return "", fmt.Errorf("%w: %d bytes are no whole blocks", errSealed, n)
	}
	plain := w.buf[:n]
	if again, ok := w.cbc.(rewinder); ok {
		again.SetIV(e.iv[:])
	} else {
		w.cbc = cipher.NewCBCDecrypter(e.block, e.iv[:])
	}
	w.cbc.CryptBlocks(plain, plain)
	return e.inner(plain)
}

var padding = func() (p [padTo + 1][]byte) {
	for i := range p {
		p[i] = bytes.Repeat([]byte{byte(i)}, i)
	}
	return p
}()

// inner takes the message out of its frame: 16 random bytes, the length, the message, the receiver, the padding.
func (e *envelope) inner(plain []byte) (string, error) {
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > padTo || !bytes.HasSuffix(plain, padding[pad]) {
		return "", fmt.Errorf("%w: bad padding", errSealed)
	}
	plain = plain[:len(plain)-pad]
	if len(plain) < head {
		return "", fmt.Errorf("%w: too short", errSealed)
	}
	length := binary.BigEndian.Uint32(plain[16:head])
	rest := plain[head:]
	if length > maxInner || int(length) > len(rest) {
		return "", fmt.Errorf("%w: length field too large", errSealed)
	}
	if string(rest[length:]) != e.receiver {
		return "", fmt.Errorf("%w: meant for another receiver", errSealed)
	}
	return string(rest[:length]), nil
}

// seal encrypts an answer and signs it.
func (e *envelope) seal(plain []byte, timestamp, nonce string) (sealed, signature string, err error) {
	// rand.Read never fails. The SDK's own random string is seeded with the time.
	random := make([]byte, 16)
	_, _ = rand.Read(random)
	b, err := util.EncryptMsg(random, plain, e.receiver, e.key)
	if err != nil {
		return "", "", fmt.Errorf("encrypt answer: %w", err)
	}
	sealed = string(b)
	return sealed, util.Signature(e.token, timestamp, nonce, sealed), nil
}
