package wecom

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/silenceper/wechat/v2/util"
	"github.com/stretchr/testify/require"
)

// BenchmarkCallback measures what one callback costs between its body and its message: this package, the SDK with
// encoding/xml, and the bare primitives over the same bytes with reused buffers.
func BenchmarkCallback(b *testing.B) {
	for _, size := range []int{200, 2048} {
		inner := appText(strings.Repeat("x", size))
		e, err := newEnvelope(exampleToken, exampleKey, exampleCorp)
		require.NoError(b, err)
		stamp := strconv.FormatInt(exampleTime, 10)
		sealed, signature, err := e.seal([]byte(inner), stamp, "nonce")
		require.NoError(b, err)
		body := appBody(sealed)

		b.Run(fmt.Sprintf("qunguan/%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sealed, err := sealedXML(body)
				if err != nil {
					b.Fatal(err)
				}
				if err := e.verify(signature, stamp, "nonce", sealed); err != nil {
					b.Fatal(err)
				}
				plain, err := e.open(sealed)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := readApp(plain); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("silenceper/%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var outer struct{ Encrypt string }
				if err := xml.Unmarshal([]byte(body), &outer); err != nil {
					b.Fatal(err)
				}
				if util.Signature(exampleToken, stamp, "nonce", outer.Encrypt) != signature {
					b.Fatal("signature")
				}
				_, plain, err := util.DecryptMsg(exampleCorp, outer.Encrypt, exampleKey)
				if err != nil {
					b.Fatal(err)
				}
				var m struct {
					FromUserName, MsgType, Content string
					CreateTime                     int64
				}
				if err := xml.Unmarshal(plain, &m); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("raw/%d", size), func(b *testing.B) {
			benchmarkRaw(b, sealed)
		})
	}
}

func benchmarkRaw(b *testing.B, sealed string) {
	key, err := base64.StdEncoding.DecodeString(exampleKey + "=")
	require.NoError(b, err)
	block, err := aes.NewCipher(key)
	require.NoError(b, err)
	in := []byte(sealed)
	out := make([]byte, base64.StdEncoding.DecodedLen(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		_ = sha1.Sum(in)
		n, err := base64.StdEncoding.Decode(out, in)
		if err != nil {
			b.Fatal(err)
		}
		cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(out[:n], out[:n])
	}
}

// BenchmarkBotCallback is the same for the smart bot.
func BenchmarkBotCallback(b *testing.B) {
	for _, size := range []int{200, 2048} {
		e, err := newEnvelope(exampleToken, exampleKey, "")
		require.NoError(b, err)
		stamp := strconv.FormatInt(exampleTime, 10)
		sealed, signature, err := e.seal([]byte(botText(strings.Repeat("x", size))), stamp, "nonce")
		require.NoError(b, err)
		body := `{"encrypt":"` + sealed + `"}`

		b.Run(fmt.Sprintf("qunguan/%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sealed, err := sealedJSON(body)
				if err != nil {
					b.Fatal(err)
				}
				if err := e.verify(signature, stamp, "nonce", sealed); err != nil {
					b.Fatal(err)
				}
				plain, err := e.open(sealed)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := readBot(plain); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("raw/%d", size), func(b *testing.B) { benchmarkRaw(b, sealed) })
	}
}
