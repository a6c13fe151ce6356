package wecom

import (
	"context"
	"net/url"
	"sync"
	"time"

	"go.uber.org/zap"
)

// tokenMargin is taken off the life of a token, so that none expires between being read and being used.
const tokenMargin = 5 * time.Minute

// tokens hands out access tokens. Replicas share them through the store; within one process only one call at a time
// asks WeCom for the token of a credential, and whoever waits for it waits no longer than its own context.
type tokens struct {
	store TokenStore // may be nil
	now   func() time.Time
	log   *zap.Logger
	fetch func(ctx context.Context, who credential) (token string, ttl time.Duration, err error)

	mu      sync.Mutex         // held for map accesses only, never during a call
	own     map[string]kept    // the last token this process was given, for when the store is out of reach
	flights map[string]*flight // what is being asked for now
}

type kept struct {
	token string
	until time.Time
}

type flight struct {
	done  chan struct{} // closed when token and err are set
	token string
	err   error
}

// token returns a token that should be good. A store out of reach costs a call, it does not fail one.
func (t *tokens) token(ctx context.Context, who credential) (string, error) {
	if token := t.shared(ctx, who); token != "" {
		return token, nil
	}
	t.mu.Lock()
	own := t.own[who.name]
	t.mu.Unlock()
	if own.token != "" && t.now().Before(own.until) {
		return own.token, nil
	}
	return t.renew(ctx, who, "")
}

func (t *tokens) shared(ctx context.Context, who credential) string {
	if t.store == nil {
		return ""
	}
	token, err := t.store.Token(ctx, who.name)
	if err != nil {
		return ""
	}
	return token
}

// renew returns another token than stale, which WeCom has refused; "" refuses none.
func (t *tokens) renew(ctx context.Context, who credential, stale string) (string, error) {
	t.mu.Lock()
	f, flying := t.flights[who.name]
	if !flying {
		f = &flight{done: make(chan struct{})}
		if t.flights == nil {
			t.flights = map[string]*flight{}
		}
		t.flights[who.name] = f
		// Not bound to this caller: others may be waiting for it when the caller gives up.
		go t.fly(context.WithoutCancel(ctx), f, who, stale)
	}
	t.mu.Unlock()
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return "", broken("gettoken", ctx.Err(), "gave up waiting for an access token")
	}
}

func (t *tokens) fly(ctx context.Context, f *flight, who credential, stale string) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	f.token, f.err = t.another(ctx, who, stale)
	t.mu.Lock()
	delete(t.flights, who.name)
	t.mu.Unlock()
	close(f.done)
}

// another asks WeCom, unless another replica has done so already.
func (t *tokens) another(ctx context.Context, who credential, stale string) (string, error) {
	if stale != "" {
		if token := t.shared(ctx, who); token != "" && token != stale {
			return token, nil
		}
	}
	token, ttl, err := t.fetch(ctx, who)
	if err != nil {
		return "", err
	}
	t.keep(ctx, who, token, ttl)
	return token, nil
}

// keep shares a token for as long as it is surely good. One that is about to end is used once and not kept.
func (t *tokens) keep(ctx context.Context, who credential, token string, ttl time.Duration) {
	ttl -= tokenMargin
	t.mu.Lock()
	if t.own == nil {
		t.own = map[string]kept{}
	}
	t.own[who.name] = kept{token: token, until: t.now().Add(ttl)}
	t.mu.Unlock()
	if ttl <= 0 || t.store == nil {
		return
	}
	if err := t.store.SetToken(ctx, who.name, token, ttl); err != nil {
		t.log.Warn("access token is not shared", zap.String("credential", who.key), zap.Error(err))
	}
}

// fetchToken asks WeCom for a token.
func (c *client) fetchToken(ctx context.Context, who credential) (string, time.Duration, error) {
	var out struct {
		Token   string `json:"access_token"`
		Expires int64  `json:"expires_in"` // seconds
	}
	q := url.Values{"corpid": {c.corp}, "corpsecret": {who.secret}}
	k := call{op: "gettoken", address: c.base + "/cgi-bin/gettoken", query: q, secrets: []string{who.secret}}
	if err := c.do(ctx, k, &out); err != nil {
		return "", 0, err
	}
	if out.Token == "" {
		return "", 0, &Fault{Op: k.op, Status: 200, Retry: true, Reason: "the answer holds no token"}
	}
	return out.Token, time.Duration(out.Expires) * time.Second, nil
}

// Check asks WeCom for a token for every configured secret. It does not use tokens that are already there: one
// stays good after its secret was replaced.
func (a *Adapter) Check(ctx context.Context) []Check {
	var out []Check
	for _, who := range a.credentials() {
		token, ttl, err := a.client.fetchToken(ctx, who)
		if err == nil {
			a.tokens.keep(ctx, who, token, ttl)
			err = a.mayRead(ctx, who)
		}
		out = append(out, Check{Name: who.key, Err: err})
	}
	return out
}

// mayRead is why a credential that WeCom gives a token for is still of no use for customer groups: a right that is
// missing. Any other fault says nothing about the credential.
func (a *Adapter) mayRead(ctx context.Context, who credential) error {
	if a.c.CustomerContactSecret == "" || who != a.c.customerCredential() {
		return nil
	}
	_, err := a.follows(ctx)
	if f, ok := asFault(err); ok && f.NoRight {
		return err
	}
	return nil
}

func (a *Adapter) credentials() []credential {
	var out []credential
	if a.c.App.Secret != "" {
		out = append(out, a.c.appCredential())
	}
	if a.c.CustomerContactSecret != "" {
		out = append(out, a.c.customerCredential())
	}
	return out
}
