// Package fxiaoke keeps portraits of admins in 纷享销客 (Fxiaoke, ShareCRM): one record a person in an object that the
// company has made, found again by a field that holds the userid.
//
// What is relied on, from the vendor's public documentation (developer.fxiaoke.com/openapi_v2 and the older wiki at
// open.fxiaoke.com):
//
//   - Token, present form ("应用授权"): POST /oauth2.0/token?thirdTraceId=…, {appId, appSecret, permanentCode,
//     grantType: "app_secret"} → {errorCode, accessToken, expiresIn: 7200, ea}. "10 calls per minute", "不能并发调用本接口";
//     within 6600 s the same token is returned. Calls then carry authorization: Bearer …, x-fs-ea and x-fs-userid.
//   - Token, older form: POST /cgi/corpAccessToken/get/V2, {appId, appSecret, permanentCode} → {errorCode,
//     corpAccessToken, corpId, expiresIn}. Calls then carry corpAccessToken, corpId and currentOpenUserId in the body.
//   - Objects whose API name ends in __c are spoken to below /cgi/crm/custom/v2/data, all others below /cgi/crm/v2/data:
//     query {data: {dataObjectApiName, search_query_info: {limit, offset, filters: [{field_name, field_values, operator:
//     "EQ"}], orders}}} → {data: {dataList: [{_id}]}}; create {triggerApprovalFlow, triggerWorkFlow, data: {object_data:
//     {dataObjectApiName, …}}}; update the same with _id in object_data. Flows are triggered unless they are switched off.
//   - "thirdTraceId": a UUID of version 4, another for each call.
//   - Every answer is HTTP 200; errorCode 0 is success, and errorMessage "不能…做逻辑判断". 全局返回码: 20005 and 20016 the
//     token is over; 14001 and 30004 too many calls (100 in 20 s for one interface); 30002 the day's calls are used up
//     ("0点重新统计"); -1, -2 and 50009 the system is busy; 30003 no quota was bought; 20006, 20015, 11002, 11013 the app's
//     secrets are wrong; 15003, 20012, 20014, 20020–20023 the app or its user may not.
//   - Numbers are written as texts ("数字/金额传字符串").
//
// Not confirmed against a real tenant: which code a wrong appSecret gets (so any error for a token is taken for one that
// a person has to mend), and whether the answer to create names the new record (so it is not relied on).
package fxiaoke

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/link"
)

// The ways to authorise calls.
const (
	OAuth = "oauth" // accessToken in headers; the present one
	Corp  = "corp"  // corpAccessToken in the body; the older one
)

// Config is everything the adapter must be told.
type Config struct {
	URL           string // https://open.fxiaoke.com, or that of another cloud
	AppID         string
	AppSecret     string
	PermanentCode string
	User          string // who acts: the 员工ID with OAuth, the openUserId (FSUID_…) with Corp
	Auth          string // OAuth or Corp
	Object        string // API name of the object
	Mapping       link.Mapping
	Now           func() time.Time
}

// Poster keeps portraits in one object. Safe for concurrent use.
type Poster struct {
	c    Config
	wire *link.Wire

	mu    sync.Mutex // held while a token is got: the interface does not allow two at once
	token token
}

type token struct {
	text, corp string // corp is the ea with OAuth, the corpId with Corp
	until      time.Time
}

// New checks c.
func New(c Config) (*Poster, error) {
	for _, n := range []struct{ key, value string }{
		{"client_id", c.AppID}, {"secret", c.AppSecret}, {"token", c.PermanentCode}, {"user", c.User}, {"object", c.Object}, {"key", c.Mapping.Key},
	} {
		if n.value == "" {
			return nil, errors.New(n.key + ": missing")
		}
	}
	if c.Auth != OAuth && c.Auth != Corp {
		return nil, fmt.Errorf("auth: %q is not possible; write %s or %s", c.Auth, OAuth, Corp)
	}
	w, err := link.New(c.URL, c.AppSecret, c.PermanentCode)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	return &Poster{c: c, wire: w}, nil
}

// Version says what is spoken.
func (p *Poster) Version() string { return "OpenAPI v2, " + p.c.Auth }

