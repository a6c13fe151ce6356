package calendar

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// world is a storage that holds aggregates, and remembers those that were read while it is away.
type world struct {
	t      *testing.T
	states map[journal.Name]journal.State
	read   map[journal.Name]bool
	away   bool
	loads  int
}

func (w *world) Load(_ context.Context, want journal.Want) (journal.Found, error) {
	w.loads++
	if w.away {
		return journal.Found{}, chat.ErrUnavailable
	}
	found := journal.Found{States: map[journal.Name]journal.State{}}
	for _, n := range want.Names {
		w.read[n], found.States[n] = true, w.states[n]
	}
	return found, nil
}

func (w *world) LastKnown(want journal.Want) journal.Found {
	found := journal.Found{States: map[journal.Name]journal.State{}}
	for _, n := range want.Names {
		if w.read[n] {
			found.States[n] = w.states[n]
		}
	}
	return found
}

func (w *world) put(n journal.Name, value any, records map[string]json.RawMessage) {
	version := max(w.states[n].Version, planned.UnixMicro()) + time.Second.Microseconds()
	w.states[n] = journal.State{Name: n, Value: value, Records: records, Version: version}
}

// roster puts the roster of a group there, as events have made it.
func (w *world) roster(g chat.Group, events ...journal.Event) duty.Roster {
	records := w.states[duty.Of(g)].Records
	for _, e := range events {
		records = journal.Apply(records, duty.Of(g), e.Changes)
	}
	r, err := duty.Builder(duty.BuiltIn().Workday)(records)
	require.NoError(w.t, err)
	w.put(duty.Of(g), r, records)
	return r
}

func (w *world) group(id chat.Group, name string, members ...chat.Member) {
	o := chat.Observed{Group: id, Kind: chat.CustomerGroup, Name: name, Members: members, MembersKnown: true}
	g, err := directory.BuildGroup(journal.Apply(nil, directory.OfGroup(id), directory.Group{}.Observe(o)))
	require.NoError(w.t, err)
	w.put(directory.OfGroup(id), g, nil)
	listed := w.states[directory.AllGroups]
	gs, _ := listed.Value.(directory.Groups)
	records := journal.Apply(listed.Records, directory.AllGroups, gs.List(o))
	gs, err = directory.BuildGroups(records)
	require.NoError(w.t, err)
	w.put(directory.AllGroups, gs, records)
}

func (w *world) person(id chat.User, name string, gone bool) {
	of := directory.OfPerson(id)
	before, _ := w.states[of].Value.(directory.Person)
	changes := before.Observe(id, chat.Person{ID: id, Name: name, Gone: gone}, time.Unix(0, 0))
	records := journal.Apply(w.states[of].Records, of, changes)
	p, err := directory.BuildPerson(records)
	require.NoError(w.t, err)
	w.put(of, p, records)
}

// feed puts a feed there and returns its address.
func (w *world) feed(name string, who chat.User, g chat.Group) string {
	secret := strings.Repeat("a", secretLength-len(name)) + name
	f := duty.NewFeed(secret, who, g, time.Unix(0, 0))
	w.put(duty.OfFeed(f.ID), f, nil)
	return "/calendar/" + secret + ".ics"
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, states: map[journal.Name]journal.State{}, read: map[journal.Name]bool{}}
	w.put(access.Of(""), access.Book{}, nil)
	w.group("G1", `华东,VIP;\群`, chat.Member{ID: "li", Name: "李敏", Kind: chat.Staff}, chat.Member{ID: "wang", Name: "王磊", Kind: chat.Staff},
		chat.Member{ID: "wmWu", Name: "吴先生", Kind: chat.Customer})
	w.group("G2", "", chat.Member{ID: "zhao", Name: "赵强", Kind: chat.Staff})
	w.person("li", "李敏", false)
	return w
}

type house struct {
	*Calendars
	now time.Time
}

func open(t *testing.T, w *world, zone string, now string) *house {
	loc, err := time.LoadLocation(zone)
	require.NoError(t, err)
	h := &house{now: moment(t, zone, now)}
	h.Calendars = New(w, Options{
		Path: "/calendar/", End: ".ics", Now: func() time.Time { return h.now }, Zone: loc, Language: chat.ZH, Holidays: duty.BuiltIn(), Log: zap.NewNop(),
	})
	return h
}

func moment(t *testing.T, zone, s string) time.Time {
	loc, err := time.LoadLocation(zone)
	require.NoError(t, err)
	at, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
	require.NoError(t, err)
	return at
}

func (h *house) get(path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, r)
	return w
}

func shift(from, to int, who, backup chat.User) duty.Shift {
	return duty.Shift{From: from, To: to, Who: who, Backup: backup}
}

var planned = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)

func set(t *testing.T, g chat.Group, shifts ...duty.Shift) journal.Event {
	e, err := duty.Roster{}.Replace(g, "boss", shifts, planned)
	require.NoError(t, err)
	return e
}

