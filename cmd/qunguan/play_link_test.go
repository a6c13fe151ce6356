package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/platform/ingest"
	"qunguan/bot/signature"
	"qunguan/configs"
)

var (
	// helpdeskTells is a helpdesk that posts a ticket: helpdesk tells T-1 opened in 群 09:30 事由
	helpdeskTells = regexp.MustCompile(`^helpdesk tells (\S+) (opened|assigned|solved) in (\S+) (\d\d:\d\d)(?: by (\S+))?(?: to (\S+))?(?: (.+))?$`)
	otherIs       = regexp.MustCompile(`^link (\S+) is (down|back|slow|strict)$`)
)

// otherSystem is another system on this machine, which takes what is posted by the rules of its kind and remembers it.
type otherSystem struct {
	*httptest.Server

	mu   sync.Mutex
	mood string // down: answers 503; strict: refuses what it gets
	got  []string
	ids  []string // of letters, each time that one arrived
}

const linkSecret = "a-secret-of-a-link-in-a-story-0001"

func (o *otherSystem) is(mood string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mood = mood
}

func (o *otherSystem) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.mood == "down":
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.URL.Path == "/oauth/v2/token":
		_, _ = w.Write([]byte(`{"access_token":"1000.token","expires_in":3600}`))
	case strings.HasSuffix(r.URL.Path, "/upsert"):
		o.upsert(w, body)
	case !signature.Right([]string{linkSecret}, r.Header.Get(signature.Header), r.Header.Get(signature.TimestampHeader), string(body)):
		w.WriteHeader(http.StatusUnauthorized)
	case o.mood == "strict":
		w.WriteHeader(http.StatusUnprocessableEntity)
	default:
		var l chat.Letter
		_ = json.Unmarshal(body, &l)
		o.ids = append(o.ids, l.ID)
		o.got = append(o.got, summary(l))
	}
}

func (o *otherSystem) upsert(w http.ResponseWriter, body []byte) {
	if o.mood == "strict" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"data":[{"code":"INVALID_DATA","message":"invalid data","status":"error","details":{"api_name":"Level"}}]}`))
		return
	}
	var u struct {
		Data []map[string]any `json:"data"`
	}
	_ = json.Unmarshal(body, &u)
	var fields []string
	for _, k := range slices.Sorted(maps.Keys(u.Data[0])) {
		fields = append(fields, strings.TrimSpace(fmt.Sprintf("%s: %v", k, u.Data[0][k])))
	}
	o.got = append(o.got, strings.Join(fields, "\n"))
	_, _ = w.Write([]byte(`{"data":[{"code":"SUCCESS","status":"success","details":{"id":"1"}}]}`))
}

// summary is a letter as a story shows it.
func summary(l chat.Letter) string {
	if len(l.Entry) == 0 {
		line := l.Class
		if l.Test {
			line += " (test)"
		}
		return line
	}
	var e struct {
		N       int64    `json:"n"`
		Outcome string   `json:"outcome"`
		Actor   string   `json:"actor"`
		Targets []string `json:"targets"`
		Command string   `json:"command"`
	}
	_ = json.Unmarshal(l.Entry, &e)
	return fmt.Sprintf("%s #%d %s, %s → %s: %s", l.Class, e.N, e.Outcome, e.Actor, strings.Join(e.Targets, " "), e.Command)
}

// openOthers starts the other systems of a story.
func (s *theatre) openOthers(links [][]string) {
	s.others = map[string]*otherSystem{}
	for _, l := range links {
		o := &otherSystem{}
		o.Server = httptest.NewServer(o)
		s.t.Cleanup(o.Close)
		s.others[l[1]] = o
		k := configs.Link{Name: l[1], Kind: l[0], URL: o.URL + "/in", Secret: linkSecret, Events: l[2:]}
		if l[0] == configs.Zoho {
			k.URL, k.AccountsURL, k.APIVersion, k.ClientID, k.Token, k.Object, k.Key = o.URL, o.URL, "v8", "1000.id", "1000.refresh", "Admins", "Userid"
			k.Events = []string{chat.OfPortrait}
			k.Fields = map[string]string{"user": "Userid", "name": "Name", "level": "Level", "roles": "Roles", "active": "Active"}
			if slices.Contains(l[2:], "figures") { // how somebody did, too
				for _, n := range []string{
					"verdict_mean_handling_minutes", "indicator_mean_handling_minutes", "verdict_complaints_solved_percent",
					"indicator_complaints_solved_percent", "verdict_interceptions", "indicator_interceptions", "indicator_score_response", "indicator_score_activity",
				} {
					k.Fields[n] = n
				}
			}
			k.Roles = map[string]string{"senior": "高级", "mid": "中级", "junior": "普通"}
		}
		s.config.Links = append(s.config.Links, k)
	}
}

// arrived is what other systems got since the last look.
func (s *theatre) arrived() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(s.others)) {
		o := s.others[name]
		o.mu.Lock()
		for _, g := range o.got {
			out = append(out, told(name+" gets", g)...)
		}
		o.got = nil
		o.mu.Unlock()
	}
	if len(s.others) > 0 && s.client.Ping(s.ctx).Err() == nil {
		s.examine()
	}
	return out
}

// helpdesk posts a ticket, signed, and tells what it was answered.
func (s *theatre) helpdesk(m []string) []string {
	at := s.now().In(zone).Format("2006-01-02") + "T" + m[4] + ":00+08:00"
	line := map[string]string{"id": m[1], "state": m[2], "group": s.group(m[3]), "at": at}
	if m[5] != "" {
		line["by"] = m[5]
	}
	if m[6] != "" {
		line["assignee"] = m[6]
	}
	if m[7] != "" {
		line["subject"] = m[7]
	}
	body, err := json.Marshal(line)
	require.NoError(s.t, err)
	p, stamp := s.procs[s.talkTo], strconv.FormatInt(s.now().Unix(), 10)
	r, err := http.NewRequestWithContext(s.ctx, http.MethodPost, p.server.URL+"/ingest/tickets", bytes.NewReader(body))
	require.NoError(s.t, err)
	r.Header.Set(ingest.TimestampHeader, stamp)
	r.Header.Set(ingest.SignatureHeader, signature.Value([]string{s.config.Ingest.Secret.Reveal()}, stamp, string(body)))
	resp, err := http.DefaultClient.Do(r)
	require.NoError(s.t, err)
	said, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	assert.NoError(s.t, resp.Body.Close())
	s.settle()
	return append(told("helpdesk hears", fmt.Sprintf("%d %s", resp.StatusCode, strings.TrimSpace(string(said)))), s.look()...)
}
