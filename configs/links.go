package configs

import (
	"net"
	"net/url"
	"regexp"
	"strings"
)

// The kinds of links.
const (
	Webhook = "webhook"
	Fxiaoke = "fxiaoke"
	Zoho    = "zoho"
)

// Link is another system that letters are posted to. Which of the keys count depends on the kind.
type Link struct {
	Name           string   `koanf:"name"`
	Kind           string   `koanf:"kind"` // Webhook, Fxiaoke or Zoho
	URL            string   `koanf:"url"`  // of the webhook itself; of a CRM its API
	Secret         Secret   `koanf:"secret"`
	PreviousSecret Secret   `koanf:"previous_secret"` // of a webhook; signs too, while the receiver moves to Secret
	Events         []string `koanf:"events"`          // classes of letters; never empty

	// Of a CRM:
	ClientID    string            `koanf:"client_id"`
	Token       Secret            `koanf:"token"`        // permanentCode; refresh token
	AccountsURL string            `koanf:"accounts_url"` // of Zoho
	APIVersion  string            `koanf:"api_version"`  // of Zoho
	Auth        string            `koanf:"auth"`         // of Fxiaoke: oauth or corp
	User        string            `koanf:"user"`         // of Fxiaoke: who acts
	Object      string            `koanf:"object"`       // that holds one record an admin
	Key         string            `koanf:"key"`          // the field of the object that holds the userid
	Fields      map[string]string `koanf:"fields"`       // ours to the object's; has user: Key
	Roles       map[string]string `koanf:"roles"`        // our words for levels and jobs to the CRM's
}

// Portrait is the class of letters that tell how an admin stands.
const Portrait = "portrait"

func (l *Link) tidy() {
	fill := func(to *string, value string) {
		if *to == "" {
			*to = value
		}
	}
	switch l.Kind {
	case Webhook:
		if len(l.Events) == 0 {
			l.Events = []string{"*"}
		}
	case Fxiaoke:
		fill(&l.URL, "https://open.fxiaoke.com")
		fill(&l.Auth, "oauth")
	case Zoho:
		fill(&l.URL, "https://www.zohoapis.com")
		fill(&l.AccountsURL, "https://accounts.zoho.com")
		fill(&l.APIVersion, "v8")
	}
	if len(l.Events) == 0 {
		l.Events = []string{Portrait}
	}
}

var (
	linkName  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)
	linkClass = regexp.MustCompile(`^(\*|[a-z][a-z_.]*\*?)$`)
)

func (l *layers) checkLinks(links []Link) {
	seen := map[string]bool{}
	for _, k := range links {
		switch {
		case !linkName.MatchString(k.Name):
			l.found("links", "%q is no name; write 1 to 32 small letters, digits, _ and -", k.Name)
			continue
		case seen[k.Name]:
			l.found("links", "%q stands there twice; give each link a name of its own", k.Name)
		}
		seen[k.Name] = true
		l.checkLink(k)
	}
}

func (l *layers) checkLink(k Link) {
	wrong := func(key, format string, args ...any) {
		l.found("links", "%s: %s "+format, append([]any{k.Name, key}, args...)...)
	}
	// What else may be in it depends on the kind, so that comes first.
	if k.Kind != Webhook && k.Kind != Fxiaoke && k.Kind != Zoho {
		wrong("kind", "%q is not possible; use one of: webhook, fxiaoke, zoho", k.Kind)
	}
	if !isLink(k.URL) {
		wrong("url", "%q is not possible; write https://host/path, or http:// for this machine only, since secrets go there", withoutSecrets(k.URL))
	}
	if k.Secret == "" {
		wrong("secret", "is missing; give it, or secret_file")
	}
	for _, e := range k.Events {
		if !linkClass.MatchString(e) {
			wrong("events", "%q is none; write the kind of a journal entry, such as access.granted, access.* or *, or portrait", e)
		} else if (k.Kind == Fxiaoke || k.Kind == Zoho) && e != Portrait {
			wrong("events", "%q is not possible; a CRM keeps portraits alone: [portrait]", e)
		}
	}
	switch k.Kind {
	case Webhook:
		l.chosenOf(k.Name, "secret", k.Secret)
		l.chosenOf(k.Name, "previous_secret", k.PreviousSecret)
		return
	case Zoho:
		if !isLink(k.AccountsURL) {
			wrong("accounts_url", "%q is not possible; write https://accounts.zoho.com, or that of your data center", withoutSecrets(k.AccountsURL))
		}
	case Fxiaoke:
		if k.User == "" {
			wrong("user", "is missing; write the 员工ID of who acts, for example \"1000\"")
		}
		if k.Auth != "oauth" && k.Auth != "corp" {
			wrong("auth", "%q is not possible; use one of: oauth, corp", k.Auth)
		}
	default:
		return
	}
	for _, n := range []struct{ key, value, hint string }{
		{"client_id", k.ClientID, "of 纷享销客 the appId, of Zoho that of the self client"},
		{"token", k.Token.Reveal(), "of 纷享销客 the permanentCode, of Zoho the refresh token; or token_file"},
		{"object", k.Object, "the API name of the object or module that holds one record an admin"},
		{"key", k.Key, "the field of the object that holds the userid"},
	} {
		if n.value == "" {
			wrong(n.key, "is missing; it is %s", n.hint)
		}
	}
	if k.Fields["user"] != k.Key && k.Key != "" {
		wrong("fields", "must have user, and it must be the key %q: by it a record is found again", k.Key)
	}
}

// chosenOf is chosen, of a link.
func (l *layers) chosenOf(name, key string, s Secret) {
	before := len(l.problems)
	l.chosen("links", s)
	if len(l.problems) > before {
		l.problems = l.problems[:before]
		l.found("links", "%s: %s is too short or contains a space; it has at least %d characters: openssl rand -hex 32", name, key, leastSecret)
	}
}

func isLink(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.Fragment != "" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && local && !strings.Contains(s, " ")
}

// withoutSecrets hides what may be secret in an address: a password, and what is behind the question mark.
func withoutSecrets(s string) string {
	s, query, ok := strings.Cut(withoutUser(s), "?")
	if ok && query != "" {
		return s + "?…"
	}
	return s
}
