package configs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document reads the YAML file for koanf. It takes the place of koanf's own YAML parser because a problem must name
// its line, and because a text must stay as it was written: the password 0123 is not the number 83.
type document struct {
	*layers
	given map[string]any
}

// Unmarshal returns the values by the path of their key. Problems go to the layers; the error is only for what is no
// YAML at all.
func (d *document) Unmarshal(raw []byte) (map[string]any, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	var root yaml.Node
	err := decoder.Decode(&root)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, unparsed(err)
	}
	var second yaml.Node
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.New(`parse YAML: there is more than one document; keep one and remove the line "---"`)
	}
	return d.section(root.Content[0], ""), nil
}

// unparsed keeps the parser's own words, which name the line, except where they quote the text: a secret that begins
// with * is an alias to YAML, and the complaint about it would print the secret.
func unparsed(err error) error {
	if strings.Contains(err.Error(), "unknown anchor") {
		return errors.New("parse YAML: a value begins with * but refers to nothing; put the value in quotes")
	}
	return fmt.Errorf("parse YAML: %w", err)
}

// Marshal is part of koanf's interface for files that are written. This one is only read.
func (d *document) Marshal(map[string]any) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

func (d *document) line(n *yaml.Node) string { return d.file + ":" + strconv.Itoa(n.Line) }

// section returns the keys of one mapping; prefix is the path of the section with its dot.
func (d *document) section(n *yaml.Node, prefix string) map[string]any {
	n = resolved(n)
	out := map[string]any{}
	if isNull(n) {
		return out
	}
	if n.Kind != yaml.MappingNode {
		d.foundAt(d.line(n), strings.TrimSuffix(prefix, "."), "must hold keys, each on a line of its own: \"key: value\"")
		return out
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], resolved(n.Content[i+1])
		path := prefix + name.Value
		k, ok := schema[path]
		switch {
		case name.Tag == "!!merge":
			d.foundAt(d.line(name), path, "merge keys are not read here; write the keys out")
		case !ok:
			d.foundAt(d.line(name), path, "unknown key; %s", insteadOf(path, func(near string) string { return near }))
		case lines[path] != 0:
			d.foundAt(d.line(name), path, "stands here a second time; the first is on line %d; keep one", lines[path])
		case isNull(value): // a key with nothing behind it keeps its default
		default:
			d.key(out, path, k, value)
		}
		if lines[path] == 0 {
			lines[path] = name.Line
		}
	}
	return out
}

// key puts the value of one key into the mapping that out is.
func (d *document) key(out map[string]any, path string, k kind, n *yaml.Node) {
	name := last(path)
	d.origin[path] = d.line(n)
	switch k {
	case section:
		out[name] = d.section(n, path+".")
	case list:
		out[name] = d.list(path, n)
	case records:
		out[name] = d.records(path, n)
	case pairs:
		out[name] = d.pairs(path, n)
	case secret, secretFile:
		if d.scalar(path, n) {
			d.secretKey(out, strings.TrimSuffix(path, fileSuffix), k, n)
		}
	case text:
		if d.scalar(path, n) {
			out[name] = n.Value
		}
	case number, truth:
		if d.scalar(path, n) {
			d.parsed(out, path, k, n.Value)
		}
	}
}

func (d *document) scalar(path string, n *yaml.Node) bool {
	if n.Kind == yaml.ScalarNode {
		return true
	}
	d.found(path, "must be one value, not a list or a section; write \"%s: value\"", last(path))
	return false
}

func (d *document) parsed(out map[string]any, path string, k kind, written string) {
	v, err := parse(path, k, written)
	if err != nil {
		d.found(path, "%v", err)
		return
	}
	out[last(path)] = v
}

// secretKey accepts one of secret and secret_file; an empty one does not count, because the example has it.
func (d *document) secretKey(out map[string]any, path string, k kind, n *yaml.Node) {
	if n.Value == "" {
		return
	}
	if _, twice := d.given[path]; twice {
		d.foundAt(d.line(n), path, "is given both as text and as a file; keep one of %s and %s", last(path), last(path)+fileSuffix)
		return
	}
	d.given[path] = true
	value := n.Value
	if k == secretFile {
		var ok bool
		value, ok = d.secret(d.line(n), path+fileSuffix, n.Value, filepath.Dir(d.file))
		if !ok {
			value = unread
		}
	}
	d.origin[path] = d.line(n)
	out[last(path)] = value
}

func (d *document) list(path string, n *yaml.Node) []string {
	out := []string{}
	if n.Kind != yaml.SequenceNode {
		d.found(path, "must be a list; write \"%s: [a, b]\"", last(path))
		return out
	}
	for _, item := range n.Content {
		item = resolved(item)
		if item.Kind != yaml.ScalarNode || isNull(item) {
			d.foundAt(d.line(item), path, "each element of the list must be one value")
			continue
		}
		out = append(out, item.Value)
	}
	return out
}

func (d *document) records(path string, n *yaml.Node) []any {
	out := []any{}
	if n.Kind != yaml.SequenceNode {
		d.found(path, "must be a list; see the example: qunguan config example")
		return out
	}
	for _, item := range n.Content {
		one := &document{layers: d.layers, given: map[string]any{}} // each has secrets of its own
		out = append(out, one.section(item, path+"."))
	}
	return out
}

func (d *document) pairs(path string, n *yaml.Node) map[string]string {
	out := map[string]string{}
	if n.Kind != yaml.MappingNode {
		d.found(path, "must be pairs; write \"%s: {name: value}\"", last(path))
		return out
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], resolved(n.Content[i+1])
		switch _, twice := out[name.Value]; {
		case value.Kind != yaml.ScalarNode || isNull(value):
			d.foundAt(d.line(value), path, "the value of %q must be one text", name.Value)
		case twice:
			d.foundAt(d.line(name), path, "%q stands there twice; keep one", name.Value)
		default:
			out[name.Value] = value.Value
		}
	}
	return out
}

// resolved follows an alias to what it stands for. An alias cannot contain itself: a section of this schema never
// holds one of its own kind, so the walk ends.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }
