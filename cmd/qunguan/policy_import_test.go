package main

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/journal"
)

const vipGroup = "wrHuadongVIP0001"

// newDesk is a company with its operator: a system of their own, whose clock moves with every look at it.
func newDesk(t *testing.T) (*theatre, func(policy string) (string, error)) {
	t.Helper()
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 0, 0, zone), nil, startEmbedded(t))
	s.settle()
	sys, err := newSystem(s.config, options{
		now: func() time.Time { return time.Unix(0, s.clock.Add(int64(1500*time.Millisecond))) }, log: zap.NewNop(),
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = sys.close() })
	return s, func(policy string) (string, error) {
		t.Helper()
		file, err := readPolicy(policy)
		if err != nil {
			return "", err
		}
		var out strings.Builder
		c := &cobra.Command{}
		c.SetOut(&out)
		c.SetContext(t.Context())
		err = sys.importPolicy(c, file, "boss", true)
		s.settle()
		return out.String(), err
	}
}

// bookOf is the access book of a group as it is stored.
func (s *theatre) bookOf(name journal.Name) access.Book {
	found, err := s.procs[0].ledger.Load(s.ctx, journal.Want{Names: []journal.Name{name}})
	require.NoError(s.t, err)
	book, _ := found.States[name].Value.(access.Book)
	return book
}

// TestShippedPolicyImports: the example can be taken as it is, while the clock moves, and taken back as one.
func TestShippedPolicyImports(t *testing.T) {
	t.Parallel()
	s, imports := newDesk(t)
	out, err := imports(shippedPolicy)
	require.NoError(t, err, out)
	assert.Contains(t, out, "records changed as boss; /undo takes them back")
	assert.NotContains(t, out, "!")
	assert.NotContains(t, out, "by: boss", "who imports is not news")
	assert.Contains(t, out, "  roles\n  + - who: zhao\n  +   level: senior\n", "records read as in the file")
	assert.Contains(t, out, `until: "2035-11-30T18:00:00+08:00"`, "in the zone of the file")
	assert.Contains(t, out, "    - gains: 赵倩", "what it means is told as by commands")
	out, err = imports(shippedPolicy)
	require.NoError(t, err)
	assert.Equal(t, "the policy is as the file says; nothing has changed\n", out)
	assert.Contains(t, strings.Join(s.say("boss> /撤销"), "\n"), "撤销 #", "also where the group had no senior before")
	assert.Empty(t, s.bookOf(access.Of(vipGroup)).Roles())
	s.laws(map[int64]bool{})
}

// TestFirstSeniorIsNotTakenBackLater: once rights have changed since, the last senior stays.
func TestFirstSeniorIsNotTakenBackLater(t *testing.T) {
	t.Parallel()
	s, imports := newDesk(t)
	_, err := imports(write(t, "groups:\n  "+vipGroup+":\n    roles: [{who: zhao, level: senior}]\n"))
	require.NoError(t, err)
	s.say("boss> /选群 华东VIP客户群")
	n := s.say("boss> /设管理 @li 中级")
	require.Contains(t, strings.Join(n, "\n"), "#")
	found, err := s.procs[0].ledger.Load(s.ctx, journal.Want{Queries: []journal.Query{{Kind: access.Imported, Limit: 1}}})
	require.NoError(t, err)
	imported := found.Entries[0][0]
	assert.Contains(t, strings.Join(s.say("boss> /撤销 #"+number(imported.N)), "\n"), "last-senior")
}

// TestPolicyNamesGroups: by id or by name, in every place; what is not there or ambiguous is an error with its line.
func TestPolicyNamesGroups(t *testing.T) {
	t.Parallel()
	s, imports := newDesk(t)
	_, err := imports(write(t, `company:
  mappings:
    - {to: {position: 客服专员}, level: junior, in: {groups: [华东VIP客户群]}}
groups:
  华东VIP客户群:
    roles: [{who: zhao, level: mid}]
`))
	require.NoError(t, err)
	assert.Len(t, s.bookOf(access.Of(vipGroup)).Roles(), 1, "a name is the group, not one of that id")
	assert.Empty(t, s.bookOf(access.Of("华东VIP客户群")).Roles())
	assert.Equal(t, access.In(vipGroup), s.bookOf(access.Of("")).Mappings()[0].Scope)
	for want, text := range map[string]string{
		`:2: group "nowhere": the bot knows no such group`:                "groups:\n  nowhere:\n    roles: []\n",
		`:3: groups.华东VIP客户群 is the same group as groups.` + vipGroup:     "groups:\n  " + vipGroup + ": {tags: []}\n  华东VIP客户群: {tags: []}\n",
		`:3: group "elsewhere": the bot knows no such group`:              "company:\n  mappings:\n    - {to: {position: 客服专员}, level: junior, in: {groups: [elsewhere]}}\n",
		`:3: group "otherwise": the bot knows no such group; /groups lis`: "company:\n  roles:\n    - {who: zhao, level: mid, groups: [otherwise]}\n",
	} {
		_, err := imports(write(t, text))
		var usage usageError
		require.ErrorAs(t, err, &usage, want)
		assert.ErrorContains(t, err, want)
	}
	_, err = s.procs[0].exportPolicy(s.ctx, "nowhere")
	assert.Error(t, err)
}

