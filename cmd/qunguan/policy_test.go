package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"qunguan/bot/access"
	"qunguan/bot/chat"
)

const (
	shippedPolicy = "../../configs/policy.example.yaml"
	shippedTests  = "../../configs/policy.tests.yaml"
)

// TestShippedTables holds the catalogue against the tables of the requirements, through the command that operators use.
func TestShippedTables(t *testing.T) {
	out, err := runPolicy(t, "", "policy", "test", shippedPolicy, shippedTests)
	require.NoError(t, err, out)
	assert.Regexp(t, `^ok   (8\d|9\d|1\d\d) rows\n$`, out)
	empty := write(t, "{}")
	out, err = runPolicy(t, "", "policy", "test", empty, shippedTests)
	assert.NoError(t, err, "the tables are those of the catalogue, whatever the policy: %s", out)
}

// TestPolicyTestFails: what does not hold is a line of a table, and the exit code says so.
func TestPolicyTestFails(t *testing.T) {
	tests := write(t, `tests:
  - {name: 太多, who: {level: mid}, item: mute, expect: allow}
  - {name: 规则不对, who: {level: mid}, item: files, expect: allow, rule: owner}
  - {name: 开关, switches: {at_all: admins_only}}
`)
	out, err := runPolicy(t, "", "policy", "test", shippedPolicy, tests)
	assert.EqualError(t, err, "3 answers in 3 rows: not as expected")
	assert.Equal(t, []string{
		"OF EXPECTED IS ROW AT", "mute allow deny (default) 太多 " + tests + ":2", "files allow (owner) allow (granted) 规则不对 " + tests + ":3",
		"at_all admins_only everyone 开关 " + tests + ":4",
	}, squeezed(out))
	var usage usageError
	assert.NotErrorAs(t, err, &usage, "the exit code is 1")
}

func squeezed(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		out = append(out, strings.Join(strings.Fields(line), " "))
	}
	return out
}

