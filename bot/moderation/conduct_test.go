package moderation_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

// watched is the conduct of a group as it goes on.
type watched struct {
	t       *testing.T
	records map[string]json.RawMessage
}

func (w *watched) book() moderation.Conduct {
	w.t.Helper()
	b, err := moderation.BuildConduct(w.records)
	require.NoError(w.t, err)
	return b
}

func (w *watched) happens(e journal.Event, err error) {
	w.t.Helper()
	require.NoError(w.t, err)
	of := moderation.ConductOf("G1")
	next := journal.Apply(w.records, of, e.Changes)
	back := journal.Apply(next, of, journal.Entry{Changes: e.Changes}.Opposite())
	assert.Equal(w.t, fmt.Sprint(w.records), fmt.Sprint(back), e.Kind)
	w.records = next
}

// sees catches messages of wang, a word each, so many minutes after noon; it says whether any was new.
func (w *watched) sees(minutes int, ids ...string) bool {
	w.t.Helper()
	var hits []moderation.Hit
	for _, id := range ids {
		hits = append(hits, moderation.Hit{ID: id, At: after(minutes), Breach: moderation.Breach{
			What: []moderation.What{moderation.Keyword}, Words: []string{"mark"},
		}})
	}
	e, ok := w.book().Catch("G1", "wang", chat.Staff, hits, after(minutes))
	if ok {
		assert.Equal(w.t, []string{"review_messages"}, e.Items)
		w.happens(e, nil)
	}
	return ok
}

// only is the one case there is.
func (w *watched) only() moderation.Case {
	w.t.Helper()
	open := w.book().Open()
	require.Len(w.t, open, 1)
	return open[0]
}

func (w *watched) comes(minutes int) (told moderation.Case, ok bool) {
	w.t.Helper()
	key := w.only().Key()
	e, told, ok := w.book().Come("G1", key, after(minutes))
	if ok {
		w.happens(e, nil)
	}
	return told, ok
}

func TestAMessageIsCaughtOnce(t *testing.T) {
	w := &watched{t: t}
	assert.True(t, w.sees(0, "m1"))
	assert.False(t, w.sees(3, "m1"), "told of twice")
	assert.True(t, w.sees(4, "m1", "m2", "m2"))
	c := w.only()
	assert.Equal(t, 2, c.Count())
	assert.Equal(t, 2, c.Of[moderation.Keyword])
	assert.True(t, c.Due().Equal(after(1)), "the admins are told a minute after the first")
	assert.False(t, w.sees(-10, "m0") && len(w.book().Open()) == 1, "another hour is another case")
	assert.Len(t, w.book().Open(), 2)
}

func TestAFloodIsToldInOne(t *testing.T) {
	w := &watched{t: t}
	for i := range moderation.MostSeen + 20 {
		assert.Equal(t, i < moderation.MostSeen, w.sees(0, fmt.Sprint("m", i)), "what is beyond is not counted")
	}
	_, ok := w.comes(0)
	assert.False(t, ok, "more is waited for")
	told, ok := w.comes(1)
	require.True(t, ok)
	assert.Equal(t, moderation.MostSeen, told.Count())
	assert.Contains(t, told.Text().ZH, "100 条以上")
	_, ok = w.comes(59)
	assert.False(t, ok, "once")
}

func TestMoreOfTheHourIsToldWhenItIsOver(t *testing.T) {
	w := &watched{t: t}
	w.sees(0, "m1")
	_, ok := w.comes(1)
	require.True(t, ok)
	w.sees(10, "m2")
	w.sees(20, "m3")
	_, ok = w.comes(59)
	assert.False(t, ok)
	told, ok := w.comes(60)
	require.True(t, ok)
	assert.Equal(t, 3, told.Count())
	assert.Equal(t, 1, told.Told)
	e, _, ok := w.book().Come("G1", w.only().Key(), after(20).Add(30*24*time.Hour))
	require.True(t, ok)
	assert.Equal(t, moderation.Forgotten, e.Kind)
	w.happens(e, nil)
	assert.Empty(t, w.records)
}

