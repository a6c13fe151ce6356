package zoho

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/link"
)

// fake is the accounts server and the API of one data center, as their documentation describes them.
type fake struct {
	t       *testing.T
	now     time.Time
	secret  string
	live    string
	tokens  int
	blocked bool // too many tokens in ten minutes
	records map[string]map[string]string
	status  int // of the next upsert, with code
	code    string
	after   string
	hang    chan struct{}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.hang != nil {
		<-f.hang
	}
	assert.Equal(f.t, http.MethodPost, r.Method)
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	switch r.URL.Path {
	case "/oauth/v2/token":
		f.token(w, r)
	case "/crm/v8/Group_Admins/upsert":
		f.upsert(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"code":"INVALID_URL_PATTERN","details":{},"message":"Please check if the URL trying to access is a correct one","status":"error"}`))
	}
}

func (f *fake) token(w http.ResponseWriter, r *http.Request) {
	assert.Empty(f.t, r.URL.RawQuery, "secrets go in the body")
	assert.NoError(f.t, r.ParseForm())
	switch {
	case f.blocked:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied","status":"failure"}`))
	case r.PostForm.Get("client_secret") != f.secret || r.PostForm.Get("client_id") != "1000.ID":
		_, _ = w.Write([]byte(`{"error":"invalid_client"}`))
	case r.PostForm.Get("grant_type") != "refresh_token" || r.PostForm.Get("refresh_token") != "1000.refresh":
		_, _ = w.Write([]byte(`{"error":"invalid_code"}`))
	default:
		f.tokens++
		f.live = fmt.Sprint("1000.access", f.tokens)
		_, _ = fmt.Fprintf(w, `{"access_token":%q,"scope":"ZohoCRM.modules.ALL","api_domain":"https://elsewhere.example","token_type":"Bearer","expires_in":3600}`, f.live)
	}
}

func (f *fake) upsert(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Zoho-oauthtoken "+f.live {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}`))
		return
	}
	if f.status != 0 {
		w.Header().Set("Retry-After", f.after)
		w.WriteHeader(f.status)
		_, _ = fmt.Fprintf(w, `{"code":%q,"details":{},"message":"as told %s","status":"error"}`, f.code, f.secret)
		f.status = 0
		return
	}
	var body struct {
		Data    []map[string]string `json:"data"`
		Unique  []string            `json:"duplicate_check_fields"`
		Trigger *[]string           `json:"trigger"`
	}
	assert.NoError(f.t, json.NewDecoder(r.Body).Decode(&body))
	assert.NotNil(f.t, body.Trigger)
	record := body.Data[0]
	if record["Level"] == "impossible" {
		w.WriteHeader(http.StatusAccepted) // also a record that is refused comes with a 2xx
		_, _ = w.Write([]byte(`{"data":[{"code":"INVALID_DATA","details":{"expected_data_type":"picklist","api_name":"Level"},"message":"invalid data","status":"error"}]}`))
		return
	}
	key := record[body.Unique[0]]
	action := "insert"
	if f.records[key] != nil {
		action = "update"
	}
	f.records[key] = record
	_, _ = fmt.Fprintf(w, `{"data":[{"code":"SUCCESS","duplicate_field":"Userid","action":%q,"details":{"id":"3652397000009851001"},"message":"record added","status":"success"}]}`, action)
}

func open(t *testing.T) (*fake, *Poster) {
	t.Helper()
	f := &fake{t: t, now: time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC), secret: "client-secret-1", records: map[string]map[string]string{}}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	p, err := New(Config{
		URL: s.URL, AccountsURL: s.URL, ClientID: "1000.ID", ClientSecret: "client-secret-1", RefreshToken: "1000.refresh", APIVersion: "v8",
		Module: "Group_Admins", Mapping: link.Mapping{
			Fields: map[string]string{"user": "Userid", "name": "Name", "level": "Level"}, Roles: map[string]string{"senior": "Senior", "junior": "impossible"}, Key: "Userid",
		}, Now: func() time.Time { return f.now },
	})
	require.NoError(t, err)
	return f, p
}

func portrait(user, level string) chat.Letter {
	return chat.Letter{ID: "1-0", Class: chat.OfPortrait, Portrait: &chat.Portrait{User: chat.User(user), Name: "Li", Level: level}}
}

