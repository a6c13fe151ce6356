package configs_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/configs"
)

// aesKey is 43 characters that decode to 32 bytes of zero.
var aesKey = strings.Repeat("A", 43)

const smallest = `
owners: [boss]
redis: {addrs: ["127.0.0.1:6379"]}
wecom:
  corp_id: ww0123456789abcdef
  bot: {token: tok, encoding_aes_key: AES}
`

// longSecret is as long as a secret that people choose themselves must be.
const longSecret = "0123456789abcdef0123456789abcdef"

func withKey(s string) string {
	return strings.NewReplacer("AES", aesKey, "SECRET", longSecret).Replace(s)
}

// files is a disk: names and contents.
type files map[string]string

func (f files) read(name string) ([]byte, error) {
	text, ok := f[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(text), nil
}

func load(yaml string, environ ...string) (configs.Config, error) {
	return configs.Load("/etc/q.yaml", environ, files{"/etc/q.yaml": withKey(yaml)}.read)
}

// problems are the texts of everything that is wrong.
func problems(t *testing.T, err error) []string {
	t.Helper()
	var joined interface{ Unwrap() []error }
	require.ErrorAs(t, err, &joined)
	var out []string
	for _, e := range joined.Unwrap() {
		var p configs.Problem
		require.ErrorAs(t, e, &p)
		out = append(out, p.Error())
	}
	return out
}

func smallestConfig() configs.Config {
	return configs.Config{
		Listen: "127.0.0.1:8080", Timezone: "Asia/Shanghai", Language: "zh", Edition: configs.Standard,
		Owners:    []string{"boss"},
		Audit:     configs.Audit{KeyFile: "/etc/qunguan.key", Export: configs.Export{Format: "jsonl"}, Archive: configs.Retention{KeepDays: 180}},
		Duty:      configs.Duty{RemindBefore: []string{"7d", "1d", "1h"}, CheckInWithin: "10m"},
		SLA:       configs.SLA{Outside: "pause", WarnPercent: 67, BackupAfter: "0s", ManagerAfter: "5m", CompanyAfter: "15m", UnackAfter: "10m"},
		KPI:       configs.KPI{HandlingWithin: "2h", SolvedPercent: 95, CaughtAWeek: 20, RewardWeeks: 4},
		Suspicion: configs.Suspicion{MostActs: 10, Refusals: 3, Within: "10m"},
		Redis:     configs.Redis{Addrs: []string{"127.0.0.1:6379"}, KeyPrefix: "qunguan"},
		WeCom: configs.WeCom{
			CorpID: "ww0123456789abcdef", APIBase: "https://qyapi.weixin.qq.com",
			Bot: configs.Bot{Token: "tok", EncodingAESKey: configs.Secret(aesKey)},
		},
		Schedule: standardSchedule(), Deadman: configs.Deadman{After: "10m"},
		Log: configs.Log{Level: "info", Format: "json"},
	}
}

func standardSchedule() configs.Schedule {
	return configs.Schedule{
		Sync: "*/15 * * * *", Canary: "5 * * * *", Checkpoint: "5 9 * * *", Export: "30 3 * * *", Archive: "45 3 * * *", ReviewMatrix: "0 9 1 * *", ReviewBusiness: "0 9 21 1,4,7,10 *", ReviewGroup: "0 9 11 * *",
		Watch: "* * * * *", DigestWeekly: "0 9 * * 1", DigestDaily: "30 8 * * *", Commend: "10 9 * * 1", Portraits: "20 9 * * 1",
	}
}

func TestTheSmallestFileIsEnough(t *testing.T) {
	got, err := load(smallest)
	require.NoError(t, err)
	assert.Equal(t, smallestConfig(), got)
	assert.False(t, got.WeCom.App.InUse())
	assert.True(t, got.WeCom.Bot.InUse())
	zone, err := got.Location()
	require.NoError(t, err)
	assert.Equal(t, "Asia/Shanghai", zone.String())
}

func TestEverythingCanBeSetInTheFile(t *testing.T) {
	got, err := load(`
listen: ":9000"
timezone: Europe/Berlin
language: en
public_url: https://bot.example.com/duty/
owners: [boss, 1001]
department_admins: [{user: li, departments: [华东, 华南]}]
edition: education
font: /srv/fonts/a.ttc
duty: {holidays: days/off.yaml, remind_before: [], check_in_within: 15m}
audit: {key_file: keys/journal.key, post_to: managers, export: {dir: out, format: xlsx}, archive: {dir: old, keep_days: 400}}
redis: {addrs: [a:1, b:2], username: u, password: 0123, db: 3, tls: true, master_name: m, key_prefix: "q:1"}
wecom:
  corp_id: ww0123456789abcdef
  api_base: http://127.0.0.1:5000/
  app: {agent_id: 7, secret: s, token: t, encoding_aes_key: AES}
  bot: {token: tok, encoding_aes_key: AES}
  customer_contact: {secret: c}
ingest: {secret: SECRET, previous_secret: SECRET}
api: {token: SECRET}
archive: {secret: a, private_keys: [{version: 2, file: k.pem}], proxy: "socks5://10.0.0.1:8081", proxy_password: "u:p"}
kpi: {handling_within: 1h30m, solved_percent: 90, caught_a_week: 5, reward_weeks: 2}
suspicion: {most_acts: 4, refusals: 2, within: 5m}
log: {level: debug, format: console}
`)
	require.NoError(t, err)
	assert.Equal(t, configs.Config{
		Listen: ":9000", Timezone: "Europe/Berlin", Language: "en", Edition: configs.Education,
		PublicURL:        "https://bot.example.com/duty",
		Owners:           []string{"boss", "1001"},
		DepartmentAdmins: []configs.DepartmentAdmin{{User: "li", Departments: []string{"华东", "华南"}}},
		Font:             "/srv/fonts/a.ttc",
		Duty:             configs.Duty{Holidays: "/etc/days/off.yaml", RemindBefore: []string{}, CheckInWithin: "15m"},
		SLA:              configs.SLA{Outside: "pause", WarnPercent: 67, BackupAfter: "0s", ManagerAfter: "5m", CompanyAfter: "15m", UnackAfter: "10m"},
		KPI:              configs.KPI{HandlingWithin: "1h30m", SolvedPercent: 90, CaughtAWeek: 5, RewardWeeks: 2},
		Suspicion:        configs.Suspicion{MostActs: 4, Refusals: 2, Within: "5m"},
		Audit:            configs.Audit{KeyFile: "/etc/keys/journal.key", PostTo: "managers", Export: configs.Export{Dir: "/etc/out", Format: "xlsx"}, Archive: configs.Retention{Dir: "/etc/old", KeepDays: 400}},
		Redis: configs.Redis{
			Addrs: []string{"a:1", "b:2"}, Username: "u", Password: "0123", DB: 3, TLS: true, MasterName: "m", KeyPrefix: "q:1",
		},
		WeCom: configs.WeCom{
			CorpID: "ww0123456789abcdef", APIBase: "http://127.0.0.1:5000",
			App:             configs.App{AgentID: 7, Secret: "s", Token: "t", EncodingAESKey: configs.Secret(aesKey)},
			Bot:             configs.Bot{Token: "tok", EncodingAESKey: configs.Secret(aesKey)},
			CustomerContact: configs.CustomerContact{Secret: "c"},
		},
		Schedule: standardSchedule(), Deadman: configs.Deadman{After: "10m"},
		Ingest: configs.Ingest{Secret: longSecret, PreviousSecret: longSecret},
		API:    configs.API{Token: longSecret},
		Archive: configs.Archive{
			Secret: "a", PrivateKeys: []configs.ArchiveKey{{Version: 2, File: "/etc/k.pem"}}, Proxy: "socks5://10.0.0.1:8081", ProxyPassword: "u:p",
		},
		Log: configs.Log{Level: "debug", Format: "console"},
	}, got)
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	change := func(old, replacement string) string {
		require.Contains(t, smallest, old)
		return strings.Replace(smallest, old, replacement, 1)
	}
	add := func(first string) string { return first + smallest }
	for _, c := range []struct{ file, want string }{
		{add(`lissten: x`), `/etc/q.yaml:1: lissten: unknown key; the nearest known one is listen`},
		{add(`corp_id: x`), `/etc/q.yaml:1: corp_id: unknown key; the nearest known one is wecom.corp_id`},
		{add(`kpi: {foo: 1}`), `/etc/q.yaml:1: kpi.foo: unknown key; kpi has caught_a_week, handling_within, reward_weeks, solved_percent`},
		{add(`schedule: {bogus: x}`), `/etc/q.yaml:1: schedule.bogus: unknown key; schedule has archive, canary, checkpoint, commend, digest_daily, digest_weekly, export, portraits, review_business, review_group, review_matrix, sync, watch`},
		{add(`nonsense: x`), `/etc/q.yaml:1: nonsense: unknown key; all of them: qunguan config example`},
		{add(`sla: {warn_precent: 5}`), `/etc/q.yaml:1: sla.warn_precent: unknown key; the nearest known one is sla.warn_percent`},
		{add(`deadman: {within: 5m}`), `/etc/q.yaml:1: deadman.within: unknown key; the nearest known one is suspicion.within`},
		{change(`addrs`, `adrs`), `/etc/q.yaml:3: redis.adrs: unknown key; the nearest known one is redis.addrs`},
		{add(`owners: [li]`), `/etc/q.yaml:2: owners: stands here a second time; the first is on line 1; keep one`},
		{add(`<<: {}`), `/etc/q.yaml:1: <<: merge keys are not read here; write the keys out`},
		{add(`public_url: http://bot.example.com`), `/etc/q.yaml:1: public_url: "http://bot.example.com" is not possible; write https://host, or http:// for this machine only, since the links are secrets`},
		{add(`listen: 8080`), `/etc/q.yaml:1: listen: "8080" is no address to listen on; write host:port, for example 127.0.0.1:8080`},
		{add(`listen: "x:70000"`), `/etc/q.yaml:1: listen: "x:70000" is no address to listen on; write host:port, for example 127.0.0.1:8080`},
		{add(`listen: [a]`), `/etc/q.yaml:1: listen: must be one value, not a list or a section; write "listen: value"`},
		{add(`timezone: Local`), `/etc/q.yaml:1: timezone: "Local" is no known time zone; write an IANA name, for example Asia/Shanghai`},
		{add(`timezone: ""`), `/etc/q.yaml:1: timezone: "" is no known time zone; write an IANA name, for example Asia/Shanghai`},
		{add(`language: fr`), `/etc/q.yaml:1: language: "fr" is not possible; use one of: zh, en`},
		{add(`edition: pro`), `/etc/q.yaml:1: edition: "pro" is not possible; use one of: standard, education`},
		{add(`log: {level: loud}`), `/etc/q.yaml:1: log.level: "loud" is not possible; use one of: debug, info, warn, error`},
		{add(`log: {format: xml}`), `/etc/q.yaml:1: log.format: "xml" is not possible; use one of: json, console`},
		{add(`log: loud`), `/etc/q.yaml:1: log: must hold keys, each on a line of its own: "key: value"`},
		{change(`[boss]`, `[]`), `/etc/q.yaml:2: owners: names nobody; list the user ids that hold every permission, for example [boss]`},
		{change(`[boss]`, `boss`), `/etc/q.yaml:2: owners: must be a list; write "owners: [a, b]"`},
		{change(`[boss]`, `["@boss"]`), `/etc/q.yaml:2: owners: "@boss" is no user id; write the id that the address book shows, without @ and without spaces`},
		{change(`[boss]`, `[boss, boss]`), `/etc/q.yaml:2: owners: "boss" stands there twice; keep one`},
		{change(`[boss]`, `[" "]`), `/etc/q.yaml:2: owners: has an empty user id; write the id that the address book shows, or remove the entry`},
		{change(`[boss]`, `[[boss]]`), `/etc/q.yaml:2: owners: each element of the list must be one value`},
		{add(`department_admins: [{user: li}]`), `/etc/q.yaml:1: department_admins: "li" has no department, or one without a name; write {user: li, departments: [name]}`},
		{add(`department_admins: [{departments: [a]}]`), `/etc/q.yaml:1: department_admins: an entry has no user; write {user: li, departments: [name]} with the id that the address book shows`},
		{add(`duty: {remind_before: [1h, soon]}`), `/etc/q.yaml:1: duty.remind_before: "soon" is no length from 1m to 31d; write for example 7d, 1d, 1h or 30m`},
		{add(`sla: {outside: stop}`), `/etc/q.yaml:1: sla.outside: "stop" is not possible; use one of: pause, count`},
		{add(`sla: {warn_percent: 100}`), `/etc/q.yaml:1: sla.warn_percent: 100 is not possible; write which part of the limit, from 1 to 99, or 0 to warn nobody`},
		{add(`kpi: {handling_within: 90s}`), `/etc/q.yaml:1: kpi.handling_within: "90s" is no length of whole minutes from 1m to 7d; write for example 2h`},
		{add(`kpi: {solved_percent: 101}`), `/etc/q.yaml:1: kpi.solved_percent: 101 is not possible; write a number from 1 to 100`},
		{add(`kpi: {solved_percent: "95.5"}`), `/etc/q.yaml:1: kpi.solved_percent: "95.5" is no whole number; write one in digits, from 1 to 100`},
		{add(`kpi: {caught_a_week: 0}`), `/etc/q.yaml:1: kpi.caught_a_week: 0 is not possible; write a number from 1 to 10000`},
		{add(`kpi: {reward_weeks: 9}`), `/etc/q.yaml:1: kpi.reward_weeks: 9 is not possible; write a number from 1 to 8`},
		{add(`suspicion: {most_acts: 0}`), `/etc/q.yaml:1: suspicion.most_acts: 0 is not possible; write a number from 1 to 1000`},
		{add(`suspicion: {refusals: 1}`), `/etc/q.yaml:1: suspicion.refusals: 1 is not possible; write a number from 2 to 1000`},
		{add(`suspicion: {within: 2h}`), `/etc/q.yaml:1: suspicion.within: "2h" is no length of whole minutes from 1m to 1h; write for example 10m`},
		{add(`sla: {manager_after: soon}`), `/etc/q.yaml:1: sla.manager_after: "soon" is no length from 1m0s to 24h; write for example 5m or 15m`},
		{add(`sla: {company_after: 2m}`), `/etc/q.yaml:1: sla.company_after: "2m" comes before the step below it; each step is told after the one before, counted from when the limit passed`},
		{add(`duty: {check_in_within: 2d}`), `/etc/q.yaml:1: duty.check_in_within: "2d" is no length from 1m to 4h; write for example 10m`},
		{add(`limits: {role_cap: 1000000}`), `/etc/q.yaml:1: limits.role_cap: 1000000 is not possible; write how many people, at most 2000, or 0 for the platform's own number`},
		{add(`deadman: {after: 10}`), `/etc/q.yaml:1: deadman.after: "10" is not possible; write a length from 1m to 24h, for example 10m`},
		{add(`deadman: {after: 5s}`), `/etc/q.yaml:1: deadman.after: "5s" is not possible; write a length from 1m to 24h, for example 10m`},
		{add(`deadman: {ping_url: "http://outside/x"}`), `/etc/q.yaml:1: deadman.ping_url: is no https address; copy it from the service that watches, for example https://hc-ping.com/…`},
		{add(`audit: {key_file: ""}`), `/etc/q.yaml:1: audit.key_file: names no file; write for example qunguan.key, or none if the journal shall not be signed`},
		{add(`audit: {post_to: "a b"}`), `/etc/q.yaml:1: audit.post_to: "a b" is no chat id; write the one that WeCom gave the group when the app made it, without spaces`},
		{add(`audit: {key_file: none, post_to: wr1}`), `/etc/q.yaml:1: audit.post_to: names a group for checkpoints, but audit.key_file is none, so there are none; leave one of the two out`},
		{add(`audit: {export: {format: pdf}}`), `/etc/q.yaml:1: audit.export.format: "pdf" is not possible; use one of: jsonl, csv, xlsx`},
		{add(`audit: {archive: {keep_days: 179}}`), `/etc/q.yaml:1: audit.archive.keep_days: 179 is not possible; write from 180 to 36500: a record of every act and every refusal stays at hand for 180 days (R09)`},
		{add(`audit: {archive: {keep_days: 100000000}}`), `/etc/q.yaml:1: audit.archive.keep_days: 100000000 is not possible; write from 180 to 36500: a record of every act and every refusal stays at hand for 180 days (R09)`},
		{add(`audit: {key_file: none, archive: {dir: old}}`), `/etc/q.yaml:1: audit.archive.dir: is set, but audit.key_file is none: only what was sealed may leave Redis; leave one of the two out`},
		{add(`schedule: {synk: x}`), `/etc/q.yaml:1: schedule.synk: unknown key; the nearest known one is schedule.sync`},
		{add(`department_admins: {li: a}`), `/etc/q.yaml:1: department_admins: must be a list; see the example: qunguan config example`},
		{add(`department_admins: [{usr: li}]`), `/etc/q.yaml:1: department_admins.usr: unknown key; the nearest known one is department_admins.user`},
		{change(`"127.0.0.1:6379"`, ``), `/etc/q.yaml:3: redis.addrs: names no server; write [host:port], for example [127.0.0.1:6379]`},
		{change(`"127.0.0.1:6379"`, `":6379"`), `/etc/q.yaml:3: redis.addrs: ":6379" is no address; write host:port, for example 127.0.0.1:6379`},
		{change(`"127.0.0.1:6379"`, `localhost`), `/etc/q.yaml:3: redis.addrs: "localhost" is no address; write host:port, for example 127.0.0.1:6379`},
		{change(`"127.0.0.1:6379"`, `a:1, a:1`), `/etc/q.yaml:3: redis.addrs: "a:1" stands there twice; keep one`},
		{change(`]}`, `], db: x}`), `/etc/q.yaml:3: redis.db: "x" is no whole number; write one in digits, 0 or more`},
		{change(`]}`, `], db: -1}`), `/etc/q.yaml:3: redis.db: -1 is not possible; databases are counted from 0`},
		{change(`]}`, `, "b:1"], db: 1}`), `/etc/q.yaml:3: redis.db: 1 is not possible with a cluster, which has only 0; several addrs are a cluster unless redis.master_name makes them sentinels`},
		{change(`]}`, `], tls: yes}`), `/etc/q.yaml:3: redis.tls: "yes" is neither true nor false`},
		{change(`]}`, `], username: u}`), `/etc/q.yaml: redis.password: is missing, but redis.username is set; give both or neither`},
		{change(`]}`, `], key_prefix: "{x}"}`), `/etc/q.yaml:3: redis.key_prefix: "{x}" is not possible; use 1 to 64 letters, digits and _ . : -`},
		{change(`  corp_id: ww0123456789abcdef`, ``), `/etc/q.yaml: wecom.corp_id: is missing; it is the 企业ID that the admin console shows under 我的企业`},
		{change(`ww0123456789abcdef`, `a{b}`), `/etc/q.yaml:5: wecom.corp_id: "a{b}" is no corp id; it is the 企业ID that the admin console shows under 我的企业`},
		{change(`  bot:`, `  api_base: http://example.com
  bot:`), `/etc/q.yaml:6: wecom.api_base: "http://example.com" is not possible; write https://host, or http:// for this machine only, since secrets go there`},
		{change(`  bot:`, `  api_base: https://u:hidden@example.com
  bot:`), `/etc/q.yaml:6: wecom.api_base: "https://…@example.com" is not possible; write https://host, or http:// for this machine only, since secrets go there`},
		{change(`  bot: {token: tok, encoding_aes_key: AES}`, ``), `/etc/q.yaml:5: wecom: sets up neither wecom.app nor wecom.bot; the bot needs one of them to be spoken to`},
		{change(`token: tok, `, ``), `/etc/q.yaml: wecom.bot.token: is missing; copy it from the admin console, or give token_file; or leave all of wecom.bot out`},
		{change(`token: tok`, `token: [tok]`), `/etc/q.yaml:6: wecom.bot.token: must be one value, not a list or a section; write "token: value"`},
		{change(`AES`, `hidden`), `/etc/q.yaml:6: wecom.bot.encoding_aes_key: has 6 characters, but an EncodingAESKey has 43; copy it again from the admin console`},
		{change(`AES`, strings.Repeat("-", 43)), `/etc/q.yaml:6: wecom.bot.encoding_aes_key: contains characters that an EncodingAESKey cannot have; copy it again from the admin console`},
		{change(`tok,`, `"hidden ",`), `/etc/q.yaml:6: wecom.bot.token: contains a space or a line break; copy it again without`},
		{change(`  bot:`, `  app: {agent_id: -1, secret: s, token: t, encoding_aes_key: AES}
  bot:`), `/etc/q.yaml:6: wecom.app.agent_id: -1 is no agent id; copy the AgentId of the app from the admin console`},
		{change(`  bot:`, `  customer_contact: {secret: "a b"}
  bot:`), `/etc/q.yaml:6: wecom.customer_contact.secret: contains a space or a line break; copy it again without`},
		{add(`api: {token: hidden}`), `/etc/q.yaml:1: api.token: has 6 characters, which can be guessed; give it at least 32: openssl rand -hex 32`},
		{add(`ingest: {secret: hidden}`), `/etc/q.yaml:1: ingest.secret: has 6 characters, which can be guessed; give it at least 32: openssl rand -hex 32`},
		{add(`ingest: {secret: "SECRET hidden"}`), `/etc/q.yaml:1: ingest.secret: contains a space or a line break; make one without: openssl rand -hex 32`},
		{add(`ingest: {previous_secret: SECRET}`), `/etc/q.yaml: ingest.secret: is missing, but ingest.previous_secret is set; the previous one only helps to replace it`},
		{add(`archive: {secret: s}`), `/etc/q.yaml: archive.private_keys: names no key; write [{version: 1, file: archive-1.pem}], the version as the admin console shows it`},
		{add(`archive: {private_keys: [{version: 1, file: f}]}`), `/etc/q.yaml: archive.secret: is missing; copy it from the admin console, or give secret_file; or leave all of archive out`},
		{add(`archive: {secret: s, private_keys: [{file: f}]}`), `/etc/q.yaml:1: archive.private_keys: 0 is no version; write the one that the admin console shows beside the public key`},
		{add(`archive: {secret: s, private_keys: [{version: one, file: f}]}`), `/etc/q.yaml:1: archive.private_keys.version: "one" is no whole number; write one in digits, 1 or more`},
		{add(`archive: {secret: s, private_keys: [{version: 1}]}`), `/etc/q.yaml:1: archive.private_keys: version 1 has no file; write {version: 1, file: archive-1.pem}`},
		{add(`archive: {secret: s, private_keys: [{version: 1, file: f}, {version: 1, file: g}]}`), `/etc/q.yaml:1: archive.private_keys: version 1 stands there twice; keep one`},
		{add(`archive: {secret: s, private_keys: [{version: 1, file: f}], proxy: "http://u:hidden@h:1"}`), `/etc/q.yaml:1: archive.proxy: "http://…@h:1" is not possible; write http://host:port or socks5://host:port, and the user in archive.proxy_password`},
		{add(`archive: {secret: s, private_keys: [{version: 1, file: f}], proxy_password: "u:hidden"}`), `/etc/q.yaml: archive.proxy: is missing, but archive.proxy_password is set; give both or neither`},
		{change(`token: tok,`, `token: tok, token_file: f,`), `/etc/q.yaml:6: wecom.bot.token: is given both as text and as a file; keep one of token and token_file`},
	} {
		t.Run(c.want, func(t *testing.T) {
			_, err := load(c.file)
			got := problems(t, err)
			assert.Contains(t, got, c.want)
			assert.NotContains(t, err.Error(), "hidden")
		})
	}
}

func TestEverythingWrongIsReportedAtOnce(t *testing.T) {
	_, err := configs.Load("", nil, nil)
	assert.Equal(t, []string{
		"owners: names nobody; list the user ids that hold every permission, for example [boss]",
		"redis.addrs: names no server; write [host:port], for example [127.0.0.1:6379]",
		"wecom.corp_id: is missing; it is the 企业ID that the admin console shows under 我的企业",
		"wecom: sets up neither wecom.app nor wecom.bot; the bot needs one of them to be spoken to",
	}, problems(t, err))
}

func TestWhatIsNoYAML(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"broken":        {"listen: [", "/etc/q.yaml"},
		"two documents": {smallest + "\n---\nlisten: x", "more than one document"},
		"star":          {"wecom: {app: {secret: *hidden }}", "quotes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(c.file)
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "hidden")
		})
	}
	_, err := configs.Load("missing.yaml", nil, files{}.read)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = load("- a")
	assert.Contains(t, problems(t, err), `/etc/q.yaml:1: must hold keys, each on a line of its own: "key: value"`)
}

