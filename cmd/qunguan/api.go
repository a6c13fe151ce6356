package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/kpi"
	"qunguan/commands"
)

// api serves other programs; see docs/api.md. It only reads.
type api struct {
	*system
	token [sha256.Size]byte
	calls allowance
}

// callsPerMinute is how many answers programs get from one process.
const callsPerMinute = 120

// mountAPI serves the addresses for programs. Without a token there are none.
func (s *system) mountAPI(mux *http.ServeMux) {
	if !s.config.API.InUse() {
		return
	}
	a := &api{system: s, token: sha256.Sum256([]byte(s.config.API.Token.Reveal())), calls: allowance{most: callsPerMinute}}
	mux.HandleFunc("GET /api/kpi", a.kpi)
}

// kpi answers what /kpi says, as JSON.
func (a *api) kpi(w http.ResponseWriter, r *http.Request) {
	status := a.answer(w, r)
	a.meters.api(status)
}

func (a *api) answer(w http.ResponseWriter, r *http.Request) int {
	switch {
	case !a.knows(r):
		w.Header().Set("WWW-Authenticate", `Bearer realm="qunguan"`)
		return fault(w, http.StatusUnauthorized, "show the api.token: Authorization: Bearer TOKEN")
	case !a.calls.take(a.now()):
		w.Header().Set("Retry-After", "60")
		return fault(w, http.StatusTooManyRequests, "too many requests; come again in a minute")
	}
	ask, err := a.asked(r)
	if err != nil {
		return fault(w, http.StatusBadRequest, err.Error())
	}
	var out commands.KPIDocument
	unknown, stranger := false, false
	names := []journal.Name{access.Of("")}
	if g := ask.Group; g != "" {
		names = append(names, directory.OfGroup(g), access.Of(g), duty.Of(g))
	}
	err = a.bot.Amend(r.Context(), names, ask.Group, func(c bot.Call) (bot.Outcome, error) {
		if unknown = ask.Group != "" && !c.Group.Bound(); unknown {
			return bot.Outcome{}, nil
		}
		document, need := commands.KPIAnswer(c, ask, chat.Language(a.config.Language))
		out = document
		return need, nil
	})
	if err == nil && !unknown && ask.Who != "" {
		stranger, err = a.stranger(r.Context(), ask.Who)
	}
	switch {
	case errors.Is(err, chat.ErrUnavailable):
		w.Header().Set("Retry-After", "5")
		return fault(w, http.StatusServiceUnavailable, "storage out of reach")
	case errors.Is(err, journal.ErrArchived):
		return fault(w, http.StatusUnprocessableEntity, "a part of that time is archived, so it cannot be counted; ask about later days")
	case err != nil:
		a.log.Error("api", zap.Error(err))
		return fault(w, http.StatusInternalServerError, "something broke; the log of the program says what")
	case unknown:
		return fault(w, http.StatusNotFound, "the bot knows no such group")
	case stranger:
		return fault(w, http.StatusNotFound, "nobody is known by this userid; who is one that the address book shows")
	}
	return send(w, http.StatusOK, out)
}

// knows says whether a request shows the token. How long that takes says nothing about it.
func (a *api) knows(r *http.Request) bool {
	shown, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(shown))
	return subtle.ConstantTimeCompare(sum[:], a.token[:]) == 1 && ok
}

var errPeriod = errors.New("from and until are days, such as 2026-11-16, both or neither; from is not after until, and at most 400 days before it")

// asked reads what is asked about: this week, unless days are named.
func (a *api) asked(r *http.Request) (commands.KPIAsk, error) {
	q := r.URL.Query()
	for name := range q {
		if name != "group" && name != "who" && name != "from" && name != "until" {
			return commands.KPIAsk{}, errors.New("unknown parameter; there are group, who, from, until")
		}
	}
	ask := commands.KPIAsk{Group: chat.Group(q.Get("group")), Who: chat.User(q.Get("who"))}
	if len(ask.Group) > maxID || len(ask.Who) > maxID {
		return ask, errors.New("an id has at most 128 bytes")
	}
	zone := a.bot.Zone
	days := kpi.WeekOf(a.now().In(zone))
	if q.Has("from") || q.Has("until") {
		from, err := time.ParseInLocation(time.DateOnly, q.Get("from"), zone)
		until, err2 := time.ParseInLocation(time.DateOnly, q.Get("until"), zone)
		if days = (kpi.Period{From: from, Until: until.AddDate(0, 0, 1)}); err != nil || err2 != nil || !commands.SoundKPI(days) {
			return ask, errPeriod
		}
	}
	ask.Periods = []kpi.Period{days}
	return ask, nil
}

const maxID = 128

func send(w http.ResponseWriter, status int, v any) int {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever has hung up does not want it
	return status
}

func fault(w http.ResponseWriter, status int, text string) int {
	return send(w, status, map[string]string{"error": text})
}

// allowance is how much is let through in a minute. Safe for concurrent use.
type allowance struct {
	most int

	mu    sync.Mutex
	began time.Time
	taken int
}

// take says whether there is any left, and takes one.
func (a *allowance) take(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if since := now.Sub(a.began); since >= time.Minute || since < 0 {
		a.began, a.taken = now, 0
	}
	a.taken++
	return a.taken <= a.most
}