// TestPolicyNarrowsJobs: a job that a file narrows is narrowed for all who have it, also where the file says nothing.
func TestPolicyNarrowsJobs(t *testing.T) {
	t.Parallel()
	s, imports := newDesk(t)
	_, err := imports(write(t, `company:
  jobs: [{name: 展会专员, items: [invite, remove]}]
  mappings: [{to: {position: 客服专员}, level: mid, job: 展会专员}]
groups:
  `+vipGroup+`:
    roles: [{who: zhao, level: mid, job: 展会专员}]
`))
	require.NoError(t, err)
	exported, err := s.procs[0].exportPolicy(s.ctx, "")
	require.NoError(t, err)
	assert.NotContains(t, string(exported), "grants")
	out, err := imports(write(t, "company:\n  jobs: [{name: 展会专员, items: [invite]}]\n"))
	require.NoError(t, err, out)
	assert.Contains(t, out, "3 records changed")
	assert.Contains(t, out, "loses: 赵倩")
	assert.Contains(t, out, "  roles\n  ~ - who: zhao\n", "who has it changes with it")
	invite := access.ItemsOf(access.Invite)
	assert.Equal(t, invite, s.bookOf(access.Of("")).Mappings()[0].Grants)
	assert.Equal(t, invite, s.bookOf(access.Of(vipGroup)).Roles()[0].Grants)
	narrowed := strings.Replace(string(exported), "items: [invite, remove]", "items: [remove]", 1)
	require.NotEqual(t, string(exported), narrowed)
	_, err = imports(write(t, narrowed))
	require.NoError(t, err)
	assert.Equal(t, access.ItemsOf(access.Remove), s.bookOf(access.Of(vipGroup)).Roles()[0].Grants, "also by a file that names those who have it")
	assert.Contains(t, strings.Join(s.say("boss> /撤销"), "\n"), "撤销 #")
	assert.Equal(t, invite, s.bookOf(access.Of(vipGroup)).Roles()[0].Grants)
	out, err = imports(write(t, "company:\n  jobs: []\n"))
	assert.ErrorContains(t, err, "job 展会专员: it is in use (company: mapping of 客服专员, "+vipGroup+": zhao)")
	assert.Contains(t, out, "! ", "the difference says so too")
	s.laws(map[int64]bool{})
}

// TestPolicyImportRefuses: what no command would do, no file does; each names the place, the record and what to do.
func TestPolicyImportRefuses(t *testing.T) {
	t.Parallel()
	s, imports := newDesk(t)
	group := "groups:\n  " + vipGroup + ":\n    "
	for _, row := range []struct{ name, text, want string }{
		{"nobody", group + "roles: [{who: ghost, level: mid}]\n", `:3: role of ghost: nobody here is "ghost"`},
		{"a customer", group + "roles: [{who: wmCustomerZhang01, level: mid}]\n", ":3: role of wmCustomerZhang01: only the company's own staff can hold a role (not-staff)"},
		{"nobody, in the company", "company:\n  roles: [{who: ghost, level: mid}]\n", `:2: role of ghost: nobody here is "ghost"`},
		{"an exception for a customer", group + "exceptions: [{allow: [mute], to: {person: wmCustomerZhang01}}]\n", "not-staff"},
		{"an exemption from nothing", "company:\n  exemptions: [{rule: nie, who: zhao, until: 2027-01-01, reason: x}]\n", `:2: there is no rule "nie" of separation of duties`},
		{"two that exclude each other", "company:\n  separation: [{name: 审管分离, sets: [[audit], [settings]]}]\n" + group + "roles:\n    - {who: zhao, level: senior}\n", `:6: role of zhao: it would break separation of duties: one person may not hold both of what is exclusive (sod): rule "审管分离". Give a lower level`},
		{"from the future", "company:\n  statements: [{deny: [mute], by: boss, at: 2030-01-01}]\n", ":2: at is in the future"},
		{"made by nobody", "company:\n  statements: [{deny: [mute], by: ghost, at: 2026-01-01}]\n", `:2: statement: by: nobody here is "ghost"`},
		{"without the right to serve customers", group + "roles: [{who: xiaochen, level: mid}]\n", ":3: role of xiaochen: the person lacks"},
		{"too many", group + "cap: 1\n", ""},
	} {
		_, err := imports(write(t, row.text))
		if row.want == "" {
			require.NoError(t, err, row.name)
			continue
		}
		assert.ErrorContains(t, err, row.want, row.name)
	}
	_, err := imports(write(t, group+"roles: [{who: zhao, level: mid}, {who: li, level: mid}]\n"))
	assert.ErrorContains(t, err, "(cap)")
	_, err = imports(write(t, "company:\n  roles: [{who: zhao, level: mid}, {who: li, level: mid, groups: [华东VIP客户群]}]\n"))
	assert.ErrorContains(t, err, "group "+vipGroup+": as many people as allowed hold a role in this group (cap)")
	out, err := imports(write(t, "company:\n  statements: [{deny: [mute], until: 2026-01-01}]\n"))
	require.NoError(t, err)
	assert.Contains(t, out, "left out, for it is over: ")
	assert.Empty(t, s.bookOf(access.Of("")).Statements())
	out, err = imports(write(t, "company:\n  roles: [{who: xiaochen, level: junior}]\n"))
	require.NoError(t, err, "who is in no group is asked about of the address book: %s", out)
}
