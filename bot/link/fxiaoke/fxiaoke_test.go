package fxiaoke

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/link"
)

// fake answers as the documentation of the open platform says it does: HTTP 200 whatever happens, and an errorCode.
type fake struct {
	t       *testing.T
	now     time.Time
	secret  string
	live    string // the token that is good
	tokens  int
	records map[string]map[string]any
	calls   []string
	traces  map[string]bool
	fail    map[string]int // by path: the code of the next call
	hang    chan struct{}
}

const object = "qunguan_admin__c"

var uuidV4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.hang != nil {
		<-f.hang
	}
	assert.Equal(f.t, http.MethodPost, r.Method)
	trace := r.URL.Query().Get("thirdTraceId")
	assert.Regexp(f.t, uuidV4, trace)
	assert.False(f.t, f.traces[trace], "another one for each call")
	f.traces[trace] = true
	var body map[string]any
	assert.NoError(f.t, json.NewDecoder(r.Body).Decode(&body))
	f.calls = append(f.calls, r.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	answer := f.answer(r, body)
	answer["traceId"] = "E-O.1"
	assert.NoError(f.t, json.NewEncoder(w).Encode(answer))
}

func code(n int, message string) map[string]any {
	return map[string]any{"errorCode": n, "errorMessage": message}
}

func (f *fake) answer(r *http.Request, body map[string]any) map[string]any {
	if n := f.fail[r.URL.Path]; n != 0 {
		delete(f.fail, r.URL.Path)
		return code(n, "as told: "+f.secret)
	}
	switch r.URL.Path {
	case "/oauth2.0/token", "/cgi/corpAccessToken/get/V2":
		oauth := r.URL.Path == "/oauth2.0/token"
		if body["appId"] != "FSAID_1" || body["appSecret"] != f.secret || body["permanentCode"] != "code" || oauth && body["grantType"] != "app_secret" {
			return code(10006, "appSecret "+fmt.Sprint(body["appSecret"])+" is wrong")
		}
		f.tokens++
		f.live = fmt.Sprint("token", f.tokens)
		out := code(0, "success")
		out["expiresIn"] = 7200
		if oauth {
			out["accessToken"], out["ea"] = f.live, "ea1"
		} else {
			out["corpAccessToken"], out["corpId"] = f.live, "FSCID_1"
		}
		return out
	}
	byHeader := r.Header.Get("Authorization") == "Bearer "+f.live && r.Header.Get("x-fs-ea") == "ea1" && r.Header.Get("x-fs-userid") == "1000"
	byBody := body["corpAccessToken"] == f.live && body["corpId"] == "FSCID_1" && body["currentOpenUserId"] == "1000"
	if !byHeader && !byBody {
		return code(20016, "the cropId,cropAccessToken or authorization is error")
	}
	data, _ := body["data"].(map[string]any)
	record, _ := data["object_data"].(map[string]any)
	switch r.URL.Path {
	case "/cgi/crm/custom/v2/data/query":
		return f.query(data)
	case "/cgi/crm/custom/v2/data/create", "/cgi/crm/custom/v2/data/update":
		assert.Equal(f.t, false, body["triggerWorkFlow"])
		assert.Equal(f.t, false, body["triggerApprovalFlow"])
		assert.Equal(f.t, object, record["dataObjectApiName"])
		id, _ := record["_id"].(string)
		if id == "" {
			id = fmt.Sprint("r", len(f.records)+1)
		}
		if record["level__c"] == "impossible" {
			return code(15002, "参数不合法 level__c")
		}
		f.records[id] = record
		return code(0, "OK")
	}
	return code(10006, "the request uri is not exists")
}

func (f *fake) query(data map[string]any) map[string]any {
	assert.Equal(f.t, object, data["dataObjectApiName"])
	info, _ := data["search_query_info"].(map[string]any)
	filters, _ := info["filters"].([]any)
	filter, _ := filters[0].(map[string]any)
	assert.Equal(f.t, "EQ", filter["operator"])
	wanted, _ := filter["field_values"].([]any)
	list := []any{}
	for id, r := range f.records {
		if r[fmt.Sprint(filter["field_name"])] == wanted[0] {
			list = append(list, map[string]any{"_id": id})
		}
	}
	out := code(0, "OK")
	out["data"] = map[string]any{"dataList": list, "total": len(list), "offset": 0, "limit": 2}
	return out
}

func open(t *testing.T, auth string) (*fake, *Poster) {
	t.Helper()
	f := &fake{t: t, now: time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC), secret: "app-secret-1", records: map[string]map[string]any{},
		traces: map[string]bool{}, fail: map[string]int{}}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	p, err := New(Config{
		URL: s.URL, AppID: "FSAID_1", AppSecret: "app-secret-1", PermanentCode: "code", User: "1000", Auth: auth, Object: object,
		Mapping: link.Mapping{
			Fields: map[string]string{"user": "uid__c", "name": "name", "level": "level__c", "groups": "groups__c"},
			Roles:  map[string]string{"senior": "高级群管", "junior": "impossible"}, Key: "uid__c",
		},
		Now: func() time.Time { return f.now },
	})
	require.NoError(t, err)
	return f, p
}

