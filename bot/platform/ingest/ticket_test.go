package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/platform/ingest"
)

// helpdesk is the endpoint for tickets with everything around it. Its clock stands a little after the page's examples.
type helpdesk struct {
	*ingest.Tickets
	told  []ingest.Ticket
	fails error
}

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

func newHelpdesk(t testing.TB) *helpdesk {
	d := &helpdesk{}
	var err error
	d.Tickets, err = ingest.NewTickets(ingest.TicketConfig{
		Secrets: []string{present, previous}, Now: func() time.Time { return noon },
		Tell: func(_ context.Context, told []ingest.Ticket) error {
			if d.fails == nil {
				d.told = append(d.told, told...)
			}
			return d.fails
		},
	})
	require.NoError(t, err)
	return d
}

func (d *helpdesk) post(body, secret string) *httptest.ResponseRecorder {
	stamp := strconv.FormatInt(noon.Unix(), 10)
	r := httptest.NewRequest(http.MethodPost, "/ingest/tickets", strings.NewReader(body))
	r.Header.Set(ingest.TimestampHeader, stamp)
	r.Header.Set(ingest.SignatureHeader, "v1="+ingest.Sign(secret, stamp, body))
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

func (d *helpdesk) say(body string) *httptest.ResponseRecorder { return d.post(body, present) }

func TestTicketsAreTold(t *testing.T) {
	d := newHelpdesk(t)
	w := d.say(`{"id":"T1","group":"g1","state":"opened","at":1772414400000,"subject":" 发错货\u202e ","customer":"wm1"}` + "\n\n" +
		`{"state":"solved","id":"T1","group":"g1","at":"2026-03-02T09:30:00+08:00","by":"li"}` + "\n" + `{"state":"assigned","id":"T2","group":"g1","at":1772414400000,"assignee":"wang"}`)
	assert.JSONEq(t, `{"accepted":3}`, w.Body.String())
	assert.Equal(t, []ingest.Ticket{
		{ID: "T1", Group: "g1", Subject: "发错货", Customer: "wm1", Line: 1, At: time.UnixMilli(1772414400000).UTC()},
		{ID: "T1", Group: "g1", Solved: true, By: "li", Line: 3, At: time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC)},
		{ID: "T2", Group: "g1", Assigned: true, Assignee: "wang", Line: 4, At: time.UnixMilli(1772414400000).UTC()},
	}, d.told)
}

func TestWhichTicketsAreRefused(t *testing.T) {
	good := `{"id":"T1","group":"g1","state":"opened","at":1772414400000}`
	for line, want := range map[string]string{
		`{"group":"g1","state":"opened","at":1772414400000}`:                       "line 1: id: is missing",
		`{"id":"T1","group":"g1","state":"assigned","at":1772414400000}`:           "line 1: assignee: is missing",
		`{"id":"T1","state":"opened","at":1772414400000}`:                          "line 1: group: is missing",
		`{"id":"T1","group":"g1","state":"closed","at":1772414400000}`:             "line 1: state: write opened, assigned or solved",
		`{"id":"T1","group":"g1","state":"opened"}`:                                "line 1: at: is missing",
		`{"id":"T1","group":"g1","state":"opened","at":1}`:                         "line 1: at: is before 2010",
		`{"id":"T 1","group":"g1","state":"opened","at":1772414400000}`:            "line 1: id: contains a space",
		`{"id":"T1","group":"g1","state":"opened","at":1772414400000,"kind":"x"}`:  `line 1: "kind": unknown field; known are id, group, state, at, subject, customer, by`,
		`{"id":"T1","group":"g1","state":"opened","at":1772414400000,"subject":1}`: "line 1: subject: cannot be read",
		`{"id":"T1","id":"T2","group":"g1","state":"opened","at":1772414400000}`:   "line 1: id: stands there twice",
		`[]`:                            "line 1: is not one JSON object",
		strings.Repeat(good+"\n", 1001): "more than 1000 tickets",
	} {
		d := newHelpdesk(t)
		w := d.say(line)
		assert.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, w.Code, line[:min(len(line), 80)])
		assert.Contains(t, strings.ReplaceAll(w.Body.String(), `\"`, `"`), want)
		assert.Empty(t, d.told)
	}
	d := newHelpdesk(t)
	assert.Equal(t, http.StatusUnauthorized, d.post(good, "another").Code)
	assert.Equal(t, http.StatusOK, d.post(good, previous).Code)
}

func TestWhatTheBotSaysOfTickets(t *testing.T) {
	good := `{"id":"T1","group":"g1","state":"opened","at":1772414400000}`
	d := newHelpdesk(t)
	require.Equal(t, http.StatusOK, d.say("\n"+good).Code)
	require.Len(t, d.told, 1)
	assert.Equal(t, 2, d.told[0].Line, "empty lines count")
	d.fails = fmt.Errorf("tell: %w", ingest.Refused{Line: 2, Field: "group", Text: "the bot does not know it"})
	w := d.say(good)
	assert.Equal(t, http.StatusBadRequest, w.Code)
	assert.JSONEq(t, `{"error":"line 2: group: the bot does not know it","line":2,"field":"group"}`, w.Body.String())
	d.fails = errors.New("redis is away at 10.0.0.5")
	w = d.say(good)
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.NotContains(t, w.Body.String(), "10.0.0.5")
}
