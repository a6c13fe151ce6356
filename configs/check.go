package configs

import (
	"encoding/base64"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// tidy brings values into the form that their fields promise.
func (c *Config) tidy() {
	c.WeCom.APIBase = strings.TrimRight(c.WeCom.APIBase, "/")
	for i := range c.Links {
		c.Links[i].tidy()
	}
	if c.Duty.RemindBefore == nil {
		c.Duty.RemindBefore = []string{} // the file says that there are none; the defaults have some
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
}

// check notes everything that is wrong with c itself.
func (l *layers) check(c Config) {
	l.checkGeneral(c)
	l.checkPeople(c)
	l.people("limits.role_cap", c.Limits.RoleCap)
	l.people("limits.native_admins", c.Limits.NativeAdmins)
	l.checkDuty(c.Duty)
	l.checkSLA(c.SLA)
	l.checkTargets(c.KPI, c.Suspicion)
	l.checkAudit(c.Audit)
	l.checkDeadman(c.Deadman)
	l.checkRedis(c.Redis)
	l.checkWeCom(c.WeCom)
	l.checkIngest(c.Ingest)
	l.chosen("api.token", c.API.Token)
	l.checkArchive(c.Archive)
	l.checkLinks(c.Links)
}

func (l *layers) checkGeneral(c Config) {
	if !isAddress(c.Listen, 0) {
		l.found("listen", "%q is no address to listen on; write host:port, for example 127.0.0.1:8080", c.Listen)
	}
	// LoadLocation takes "" for UTC and "Local" for the machine's zone; either would move everybody's dates unseen.
	if _, err := time.LoadLocation(c.Timezone); err != nil || c.Timezone == "" || c.Timezone == "Local" {
		l.found("timezone", "%q is no known time zone; write an IANA name, for example Asia/Shanghai", c.Timezone)
	}
	if c.PublicURL != "" && !isBase(c.PublicURL) {
		l.found("public_url", "%q is not possible; write https://host, or http:// for this machine only, since the links are secrets",
			withoutUser(c.PublicURL))
	}
	l.oneOf("language", c.Language, "zh", "en")
	l.oneOf("edition", c.Edition, Standard, Education)
	l.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	l.oneOf("log.format", c.Log.Format, "json", "console")
}

// mostPeople is how many people a limit can be about: no platform has larger groups.
const mostPeople = 2000

func (l *layers) people(key string, n int) {
	if !numbers[key].have(n) {
		l.found(key, "%d is not possible; write how many people, at most %d, or 0 for the platform's own number", n, mostPeople)
	}
}

func (l *layers) oneOf(key, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		l.found(key, "%q is not possible; use one of: %s", value, strings.Join(allowed, ", "))
	}
}

func (l *layers) checkPeople(c Config) {
	if len(c.Owners) == 0 {
		l.found("owners", "names nobody; list the user ids that hold every permission, for example [boss]")
	}
	l.checkUsers("owners", c.Owners)
	var users []string
	for _, a := range c.DepartmentAdmins {
		if isBlank(a.User) {
			l.found("department_admins", "an entry has no user; write {user: li, departments: [name]} with the id that the address book shows")
			continue
		}
		users = append(users, a.User)
		if len(a.Departments) == 0 || slices.ContainsFunc(a.Departments, isBlank) {
			l.found("department_admins", "%q has no department, or one without a name; write {user: %s, departments: [name]}",
				a.User, a.User)
		}
	}
	l.checkUsers("department_admins", users)
}

func (l *layers) checkUsers(key string, users []string) {
	seen := map[string]bool{}
	for _, u := range users {
		switch {
		case isBlank(u):
			l.found(key, "has an empty user id; write the id that the address book shows, or remove the entry")
		case strings.HasPrefix(u, "@"), strings.ContainsFunc(u, unicode.IsSpace):
			l.found(key, "%q is no user id; write the id that the address book shows, without @ and without spaces", u)
		case seen[u]:
			l.found(key, "%q stands there twice; keep one", u)
		}
		seen[u] = true
	}
}

func (l *layers) checkAudit(a Audit) {
	if isBlank(a.KeyFile) {
		l.found("audit.key_file", "names no file; write for example qunguan.key, or %s if the journal shall not be signed", NoKey)
	}
	switch {
	case a.PostTo == "":
	case strings.ContainsFunc(a.PostTo, unicode.IsSpace):
		l.found("audit.post_to", "%q is no chat id; write the one that WeCom gave the group when the app made it, without spaces", a.PostTo)
	case a.KeyFile == NoKey:
		l.found("audit.post_to", "names a group for checkpoints, but audit.key_file is %s, so there are none; leave one of the two out", NoKey)
	}
	l.oneOf("audit.export.format", a.Export.Format, "jsonl", "csv", "xlsx")
	if n := a.Archive.KeepDays; !numbers["audit.archive.keep_days"].have(n) {
		l.found("audit.archive.keep_days", "%d is not possible; write from %d to %d: a record of every act and every refusal stays at hand for %[2]d days (R09)",
			n, LeastKeepDays, mostKeepDays)
	}
	if a.Archive.Dir != "" && a.KeyFile == NoKey {
		l.found("audit.archive.dir", "is set, but audit.key_file is %s: only what was sealed may leave Redis; leave one of the two out", NoKey)
	}
}

// mostKeepDays is a hundred years.
const mostKeepDays = 36_500

// A sign of life is given every 15 seconds, and a restart takes a while.
const (
	leastSilence = time.Minute
	mostSilence  = 24 * time.Hour
)

func (l *layers) checkDeadman(d Deadman) {
	if after, err := d.Silence(); err != nil || after < leastSilence || after > mostSilence {
		l.found("deadman.after", "%q is not possible; write a length from 1m to 24h, for example 10m", d.After)
	}
	if d.PingURL == "" || d.PingURL == unread {
		return
	}
	if u, err := url.Parse(d.PingURL.Reveal()); err != nil || u.Scheme != "https" || u.Hostname() == "" {
		l.found("deadman.ping_url", "is no https address; copy it from the service that watches, for example https://hc-ping.com/…")
	}
}

// keyPrefix bars what has a meaning within a Redis key: braces, above all, would choose another slot.
var keyPrefix = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,64}$`)

func (l *layers) checkRedis(r Redis) {
	if len(r.Addrs) == 0 {
		l.found("redis.addrs", "names no server; write [host:port], for example [127.0.0.1:6379]")
	}
	seen := map[string]bool{}
	for _, a := range r.Addrs {
		switch {
		case !isAddress(a, 1) || strings.HasPrefix(a, ":"):
			l.found("redis.addrs", "%q is no address; write host:port, for example 127.0.0.1:6379", a)
		case seen[a]:
			l.found("redis.addrs", "%q stands there twice; keep one", a)
		}
		seen[a] = true
	}
	if !numbers["redis.db"].have(r.DB) {
		l.found("redis.db", "%d is not possible; databases are counted from 0", r.DB)
	}
	if r.DB != 0 && len(r.Addrs) > 1 && r.MasterName == "" {
		l.found("redis.db", "%d is not possible with a cluster, which has only 0; several addrs are a cluster "+
			"unless redis.master_name makes them sentinels", r.DB)
	}
	if r.Username != "" && r.Password == "" {
		l.found("redis.password", "is missing, but redis.username is set; give both or neither")
	}
	if !keyPrefix.MatchString(r.KeyPrefix) {
		l.found("redis.key_prefix", "%q is not possible; use 1 to 64 letters, digits and _ . : -", r.KeyPrefix)
	}
}

// corpID is wider than the ids that are given out today; it bars what would break a key, a URL or a log line.
var corpID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (l *layers) checkWeCom(w WeCom) {
	switch {
	case w.CorpID == "":
		l.found("wecom.corp_id", "is missing; it is the 企业ID that the admin console shows under 我的企业")
	case !corpID.MatchString(w.CorpID):
		l.found("wecom.corp_id", "%q is no corp id; it is the 企业ID that the admin console shows under 我的企业", w.CorpID)
	}
	if !isBase(w.APIBase) {
		l.found("wecom.api_base", "%q is not possible; write https://host, or http:// for this machine only, since "+
			"secrets go there", withoutUser(w.APIBase))
	}
	if !w.App.InUse() && !w.Bot.InUse() {
		l.found("wecom", "sets up neither wecom.app nor wecom.bot; the bot needs one of them to be spoken to")
	}
	if a := w.App; a.InUse() {
		if !numbers["wecom.app.agent_id"].have(a.AgentID) {
			l.found("wecom.app.agent_id", "%d is no agent id; copy the AgentId of the app from the admin console", a.AgentID)
		}
		l.needed("wecom.app.secret", a.Secret, "wecom.app")
		l.needed("wecom.app.token", a.Token, "wecom.app")
		l.checkAESKey("wecom.app.encoding_aes_key", a.EncodingAESKey, "wecom.app")
	}
	if b := w.Bot; b.InUse() {
		l.needed("wecom.bot.token", b.Token, "wecom.bot")
		l.checkAESKey("wecom.bot.encoding_aes_key", b.EncodingAESKey, "wecom.bot")
	}
	if w.CustomerContact.Secret != "" {
		l.needed("wecom.customer_contact.secret", w.CustomerContact.Secret, "wecom.customer_contact")
	}
}

// needed checks a secret without which its section is not complete, and says whether it is there and whole.
func (l *layers) needed(key string, s Secret, in string) bool {
	switch {
	case s == unread: // reported where the file was read
		return false
	case s == "":
		l.found(key, "is missing; copy it from the admin console, or give %s; or leave all of %s out",
			last(key)+fileSuffix, in)
		return false
	case strings.ContainsFunc(s.Reveal(), unicode.IsSpace):
		l.found(key, "contains a space or a line break; copy it again without")
		return false
	}
	return true
}

// checkAESKey checks the length that the platform gives. The decoding is not strict: the platform's own published
// example has bits set that no byte uses.
func (l *layers) checkAESKey(key string, s Secret, in string) {
	if !l.needed(key, s, in) {
		return
	}
	if n := len(s.Reveal()); n != 43 {
		l.found(key, "has %d characters, but an EncodingAESKey has 43; copy it again from the admin console", n)
		return
	}
	if raw, err := base64.StdEncoding.DecodeString(s.Reveal() + "="); err != nil || len(raw) != 32 {
		l.found(key, "contains characters that an EncodingAESKey cannot have; copy it again from the admin console")
	}
}

// isAddress says whether s is host:port with a port of at least least.
func isAddress(s string, least int) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil || strings.ContainsFunc(host, unicode.IsSpace) {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= least && n <= 65535
}

func isBase(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return false
	}
	if u.Scheme == "http" {
		ip := net.ParseIP(u.Hostname())
		return u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
	}
	return u.Scheme == "https"
}

// withoutUser hides what may be a password in an address.
func withoutUser(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if at := strings.LastIndexByte(rest, '@'); ok && at >= 0 {
		return scheme + "://…" + rest[at:]
	}
	return s
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }
