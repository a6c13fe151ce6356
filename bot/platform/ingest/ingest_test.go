package ingest_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"qunguan/bot/chat"
	"qunguan/bot/platform/ingest"
)

const (
	present  = "present-secret-present-secret-00"
	previous = "previous-secret-previous-secret-"
)

var nine = time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC)

// desk is an adapter with everything around it.
type desk struct {
	*ingest.Adapter
	heard   []chat.Heard
	batches []int
	fails   error
	logs    *observer.ObservedLogs
}

func newDesk(t testing.TB) *desk {
	core, logs := observer.New(zapcore.DebugLevel)
	d := &desk{logs: logs}
	a, err := ingest.New(ingest.Config{
		Secrets: []string{present, previous}, Now: func() time.Time { return nine }, Log: zap.New(core),
		Hear: func(_ context.Context, source string, heard []chat.Heard, cursor chat.Cursor) error {
			assert.Equal(t, "ingest", source)
			assert.Zero(t, cursor)
			if d.fails != nil {
				return d.fails
			}
			d.heard, d.batches = append(d.heard, heard...), append(d.batches, len(heard))
			return nil
		},
		Known: func(u chat.User) (chat.PersonKind, bool) {
			if u == "robot1" {
				return "", true
			}
			return chat.Customer, false
		},
		Same: strings.ToLower,
	})
	require.NoError(t, err)
	d.Adapter = a
	return d
}

