package simulator

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// padBlock is the block that the platform pads to: twice that of AES.
const padBlock = 32

// seal encrypts, decrypts and signs for one callback address ("加解密方案说明": AES-256-CBC, the IV is the first 16
// bytes of the key, PKCS#7 to 32 bytes, plaintext = 16 random bytes + length + message + receiveid).
type seal struct {
	token    string
	receiver string
	key      []byte
	block    cipher.Block
}

func newSeal(k Keys, receiver string) (seal, error) {
	if k.Token == "" {
		return seal{}, errors.New("the token is empty")
	}
	key, err := decodeKey(k.EncodingAESKey)
	if err != nil {
		return seal{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return seal{}, fmt.Errorf("make cipher: %w", err)
	}
	return seal{token: k.Token, receiver: receiver, key: key, block: block}, nil
}

// sign is the hex SHA-1 of the four parts, sorted and joined.
func (s seal) sign(timestamp, nonce, encrypted string) string {
	parts := []string{s.token, timestamp, nonce, encrypted}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func (s seal) verify(signature, timestamp, nonce, encrypted string) bool {
	return subtle.ConstantTimeCompare([]byte(signature), []byte(s.sign(timestamp, nonce, encrypted))) == 1
}

func (s seal) encrypt(rand io.Reader, msg []byte) (string, error) {
	plain := make([]byte, 20, 20+len(msg)+len(s.receiver)+padBlock)
	if _, err := io.ReadFull(rand, plain[:16]); err != nil {
		return "", fmt.Errorf("draw random bytes: %w", err)
	}
	binary.BigEndian.PutUint32(plain[16:20], uint32(len(msg)))
	plain = append(append(plain, msg...), s.receiver...)
	pad := padBlock - len(plain)%padBlock
	for range pad {
		plain = append(plain, byte(pad))
	}
	cipher.NewCBCEncrypter(s.block, s.key[:aes.BlockSize]).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain), nil
}

func (s seal) decrypt(encrypted string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil {
		return nil, errors.New("the ciphertext is not base64")
	}
	if len(raw) == 0 || len(raw)%aes.BlockSize != 0 {
		return nil, fmt.Errorf("the ciphertext has %d bytes, no whole number of blocks", len(raw))
	}
	cipher.NewCBCDecrypter(s.block, s.key[:aes.BlockSize]).CryptBlocks(raw, raw)
	pad := int(raw[len(raw)-1])
	if pad < 1 || pad > padBlock || pad > len(raw) {
		return nil, errors.New("the padding is wrong: another key?")
	}
	for _, b := range raw[len(raw)-pad:] {
		if int(b) != pad {
			return nil, errors.New("the padding is wrong: another key?")
		}
	}
	raw = raw[:len(raw)-pad]
	if len(raw) < 20 {
		return nil, errors.New("the plaintext is shorter than its head")
	}
	size := int64(binary.BigEndian.Uint32(raw[16:20]))
	if size > int64(len(raw)-20) {
		return nil, errors.New("the plaintext is shorter than it says")
	}
	msg, receiver := raw[20:20+size], raw[20+size:]
	if string(receiver) != s.receiver {
		return nil, fmt.Errorf("the receiveid is %q, not %q", receiver, s.receiver)
	}
	return msg, nil
}
