package wecom

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/work/msgaudit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"qunguan/bot/chat"
)

// pairs are made once: two key pairs of a company that has replaced its key.
var pairs = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var out [2]*rsa.PrivateKey
	for i := range out {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic("unreachable: " + err.Error())
		}
		out[i] = key
	}
	return out
})

func pkcs1(key *rsa.PrivateKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}

func pkcs8(t testing.TB, key any) []byte {
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
}

// seal makes a record in the format of GetChatData, as its JSON. The random key is sealed as WeCom seals it: RSA with
// PKCS#1 v1.5. How WeCom seals the message is not public, so here it is AES-256-CBC: the key is the SHA-256 of the
// random key, the text begins with the initial vector, the padding is PKCS#7, and all of it is base64.
func seal(t testing.TB, seq uint64, version int, to *rsa.PublicKey, plain string) string {
	t.Helper()
	random := []byte(rand.Text())
	sealedKey, err := rsa.EncryptPKCS1v15(rand.Reader, to, random) //nolint:staticcheck // it is what WeCom does
	require.NoError(t, err)
	sum := sha256.Sum256(random)
	block, err := aes.NewCipher(sum[:])
	require.NoError(t, err)
	n := aes.BlockSize - len(plain)%aes.BlockSize
	text := append([]byte(plain), slices.Repeat([]byte{byte(n)}, n)...)
	sealed := make([]byte, aes.BlockSize+len(text))
	_, _ = rand.Read(sealed[:aes.BlockSize])
	cipher.NewCBCEncrypter(block, sealed[:aes.BlockSize]).CryptBlocks(sealed[aes.BlockSize:], text)
	return fmt.Sprintf(`{"seq":%d,"msgid":"r%d","publickey_ver":%d,"encrypt_random_key":%q,"encrypt_chat_msg":%q}`,
		seq, seq, version, base64.StdEncoding.EncodeToString(sealedKey), base64.StdEncoding.EncodeToString(sealed))
}

// safe is a vault whose records are known.
type safe struct {
	records []msgaudit.ChatData
	pulls   []uint64
	err     error
	failsAt uint64 // the seq after which nothing can be pulled; 0: everything can
}

// put takes records in WeCom's JSON.
func (s *safe) put(t testing.TB, records ...string) {
	t.Helper()
	var r msgaudit.ChatDataResponse
	require.NoError(t, json.Unmarshal([]byte(`{"errcode":0,"errmsg":"ok","chatdata":[`+strings.Join(records, ",")+`]}`), &r))
	s.records = append(s.records, r.ChatDataList...)
}

func (s *safe) pull(seq, limit uint64) (out []msgaudit.ChatData, err error) {
	s.pulls = append(s.pulls, seq)
	if s.failsAt != 0 && seq >= s.failsAt {
		return nil, msgaudit.NewSDKErr(10001)
	}
	for _, r := range s.records {
		if r.Seq > seq && uint64(len(out)) < limit {
			out = append(out, r)
		}
	}
	return out, s.err
}

func (s *safe) open(key []byte, sealed string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < 2*aes.BlockSize || len(raw)%aes.BlockSize != 0 {
		return nil, msgaudit.NewSDKErr(10006)
	}
	sum := sha256.Sum256(key)
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil, err
	}
	text := raw[aes.BlockSize:]
	cipher.NewCBCDecrypter(block, raw[:aes.BlockSize]).CryptBlocks(text, text)
	if n := int(text[len(text)-1]); n > 0 && n <= aes.BlockSize {
		return text[:len(text)-n], nil
	}
	return nil, msgaudit.NewSDKErr(10006)
}

func (s *safe) close() {}

// reading is an archive with everything around it.
type reading struct {
	*Archive
	safe   *safe
	heard  []chat.Heard
	told   int
	cursor chat.Cursor
	turns  []time.Time
	fails  error
	others bool // another replica reads
	logs   *observer.ObservedLogs
}