// TestPolicyFileMistakes: each is told with its file, line and key, all of them at once.
func TestPolicyFileMistakes(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"an unknown key", "company:\n  jobz: []\n", `:2: unknown key "jobz"; the keys here are cap, jobs, mappings`},
		{"an unknown key further in", "company:\n  jobs:\n    - {name: x, items: [mute], nick: y}\n", `:3: unknown key "nick"; the keys here are name, items, by, at, reason`},
		{"a key twice", "company:\n  jobs: []\n  jobs: []\n", ":3: mapping key \"jobs\" already defined"},
		{"an unknown item", "company:\n  jobs:\n    - {name: x, items: [flie]}\n", `:3: there is no item and no family "flie"`},
		{"an unknown tier", "company:\n  statements:\n    - {deny: [mute], tier: gruop}\n", `:3: there is no tier "gruop"`},
		{"no moment", "company:\n  statements:\n    - {deny: [mute], until: tomorrow}\n", `:3: "tomorrow" is no moment`},
		{"neither allow nor deny", "company:\n  statements:\n    - {to: {position: 经理}}\n", ":3: a statement says either allow or deny"},
		{"both", "company:\n  statements:\n    - allow: [mute]\n      deny: [recall]\n", ":4: a statement says either allow or deny"},
		{"one set", "company:\n  separation:\n    - {name: x, sets: [[mute]]}\n", `:3: exclusive sets "x": a name and two sets are needed`},
		{"an unknown job", "groups:\n  G1:\n    roles:\n      - {who: li, level: mid, job: 飞行员}\n", `:4: unknown job "飞行员"`},
		{"a list for a section", "company: []\n", ":1: a list stands where a section with keys"},
		{"a section for a list", "company:\n  jobs: {name: x}\n", ":2: a section with keys stands where a list is expected"},
		{"a word for a number", "groups:\n  G1:\n    cap: viele\n", `:3: "viele" stands where a number is expected`},
		{"twice the same", "company:\n  jobs:\n    - {name: x, items: [mute]}\n    - {name: x, items: [recall]}\n", ":4: this stands here a second time; the first is on line 3"},
		{"two subjects", "company:\n  mappings:\n    - {to: {position: 经理, department: 华东}, level: mid}\n", ":3: to: names several of person, position and department"},
		{"a depth of nothing", "company:\n  mappings:\n    - {to: {position: 经理, depth: 3}, level: mid}\n", ":3: to: depth is that of a department"},
		{"no level and no job", "groups:\n  G1:\n    roles:\n      - {who: li}\n", ":4: neither a level nor a job"},
		{"a cap below nothing", "groups:\n  G1:\n    cap: -3\n", ":3: a cap of -3 people is not possible"},
		{"a cap above all", "groups:\n  G1:\n    cap: 100000\n", ":3: a cap of 100000 people is not possible"},
		{"a job called like a level", "company:\n  jobs:\n    - {name: 高级, items: [mute]}\n", `:3: "高级" cannot name a job`},
		{"a job called like an item", "company:\n  jobs:\n    - {name: 禁言, items: [mute]}\n", `:3: "禁言" cannot name a job`},
		{"a job of several words", "company:\n  jobs:\n    - {name: a b/c, items: [mute]}\n", `:3: "a b/c" cannot name a job`},
		{"an empty tag", "groups:\n  G1:\n    tags: [{name: \"\"}]\n", `:3: "" is no tag`},
		{"a tag of two words", "groups:\n  G1:\n    tags: [{name: a b}]\n", `:3: "a b" is no tag`},
		{"an exemption without an end", "company:\n  exemptions:\n    - {rule: x, who: li, reason: y}\n", ":3: an exemption needs an end and a reason"},
		{"a job of a group", "groups:\n  G1:\n    jobs:\n      - {name: x, items: [mute]}\n", ":4: this belongs to the company's part"},
		{"a scene of the company", "company:\n  scenes: [{name: 产品内测}]\n", ":2: this belongs to the part of a group"},
		{"a maker without a moment", "company:\n  statements:\n    - {deny: [mute], by: li}\n", ":3: by and at belong together"},
		{"an end before the beginning", "company:\n  statements:\n    - {deny: [mute], from: 2026-03-02, until: 2026-03-01}\n", ":3: it ends before it begins"},
		{"two documents", "company: {}\n---\ncompany: {}\n", "more than one document"},
		{"no YAML", "company: [\n", ": "},
	} {
		file := write(t, row.text)
		_, err := runPolicy(t, "", "policy", "test", file)
		var usage usageError
		require.ErrorAs(t, err, &usage, row.name)
		assert.ErrorContains(t, err, file, row.name)
		assert.ErrorContains(t, err, row.want, row.name)
	}
	_, err := runPolicy(t, "", "policy", "test", write(t, "company:\n  jobz: []\n  tagz: []\n  statements:\n    - {deny: [mute], until: tomorrow}\n"))
	for _, want := range []string{"jobz", "tagz", "tomorrow"} {
		assert.ErrorContains(t, err, want, "all at once")
	}
	_, err = runPolicy(t, "", "policy", "test", shippedPolicy, write(t, "tests:\n  - {name: leer}\n"))
	assert.ErrorContains(t, err, ":2: \"leer\" expects nothing")
	_, err = runPolicy(t, "", "policy", "test", shippedPolicy, write(t, "tests:\n  - {name: x, item: mute, expect: deny, rule: no-such}\n"))
	assert.ErrorContains(t, err, `there is no rule "no-such"`)
	_, err = runPolicy(t, "", "policy", "test", shippedPolicy, write(t, "tests: []\n"))
	assert.ErrorContains(t, err, "no rows under tests")
	_, err = runPolicy(t, "", "policy", "test", shippedPolicy, write(t, "tests:\n  - {name: x, in: nowhere, item: mute, expect: deny}\n"))
	assert.ErrorContains(t, err, `:2: "x": the policy does not name the group "nowhere"`)
	_, err = runPolicy(t, "", "policy", "test", shippedPolicy, write(t, "tests:\n  - {name: x, allow: [mute], deny: [content]}\n"))
	assert.ErrorContains(t, err, `:2: "x" expects both allow and deny of mute`)
}

