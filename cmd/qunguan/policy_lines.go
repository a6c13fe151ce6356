package main

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"qunguan/bot/chat"
)

// This file finds where in a policy file something stands, so that every complaint names its line.

// place is where a section of one book stands.
type place struct {
	r  *fileReader
	g  chat.Group
	at *yaml.Node // the book's part; nil where it has no lines
}

// list turns a section into the domain's, and notes the line of each record. One that stands there twice is told: it
// would be lost.
func list[F, T any](in place, name string, section []F, turn func(F) T, key func(T) string) []T {
	if section == nil {
		return nil
	}
	out := make([]T, 0, len(section))
	usual := in.r.here
	items := valueOf(in.at, name)
	for i, y := range section {
		if items != nil && i < len(items.Content) {
			in.r.here = items.Content[i].Line
		}
		v := turn(y)
		if items != nil {
			in.r.note(in.g, key(v), in.r.here)
		}
		out = append(out, v)
	}
	in.r.here = usual
	return out
}

// note keeps the line of a record; the empty key is the whole part.
func (r *fileReader) note(g chat.Group, key string, line int) {
	if line == 0 {
		return
	}
	if r.lines == nil {
		r.lines = map[chat.Group]map[string]int{}
	}
	if r.lines[g] == nil {
		r.lines[g] = map[string]int{}
	}
	if before := r.lines[g][key]; before != 0 {
		r.fail(line, "this stands here a second time; the first is on line %d; keep one", before)
		return
	}
	r.lines[g][key] = line
}

// group is the group that is meant by an id or a name.
func (r *fileReader) group(said string, line int) chat.Group {
	if r.groups == nil {
		return chat.Group(said)
	}
	switch found := r.groups.Find(said); len(found) {
	case 1:
		return found[0].ID
	case 0:
		r.fail(line, "group %q: %v", said, errNoGroup)
	default:
		ids := make([]string, len(found))
		for i, l := range found {
			ids[i] = string(l.ID)
		}
		r.fail(line, "group %q: %d groups are called so; write the id: %s", said, len(found), strings.Join(ids, ", "))
	}
	return chat.Group(said)
}

func (r *fileReader) groupsOf(words []said) []chat.Group {
	return each(words, func(s said) chat.Group { return r.group(s.text, s.line) })
}

// valueOf is what a key of a mapping holds; nil if there is none.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	_, v := pairOf(n, key)
	if v != nil && v.Kind == yaml.AliasNode {
		return v.Alias
	}
	return v
}

func lineOfKey(n *yaml.Node, key string) int {
	if k, _ := pairOf(n, key); k != nil {
		return k.Line
	}
	return 0
}

func pairOf(n *yaml.Node, key string) (k, v *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

var (
	lineOf     = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	unknownKey = regexp.MustCompile(`^field (\S+) not found in type main\.(\S+)$`)
	wrongKind  = regexp.MustCompile("^cannot unmarshal !!(\\w+)(?: `(.*)`)? into (\\S+)$")
)

// explained is the parser's complaint as FILE:LINE: what.
func explained(file string, err error) error {
	complaints := []string{err.Error()}
	var several *yaml.TypeError
	if errors.As(err, &several) {
		complaints = several.Errors
	}
	var out []error
	for _, c := range complaints {
		at, what := file, strings.TrimPrefix(c, "yaml: ")
		if m := lineOf.FindStringSubmatch(c); m != nil {
			at, what = file+":"+m[1], m[2]
		}
		if m := unknownKey.FindStringSubmatch(what); m != nil {
			what = fmt.Sprintf("unknown key %q; the keys here are %s", m[1], strings.Join(keysOf(m[2]), ", "))
		} else if m := wrongKind.FindStringSubmatch(what); m != nil {
			what = misfit(m[1], m[2], m[3])
		}
		out = append(out, fmt.Errorf("%s: %s", at, what))
	}
	return errors.Join(out...)
}

// misfit says in words that a value is of the wrong kind.
func misfit(kind, value, wanted string) string {
	is := map[string]string{"seq": "a list", "map": "a section with keys", "null": "nothing"}[kind]
	if is == "" {
		is = fmt.Sprintf("%q", value)
	}
	wants := "a section with keys, each on a line of its own: \"key: value\""
	switch {
	case strings.HasPrefix(wanted, "[]"), strings.Contains(wanted, "section["):
		wants = "a list"
	case wanted == "int":
		wants = "a number"
	case wanted == "bool":
		wants = "true or false"
	case wanted == "string":
		wants = "one value"
	}
	return fmt.Sprintf("%s stands where %s is expected", is, wants)
}

// shapes are the sections of the files, for naming the keys that they have.
var shapes = []any{
	charterYAML{}, partYAML{}, jobYAML{}, mappingYAML{}, statementYAML{}, subjectYAML{}, scopeYAML{}, dataYAML{}, exclusiveYAML{},
	exemptionYAML{}, approvalYAML{}, sceneYAML{}, tagYAML{}, roleYAML{}, casesYAML{}, caseYAML{}, givenYAML{}, placeYAML{},
	someoneYAML{}, departmentYAML{},
}

// keysOf are the keys of one of them.
func keysOf(shape string) []string {
	i := slices.IndexFunc(shapes, func(s any) bool { return reflect.TypeOf(s).Name() == shape })
	if i < 0 {
		return nil
	}
	var out []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(shapes[i])) {
		if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); name != "" {
			out = append(out, name)
		}
	}
	return out
}