// Sketch is the record of a letter's portrait as it is created.
func (p *Poster) Sketch(l chat.Letter) (json.RawMessage, error) {
	if l.Portrait == nil {
		return nil, errors.New("only portraits are kept here")
	}
	raw, err := json.Marshal(p.write("", p.c.Mapping.Record(*l.Portrait)))
	if err != nil {
		return nil, fmt.Errorf("encode portrait: %w", err)
	}
	return raw, nil
}

// Post keeps the portrait of a letter: the person's record is changed, or made if there is none. Doing it again changes
// nothing. An error is a *link.Fault.
func (p *Poster) Post(ctx context.Context, l chat.Letter) error {
	if l.Portrait == nil {
		return link.Refused("only portraits are kept here, not %s", l.Class)
	}
	record := p.c.Mapping.Record(*l.Portrait)
	err := p.keep(ctx, record)
	var over *expired
	if errors.As(err, &over) {
		p.forget(over.token)
		err = p.keep(ctx, record)
	}
	if errors.As(err, &over) {
		return link.Locked("a new token is refused at once (%s)", over.said)
	}
	return err
}

func (p *Poster) keep(ctx context.Context, record map[string]any) error {
	found, err := p.call(ctx, "/query", map[string]any{"data": map[string]any{
		"dataObjectApiName": p.c.Object,
		"search_query_info": map[string]any{
			"limit": 2, "offset": 0, "orders": []any{},
			"filters":         []any{map[string]any{"field_name": p.c.Mapping.Key, "field_values": []any{record[p.c.Mapping.Key]}, "operator": "EQ"}},
			"fieldProjection": []string{"_id"},
		},
	}})
	if err != nil {
		return err
	}
	switch ids := found.ids(); len(ids) {
	case 0:
		_, err = p.call(ctx, "/create", p.write("", record))
	case 1:
		_, err = p.call(ctx, "/update", p.write(ids[0], record))
	default:
		err = link.Refused("several records of %s have the same %s; keep one, and make the field unique", p.c.Object, p.c.Mapping.Key)
	}
	return err
}

// write is the body that makes or, with an id, changes a record. No flow of the company's is started by it.
func (p *Poster) write(id string, record map[string]any) map[string]any {
	data := map[string]any{"dataObjectApiName": p.c.Object}
	for field, v := range record {
		if n, number := v.(json.Number); number {
			v = n.String()
		}
		data[field] = v
	}
	if id != "" {
		data["_id"] = id
	}
	return map[string]any{"triggerApprovalFlow": false, "triggerWorkFlow": false, "data": map[string]any{"object_data": data}}
}

// answer is what every interface answers.
type answer struct {
	Code    *int            `json:"errorCode"`
	Message string          `json:"errorMessage"`
	Trace   string          `json:"traceId"`
	Data    json.RawMessage `json:"data"`

	AccessToken     string `json:"accessToken"`
	CorpAccessToken string `json:"corpAccessToken"`
	EA              string `json:"ea"`
	CorpID          string `json:"corpId"`
	ExpiresIn       int64  `json:"expiresIn"`
}

// ids are the records that a query has found. The documentation shows data as one record in places and as a list in
// others; both are read.
func (a answer) ids() []string {
	var data struct {
		ID   string `json:"_id"`
		List []struct {
			ID string `json:"_id"`
		} `json:"dataList"`
	}
	if json.Unmarshal(a.Data, &data) != nil {
		return nil
	}
	var out []string
	for _, r := range data.List {
		out = append(out, r.ID)
	}
	if data.ID != "" {
		out = append(out, data.ID)
	}
	return out
}

// expired says that a token is over before its time.
type expired struct{ token, said string }

func (e *expired) Error() string { return "token expired: " + e.said }