// TestPolicyFileRoundTrip: whatever a book can hold, a file written of it reads back as the same records.
func TestPolicyFileRoundTrip(t *testing.T) {
	shipped, err := readPolicy(shippedPolicy)
	require.NoError(t, err)
	c := shipped.charter
	again := rewritten(t, c)
	assert.Equal(t, recordsOf(t, c.Company), recordsOf(t, again.Company))
	assert.Equal(t, recordsOf(t, c.Groups["wrHuadongVIP0001"]), recordsOf(t, again.Groups["wrHuadongVIP0001"]))
	rapid.Check(t, func(t *rapid.T) {
		c := access.Charter{Company: drawPart(t, ""), Groups: map[chat.Group]access.Part{"G1": drawPart(t, "G1")}}
		again := rewritten(t, c)
		require.Equal(t, recordsOf(t, c.Company), recordsOf(t, again.Company))
		require.Equal(t, recordsOf(t, c.Groups["G1"]), recordsOf(t, again.Groups["G1"]))
	})
}

func rewritten(t require.TestingT, c access.Charter) access.Charter {
	text, err := writeCharter(c, map[chat.Group]string{"G1": "华东VIP客户群"})
	require.NoError(t, err)
	var y charterYAML
	require.NoError(t, decodeYAML("written.yaml", text, &y), "%s", text)
	r := &fileReader{file: "written.yaml", tier: access.Enterprise}
	out := r.charter(y, nil)
	require.NoError(t, r.err(), "%s", text)
	return out
}

// recordsOf is what a part makes of an empty book.
func recordsOf(t require.TestingT, p access.Part) map[string]string {
	changes, err := access.Book{}.Adopt("G1", p.WithJobs(nil), "", time.Time{})
	require.NoError(t, err)
	out := map[string]string{}
	for _, ch := range changes {
		out[ch.Key] = string(ch.After)
	}
	return out
}

// drawPart draws a book of any kinds of record, and what a file of it must keep.
func drawPart(t *rapid.T, g chat.Group) access.Part {
	text := rapid.SampledFrom([]string{"a", "华东", "x: y", "- z", "#1", "off", "2026-01-01", "'", "a/b%"})
	at := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "s"), rapid.Int64Range(0, 999).Draw(t, "ms")*1e6).UTC()
	})
	perhaps := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "set") {
			return at.Draw(t, "at")
		}
		return time.Time{}
	})
	items := rapid.Custom(func(t *rapid.T) access.Items {
		return access.ItemsOf(access.Item(rapid.Uint8Range(1, 24).Draw(t, "i")), access.Item(rapid.Uint8Range(1, 24).Draw(t, "j")))
	})
	tier := rapid.SampledFrom([]access.Tier{access.GroupTier, access.Enterprise})
	scopes := rapid.SampledFrom([]access.Scope{
		{}, access.In("G1"), access.In("G2"), {Kind: access.GroupSet, Groups: []chat.Group{"G1"}}, {Kind: access.GroupSet, Tag: "vip"},
		{Kind: access.DepartmentGroups, Department: "华东"}, {Kind: access.MemberSet, Members: []chat.User{"wang"}, Groups: []chat.Group{"G1"}},
	})
	statement := func(s access.Subject) access.Statement {
		return access.Statement{
			Subject: s, Scope: scopes.Draw(t, "scope"), Items: items.Draw(t, "items"), Breadth: access.Breadth(rapid.Uint8Range(0, 2).Draw(t, "breadth")),
			Effect: access.Effect(rapid.Uint8Range(0, 1).Draw(t, "effect")), Tier: tier.Draw(t, "tier"), From: perhaps.Draw(t, "from"),
			Until: perhaps.Draw(t, "until"), By: chat.User(text.Draw(t, "by")), Reason: text.Draw(t, "reason"), At: perhaps.Draw(t, "made"),
			Review: perhaps.Draw(t, "review"), Data: access.DataScope{Kind: chat.Customer, Own: true},
		}
	}
	p := access.Part{
		Statements: []access.Statement{statement(access.Subject{Kind: access.OfDepartment, ID: text.Draw(t, "dep"), Depth: 2}), statement(access.Subject{})},
		Exceptions: []access.Statement{statement(access.About(chat.User(text.Draw(t, "who"))))},
		Roles: []access.Role{{
			Who: chat.User(text.Draw(t, "holder")), Level: access.Level(rapid.Uint8Range(1, 3).Draw(t, "level")), Job: access.Sales,
			Until: perhaps.Draw(t, "end"), Tier: tier.Draw(t, "tier"), OnDuty: rapid.Bool().Draw(t, "duty"), Only: items.Draw(t, "only"),
			Groups: []chat.Group{"G1", "G2"}, Eligible: rapid.Bool().Draw(t, "eligible"), Source: text.Draw(t, "source"),
		}},
		Separation: []access.Exclusive{{Name: text.Draw(t, "name"), Sets: []access.Items{access.ItemsOf(access.Mute), access.ItemsOf(access.Recall, access.Audit)}}},
		Exemptions: []access.Exemption{{Rule: text.Draw(t, "rule"), Who: "li", Until: at.Draw(t, "until"), Reason: "x"}},
		Mappings: []access.Mapping{{
			Subject: access.Subject{Kind: access.OfPosition, ID: text.Draw(t, "position")}, Level: access.Mid, Least: 3, Scene: access.CrossDept,
			Tier: tier.Draw(t, "tier"), Off: rapid.Bool().Draw(t, "off"),
		}},
	}
	if g != "" {
		p.Scenes = []access.Scene{{Name: access.Sensitive, Industry: access.Finance, Until: perhaps.Draw(t, "until"), Tier: tier.Draw(t, "tier")}}
		p.Tags = []access.Tag{{Name: text.Draw(t, "tag"), At: perhaps.Draw(t, "at")}}
	} else {
		p.Jobs = []access.JobDefinition{{Name: "展会专员", Items: access.ItemsOf(access.Invite)}}
	}
	return p
}