func TestACaseIsDecidedOnceAndByAnother(t *testing.T) {
	w := &watched{t: t}
	w.sees(0, "m1")
	c := w.only()
	found, err := w.book().Case(c.Code())
	require.NoError(t, err)
	assert.Equal(t, c, found)
	_, err = w.book().Case("none")
	require.ErrorIs(t, err, moderation.ErrNoCase)
	_, err = w.book().Close("G1", c, moderation.StateIgnored, "wang", after(2))
	require.ErrorIs(t, err, moderation.ErrOwn)
	_, err = w.book().Ask("G1", c, "wang")
	require.ErrorIs(t, err, moderation.ErrOwn)
	w.happens(w.book().Ask("G1", c, "li"))
	_, err = w.book().Ask("G1", w.only(), "zhao")
	require.ErrorIs(t, err, moderation.ErrAsked)
	assert.False(t, w.book().Settled(c.Key()))
	w.happens(w.book().Close("G1", w.only(), moderation.StateIgnored, "li", after(2)))
	assert.True(t, w.book().Settled(c.Key()), "nobody need hear of it any more")
	decided, err := w.book().Case(c.Code())
	require.NoError(t, err)
	_, err = w.book().Close("G1", decided, moderation.StateWarned, "zhao", after(3))
	require.ErrorIs(t, err, moderation.ErrDecided)
	_, err = w.book().Ask("G1", decided, "zhao")
	require.ErrorIs(t, err, moderation.ErrDecided)
	assert.False(t, w.sees(3, "m1"))
	assert.Empty(t, w.book().Open())
	assert.True(t, w.sees(5, "m2"), "whoever goes on opens it again")
	assert.Equal(t, 2, w.only().Count())
}

func TestARecallIsSeen(t *testing.T) {
	w := &watched{t: t}
	w.sees(0, "m1", "m2")
	_, _, ok := w.book().Recall("G1", "m3")
	assert.False(t, ok)
	e, c, ok := w.book().Recall("G1", "m1")
	require.True(t, ok)
	assert.Len(t, c.Gone, 1)
	w.happens(e, nil)
	_, _, ok = w.book().Recall("G1", "m1")
	assert.False(t, ok, "once")
	assert.Equal(t, "命中关键词 2 次，其中 1 条已撤回", w.only().Text().ZH)
}

func TestReports(t *testing.T) {
	w := &watched{t: t}
	r := moderation.Report{Code: "1", By: "sun", Who: "wang", Reason: "rude", At: noon}
	own := r
	own.Who = "sun"
	_, err := w.book().Report("G1", own)
	require.ErrorIs(t, err, moderation.ErrOwn)
	empty := r
	empty.Reason = " "
	_, err = w.book().Report("G1", empty)
	require.ErrorIs(t, err, moderation.ErrNoReason)
	e, err := w.book().Report("G1", r)
	require.NoError(t, err)
	assert.Empty(t, e.Targets, "whom an entry is about may read it")
	w.happens(e, nil)
	r.Code = "2"
	_, err = w.book().Report("G1", r)
	require.ErrorIs(t, err, moderation.ErrSame, "one at a time")
	r, err = w.book().Find("1")
	require.NoError(t, err)
	for _, u := range []chat.User{"sun", "wang"} {
		_, err = w.book().Decide("G1", r, moderation.StateUpheld, u, "", noon)
		require.ErrorIs(t, err, moderation.ErrOwn)
	}
	_, _, ok := w.book().Remind("G1", r.Key(), after(24*60-1))
	assert.False(t, ok)
	e, _, ok = w.book().Remind("G1", r.Key(), after(24*60))
	require.True(t, ok)
	w.happens(e, nil)
	_, _, ok = w.book().Remind("G1", r.Key(), after(48*60))
	assert.False(t, ok, "once")
	assert.Len(t, w.book().Reports(), 1)
	r, _ = w.book().Find("1")
	w.happens(w.book().Decide("G1", r, moderation.StateUnheld, "li", "no", after(30*60)))
	assert.True(t, w.book().Settled(r.Key()))
	assert.Empty(t, w.book().Reports())
	r, _ = w.book().Find("1")
	_, err = w.book().Decide("G1", r, moderation.StateUpheld, "zhao", "", noon)
	require.ErrorIs(t, err, moderation.ErrDecided)

	later := moderation.Report{Code: "3", By: "sun", Who: "wang", Reason: "again", At: noon.AddDate(0, 6, 0)}
	e, err = w.book().Report("G1", later)
	require.NoError(t, err)
	assert.Len(t, e.Changes, 2, "what was decided long ago leaves the book")
	w.happens(e, nil)
}

func TestReviewed(t *testing.T) {
	w := &watched{t: t}
	assert.Zero(t, w.book().Reviewed())
	w.happens(w.book().Review("G1", "li", noon), nil)
	assert.Equal(t, moderation.Reviewed{By: "li", At: noon}, w.book().Reviewed())
	_, err := moderation.BuildConduct(map[string]json.RawMessage{"x": json.RawMessage(`{}`)})
	assert.Error(t, err)
}
