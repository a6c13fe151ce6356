package simulator

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// listener takes what an archive pipeline posts, if it is signed as the contract says.
type listener struct {
	t      *testing.T
	sim    *Simulator
	now    time.Time
	posts  int
	status []int // for the next posts; then 204
	heard  []archived
}

const ingestSecret = "an-ingest-secret"

func listen(t *testing.T) *listener {
	l := &listener{t: t, now: noon}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	var err error
	l.sim, err = New(SampleWorld().WithSecrets(rand.Reader), Options{
		Now: func() time.Time { return l.now }, CallbackBase: server.URL, IngestSecret: ingestSecret,
		Pause: func(context.Context, time.Duration) error { return nil },
	})
	require.NoError(t, err)
	return l
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	assert.NoError(l.t, err)
	stamp := r.Header.Get("X-Qunguan-Timestamp")
	sum := hmac.New(sha256.New, []byte(ingestSecret))
	sum.Write([]byte(stamp + "." + string(body)))
	assert.Equal(l.t, "POST /ingest/messages", r.Method+" "+r.URL.Path)
	assert.Equal(l.t, "v1="+hex.EncodeToString(sum.Sum(nil)), r.Header.Get("X-Qunguan-Signature"))
	assert.Equal(l.t, "1795406400", stamp, "the moment that the simulator's clock shows")
	l.posts++
	if len(l.status) > 0 {
		w.WriteHeader(l.status[0])
		l.status = l.status[1:]
		return
	}
	for line := range strings.Lines(string(body)) {
		var m archived
		assert.NoError(l.t, json.Unmarshal([]byte(line), &m))
		l.heard = append(l.heard, m)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (l *listener) say(who, where, text string) Delivery {
	l.t.Helper()
	d, err := l.sim.Say(l.t.Context(), who, where, text)
	require.NoError(l.t, err)
	return d
}

func TestPipelineTellsOfCustomerGroups(t *testing.T) {
	l := listen(t)
	d := l.say("wmCustomerZhang01", SampleCustomerGroup, "在吗？")
	assert.Equal(t, http.StatusNoContent, d.Status)
	assert.False(t, d.Unheard)
	l.say("li", SampleCustomerGroup, "@所有人 您好")
	require.Len(t, l.heard, 2)
	assert.Equal(t, archived{
		ID: d.MsgID, Group: SampleCustomerGroup, From: "wmCustomerZhang01", Kind: "customer", At: noon, Form: "text", Text: "在吗？",
	}, l.heard[0])
	assert.Equal(t, "staff", l.heard[1].Kind)
	assert.True(t, l.heard[1].Everybody)
	assert.NotEqual(t, l.heard[0].ID, l.heard[1].ID)

	assert.Equal(t, Delivery{Unheard: true}, l.say("li", SampleAppGroup, "大家好"))
	require.NoError(t, l.sim.Murmur("li", SampleControlGroup, "大家好"))
	assert.Len(t, l.heard, 2, "the archive of this company holds customer groups only")
	assert.True(t, l.sim.view().Archive)
}

// TestPipelineComesAgain lets the bot fail: what was written then is told once it listens, in order.
func TestPipelineComesAgain(t *testing.T) {
	l := listen(t)
	l.status = []int{503, 503, 503, 503}
	d := l.say("wmCustomerZhang01", SampleCustomerGroup, "一")
	assert.Equal(t, 503, d.Status)
	assert.Equal(t, 3, d.Tries)
	l.say("wmCustomerLiu0002", SampleCustomerGroup, "二")
	require.Len(t, l.heard, 2)
	assert.Equal(t, []string{"一", "二"}, []string{l.heard[0].Text, l.heard[1].Text})
	assert.Equal(t, d.MsgID, l.heard[0].ID)
	l.say("li", SampleCustomerGroup, "三")
	assert.Len(t, l.heard, 3)
	assert.Equal(t, 6, l.posts)
}

func TestRecall(t *testing.T) {
	l := listen(t)
	said := l.say("wmCustomerZhang01", SampleCustomerGroup, "发错群了")
	n := l.sim.Sees("li")[0].N
	_, err := l.sim.Recall(t.Context(), "wmCustomerLiu0002", n)
	require.ErrorIs(t, err, ErrNoMessage, "only one's own")
	_, err = l.sim.Recall(t.Context(), "wmCustomerZhang01", n)
	require.NoError(t, err)
	seen := l.sim.Sees("li")[0]
	assert.True(t, seen.Recalled)
	assert.Empty(t, seen.Text)
	require.Len(t, l.heard, 2)
	back := l.heard[1]
	assert.Equal(t, archived{
		ID: back.ID, Group: SampleCustomerGroup, From: "wmCustomerZhang01", Kind: "customer", At: noon, Form: "revoke", Recalls: said.MsgID,
	}, back)
	assert.NotEqual(t, said.MsgID, back.ID)
	_, err = l.sim.Recall(t.Context(), "wmCustomerZhang01", n)
	require.ErrorIs(t, err, ErrNoMessage, "once")

	l.say("li", SampleCustomerGroup, "您好")
	l.now = noon.Add(2*time.Minute + time.Second)
	_, err = l.sim.Recall(t.Context(), "li", l.sim.Sees("li")[1].N)
	require.ErrorIs(t, err, ErrTooLate)
}

// TestRecallWithoutPipeline takes back what no bot hears: those who saw it see that, and nothing else happens.
func TestRecallWithoutPipeline(t *testing.T) {
	b := start(t, silent)
	_, err := b.sim.Say(t.Context(), "li", SampleCustomerGroup, "您好")
	require.NoError(t, err)
	at := openPage(t, b).URL
	status, _ := ask(t, "POST", at+"/sim/recall", `{"who":"li","n":1}`)
	assert.Equal(t, http.StatusOK, status)
	assert.True(t, b.sim.Sees("boss")[0].Recalled)
	status, _ = ask(t, "POST", at+"/sim/recall", `{"who":"li","n":1}`)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Empty(t, b.all())
}