func TestWhatIsNoAddressAnswersLikeAnyOther(t *testing.T) {
	w := newWorld(t)
	w.roster("G1", set(t, "G1", shift(480, 960, "li", "wang")))
	good := w.feed("good", "li", "")
	h := open(t, w, "Asia/Shanghai", "2026-02-20 09:00")
	require.Equal(t, http.StatusOK, h.get(good).Code)
	unknown := h.get("/calendar/" + strings.Repeat("b", secretLength) + ".ics")
	assert.Equal(t, http.StatusNotFound, unknown.Code)

	// A feed that lies under the id of another secret does not open.
	forged := duty.NewFeed(strings.Repeat("c", secretLength), "li", "", planned)
	w.put(duty.OfFeed(duty.FeedID(strings.Repeat("d", secretLength))), forged, nil)
	w.feed("revoked", "li", "")
	revoked := w.feed("revoked", "li", "")
	require.Equal(t, http.StatusOK, h.get(revoked).Code)
	w.put(duty.OfFeed(duty.FeedID(strings.Repeat("a", secretLength-7)+"revoked")), duty.Feed{}, nil)
	for _, path := range []string{
		"/calendar/" + strings.Repeat("d", secretLength) + ".ics", revoked, "/calendar/", "/calendar/.ics", "/calendar/x.ics",
		strings.TrimSuffix(good, ".ics"), good + "/", strings.ToUpper(good), "/calendar/../" + good, good + ".ics",
		w.feed("stranger", "sun", "G1"),
	} {
		got := h.get(path)
		assert.Equal(t, unknown.Code, got.Code, path)
		assert.Equal(t, unknown.Body.String(), got.Body.String(), path)
		assert.Equal(t, unknown.Header(), got.Header(), path)
	}
	post := httptest.NewRecorder()
	h.Handler().ServeHTTP(post, httptest.NewRequest(http.MethodPost, good, nil))
	assert.Equal(t, http.StatusMethodNotAllowed, post.Code)
}

func TestWhoHasLeftReadsNothing(t *testing.T) {
	w := newWorld(t)
	w.roster("G1", set(t, "G1", shift(480, 960, "li", "")))
	own, whole := w.feed("own", "li", ""), w.feed("whole", "li", "G1")
	h := open(t, w, "Asia/Shanghai", "2026-02-20 09:00")
	for _, path := range []string{own, whole} {
		require.Equal(t, http.StatusOK, h.get(path).Code)
	}
	w.person("li", "李敏", true)
	h.now = h.now.Add(freshFor)
	for _, path := range []string{own, whole} {
		assert.Equal(t, http.StatusNotFound, h.get(path).Code)
	}
}

func TestACalendarThatHasNotChangedIsNotSentAgain(t *testing.T) {
	w := newWorld(t)
	w.roster("G1", set(t, "G1", shift(480, 960, "li", "")))
	path := w.feed("own", "li", "")
	h := open(t, w, "Asia/Shanghai", "2026-02-20 09:00")
	first := h.get(path)
	assert.Equal(t, "text/calendar; charset=utf-8", first.Header().Get("Content-Type"))
	assert.Equal(t, "private, max-age=60", first.Header().Get("Cache-Control"))
	etag := first.Header().Get("ETag")
	for _, given := range []string{etag, "W/" + etag, `"x", ` + etag, "*"} {
		again := h.get(path, "If-None-Match", given)
		assert.Equal(t, http.StatusNotModified, again.Code, given)
		assert.Empty(t, again.Body.String())
	}
	assert.Equal(t, http.StatusOK, h.get(path, "If-None-Match", `"x"`).Code)

	// Another replica, and a later hour of the same day, write the same to the byte.
	assert.Equal(t, first.Body.String(), open(t, w, "Asia/Shanghai", "2026-02-20 23:59").get(path).Body.String())
	h.now = h.now.Add(2 * time.Hour)
	later := h.get(path)
	assert.Equal(t, etag, later.Header().Get("ETag"))
	assert.Equal(t, first.Header().Get("Last-Modified"), later.Header().Get("Last-Modified"))

	// Within a minute nothing is written again; after it, a change is seen.
	loads := w.loads
	h.get(path)
	assert.Equal(t, loads+1, w.loads, "only whether the address still stands is asked")
	w.roster("G1", set(t, "G1", shift(540, 960, "li", "")))
	assert.Equal(t, etag, h.get(path).Header().Get("ETag"))
	h.now = h.now.Add(freshFor)
	changed := h.get(path, "If-None-Match", etag)
	assert.Equal(t, http.StatusOK, changed.Code)
	assert.NotEqual(t, etag, changed.Header().Get("ETag"))
	assert.NotEqual(t, first.Header().Get("Last-Modified"), changed.Header().Get("Last-Modified"))
}

