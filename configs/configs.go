// Package configs holds the typed configuration: what the operator of one installation decides. It promises that a
// Config that Load returns is complete and plausible, that everything wrong with a configuration is reported at
// once, and that a secret never reaches a log or an error. It reaches nobody: whether Redis and the platform are
// there is for the caller to find out.
package configs

import (
	"errors"
	"fmt"
	"time"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

// Config is everything an installation may set. The zero Config is not usable; Load fills in the defaults.
// The tags are the names in the file.
type Config struct {
	Listen   string `koanf:"listen"`   // host:port of the HTTP server; an empty host is every interface
	Timezone string `koanf:"timezone"` // an IANA name, in which people's dates and times are meant
	Language string `koanf:"language"` // of replies: zh or en
	// PublicURL is where staff reach this service, without a slash at the end; empty: there are no links.
	PublicURL string `koanf:"public_url"`

	Owners           []string          `koanf:"owners"`            // user ids that hold every permission; at least one
	DepartmentAdmins []DepartmentAdmin `koanf:"department_admins"` // may be empty
	Edition          string            `koanf:"edition"`           // Standard or Education

	Font   string `koanf:"font"` // the file of the font that pictures are drawn with; empty: one is looked for
	Limits Limits `koanf:"limits"`
	Duty   Duty   `koanf:"duty"`
	Audit  Audit  `koanf:"audit"`
	SLA    SLA    `koanf:"sla"`
	KPI    KPI    `koanf:"kpi"`

	Suspicion Suspicion `koanf:"suspicion"`

	Schedule Schedule `koanf:"schedule"`
	Deadman  Deadman  `koanf:"deadman"`

	Redis Redis `koanf:"redis"`
	WeCom WeCom `koanf:"wecom"`

	Ingest  Ingest  `koanf:"ingest"`
	Archive Archive `koanf:"archive"`

	Links []Link `koanf:"links"` // other systems that are told of what happens; may be empty
	API   API    `koanf:"api"`

	Log Log `koanf:"log"`
}

// The editions of WeCom. Education limits some of the platform's own functions.
const (
	Standard  = "standard"
	Education = "education"
)

// DepartmentAdmin is a 分级管理员: a person whose settings hold in the groups of some departments.
type DepartmentAdmin struct {
	User        string   `koanf:"user"`
	Departments []string `koanf:"departments"` // by name; at least one
}

// Limits are how many admins a group may have. 0 leaves it to the platform's own number.
type Limits struct {
	RoleCap      int `koanf:"role_cap"`      // people who hold a role in one group, by the bot's book
	NativeAdmins int `koanf:"native_admins"` // admins that the platform itself allows in one group
}

// Schedule says when what is done again and again is done: five fields of cron each, in Timezone. Whether the texts are
// any is for those to say who read them.
type Schedule struct {
	Sync   string `koanf:"sync"`   // re-read every group
	Canary string `koanf:"canary"` // look at every part of the bot; empty: never
	// Export is when what is new in the journal is written to Audit.Export.Dir; nothing is where that is empty.
	Export string `koanf:"export"`
	// Archive is when entries that are old enough move to Audit.Archive.Dir; none do where that is empty.
	Archive string `koanf:"archive"`
	// Checkpoint is when the journal is verified and its newest checkpoint handed out; empty: never.
	Checkpoint string `koanf:"checkpoint"`

	Watch        string `koanf:"watch"`         // look for suspicious acts; empty: never
	DigestWeekly string `koanf:"digest_weekly"` // tell managers what needs their eyes; empty: never
	DigestDaily  string `koanf:"digest_daily"`  // tell owners, if something does; empty: never
	Portraits    string `koanf:"portraits"`     // tell links how every admin did; empty: only when a role changes
	Commend      string `koanf:"commend"`       // propose a reward for weeks in which all indicators passed; empty: never

	ReviewMatrix   string `koanf:"review_matrix"`   // begin the monthly look through the rights of all groups; empty: never
	ReviewBusiness string `koanf:"review_business"` // begin the quarterly review of all admins; empty: never
	ReviewGroup    string `koanf:"review_group"`    // begin the review of groups in their own rhythm; empty: never
}

// Deadman says when the bot counts as silent, and who outside hears that it is not.
type Deadman struct {
	After   string `koanf:"after"`    // a length, such as 10m
	PingURL Secret `koanf:"ping_url"` // asked for every minute while all is well; empty: nobody outside is told
}

// Silence is After as a length. Its error is nil for a Config that Load returned.
func (d Deadman) Silence() (time.Duration, error) {
	after, err := time.ParseDuration(d.After)
	if err != nil {
		return 0, fmt.Errorf("read deadman.after: %w", err)
	}
	return after, nil
}

// Duty is about rosters.
type Duty struct {
	// Holidays is the file of days off and working weekend days that the program does not carry, or carries otherwise;
	// empty: what it carries. A relative name in the configuration file has become relative to that file.
	Holidays string `koanf:"holidays"`
	// RemindBefore is how long before a turn its person is reminded, as Length reads it; empty: not at all.
	RemindBefore []string `koanf:"remind_before"`
	// CheckInWithin is how long after its beginning a turn is late, as Length reads it.
	CheckInWithin string `koanf:"check_in_within"`
}

// Audit is about the journal as proof.
type Audit struct {
	// KeyFile is the file of the key with which the journal is sealed; it is made where there is none, and every replica
	// needs the same one. NoKey: the journal is not sealed. A relative name in the configuration file, and the one that
	// counts where none is set, has become relative to that file.
	KeyFile string `koanf:"key_file"`
	// PostTo is the group that checkpoints are posted to, one that the app has made: no other can be written to unasked.
	// Empty: they are sent to the owners.
	PostTo string `koanf:"post_to"`
	Export Export `koanf:"export"`
	// Archive is where the journal's old entries go.
	Archive Retention `koanf:"archive"`
}

// Retention is how long entries of the journal stay in Redis, and where they are then. They are never deleted.
type Retention struct {
	// Dir is the directory of the files that they move to, the same one for all replicas; empty: they stay in Redis. A
	// relative name in the configuration file has become relative to that file.
	Dir      string `koanf:"dir"`
	KeepDays int    `koanf:"keep_days"` // so old they are when they move; at least LeastKeepDays
}

// LeastKeepDays is how long entries stay at hand whatever anybody prefers: the requirements' R09.
const LeastKeepDays = 180

// Export is where the journal is copied to by Schedule.Export, what is new in a file of its own each time.
type Export struct {
	// Dir is the directory of the files; empty: none are written. A relative name in the configuration file has become
	// relative to that file.
	Dir    string `koanf:"dir"`
	Format string `koanf:"format"` // jsonl, csv or xlsx
}

// NoKey as the name of Audit.KeyFile says that there shall be none.
const NoKey = "none"

// Redis says where the state is kept. One address is one server; several are a cluster; with MasterName they are
// the sentinels that know the master.
type Redis struct {
	Addrs      []string `koanf:"addrs"` // host:port, at least one
	Username   string   `koanf:"username"`
	Password   Secret   `koanf:"password"` // empty: the server asks for none
	DB         int      `koanf:"db"`       // 0 with a cluster
	TLS        bool     `koanf:"tls"`
	MasterName string   `koanf:"master_name"`
	KeyPrefix  string   `koanf:"key_prefix"` // before every key; never empty
}

// WeCom says which company the bot serves and how it speaks there. At least one of App and Bot is in use.
type WeCom struct {
	CorpID          string          `koanf:"corp_id"`
	APIBase         string          `koanf:"api_base"` // without a slash at the end
	App             App             `koanf:"app"`
	Bot             Bot             `koanf:"bot"`
	CustomerContact CustomerContact `koanf:"customer_contact"`
}

// App is the self-built app: direct messages, cards, calls. The zero App is not in use; any other is complete.
type App struct {
	AgentID        int    `koanf:"agent_id"`
	Secret         Secret `koanf:"secret"`
	Token          Secret `koanf:"token"`
	EncodingAESKey Secret `koanf:"encoding_aes_key"` // 43 characters; with "=" it is the base64 of 32 bytes
}

// InUse says whether the file sets up the app.
func (a App) InUse() bool { return a != App{} }

// Bot is the smart bot (智能机器人) in internal groups. The zero Bot is not in use; any other is complete.
type Bot struct {
	Token          Secret `koanf:"token"`
	EncodingAESKey Secret `koanf:"encoding_aes_key"` // as in App
}

// InUse says whether the file sets up the smart bot.
func (b Bot) InUse() bool { return b != Bot{} }

// CustomerContact is 客户联系, which reads customer groups. Without its secret they cannot be read.
type CustomerContact struct {
	Secret Secret `koanf:"secret"`
}

// Ingest is POST /ingest/messages, by which other programs tell of messages. The zero Ingest is not in use.
type Ingest struct {
	Secret         Secret `koanf:"secret"`          // at least 32 characters
	PreviousSecret Secret `koanf:"previous_secret"` // still accepted while senders move to Secret; empty: none
}

// InUse says whether the file sets up the endpoint.
func (i Ingest) InUse() bool { return i.Secret != "" }

// API is what other programs may read over HTTP. The zero API is not in use.
type API struct {
	Token Secret `koanf:"token"` // that they show; at least 32 characters
}

// InUse says whether the file sets up the addresses.
func (a API) InUse() bool { return a.Token != "" }

// Archive is WeCom's message archive 会话内容存档. The zero Archive is not in use; any other has a secret and a key.
type Archive struct {
	Secret      Secret       `koanf:"secret"`
	PrivateKeys []ArchiveKey `koanf:"private_keys"`
	// Proxy is http://host:port or socks5://host:port, and ProxyPassword what it asks for: user:password. Empty: none.
	Proxy         string `koanf:"proxy"`
	ProxyPassword Secret `koanf:"proxy_password"`
}

// ArchiveKey is the private key of one version of the public key that the admin console shows.
type ArchiveKey struct {
	Version int    `koanf:"version"` // from 1
	File    string `koanf:"file"`    // its PEM
}

// InUse says whether the file sets up the archive.
func (a Archive) InUse() bool { return a.Secret != "" || len(a.PrivateKeys) > 0 }

// Log says how much the process writes about itself, and how.
type Log struct {
	Level  string `koanf:"level"`  // debug, info, warn or error
	Format string `koanf:"format"` // json or console
}

// Location is the time zone. Its error is nil for a Config that Load returned, as long as the zone data is there.
func (c Config) Location() (*time.Location, error) {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return nil, fmt.Errorf("load timezone: %w", err)
	}
	return zone, nil
}

