package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// scene is one thing that happens in a story, and what the story says people see of it.
type scene struct {
	line int    // in the file, from 1
	text string // as written, without its moment
	at   time.Time
	set  bool // the line names its moment
	want []string
}

// story is one story: what the world is like, then what happens.
type story struct {
	name  string
	lines []string // as in the file
	with  []string
	steps []scene
}

var (
	zone, _ = time.LoadLocation("Asia/Shanghai")
	// moments are "02-20 09:00", "09:00" of the same day, or either with seconds.
	moment = regexp.MustCompile(`^(?:(?:(\d{4})-)?(\d\d-\d\d) )?(\d\d:\d\d)(:\d\d)? `)
	// seen begins a line that says what somebody reads; further lines of the same text are indented.
	seen = regexp.MustCompile(`^(?:bot|\S+ sees(?: card| picture| file)?|\S+ gets|helpdesk hears|card now|journal|state|calendar)> `)
)

const indent = "    "

func read(t *testing.T, file string) story {
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	s := story{name: file, lines: strings.Split(strings.TrimRight(string(raw), "\n"), "\n")}
	at := time.Date(2026, 2, 20, 9, 0, 0, 0, zone)
	for i, line := range s.lines {
		switch {
		case line == "", strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "with "):
			s.with = append(s.with, strings.TrimPrefix(line, "with "))
		case seen.MatchString(line), strings.HasPrefix(line, indent):
			require.NotEmpty(t, s.steps, "%s:%d: nothing has happened yet that somebody could see", file, i+1)
			last := &s.steps[len(s.steps)-1]
			last.want = append(last.want, line)
		default:
			st := scene{line: i + 1, text: line}
			if m := moment.FindStringSubmatch(line); m != nil {
				at, st.set = when(t, at, m), true
				st.text = line[len(m[0]):]
			}
			st.at = at
			s.steps = append(s.steps, st)
		}
	}
	return s
}

func when(t *testing.T, last time.Time, m []string) time.Time {
	year, day, clock := m[1], m[2], m[3]+m[4]
	if year == "" {
		year = last.Format("2006")
	}
	if day == "" {
		day = last.Format("01-02")
	}
	if m[4] == "" {
		clock += ":00"
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", year+"-"+day+" "+clock, zone)
	require.NoError(t, err)
	return at
}

// rewrite writes the story again with what was really seen.
func (s story) rewrite(t *testing.T, got map[int][]string) {
	var out []string
	for i, line := range s.lines {
		if seen.MatchString(line) || strings.HasPrefix(line, indent) {
			continue
		}
		out = append(out, line)
		out = append(out, got[i+1]...)
	}
	require.NoError(t, os.WriteFile(s.name, []byte(strings.Join(out, "\n")+"\n"), 0o644))
}

// said is one text that somebody sees, as a story writes it.
func told(who, text string) []string {
	lines := strings.Split(serverVersion.ReplaceAllString(withoutHashes(text), "$1"), "\n")
	out := []string{who + "> " + lines[0]}
	for _, l := range lines[1:] {
		out = append(out, indent+l)
	}
	return out
}

func differ(want, got []string) string {
	return fmt.Sprintf("want:\n  %s\ngot:\n  %s", strings.Join(want, "\n  "), strings.Join(got, "\n  "))
}

// serverVersion is which Redis a machine has; the embedded one does not say.
var serverVersion = regexp.MustCompile(`(Redis：应答正常|Redis: answers)(?:(?:，版本|, version) [0-9.]+|，版本未知（服务器没有说）|, version not known \(the server does not say\))`)
