package simulator

import "time"

const tokenLife = 7200 * time.Second

// token is an access token of one secret.
type token struct {
	access  access
	until   time.Time
	expired bool // before its time, by ExpireTokens
}

// getToken answers the same token as long as it is valid ("重复获取将返回相同的结果").
func (s *Simulator) getToken(c call) (map[string]any, *apiError) {
	corp, secret := c.query.Get("corpid"), c.query.Get("corpsecret")
	switch {
	case corp == "":
		return nil, fail(noCorpID, "corpid missing")
	case secret == "":
		return nil, fail(noSecret, "corpsecret missing")
	case corp != s.world.Corp:
		return nil, fail(badCorpID, "invalid corpid")
	}
	var a access
	switch secret {
	case s.world.AppSecret:
		a = app
	case s.world.CustomerContactSecret:
		a = contact
	default:
		return nil, fail(badSecret, "invalid credential")
	}
	for name, t := range s.tokens {
		if t.access == a && !t.expired && c.now.Before(t.until) {
			return tokenAnswer(name, t.until.Sub(c.now)), nil
		}
	}
	name, err := letters(s.opts.Rand, 214)
	if err != nil {
		return nil, fail(-1, "system busy")
	}
	if len(s.tokens) > 64 { // old ones need not be told from wrong ones for ever
		clear(s.tokens)
	}
	s.tokens[name] = &token{access: a, until: c.now.Add(tokenLife)}
	return tokenAnswer(name, tokenLife), nil
}

func tokenAnswer(name string, left time.Duration) map[string]any {
	return map[string]any{"access_token": name, "expires_in": int(left / time.Second)}
}

// authorize checks the access token of a call. Customer groups are read with the secret of customer contact, or with
// the app's own where the world has no other.
func (s *Simulator) authorize(want access, c call) *apiError {
	name := c.query.Get("access_token")
	if name == "" {
		return fail(noToken, "access_token missing")
	}
	t := s.tokens[name]
	switch {
	case t == nil:
		return fail(badToken, "invalid access_token")
	case t.expired || !c.now.Before(t.until):
		return fail(tokenExpired, "access_token expired")
	case t.access == want, want == contact && s.world.CustomerContactSecret == "":
		return nil
	}
	return fail(notAllowed, "api forbidden for this secret")
}

// ExpireTokens ends all access tokens before their time, as the platform may: the next call with one gets 42001.
func (s *Simulator) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		t.expired = true
	}
}