var defaults = map[string]any{
	"listen":           "127.0.0.1:8080",
	"timezone":         "Asia/Shanghai",
	"language":         "zh",
	"edition":          Standard,
	"redis.key_prefix": "qunguan",
	"wecom.api_base":   "https://qyapi.weixin.qq.com",
	"log.level":        "info",
	"log.format":       "json",

	"audit.key_file":          "qunguan.key",
	"audit.export.format":     "jsonl",
	"audit.archive.keep_days": "180",

	"schedule.sync":            "*/15 * * * *",
	"schedule.canary":          "5 * * * *",
	"schedule.checkpoint":      "5 9 * * *",
	"schedule.export":          "30 3 * * *",
	"schedule.archive":         "45 3 * * *",
	"deadman.after":            "10m",
	"schedule.watch":           "* * * * *",
	"schedule.digest_weekly":   "0 9 * * 1",
	"schedule.digest_daily":    "30 8 * * *",
	"schedule.commend":         "10 9 * * 1",
	"schedule.portraits":       "20 9 * * 1",
	"schedule.review_matrix":   "0 9 1 * *",
	"schedule.review_business": "0 9 21 1,4,7,10 *",
	"schedule.review_group":    "0 9 11 * *",

	"limits.role_cap":      "0",
	"limits.native_admins": "0",

	"duty.remind_before":   []string{"7d", "1d", "1h"},
	"duty.check_in_within": "10m",

	"sla.outside":       OutsidePauses,
	"sla.warn_percent":  "67",
	"sla.backup_after":  "0s",
	"sla.manager_after": "5m",
	"sla.company_after": "15m",
	"sla.unack_after":   "10m",

	"kpi.handling_within": "2h",
	"kpi.solved_percent":  "95",
	"kpi.caught_a_week":   "20",
	"kpi.reward_weeks":    "4",
	"suspicion.most_acts": "10",
	"suspicion.refusals":  "3",
	"suspicion.within":    "10m",
}