func TestWhileStorageIsAway(t *testing.T) {
	w := newWorld(t)
	w.roster("G1", set(t, "G1", shift(480, 960, "li", "wang")))
	path, whole := w.feed("own", "li", ""), w.feed("whole", "li", "G1")
	h := open(t, w, "Asia/Shanghai", "2026-02-20 09:00")
	before := h.get(path)
	require.Equal(t, http.StatusOK, before.Code)
	w.away = true
	h.now = h.now.Add(24 * time.Hour)
	still := h.get(path)
	assert.Equal(t, http.StatusOK, still.Code)
	assert.Contains(t, still.Body.String(), "20260522T080000", "it is written of what is remembered")
	assert.NotContains(t, before.Body.String(), "20260522T080000")

	for what, p := range map[string]string{"never read": whole, "no address": "/calendar/" + strings.Repeat("b", secretLength) + ".ics"} {
		got := h.get(p)
		assert.Equal(t, http.StatusServiceUnavailable, got.Code, what)
		assert.Equal(t, "60", got.Header().Get("Retry-After"), what)
	}
	// That there was no such address when it was last looked for does not mean that there is none.
	w.away = false
	soon := "/calendar/" + strings.Repeat("c", secretLength) + ".ics"
	require.Equal(t, http.StatusNotFound, h.get(soon).Code)
	w.away = true
	assert.Equal(t, http.StatusServiceUnavailable, h.get(soon).Code)

	// What is remembered in part is not told in part: the rest would count as cancelled.
	delete(w.read, duty.Of("G2"))
	fresh := open(t, w, "Asia/Shanghai", "2026-02-21 09:00")
	assert.Equal(t, http.StatusServiceUnavailable, fresh.get(path).Code)
	assert.Equal(t, http.StatusOK, h.get(path).Code, "where it was written before, that stands")
}

func TestWhoAsksTooOftenIsAskedToWait(t *testing.T) {
	w := newWorld(t)
	w.roster("G1", set(t, "G1", shift(480, 960, "li", "")))
	path := w.feed("own", "li", "")
	h := open(t, w, "Asia/Shanghai", "2026-02-20 09:00")
	codes := map[int]int{}
	for range 30 {
		codes[h.get(path).Code]++
	}
	assert.Equal(t, map[int]int{http.StatusOK: 21, http.StatusTooManyRequests: 9}, codes)
	assert.Equal(t, "60", h.get(path).Header().Get("Retry-After"))
	h.now = h.now.Add(time.Minute)
	assert.Equal(t, http.StatusOK, h.get(path).Code)

	// Guessing costs storage little, and what is kept is served meanwhile.
	loads := w.loads
	for range 1000 {
		h.get("/calendar/" + strings.Repeat("b", secretLength) + ".ics")
	}
	assert.LessOrEqual(t, w.loads-loads, 200)
	assert.Equal(t, http.StatusOK, h.get(path).Code)
}

func TestOnlySoManyCalendarsAreKept(t *testing.T) {
	k := kept{bodies: map[string]*body{}}
	for i := range 2 * maxKept {
		k.put(strings.Repeat("x", i), []byte("a"), planned)
	}
	assert.Len(t, k.bodies, maxKept)
}

func TestYearsThatAreNotKnownAreSaid(t *testing.T) {
	w := newWorld(t)
	workdays := shift(540, 1080, "li", "")
	workdays.Days = duty.Workdays
	w.roster("G1", set(t, "G1", workdays))
	w.roster("G2", set(t, "G2", shift(540, 1080, "li", "")))
	h := open(t, w, "Asia/Shanghai", "2026-12-20 09:00")
	text := strings.ReplaceAll(h.get(w.feed("own", "li", "")).Body.String(), "\r\n ", "")
	const said = "2027 年的放假安排还不知道"
	assert.Equal(t, 1, strings.Count(text, "X-WR-CALDESC:"+said))
	on := func(day, group string) bool {
		for part := range strings.SplitSeq(text, "BEGIN:VEVENT") {
			if strings.Contains(part, "DTSTART;TZID=Asia/Shanghai:"+day) && strings.Contains(part, "SUMMARY:值班："+group) {
				return strings.Contains(part, said)
			}
		}
		require.Fail(t, "no such event", "%s %s", day, group)
		return false
	}
	assert.False(t, on("20261231", "华东"))
	assert.True(t, on("20270104", "华东"))
	assert.False(t, on("20270104", "G2"), "a shift of every day does not depend on it")
	assert.NotContains(t, strings.ReplaceAll(open(t, w, "Asia/Shanghai", "2026-06-20 09:00").get(w.feed("own", "li", "")).Body.String(), "\r\n ", ""), said)
	assert.True(t, slices.Contains(strings.Split(text, "\r\n"), "X-WR-CALNAME:值班：李敏"))
}
