package configs

import (
	"net/url"
	"strings"
	"unicode"
)

// leastSecret is how long a secret that people choose themselves must be; openssl rand -hex 32 gives 64.
const leastSecret = 32

func (l *layers) checkIngest(i Ingest) {
	if i.PreviousSecret != "" && i.Secret == "" {
		l.found("ingest.secret", "is missing, but ingest.previous_secret is set; the previous one only helps to replace it")
	}
	l.chosen("ingest.secret", i.Secret)
	l.chosen("ingest.previous_secret", i.PreviousSecret)
}

// chosen checks a secret that no platform gives; an empty one is left out.
func (l *layers) chosen(key string, s Secret) {
	switch {
	case s == "" || s == unread:
	case strings.ContainsFunc(s.Reveal(), unicode.IsSpace):
		l.found(key, "contains a space or a line break; make one without: openssl rand -hex 32")
	case len(s.Reveal()) < leastSecret:
		l.found(key, "has %d characters, which can be guessed; give it at least %d: openssl rand -hex 32", len(s.Reveal()), leastSecret)
	}
}

func (l *layers) checkArchive(a Archive) {
	if !a.InUse() {
		return
	}
	l.needed("archive.secret", a.Secret, "archive")
	if len(a.PrivateKeys) == 0 {
		l.found("archive.private_keys", "names no key; write [{version: 1, file: archive-1.pem}], the version as the admin console shows it")
	}
	seen := map[int]bool{}
	for _, k := range a.PrivateKeys {
		switch {
		case !numbers["archive.private_keys.version"].have(k.Version):
			l.found("archive.private_keys", "%d is no version; write the one that the admin console shows beside the public key", k.Version)
		case isBlank(k.File):
			l.found("archive.private_keys", "version %d has no file; write {version: %d, file: archive-%d.pem}", k.Version, k.Version, k.Version)
		case seen[k.Version]:
			l.found("archive.private_keys", "version %d stands there twice; keep one", k.Version)
		}
		seen[k.Version] = true
	}
	if a.Proxy != "" && !isProxy(a.Proxy) {
		l.found("archive.proxy", "%q is not possible; write http://host:port or socks5://host:port, and the user in archive.proxy_password",
			withoutUser(a.Proxy))
	}
	if a.ProxyPassword != "" && a.Proxy == "" {
		l.found("archive.proxy", "is missing, but archive.proxy_password is set; give both or neither")
	}
}

func isProxy(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "socks5") && u.Port() != "" && u.User == nil && u.Path == "" &&
		u.RawQuery == "" && u.Fragment == ""
}
