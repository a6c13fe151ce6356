package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// difference shows what becomes of the records of a step, as a policy file would say it: what comes with +, what goes
// with -, what becomes another with both, and with ~ what its custom role makes another.
func (p plan) difference(s step) string {
	var b strings.Builder
	last := ""
	for _, ch := range s.changes {
		section, before := p.said(s.g, ch.Key, ch.Before)
		of, after := p.said(s.g, ch.Key, ch.After)
		if ch.After != nil {
			section = of
		}
		if section != last {
			fmt.Fprintf(&b, "  %s\n", section)
			last = section
		}
		if before == after { // a custom role that gives something else: the record says no more than its name
			mark(&b, "~", after)
			continue
		}
		mark(&b, "-", before)
		mark(&b, "+", after)
	}
	return b.String()
}

// mark writes the lines of one side of a record.
func mark(b *strings.Builder, sign, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintf(b, "  %s %s\n", sign, strings.TrimRight(line, "\n"))
	}
}

// said is a record as a policy file says it, and in which section. Who makes it with this import and when is left out.
func (p plan) said(g chat.Group, key string, raw json.RawMessage) (section, text string) {
	if raw == nil {
		return "", ""
	}
	book, err := access.Build(map[string]json.RawMessage{key: raw})
	if err != nil {
		return key, string(raw) + "\n" // what is there already and cannot be read is shown as it is
	}
	if most, ok := book.RoleCap(); ok {
		return access.CapKey, fmt.Sprintln(most)
	}
	var root yaml.Node
	if err := root.Encode(writePart(book.Part(true), g)); err != nil {
		return key, string(raw) + "\n"
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		list := root.Content[i+1]
		if list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
			continue
		}
		p.unstamp(list.Content[0])
		var out bytes.Buffer
		e := yaml.NewEncoder(&out)
		e.SetIndent(2)
		if err := e.Encode(list); err != nil {
			return key, string(raw) + "\n"
		}
		return root.Content[i].Value, out.String()
	}
	return key, string(raw) + "\n"
}

// unstamp takes out who makes a record and when, where it is this import.
func (p plan) unstamp(record *yaml.Node) {
	at := valueOf(record, "at")
	if at == nil {
		return
	}
	if t, err := time.Parse(time.RFC3339Nano, at.Value); err != nil || !t.Equal(p.at) {
		return
	}
	kept := record.Content[:0]
	for i := 0; i+1 < len(record.Content); i += 2 {
		if k := record.Content[i].Value; k != "by" && k != "at" {
			kept = append(kept, record.Content[i], record.Content[i+1])
		}
	}
	record.Content = kept
}
