package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/link/webhook"
	"qunguan/bot/platform/ingest"
	"qunguan/bot/ticket"
	"qunguan/commands"
	"qunguan/configs"
)

// linkTo is a world with one webhook, which a handler takes.
func linkTo(t *testing.T, h http.HandlerFunc) *theatre {
	t.Helper()
	s := openTheatre(t, time.Date(2026, 3, 2, 9, 0, 0, 0, zone), nil, startEmbedded(t))
	other := httptest.NewServer(h)
	t.Cleanup(other.Close)
	s.settle()
	s.config.Links = []configs.Link{{Name: "audit", Kind: configs.Webhook, URL: other.URL, Secret: linkSecret, Events: []string{"access.*"}}}
	s.boot()
	s.kill(0)
	s.listen(0)
	return s
}

// TestALetterIsKnownAgainAfterAKill: a process dies after the other system has got a letter and before it is noted.
func TestALetterIsKnownAgainAfterAKill(t *testing.T) {
	var ids []string
	var die context.CancelFunc
	s := linkTo(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		if ids = append(ids, r.Header.Get(webhook.IDHeader)); len(ids) == 1 {
			die()
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	die = cancel
	_, err := s.sim.Say(s.ctx, "boss", s.group("运营管理群"), "/设管理 @wang 中级")
	require.NoError(t, err)
	s.procs[0].busy.Wait()
	_, err = s.procs[0].postman.Round(ctx, "audit")
	if err != nil { // it dies while the letter is on its way, or just after that
		require.ErrorIs(t, err, context.Canceled)
	}
	require.Len(t, ids, 1)
	s.boot()
	s.kill(0)
	s.listen(0)
	s.settle()
	assert.Len(t, ids, 1, "whoever has it may still be at it")
	s.advance(s.now().Add(31 * time.Second))
	require.Len(t, ids, 2)
	assert.Equal(t, ids[0], ids[1])
	s.advance(s.now().Add(time.Hour))
	assert.Len(t, ids, 2)
	st, err := s.procs[0].posts.State(s.ctx, "audit")
	require.NoError(t, err)
	assert.Zero(t, st.Waiting)
}

// TestASlowLinkKeepsNobodyWaiting: while a letter is on its way, people get their messages.
func TestASlowLinkKeepsNobodyWaiting(t *testing.T) {
	got, release := make(chan struct{}), make(chan struct{})
	s := linkTo(t, func(http.ResponseWriter, *http.Request) { close(got); <-release })
	_, err := s.sim.Say(s.ctx, "boss", s.group("运营管理群"), "/设管理 @wang 中级")
	require.NoError(t, err)
	s.procs[0].busy.Wait()
	done := make(chan error, 1)
	go func() { _, err := s.procs[0].postman.Round(s.ctx, "audit"); done <- err }()
	<-got
	before := len(s.sim.Sees("wang"))
	_, err = s.procs[0].courier.Round(s.ctx, -1)
	require.NoError(t, err)
	assert.Greater(t, len(s.sim.Sees("wang")), before)
	close(release)
	require.NoError(t, <-done)
}

// TestTicketsOfAGroupNobodyKnows refuses the whole batch: a wrong id would else be counted nowhere, in silence.
func TestTicketsOfAGroupNobodyKnows(t *testing.T) {
	s := openTheatre(t, time.Date(2026, 3, 2, 9, 0, 0, 0, zone), nil, startEmbedded(t))
	s.settle()
	g := chat.Group(s.group("华东VIP客户群"))
	err := s.procs[0].tellTickets(s.ctx, []ingest.Ticket{
		{ID: "T1", Group: g, Subject: "x", At: s.now()}, {ID: "T2", Group: "nobody's", At: s.now(), Line: 3},
	})
	require.ErrorAs(t, err, &ingest.Refused{})
	assert.EqualError(t, err, `line 3: group: the bot does not know "nobody's"; bring it into the group first, or check the id`)
	found, err := s.procs[0].ledger.Load(s.ctx, journal.Want{Names: []journal.Name{ticket.Of(g)}})
	require.NoError(t, err)
	assert.Empty(t, found.States[ticket.Of(g)].Records)
	s.store.stop(t)
	err = s.procs[0].tellTickets(s.ctx, []ingest.Ticket{{ID: "T1", Group: g, At: s.now()}})
	require.ErrorIs(t, err, chat.ErrUnavailable)
}

// TestEveryClassOfEventsCanBePosted: a link may ask for each kind of event that there is, by its name, by its family, or with
// all others; and gets what is journalled of it, also where it is not what the entry is named after.
func TestEveryClassOfEventsCanBePosted(t *testing.T) {
	t.Parallel()
	k := configs.Link{Name: "audit", Kind: configs.Webhook, URL: "https://hooks.example", Secret: linkSecret}
	all := slices.Sorted(maps.Keys(commands.Happenings()))
	require.Greater(t, len(all), 100)
	for _, kind := range all {
		family, _, _ := strings.Cut(string(kind), ".")
		for _, class := range []string{string(kind), family + ".*", "*"} {
			k.Events = []string{class}
			_, err := openLink(k, time.Now)
			require.NoError(t, err, class)
			require.True(t, chat.Takes(k.Events, string(kind)), "%s of %s", class, kind)
		}
	}

	var got []string
	var mu sync.Mutex
	s := linkTo(t, func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Header.Get(webhook.EventHeader))
	})
	to := s.config.Links[0]
	s.config.Links = nil
	for i, kind := range all { // a link for each of them
		to.Name, to.Events = fmt.Sprintf("link%d", i), []string{string(kind)}
		s.config.Links = append(s.config.Links, to)
	}
	s.boot()
	s.kill(0)
	s.listen(0)
	for _, kind := range all { // as an event that is not the first of its entry
		if kind == bot.AuditExported {
			continue
		}
		require.NoError(t, s.procs[0].bot.Amend(s.ctx, nil, "", func(bot.Call) (bot.Outcome, error) {
			return bot.Outcome{Events: []journal.Event{{Kind: bot.AuditExported, Reason: "test"}, {Kind: kind}}}, nil
		}))
	}
	s.settle()
	mu.Lock()
	defer mu.Unlock()
	times := map[string]int{}
	for _, class := range got {
		times[class]++
	}
	for _, kind := range all {
		want := 1
		if kind == bot.AuditExported {
			want = len(all) - 1
		}
		assert.Equal(t, want, times[string(kind)], kind)
	}
}

// TestALinkThatWouldNeverPostIsRefused: a slip of the pen must not look like a quiet company.
func TestALinkThatWouldNeverPostIsRefused(t *testing.T) {
	t.Parallel()
	k := configs.Link{Name: "audit", Kind: configs.Webhook, URL: "https://hooks.example", Secret: linkSecret}
	for _, events := range [][]string{{"*"}, {"access.*"}, {"access.granted", "portrait"}, {"command.refused"}} {
		k.Events = events
		_, err := openLink(k, time.Now)
		require.NoError(t, err, "%v", events)
	}
	for _, events := range [][]string{{"acces.*"}, {"access.granted", "access.grantd"}, {"links.tested"}} {
		k.Events = events
		_, err := openLink(k, time.Now)
		require.ErrorContains(t, err, `so nothing would ever be posted`, "%v", events)
	}
}