// TestPolicyFileKeepsEveryField: a field that a record gets one day must be written to files too, or an import would take
// it away.
func TestPolicyFileKeepsEveryField(t *testing.T) {
	var p access.Part
	fill(t, reflect.ValueOf(&p).Elem())
	p.Roles[0].Grants, p.Mappings[0].Grants = 0, 0 // what a custom job gives stands with the job alone
	p.Exceptions[0].Subject = access.About("finance")
	again := rewritten(t, access.Charter{Groups: map[chat.Group]access.Part{"G1": p}})
	assert.Equal(t, p, again.Groups["G1"], "teach policy_yaml.go, policy_read.go and policy_write.go what is missing")
}

// fill sets everything below a value to something that is not zero.
func fill(t *testing.T, v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = time.Date(2026, 3, 1, 4, 0, 0, 5e6, time.UTC)
		return
	case *access.Items:
		*x = access.ItemsOf(access.Mute, access.Audit)
		return
	case *access.SceneName:
		*x = access.CrossDept
		return
	case *access.Job:
		*x = "展会专员"
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("finance") // of all texts only an industry must be a certain one
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	default:
		require.Fail(t, "a kind of field that this test does not know", "%s", v.Type())
	}
}

// TestPolicyThroughRedis: export, diff, import and undo on a bot that runs.
func TestPolicyThroughRedis(t *testing.T) {
	t.Parallel()
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 0, 0, zone), nil, startEmbedded(t))
	s.settle()
	s.say("boss> /选群 华东VIP客户群")
	s.say("boss> /设管理 @li 中级")
	s.say("boss> /场景 产品内测 --确认")
	sys := s.procs[0].system
	text, err := sys.exportPolicy(s.ctx, "")
	require.NoError(t, err)
	assert.Contains(t, string(text), "# 华东VIP客户群", "a file says which group is which")
	exported := write(t, string(text))
	whole, err := readPolicy(exported)
	require.NoError(t, err)
	p, err := sys.plan(s.ctx, whole, "boss")
	require.NoError(t, err)
	assert.Zero(t, p.records, "what was exported imports as nothing: %s", p.text())

	s.say("boss> /设管理 @zhao 高级 --确认")
	p, err = sys.plan(s.ctx, whole, "")
	require.NoError(t, err)
	assert.Equal(t, 1, p.records, "the file knows nothing of what came later")
	assert.Contains(t, p.text(), "- - who: zhao")
	assert.Contains(t, p.text(), "loses: 赵倩")
	assert.ErrorContains(t, p.refused(), "last-senior", "who only looks is told that it would be refused")
	p, err = sys.plan(s.ctx, whole, "boss")
	require.NoError(t, err)
	assert.ErrorContains(t, p.refused(), "last-senior", "an import is asked every rule that a command is asked")

	policy := write(t, `company:
  separation:
    - {name: 进出分离, sets: [[invite], [remove]]}
groups:
  华东VIP客户群:
    scenes: [{name: 敏感行业, industry: 医疗}]
    roles: [{who: zhao, level: senior}, {who: li, level: mid}, {who: sun, level: junior}]
`)
	file, err := readPolicy(policy)
	require.NoError(t, err)
	for who, want := range map[chat.User]string{"li": "only an owner", "nobody": "only an owner"} {
		_, err = sys.plan(s.ctx, file, who)
		assert.ErrorContains(t, err, want)
	}
	p, err = sys.plan(s.ctx, file, "boss")
	require.NoError(t, err)
	require.NoError(t, p.refused())
	assert.Equal(t, 4, p.records, p.text())
	before := s.peoples()
	s.clock.Add(int64(90 * time.Second)) // somebody reads what was shown
	require.NoError(t, sys.carryOut(s.ctx, p))
	s.settle()
	seen := strings.Join(s.look(), "\n")
	assert.Contains(t, seen, "启用防骚扰", "what follows from scenes and roles follows here too")
	assert.Contains(t, seen, "关闭群聊邀请确认")
	assert.Contains(t, seen, "sun sees> 孙悦（sun）")
	again, err := sys.plan(s.ctx, file, "boss")
	require.NoError(t, err)
	assert.Zero(t, again.records, "a file that is imported twice changes nothing")
	err = sys.carryOut(s.ctx, p)
	assert.ErrorContains(t, err, "changed since the difference was shown")
	assert.Contains(t, strings.Join(s.say("boss> /审计"), "\n"), "导入策略文件", "one entry, the owner's")
	assert.Contains(t, strings.Join(s.say("boss> /撤销 --确认"), "\n"), "撤销 #")
	after := s.peoples()
	for key := range before {
		if strings.HasPrefix(key, "access") || strings.HasPrefix(key, "company") {
			assert.Equal(t, before[key], after[key], key)
		}
	}
	s.laws(map[int64]bool{})
}

