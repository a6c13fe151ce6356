package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"
)

const (
	callWithin  = 10 * time.Second
	maxResponse = 4 << 20
)

// client is the one place where the adapter speaks HTTP, and so the one place where secrets are taken out of errors.
type client struct {
	http    *http.Client
	base    string
	corp    string
	secrets []string // values that never leave, wherever they turn up
	now     func() time.Time
	ahead   atomic.Pointer[time.Duration] // how far the platform's clock is ahead of ours, by its latest answer
}

func newClient(c Config) *client {
	own := c.HTTP
	if own == nil {
		own = &http.Client{Timeout: callWithin, Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: callWithin,
			MaxIdleConns: 64, MaxIdleConnsPerHost: 32, IdleConnTimeout: 90 * time.Second,
		}}
	}
	h := *own
	// A redirect would carry the query, and in it the token, to another place.
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	cl := &client{http: &h, base: c.APIBase, corp: c.CorpID, now: c.Now}
	for _, s := range []string{
		c.App.Secret, c.App.Token, c.App.EncodingAESKey, c.Bot.Token, c.Bot.EncodingAESKey, c.CustomerContactSecret,
	} {
		if s != "" {
			cl.secrets = append(cl.secrets, s)
		}
	}
	return cl
}

// Ahead is how far WeCom's clock is ahead of ours, by the Date of its latest answer, to about a second; nil if it has not
// told.
func (a *Adapter) Ahead() *time.Duration { return a.client.ahead.Load() }

// call is one request. op names it in errors; secrets are cleaned out of them on top of the configured ones.
type call struct {
	op      string
	address string
	query   url.Values
	in      any // nil: GET; a file is sent as a form, anything else as JSON
	secrets []string
}

// do makes the call and decodes the answer into out. Every error is a *Fault.
func (c *client) do(ctx context.Context, k call, out any) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	raw, err := c.exchange(ctx, k)
	if err != nil {
		return err
	}
	var answer struct {
		ErrCode int    `json:"errcode"`
		ErrMsg  string `json:"errmsg"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return &Fault{Op: k.op, Status: http.StatusOK, Retry: true, Reason: "the answer is not the JSON of WeCom"}
	}
	if answer.ErrCode != 0 {
		return refused(k.op, answer.ErrCode, c.redact(answer.ErrMsg, k.secrets...))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return &Fault{Op: k.op, Status: http.StatusOK, Reason: "the answer has another form than documented"}
	}
	return nil
}

func (c *client) exchange(ctx context.Context, k call) ([]byte, error) {
	req, err := k.request(ctx)
	if err != nil {
		return nil, &Fault{Op: k.op, Reason: c.redact(err.Error(), k.secrets...)}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, broken(k.op, err, c.redact(bare(err), k.secrets...))
	}
	defer resp.Body.Close()
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		ahead := date.Sub(c.now()).Round(time.Second)
		c.ahead.Store(&ahead)
	}
	if resp.StatusCode != http.StatusOK {
		again := resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests ||
			resp.StatusCode == http.StatusRequestTimeout
		return nil, &Fault{Op: k.op, Status: resp.StatusCode, Retry: again, Reason: http.StatusText(resp.StatusCode)}
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	if err != nil {
		return nil, broken(k.op, err, c.redact(bare(err), k.secrets...))
	}
	if len(raw) > maxResponse {
		return nil, &Fault{Op: k.op, Status: resp.StatusCode, Reason: fmt.Sprintf("the answer exceeds %d bytes", maxResponse)}
	}
	return raw, nil
}

func (k call) request(ctx context.Context) (*http.Request, error) {
	u, err := url.Parse(k.address)
	if err != nil {
		return nil, errors.New("address cannot be parsed")
	}
	if len(k.query) > 0 {
		u.RawQuery = k.query.Encode()
	}
	if k.in == nil {
		return http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	}
	if f, ok := k.in.(file); ok {
		return f.request(ctx, u.String())
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false) // limits are counted in bytes as they are sent
	if err := enc.Encode(k.in); err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), &body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	return req, nil
}

// bare is the text of an HTTP error without the method and the address that net/http puts in front.
func bare(err error) string {
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		err = withAddress.Err
	}
	return err.Error()
}

var (
	queryOf  = regexp.MustCompile(`(https?://[^\s"'?#]*)[?#][^\s"']*`)
	valuesOf = regexp.MustCompile(`(?i)\b(corpsecret|access_token|response_code|secret|key|token)=[^&\s"']*`)
)

// redact takes secrets out of s: known values in either spelling, values of telling parameters, queries of addresses.
func (c *client) redact(s string, more ...string) string {
	for _, list := range [][]string{c.secrets, more} {
		for _, secret := range list {
			if secret == "" {
				continue
			}
			s = strings.ReplaceAll(s, secret, "…")
			s = strings.ReplaceAll(s, url.QueryEscape(secret), "…")
		}
	}
	s = queryOf.ReplaceAllString(s, "$1?…")
	return valuesOf.ReplaceAllString(s, "$1=…")
}

// api calls an interface of WeCom with the token of a credential. A token that WeCom no longer accepts is
// renewed once and the call made once more: "access_token可能会提前失效" – page 获取access_token.
func (a *Adapter) api(ctx context.Context, who credential, op string, query url.Values, in, out any) error {
	if who.secret == "" {
		return &Fault{Op: op, Alarm: true, Reason: who.key + " is not configured"}
	}
	token, err := a.tokens.token(ctx, who)
	if err != nil {
		return err
	}
	err = a.withToken(ctx, token, op, query, in, out)
	if code := codeOf(err); code != codeBadToken && code != codeExpiredToken {
		return err
	}
	if token, err = a.tokens.renew(ctx, who, token); err != nil {
		return err
	}
	return a.withToken(ctx, token, op, query, in, out)
}

func (a *Adapter) withToken(ctx context.Context, token, op string, query url.Values, in, out any) error {
	q := url.Values{"access_token": {token}}
	for name, values := range query {
		q[name] = values
	}
	k := call{op: op, address: a.c.APIBase + "/cgi-bin/" + op, query: q, in: in, secrets: []string{token}}
	return a.client.do(ctx, k, out)
}
