package main

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"

	ical "github.com/emersion/go-ical"
	"github.com/stretchr/testify/require"
)

var (
	// subscribes is a calendar program that looks at the address that somebody was sent last.
	subscribes = regexp.MustCompile(`^calendar of (\S+)$`)
	feedLink   = regexp.MustCompile(`(https://\S+/calendar/)([a-z2-7]{32})(\.ics)`)
)

// withoutSecret leaves out what is different each time the sample company is made.
func withoutSecret(text string) string { return feedLink.ReplaceAllString(text, "$1…$3") }

// nextTurns is how many turns of a calendar a story shows.
const nextTurns = 4

// calendar reads somebody's calendar as a calendar program does, and tells its name and the first turns from now on.
func (s *theatre) calendar(who string) []string {
	secret := ""
	for _, i := range s.sim.Sees(who) {
		if m := feedLink.FindStringSubmatch(i.Text); m != nil {
			secret = m[2]
		}
	}
	require.NotEmpty(s.t, secret, "%s was never sent an address", who)
	request, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.procs[s.talkTo].server.URL+"/calendar/"+secret+".ics", nil)
	require.NoError(s.t, err)
	got, err := http.DefaultClient.Do(request)
	require.NoError(s.t, err)
	defer func() { _ = got.Body.Close() }()
	if got.StatusCode != http.StatusOK {
		return told("calendar", fmt.Sprintf("(%d)", got.StatusCode))
	}
	text, err := io.ReadAll(got.Body)
	require.NoError(s.t, err)
	read, err := ical.NewDecoder(strings.NewReader(string(text))).Decode()
	require.NoError(s.t, err)
	name, err := read.Props.Text("X-WR-CALNAME")
	require.NoError(s.t, err)
	var lines []string
	for _, e := range read.Events() {
		start, err := e.DateTimeStart(zone)
		require.NoError(s.t, err)
		end, err := e.DateTimeEnd(zone)
		require.NoError(s.t, err)
		summary, err := e.Props.Text("SUMMARY")
		require.NoError(s.t, err)
		if end.After(s.now()) {
			lines = append(lines, start.Format("01-02 15:04")+end.Format("–15:04 ")+summary)
		}
	}
	slices.Sort(lines)
	return told("calendar", strings.Join(append([]string{name}, lines[:min(nextTurns, len(lines))]...), "\n"))
}
