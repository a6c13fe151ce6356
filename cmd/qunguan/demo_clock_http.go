package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// clockView is what the page is told of the clock.
type clockView struct {
	Now    time.Time  `json:"now"`
	Speed  int        `json:"speed"`
	Speeds []int      `json:"speeds"`
	Next   *time.Time `json:"next,omitempty"` // the next moment that is waited for
}

// ServeHTTP answers /sim/clock: GET tells the time, POST lets time pass. It answers once everything that came due on
// the way has been done.
func (t *demoTime) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
	case http.MethodPost:
		if status, err := t.set(r.Context(), http.MaxBytesReader(w, r.Body, 1<<10)); err != nil {
			http.Error(w, err.Error(), status)
			return
		}
	default:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	v := clockView{Now: t.clock.Now(), Speed: int(t.speed.Load()), Speeds: speeds}
	if at, ok, err := t.due(r.Context()); err == nil && ok {
		at = later(at, v.Now).In(v.Now.Location())
		v.Next = &at
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v) // a client that went away needs no answer
}

// clockWish is what a POST asks for: one of these.
type clockWish struct {
	Speed   int    `json:"speed"`
	Advance string `json:"advance"` // 10m, 1h30m
	Next    bool   `json:"next"`
}

var errNoWish = fmt.Errorf(`one of {"speed": %v}, {"advance": "10m"} (at most %d days) and {"next": true}`, speeds, longestWalk/(24*time.Hour))

// set does what a request asks for, or says with which status it is refused.
func (t *demoTime) set(ctx context.Context, body io.Reader) (status int, err error) {
	var in clockWish
	if err := json.NewDecoder(body).Decode(&in); err != nil {
		return http.StatusBadRequest, errNoWish
	}
	d, bad := time.ParseDuration(in.Advance)
	switch {
	case in == clockWish{Speed: in.Speed} && t.faster(in.Speed):
		return 0, nil
	case in == clockWish{Advance: in.Advance} && bad == nil && d > 0 && d <= longestWalk:
		err = t.advance(ctx, d)
	case in == clockWish{Next: true}:
		err = t.next(ctx)
	default:
		return http.StatusBadRequest, errNoWish
	}
	if errors.Is(err, errNothingDue) {
		return http.StatusConflict, err
	}
	return http.StatusInternalServerError, err
}
