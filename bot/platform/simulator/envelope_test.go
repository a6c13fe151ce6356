package simulator

import (
	"bytes"
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The platform's own examples, from its page "加解密方案说明" and the sample code it offers.
var official = Keys{Token: "QDG6eK", EncodingAESKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}

const officialCorp = "wx5823bf96d3bd56c7"

func TestOfficialExamples(t *testing.T) {
	s, err := newSeal(official, officialCorp)
	require.NoError(t, err)

	echo := "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
	assert.True(t, s.verify("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780", echo))
	got, err := s.decrypt(echo)
	require.NoError(t, err)
	assert.Equal(t, "1616140317555161061", string(got))

	message := "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
	assert.True(t, s.verify("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149", message))
	got, err = s.decrypt(message)
	require.NoError(t, err)
	assert.Contains(t, string(got), "<Content><![CDATA[hello]]></Content>")
	assert.Contains(t, string(got), "<MsgId>4561255354251345929</MsgId>")
	assert.Len(t, got, 284)
}

func TestEnvelopeRoundTrip(t *testing.T) {
	for _, receiver := range []string{"", officialCorp} {
		s, err := newSeal(official, receiver)
		require.NoError(t, err)
		for n := range 100 {
			want := bytes.Repeat([]byte{'x'}, n)
			sealed, err := s.encrypt(rand.Reader, want)
			require.NoError(t, err)
			got, err := s.decrypt(sealed)
			require.NoError(t, err, "%d bytes", n)
			assert.Equal(t, string(want), string(got))
		}
	}
}

func TestEnvelopeOfAnotherIsRefused(t *testing.T) {
	s, err := newSeal(official, "")
	require.NoError(t, err)
	sealed, err := s.encrypt(rand.Reader, []byte("hello"))
	require.NoError(t, err)

	corp, err := newSeal(official, officialCorp)
	require.NoError(t, err)
	_, err = corp.decrypt(sealed)
	assert.ErrorContains(t, err, "receiveid")

	assert.False(t, s.verify(s.sign("1", "2", sealed), "1", "3", sealed))
	for _, bad := range []string{"", "!", "AAAA", sealed[:len(sealed)-4], sealed[24:]} {
		_, err = s.decrypt(bad)
		assert.Error(t, err, "%q", bad)
	}
}

func FuzzDecrypt(f *testing.F) {
	s, err := newSeal(official, "")
	require.NoError(f, err)
	sealed, err := s.encrypt(rand.Reader, []byte("hello"))
	require.NoError(f, err)
	f.Add(sealed)
	f.Add("")
	f.Fuzz(func(t *testing.T, in string) {
		_, _ = s.decrypt(in) // must not panic whatever comes
	})
}
