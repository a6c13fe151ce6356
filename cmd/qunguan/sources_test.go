package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"qunguan/bot/chat"
	"qunguan/bot/platform/ingest"
	"qunguan/configs"
)

func TestIngestIsOffWithoutASecretAndSaysSo(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	s, err := openSources(configs.Config{}, options{log: zap.New(core)}, hearing{})
	require.NoError(t, err)
	mux := http.NewServeMux()
	s.mount(mux)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/ingest/messages", nil))
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.Equal(t, 1, logs.FilterMessage("POST /ingest/messages and /ingest/tickets are off").Len())
	s.archived() // nobody is woken, and nothing breaks
}

func TestIngestKnowsTheIDsOfThePlatform(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	now := time.UnixMilli(1772415000000).UTC()
	var heard []chat.Heard
	var c configs.Config
	c.Ingest = configs.Ingest{Secret: secret}
	s, err := openSources(c, options{log: zap.NewNop(), now: func() time.Time { return now }}, hearing{
		hear: func(_ context.Context, _ string, h []chat.Heard, _ chat.Cursor) error {
			heard = append(heard, h...)
			return nil
		},
		tickets: func(context.Context, []ingest.Ticket) error { return nil },
	})
	require.NoError(t, err)
	body := `{"id":"m1_external","group":"wrG1","from":"wmCustomerZhang01","at":1772415000000,"text":"在吗"}` + "\n" +
		`{"id":"m2","group":"wrG1","from":"wang","at":1772415000000,"recalls":"m1_external"}`
	stamp := strconv.FormatInt(now.Unix(), 10)
	r := httptest.NewRequest(http.MethodPost, "/ingest/messages", strings.NewReader(body))
	r.Header.Set(ingest.TimestampHeader, stamp)
	r.Header.Set(ingest.SignatureHeader, "v1="+ingest.Sign(secret, stamp, body))
	w := httptest.NewRecorder()
	mux := http.NewServeMux()
	s.mount(mux)
	mux.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	assert.Equal(t, []chat.Heard{
		{ID: "m1", Group: "wrG1", From: "wmCustomerZhang01", Kind: chat.Customer, At: now, Form: "text", Text: "在吗"},
		{ID: "m2", Group: "wrG1", From: "wang", Kind: chat.Staff, At: now, Recalls: "m1"},
	}, heard)
}

func TestAnArchiveThatCannotBeReadStopsTheStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "archive-1.pem")
	var c configs.Config
	c.Archive = configs.Archive{Secret: "s", PrivateKeys: []configs.ArchiveKey{{Version: 1, File: file}}}
	open := func() error {
		_, err := openSources(c, options{log: zap.NewNop()}, hearing{})
		var usage usageError
		require.ErrorAs(t, err, &usage)
		return err
	}
	require.ErrorIs(t, open(), os.ErrNotExist)
	require.ErrorContains(t, open(), "archive.private_keys: version 1: ")
	require.NoError(t, os.WriteFile(file, []byte("zzhiddenzz"), 0o600))
	require.ErrorContains(t, open(), "not a PEM file")
	assert.NotContains(t, open().Error(), "zzhiddenzz")
}

func TestConfigCheckSaysHowTheSourcesAre(t *testing.T) {
	lines, fault := checkSources(configs.Config{})
	require.NoError(t, fault)
	assert.Equal(t, []string{"ok   ingest: off, ingest.secret is not set", "ok   archive: off, archive.secret is not set"}, lines)
	lines, fault = checkSources(configs.Config{
		Ingest:  configs.Ingest{Secret: "x"},
		Archive: configs.Archive{Secret: "s", PrivateKeys: []configs.ArchiveKey{{Version: 1, File: "no/such.pem"}}},
	})
	require.ErrorContains(t, fault, "no/such.pem")
	assert.Equal(t, []string{"ok   ingest: POST /ingest/messages and /ingest/tickets take what is signed"}, lines)
}