// Load reads the configuration from the file at path and, over it, from environ, whose elements are "NAME=value" as
// os.Environ gives them. A path of "" means that there is no file. readFile reads that file and the files that hold
// secrets; a relative name of such a file, of the files of Duty.Holidays and Audit.KeyFile, and of a private key's, is
// relative to the configuration file when it stands there, and to the working directory when it stands in environ.
//
// The error joins a Problem for everything that is wrong. With an error the Config must not be used.
func Load(path string, environ []string, readFile func(string) ([]byte, error)) (Config, error) {
	k, l, err := read(path, environ, readFile)
	if err != nil {
		return Config{}, err
	}
	var c Config
	if err := k.Unmarshal("", &c); err != nil {
		// Both layers have given each key a value of its own type, and the text of this error could carry values.
		panic("unreachable: a configuration whose every value has the type of its key does not fit its struct")
	}
	c.tidy()
	c.Duty.Holidays = l.besides("duty.holidays", c.Duty.Holidays)
	if c.Audit.KeyFile != NoKey {
		c.Audit.KeyFile = l.besidesOrUsual("audit.key_file", c.Audit.KeyFile)
	}
	c.Audit.Export.Dir = l.besides("audit.export.dir", c.Audit.Export.Dir)
	c.Audit.Archive.Dir = l.besides("audit.archive.dir", c.Audit.Archive.Dir)
	for i, k := range c.Archive.PrivateKeys {
		c.Archive.PrivateKeys[i].File = l.besides("archive.private_keys", k.File)
	}
	l.check(c)
	if len(l.problems) > 0 {
		return Config{}, errors.Join(l.problems...)
	}
	return c, nil
}