func newReading(t testing.TB, keys ...ArchiveKey) *reading {
	core, logs := observer.New(zapcore.InfoLevel)
	r := &reading{safe: &safe{}, logs: logs}
	ring, err := newKeyring(keys)
	require.NoError(t, err)
	r.Archive = newArchive(ArchiveConfig{
		Now: func() time.Time { return time.UnixMilli(1783405299000).UTC() }, Log: zap.New(core),
		Hear: func(_ context.Context, source string, heard []chat.Heard, cursor chat.Cursor) error {
			assert.Equal(t, "archive", source)
			if r.fails == nil {
				r.heard, r.cursor = append(r.heard, heard...), cursor
				r.told++
			}
			return r.fails
		},
		Cursor: func(_ context.Context, source string) (uint64, error) {
			assert.Equal(t, "archive", source)
			return r.cursor.Seq, nil
		},
		Turn: func(_ context.Context, _ string, at time.Time) (bool, error) {
			r.turns = append(r.turns, at)
			return !r.others, nil
		},
	}, ring, r.safe)
	r.pause, r.page = 0, 10
	return r
}

func bothKeys() []ArchiveKey {
	p := pairs()
	return []ArchiveKey{{Version: 2, File: "a.pem", PEM: pkcs1(p[0])}, {Version: 3, File: "b.pem", PEM: pkcs1(p[1])}}
}

const (
	asked = `{"msgid":"m1_external","action":"send","from":"wmCustomerZhang01","tolist":["zhangsan"],` +
		`"roomid":"wrG1","msgtime":1783405282000,"msgtype":"text","text":{"content":"在吗"}}`
	recalled = `{"msgid":"m2","action":"recall","from":"wmCustomerZhang01","tolist":["zhangsan"],` +
		`"roomid":"wrG1","msgtime":1783405290000,"msgtype":"revoke","revoke":{"pre_msgid":"m1"}}`
)

func TestArchiveIsReadOnFromTheCursor(t *testing.T) {
	r, p := newReading(t, bothKeys()...), pairs()
	r.safe.put(t, seal(t, 197, 3, &p[1].PublicKey, recalled), seal(t, 196, 2, &p[0].PublicKey, asked))
	require.NoError(t, r.look(t.Context(), archiveEvery))
	want := []chat.Heard{
		{ID: "m1", Group: "wrG1", From: "wmCustomerZhang01", Kind: chat.Customer, At: time.UnixMilli(1783405282000).UTC(), Form: "text", Text: "在吗"},
		{ID: "m2", Group: "wrG1", From: "wmCustomerZhang01", Kind: chat.Customer, At: time.UnixMilli(1783405290000).UTC(), Form: "revoke", Recalls: "m1"},
	}
	assert.Equal(t, want, r.heard)
	assert.Equal(t, chat.Cursor{Source: "archive", Seq: 197}, r.cursor)
	assert.Equal(t, ArchiveState{At: r.c.Now(), Seq: 197}, r.State())

	// Nothing new: nobody is told, and the cursor stays.
	require.NoError(t, r.look(t.Context(), archiveEvery))
	assert.Equal(t, []uint64{0, 197}, r.safe.pulls)
	assert.Equal(t, 1, r.told)
	for _, l := range r.logs.All() {
		assert.NotContains(t, l.Message, "在吗")
	}
}

func TestTheFirstReadingHearsTheLastHour(t *testing.T) {
	r, p := newReading(t, bothKeys()...), pairs()
	// The clock stands at 1783405299000.
	old := strings.Replace(asked, "1783405282000", "1783401698999", 1)
	r.safe.put(t, seal(t, 1, 2, &p[0].PublicKey, old), seal(t, 2, 2, &p[0].PublicKey, strings.Replace(asked, "1783405282000", "1783401699000", 1)))
	require.NoError(t, r.look(t.Context(), archiveEvery))
	assert.Len(t, r.heard, 1)
	assert.EqualValues(t, 2, r.cursor.Seq)
	r.safe.put(t, seal(t, 3, 2, &p[0].PublicKey, old))
	require.NoError(t, r.look(t.Context(), archiveEvery))
	assert.Len(t, r.heard, 2, "later ones hear everything, however long the bot was away")
}

