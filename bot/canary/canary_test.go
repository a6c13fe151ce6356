package canary

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// with is the book after events.
func with(t *testing.T, b map[string]json.RawMessage, events ...journal.Event) (map[string]json.RawMessage, Book) {
	t.Helper()
	for _, e := range events {
		b = journal.Apply(b, Of, e.Changes)
	}
	book, err := Build(b)
	require.NoError(t, err)
	return b, book
}

func TestOneAlertForATrouble(t *testing.T) {
	var records map[string]json.RawMessage
	var book Book
	for _, c := range []struct {
		after time.Duration
		f     Finding
		want  journal.Kind
		why   string
	}{
		{0, Finding{Part: "redis", Works: true}, "", "what is well is nothing to tell"},
		{time.Hour, Finding{Part: "redis", Unknown: true}, "", "nor is what cannot be told"},
		{2 * time.Hour, Finding{Part: "redis"}, Broke, "it breaks"},
		{3 * time.Hour, Finding{Part: "redis"}, "", "and stays broken"},
		{25 * time.Hour, Finding{Part: "redis"}, "", "for less than a day"},
		{26 * time.Hour, Finding{Part: "redis"}, Reminded, "for a day"},
		{49 * time.Hour, Finding{Part: "redis"}, "", "a day counts from the reminder"},
		{50 * time.Hour, Finding{Part: "redis", Unknown: true}, "", "what cannot be told is not well"},
		{51 * time.Hour, Finding{Part: "clock"}, Broke, "another part is another matter"},
		{52 * time.Hour, Finding{Part: "redis", Works: true}, Mended, "it is well"},
		{53 * time.Hour, Finding{Part: "redis", Works: true}, "", "and stays well"},
		{54 * time.Hour, Finding{Part: "redis"}, Broke, "it breaks again"},
	} {
		e, trouble, ok := book.Note(c.f, noon.Add(c.after))
		require.Equal(t, c.want != "", ok, c.why)
		if !ok {
			continue
		}
		assert.Equal(t, c.want, e.Kind, c.why)
		assert.Equal(t, c.f.Part, trouble.Part, c.why)
		assert.Equal(t, c.f.Part, e.Reason, c.why)
		records, book = with(t, records, e)
	}
	assert.Equal(t, []Trouble{
		{Part: "clock", Since: noon.Add(51 * time.Hour), Told: noon.Add(51 * time.Hour)},
		{Part: "redis", Since: noon.Add(54 * time.Hour), Told: noon.Add(54 * time.Hour)},
	}, book.Troubles())
	assert.Equal(t, []Finding{{Part: "clock", Works: true}}, book.Gone([]Finding{{Part: "redis"}}))
	_, err := Build(map[string]json.RawMessage{"other": nil})
	assert.Error(t, err)
}

func TestASilenceIsConfessedOnce(t *testing.T) {
	first := Silence{From: noon, To: noon.Add(time.Hour), Due: 2, Mark: 7}
	e, ok := Book{}.Confess(first)
	require.True(t, ok)
	records, book := with(t, nil, e)
	assert.Equal(t, first, book.Silence())
	first.To = first.To.Add(time.Second)
	_, ok = book.Confess(first)
	assert.False(t, ok, "another replica's clock tells it differently")
	e, ok = book.Confess(Silence{From: noon.Add(2 * time.Hour), To: noon.Add(3 * time.Hour), Mark: 8})
	require.True(t, ok, "the next one is another")
	_, book = with(t, records, e)
	assert.Equal(t, noon.Add(3*time.Hour), book.Silence().To)
}

