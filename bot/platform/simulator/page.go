package simulator

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"time"
)

//go:embed page
var assets embed.FS

// keepAlive is how often an idle stream of events says that it lives.
const keepAlive = 20 * time.Second

// worldView is what the page is told of the world: no secret is in it.
type worldView struct {
	Rev int64  `json:"rev"`
	Bot string `json:"bot"`
	Max int    `json:"native_admins"`
	// Archive says that a pipeline tells the bot what is written in customer groups.
	Archive bool         `json:"archive"`
	People  []personView `json:"people"`
	Groups  []groupView  `json:"groups"`
}

type personView struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Position    string   `json:"position"`
	Departments []string `json:"departments"`
	Customer    bool     `json:"customer"`
}

type groupView struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Owner   string   `json:"owner"`
	Members []string `json:"members"`
	Admins  []string `json:"admins"`
}

// Page is the chat page and what it talks to. side answers /console/journal and /console/rights; nil is a page without
// the right-hand column's content. Requests from other sites are refused. Whoever reaches the page can act as anybody:
// it belongs on a loopback address.
func (s *Simulator) Page(side http.Handler) http.Handler {
	files, err := fs.Sub(assets, "page")
	if err != nil {
		panic(fmt.Sprintf("unreachable: the page is embedded: %v", err))
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /sim/world", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.view()) })
	mux.HandleFunc("GET /sim/sees", s.pageSees)
	mux.HandleFunc("GET /sim/media/{id}", s.pageMedia)
	mux.HandleFunc("GET /sim/heads", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.heads()) })
	mux.HandleFunc("GET /sim/events", s.pageEvents)
	mux.HandleFunc("POST /sim/say", s.pageSay)
	mux.HandleFunc("POST /sim/recall", s.pageRecall)
	mux.HandleFunc("POST /sim/press", s.pagePress)
	mux.HandleFunc("POST /sim/admin", s.pageAdmin)
	mux.HandleFunc("POST /sim/member", s.pageMember)
	mux.HandleFunc("POST /sim/position", s.pagePosition)
	if side != nil {
		mux.Handle("GET /console/", side)
	}
	return guard(mux)
}

// guard sets what every answer of the page carries and refuses requests that another site makes.
func guard(next http.Handler) http.Handler {
	same := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		same.ServeHTTP(w, r)
	})
}

func (s *Simulator) view() worldView {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world.clone()
	v := worldView{Rev: s.worldRev, Bot: w.BotName, Max: NativeAdmins, Archive: s.archives()}
	for _, p := range w.People {
		v.People = append(v.People, personView{p.ID, p.Name, p.Position, p.Departments, p.Customer})
	}
	for _, g := range w.Groups {
		v.Groups = append(v.Groups, groupView{g.ID, g.Name, string(g.Kind), g.Owner, g.Members, append([]string{}, g.Admins...)})
	}
	return v
}

// heads is, for each person and chat, the newest message by somebody else: what the page needs to mark what is unread.
func (s *Simulator) heads() map[string]map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]map[string]int64{}
	for _, i := range s.shown {
		for _, u := range i.audience {
			if u == i.From {
				continue
			}
			if out[u] == nil {
				out[u] = map[string]int64{}
			}
			out[u][i.Where] = i.N
		}
	}
	return out
}

func (s *Simulator) pageSees(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if err != nil && r.URL.Query().Get("after") != "" {
		http.Error(w, "after is no number", http.StatusBadRequest)
		return
	}
	shown := s.seesSince(r.URL.Query().Get("who"), after)
	if shown == nil {
		shown = []Shown{}
	}
	writeJSON(w, shown)
}

// pageEvents tells, as server-sent events, that something changed; the page then asks what.
func (s *Simulator) pageEvents(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for {
		changed := s.events.wait() // before reading, so that nothing is missed between
		s.mu.Lock()
		seq, rev := s.seq, s.worldRev
		s.mu.Unlock()
		if err := out.SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
		if _, err := fmt.Fprintf(w, "data: {\"n\":%d,\"world\":%d}\n\n", seq, rev); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case <-changed:
		case <-alive.C:
		case <-s.done:
			return
		case <-r.Context().Done():
			return
		}
	}
}

func (s *Simulator) pageSay(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Who    string `json:"who"`
		Where  string `json:"where"`
		Text   string `json:"text"`
		Murmur bool   `json:"murmur"` // without mentioning the bot
	}
	if !read(w, r, &in) {
		return
	}
	if in.Murmur {
		answer(w, Delivery{Unheard: true}, s.Murmur(in.Who, in.Where, in.Text))
		return
	}
	// A person who closes the page has still sent the message.
	d, err := s.Say(context.WithoutCancel(r.Context()), in.Who, in.Where, in.Text)
	answer(w, d, err)
}

// pageRecall is somebody taking back message n.
func (s *Simulator) pageRecall(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Who string `json:"who"`
		N   int64  `json:"n"`
	}
	if !read(w, r, &in) {
		return
	}
	d, err := s.Recall(context.WithoutCancel(r.Context()), in.Who, in.N)
	answer(w, d, err)
}

func (s *Simulator) pagePress(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Who  string `json:"who"`
		Card string `json:"card"`
		Key  string `json:"key"`
	}
	if !read(w, r, &in) {
		return
	}
	d, err := s.Press(context.WithoutCancel(r.Context()), in.Who, in.Card, in.Key)
	answer(w, d, err)
}

type switchJSON struct {
	Group string `json:"group"`
	User  string `json:"user"`
	On    bool   `json:"on"`
}

func (s *Simulator) pageAdmin(w http.ResponseWriter, r *http.Request) {
	var in switchJSON
	if read(w, r, &in) {
		answer(w, Delivery{Unheard: true}, s.SetAdmin(in.Group, in.User, in.On))
	}
}

func (s *Simulator) pageMember(w http.ResponseWriter, r *http.Request) {
	var in switchJSON
	if !read(w, r, &in) {
		return
	}
	do := s.Remove
	if in.On {
		do = s.Join
	}
	d, err := do(context.WithoutCancel(r.Context()), in.Group, in.User)
	answer(w, d, err)
}

// pagePosition gives somebody another position in the address book.
func (s *Simulator) pagePosition(w http.ResponseWriter, r *http.Request) {
	var in struct {
		User     string `json:"user"`
		Position string `json:"position"`
	}
	if !read(w, r, &in) {
		return
	}
	d, err := s.ChangePosition(context.WithoutCancel(r.Context()), in.User, in.Position)
	answer(w, d, err)
}

func read(w http.ResponseWriter, r *http.Request, v any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(v); err != nil {
		http.Error(w, "the request is no JSON of the expected shape", http.StatusBadRequest)
		return false
	}
	return true
}

// answer tells the page how a delivery went: 400 for what the platform's client would not let a person do, 502 when
// the bot did not answer or not properly.
func answer(w http.ResponseWriter, d Delivery, err error) {
	out := map[string]any{"msgid": d.MsgID, "status": d.Status, "unheard": d.Unheard}
	if err != nil {
		out["error"] = err.Error()
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		code := http.StatusBadRequest
		if d.MsgID != "" {
			code = http.StatusBadGateway
		}
		w.WriteHeader(code)
	}
	writeJSON(w, out)
}