func TestWhatWasPulledBeforeAFaultIsKept(t *testing.T) {
	r, p := newReading(t, bothKeys()...), pairs()
	r.safe.put(t, seal(t, 1, 2, &p[0].PublicKey, asked))
	for seq := uint64(2); seq <= r.page; seq++ {
		r.safe.records = append(r.safe.records, r.safe.records[0])
		r.safe.records[seq-1].Seq, r.safe.records[seq-1].EncryptChatMsg = seq, "-"
	}
	r.safe.failsAt = r.page
	require.ErrorContains(t, r.look(t.Context(), archiveEvery), "errcode 10001")
	assert.Len(t, r.heard, 1)
	assert.EqualValues(t, r.page, r.cursor.Seq)
}

func TestWhatIsNotKeptIsReadAgain(t *testing.T) {
	r, p := newReading(t, bothKeys()...), pairs()
	r.safe.put(t, seal(t, 196, 2, &p[0].PublicKey, asked))
	r.fails = chat.ErrUnavailable
	err := r.look(t.Context(), archiveEvery)
	require.ErrorIs(t, err, chat.ErrUnavailable)
	assert.Equal(t, archiveEvery, again(archiveEvery, err))
	assert.ErrorIs(t, r.State().Err, chat.ErrUnavailable)
	r.fails = nil
	require.NoError(t, r.look(t.Context(), archiveEvery))
	assert.Len(t, r.heard, 1)
	assert.NoError(t, r.State().Err)
}

func TestALongBacklogIsReadInPages(t *testing.T) {
	r, p := newReading(t, bothKeys()...), pairs()
	require.Equal(t, uint64(1000), newArchive(r.c, r.keys, r.safe).page)
	r.safe.put(t, seal(t, 1, 2, &p[0].PublicKey, strings.Replace(asked, "wrG1", "", 1)))
	for seq := uint64(2); seq <= 2*r.page; seq++ {
		next := r.safe.records[0]
		next.Seq = seq
		next.EncryptChatMsg = "-"
		r.safe.records = append(r.safe.records, next)
	}
	r.keys = keyring{2: r.keys[2]}
	require.NoError(t, r.look(t.Context(), archiveEvery))
	assert.Equal(t, []uint64{0, 10, 20}, r.safe.pulls, "a full page may not be the last one")
	assert.Empty(t, r.heard, "single chats are passed over")
	assert.EqualValues(t, 20, r.cursor.Seq, "and not looked at again")
	assert.Equal(t, 1, r.told, "an answer comes together with its question, though on another page")
	assert.Equal(t, 19, r.State().Skipped)
}

func TestAMissingKeyStopsTheReadingUntilItIsThere(t *testing.T) {
	p := pairs()
	r := newReading(t, bothKeys()[0])
	r.safe.put(t, seal(t, 7, 2, &p[0].PublicKey, asked), seal(t, 8, 3, &p[1].PublicKey, recalled))
	err := r.look(t.Context(), archiveEvery)
	require.EqualError(t, err, "no private key of version 3, which record 8 is sealed for; add it to archive.private_keys (there: 2)")
	assert.Len(t, r.heard, 1, "what stands before it is heard")
	assert.EqualValues(t, 7, r.cursor.Seq)
	assert.Equal(t, 2*archiveEvery, again(archiveEvery, err), "only the operator can mend it")

	wrong := bothKeys()[0]
	wrong.Version = 3
	r.keys, err = newKeyring([]ArchiveKey{bothKeys()[0], wrong})
	require.NoError(t, err)
	require.ErrorContains(t, r.look(t.Context(), archiveEvery), "the private key of version 3 does not open record 8")

	r.keys, err = newKeyring(bothKeys())
	require.NoError(t, err)
	require.NoError(t, r.look(t.Context(), archiveEvery))
	assert.Len(t, r.heard, 2)
}