func portrait(user, level string) chat.Letter {
	return chat.Letter{ID: "1-0", Class: chat.OfPortrait, Portrait: &chat.Portrait{User: chat.User(user), Name: "李", Level: level}}
}

func TestAPortraitIsMadeOnceThenChanged(t *testing.T) {
	for _, auth := range []string{OAuth, Corp} {
		f, p := open(t, auth)
		require.NoError(t, p.Post(t.Context(), portrait("li", "senior")))
		require.NoError(t, p.Post(t.Context(), portrait("li", "senior")), "the same again")
		require.NoError(t, p.Post(t.Context(), portrait("li", "")))
		require.NoError(t, p.Post(t.Context(), portrait("wang", "senior")))
		require.Len(t, f.records, 2)
		assert.Equal(t, map[string]any{"_id": "r1", "dataObjectApiName": object, "uid__c": "li", "name": "李", "level__c": "", "groups__c": "0"}, f.records["r1"])
		assert.Equal(t, "高级群管", f.records["r2"]["level__c"])
		assert.Equal(t, 1, f.tokens, "a token is kept")
	}
}

func TestATokenIsGotAgainWhenItIsOver(t *testing.T) {
	f, p := open(t, OAuth)
	require.NoError(t, p.Post(t.Context(), portrait("li", "senior")))
	f.now = f.now.Add(6600 * time.Second)
	require.NoError(t, p.Post(t.Context(), portrait("li", "senior")))
	assert.Equal(t, 2, f.tokens, "before its time is over")
	f.live = "another"
	require.NoError(t, p.Post(t.Context(), portrait("li", "senior")))
	assert.Equal(t, 3, f.tokens, "when it is refused")
}

// fault is what came of a letter.
func fault(t *testing.T, p *Poster, l chat.Letter) link.Fault {
	t.Helper()
	var f *link.Fault
	require.ErrorAs(t, p.Post(t.Context(), l), &f)
	assert.NotContains(t, f.Text, "app-secret-1")
	assert.NotContains(t, f.Text, "token1")
	return link.Fault{After: f.After, Final: f.Final}
}

func TestWhatACodeMeans(t *testing.T) {
	const query, create = "/cgi/crm/custom/v2/data/query", "/cgi/crm/custom/v2/data/create"
	for _, c := range []struct {
		path string
		code int
		want link.Fault
	}{
		{query, 14001, link.Fault{After: 20 * time.Second}},
		{create, 30004, link.Fault{After: 20 * time.Second}},
		{create, 30002, link.Fault{After: time.Hour}},
		{create, -1, link.Fault{}},
		{query, 50009, link.Fault{}},
		{create, 30003, link.Fault{After: 10 * time.Minute}},
		{create, 20020, link.Fault{After: 10 * time.Minute}},
		{create, 32000, link.Fault{Final: true}},
		{"/oauth2.0/token", 20006, link.Fault{After: 10 * time.Minute}},
		{"/oauth2.0/token", 14001, link.Fault{After: time.Minute}},
		{"/oauth2.0/token", -1, link.Fault{}},
	} {
		f, p := open(t, OAuth)
		f.fail[c.path] = c.code
		assert.Equal(t, c.want, fault(t, p, portrait("li", "senior")), "%s %d", c.path, c.code)
		require.NoError(t, p.Post(t.Context(), portrait("li", "senior")), "and then it goes")
	}
}

func TestAWrongSecretWaitsForSomebodyToMendIt(t *testing.T) {
	f, p := open(t, OAuth)
	f.secret = "app-secret-2"
	assert.Equal(t, link.Fault{After: 10 * time.Minute}, fault(t, p, portrait("li", "senior")))
}

func TestWhatIsNotAcceptedIsGivenUp(t *testing.T) {
	f, p := open(t, OAuth)
	assert.Equal(t, link.Fault{Final: true}, fault(t, p, portrait("li", "junior")), "a value that the field does not take")
	assert.Equal(t, link.Fault{Final: true}, fault(t, p, chat.Letter{Class: "access.granted"}))
	f.records["a"], f.records["b"] = map[string]any{"uid__c": "li"}, map[string]any{"uid__c": "li"}
	assert.Equal(t, link.Fault{Final: true}, fault(t, p, portrait("li", "senior")), "which of two it is cannot be told")
}

func TestAnAnswerThatDoesNotComeIsTriedAgain(t *testing.T) {
	f, p := open(t, OAuth)
	f.hang = make(chan struct{})
	defer close(f.hang)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	var got *link.Fault
	require.ErrorAs(t, p.Post(ctx, portrait("li", "senior")), &got)
	assert.False(t, got.Final)
}

func TestSketch(t *testing.T) {
	_, p := open(t, OAuth)
	raw, err := p.Sketch(chat.Trial(time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)))
	require.NoError(t, err)
	assert.JSONEq(t, `{"triggerApprovalFlow":false,"triggerWorkFlow":false,"data":{"object_data":{"dataObjectApiName":"qunguan_admin__c",
		"uid__c":"qunguan-test","name":"测试 Test","level__c":"impossible","groups__c":"1"}}}`, string(raw))
}
