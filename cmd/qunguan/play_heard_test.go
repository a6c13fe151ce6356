package main

import (
	"encoding/json"
	"net/http"
	"regexp"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heard is what a message source tells, with an id of the story's own: "heard m1 from li in 内部项目群: words", "… as file",
// "… to everybody: words", "… recalls m1". The same line again is the same message told twice.
var heard = regexp.MustCompile(`^heard (\S+) from (\S+) in (\S+?)( to everybody)?(?:: (.*)| as (\S+)| recalls (\S+))?$`)

// tells posts what a source tells and returns what people see of it. What was written is kept nowhere.
func (s *theatre) tells(m []string) []string {
	s.t.Helper()
	id, who, group, everybody, text, form, recalls := m[1], m[2], s.group(m[3]), m[4] != "", m[5], m[6], m[7]
	at := s.now()
	line := map[string]any{"id": id, "group": group, "from": who, "at": at.UnixMilli(), "form": "text"}
	if everybody {
		line["everybody"] = true
	}
	if form != "" {
		line["form"] = form
	}
	if recalls != "" {
		line["recalls"] = recalls
		delete(line, "form")
	}
	if text != "" {
		line["text"] = text
	}
	raw, err := json.Marshal(line)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, s.ingests(string(raw)))
	s.settle()
	if len([]rune(text)) > 6 {
		s.typed, s.written = append(s.typed, text), append(s.written, text)
	}
	return s.look()
}

// forgets: nothing is kept of what people have written to each other.
func (s *theatre) forgets() {
	if len(s.written) == 0 {
		return
	}
	for _, key := range s.keys() {
		kept := s.dump(key)
		for _, text := range s.written {
			assert.NotContains(s.t, kept, text, "no text is kept: %s", key)
		}
	}
}
