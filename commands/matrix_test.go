package commands

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
)

// accessBook builds a book of roles and statements.
func accessBook(t *testing.T, records ...any) access.Book {
	t.Helper()
	out := map[string]json.RawMessage{}
	for _, r := range records {
		raw, err := json.Marshal(r)
		require.NoError(t, err)
		switch r := r.(type) {
		case access.Role:
			out[r.Key()] = raw
		case access.Statement:
			out[access.StatementKey(r)] = raw
		case access.Owner:
			out[access.OwnerKey(r.Who)] = raw
		case access.DepartmentAdmin:
			out[access.DepartmentAdminKey(r.Who)] = raw
		}
	}
	b, err := access.Build(out)
	require.NoError(t, err)
	return b
}

// shop is a group of every kind of admin at noon.
func shop(t *testing.T) bot.Call {
	in, ago := noon.Add(24*time.Hour), noon.Add(-time.Hour)
	says := func(who chat.User, e access.Effect, i access.Item, until time.Time) access.Statement {
		return access.Statement{Subject: access.About(who), Scope: access.In("G1"), Items: access.ItemsOf(i), Effect: e, Until: until}
	}
	c := bot.Call{Now: noon, Zone: time.UTC, Actor: chat.Member{ID: "boss", Name: "陈建国"}, Group: directory.Unknown("G1")}
	c.Access = access.Facts{
		Company: accessBook(t, access.Owner{Who: "boss"}, access.DepartmentAdmin{Who: "hua", Departments: []string{"华东"}},
			access.Role{Who: "cai", Level: access.Senior, At: ago},
			access.Statement{Subject: access.About("wang"), Items: access.ItemsOf(access.Rename), Effect: access.Allow}),
		Group: accessBook(t,
			access.Role{Who: "li", Level: access.Mid, Job: access.Supervisor}, access.Role{Who: "li", Level: access.Senior, From: ago, Until: in},
			access.Role{Who: "wang", Level: access.Mid}, access.Role{Who: "sun", Level: access.Senior, Suspended: true},
			access.Role{Who: "zhao", Level: access.Mid, Job: access.Operations, From: in, Until: in.Add(time.Hour)},
			access.Role{Who: "qian", Level: access.Junior, Job: access.Operations}, access.Role{Who: "boss", Level: access.Junior},
			access.Role{Who: "old", Level: access.Senior, From: ago.Add(-time.Hour), Until: ago},
			access.Role{Who: "duty", Level: access.Mid, OnDuty: true},
			says("wang", access.Deny, access.Recall, time.Time{}), says("wang", access.Allow, access.Mute, in),
			says("wang", access.Allow, access.Admins, time.Time{}), says("qian", access.Allow, access.Notice, time.Time{})),
		Place:   access.Place{Departments: []string{"华东"}},
		Offered: access.WeComItems | access.GovernanceItems,
	}
	return c
}

// TestEveryCellIsTheEngines walks all cells: green and blue are what the engine allows, and nothing else is.
func TestEveryCellIsTheEngines(t *testing.T) {
	for _, offered := range []access.Items{access.WeComItems | access.GovernanceItems, access.FeishuItems | access.GovernanceItems, 0} {
		c := shop(t)
		c.Access.Offered = offered
		s := sheetOf(c)
		p := s.picture(c, mostPictured)
		require.Len(t, p.Rows, len(c.Access.Admins("G1", noon)))
		cells := 0
		for y, l := range s.lines {
			require.Len(t, p.Rows[y].Cells, len(p.Columns))
			held := c.Access.Items(l.who, access.Person{}, "G1", noon)
			for x, i := range s.items {
				shade := p.Rows[y].Cells[x].Shade
				d := access.Decide(c.Access, access.Request{Actor: l.who, Item: i, Group: "G1", At: noon})
				assert.Equal(t, d.Allowed, shade == chat.Yes || shade == chat.Part, "%s %s: %s is %q", l.who, i, d.Rule, shade)
				assert.Equal(t, held.Has(i), d.Allowed, "%s %s", l.who, i)
				assert.Equal(t, i.Label(), p.Columns[x].Label)
				cells++
			}
			for i := range held.All() {
				assert.Contains(t, s.items, i, "what is held has a column")
			}
		}
		assert.Equal(t, len(p.Rows)*len(p.Columns), cells)
	}
}

func TestCellsOfTheMatrix(t *testing.T) {
	c := shop(t)
	s := sheetOf(c)
	for _, want := range []struct {
		who  chat.User
		item access.Item
		sign string
	}{
		{"boss", access.Settings, "√"}, {"cai", access.Invite, "√"},
		{"li", access.Recall, "√"}, {"li", access.Rename, "~"},
		{"wang", access.Files, "√"}, {"wang", access.Recall, "×"}, {"wang", access.Mute, "例"}, {"wang", access.Rename, "例"},
		{"wang", access.Admins, "!"}, {"wang", access.Invite, ""},
		{"qian", access.Notice, "!"}, {"qian", access.Files, "√"},
		{"sun", access.Invite, "–"}, {"zhao", access.Mute, "–"}, {"duty", access.Recall, "–"},
	} {
		found := false
		for _, l := range s.lines {
			for n, i := range s.items {
				if l.who == want.who && i == want.item {
					found = true
					assert.Equal(t, want.sign, cell(l.decisions[n]).Sign().ZH, "%s %s", want.who, want.item)
				}
			}
		}
		assert.True(t, found, "%s %s", want.who, want.item)
	}
	for _, l := range s.lines {
		assert.NotEqual(t, chat.User("old"), l.who, "whose role has ended is no admin")
		assert.NotEqual(t, chat.User("hua"), l.who, "a department admin without a role stands below the table")
	}
}

// TestTheMatrixIsToldInFull: the text says all that the picture shows.
func TestTheMatrixIsToldInFull(t *testing.T) {
	c := shop(t)
	s := sheetOf(c)
	for _, l := range []chat.Language{chat.ZH, chat.EN} {
		text := s.text(c).In(l)
		for _, line := range s.lines {
			said := chat.Lines(s.said(line)...).In(l)
			assert.Contains(t, text, said)
			for n, i := range s.items {
				assert.Equal(t, cell(line.decisions[n]).Shade != chat.Blank, strings.Contains(said, i.Label().In(l)), "%s %s", line.who, i)
			}
		}
		assert.Contains(t, text, "boss")
		assert.Contains(t, text, "hua")
	}
}

// TestNobodyIsNoPicture: a group without admins is told in words.
func TestNobodyIsNoPicture(t *testing.T) {
	c := shop(t)
	c.Access.Group, c.Access.Company = access.Book{}, accessBook(t, access.Owner{Who: "boss"})
	s := sheetOf(c)
	assert.Nil(t, s.picture(c, mostPictured))
	assert.Contains(t, s.text(c).ZH, "还没有人有角色")
}
