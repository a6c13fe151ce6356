package request_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/request"
)

var (
	noon     = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tomorrow = noon.Add(24 * time.Hour)
)

// open is li's request to make wang something, which is decided by whoever may within a day.
func open() request.Request {
	return request.Request{
		Code: "c1", Sort: request.ForAct, By: "li", For: []chat.User{"wang"}, Group: "G1", At: noon, Until: tomorrow,
		Need: 1, Deny: 1, State: request.Open,
	}
}

func book(t *testing.T, rs ...request.Request) request.Book {
	records := map[string]json.RawMessage{}
	for _, r := range rs {
		raw, err := json.Marshal(r)
		require.NoError(t, err)
		records[r.Code] = raw
	}
	b, err := request.Build(records)
	require.NoError(t, err)
	return b
}

// after is the book after an event.
func after(t *testing.T, rs []request.Request, e journal.Event) request.Book {
	records := map[string]json.RawMessage{}
	for _, r := range rs {
		raw, err := json.Marshal(r)
		require.NoError(t, err)
		records[r.Code] = raw
	}
	b, err := request.Build(journal.Apply(records, request.Of("G1"), e.Changes))
	require.NoError(t, err)
	return b
}

func TestWhoMayDecide(t *testing.T) {
	two := open()
	two.Need, two.Yes = 2, []request.Verdict{{Who: "sun", For: "boss", At: noon}}
	over := open()
	over.State = request.Approved
	for _, c := range []struct {
		name string
		r    request.Request
		who  chat.User
		away chat.User
		at   time.Time
		want error
	}{
		{"somebody else", open(), "sun", "", noon, nil},
		{"not whoever asks", open(), "li", "", noon, request.ErrOwn},
		{"not whom it is about", open(), "wang", "", noon, request.ErrAbout},
		{"not in the place of whoever asks", open(), "sun", "li", noon, request.ErrOwn},
		{"not in the place of whom it is about", open(), "sun", "wang", noon, request.ErrAbout},
		{"whoever asks in nobody's place", open(), "li", "boss", noon, request.ErrOwn},
		{"until its end", open(), "sun", "", tomorrow.Add(-1), nil},
		{"not at its end", open(), "sun", "", tomorrow, request.ErrClosed},
		{"not when it is over", over, "sun", "", noon, request.ErrClosed},
		{"a second one", two, "zhao", "", noon, nil},
		{"nobody twice", two, "sun", "", noon, request.ErrTwice},
		{"nor whose place was taken", two, "boss", "", noon, request.ErrTwice},
		{"nor through another", two, "zhao", "boss", noon, request.ErrTwice},
	} {
		assert.ErrorIs(t, c.r.MayDecide(request.Verdict{Who: c.who, For: c.away, At: c.at}), c.want, c.name)
	}
}

func TestSoManyMustAgree(t *testing.T) {
	for _, c := range []struct {
		need, deny int
		said       string // y and n, by one person after the other
		want       request.State
	}{
		{1, 1, "y", request.Approved},
		{1, 1, "n", request.Rejected},
		{2, 1, "y", request.Open},
		{2, 1, "yy", request.Approved},
		{2, 1, "yn", request.Rejected},
		{2, 2, "ny", request.Open},
		{2, 2, "nyy", request.Approved},
		{3, 2, "nyn", request.Rejected},
	} {
		r := open()
		r.Need, r.Deny = c.need, c.deny
		for i, word := range c.said {
			var e journal.Event
			var err error
			r, e, err = book(t, r).Decide("c1", word == 'y', request.Verdict{Who: chat.User(fmt.Sprint("judge", i)), At: noon})
			require.NoError(t, err)
			kept, ok := after(t, []request.Request{open()}, e).Get("c1")
			require.True(t, ok)
			assert.Equal(t, r, kept, "what is written is what was told")
		}
		assert.Equal(t, c.want, r.State, "%d of %d: %s", c.need, c.deny, c.said)
		assert.Equal(t, c.want.Over(), r.Due().IsZero(), "only what is open comes due")
	}
	_, _, err := book(t).Decide("c1", true, request.Verdict{Who: "sun", At: noon})
	assert.ErrorIs(t, err, request.ErrUnknown)
}

func TestTheSameIsAskedOnce(t *testing.T) {
	again := open()
	again.Code = "c2"
	_, err := book(t, open()).Open(again)
	assert.ErrorIs(t, err, request.ErrEqual)
	other := again
	other.For = []chat.User{"zhao"}
	_, err = book(t, open()).Open(other)
	assert.NoError(t, err)
	again.At = tomorrow
	_, err = book(t, open()).Open(again)
	assert.NoError(t, err, "the first has lapsed")
	_, err = book(t, open()).Open(open())
	assert.Error(t, err, "a code is used once")
}

