package wecom

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shelf is a TokenStore in memory.
type shelf struct {
	mu     sync.Mutex
	tokens map[string]string
	ttls   []time.Duration
	err    error
}

func (s *shelf) Token(_ context.Context, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens[name], s.err
}

func (s *shelf) SetToken(_ context.Context, name, token string, ttl time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if s.tokens == nil {
		s.tokens = map[string]string{}
	}
	s.tokens[name], s.ttls = token, append(s.ttls, ttl)
	return nil
}

func withStore(store TokenStore) func(*Config) { return func(c *Config) { c.Tokens = store } }

func TestReplicasShareAToken(t *testing.T) {
	store := &shelf{}
	a, b := newStage(t, withStore(store)), newStage(t, withStore(store))
	require.NoError(t, a.Deliver(context.Background(), said("1")))
	require.NoError(t, a.Deliver(context.Background(), said("2")))
	require.NoError(t, b.Deliver(context.Background(), said("3")))
	assert.Len(t, a.office.to("gettoken"), 1)
	assert.Empty(t, b.office.to("gettoken"))
	assert.Equal(t, []time.Duration{2*time.Hour - tokenMargin}, store.ttls)
}

func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	for _, code := range []string{"40014", "42001"} {
		s := newStage(t, withStore(&shelf{}))
		s.office.answers["gettoken"] = []string{
			`{"errcode":0,"access_token":"T1","expires_in":7200}`, `{"errcode":0,"access_token":"T2","expires_in":7200}`,
		}
		s.office.answers["message/send"] = []string{`{"errcode":` + code + `}`, `{"errcode":0}`}
		require.NoError(t, s.Deliver(context.Background(), said("hi")))
		sent := s.office.to("message/send")
		require.Len(t, sent, 2)
		assert.Equal(t, "T2", sent[1].q.Get("access_token"))

		s.office.answers["message/send"] = []string{`{"errcode":` + code + `}`}
		assert.Error(t, s.Deliver(context.Background(), said("hi")))
		assert.Len(t, s.office.to("message/send"), 4, "retried once, not for ever")
	}
}

func TestTokenRenewedElsewhereIsTaken(t *testing.T) {
	store := &shelf{}
	s := newStage(t, withStore(store))
	name := s.c.appCredential().name
	require.NoError(t, store.SetToken(context.Background(), name, "old", time.Hour))
	token, err := s.tokens.renew(context.Background(), s.c.appCredential(), "older")
	require.NoError(t, err)
	assert.Equal(t, "old", token)
	assert.Empty(t, s.office.to("gettoken"))
}

func TestTwoSecretsShareNoToken(t *testing.T) {
	store := &shelf{}
	s := newStage(t, withStore(store), func(c *Config) { c.CustomerContactSecret = "contact-secret" })
	s.office.answers["gettoken"] = []string{
		`{"errcode":0,"access_token":"T1","expires_in":7200}`, `{"errcode":0,"access_token":"T2","expires_in":7200}`,
	}
	require.NoError(t, s.Deliver(context.Background(), said("hi")))
	_, err := s.Groups(context.Background())
	require.NoError(t, err)
	assert.Equal(t, "T1", s.office.to("message/send")[0].q.Get("access_token"))
	assert.Equal(t, "T2", s.office.to("externalcontact/groupchat/list")[0].q.Get("access_token"))
	assert.Len(t, store.tokens, 2)

	other := exampleConfig("")
	other.App.Secret = "replaced"
	assert.NotEqual(t, s.c.appCredential().name, other.appCredential().name)
}

func TestStoreOutOfReachFailsNoCall(t *testing.T) {
	s := newStage(t, withStore(&shelf{err: errors.New("connection refused")}))
	require.NoError(t, s.Deliver(context.Background(), said("1")))
	require.NoError(t, s.Deliver(context.Background(), said("2")))
	assert.Len(t, s.office.to("gettoken"), 1, "the process remembers its own")
	assert.Equal(t, 1, s.logs.Len())
}

func TestShortLivedTokenIsUsedAndNotKept(t *testing.T) {
	store := &shelf{}
	s := newStage(t, withStore(store))
	s.office.answers["gettoken"] = []string{`{"errcode":0,"access_token":"T1","expires_in":300}`}
	require.NoError(t, s.Deliver(context.Background(), said("1")))
	require.NoError(t, s.Deliver(context.Background(), said("2")))
	assert.Empty(t, store.tokens)
	assert.Len(t, s.office.to("gettoken"), 2)
}

