// Package zoho keeps portraits of admins in Zoho CRM: one record a person in a module, found again by a field that holds
// the userid.
//
// What is relied on, from the vendor's public documentation:
//
//   - "Refresh access token" (zoho.com/accounts/protocol/oauth): POST {accounts-server-url}/oauth/v2/token with
//     refresh_token, client_id, client_secret and grant_type=refresh_token → {access_token, expires_in: 3600, api_domain,
//     token_type}. "up to ten access tokens in a span of ten minutes"; beyond that creation "will be blocked for the rest
//     of the ten minutes". Parameters go in the body, so that no log of a proxy keeps them.
//   - "Insert or Update Records (Upsert)" (zoho.com/crm/developer/docs/api/v8/upsert-records.html): POST
//     {api-domain}/crm/{version}/{module_api_name}/upsert, Authorization: Zoho-oauthtoken …, {data: [{…}],
//     duplicate_check_fields: […], trigger: []} → {data: [{code: "SUCCESS", status, action, details: {id}}]}. The scope is
//     ZohoCRM.modules.{module}.ALL. An empty trigger starts no workflow of the company's.
//   - "Status codes" of the same documentation: 401 INVALID_TOKEN, 429 TOO_MANY_REQUESTS (credits or concurrency),
//     403 NO_PERMISSION, 401 OAUTH_SCOPE_MISMATCH, 400 INVALID_DATA, MANDATORY_NOT_FOUND, DUPLICATE_DATA, INVALID_MODULE.
//
// The api_domain of a token's answer is not followed: letters go to the address that the operator has written down, so
// that no answer can send them elsewhere. Not confirmed against a real account: the exact body of a blocked token
// request; everything but success is taken for one that passes, or that a person has to mend.
package zoho

