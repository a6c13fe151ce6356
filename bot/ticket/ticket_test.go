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

// ledger is a book, and its totals, with the records behind them.
type ledger struct {
	t                testing.TB
	records, settled map[string]json.RawMessage
}

func (l *ledger) book() Book {
	b, err := Build(l.records)
	require.NoError(l.t, err)
	return b
}

func (l *ledger) totals() Totals {
	s, err := BuildTotals(l.settled)
	require.NoError(l.t, err)
	return s
}

func (l *ledger) apply(events ...journal.Event) {
	for _, e := range events {
		l.records = journal.Apply(l.records, Of(g), e.Changes)
		l.settled = journal.Apply(l.settled, SettledOf(g), e.Changes)
	}
}

func (l *ledger) tell(news ...News) []journal.Kind {
	events, err := l.book().Tell(g, l.totals(), news...)
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
	assert.Equal(t, Tally{Opened: 2, Solved: 1}, l.book().Count(noon, noon.Add(2*time.Hour)).Tally)
	assert.Equal(t, Tally{Opened: 1, Solved: 1}, l.book().Count(noon, noon.Add(time.Hour)).Tally, "the end is exclusive")
	assert.Equal(t, Tally{}, l.book().Count(noon.Add(-time.Hour), noon).Tally, "one whose beginning is unknown counts nowhere")
	waiting := l.book().Waiting()
	require.Len(t, waiting, 1)
	assert.Equal(t, "b", waiting[0].ID)
}

// TestWhatIsSolvedBecomesATotal: what is read does not grow with the years, and no count changes by it.
func TestWhatIsSolvedBecomesATotal(t *testing.T) {
	l, zone := &ledger{t: t}, time.FixedZone("", 8*3600)
	late := noon.Add(5 * time.Hour) // on the next day where the company is
	l.tell(opened("a", noon), solved("a", noon.Add(time.Hour)), opened("b", noon), opened("c", late), solved("c", late), solved("d", noon))
	from, until := time.Date(2026, 3, 2, 0, 0, 0, 0, zone), time.Date(2026, 3, 3, 0, 0, 0, 0, zone)
	count := func(from, until time.Time) Count {
		return l.book().Count(from, until).Plus(l.totals().Count(from, until))
	}
	before, both := count(from, until), count(from, until.AddDate(0, 0, 1))
	assert.Equal(t, Tally{Opened: 2, Solved: 1}, before.Tally)
	assert.Equal(t, map[chat.User]Tally{"li": {1, 1}, "": {1, 0}}, before.By)

	due := noon.Add(time.Hour).Add(Kept)
	assert.Equal(t, due, l.book().tickets["a"].Due())
	assert.Zero(t, l.book().tickets["b"].Due(), "an open one stays")
	for _, key := range []string{"a", "b", "x"} {
		_, ok := l.book().Settle(g, Key(key), l.totals(), due.Add(-time.Second), zone)
		assert.False(t, ok, key)
	}
	_, ok := l.book().Settle(g, Key("b"), l.totals(), due.AddDate(10, 0, 0), zone)
	assert.False(t, ok)
	for _, id := range []string{"a", "c", "d"} {
		e, ok := l.book().Settle(g, Key(id), l.totals(), due.AddDate(0, 0, 1), zone)
		require.True(t, ok)
		l.apply(e)
	}
	assert.Len(t, l.book().All(), 1)
	assert.Equal(t, before, count(from, until))
	assert.Equal(t, both, count(from, until.AddDate(0, 0, 1)))

	assert.Empty(t, l.tell(opened("a", noon), solved("a", noon.Add(time.Hour)), solved("d", noon)), "the same again still changes nothing")
	l.tell(opened("e", due))
	assert.Equal(t, int64(5), l.book().tickets["e"].No, "no number is given twice")

	for key, d := range l.totals().days {
		_, ok := l.totals().Forget(g, key, d.Until.Add(-time.Second))
		assert.False(t, ok)
		e, ok := l.totals().Forget(g, key, d.Until)
		require.True(t, ok)
		l.apply(e)
	}
	assert.Empty(t, l.settled)
}