func TestHungTokenCallBlocksNobodyBeyondTheirContext(t *testing.T) {
	release := make(chan struct{})
	var asked sync.WaitGroup
	asked.Add(1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cgi-bin/gettoken" {
			asked.Done() // a second call would panic: they share one
			<-release
			_, _ = w.Write([]byte(`{"errcode":0,"access_token":"T1","expires_in":7200}`))
			return
		}
		_, _ = w.Write([]byte(`{"errcode":0}`))
	}))
	defer server.Close()
	a, err := New(exampleConfig(server.URL))
	require.NoError(t, err)

	patient := make(chan error, 1)
	go func() { patient <- a.Deliver(context.Background(), said("1")) }()
	asked.Wait()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err = a.Deliver(ctx, said("2"))
	require.ErrorIs(t, err, context.Canceled)
	close(release)
	assert.NoError(t, <-patient)
}

func TestCheckAsksForEverySecret(t *testing.T) {
	s := newStage(t, func(c *Config) { c.CustomerContactSecret = "contact-secret" })
	s.office.answers["gettoken"] = []string{
		`{"errcode":0,"access_token":"T1","expires_in":7200}`, `{"errcode":40001,"errmsg":"invalid credential contact-secret"}`,
	}
	got := s.Check(context.Background())
	require.Len(t, got, 2)
	assert.Equal(t, Check{Name: "wecom.app.secret"}, got[0])
	assert.Equal(t, "wecom.customer_contact.secret", got[1].Name)
	var f *Fault
	require.ErrorAs(t, got[1].Err, &f)
	assert.True(t, f.Alarm)
	assert.NotContains(t, f.Error(), "contact-secret")
}

func TestSecretsNeverLeaveInErrors(t *testing.T) {
	secrets := []string{"app-secret", "app+secret", "app%2Bsecret", "C0DE", "T0KEN", "corpsecret=", "access_token=T"}
	clean := func(t *testing.T, err error) {
		t.Helper()
		require.Error(t, err)
		for ; err != nil; err = errors.Unwrap(err) {
			for _, secret := range secrets {
				assert.NotContains(t, err.Error(), secret)
			}
		}
	}
	plus := func(c *Config) { c.App.Secret = "app+secret" }

	t.Run("502", func(t *testing.T) {
		s := newStage(t, plus)
		s.office.status["gettoken"] = 502
		clean(t, s.Deliver(context.Background(), said("hi")))
	})
	t.Run("network", func(t *testing.T) {
		s := newStage(t, plus)
		s.office.Close()
		clean(t, s.Deliver(context.Background(), said("hi")))
		e := respondTo(s, "hi", nil)
		e.To = ""
		clean(t, s.Deliver(context.Background(), e))
	})
	t.Run("timeout", func(t *testing.T) {
		s := newStage(t, plus)
		ctx, cancel := context.WithTimeout(context.Background(), 0)
		defer cancel()
		err := s.Deliver(ctx, said("hi"))
		clean(t, err)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
	t.Run("echoed by the platform", func(t *testing.T) {
		s := newStage(t, plus, withStore(&shelf{tokens: map[string]string{}}))
		s.office.answers["gettoken"] = []string{`{"errcode":0,"access_token":"T0KEN","expires_in":7200}`}
		s.office.answers["message/send"] = []string{
			`{"errcode":60020,"errmsg":"not allow from ip 1.2.3.4, app+secret T0KEN https://x.example/?access_token=T0KEN"}`,
		}
		err := s.Deliver(context.Background(), said("hi"))
		clean(t, err)
		assert.Contains(t, err.Error(), "1.2.3.4", "the address to add is told")
	})
	t.Run("redirect", func(t *testing.T) {
		elsewhere := newOffice(t)
		from := httptest.NewServer(http.RedirectHandler(elsewhere.URL+"/cgi-bin/gettoken", http.StatusFound))
		defer from.Close()
		a, err := New(exampleConfig(from.URL))
		require.NoError(t, err)
		clean(t, a.Deliver(context.Background(), said("hi")))
		assert.Empty(t, elsewhere.calls, "a redirect is not followed")
	})
}

func TestOversizedAnswerIsRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, maxResponse+1))
	}))
	defer server.Close()
	a, err := New(exampleConfig(server.URL))
	require.NoError(t, err)
	assert.ErrorContains(t, a.Deliver(context.Background(), said("hi")), "exceeds")
}