func TestABrokenRecordIsLeftOutAndCounted(t *testing.T) {
	r, p := newReading(t, bothKeys()...), pairs()
	r.safe.put(t,
		seal(t, 1, 2, &p[0].PublicKey, `{"msgid":`),
		seal(t, 2, 2, &p[0].PublicKey, `{"msgid":"m","action":"send","roomid":"wrG1","msgtype":"text"}`),
		`{"seq":3,"publickey_ver":2,"encrypt_random_key":"%","encrypt_chat_msg":"AAAA"}`,
		strings.Replace(seal(t, 4, 2, &p[0].PublicKey, asked), `"encrypt_chat_msg":"`, `"encrypt_chat_msg":"!`, 1),
		seal(t, 5, 2, &p[0].PublicKey, asked))
	require.NoError(t, r.look(t.Context(), archiveEvery))
	assert.Len(t, r.heard, 1)
	assert.EqualValues(t, 5, r.cursor.Seq)
	assert.Equal(t, 4, r.State().Skipped)
	assert.Equal(t, 4, r.logs.FilterMessage("record of the archive left out").Len())
}

func TestOfSeveralReplicasOneReads(t *testing.T) {
	r := newReading(t, bothKeys()...)
	r.others = true
	require.NoError(t, r.look(t.Context(), archiveEvery))
	require.NoError(t, r.look(t.Context(), archiveWoken))
	assert.Empty(t, r.safe.pulls)
	assert.Equal(t, []time.Time{time.UnixMilli(1783405290000).UTC(), time.UnixMilli(1783405295000).UTC()}, r.turns,
		"all replicas claim the same moments")
}

func TestWhatTheLibraryRefuses(t *testing.T) {
	for code, c := range map[int]struct {
		wait time.Duration
		hint string
	}{
		10001: {archiveEvery, ""},
		10003: {archiveEvery, ""},
		10004: {2 * archiveEvery, "archive.secret"},
		10009: {2 * archiveEvery, "trusted IPs"},
		45009: {archiveEvery, ""},
		60020: {2 * archiveEvery, ""},
		40001: {2 * archiveEvery, "secret"},
	} {
		r := newReading(t, bothKeys()...)
		r.safe.err = msgaudit.NewSDKErr(code)
		err := r.look(t.Context(), archiveEvery)
		f, ok := asFault(err)
		require.True(t, ok, "%d", code)
		assert.Equal(t, code, f.Code)
		assert.Contains(t, f.Hint.EN, c.hint)
		assert.Equal(t, c.wait, again(archiveEvery, err), "%d", code)
		assert.Equal(t, code, codeOf(r.Check()))
	}
	assert.Equal(t, archiveWorst, again(archiveWorst, &keyFault{}))
	assert.Equal(t, archiveEvery, again(archiveWorst, nil))
}

func TestCheckOpensOneRecord(t *testing.T) {
	r, p := newReading(t, bothKeys()...), pairs()
	require.NoError(t, r.Check(), "an archive in which nobody has written yet is all right")
	r.safe.put(t, seal(t, 5, 2, &p[0].PublicKey, asked), seal(t, 6, 9, &p[0].PublicKey, asked))
	require.NoError(t, r.Check())
	r.safe.records = r.safe.records[1:]
	require.ErrorContains(t, r.Check(), "no private key of version 9")
	assert.Empty(t, r.heard)
}

func TestRunReadsWhenWokenAndEnds(t *testing.T) {
	r, p := newReading(t, bothKeys()...), pairs()
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan uint64)
	r.c.Hear = func(_ context.Context, _ string, _ []chat.Heard, c chat.Cursor) error {
		r.cursor = c
		got <- c.Seq
		return nil
	}
	r.safe.put(t, seal(t, 1, 2, &p[0].PublicKey, asked))
	done := make(chan struct{})
	go func() { r.Run(ctx); close(done) }()
	assert.EqualValues(t, 1, <-got, "at once after the start")
	r.Wake()
	r.Wake()
	cancel()
	<-done
}