// call asks an interface of the object.
func (p *Poster) call(ctx context.Context, what string, body map[string]any) (answer, error) {
	t, err := p.authorise(ctx)
	if err != nil {
		return answer{}, err
	}
	h, sent := http.Header{}, map[string]any{}
	for k, v := range body {
		sent[k] = v
	}
	if p.c.Auth == OAuth {
		h.Set("Authorization", "Bearer "+t.text)
		h.Set("x-fs-ea", t.corp)
		h.Set("x-fs-userid", p.c.User)
	} else {
		sent["corpAccessToken"], sent["corpId"], sent["currentOpenUserId"] = t.text, t.corp, p.c.User
	}
	path := "/cgi/crm/v2/data"
	if strings.HasSuffix(p.c.Object, "__c") {
		path = "/cgi/crm/custom/v2/data"
	}
	a, err := p.ask(ctx, path+what, h, sent)
	if err != nil || *a.Code == 0 {
		return a, err
	}
	said := strings.ReplaceAll(p.said(a), t.text, "…")
	switch *a.Code {
	case 20005, 20016:
		return a, &expired{token: t.text, said: said}
	case 14001, 30004:
		return a, link.Busy(20*time.Second, "too many calls: %s", said)
	case 30002:
		return a, link.Busy(time.Hour, "today's calls are used up: %s", said)
	case -1, -2, 50009:
		return a, link.Busy(0, "%s", said)
	case 30003, 11002, 11013, 15003, 20006, 20012, 20014, 20015, 20017, 20020, 20021, 20022, 20023:
		return a, link.Locked("%s", said)
	}
	return a, link.Refused("%s", said)
}

func (p *Poster) said(a answer) string {
	return p.wire.Clean(fmt.Sprintf("%d %s (traceId %s)", *a.Code, a.Message, a.Trace))
}

// ask posts to an interface and reads its answer, whatever its code.
func (p *Poster) ask(ctx context.Context, path string, h http.Header, body map[string]any) (answer, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return answer{}, link.Refused("encode: %v", err)
	}
	h.Set("Content-Type", "application/json")
	got, err := p.wire.Post(ctx, path, url.Values{"thirdTraceId": {uuid()}}, h, raw)
	if err != nil {
		return answer{}, err
	}
	if err := p.wire.ByStatus(got); err != nil {
		return answer{}, err
	}
	var a answer
	if json.Unmarshal(got.Body, &a) != nil || a.Code == nil {
		return answer{}, link.Busy(0, "the answer is not one of the open platform: %s", p.wire.Clean(string(got.Body)))
	}
	return a, nil
}

// authorise returns a token that is good for a while yet.
func (p *Poster) authorise(ctx context.Context) (token, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c.Now().Before(p.token.until) {
		return p.token, nil
	}
	path := "/oauth2.0/token"
	body := map[string]any{"appId": p.c.AppID, "appSecret": p.c.AppSecret, "permanentCode": p.c.PermanentCode}
	if p.c.Auth == OAuth {
		body["grantType"] = "app_secret"
	} else {
		path = "/cgi/corpAccessToken/get/V2"
	}
	asked := p.c.Now()
	a, err := p.ask(ctx, path, http.Header{}, body)
	if err != nil {
		return token{}, err
	}
	switch *a.Code {
	case 0:
	case -1, -2, 50009:
		return token{}, link.Busy(0, "no token: %s", p.said(a))
	case 14001, 30004:
		return token{}, link.Busy(time.Minute, "no token, too many were asked for: %s", p.said(a))
	default:
		return token{}, link.Locked("no token; check client_id, secret and token: %s", p.said(a))
	}
	t := token{text: a.AccessToken, corp: a.EA}
	if p.c.Auth == Corp {
		t = token{text: a.CorpAccessToken, corp: a.CorpID}
	}
	if t.text == "" || t.corp == "" {
		return token{}, link.Locked("no token in the answer; is auth: %s the right one?", p.c.Auth)
	}
	// In its last ten minutes another token would be given anyway.
	t.until = asked.Add(max(time.Duration(a.ExpiresIn)*time.Second-10*time.Minute, time.Minute))
	p.token = t
	return t, nil
}

// forget lets go of a token, unless another one has been got meanwhile.
func (p *Poster) forget(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.token.text == text {
		p.token = token{}
	}
}

// uuid is a random UUID, version 4.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Check says whether the app's secrets get a token; nothing is written.
func (p *Poster) Check(ctx context.Context) error {
	_, err := p.authorise(ctx)
	return err
}
