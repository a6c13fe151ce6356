package digest_test

import (
	encoding "encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/journal"
)

type json = encoding.RawMessage

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

var watch = digest.Watch{
	Destructive: func(e journal.Entry) bool { return e.Kind == "mute" },
	Benefits:    func(e journal.Entry) bool { return e.Kind == "grant" },
	OffShift:    func(_ chat.Group, who chat.User, at time.Time) bool { return who == "li" && at.Hour() >= 18 },
}

// history is acts one by one: after how long, what, by whom, upon whom.
type act struct {
	after time.Duration
	kind  journal.Kind
	by    chat.User
	on    []chat.User
}

func history(acts ...act) []journal.Entry {
	var out []journal.Entry
	for i, a := range acts {
		e := journal.Entry{N: int64(i + 1), At: noon.Add(a.after), Kind: a.kind, Outcome: journal.Done, Actor: a.by, Group: "G", Targets: a.on}
		if a.kind == "refused" {
			e.Outcome = journal.Refused
		}
		out = append(out, e)
	}
	return out
}

func times(n int, every time.Duration, a act) []act {
	out := make([]act, n)
	for i := range out {
		out[i] = a
		out[i].after += time.Duration(i) * every
	}
	return out
}

// TestSuspicions reads: of this history, that stands out. Three prepared ones give one alert each, normal ones none.
func TestSuspicions(t *testing.T) {
	someone := []chat.User{"wm1"}
	mute := act{0, "mute", "wang", someone}
	evening := act{7 * time.Hour, "mute", "li", someone}
	crowd := act{0, "mute", "wang", []chat.User{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}}
	for name, c := range map[string]struct {
		acts []act
		want []string
	}{
		"eleven in ten minutes":                {times(11, 59*time.Second, mute), []string{"frequent wang 11"}},
		"out of shift":                         {[]act{evening}, []string{"off_shift li 1"}},
		"for oneself":                          {[]act{{0, "grant", "wang", []chat.User{"wang"}}}, []string{"self wang 1"}},
		"refused three times":                  {times(3, 4*time.Minute, act{0, "refused", "wang", nil}), []string{"refused wang 3"}},
		"a list of eleven":                     {[]act{crowd}, []string{"frequent wang 11"}},
		"a long burst":                         {times(30, 30*time.Second, mute), []string{"frequent wang 30"}},
		"a normal day":                         {append(times(10, time.Minute, mute), act{time.Hour, "mute", "li", someone}, act{0, "grant", "boss", someone}), nil},
		"ten":                                  {times(10, time.Second, mute), nil},
		"eleven, ten minutes apart end to end": {times(11, time.Minute, mute), nil},
		"two refusals":                         {times(2, time.Second, act{0, "refused", "wang", nil}), nil},
		"three, too far apart":                 {times(3, 5*time.Minute, act{0, "refused", "wang", nil}), nil},
		"the bot by itself":                    {times(30, time.Second, act{0, "mute", "", someone}), nil},
		"two people":                           {append(times(10, time.Second, mute), times(10, time.Second, act{0, "mute", "zhao", someone})...), nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range watch.Suspicions(history(c.acts...)) {
				got = append(got, fmt.Sprintf("%s %s %d", s.Sort, s.Who, s.N))
			}
			assert.Equal(t, c.want, got)
		})
	}
	undone := history(mute)
	undone[0].Undoes, undone[0].Kind = 5, "grant"
	undone[0].Targets = []chat.User{"wang"}
	assert.Empty(t, watch.Suspicions(undone), "what is taken back benefits nobody")
}

// TestBoundsCanBeSet: from when on acts stand out is for each company to say.
func TestBoundsCanBeSet(t *testing.T) {
	mute, no := act{0, "mute", "wang", []chat.User{"wm1"}}, act{0, "refused", "wang", nil}
	of := func(b digest.Bounds, acts ...act) (out []string) {
		w := watch
		w.OffShift, w.Bounds = nil, b
		for _, s := range w.Suspicions(history(acts...)) {
			out = append(out, fmt.Sprintf("%s %s %d", s.Sort, s.Who, s.N))
		}
		return out
	}
	strict := digest.Bounds{Acts: 2, Refusals: 2, Within: 5 * time.Minute}
	assert.Equal(t, []string{"frequent wang 3"}, of(strict, times(3, time.Minute, mute)...))
	assert.Empty(t, of(strict, times(2, time.Minute, mute)...))
	assert.Empty(t, of(strict, times(3, 4*time.Minute, mute)...), "too far apart for it")
	assert.Equal(t, []string{"refused wang 2"}, of(strict, times(2, time.Minute, no)...))
	assert.Empty(t, of(digest.Bounds{Acts: 20, Refusals: 4}, append(times(20, time.Second, mute), times(3, time.Second, no)...)...))
	told := digest.Suspicion{Sort: digest.Refused, First: noon, Last: noon}
	again := digest.Suspicion{Sort: digest.Refused, First: noon.Add(6 * time.Minute)}
	assert.True(t, again.Same(told, digest.Bounds{}))
	assert.False(t, again.Same(told, strict), "another burst")
}

// TestWhatGoesOnIsToldOnce however often it is looked at.
func TestWhatGoesOnIsToldOnce(t *testing.T) {
	mute := act{0, "mute", "wang", []chat.User{"wm1"}}
	all := history(times(40, 30*time.Second, mute)...)
	records := map[string]json{}
	told := 0
	for n := range all {
		b, err := digest.BuildSuspects(records)
		require.NoError(t, err)
		fresh, events := b.Tell(watch.Suspicions(all[:n+1]), digest.Bounds{}, noon)
		told += len(fresh)
		for _, e := range events {
			records = journal.Apply(records, digest.Suspects, e.Changes)
		}
	}
	assert.Equal(t, 1, told)
	later := history(times(11, time.Second, act{2 * time.Hour, "mute", "wang", []chat.User{"wm1"}})...)
	b, err := digest.BuildSuspects(records)
	require.NoError(t, err)
	fresh, _ := b.Tell(watch.Suspicions(later), digest.Bounds{}, noon)
	assert.Len(t, fresh, 1, "another burst is another matter")
	// What was told long ago is forgotten with the next one.
	_, events := b.Tell(watch.Suspicions(history(act{0, "grant", "zhao", []chat.User{"zhao"}})), digest.Bounds{}, noon.Add(31*24*time.Hour))
	require.Len(t, events, 1)
	assert.Len(t, events[0].Changes, 2)
}

func TestADigestIsSentOnce(t *testing.T) {
	s := digest.Sent{Period: digest.Weekly, Day: "2026-11-23", At: noon}
	e, ok := digest.Mail{}.Send("li", s)
	require.True(t, ok)
	records := journal.Apply(nil, digest.Of("li"), e.Changes)
	m, err := digest.BuildMail(records)
	require.NoError(t, err)
	_, ok = m.Send("li", s)
	assert.False(t, ok)
	s.Day = "2026-11-16"
	_, ok = m.Send("li", s)
	assert.False(t, ok, "nor an older one after it")
	s.Day = "2026-11-30"
	_, ok = m.Send("li", s)
	assert.True(t, ok)
	_, ok = m.Send("li", digest.Sent{Period: digest.Daily, Day: "2026-11-23"})
	assert.True(t, ok, "the daily one is another")
	_, err = digest.BuildMail(map[string]json{"sent/weekly": json(`{"period":"daily","day":"2026-11-23","at":"2026-11-23T00:00:00Z"}`)})
	assert.Error(t, err)
}
