package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// shelf is storage with these facts, or none if it is away.
type shelf struct {
	found journal.Found
	err   error
}

func (s shelf) Load(context.Context, journal.Want) (journal.Found, error) { return s.found, s.err }

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func ask(t *testing.T, s shelf, path string) (status int, body string) {
	t.Helper()
	facts := func(context.Context, chat.Group) (access.Facts, error) {
		company, _ := s.found.States[access.Of("")].Value.(access.Book)
		book, _ := s.found.States[access.Of("G1")].Value.(access.Book)
		return access.Facts{Company: company, Group: book, Offered: access.WeComItems | access.GovernanceItems}, s.err
	}
	c := New(s, facts, func() time.Time { return noon }, zap.NewNop(), access.WeComItems|access.GovernanceItems,
		map[journal.Kind]journal.Happening{access.Granted: {Text: chat.Text{ZH: "设管理员", EN: "appointed"}}, "command.asked": {Open: true}})
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func book(t *testing.T, changes ...journal.Change) access.Book {
	t.Helper()
	b, err := access.Build(journal.Apply(nil, changes[0].Of, changes))
	require.NoError(t, err)
	return b
}

func TestRightsShowWhoHoldsWhat(t *testing.T) {
	until := noon.Add(time.Hour)
	li := access.Role{Who: "li", Level: access.Mid, Until: until}
	gone := access.Role{Who: "wang", Level: access.Mid, Until: noon}
	group := directory.Group{}
	records := journal.Apply(nil, directory.OfGroup("G1"), group.Observe(chat.Observed{
		Group: "G1", Kind: chat.CustomerGroup, Name: "华东", MembersKnown: true,
		Members: []chat.Member{{ID: "li", Name: "李敏", Kind: chat.Staff}},
	}))
	group, err := directory.BuildGroup(records)
	require.NoError(t, err)
	s := shelf{found: journal.Found{States: map[journal.Name]journal.State{
		access.Of(""): {Value: book(t, journal.Set(access.Of(""), access.OwnerKey("boss"), nil, &access.Owner{Who: "boss"}))},
		access.Of("G1"): {Value: book(t,
			journal.Set(access.Of("G1"), access.RoleKey("li", true), nil, &li),
			journal.Set(access.Of("G1"), access.RoleKey("wang", true), nil, &gone))},
		directory.OfGroup("G1"): {Value: group},
	}}}
	status, body := ask(t, s, "/console/rights?group=G1")
	require.Equal(t, http.StatusOK, status)
	var got rightsOf
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	assert.Equal(t, "华东", got.Name)
	require.Len(t, got.People, 2, "a role that is over gives nothing, although its record is still there")
	assert.True(t, got.People[0].Owner)
	assert.Len(t, got.People[0].Items, 18, "an owner holds what the platform has, and no more")
	assert.Equal(t, "李敏", got.People[1].Name)
	assert.Equal(t, "mid", got.People[1].Level)
	assert.ElementsMatch(t, []string{"approve", "recall", "files", "notice", "duty"}, got.People[1].Items)
	assert.Len(t, got.Items, 18)
}

func TestTheJournalShowsEntriesAsTheyAreExported(t *testing.T) {
	e := journal.Entry{N: 7, At: noon, Kind: access.Granted, Outcome: journal.Done, Actor: "boss"}
	status, body := ask(t, shelf{found: journal.Found{Entries: [][]journal.Entry{{e}}}}, "/console/journal?group=G1")
	require.Equal(t, http.StatusOK, status)
	assert.JSONEq(t, fmt.Sprintf(`[{"entry":%s,"what":{"zh":"设管理员","en":"appointed"}}]`, e.Encode()), body)

	e = journal.Entry{N: 8, At: noon, Kind: "command.asked", Outcome: journal.Done, Actor: "boss"}
	_, body = ask(t, shelf{found: journal.Found{Entries: [][]journal.Entry{{e}}}}, "/console/journal?group=G1")
	assert.Contains(t, body, `"open":true`, "to have asked is not to have done")
}

func TestStorageIsAway(t *testing.T) {
	for _, path := range []string{"/console/rights?group=G1", "/console/journal?group=G1"} {
		status, body := ask(t, shelf{err: fmt.Errorf("dial 10.0.0.1: %w", chat.ErrUnavailable)}, path)
		assert.Equal(t, http.StatusServiceUnavailable, status)
		assert.NotContains(t, body, "10.0.0.1", "the cause is for the log")
	}
}
