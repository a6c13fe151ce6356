package webhook

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/link"
	"qunguan/bot/signature"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// receiver checks what it gets as the documentation tells receivers to.
type receiver struct {
	t      *testing.T
	secret string
	status int
	after  string
	got    []chat.Letter
	ids    []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	assert.NoError(r.t, err)
	stamp := req.Header.Get(signature.TimestampHeader)
	if !signature.Right([]string{r.secret}, req.Header.Get(signature.Header), stamp, string(body)) {
		http.Error(w, "signature", http.StatusUnauthorized)
		return
	}
	assert.Equal(r.t, strconv.FormatInt(noon.Unix(), 10), stamp)
	assert.Equal(r.t, "1", req.Header.Get(VersionHeader))
	var l chat.Letter
	assert.NoError(r.t, json.Unmarshal(body, &l))
	assert.Equal(r.t, l.Class, req.Header.Get(EventHeader))
	assert.Equal(r.t, l.ID, req.Header.Get(IDHeader))
	r.ids = append(r.ids, l.ID)
	if r.status != 0 {
		w.Header().Set("Retry-After", r.after)
		w.WriteHeader(r.status)
		return
	}
	r.got = append(r.got, l)
	w.WriteHeader(http.StatusNoContent)
}

func open(t *testing.T, r *receiver, secret, previous string) *Poster {
	t.Helper()
	r.t = t
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	p, err := New(Config{URL: s.URL + "/in?tenant=1", Secret: secret, Previous: previous, Now: func() time.Time { return noon }})
	require.NoError(t, err)
	return p
}

func TestALetterArrivesSigned(t *testing.T) {
	r := &receiver{secret: "new"}
	p := open(t, r, "new", "")
	l := chat.Letter{ID: "1-0", Class: "access.granted", At: noon, Entry: json.RawMessage(`{"n":7,"kind":"access.granted"}`)}
	require.NoError(t, p.Post(t.Context(), l))
	require.NoError(t, p.Post(t.Context(), l))
	assert.Equal(t, []chat.Letter{l, l}, r.got)
	assert.Equal(t, []string{"1-0", "1-0"}, r.ids, "what is posted twice is known as the same")
}

func TestASecretIsReplacedWithoutALoss(t *testing.T) {
	l := chat.Letter{ID: "1-0", Class: "access.granted", At: noon}
	for _, receives := range []string{"old", "new"} {
		r := &receiver{secret: receives}
		require.NoError(t, open(t, r, "new", "old").Post(t.Context(), l), receives)
	}
	err := open(t, &receiver{secret: "other"}, "new", "old").Post(t.Context(), l)
	var f *link.Fault
	require.ErrorAs(t, err, &f)
	assert.False(t, f.Final, "it waits until the secrets agree")
	assert.Equal(t, 10*time.Minute, f.After)
}

func TestWhatTheReceiverSaysDecides(t *testing.T) {
	for status, want := range map[int]link.Fault{
		503: {After: 7 * time.Second}, 429: {After: 7 * time.Second}, 400: {Final: true}, 404: {After: 10 * time.Minute},
	} {
		err := open(t, &receiver{secret: "s", status: status, after: "7"}, "s", "").Post(t.Context(), chat.Letter{ID: "1-0", Class: "x"})
		var f *link.Fault
		require.ErrorAs(t, err, &f)
		f.Text = ""
		assert.Equal(t, want, *f, "%d", status)
	}
}

func TestAReceiverThatIsAwayIsTriedAgain(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	p, err := New(Config{URL: s.URL, Secret: "s", Now: func() time.Time { return noon }})
	require.NoError(t, err)
	var f *link.Fault
	require.ErrorAs(t, p.Post(t.Context(), chat.Letter{}), &f)
	assert.Equal(t, link.Fault{Text: f.Text}, *f)
}

func TestNew(t *testing.T) {
	_, err := New(Config{URL: "https://a.example"})
	require.Error(t, err)
	_, err = New(Config{URL: "http://a.example", Secret: "s"})
	require.Error(t, err)
}

// TestThePageShowsARightLetter compares docs/links.md with what is posted.
func TestThePageShowsARightLetter(t *testing.T) {
	raw, err := os.ReadFile("../../../docs/links.md")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(raw), "```text\n")
	text, _, _ := strings.Cut(rest, "```")
	vector := map[string]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		name, value, _ := strings.Cut(line, " ")
		vector[name] = strings.TrimSpace(value)
	}
	assert.Equal(t, vector["signature"], signature.Sign(vector["secret"], vector["timestamp"], vector["body"]))
	p := open(t, &receiver{}, "s", "")
	body, err := p.Sketch(chat.Letter{ID: "1-0", Class: chat.OfTest, At: time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC), Test: true})
	require.NoError(t, err)
	assert.Equal(t, vector["body"], string(body))
	_, rest, _ = strings.Cut(string(raw), "```json\n")
	text, _, _ = strings.Cut(rest, "```")
	var l chat.Letter
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&l))
}