func TestAnEmptyFileIsNoFile(t *testing.T) {
	for _, empty := range []string{"", "# nothing\n", "null\n"} {
		_, err := load(empty)
		assert.Len(t, problems(t, err), 4, "%q", empty)
	}
}

func TestAKeyWithNothingBehindItKeepsItsDefault(t *testing.T) {
	got, err := load("listen:\nlog:\nwecom.x:\n" + smallest)
	require.Error(t, err)
	assert.Zero(t, got)
	got, err = load("listen:\nlog:\n" + smallest)
	require.NoError(t, err)
	assert.Equal(t, smallestConfig(), got)
}

func FuzzLoadNeitherPanicsNorLeaks(f *testing.F) {
	f.Add(smallest, "QUNGUAN_LISTEN=:1")
	f.Add(configs.Example(), "QUNGUAN_DEPARTMENT_ADMINS=[{user: li, departments: [a]}]")
	f.Add("a: &a [*a]", "QUNGUAN_REDIS__DB=x")
	f.Add("department_admins: &a [*a]\nwecom: {app: {secret: zzhiddenzz, secret_file: x}}", "QUNGUAN_WECOM__APP__SECRET=zzhiddenzz")
	const token = "zzhiddenzz zz"
	f.Fuzz(func(t *testing.T, file, variable string) {
		c, err := load(file, variable, "QUNGUAN_WECOM__BOT__TOKEN="+token)
		if err == nil {
			t.Fatalf("a token with a space was accepted: %v", c)
		}
		if !strings.Contains(file+variable, token) && strings.Contains(err.Error(), token) {
			t.Fatalf("the error shows a secret: %v", err)
		}
	})
}

func TestOrigin(t *testing.T) {
	file := func(string) ([]byte, error) { return []byte("owners: [boss]\nfont: /a\n"), nil }
	assert.Equal(t, "/etc/q.yaml:2", configs.Origin("/etc/q.yaml", nil, file, "font"))
	assert.Equal(t, "QUNGUAN_FONT", configs.Origin("/etc/q.yaml", []string{"QUNGUAN_FONT=/b"}, file, "font"))
	assert.Equal(t, "/etc/q.yaml", configs.Origin("/etc/q.yaml", nil, file, "language"))
}
