package storage

import (
	"context"
	"time"
)

// Tokens keeps the platform's access tokens where every replica sees them.
type Tokens struct{ *Tenant }

// Tokens returns the tenant's keeper of access tokens.
func (t *Tenant) Tokens() Tokens { return Tokens{t} }

// Token returns the token kept under name; empty if there is none.
func (t Tokens) Token(ctx context.Context, name string) (string, error) {
	v, err := t.client.Get(ctx, t.keys.token(name)).Result()
	return v, gone("read token", err)
}

// SetToken keeps a token for ttl; a ttl that is not positive keeps nothing.
func (t Tokens) SetToken(ctx context.Context, name, token string, ttl time.Duration) error {
	if ttl <= 0 {
		return nil
	}
	return gone("keep token", t.client.Set(ctx, t.keys.token(name), token, ttl).Err())
}