func TestArchiveKeys(t *testing.T) {
	p := pairs()
	ring, err := newKeyring([]ArchiveKey{{Version: 1, PEM: pkcs8(t, p[0])}})
	require.NoError(t, err)
	assert.True(t, ring[1].Equal(p[0]))

	public, err := x509.MarshalPKIXPublicKey(&p[0].PublicKey)
	require.NoError(t, err)
	_, err = newKeyring([]ArchiveKey{
		{Version: 1, File: "/run/a.pem", PEM: []byte("zzhiddenzz")},
		{Version: 2, File: "/run/b.pem", PEM: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})},
		{Version: 3, File: "/run/c.pem", PEM: pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte("zzhiddenzz")})},
	})
	assert.EqualError(t, err, "archive.private_keys: version 1: /run/a.pem: not a PEM file; write the private key as openssl genrsa gives it\n"+
		"archive.private_keys: version 2: /run/b.pem: a public key; the private one is needed\n"+
		"archive.private_keys: version 3: /run/c.pem: not an RSA private key without a passphrase")
}

func TestWhatArchivedRecordsSay(t *testing.T) {
	at := time.UnixMilli(1783405282000).UTC()
	with := func(from, form, more string) string {
		return `{"msgid":"m1","action":"send","from":"` + from + `","tolist":[],"roomid":"wrG1","msgtime":1783405282000,"msgtype":"` + form + `"` + more + `}`
	}
	base := func(change func(*chat.Heard)) chat.Heard {
		h := chat.Heard{ID: "m1", Group: "wrG1", From: "wang", Kind: chat.Staff, At: at, Form: "text"}
		change(&h)
		return h
	}
	for name, c := range map[string]struct {
		plain string
		want  chat.Heard
	}{
		"a member's text": {with("wang", "text", `,"text":{"content":"好的"}`), base(func(h *chat.Heard) { h.Text = "好的" })},
		"a picture":       {with("wang", "image", `,"image":{"sdkfileid":"x","md5sum":"y","filesize":1}`), base(func(h *chat.Heard) { h.Form = "image" })},
		"a robot's": {with("wbjc7bDwAAJVylUKpSA3Z5U11tDO4AAA", "markdown", `,"info":{"content":"x"}`), base(func(h *chat.Heard) {
			h.From, h.Kind, h.Robot, h.Form = "wbjc7bDwAAJVylUKpSA3Z5U11tDO4AAA", "", true, "markdown"
		})},
		"of a WeCom customer": {with("wo1234567890123456", "file", ""), base(func(h *chat.Heard) {
			h.From, h.Kind, h.Form = "wo1234567890123456", chat.Customer, "file"
		})},
		"to everybody":      {with("wang", "text", `,"text":{"content":"@所有人 开会"}`), base(func(h *chat.Heard) { h.Text, h.Everybody = "@所有人 开会", true })},
		"below a quotation": {with("wang", "text", `,"text":{"content":"这是一条引用/回复消息：\n“张三：\n多少钱”\n------\n好的"}`), base(func(h *chat.Heard) { h.Text = "好的" })},
		"mixed": {with("wang", "mixed", `,"mixed":{"item":[{"type":"text","content":"{\"content\":\"看图\"}"},{"type":"image","content":"{\"sdkfileid\":\"x\"}"},{"type":"text","content":"{\"content\":\"这里\"}"}]}`), base(func(h *chat.Heard) {
			h.Form, h.Text = "mixed", "看图 这里"
		})},
		"a recall": {`{"msgid":"m2_external","action":"recall","from":"wang","roomid":"wrG1","msgtime":1783405282000,"msgtype":"revoke","revoke":{"pre_msgid":"m1_external"}}`, base(func(h *chat.Heard) {
			h.ID, h.Form, h.Recalls = "m2", "revoke", "m1"
		})},
	} {
		t.Run(name, func(t *testing.T) {
			h, says, err := readArchived([]byte(c.plain))
			require.NoError(t, err)
			assert.True(t, says)
			assert.Equal(t, c.want, h)
		})
	}
	for name, plain := range map[string]string{
		"single chat": `{"msgid":"m1","action":"send","from":"wang","tolist":["li"],"roomid":"","msgtime":1783405282000,"msgtype":"text","text":{"content":"x"}}`,
		"switch":      `{"msgid":"125289002219525886280","action":"switch","time":1554119421840,"user":"wang"}`,
		"consent":     with("wmCustomerZhang01", "agree", `,"agree":{"userid":"wmCustomerZhang01","agree_time":1783405282000}`),
		"no consent":  with("wmCustomerZhang01", "disagree", ``),
	} {
		_, says, err := readArchived([]byte(plain))
		require.NoError(t, err, name)
		assert.False(t, says, name)
	}
}

