package ticket

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

const g = chat.Group("G1")

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// ledger is a book with the records behind it.
type ledger struct {
	t       testing.TB
	records map[string]json.RawMessage
}

func (l *ledger) book() Book {
	b, err := Build(l.records)
	require.NoError(l.t, err)
	return b
}

func (l *ledger) apply(events ...journal.Event) {
	for _, e := range events {
		l.records = journal.Apply(l.records, Of(g), e.Changes)
	}
}

func (l *ledger) tell(news ...News) []journal.Kind {
	events, err := l.book().Tell(g, news...)
	require.NoError(l.t, err)
	l.apply(events...)
	var kinds []journal.Kind
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func opened(id string, at time.Time) News {
	return News{ID: id, Subject: "发错货 " + id, Customer: "wm1", At: at, Source: "desk"}
}

func solved(id string, at time.Time) News {
	return News{ID: id, Solved: true, By: "li", At: at, Source: "desk"}
}

func TestTellingTheSameAgainChangesNothing(t *testing.T) {
	l := &ledger{t: t}
	assert.Equal(t, []journal.Kind{Opened}, l.tell(opened("a", noon)))
	assert.Empty(t, l.tell(opened("a", noon)))
	assert.Empty(t, l.tell(opened("a", noon.Add(time.Hour))), "opened later: the earliest moment counts")
	assert.Equal(t, []journal.Kind{Solved}, l.tell(solved("a", noon.Add(2*time.Hour))))
	assert.Empty(t, l.tell(solved("a", noon.Add(2*time.Hour)), opened("a", noon)))
	assert.Equal(t, []Ticket{{ID: "a", No: 1, Subject: "发错货 a", Customer: "wm1", Opened: noon, Solved: noon.Add(2 * time.Hour),
		SolvedBy: "li", Source: "desk"}}, l.book().All())
}

// TestTheOrderOfTellingDoesNotMatter also for what is told twice and in part before its beginning.
func TestTheOrderOfTellingDoesNotMatter(t *testing.T) {
	news := []News{
		opened("a", noon), opened("a", noon), solved("a", noon.Add(time.Hour)), solved("a", noon.Add(2*time.Hour)),
		opened("b", noon.Add(time.Minute)), solved("b", noon.Add(3*time.Minute)),
	}
	want := ""
	for seed := range int64(40) {
		mixed := append([]News(nil), news...)
		rand.New(rand.NewSource(seed)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		l := &ledger{t: t}
		for _, n := range mixed {
			l.tell(n)
		}
		got := ""
		for _, id := range []string{"a", "b"} {
			ticket := l.book().tickets[id]
			ticket.No = 0 // counted in the order of hearing
			got += fmt.Sprintln(ticket)
		}
		if want == "" {
			want = got
		}
		assert.Equal(t, want, got, "seed %d", seed)
	}
}

func TestWhatCountsAsSolved(t *testing.T) {
	l := &ledger{t: t}
	l.tell(opened("a", noon), opened("b", noon.Add(time.Hour)), solved("a", noon.Add(48*time.Hour)), solved("c", noon))
	assert.Equal(t, Tally{Opened: 2, Solved: 1}, l.book().Count(noon, noon.Add(2*time.Hour)))
	assert.Equal(t, Tally{Opened: 1, Solved: 1}, l.book().Count(noon, noon.Add(time.Hour)), "the end is exclusive")
	assert.Equal(t, Tally{}, l.book().Count(noon.Add(-time.Hour), noon), "one whose beginning is unknown counts nowhere")
	waiting := l.book().Waiting()
	require.Len(t, waiting, 1)
	assert.Equal(t, "b", waiting[0].ID)
}

func TestSolvedOnesLeaveTheBookInTheEnd(t *testing.T) {
	l := &ledger{t: t}
	l.tell(opened("a", noon), solved("a", noon.Add(time.Hour)), opened("b", noon))
	due := noon.Add(time.Hour).Add(Kept)
	assert.Equal(t, due, l.book().tickets["a"].Due())
	assert.Zero(t, l.book().tickets["b"].Due(), "an open one stays")
	_, ok := l.book().Forget(g, Key("a"), due.Add(-time.Second))
	assert.False(t, ok)
	_, ok = l.book().Forget(g, Key("b"), due.AddDate(10, 0, 0))
	assert.False(t, ok)
	e, ok := l.book().Forget(g, Key("a"), due)
	require.True(t, ok)
	l.apply(e)
	assert.Len(t, l.book().All(), 1)
}

func TestSolve(t *testing.T) {
	l := &ledger{t: t}
	l.tell(opened("a", noon))
	_, _, err := l.book().Solve(g, 7, "li", noon)
	require.ErrorIs(t, err, ErrUnknown)
	_, e, err := l.book().Solve(g, 1, "li", noon.Add(time.Hour))
	require.NoError(t, err)
	l.apply(e)
	_, _, err = l.book().Solve(g, 1, "li", noon.Add(time.Hour))
	require.ErrorIs(t, err, ErrSolved)
}

func TestABookHoldsOnlySoManyOpenOnes(t *testing.T) {
	var news []News
	for i := range MostOpen + 1 {
		news = append(news, opened(fmt.Sprint(i), noon))
	}
	_, err := Book{}.Tell(g, news...)
	require.ErrorIs(t, err, ErrFull)
	events, err := Book{}.Tell(g, append(news[:MostOpen:MostOpen], solved("0", noon), news[MostOpen])...)
	require.NoError(t, err)
	assert.Len(t, events, MostOpen+2)
}

func TestASubjectIsOneShortLine(t *testing.T) {
	assert.Equal(t, "a b c", Short(" a\n b\tc "))
	assert.Equal(t, MaxSubject, len([]rune(Short(strings.Repeat("长", 200)))))
}

func TestBuildRefusesWhatStandsUnderAnothersKey(t *testing.T) {
	_, err := Build(map[string]json.RawMessage{"ticket/a": json.RawMessage(`{"id":"b","no":1}`)})
	require.Error(t, err)
}
