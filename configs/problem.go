package configs

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Problem is one thing that is wrong with a configuration. Its text names the place, the key, the value unless that
// is a secret, and what to do.
type Problem struct {
	Where string // the file with its line, or the environment variable
	Key   string // the path with dots
	Text  string
}

// Error returns the problem as one line.
func (p Problem) Error() string {
	parts := make([]string, 0, 3)
	for _, s := range []string{p.Where, p.Key, p.Text} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ": ")
}

// layers is what both sources of a configuration share while it is read.
type layers struct {
	file     string
	origin   map[string]string // key: where its value comes from
	problems []error
	readFile func(string) ([]byte, error)
}

// found notes a problem with the value of key, at the place that the value comes from.
func (l *layers) found(key, format string, args ...any) {
	where, ok := l.origin[key]
	if !ok {
		where = l.file // a default, or nothing: the file is where to put it
	}
	l.foundAt(where, key, format, args...)
}

func (l *layers) foundAt(where, key, format string, args ...any) {
	l.problems = append(l.problems, Problem{Where: where, Key: key, Text: fmt.Sprintf(format, args...)})
}

// secret returns what the file called name holds, without the line break that editors put at its end.
func (l *layers) secret(where, key, name, dir string) (string, bool) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	raw, err := l.readFile(name)
	if err != nil {
		l.foundAt(where, key, "cannot read the secret: %v; give the name of a readable file", err)
		return "", false
	}
	text := strings.TrimRight(string(raw), "\r\n")
	if text == "" {
		l.foundAt(where, key, "the file %q is empty; put the secret into it", name)
		return "", false
	}
	return text, true
}

// besides is the name of a file that key names: relative to the configuration file if it stands there.
func (l *layers) besides(key, name string) string {
	origin := l.origin[key]
	if name == "" || filepath.IsAbs(name) || l.file == "" || !strings.HasPrefix(origin, l.file+":") {
		return name
	}
	return filepath.Join(filepath.Dir(l.file), name)
}

// besidesOrUsual is like besides, for a name that has a default: that is relative to the configuration file too. Where the
// service is started from must not decide which file is meant.
func (l *layers) besidesOrUsual(key, name string) string {
	if _, set := l.origin[key]; set || name == "" || l.file == "" || filepath.IsAbs(name) {
		return l.besides(key, name)
	}
	return filepath.Join(filepath.Dir(l.file), name)
}
