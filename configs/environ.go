package configs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const envPrefix = "QUNGUAN_"

// unread stands for a secret whose file could not be read, so that it is not reported as missing as well.
const unread = "\x00unread"

// overrides reads the environment for koanf: QUNGUAN_WECOM__APP__SECRET is wecom.app.secret.
type overrides struct {
	*layers
	given map[string]string // key: the variable that gave it
}

// foreign are variables of others that begin like ours: those of this project's tests, and those that Kubernetes
// puts into every container for services whose names begin with qunguan. Ours separate sections by two underscores.
var foreign = regexp.MustCompile(
	`^QUNGUAN_(TEST_.*|([A-Z0-9]+_)*(SERVICE_(HOST|PORT(_[A-Z0-9]+)*)|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?))$`)

// read returns the key and the value that a variable sets, or no key if it sets none.
func (o *overrides) read(name, value string) (string, any) {
	path := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, envPrefix), "__", "."))
	k, ok := schema[path]
	if (!ok || k == section) && foreign.MatchString(name) {
		return "", nil
	}
	if !ok || variable(path) != name || o.insideRecords(path) {
		o.foundAt(name, "", "unknown variable; %s", insteadOf(path, func(near string) string { return variable(near) + ", for " + near }))
		return "", nil
	}
	switch k {
	case section:
		o.foundAt(name, path, "is a section; set one of its keys, for example %s", variable(within(path)))
		return "", nil
	case secret, secretFile:
		return o.secretKey(name, strings.TrimSuffix(path, fileSuffix), k, value)
	case records:
		return o.records(name, path, value)
	case text, number, truth, list, pairs:
	}
	v, err := parse(path, k, value)
	if err != nil {
		o.foundAt(name, path, "%v", err)
		return "", nil
	}
	o.origin[path] = name
	return path, v
}

func (o *overrides) secretKey(name, path string, k kind, value string) (string, any) {
	if first, twice := o.given[path]; twice && value != "" {
		o.foundAt(name, path, "is given by %s as well; keep one", first)
		return "", nil
	}
	if k == secretFile && value == "" {
		return "", nil
	}
	if k == secretFile {
		text, ok := o.secret(name, path+fileSuffix, value, "")
		if !ok {
			text = unread
		}
		value = text
	}
	if _, twice := o.given[path]; twice { // an empty variable beside the one for the file
		return "", nil
	}
	if value != "" {
		o.given[path] = name
	}
	o.origin[path] = name
	return path, value
}

// records reads the one kind of value that is not flat as YAML in one line.
func (o *overrides) records(name, path, value string) (string, any) {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(value), &root); err != nil {
		o.foundAt(name, path, "%q is not a list; write it as in the file, in one line: [{user: li, departments: [a]}]", value)
		return "", nil
	}
	if len(root.Content) == 0 {
		return path, []any{}
	}
	inner := &document{layers: &layers{file: name, origin: map[string]string{}, readFile: o.readFile}, given: map[string]any{}}
	out := inner.records(path, root.Content[0])
	o.problems = append(o.problems, inner.problems...)
	o.origin[path] = name
	return path, out
}

func (o *overrides) insideRecords(path string) bool {
	for p, k := range schema {
		if k == records && strings.HasPrefix(path, p+".") {
			return true
		}
	}
	return false
}

// within is a key of a section, for an example.
func within(path string) string {
	for _, key := range slices.Sorted(known()) {
		if strings.HasPrefix(key, path+".") && schema[key] != section {
			return key
		}
	}
	return path
}

// variable is the name of the environment variable of a key.
func variable(path string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(path, ".", "__"))
}

// parse reads the flat value of a key that is not a secret.
func parse(path string, k kind, written string) (any, error) {
	switch k {
	case number:
		return whole(path, written)
	case truth:
		switch strings.ToLower(strings.TrimSpace(written)) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return nil, fmt.Errorf("%q is neither true nor false", written)
	case list:
		items := []string{}
		for item := range strings.SplitSeq(written, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
		return items, nil
	case section, text, records, pairs, secret, secretFile:
	}
	return written, nil
}
