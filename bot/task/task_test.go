package task_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/task"
)

var noon = time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)

func nobody(chat.User) bool { return false }
func wang(u chat.User) bool { return u == "wang" }

// asked is what was asked of the owner at noon: to make wang an admin.
func asked() task.Task {
	return task.Task{Action: chat.AddAdmin, Who: "wang", Owner: "zhou", By: "boss", At: noon, Verifiable: true}
}

const key = "admin.add/wang"

// A played task is one to which things happen, each of which is taken back once and done again.
type played struct {
	t       *testing.T
	records map[string]json.RawMessage
}

func play(t *testing.T) *played { return &played{t, map[string]json.RawMessage{}} }

func (p *played) book() task.Book {
	p.t.Helper()
	b, err := task.Build(p.records)
	require.NoError(p.t, err)
	return b
}

func (p *played) happens(e journal.Event) {
	p.t.Helper()
	next := journal.Apply(p.records, task.Of("G1"), e.Changes)
	assert.Equal(p.t, p.records, journal.Apply(next, task.Of("G1"), journal.Entry{Changes: e.Changes}.Opposite()), e.Kind)
	assert.Equal(p.t, chat.Group("G1"), e.Group)
	for _, c := range e.Changes {
		assert.False(p.t, c.IsNothing())
		if c.After != nil {
			after, err := journal.Decode[task.Task](c.After)
			require.NoError(p.t, err)
			assert.True(p.t, after.Check.Equal(c.Due), "it is looked at when it says")
			assert.Equal(p.t, after.State.Over(), after.Check.IsZero(), "%s: what is over is not looked at, what is not is", after.State)
		}
	}
	p.records = next
}

// in is a task in some state, as it comes there.
func in(t *testing.T, s task.State, of task.Task) *played {
	t.Helper()
	p := play(t)
	p.happens(p.book().Ask("G1", of))
	deliver := func() {
		e, ok := p.book().Deliver("G1", of.Key())
		require.True(t, ok)
		p.happens(e)
	}
	claim := func() {
		e, ok := p.book().Claimed("G1", of.Key(), "zhou", noon)
		require.True(t, ok)
		p.happens(e)
	}
	come := func(at time.Time) {
		e, _, ok := p.book().Come("G1", of.Key(), at)
		require.True(t, ok)
		p.happens(e)
	}
	switch s {
	case task.Recorded:
	case task.Waiting:
		deliver()
	case task.Claimed, task.NotVerifiable:
		deliver()
		claim()
	case task.NotVerified:
		deliver()
		claim()
		for _, minutes := range []int{1, 5, 20, 60} {
			come(noon.Add(time.Duration(minutes) * time.Minute))
		}
	case task.Expired:
		deliver()
		come(noon.Add(24 * time.Hour))
	case task.Verified:
		for _, e := range p.book().Look("G1", wang) {
			p.happens(e)
		}
	}
	got, ok := p.book().Task(of.Key())
	require.True(t, ok)
	require.Equal(t, s, got.State)
	return p
}

// TestStates is the table of what may happen to a task in each state, and what it is then. A dash says that nothing
// follows.
func TestStates(t *testing.T) {
	const none = task.State("–")
	for _, c := range []struct {
		in                                               task.State
		delivered, claimed, nextDay, inForce, notInForce task.State
	}{
		{task.Recorded, task.Waiting, task.Claimed, task.Expired, task.Verified, none},
		{task.Waiting, none, task.Claimed, task.Expired, task.Verified, none},
		{task.Claimed, none, task.Claimed, task.Claimed, task.Verified, none},
		{task.Verified, none, none, none, none, none},
		{task.NotVerified, none, task.Claimed, none, task.Verified, none},
		{task.Expired, none, none, none, task.Verified, none},
	} {
		for name, step := range map[string]struct {
			want task.State
			do   func(task.Book) (journal.Event, bool)
		}{
			"delivered": {c.delivered, func(b task.Book) (journal.Event, bool) { return b.Deliver("G1", key) }},
			"claimed":   {c.claimed, func(b task.Book) (journal.Event, bool) { return b.Claimed("G1", key, "zhou", noon.Add(time.Hour)) }},
			"next day": {c.nextDay, func(b task.Book) (journal.Event, bool) {
				e, _, ok := b.Come("G1", key, noon.Add(48*time.Hour))
				return e, ok
			}},
			"in force":     {c.inForce, func(b task.Book) (journal.Event, bool) { return first(b.Look("G1", wang)) }},
			"not in force": {c.notInForce, func(b task.Book) (journal.Event, bool) { return first(b.Look("G1", nobody)) }},
		} {
			p := in(t, c.in, asked())
			e, ok := step.do(p.book())
			assert.Equal(t, step.want != none, ok, "%s, %s", c.in, name)
			if ok {
				p.happens(e)
				got, _ := p.book().Task(key)
				assert.Equal(t, step.want, got.State, "%s, %s", c.in, name)
			}
		}
	}
}