// TestPolicyAsks: an import is asked about at the terminal, and only a yes is one.
func TestPolicyAsks(t *testing.T) {
	for said, ok := range map[string]bool{"y\n": true, "yes\n": true, "确认\n": true, "\n": false, "n\n": false, "": false} {
		c := policyImport()
		var out bytes.Buffer
		c.SetIn(strings.NewReader(said))
		c.SetOut(&out)
		err := agree(c, 3, "boss")
		assert.Equal(t, ok, err == nil, "%q", said)
		assert.Contains(t, out.String(), "Change 3 records as boss? [y/N] ")
	}
	pipe, _, err := os.Pipe()
	require.NoError(t, err)
	nothing, err := os.Open(os.DevNull)
	require.NoError(t, err)
	for _, in := range []*os.File{pipe, nothing} {
		c := policyImport()
		var out bytes.Buffer
		c.SetIn(in)
		c.SetOut(&out)
		var usage usageError
		require.ErrorAs(t, agree(c, 3, "boss"), &usage, "where nobody sits at a terminal --yes must be said")
		assert.Empty(t, out.String(), "nobody is asked who cannot answer")
		require.NoError(t, in.Close())
	}
}

// TestPolicyUsage: wrong usage says what is missing.
func TestPolicyUsage(t *testing.T) {
	for want, args := range map[string][]string{
		"--as: name the owner":                 {"policy", "import", shippedPolicy},
		"policy test takes a policy file":      {"policy", "test"},
		"no such file":                         {"policy", "test", "no-such-policy.yaml"},
		"policy diff takes 1 argument, not 0;": {"policy", "diff"},
	} {
		_, err := runPolicy(t, "", args...)
		var usage usageError
		assert.ErrorAs(t, err, &usage, want)
		assert.ErrorContains(t, err, want)
	}
	out, err := runPolicy(t, "", "policy", "--help")
	require.NoError(t, err)
	for _, verb := range []string{"export", "diff", "import", "test"} {
		assert.Contains(t, out, "qunguan policy "+verb, "an example of each")
	}
}

// runPolicy runs the program's commands in this process.
func runPolicy(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := root()
	c.SetArgs(args)
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetIn(strings.NewReader(in))
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "policy.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}