func fault(t *testing.T, p *Poster, l chat.Letter) link.Fault {
	t.Helper()
	var f *link.Fault
	require.ErrorAs(t, p.Post(t.Context(), l), &f)
	for _, secret := range []string{"client-secret-1", "1000.refresh", "1000.access"} {
		assert.NotContains(t, f.Text, secret)
	}
	return link.Fault{After: f.After, Final: f.Final}
}

func TestAPortraitIsMadeOnceThenChanged(t *testing.T) {
	f, p := open(t)
	require.NoError(t, p.Post(t.Context(), portrait("li", "senior")))
	require.NoError(t, p.Post(t.Context(), portrait("li", "senior")), "the same again")
	assert.Equal(t, map[string]map[string]string{"li": {"Userid": "li", "Name": "Li", "Level": "Senior"}}, f.records)
	assert.Equal(t, 1, f.tokens, "a token is kept, and the domain that its answer names is not spoken to")
}

func TestATokenIsGotAgainWhenItIsOver(t *testing.T) {
	f, p := open(t)
	require.NoError(t, p.Post(t.Context(), portrait("li", "senior")))
	f.now = f.now.Add(56 * time.Minute)
	require.NoError(t, p.Post(t.Context(), portrait("li", "senior")))
	assert.Equal(t, 2, f.tokens, "before its time is over")
	f.live = "revoked"
	require.NoError(t, p.Post(t.Context(), portrait("li", "senior")))
	assert.Equal(t, 3, f.tokens, "when it is refused")
}

func TestWhatAnAnswerMeans(t *testing.T) {
	for _, c := range []struct {
		status      int
		code, after string
		want        link.Fault
	}{
		{429, "TOO_MANY_REQUESTS", "", link.Fault{After: time.Minute}},
		{429, "TOO_MANY_REQUESTS", "120", link.Fault{After: 2 * time.Minute}},
		{500, "INTERNAL_ERROR", "", link.Fault{}},
		{503, "", "30", link.Fault{After: 30 * time.Second}},
		{401, "OAUTH_SCOPE_MISMATCH", "", link.Fault{After: 10 * time.Minute}},
		{403, "NO_PERMISSION", "", link.Fault{After: 10 * time.Minute}},
		{400, "INVALID_MODULE", "", link.Fault{After: 10 * time.Minute}},
		{400, "MANDATORY_NOT_FOUND", "", link.Fault{Final: true}},
		{400, "DUPLICATE_DATA", "", link.Fault{Final: true}},
	} {
		f, p := open(t)
		f.status, f.code, f.after = c.status, c.code, c.after
		assert.Equal(t, c.want, fault(t, p, portrait("li", "senior")), "%d %s", c.status, c.code)
		require.NoError(t, p.Post(t.Context(), portrait("li", "senior")), "and then it goes")
	}
}

func TestARefusedRecordIsGivenUp(t *testing.T) {
	_, p := open(t)
	assert.Equal(t, link.Fault{Final: true}, fault(t, p, portrait("li", "junior")), "also with a 2xx")
	assert.Equal(t, link.Fault{Final: true}, fault(t, p, chat.Letter{Class: "access.granted"}))
}

func TestATokenThatIsNotGivenWaits(t *testing.T) {
	f, p := open(t)
	f.blocked = true
	assert.Equal(t, link.Fault{After: 10 * time.Minute}, fault(t, p, portrait("li", "senior")), "for the rest of the ten minutes")
	f.blocked, f.secret = false, "client-secret-2"
	assert.Equal(t, link.Fault{After: 10 * time.Minute}, fault(t, p, portrait("li", "senior")), "until the secret is mended")
}

func TestAnAnswerThatDoesNotComeIsTriedAgain(t *testing.T) {
	f, p := open(t)
	f.hang = make(chan struct{})
	defer close(f.hang)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	var got *link.Fault
	require.ErrorAs(t, p.Post(ctx, portrait("li", "senior")), &got)
	assert.False(t, got.Final)
}

func TestSketch(t *testing.T) {
	_, p := open(t)
	raw, err := p.Sketch(portrait("li", "senior"))
	require.NoError(t, err)
	assert.JSONEq(t, `{"data":[{"Userid":"li","Name":"Li","Level":"Senior"}],"duplicate_check_fields":["Userid"],"trigger":[]}`, string(raw))
}