func first(events []journal.Event) (journal.Event, bool) {
	if len(events) == 0 {
		return journal.Event{}, false
	}
	return events[0], true
}

// TestStatesWhereThePlatformCannotBeRead: the owner's word is all there will ever be.
func TestStatesWhereThePlatformCannotBeRead(t *testing.T) {
	mute := task.Task{Action: chat.Mute, Who: "wang", Owner: "zhou", By: "boss", At: noon, Until: noon.Add(time.Hour)}
	for _, s := range []task.State{task.Recorded, task.Waiting} {
		p := in(t, s, mute)
		e, ok := p.book().Claimed("G1", mute.Key(), "zhou", noon)
		require.True(t, ok)
		p.happens(e)
		got, _ := p.book().Task(mute.Key())
		assert.Equal(t, task.NotVerifiable, got.State)
		assert.Equal(t, chat.User("zhou"), got.ClaimedBy)
		_, ok = p.book().Claimed("G1", mute.Key(), "zhou", noon)
		assert.False(t, ok)
		_, _, ok = p.book().Come("G1", mute.Key(), noon.Add(48*time.Hour))
		assert.False(t, ok)
		assert.Empty(t, p.book().Look("G1", wang), "that somebody is an admin says nothing about a mute")
	}
	in(t, task.Expired, mute)
}

func TestNothingFollowsForATaskThatIsNot(t *testing.T) {
	b := play(t).book()
	_, ok := b.Task(key)
	assert.False(t, ok)
	_, ok = b.Deliver("G1", key)
	assert.False(t, ok)
	_, ok = b.Claimed("G1", key, "zhou", noon)
	assert.False(t, ok)
	_, _, ok = b.Come("G1", key, noon)
	assert.False(t, ok)
	assert.Empty(t, b.Look("G1", wang))
	assert.Empty(t, b.All())
}

// TestTheGroupIsReadAgainWhenTheOwnerSaysDone: after 2 seconds, then 1, 5 and 30 minutes; the last look too is a look.
func TestTheGroupIsReadAgainWhenTheOwnerSaysDone(t *testing.T) {
	p := in(t, task.Claimed, asked())
	at := noon
	for i, wait := range []time.Duration{2 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute} {
		at = at.Add(wait)
		_, _, ok := p.book().Come("G1", key, at.Add(-time.Nanosecond))
		assert.False(t, ok, "not before %s", wait)
		e, reread, ok := p.book().Come("G1", key, at)
		require.True(t, ok, wait)
		assert.True(t, reread, wait)
		p.happens(e)
		got, _ := p.book().Task(key)
		assert.Equal(t, i == 3, got.State == task.NotVerified, wait)
		assert.Equal(t, i+1, got.Reads)
	}
	e, ok := first(p.book().Look("G1", wang))
	require.True(t, ok, "what the last look shows counts")
	p.happens(e)
	got, _ := p.book().Task(key)
	assert.Equal(t, task.Verified, got.State)
}

func TestALateTimerReadsAgainAllTheSame(t *testing.T) {
	p := in(t, task.Claimed, asked())
	e, reread, ok := p.book().Come("G1", key, noon.Add(3*time.Hour))
	require.True(t, ok)
	assert.True(t, reread)
	p.happens(e)
	got, _ := p.book().Task(key)
	assert.Equal(t, task.Claimed, got.State)
	assert.Equal(t, noon.Add(3*time.Hour+time.Minute), got.Check)
}

func TestTheOwnerHasADay(t *testing.T) {
	for _, s := range []task.State{task.Recorded, task.Waiting} {
		p := in(t, s, asked())
		_, _, ok := p.book().Come("G1", key, noon.Add(24*time.Hour-time.Nanosecond))
		assert.False(t, ok)
		e, reread, ok := p.book().Come("G1", key, noon.Add(24*time.Hour))
		assert.True(t, ok)
		assert.False(t, reread)
		p.happens(e)
		got, _ := p.book().Task(key)
		assert.Equal(t, task.Expired, got.State)
	}
}