import (
	"context"
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

// Config is everything the adapter must be told.
type Config struct {
	URL          string // the API domain: https://www.zohoapis.com, or that of another data center
	AccountsURL  string // of the same data center: https://accounts.zoho.com
	ClientID     string
	ClientSecret string
	RefreshToken string
	APIVersion   string // v8
	Module       string // API name
	Mapping      link.Mapping
	Now          func() time.Time
}

// Poster keeps portraits in one module. Safe for concurrent use.
type Poster struct {
	c        Config
	api      *link.Wire
	accounts *link.Wire

	mu    sync.Mutex
	token string
	until time.Time
}

// New checks c.
func New(c Config) (*Poster, error) {
	for _, n := range []struct{ key, value string }{
		{"client_id", c.ClientID}, {"secret", c.ClientSecret}, {"token", c.RefreshToken}, {"object", c.Module}, {"key", c.Mapping.Key},
		{"api_version", c.APIVersion},
	} {
		if n.value == "" {
			return nil, errors.New(n.key + ": missing")
		}
	}
	api, err := link.New(c.URL, c.ClientSecret, c.RefreshToken)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	accounts, err := link.New(c.AccountsURL, c.ClientSecret, c.RefreshToken)
	if err != nil {
		return nil, fmt.Errorf("accounts_url: %w", err)
	}
	return &Poster{c: c, api: api, accounts: accounts}, nil
}

// Version says what is spoken.
func (p *Poster) Version() string { return "CRM API " + p.c.APIVersion }

// upsert is the body of the request.
type upsert struct {
	Data    []map[string]any `json:"data"`
	Unique  []string         `json:"duplicate_check_fields"`
	Trigger []string         `json:"trigger"`
}

// Sketch is the body for a letter's portrait.
func (p *Poster) Sketch(l chat.Letter) (json.RawMessage, error) {
	if l.Portrait == nil {
		return nil, errors.New("only portraits are kept here")
	}
	raw, err := json.Marshal(upsert{
		Data: []map[string]any{p.c.Mapping.Record(*l.Portrait)}, Unique: []string{p.c.Mapping.Key}, Trigger: []string{},
	})
	if err != nil {
		return nil, fmt.Errorf("encode portrait: %w", err)
	}
	return raw, nil
}

// Post keeps the portrait of a letter. Doing it again changes nothing. An error is a *link.Fault.
func (p *Poster) Post(ctx context.Context, l chat.Letter) error {
	body, err := p.Sketch(l)
	if err != nil {
		return link.Refused("%v", err)
	}
	token, err := p.authorise(ctx, "")
	if err != nil {
		return err
	}
	over, err := p.upsert(ctx, token, body)
	if !over {
		return err
	}
	if token, err = p.authorise(ctx, token); err != nil {
		return err
	}
	if over, err = p.upsert(ctx, token, body); over {
		return link.Locked("a new access token is refused at once; was the refresh token made for this data center?")
	}
	return err
}

// answer is what the module answers: about each record, or, where the request itself is wrong, about that.
type answer struct {
	Data []verdict `json:"data"`
	verdict
}

type verdict struct {
	Code    string          `json:"code"`
	Message string          `json:"message"`
	Status  string          `json:"status"`
	Details json.RawMessage `json:"details"`
}

// upsert posts the body; over says that the token is not good any more.
func (p *Poster) upsert(ctx context.Context, token string, body []byte) (over bool, err error) {
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("Authorization", "Zoho-oauthtoken "+token)
	got, err := p.api.Post(ctx, "/crm/"+p.c.APIVersion+"/"+url.PathEscape(p.c.Module)+"/upsert", nil, h, body)
	if err != nil {
		return false, err
	}
	var a answer
	if json.Unmarshal(got.Body, &a) != nil {
		if err := p.api.ByStatus(got); err != nil {
			return false, err
		}
		return false, link.Busy(0, "the answer is not one of the CRM API: %s", p.api.Clean(string(got.Body)))
	}
	v := a.verdict
	if len(a.Data) > 0 {
		v = a.Data[0]
	}
	said := strings.ReplaceAll(p.api.Clean(fmt.Sprintf("HTTP %d %s: %s %s", got.Status, v.Code, v.Message, v.Details)), token, "…")
	switch {
	case v.Code == "SUCCESS" && got.Status < 300:
		return false, nil
	case v.Code == "INVALID_TOKEN" || v.Code == "AUTHENTICATION_FAILURE":
		return true, nil
	case v.Code == "TOO_MANY_REQUESTS" || v.Code == "LIMIT_EXCEEDED" && got.Status == http.StatusTooManyRequests || got.Status == http.StatusTooManyRequests:
		return false, link.Busy(max(got.After, time.Minute), "too many calls: %s", said)
	case got.Status >= 500:
		return false, link.Busy(got.After, "%s", said)
	case got.Status == http.StatusUnauthorized, got.Status == http.StatusForbidden, got.Status == http.StatusNotFound,
		v.Code == "OAUTH_SCOPE_MISMATCH", v.Code == "NO_PERMISSION", v.Code == "INVALID_MODULE":
		return false, link.Locked("%s", said)
	}
	return false, link.Refused("%s", said)
}

// authorise returns an access token that is good for a while yet, and is not the one that was refused.
func (p *Poster) authorise(ctx context.Context, refused string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.token != "" && p.token != refused && p.c.Now().Before(p.until) {
		return p.token, nil
	}
	h := http.Header{}
	h.Set("Content-Type", "application/x-www-form-urlencoded")
	asked := p.c.Now()
	got, err := p.accounts.Post(ctx, "/oauth/v2/token", nil, h, []byte(url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {p.c.RefreshToken}, "client_id": {p.c.ClientID}, "client_secret": {p.c.ClientSecret},
	}.Encode()))
	if err != nil {
		return "", err
	}
	var a struct {
		Token     string `json:"access_token"`
		ExpiresIn int64  `json:"expires_in"`
		Error     string `json:"error"`
	}
	if got.Status >= 500 || json.Unmarshal(got.Body, &a) != nil {
		return "", link.Busy(got.After, "no access token: HTTP %d", got.Status)
	}
	if a.Token == "" {
		if a.Error == "" {
			a.Error = fmt.Sprintf("HTTP %d", got.Status)
		}
		// "Access Denied" is too many tokens in ten minutes; "invalid_client" and "invalid_code" a wrong secret. Both wait.
		return "", link.Locked("no access token (%s); check client_id, secret, token and accounts_url", p.accounts.Clean(a.Error))
	}
	// Five minutes are left for clocks that differ.
	p.token, p.until = a.Token, asked.Add(max(time.Duration(a.ExpiresIn)*time.Second-5*time.Minute, time.Minute))
	return p.token, nil
}

// Check says whether the secrets get an access token; nothing is written.
func (p *Poster) Check(ctx context.Context) error {
	_, err := p.authorise(ctx, "")
	return err
}
