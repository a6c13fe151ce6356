package main

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// TestExportOfBrokenJournal: what is there is written, and that it is not all is told.
func TestExportOfBrokenJournal(t *testing.T) {
	t.Parallel()
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 0, 0, zone), nil, startEmbedded(t))
	s.settle()
	s.say("boss> /选群 华东VIP客户群")
	s.say("boss> /设管理 @li 中级")
	sys := s.procs[0].system
	e := export{format: "csv", group: "华东VIP客户群", out: filepath.Join(t.TempDir(), "whole.csv")}
	n, err := e.from(s.ctx, sys)
	require.NoError(t, err)
	assert.NotZero(t, n, "a group may be named")
	found, err := sys.ledger.Load(s.ctx, journal.Want{Queries: []journal.Query{{Kind: bot.AuditExported, Limit: 1}}})
	require.NoError(t, err)
	assert.Equal(t, "csv group "+vipGroup+", by the operator at the machine, account "+account(), found.Entries[0][0].Reason, "only filters that were set")
	assert.Empty(t, found.Entries[0][0].Actor, "nobody has said who they are")

	for _, who := range []string{"nobody-knows-them", "wmCustomerZhang01"} {
		e.as, e.out = who, filepath.Join(t.TempDir(), "as.csv")
		_, err = e.from(s.ctx, sys)
		require.ErrorContains(t, err, "--as", who)
		assert.NoFileExists(t, e.out)
	}
	// Somebody of the company whom the bot has not met is told how it meets them.
	e.as, e.out = "sun", filepath.Join(t.TempDir(), "sun.csv")
	_, err = e.from(s.ctx, sys)
	require.ErrorContains(t, err, "writes to it once, in a direct message")
	require.ErrorContains(t, err, "or leave --as out")
	s.say("sun> /我的")
	_, err = e.from(s.ctx, sys)
	require.NoError(t, err, "what it says helps")

	for who, told := range map[string]string{
		"nobody": "qunguan: --actor \"nobody\": nobody is known by this userid, so there is nothing of them; write the id that the address book shows\n",
		"boss":   "", "wang": "", "wmCustomerZhang01": "",
	} {
		var errs bytes.Buffer
		require.NoError(t, export{actor: who}.sayStranger(s.ctx, sys, &errs))
		assert.Equal(t, told, errs.String(), who)
	}
	e.as, e.out = "boss", filepath.Join(t.TempDir(), "as.csv")
	_, err = e.from(s.ctx, sys)
	require.NoError(t, err)
	found, err = sys.ledger.Load(s.ctx, journal.Want{Queries: []journal.Query{{Kind: bot.AuditExported, Limit: 1}}})
	require.NoError(t, err)
	assert.Equal(t, chat.User("boss"), found.Entries[0][0].Actor)
	assert.Equal(t, "csv group "+vipGroup+", at the machine, account "+account(), found.Entries[0][0].Reason)
	e.as = ""

	streams, err := s.client.Keys(s.ctx, "*:journal").Result()
	require.NoError(t, err)
	require.Len(t, streams, 1)
	for _, id := range []string{"2-0", "3-0"} {
		require.EqualValues(t, 1, s.client.XDel(s.ctx, streams[0], id).Val())
	}
	e.out = filepath.Join(t.TempDir(), "broken.csv")
	n, err = e.from(s.ctx, sys)
	require.ErrorIs(t, err, errHole)
	assert.ErrorContains(t, err, "missing: #2 to #3; what is there was written")
	assert.NotZero(t, n)
	assert.FileExists(t, e.out)
}
