package configs_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/configs"
)

func TestTheEnvironmentOverrides(t *testing.T) {
	for _, c := range []struct {
		variable string
		change   func(*configs.Config)
	}{
		{"QUNGUAN_LISTEN=:80", func(c *configs.Config) { c.Listen = ":80" }},
		{"QUNGUAN_OWNERS=a, b,", func(c *configs.Config) { c.Owners = []string{"a", "b"} }},
		{"QUNGUAN_DEPARTMENT_ADMINS=[{user: li, departments: [华东]}]", func(c *configs.Config) {
			c.DepartmentAdmins = []configs.DepartmentAdmin{{User: "li", Departments: []string{"华东"}}}
		}},
		{"QUNGUAN_DEPARTMENT_ADMINS=", func(c *configs.Config) { c.DepartmentAdmins = []configs.DepartmentAdmin{} }},
		{"QUNGUAN_REDIS__ADDRS=a:1,b:2", func(c *configs.Config) { c.Redis.Addrs = []string{"a:1", "b:2"} }},
		{"QUNGUAN_REDIS__DB=2", func(c *configs.Config) { c.Redis.DB = 2 }},
		{"QUNGUAN_REDIS__TLS=true", func(c *configs.Config) { c.Redis.TLS = true }},
		{"QUNGUAN_REDIS__PASSWORD=a=b c", func(c *configs.Config) { c.Redis.Password = "a=b c" }},
		{"QUNGUAN_WECOM__BOT__TOKEN=other", func(c *configs.Config) { c.WeCom.Bot.Token = "other" }},
		{"QUNGUAN_WECOM__BOT__TOKEN_FILE=", func(*configs.Config) {}},
		{"QUNGUAN_ARCHIVE__PRIVATE_KEYS=[]", func(c *configs.Config) { c.Archive.PrivateKeys = []configs.ArchiveKey{} }},
		{"QUNGUAN_TEST_REAL=1", func(*configs.Config) {}},
		{"QUNGUAN_PORT=tcp://10.0.0.1:80", func(*configs.Config) {}},
		{"QUNGUAN_PORT_8080_TCP_ADDR=10.0.0.1", func(*configs.Config) {}},
		{"QUNGUAN_REDIS_SERVICE_HOST=10.0.0.1", func(*configs.Config) {}},
		{"QUNGUAN_SERVICE_PORT_HTTP=80", func(*configs.Config) {}},
		{"OTHER_LISTEN=x", func(*configs.Config) {}},
	} {
		t.Run(c.variable, func(t *testing.T) {
			want := smallestConfig()
			c.change(&want)
			got, err := load(smallest, c.variable)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

func TestWhatIsWrongInTheEnvironment(t *testing.T) {
	for variable, want := range map[string]string{
		"QUNGUAN_LISTN=x":                             "QUNGUAN_LISTN: unknown variable; the nearest known one is QUNGUAN_LISTEN, for listen",
		"QUNGUAN_KPI__FOO=1":                          "QUNGUAN_KPI__FOO: unknown variable; kpi has caught_a_week, handling_within, reward_weeks, solved_percent",
		"QUNGUAN_FOO=1":                               "QUNGUAN_FOO: unknown variable; all of them: qunguan config example",
		"QUNGUAN_listen=:1":                           "QUNGUAN_listen: unknown variable; the nearest known one is QUNGUAN_LISTEN, for listen",
		"QUNGUAN_WECOM_APP_SECRET=hidden":             "QUNGUAN_WECOM_APP_SECRET: unknown variable; the nearest known one is QUNGUAN_WECOM__APP__SECRET, for wecom.app.secret",
		"QUNGUAN_REDIS=a:1":                           "QUNGUAN_REDIS: redis: is a section; set one of its keys, for example QUNGUAN_REDIS__ADDRS",
		"QUNGUAN_REDIS__DB=":                          `QUNGUAN_REDIS__DB: redis.db: "" is no whole number; write one in digits, 0 or more`,
		"QUNGUAN_REDIS__TLS=1":                        `QUNGUAN_REDIS__TLS: redis.tls: "1" is neither true nor false`,
		"QUNGUAN_LISTEN=":                             `QUNGUAN_LISTEN: listen: "" is no address to listen on; write host:port, for example 127.0.0.1:8080`,
		"QUNGUAN_OWNERS=":                             "QUNGUAN_OWNERS: owners: names nobody; list the user ids that hold every permission, for example [boss]",
		"QUNGUAN_DEPARTMENT_ADMINS=li":                "QUNGUAN_DEPARTMENT_ADMINS: department_admins: must be a list; see the example: qunguan config example",
		"QUNGUAN_DEPARTMENT_ADMINS=[":                 `QUNGUAN_DEPARTMENT_ADMINS: department_admins: "[" is not a list; write it as in the file, in one line: [{user: li, departments: [a]}]`,
		"QUNGUAN_WECOM__BOT__TOKEN=":                  "QUNGUAN_WECOM__BOT__TOKEN: wecom.bot.token: is missing; copy it from the admin console, or give token_file; or leave all of wecom.bot out",
		"QUNGUAN_WECOM__BOT__ENCODING_AES_KEY=hidden": "QUNGUAN_WECOM__BOT__ENCODING_AES_KEY: wecom.bot.encoding_aes_key: has 6 characters, but an EncodingAESKey has 43; copy it again from the admin console",
	} {
		t.Run(variable, func(t *testing.T) {
			_, err := load(smallest, variable)
			assert.Contains(t, problems(t, err), want)
			assert.NotContains(t, err.Error(), "hidden")
		})
	}
	_, err := load(smallest, "QUNGUAN_DEPARTMENT_ADMINS__USER=li")
	assert.Len(t, problems(t, err), 1)
}

func TestSecretsFromFiles(t *testing.T) {
	disk := files{
		"/etc/tok":   "from beside\n",
		"/run/tok":   "from-run\r\n",
		"tok":        "from-here",
		"/run/empty": "\n",
	}
	read := func(yaml string, environ ...string) (configs.Config, error) {
		disk["/etc/q.yaml"] = withKey(yaml)
		return configs.Load("/etc/q.yaml", environ, disk.read)
	}
	file := "owners: [boss]\nredis: {addrs: [a:1], password_file: tok}\n" +
		"wecom: {corp_id: ww0123456789abcdef, bot: {token: \"\", token_file: /run/tok, encoding_aes_key: AES}}\n"

	got, err := read(file)
	require.NoError(t, err)
	assert.Equal(t, configs.Secret("from beside"), got.Redis.Password, "relative to the configuration file")
	assert.Equal(t, configs.Secret("from-run"), got.WeCom.Bot.Token)

	got, err = read(file, "QUNGUAN_WECOM__BOT__TOKEN_FILE=tok", "QUNGUAN_WECOM__BOT__TOKEN=", "QUNGUAN_REDIS__PASSWORD=p")
	require.NoError(t, err)
	assert.Equal(t, configs.Secret("from-here"), got.WeCom.Bot.Token, "relative to the working directory")
	assert.Equal(t, configs.Secret("p"), got.Redis.Password)

	got, err = read(file, "QUNGUAN_WECOM__BOT__TOKEN=", "QUNGUAN_WECOM__BOT__TOKEN_FILE=tok")
	require.NoError(t, err)
	assert.Equal(t, configs.Secret("from-here"), got.WeCom.Bot.Token, "whatever the order")

	_, err = read(file, "QUNGUAN_WECOM__BOT__TOKEN_FILE=/run/none", "QUNGUAN_REDIS__PASSWORD_FILE=/run/empty")
	assert.Equal(t, []string{
		"QUNGUAN_WECOM__BOT__TOKEN_FILE: wecom.bot.token_file: cannot read the secret: open /run/none: file does not exist; give the name of a readable file",
		`QUNGUAN_REDIS__PASSWORD_FILE: redis.password_file: the file "/run/empty" is empty; put the secret into it`,
	}, problems(t, err))

	_, err = read(file, "QUNGUAN_WECOM__BOT__TOKEN_FILE=/run/tok", "QUNGUAN_WECOM__BOT__TOKEN=hidden")
	assert.Equal(t, []string{
		"QUNGUAN_WECOM__BOT__TOKEN: wecom.bot.token: is given by QUNGUAN_WECOM__BOT__TOKEN_FILE as well; keep one",
	}, problems(t, err))
}