func TestANewWishReplacesTheOldOne(t *testing.T) {
	for _, s := range []task.State{task.Recorded, task.Claimed, task.Verified, task.NotVerified, task.Expired} {
		p := in(t, s, asked())
		again := asked()
		again.At, again.By = noon.Add(time.Hour), "li"
		p.happens(p.book().Ask("G1", again))
		require.Len(t, p.book().All(), 1)
		got := p.book().All()[0]
		assert.Equal(t, task.Recorded, got.State)
		assert.Equal(t, noon.Add(25*time.Hour), got.Check)
		assert.Zero(t, got.Reads)
		assert.Empty(t, got.ClaimedBy)
	}
}

func TestAWishAgainstAnother(t *testing.T) {
	for wish, against := range map[chat.Action]chat.Action{
		chat.AddAdmin: chat.RemoveAdmin, chat.RemoveAdmin: chat.AddAdmin, chat.Mute: chat.Unmute, chat.Unmute: chat.Mute,
	} {
		p := play(t)
		old := task.Task{Action: against, Who: "wang", Owner: "zhou", At: noon}
		p.happens(p.book().Ask("G1", old))
		_, ok := p.book().Against(wish, "li")
		assert.False(t, ok, "of another person")
		_, ok = p.book().Against(against, "wang")
		assert.False(t, ok, "the same wish")
		found, ok := p.book().Against(wish, "wang")
		require.True(t, ok)
		p.happens(p.book().Withdraw("G1", found))
		assert.Empty(t, p.records)
	}
	_, ok := play(t).book().Against("rename", "wang")
	assert.False(t, ok)
}

func TestLookAnswersEachTaskByItself(t *testing.T) {
	p := play(t)
	for i, u := range []chat.User{"wang", "li"} {
		for _, a := range []chat.Action{chat.AddAdmin, chat.RemoveAdmin, chat.Mute} {
			p.happens(p.book().Ask("G1", task.Task{Action: a, Who: u, Owner: "zhou", At: noon.Add(time.Duration(i) * time.Second), Verifiable: true}))
		}
	}
	var got []string
	for _, e := range p.book().Look("G1", wang) {
		got = append(got, e.Changes[0].Key)
		p.happens(e)
	}
	assert.Equal(t, []string{"admin.add/wang", "admin.remove/li"}, got)
	assert.Empty(t, p.book().Look("G1", wang), "it is no news a second time")
}

func TestAllIsInTheOrderOfAsking(t *testing.T) {
	p := play(t)
	for i, u := range []chat.User{"c", "a", "b", "a2"} {
		p.happens(p.book().Ask("G1", task.Task{Action: chat.Mute, Who: u, At: noon.Add(time.Duration(min(i, 2)) * time.Minute)}))
	}
	var got []chat.User
	for _, x := range p.book().All() {
		got = append(got, x.Who)
	}
	assert.Equal(t, []chat.User{"c", "a", "a2", "b"}, got)
}

func TestBuildRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, r := range []map[string]json.RawMessage{
		{key: json.RawMessage(`{"action":"admin.add","who":"wang","colour":1}`)}, {key: json.RawMessage(`{"action":"admin.add","who":"li"}`)},
		{key: json.RawMessage(`[]`)},
	} {
		_, err := task.Build(r)
		assert.Error(t, err, r)
	}
}

func TestEveryStateIsSaidInBothLanguages(t *testing.T) {
	said := []chat.Text{}
	for _, s := range []task.State{
		task.Recorded, task.Waiting, task.Claimed, task.Verified, task.NotVerified, task.NotVerifiable, task.Expired,
	} {
		text := s.Text()
		assert.NotEqual(t, text.ZH, text.EN, s)
		assert.False(t, slices.Contains(said, text), s)
		said = append(said, text)
	}
	for _, h := range task.Happenings() {
		assert.NotEqual(t, h.Text.ZH, h.Text.EN, h.Kind)
		assert.NotEqual(t, h.Final.ZH, h.Final.EN, h.Kind)
	}
}

// The owner says that it is done; only a look at the group says that it is so.
func Example() {
	var records map[string]json.RawMessage
	show := func(e journal.Event) task.Book {
		records = journal.Apply(records, task.Of("G1"), e.Changes)
		b, err := task.Build(records)
		if err != nil {
			fmt.Println(err)
		}
		t, _ := b.Task(key)
		fmt.Println(t.State.Text().EN)
		return b
	}
	b := show(task.Book{}.Ask("G1", asked()))
	e, _ := b.Deliver("G1", key)
	b = show(e)
	e, _ = b.Claimed("G1", key, "zhou", noon)
	b = show(e)
	fmt.Println(len(b.Look("G1", nobody)), "events while it is not so")
	show(b.Look("G1", wang)[0])
	// Output:
	// recorded
	// waiting for the owner
	// done by the owner's word, being verified
	// 0 events while it is not so
	// in force
}