// TestNothingFromThePlatform: silence is spoken of only where it is unusual.
func TestNothingFromThePlatform(t *testing.T) {
	hours := func(daily ...int) (out []int64) { // on each of the last seven days, these hours before now
		for day := 1; day <= 7; day++ {
			for _, h := range daily {
				out = append(out, noon.Unix()/3600-int64(24*day+h))
			}
		}
		return out
	}
	for _, c := range []struct {
		why   string
		last  time.Duration // before now; 0 is never
		hours []int64
		works bool
	}{
		{"none ever came", 0, nil, true},
		{"lately", 3 * time.Hour, hours(0, 1, 2), true},
		{"not for four hours in which something comes every day", 4 * time.Hour, hours(2), false},
		{"nobody ever writes at this time of the day", 9 * time.Hour, hours(5, 9, 12), true},
		{"the bot was put up yesterday", 20 * time.Hour, hours(1)[:1], true},
		{"on four days of seven", 5 * time.Hour, hours(1)[:4], true},
		{"on five", 5 * time.Hour, hours(1)[:5], false},
		{"a week without", 8 * 24 * time.Hour, nil, true},
	} {
		call := Callback{Name: "app", Hours: c.hours}
		if c.last != 0 {
			call.Last = noon.Add(-c.last)
		}
		f := Measured{Now: noon}.callback(call)
		assert.Equal(t, c.works, f.Works, c.why)
		assert.True(t, f.Mild, "it may well be nothing")
		assert.Equal(t, c.works, f.Do.IsZero(), c.why)

		told := Measured{Now: noon}.source(Source{Name: "ingest", Last: call.Last, Hours: call.Hours})
		assert.Equal(t, []bool{c.works, c.works, !c.works}, []bool{told.Works, told.Do.IsZero(), told.Mild}, "a source of messages: %s", c.why)
	}
}

// TestGroupsThatAreNotRead: a group that is left out is told of; one that is about to be read is not.
func TestGroupsThatAreNotRead(t *testing.T) {
	quarter := noon.Add(-5 * time.Minute)
	for _, c := range []struct {
		why     string
		read    time.Duration // before now
		rhythm  Rhythm
		works   bool
		unknown bool
	}{
		{"just read", 5 * time.Minute, Rhythm{Ran: true}, true, false},
		{"left out for an hour", time.Hour, Rhythm{Ran: true}, true, false},
		{"left out for longer", 61 * time.Minute, Rhythm{Ran: true}, false, false},
		{"after an outage, before the groups are read", 9 * time.Hour, Rhythm{}, false, true},
		{"left out, and the next round goes on", 9 * time.Hour, Rhythm{Firing: Firing{Succeeded: quarter}}, false, false},
		{"the round is just over", 9 * time.Hour, Rhythm{Ran: true, Firing: Firing{Last: Run{Began: noon.Add(-time.Second)}}}, false, true},
		{"nobody reads any more", 9 * time.Hour, Rhythm{Ran: true, Firing: Firing{Last: Run{Began: quarter, Error: "x"}}}, false, false},
	} {
		c.rhythm.Name = "sync"
		f := Measured{
			Now: noon, OldestRead: noon.Add(-c.read), OldestGroup: chat.Same("g"), Reader: "sync", ReadEvery: 15 * time.Minute,
			Clockwork: Clockwork{Rhythms: []Rhythm{c.rhythm}},
		}.data()
		assert.Equal(t, []bool{c.works, c.unknown}, []bool{f.Works, f.Unknown}, c.why)
	}
	assert.True(t, Measured{Now: noon}.data().Works, "no group is no trouble")
}

func TestEveryPartThatIsNotWellSaysWhatToDo(t *testing.T) {
	far := time.Hour
	m := Measured{
		Now: noon, Credentials: []Credential{{Key: "k", Fault: "x"}}, Redis: "x", RedisAhead: &far,
		Clockwork:   Clockwork{Oldest: noon.Add(-far), Due: 1, Rhythms: []Rhythm{{Name: "r", Waits: noon.Add(-far)}}},
		OldestGroup: chat.Same("g"), OldestRead: noon.Add(-9 * far), Outbox: Outbox{Oldest: far},
		Callbacks: []Callback{{Name: "app", Last: noon.Add(-99 * far)}}, Sources: []Source{{Name: "s", Fault: "x"}},
	}
	for _, f := range Examine(m) {
		assert.NotEmpty(t, Title(f.Part).ZH)
		assert.NotEmpty(t, f.Note.EN, f.Part)
		if f.Part != "callback:app" {
			assert.False(t, f.Works, f.Part)
			assert.NotEmpty(t, f.Do.ZH, f.Part)
			assert.NotEmpty(t, f.Do.EN, f.Part)
		}
	}
	for _, f := range Examine(Measured{Now: noon}) {
		assert.True(t, f.Works, f.Part)
		assert.True(t, f.Do.IsZero(), f.Part)
	}
}

func TestWhatIsSaidOfAnErrorIsShort(t *testing.T) {
	assert.Equal(t, "one", Brief(errText("one\ntwo")))
	assert.Len(t, []rune(Brief(errText(string(make([]rune, 999))))), 201)
}

type errText string

func (e errText) Error() string { return string(e) }