// Origin is where the value of a key comes from, as a Problem says it: the file with its line, or the variable; the
// file alone of a default. It is for what is found wrong with a value only when it is used.
func Origin(path string, environ []string, readFile func(string) ([]byte, error), key string) string {
	_, l, err := read(path, environ, readFile)
	if err != nil || l.origin[key] == "" {
		return path
	}
	return l.origin[key]
}

// read puts the layers over each other. What is wrong with single values is in them.
func read(path string, environ []string, readFile func(string) ([]byte, error)) (*koanf.Koanf, *layers, error) {
	l := &layers{file: path, origin: map[string]string{}, readFile: readFile}
	k := koanf.New(".")
	if err := k.Load(confmap.Provider(defaults, "."), nil); err != nil {
		return nil, nil, fmt.Errorf("load defaults: %w", err)
	}
	if path != "" {
		raw, err := readFile(path)
		if err != nil {
			return nil, nil, fmt.Errorf("read configuration (start with: qunguan config example > FILE): %w", err)
		}
		if err := k.Load(rawbytes.Provider(raw), &document{layers: l, given: map[string]any{}}); err != nil {
			return nil, nil, fmt.Errorf("read configuration %s: %w", path, err)
		}
	}
	fromEnv := &overrides{layers: l, given: map[string]string{}}
	provider := env.Provider(".", env.Opt{
		Prefix:        envPrefix,
		EnvironFunc:   func() []string { return environ },
		TransformFunc: fromEnv.read,
	})
	if err := k.Load(provider, nil); err != nil {
		return nil, nil, fmt.Errorf("read environment: %w", err)
	}
	return k, l, nil
}