// TestWhoseAComplaintIs: whoever it was assigned to last, else whoever solved it.
func TestWhoseAComplaintIs(t *testing.T) {
	assigned := func(id string, to chat.User, at time.Time) News {
		return News{ID: id, Assigned: true, Assignee: to, At: at, Source: "desk"}
	}
	news := []News{
		opened("a", noon), assigned("a", "wang", noon.Add(time.Minute)), assigned("a", "zhao", noon.Add(2*time.Minute)), solved("a", noon.Add(time.Hour)),
		opened("b", noon), solved("b", noon.Add(time.Hour)), opened("c", noon),
		{ID: "d", Subject: "x", At: noon, Assignee: "wang"},
	}
	for seed := range int64(20) {
		mixed := append([]News(nil), news...)
		rand.New(rand.NewSource(seed)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		l := &ledger{t: t}
		for _, n := range mixed {
			l.tell(n)
		}
		assert.Equal(t, map[chat.User]Tally{"zhao": {1, 1}, "li": {1, 1}, "wang": {1, 0}, "": {1, 0}}, l.book().Count(noon, noon.Add(time.Second)).By)
	}
	l := &ledger{t: t}
	l.tell(opened("a", noon))
	_, e, err := l.book().Assign(g, 1, "wang", noon)
	require.NoError(t, err)
	assert.Equal(t, []chat.User{"wang"}, e.Targets)
	l.apply(e)
	_, _, err = l.book().Assign(g, 1, "wang", noon)
	require.ErrorIs(t, err, ErrTheirs)
	_, e, err = l.book().Assign(g, 1, "li", noon)
	require.NoError(t, err)
	l.apply(e)
	assert.Equal(t, chat.User("li"), l.book().tickets["a"].Assignee, "in the same second too")
	l.tell(solved("a", noon))
	_, _, err = l.book().Assign(g, 1, "wang", noon)
	require.ErrorIs(t, err, ErrSolved)
	_, _, err = l.book().Assign(g, 9, "wang", noon)
	require.ErrorIs(t, err, ErrUnknown)
}

// TestANumberIsGivenOnce also where whoever opened a complaint has taken that back: it may come again with its own.
func TestANumberIsGivenOnce(t *testing.T) {
	l := &ledger{t: t}
	events, err := l.book().Tell(g, l.totals(), opened("a", noon))
	require.NoError(t, err)
	l.apply(events...)
	first := events[0].Changes[0]
	l.apply(journal.Event{Changes: []journal.Change{first.Opposite()}})
	require.Empty(t, l.book().All())
	l.tell(opened("b", noon), opened("c", noon))
	l.apply(journal.Event{Changes: []journal.Change{first}})
	for no, id := range map[int64]string{1: "a", 2: "b", 3: "c"} {
		found, ok := l.book().Numbered(no)
		require.True(t, ok)
		assert.Equal(t, id, found.ID)
	}
}

// TestAnOldComplaintThatIsToldAgainStaysSolved: of the day on which it was opened nobody asks any more when it leaves the
// book, and yet it is known.
func TestAnOldComplaintThatIsToldAgainStaysSolved(t *testing.T) {
	l, long := &ledger{t: t}, noon.Add(KeptTotals)
	told := []News{opened("a", noon), solved("a", long)}
	l.tell(told...)
	e, ok := l.book().Settle(g, Key("a"), l.totals(), long.Add(Kept), time.UTC)
	require.True(t, ok)
	l.apply(e)
	assert.Empty(t, l.tell(told...))
	assert.Empty(t, l.book().Waiting())
	assert.Zero(t, l.totals().Count(noon, long.Add(2*Kept)).Tally, "it counts on no other day")
}

// TestWhatIsOnlyAssignedDoesNotStayForEver: a helpdesk that names complaints which it never opens does not fill the book.
func TestWhatIsOnlyAssignedDoesNotStayForEver(t *testing.T) {
	l := &ledger{t: t}
	l.tell(News{ID: "a", Assigned: true, Assignee: "wang", At: noon})
	assert.Equal(t, noon.Add(Kept), l.book().All()[0].Due())
	_, ok := l.book().Settle(g, Key("a"), l.totals(), noon.Add(Kept-time.Second), time.UTC)
	assert.False(t, ok)
	e, ok := l.book().Settle(g, Key("a"), l.totals(), noon.Add(Kept), time.UTC)
	require.True(t, ok)
	l.apply(e)
	assert.Empty(t, l.book().All())
	assert.Empty(t, l.settled)
	l.tell(opened("a", noon.Add(Kept)))
	assert.Len(t, l.book().Waiting(), 1, "it may still be opened")
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
	_, err := Book{}.Tell(g, Totals{}, news...)
	require.ErrorIs(t, err, ErrFull)
	events, err := Book{}.Tell(g, Totals{}, append(news[:MostOpen:MostOpen], solved("0", noon), news[MostOpen])...)
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

// BenchmarkTell tells of one complaint to a book of many: what it costs does not grow with the book.
func BenchmarkTell(b *testing.B) {
	for _, size := range []int{100, 10_000} {
		l := &ledger{t: b}
		for i := range size {
			l.apply(journal.Event{Changes: []journal.Change{journal.Set(Of(g), Key(fmt.Sprint(i)), nil, &Ticket{
				ID: fmt.Sprint(i), No: int64(i), Opened: noon, Solved: noon,
			})}})
		}
		book := l.book()
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for b.Loop() {
				_, err := book.Tell(g, Totals{}, opened("new", noon))
				require.NoError(b, err)
			}
		})
	}
}
