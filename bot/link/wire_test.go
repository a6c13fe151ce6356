package link

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

func TestWhereLettersMayGo(t *testing.T) {
	for address, right := range map[string]bool{
		"https://crm.example.com/hook?x=1": true,
		"http://127.0.0.1:8080/hook":       true,
		"http://localhost/hook":            true,
		"http://[::1]:1/":                  true,
		"http://crm.example.com":           false,
		"http://10.0.0.5/":                 false,
		"http://127.0.0.1.example.com/":    false,
		"ftp://crm.example.com":            false,
		"https://user:pw@crm.example.com":  false,
		"https://":                         false,
		"crm.example.com":                  false,
		"":                                 false,
	} {
		_, err := New(address)
		assert.Equal(t, right, err == nil, "%s: %v", address, err)
	}
}

// answers starts a server that always answers the same.
func answers(t *testing.T, h http.HandlerFunc) *Wire {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	w, err := New(s.URL+"/hook", "secret-of-ours")
	require.NoError(t, err)
	return w
}

func TestARedirectIsNotFollowed(t *testing.T) {
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	w := answers(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/?s=secret-of-ours", http.StatusTemporaryRedirect)
	})
	_, err := w.Post(t.Context(), "", nil, http.Header{}, []byte("x"))
	var f *Fault
	require.ErrorAs(t, err, &f)
	assert.False(t, reached)
	assert.False(t, f.Final, "it waits until the address is mended")
	assert.NotContains(t, err.Error(), "secret-of-ours")
}

func TestAnAnswerIsBounded(t *testing.T) {
	w := answers(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(strings.Repeat("x", 3<<20))) })
	a, err := w.Post(t.Context(), "", nil, http.Header{}, nil)
	require.NoError(t, err)
	assert.Len(t, a.Body, maxAnswer)
	assert.Less(t, len(w.Clean(string(a.Body))), 300)
}

func TestNoAnswerIsTriedAgain(t *testing.T) {
	release := make(chan struct{})
	w := answers(t, func(http.ResponseWriter, *http.Request) { <-release })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	defer close(release)
	_, err := w.Post(ctx, "", nil, http.Header{}, nil)
	var f *Fault
	require.ErrorAs(t, err, &f)
	assert.False(t, f.Final)
	assert.NotContains(t, f.Text, "/hook", "an address may hold a secret")
}

func TestWhatAStatusMeans(t *testing.T) {
	w := answers(t, nil)
	for status, want := range map[int]string{
		200: "", 204: "", 401: "locked", 403: "locked", 404: "locked", 410: "locked", 408: "busy", 429: "busy", 500: "busy", 503: "busy",
		400: "final", 409: "final", 413: "final", 422: "final",
	} {
		err := w.ByStatus(Answer{Status: status, Body: []byte("no: secret-of-ours")})
		if want == "" {
			assert.NoError(t, err, "%d", status)
			continue
		}
		var f *Fault
		require.ErrorAs(t, err, &f, "%d", status)
		assert.Equal(t, map[string]Fault{"locked": {After: mendWithin}, "busy": {}, "final": {Final: true}}[want],
			Fault{After: f.After, Final: f.Final}, "%d", status)
		assert.NotContains(t, f.Text, "secret-of-ours")
	}
	for said, want := range map[string]time.Duration{"30": 30 * time.Second, "": 0, "x": 0, "-1": 0, "999999": time.Hour} {
		assert.Equal(t, want, retryAfter(said), "%q", said)
	}
}

func TestAMappingWritesWhatIsKnown(t *testing.T) {
	m := Mapping{
		Fields: map[string]string{"user": "Uid", "name": "Name", "level": "Level__c", "roles": "Roles__c", "indicator_quality": "Quality__c"},
		Roles:  map[string]string{"senior": "高级", "service": "客服"}, Key: "Uid",
	}
	p := chat.Portrait{User: "li", Level: "senior", Roles: []chat.Held{{Group: "g", Name: "华东", Level: "senior", Job: "service"}}}
	assert.Equal(t, map[string]any{"Uid": "li", "Level__c": "高级", "Roles__c": "华东: 高级/客服"}, m.Record(p))
	assert.Equal(t, "senior", p.Roles[0].Level, "the portrait stays as it was")
	assert.Equal(t, map[string]any{"Uid": "li", "Level__c": "", "Roles__c": ""}, m.Record(chat.Portrait{User: "li"}),
		"who is no admin any more has no level, and that is told")
}

func TestValuesHaveTheTypesOfTheirFields(t *testing.T) {
	m := Mapping{Fields: map[string]string{"active": "A", "groups": "G", "duty_hours": "D", "indicator_quality": "Q", "as_of": "T"}}
	p := chat.Portrait{Level: "senior", DutyHours: 1.5, AsOf: time.Unix(0, 0), Indicators: []chat.Measure{{Name: "quality", Value: 96, Verdict: "passed"}}}
	assert.Equal(t, map[string]any{
		"A": true, "G": json.Number("0"), "D": json.Number("1.5"), "Q": json.Number("96"), "T": "1970-01-01T00:00:00Z",
	}, m.Record(p))
}

func TestWhatIsSecretInAnAddressIsNotQuoted(t *testing.T) {
	w, err := New("https://hooks.example/services/T0A1B2C3D4E5F6G7H8/in?key=hidden-key%2B1&v=2", "")
	require.NoError(t, err)
	for _, said := range []string{
		"Cannot POST /services/T0A1B2C3D4E5F6G7H8/in?key=hidden-key%2B1&v=2", "no key hidden-key+1 here", "T0A1B2C3D4E5F6G7H8 is gone",
	} {
		assert.NotRegexp(t, "T0A1|hidden-key", w.Clean(said))
	}
	assert.Equal(t, "services in 2", w.Clean("services in 2"), "words stay")
}