func TestWhatIsLongOverLeavesTheBook(t *testing.T) {
	old, recent, next := open(), open(), open()
	old.Code, old.State, old.Ended = "old", request.Approved, noon.Add(-8*24*time.Hour)
	recent.Code, recent.State, recent.Ended = "recent", request.Rejected, noon.Add(-6*24*time.Hour)
	next.Code = "next"
	e, err := book(t, old, recent).Open(next)
	require.NoError(t, err)
	b := after(t, []request.Request{old, recent}, e)
	_, ok := b.Get("old")
	assert.False(t, ok)
	_, ok = b.Get("recent")
	assert.True(t, ok, "a late press is still told who decided")
	assert.Len(t, b.All(), 1)
}

func TestEnds(t *testing.T) {
	for as, kind := range map[request.State]journal.Kind{
		request.Withdrawn: request.TakenBack, request.Expired: request.Lapsed, request.Moot: request.Lapsed,
	} {
		r, e, err := book(t, open()).Close("c1", as, noon)
		require.NoError(t, err)
		assert.Equal(t, as, r.State)
		assert.Equal(t, kind, e.Kind)
		_, _, err = book(t, r).Close("c1", as, noon)
		assert.ErrorIs(t, err, request.ErrClosed, "once")
	}
}

func TestAReviewOpensWhenTheEmergencyIsOver(t *testing.T) {
	r := request.Request{
		Code: "c1", Sort: request.ForReview, For: []chat.User{"li"}, Group: "G1", At: noon, From: noon.Add(time.Hour), Until: tomorrow,
		Need: 1, Deny: 1, State: request.Waiting,
	}
	assert.Equal(t, r.From, r.Due())
	assert.ErrorIs(t, r.MayDecide(request.Verdict{Who: "boss", At: noon}), request.ErrClosed)
	e, ok := book(t, r).Hasten("li", noon)
	require.True(t, ok)
	sooner, _ := after(t, []request.Request{r}, e).Get("c1")
	assert.Equal(t, noon, sooner.Due(), "it may be over early")
	_, ok = book(t, r).Hasten("sun", noon)
	assert.False(t, ok)
	opened, _, err := book(t, r).Begin("c1", chat.Same("nothing"), tomorrow)
	require.NoError(t, err)
	assert.NoError(t, opened.MayDecide(request.Verdict{Who: "boss", At: noon}))
	assert.ErrorIs(t, opened.MayDecide(request.Verdict{Who: "li", At: noon}), request.ErrAbout)
}

// What an act would change comes back from the record to the byte.
func TestEventsAreKeptAsData(t *testing.T) {
	events := []journal.Event{{
		Kind: "access.granted", Group: "G1", Targets: []chat.User{"wang"}, Items: []string{"admins"}, Reason: "值班 <b>&",
		Changes: []journal.Change{{Of: "access/G1", Key: "role/wang", After: json.RawMessage(`{"who":"wang","reason":"\u003cb\u003e"}`)}},
	}}
	r := open()
	r.Events = request.Keep(events)
	back, ok := book(t, r).Get("c1")
	require.True(t, ok)
	assert.Equal(t, events, back.Kept(func(c journal.Change) journal.Change { return c }))
}

// TestAWordIsWorthWhatItsSpeakerStillIs: between two who must agree, one may lose the right to; a rule may become stricter.
func TestAWordIsWorthWhatItsSpeakerStillIs(t *testing.T) {
	r := open()
	r.Need, r.Yes = 2, []request.Verdict{{Who: "zhang", At: noon}}
	asked, v := book(t, r), request.Verdict{Who: "boss", At: noon}

	got, _, err := asked.Recount("c1", 0, func(request.Verdict) bool { return true }).Decide("c1", true, v)
	require.NoError(t, err)
	assert.Equal(t, request.Approved, got.State)

	got, e, err := asked.Recount("c1", 0, func(v request.Verdict) bool { return v.Who != "zhang" }).Decide("c1", true, v)
	require.NoError(t, err)
	assert.Equal(t, request.Open, got.State, "who was dismissed meanwhile has no word left")
	assert.Equal(t, []request.Verdict{v}, got.Yes)
	_, stands := after(t, []request.Request{r}, e).Get("c1")
	assert.True(t, stands, "the change is one of the record as it stands")

	got, _, err = asked.Recount("c1", 3, func(request.Verdict) bool { return true }).Decide("c1", true, v)
	require.NoError(t, err)
	assert.Equal(t, request.Open, got.State, "the rule now asks for three")
	still, _ := asked.Get("c1")
	assert.Equal(t, r, still, "the book itself never changes")
}