func (d *desk) post(body, stamp, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/ingest/messages", strings.NewReader(body))
	if stamp != "" {
		r.Header.Set(ingest.TimestampHeader, stamp)
	}
	if signature != "" {
		r.Header.Set(ingest.SignatureHeader, signature)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// say posts a body that is signed as it should be.
func (d *desk) say(body string) *httptest.ResponseRecorder {
	stamp := strconv.FormatInt(nine.Unix(), 10)
	return d.post(body, stamp, "v1="+ingest.Sign(present, stamp, body))
}

func TestABatchIsHeard(t *testing.T) {
	d := newDesk(t)
	w := d.say(`{"id":"M1","group":"g1","from":"zhang","kind":"customer","at":"2026-03-02T09:29:00.5+08:00","form":"text","text":"在吗 \n"}` + "\r\n" +
		"\n" + `{"id":"m2","group":"g1","from":"wang","kind":"staff","at":1772414950000,"form":"image","everybody":true}` + "\n" +
		`{"id":"m3","group":"g2","from":"robot1","at":1772414951000,"text":"hi","kind":null}` + "\n" +
		`{"id":"m4","group":"g2","from":"r","kind":"robot","at":1772414952000,"text":""}` + "\n" +
		` { "from" : "liu", "recalls":"M1", "id":"m5","group":"g1","at":1772414953000 } `)
	assert.Equal(t, http.StatusOK, w.Code)
	assert.JSONEq(t, `{"accepted":5}`, w.Body.String())
	at := func(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
	assert.Equal(t, []chat.Heard{
		{ID: "m1", Group: "g1", From: "zhang", Kind: chat.Customer, At: at(1772414940500), Form: "text", Text: "在吗 \n"},
		{ID: "m2", Group: "g1", From: "wang", Kind: chat.Staff, At: at(1772414950000), Form: "image", Everybody: true},
		{ID: "m3", Group: "g2", From: "robot1", Robot: true, At: at(1772414951000), Form: "text", Text: "hi"},
		{ID: "m4", Group: "g2", From: "r", Robot: true, At: at(1772414952000)},
		{ID: "m5", Group: "g1", From: "liu", Kind: chat.Customer, At: at(1772414953000), Recalls: "m1"},
	}, d.heard)
	assert.Zero(t, d.logs.Len())
}

func TestALongBatchIsHeardInParts(t *testing.T) {
	d := newDesk(t)
	var b strings.Builder
	for i := range 2500 {
		b.WriteString(`{"id":"m` + strconv.Itoa(i) + `","group":"g","from":"a","at":1772414950000}` + "\n")
	}
	assert.JSONEq(t, `{"accepted":2500}`, d.say(b.String()).Body.String())
	assert.Equal(t, []int{1000, 1000, 500}, d.batches)
	assert.JSONEq(t, `{"accepted":0}`, d.say("").Body.String())
}

func TestWhoMaySign(t *testing.T) {
	const body = `{"id":"m1","group":"g","from":"a","at":1772414950000}`
	stamp := strconv.FormatInt(nine.Unix(), 10)
	at := func(off time.Duration) string { return strconv.FormatInt(nine.Add(off).Unix(), 10) }
	v1 := func(secret, stamp, body string) string { return "v1=" + ingest.Sign(secret, stamp, body) }
	good := v1(present, stamp, body)
	for name, c := range map[string]struct {
		stamp, signature string
		want             int
	}{
		"the present secret":       {stamp, good, 200},
		"the previous one":         {stamp, v1(previous, stamp, body), 200},
		"one of two":               {stamp, "v1=00, " + good, 200},
		"in capitals":              {stamp, "v1=" + strings.ToUpper(ingest.Sign(present, stamp, body)), 200},
		"ten minutes old":          {at(-10 * time.Minute), v1(present, at(-10*time.Minute), body), 200},
		"older":                    {at(-10*time.Minute - time.Second), v1(present, at(-10*time.Minute-time.Second), body), 401},
		"ten minutes ahead":        {at(10 * time.Minute), v1(present, at(10*time.Minute), body), 200},
		"further ahead":            {at(10*time.Minute + time.Second), v1(present, at(10*time.Minute+time.Second), body), 401},
		"another secret":           {stamp, v1("other", stamp, body), 401},
		"no secret":                {stamp, v1("", stamp, body), 401},
		"another body":             {stamp, v1(present, stamp, body+" "), 401},
		"another time":             {at(time.Second), good, 401},
		"no signature":             {stamp, "", 401},
		"no version":               {stamp, ingest.Sign(present, stamp, body), 401},
		"cut short":                {stamp, good[:len(good)-2], 401},
		"no time":                  {"", good, 401},
		"no number":                {"now", v1(present, "now", body), 401},
		"too many signatures":      {stamp, strings.Repeat("v1=00,", 4) + good, 401},
		"empty beside a right one": {stamp, "," + good, 200},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			w := d.post(body, c.stamp, c.signature)
			assert.Equal(t, c.want, w.Code, w.Body.String())
			assert.Len(t, d.heard, map[int]int{200: 1, 401: 0}[c.want])
			assert.Equal(t, map[int]int{200: 0, 401: 1}[c.want], d.logs.Len(), "a refusal writes one line")
		})
	}
}

func TestABadLineRefusesTheWholeBatch(t *testing.T) {
	with := func(fields string) string {
		return `{"id":"m1","group":"g","from":"a","at":1772414950000` + fields + `}`
	}
	for line, want := range map[string]string{
		`{"group":"g","from":"a","at":1772414950000}`:                      `{"error":"line 3: id: is missing","line":3,"field":"id"}`,
		`{"id":"m1","group":"","from":"a","at":1772414950000}`:             `{"error":"line 3: group: is missing","line":3,"field":"group"}`,
		`{"id":"m1","group":"g","at":1772414950000}`:                       `{"error":"line 3: from: is missing","line":3,"field":"from"}`,
		`{"id":"m1","group":"g","from":"a"}`:                               `{"error":"line 3: at: is missing; write RFC 3339 in quotes, or Unix milliseconds","line":3,"field":"at"}`,
		`{"id":"m1","group":"g","from":"a","at":null}`:                     `{"error":"line 3: at: is missing; write RFC 3339 in quotes, or Unix milliseconds","line":3,"field":"at"}`,
		`{"id":"m1","group":"g","from":"a","at":"yesterday"}`:              `{"error":"line 3: at: is not RFC 3339; write it like 2026-03-02T09:30:00+08:00","line":3,"field":"at"}`,
		`{"id":"m1","group":"g","from":"a","at":1772414950}`:               `{"error":"line 3: at: is before 2010; a number means milliseconds, not seconds","line":3,"field":"at"}`,
		`{"id":"m1","group":"g","from":"a","at":1.5}`:                      `{"error":"line 3: at: is no whole number of milliseconds","line":3,"field":"at"}`,
		`{"id":"m1","group":"g","from":"a","at":"2026-03-02T01:35:01Z"}`:   `{"error":"line 3: at: is more than 5 minutes ahead of the clock here","line":3,"field":"at"}`,
		`{"id":"m 1","group":"g","from":"a","at":1}`:                       `{"error":"line 3: id: contains a space or a control character","line":3,"field":"id"}`,
		`{"id":"` + strings.Repeat("x", 129) + `","group":"g","from":"a"}`: `{"error":"line 3: id: exceeds 128 bytes","line":3,"field":"id"}`,
		with(`,"kind":"boss"`):                                             `{"error":"line 3: kind: write staff, customer or robot, or leave it out","line":3,"field":"kind"}`,
		with(`,"recals":"m0"`):                                             `{"error":"line 3: \"recals\": unknown field; known are id, group, from, kind, at, recalls, form, text, everybody","line":3,"field":"\"recals\""}`,
		with(`,"ID":"m0"`):                                                 `{"error":"line 3: \"ID\": unknown field; known are id, group, from, kind, at, recalls, form, text, everybody","line":3,"field":"\"ID\""}`,
		with(`,"id":"m0"`):                                                 `{"error":"line 3: id: stands there twice","line":3,"field":"id"}`,
		with(`,"everybody":"yes"`):                                         `{"error":"line 3: everybody: cannot be read; everybody is true or false, at a text or a number, all others are texts","line":3,"field":"everybody"}`,
		with(`,"text":["a"]`):                                              `{"error":"line 3: text: cannot be read; everybody is true or false, at a text or a number, all others are texts","line":3,"field":"text"}`,
		with(``) + `{}`:                                                    `{"error":"line 3: is not one JSON object","line":3,"field":""}`,
		`[` + with(``) + `]`:                                               `{"error":"line 3: is not one JSON object","line":3,"field":""}`,
		`{"id":"m1"`:                                                       `{"error":"line 3: is not one JSON object","line":3,"field":""}`,
		`hello`:                                                            `{"error":"line 3: is not one JSON object","line":3,"field":""}`,
		with(`,"text":"` + "\xff" + `"`):                                   `{"error":"line 3: is not UTF-8","line":3,"field":""}`,
		with(`,"text":"` + strings.Repeat("x", 65536) + `"`):               `{"error":"line 3: exceeds 65536 bytes","line":3,"field":""}`,
	} {
		d := newDesk(t)
		w := d.say(with("") + "\n\n" + line + "\n" + with(""))
		assert.Equal(t, http.StatusBadRequest, w.Code)
		assert.JSONEq(t, want, w.Body.String(), "%.100s", line)
		assert.Empty(t, d.heard)
		assert.Equal(t, 1, d.logs.Len())
	}
}

func TestWhatIsNoBatch(t *testing.T) {
	d := newDesk(t)
	w := d.say(strings.Repeat(" ", 8<<20+1))
	assert.Equal(t, http.StatusRequestEntityTooLarge, w.Code)

	// A body whose length is not told is read no further than that.
	r := httptest.NewRequest(http.MethodPost, "/ingest/messages", strings.NewReader(strings.Repeat(" ", 8<<20+1)))
	r.ContentLength = -1
	r.Header.Set(ingest.TimestampHeader, strconv.FormatInt(nine.Unix(), 10))
	r.Header.Set(ingest.SignatureHeader, "v1="+strings.Repeat("0", 64))
	w = httptest.NewRecorder()
	d.ServeHTTP(w, r)
	assert.Equal(t, http.StatusRequestEntityTooLarge, w.Code)

	w = httptest.NewRecorder()
	d.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ingest/messages", nil))
	assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
	assert.Equal(t, "POST", w.Header().Get("Allow"))
	assert.Empty(t, d.heard)
}

func TestWhatIsNotKeptIsToBePostedAgain(t *testing.T) {
	d := newDesk(t)
	d.fails = errors.New("dial tcp 10.0.0.5:6379: connection refused")
	const body = `{"id":"m1","group":"g","from":"a","at":1772414950000,"text":"private"}`
	w := d.say(body)
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.NotEmpty(t, w.Header().Get("Retry-After"))
	assert.JSONEq(t, `{"error":"not kept; post the whole batch again"}`, w.Body.String(), "where Redis is, is nobody's business")
	for _, l := range d.logs.All() {
		assert.NotContains(t, l.Message+strings.Join(texts(l.ContextMap()), " "), "private")
	}
	d.fails = nil
	assert.Equal(t, http.StatusOK, d.say(body).Code)
}

func texts(m map[string]any) (out []string) {
	for _, v := range m {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	_, err := ingest.New(ingest.Config{})
	require.ErrorContains(t, err, "ingest.secret")
	_, err = ingest.New(ingest.Config{Secrets: []string{present}})
	require.Error(t, err)
}

func FuzzBatch(f *testing.F) {
	f.Add(`{"id":"m1","group":"g","from":"a","at":1772414950000,"text":"x"}`)
	f.Add(`{"id":"m1","group":"g","from":"a","at":"2026-03-02T01:30:00Z","recalls":"m0"}` + "\n\r\n{}")
	f.Add(`{"id":{"a":[]},"at":-1e400}`)
	f.Add("{\"i\\u0064\":\"\\u0000\"}\x00")
	f.Add(`{"at":"2026-03-02T01:30:00Z"`)
	f.Fuzz(func(t *testing.T, body string) {
		d := newDesk(t)
		w := d.say(body)
		switch w.Code {
		case http.StatusOK:
			for _, h := range d.heard {
				assert.NotEmpty(t, h.ID)
				assert.NotEmpty(t, h.Group)
				assert.NotEmpty(t, h.From)
				assert.False(t, h.At.IsZero() || h.At.After(nine.Add(5*time.Minute)))
			}
		case http.StatusBadRequest:
			assert.Empty(t, d.heard)
		default:
			t.Errorf("status %d", w.Code)
		}
	})
}

func BenchmarkBatchOfAThousand(b *testing.B) {
	d := newDesk(b)
	var body strings.Builder
	for i := range 1000 {
		body.WriteString(`{"id":"CAQQ2fbb4QUY0On2rYSAgAMgip` + strconv.Itoa(i) + `","group":"wrGroup01","from":"wmCustomerZhang01","kind":"customer",` +
			`"at":1772414950000,"form":"text","text":"请问这批货什么时候能发？我们周五之前要。"}` + "\n")
	}
	for b.Loop() {
		d.heard, d.batches = d.heard[:0], d.batches[:0]
		if w := d.say(body.String()); w.Code != http.StatusOK {
			b.Fatal(w.Body.String())
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/message")
}
