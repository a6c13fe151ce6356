// Package console serves what the web pages show: the journal and the rights of a group. It only reads; whatever
// changes state goes through the engine. It hands out nothing by itself: whoever mounts it decides who may look.
package console

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
	"qunguan/bot/task"
)

// reader is what the console needs of storage.
type reader interface {
	Load(context.Context, journal.Want) (journal.Found, error)
}

// Facts reads what decisions about a group look at.
type Facts func(context.Context, chat.Group) (access.Facts, error)

// Console answers GET /console/journal and GET /console/rights with JSON. Safe for concurrent use.
type Console struct {
	reader reader
	facts  Facts
	now    func() time.Time
	log    *zap.Logger
	offers access.Items
	texts  map[journal.Kind]journal.Happening
}

// New returns a console over one tenant. offers is what its platform has of the catalogue, texts what
// the kinds of events are called.
func New(
	r reader, f Facts, now func() time.Time, log *zap.Logger, offers access.Items, texts map[journal.Kind]journal.Happening,
) *Console {
	return &Console{reader: r, facts: f, now: now, log: log, offers: offers, texts: texts}
}

// Handler serves both addresses; each takes ?group=ID.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /console/journal", c.journal)
	mux.HandleFunc("GET /console/rights", c.rights)
	return mux
}

// newest is how many entries the journal shows.
const newest = 50

func (c *Console) journal(w http.ResponseWriter, r *http.Request) {
	g := chat.Group(r.FormValue("group"))
	found, err := c.reader.Load(r.Context(), journal.Want{Queries: []journal.Query{{Group: g, Limit: newest}}})
	if err != nil {
		c.fail(w, err)
		return
	}
	out := make([]shown, 0, newest)
	for _, e := range found.Entries[0] {
		out = append(out, shown{Entry: e.Encode(), What: c.texts[e.Kind].Text, Open: c.texts[e.Kind].Open})
	}
	c.write(w, out)
}

// shown is an entry, as it is exported, with what its kind is called, and whether what it is about is only waited for.
type shown struct {
	Entry json.RawMessage `json:"entry"`
	What  chat.Text       `json:"what"`
	Open  bool            `json:"open,omitempty"`
}

// held is what one person holds.
type held struct {
	User   chat.User `json:"user"`
	Name   string    `json:"name"`
	Level  string    `json:"level,omitempty"`
	Job    string    `json:"job,omitempty"`
	Items  []string  `json:"items"`
	Until  time.Time `json:"until,omitzero"`
	Source string    `json:"source,omitempty"`
	Owner  bool      `json:"owner"`
}

type named struct {
	ID     string `json:"id"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Family string `json:"family"`
}

type silent struct {
	User  chat.User  `json:"user"`
	Name  string     `json:"name"`
	Until time.Time  `json:"until,omitzero"`
	State task.State `json:"state"`
}

type rightsOf struct {
	Group  chat.Group `json:"group"`
	Name   string     `json:"name"`
	People []held     `json:"people"`
	Items  []named    `json:"items"`
	Mutes  []silent   `json:"mutes"`
}

func (c *Console) rights(w http.ResponseWriter, r *http.Request) {
	g := chat.Group(r.FormValue("group"))
	names := []journal.Name{directory.OfGroup(g), moderation.Of(g), task.Of(g)}
	found, err := c.reader.Load(r.Context(), journal.Want{Names: names})
	if err != nil {
		c.fail(w, err)
		return
	}
	facts, err := c.facts(r.Context(), g)
	if err != nil {
		c.fail(w, err)
		return
	}
	group, _ := found.States[directory.OfGroup(g)].Value.(directory.Group)
	mutes, _ := found.States[moderation.Of(g)].Value.(moderation.Book)
	tasks, _ := found.States[task.Of(g)].Value.(task.Book)
	now := c.now()

	out := rightsOf{Group: g, Name: group.Title(), People: []held{}, Items: []named{}, Mutes: []silent{}}
	for i := range c.offers.All() {
		out.Items = append(out.Items, named{ID: i.String(), ZH: i.Label().ZH, EN: i.Label().EN, Family: i.Family().Label().ZH})
	}
	for _, u := range facts.Company.Owners() {
		out.People = append(out.People, c.person(facts, group, u, now, access.Role{}, true))
	}
	for _, u := range facts.Admins(g, now) {
		if !facts.IsOwner(u) {
			out.People = append(out.People, c.person(facts, group, u, now, role(facts, g, u, now), false))
		}
	}
	for _, m := range mutes.Live(now) {
		s := silent{User: m.Who, Name: nameIn(group, m.Who), Until: m.Until, State: task.Recorded}
		if t, ok := tasks.Task(string(chat.Mute) + "/" + string(m.Who)); ok {
			s.State = t.State
		}
		out.Mutes = append(out.Mutes, s)
	}
	c.write(w, out)
}

// role is the role of a person that is shown: the temporary one while it lives, else the fixed one, else one that
// comes otherwise.
func role(f access.Facts, g chat.Group, u chat.User, now time.Time) access.Role {
	if r, ok := f.Group.Role(u, true); ok && r.Live(now) {
		return r
	}
	if r, ok := f.Group.Role(u, false); ok {
		return r
	}
	if all := f.Holds(u, g, now); len(all) > 0 {
		return all[0]
	}
	return access.Role{}
}

func (c *Console) person(f access.Facts, g directory.Group, u chat.User, now time.Time, r access.Role, owner bool) held {
	h := held{User: u, Name: nameIn(g, u), Job: string(r.Job), Until: r.Until, Source: r.Source, Owner: owner, Items: []string{}}
	if r.Level != access.NoLevel {
		h.Level = r.Level.String()
	}
	for i := range f.Items(u, f.People[u], g.ID, now).All() {
		h.Items = append(h.Items, i.String())
	}
	return h
}

func nameIn(g directory.Group, u chat.User) string {
	if m, ok := g.Member(u); ok && m.Name != "" {
		return m.Name
	}
	return string(u)
}

func (c *Console) write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		c.log.Debug("write page data", zap.Error(err))
	}
}

func (c *Console) fail(w http.ResponseWriter, err error) {
	c.log.Warn("read for page", zap.Error(err))
	http.Error(w, "storage is away", http.StatusServiceUnavailable)
}