func TestWhoAnIDIs(t *testing.T) {
	for id, want := range map[chat.User]struct {
		kind  chat.PersonKind
		robot bool
	}{
		"wmCustomerZhang01":                {chat.Customer, false},
		"woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA": {chat.Customer, false},
		"wbjc7bDwAAJVylUKpSA3Z5U11tDO4AAA": {"", true},
		"wang":                             {chat.Staff, false},
		"woody":                            {chat.Staff, false},
		"":                                 {chat.Staff, false},
		"li.mei@example.com-head":          {chat.Staff, false},
	} {
		kind, robot := Known(id)
		assert.Equal(t, want.kind, kind, "%s", id)
		assert.Equal(t, want.robot, robot, "%s", id)
	}
	for id, want := range map[string]string{"m1": "m1", "m1_external": "m1", "m1_updown_stream": "m1", "_external_m1": "_external_m1"} {
		assert.Equal(t, want, MessageID(id))
	}
}

func TestWhatIsQuotedIsNotWhatIsSaid(t *testing.T) {
	for text, want := range map[string]string{
		"好的": "好的",
		"这是一条引用/回复消息：\n“张三：\n多少钱”\n------\n好的\n谢谢":      "好的\n谢谢",
		"这是一条引用/回复消息：\"\n------\n@nick777":              "@nick777",
		"「张三：多少钱」\n- - - - - - - - - - - - - - -\n好的":   "好的",
		"This is a quote/reply:\n\"A:\nb\"\n------\nok": "ok",
		"这是一条引用/回复消息，没有横线":                              "这是一条引用/回复消息，没有横线",
		"「没有」\n---\n好的":                                 "「没有」\n---\n好的",
		"价目\n------\n一百":                                "价目\n------\n一百",
	} {
		assert.Equal(t, want, unquoted(text))
	}
}

func TestWhoMentionsEverybody(t *testing.T) {
	for text, want := range map[string]bool{
		"@所有人 开会": true, "请@所有人看": true, "@all\u2005hi": true, "hi @All": true, "@all": true,
		"me@all.com": false, "@allen hi": false, "所有人": false, "a@all @all": true, "": false,
	} {
		assert.Equal(t, want, mentionsAll(text), "%s", text)
	}
}

func FuzzArchivedRecord(f *testing.F) {
	f.Add(asked)
	f.Add(recalled)
	f.Add(`{"msgid":"m","from":"a","roomid":"r","msgtime":1,"msgtype":"mixed","mixed":{"item":[{"type":"text","content":"{"}]}}`)
	f.Add(`{"msgtime":1e99}`)
	f.Fuzz(func(t *testing.T, plain string) {
		h, says, err := readArchived([]byte(plain))
		if err != nil || !says {
			assert.Zero(t, h)
			return
		}
		assert.NotEmpty(t, h.ID)
		assert.NotEmpty(t, h.Group)
		assert.NotEmpty(t, h.From)
		assert.False(t, h.At.IsZero())
	})
}

func FuzzArchivedKey(f *testing.F) {
	p := pairs()
	ring := keyring{2: p[0]}
	f.Add("", uint32(2))
	f.Add("AAAA", uint32(3))
	f.Add(base64.StdEncoding.EncodeToString(make([]byte, 256)), uint32(2))
	f.Fuzz(func(t *testing.T, sealed string, version uint32) {
		key, err := ring.open(msgaudit.ChatData{Seq: 1, PublickeyVer: version, EncryptRandomKey: sealed})
		if err != nil {
			assert.Empty(t, key)
			var missing *keyFault
			if errors.As(err, &missing) {
				assert.NotContains(t, err.Error(), "\n")
			}
		}
	})
}
