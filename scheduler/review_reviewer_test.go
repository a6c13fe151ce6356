package scheduler

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// panelIn is the panel of a group with roles, owners and a 分级管理员 of its department.
func panelIn(t *testing.T, roles map[chat.User]access.Level, owners []chat.User, department ...chat.User) panel {
	t.Helper()
	build := func(changes []journal.Change) access.Book {
		records := map[string]json.RawMessage{}
		for _, c := range changes {
			records[c.Key] = c.After
		}
		b, err := access.Build(records)
		require.NoError(t, err)
		return b
	}
	var admins []access.DepartmentAdmin
	for _, u := range department {
		admins = append(admins, access.DepartmentAdmin{Who: u, Departments: []string{"华东"}})
	}
	var granted []journal.Change
	for u, l := range roles {
		r := access.Role{Who: u, Level: l}
		granted = append(granted, journal.Set(access.Of("G1"), r.Key(), nil, &r))
	}
	f := access.Facts{
		Company: build((access.Book{}).Configure(owners, admins, 0)), Group: build(granted), Place: access.Place{Departments: []string{"华东"}},
	}
	return panelOf(f, "G1", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
}

// TestWhoReviewsWhom is the policy of reviewers: who is asked, and who gets it if they do not answer.
func TestWhoReviewsWhom(t *testing.T) {
	const senior, mid = access.Senior, access.Mid
	for name, row := range map[string]struct {
		roles              map[chat.User]access.Level
		owners, department []chat.User
		who, not           chat.User
		reviewer, fallback chat.User
	}{
		"a senior reviews those below, the owner stands behind": {
			map[chat.User]access.Level{"li": senior, "wang": mid}, []chat.User{"boss"}, nil, "wang", "", "li", "boss",
		},
		"nobody reviews themselves, nor an equal": {
			map[chat.User]access.Level{"li": senior, "wang": senior}, []chat.User{"boss"}, nil, "li", "", "boss", "",
		},
		"the admin of the department comes first, also for seniors": {
			map[chat.User]access.Level{"li": senior, "wang": mid}, []chat.User{"boss"}, []chat.User{"zhou"}, "li", "", "zhou", "boss",
		},
		"of those below, too": {
			map[chat.User]access.Level{"li": senior, "wang": mid}, []chat.User{"boss"}, []chat.User{"zhou"}, "wang", "", "zhou", "boss",
		},
		"an owner's own role is another owner's to review": {
			map[chat.User]access.Level{"boss": senior}, []chat.User{"boss", "chen"}, nil, "boss", "", "chen", "",
		},
		"whose decisions are looked at again does not decide": {
			map[chat.User]access.Level{"li": senior, "wang": mid}, []chat.User{"boss"}, nil, "wang", "li", "boss", "",
		},
		"where nobody may, nobody is asked": {
			map[chat.User]access.Level{"li": senior, "wang": mid}, nil, nil, "li", "", "", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			reviewer, fallback := panelIn(t, row.roles, row.owners, row.department...).seats(row.who, row.not)
			assert.Equal(t, row.reviewer, reviewer)
			assert.Equal(t, row.fallback, fallback)
		})
	}
}
