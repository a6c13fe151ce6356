package journal_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

var noon = time.Date(2026, 2, 28, 12, 0, 0, 123_000_000, time.UTC)

type record struct {
	Who   string    `json:"who"`
	Until time.Time `json:"until,omitzero"`
}

func (r record) Due() time.Time { return r.Until }

func TestNames(t *testing.T) {
	for name, want := range map[journal.Name][2]string{
		journal.Named("group", "G1"): {"group", "G1"}, "company": {"company", ""}, journal.Named("group", "a/b:c"): {"group", "a/b:c"},
		journal.Named("group", ""): {"group", ""}, "": {"", ""},
	} {
		assert.Equal(t, want, [2]string{name.Kind(), name.ID()}, name)
	}
}

func TestSet(t *testing.T) {
	li := record{Who: "li", Until: noon}
	c := journal.Set("box", "k", nil, &li)
	assert.Equal(t, journal.Change{Of: "box", Key: "k", After: json.RawMessage(`{"who":"li","until":"2026-02-28T12:00:00.123Z"}`), Due: noon}, c)
	assert.False(t, c.IsNothing())
	assert.Equal(t, journal.Change{Of: "box", Key: "k", Before: c.After}, c.Opposite(), "whoever commits it asks the record when it is due")
	gone := journal.Set("box", "k", &li, nil)
	assert.Equal(t, journal.Change{Of: "box", Key: "k", Before: c.After}, gone)
	assert.True(t, journal.Set("box", "k", &li, &li).IsNothing())
	assert.True(t, journal.Set[record]("box", "k", nil, nil).IsNothing())
	assert.Zero(t, journal.Set("box", "k", nil, &record{Who: "li"}).Due, "without an end it is never due")
	n := 3
	assert.Equal(t, json.RawMessage("3"), journal.Set("box", "k", nil, &n).After, "a record need not be timed")
}

func TestDecodeTakesNothingItDoesNotUnderstand(t *testing.T) {
	for raw, ok := range map[string]bool{
		`{"who":"li"}`: true, ` {"who":"li"}` + "\n": true, `{}`: true,
		`{"who":"li","level":"senior"}`: false, `{"who":"li"}{"who":"boss"}`: false, `{"who":"li"} x`: false, `{"who":`: false, ``: false, `"li"`: false,
		`{"who":1}`: false,
	} {
		_, err := journal.Decode[record](json.RawMessage(raw))
		assert.Equal(t, ok, err == nil, raw)
	}
}

func TestApply(t *testing.T) {
	was := map[string]json.RawMessage{"a": json.RawMessage("1"), "b": json.RawMessage("2")}
	got := journal.Apply(was, "box", []journal.Change{
		{Of: "box", Key: "a", Before: json.RawMessage("1")}, {Of: "box", Key: "c", After: json.RawMessage("3")},
		{Of: "other", Key: "b", After: json.RawMessage("9")}, {Of: "box", Key: "none"},
	})
	assert.Equal(t, map[string]json.RawMessage{"b": json.RawMessage("2"), "c": json.RawMessage("3")}, got)
	assert.Len(t, was, 2, "what was given stays as it was")
	assert.Empty(t, journal.Apply(nil, "box", nil))
}

// full is an entry in which everything is there.
func full() journal.Entry {
	return journal.Entry{
		N: 1234, At: noon, Kind: "access.granted", Outcome: journal.Done, Actor: "boss", Targets: []chat.User{"zhangsan"}, Group: "G1",
		Items: []string{"admins"}, Rule: "owner", Reason: "国庆值班", Command: "/admin add @zhangsan mid", MessageID: "m1", Undoes: 3,
		Changes: []journal.Change{
			{Of: "access/G1", Key: "role/zhangsan", After: json.RawMessage(`{"level":"mid"}`)},
			{Of: "ask/boss", Key: "asked", Before: json.RawMessage(`{"code":"x"}`)},
		},
	}
}

func TestAnEntryIsWrittenAsTheContractSays(t *testing.T) {
	assert.Equal(t, `{"n":1234,"at":"2026-02-28T12:00:00.123Z","kind":"access.granted","outcome":"done","actor":"boss",`+
		`"targets":["zhangsan"],"group":"G1","items":["admins"],"rule":"owner","reason":"国庆值班","command":"/admin add @zhangsan mid",`+
		`"before":{"ask/boss:asked":{"code":"x"}},"after":{"access/G1:role/zhangsan":{"level":"mid"}},"message_id":"m1","undoes":3}`,
		string(full().Encode()))
	bare := journal.Entry{At: noon.In(time.FixedZone("CST", 8*60*60)), Kind: "k", Outcome: journal.Refused}
	assert.Equal(t, `{"at":"2026-02-28T12:00:00.123Z","kind":"k","outcome":"refused"}`, string(bare.Encode()), "absent values are left out")
	assert.NotContains(t, string(journal.Entry{Reason: "a\nb"}.Encode()), "\n", "one entry is one line")
}

func TestDecodeEntryReadsWhatWasWritten(t *testing.T) {
	got, err := journal.DecodeEntry(0, full().Encode())
	require.NoError(t, err)
	assert.Equal(t, full(), got)
	got, err = journal.DecodeEntry(7, full().Encode())
	require.NoError(t, err)
	assert.Equal(t, int64(7), got.N, "the number under which it is kept counts")
	for _, raw := range []string{
		``, `{`, `[]`, `{"at":"yesterday"}`, `{}`, `{"at":"2026-02-28T12:00:00Z"}`, `{"at":"2026-02-28T12:00:00.123Z","targets":"li"}`,
		`{"at":"2026-02-28T12:00:00.123Z","after":{"role":{}}}`, `{"at":"2026-02-28T12:00:00.123Z","after":{"a%3a:k":{}}}`,
		`{"at":"2026-02-28T12:00:00.123Z","before":{"100%:k":{}}}`,
	} {
		_, err := journal.DecodeEntry(7, []byte(raw))
		assert.ErrorContains(t, err, "#7", raw)
	}
}

func TestNamesWithColonsAreNotMixedUp(t *testing.T) {
	e := journal.Entry{At: noon, Changes: []journal.Change{
		{Of: "group/a", Key: "b:c", After: json.RawMessage("1")}, {Of: "group/a:b", Key: "c", After: json.RawMessage("2")},
		{Of: "group/a%3Ab", Key: "c", After: json.RawMessage("3")}, {Of: "groups", Key: "", After: json.RawMessage("4")},
	}}
	got, err := journal.DecodeEntry(0, e.Encode())
	require.NoError(t, err)
	assert.ElementsMatch(t, e.Changes, got.Changes)
}

// TestSeveralChangesOfOneRecordAreOne: what was before the first, and what came after the last.
func TestSeveralChangesOfOneRecordAreOne(t *testing.T) {
	a, b, c := &record{Who: "a"}, &record{Who: "b"}, &record{Who: "c"}
	for name, x := range map[string]struct {
		steps []*record
		want  []journal.Change
	}{
		"one":                 {[]*record{a, b}, []journal.Change{journal.Set("box", "k", a, b)}},
		"two":                 {[]*record{a, b, c}, []journal.Change{journal.Set("box", "k", a, c)}},
		"made and changed":    {[]*record{nil, b, c}, []journal.Change{journal.Set("box", "k", nil, c)}},
		"changed and removed": {[]*record{a, b, nil}, []journal.Change{journal.Set[record]("box", "k", a, nil)}},
		"removed and made":    {[]*record{a, nil, c}, []journal.Change{journal.Set("box", "k", a, c)}},
		"made and removed":    {[]*record{nil, b, nil}, nil},
	} {
		e := journal.Entry{At: noon}
		for i := 1; i < len(x.steps); i++ {
			e.Changes = append(e.Changes, journal.Set("box", "k", x.steps[i-1], x.steps[i]))
		}
		got, err := journal.DecodeEntry(0, e.Encode())
		require.NoError(t, err)
		assert.Equal(t, x.want, got.Changes, name)
		before, after := e.Sides()
		wantBefore, wantAfter := got.Sides()
		assert.Equal(t, [2]string{wantBefore, wantAfter}, [2]string{before, after}, name)
	}
}

func TestSides(t *testing.T) {
	before, after := full().Sides()
	assert.Equal(t, `{"ask/boss:asked":{"code":"x"}}`, before)
	assert.Equal(t, `{"access/G1:role/zhangsan":{"level":"mid"}}`, after)
	before, after = journal.Entry{}.Sides()
	assert.Empty(t, before+after)
}

// TestApplyThenOppositeIsWhereWeWere, whatever the changes, also through their written form.
func TestApplyThenOppositeIsWhereWeWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state := map[journal.Name]map[string]json.RawMessage{}
		var e journal.Entry
		for range rapid.IntRange(0, 12).Draw(t, "changes") {
			of := journal.Name(rapid.SampledFrom([]string{"a", "b/1", "b:1", "%", "值班/群"}).Draw(t, "of"))
			key := rapid.StringN(0, 2, -1).Draw(t, "key")
			c := journal.Change{Of: of, Key: strings.ToValidUTF8(key, ""), Before: state[of][strings.ToValidUTF8(key, "")]}
			if rapid.Bool().Draw(t, "kept") {
				c.After = journal.Set("x", "x", nil, &record{Who: rapid.String().Draw(t, "who")}).After
			}
			state[of] = journal.Apply(state[of], of, []journal.Change{c})
			e.Changes = append(e.Changes, c)
		}
		written, err := journal.DecodeEntry(0, e.Encode())
		require.NoError(t, err)
		for _, x := range []journal.Entry{e, written} {
			for of, want := range state {
				got := journal.Apply(nil, of, x.Changes)
				assert.Equal(t, want, got)
				assert.Empty(t, journal.Apply(got, of, x.Opposite()))
			}
		}
	})
}

func TestMatches(t *testing.T) {
	e := full()
	e.Undoes = 0
	for name, c := range map[string]struct {
		query journal.Query
		want  bool
	}{
		"everything":                         {journal.Query{}, true},
		"the number":                         {journal.Query{N: 1234}, true},
		"another number":                     {journal.Query{N: 1}, false},
		"the actor":                          {journal.Query{Actor: "boss"}, true},
		"a target is no actor":               {journal.Query{Actor: "zhangsan"}, false},
		"a target":                           {journal.Query{Target: "zhangsan"}, true},
		"an actor is no target":              {journal.Query{Target: "boss"}, false},
		"the group":                          {journal.Query{Group: "G1"}, true},
		"another group":                      {journal.Query{Group: "G"}, false},
		"the item":                           {journal.Query{Item: "admins"}, true},
		"another item":                       {journal.Query{Item: "mute"}, false},
		"the kind":                           {journal.Query{Kind: "access.granted"}, true},
		"another kind":                       {journal.Query{Kind: "access"}, false},
		"refusals":                           {journal.Query{Refused: true}, false},
		"since then":                         {journal.Query{Since: noon}, true},
		"since later":                        {journal.Query{Since: noon.Add(time.Nanosecond)}, false},
		"until then":                         {journal.Query{Until: noon}, false},
		"until later":                        {journal.Query{Until: noon.Add(time.Nanosecond)}, true},
		"what can be undone":                 {journal.Query{Undoable: true}, true},
		"all of it, and not another":         {journal.Query{Actor: "boss", Group: "G1", Item: "admins", Target: "li"}, false},
		"before and limit are not looked at": {journal.Query{Before: 1, Limit: 1}, true},
	} {
		assert.Equal(t, c.want, c.query.Matches(e), name)
	}
	for name, change := range map[string]func(*journal.Entry){
		"a refusal":        func(e *journal.Entry) { e.Outcome = journal.Refused },
		"an undo":          func(e *journal.Entry) { e.Undoes = 3 },
		"the bot's own":    func(e *journal.Entry) { e.Actor = "" },
		"what did nothing": func(e *journal.Entry) { e.Changes = nil },
	} {
		x := full()
		x.Undoes = 0
		change(&x)
		assert.False(t, journal.Query{Undoable: true}.Matches(x), name)
	}
	refused := full()
	refused.Outcome = journal.Refused
	assert.True(t, journal.Query{Refused: true}.Matches(refused))
}

func TestTyped(t *testing.T) {
	build := journal.Typed(func(r map[string]json.RawMessage) (int, error) { return len(r), nil })
	got, err := build(map[string]json.RawMessage{"a": nil})
	assert.NoError(t, err)
	assert.Equal(t, 1, got)
}

// FuzzDecodeEntry: nothing breaks it; what it took is written and read again the same.
func FuzzDecodeEntry(f *testing.F) {
	f.Add(full().Encode())
	for _, s := range []string{
		`{"at":"2026-02-28T12:00:00.123Z","kind":"k","outcome":"done"}`, `{"at":"2026-02-28T12:00:00,123Z"}`, `{`, `null`,
		`{"at":"2026-02-28T12:00:00.123Z","after":{"a:b":null,"a%3Ab:c":{"x":"<\u2028"}},"before":{"a:b":1}}`,
		`{"at":"0000-01-01T00:00:00.000Z","n":-1,"targets":[""],"items":null,"AT":"x"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := journal.DecodeEntry(0, raw)
		if err != nil {
			assert.Zero(t, e)
			return
		}
		written := e.Encode()
		assert.True(t, json.Valid(written))
		assert.NotContains(t, string(written), "\n")
		again, err := journal.DecodeEntry(0, written)
		require.NoError(t, err, "%s", written)
		assert.Equal(t, string(written), string(again.Encode()))
		assert.True(t, slices.IsSortedFunc(e.Changes, func(a, b journal.Change) int { return strings.Compare(path(a), path(b)) }))
	})
}

func path(c journal.Change) string {
	return strings.NewReplacer("%", "%25", ":", "%3A").Replace(string(c.Of)) + ":" + c.Key
}

// An entry alone says what was before and what came after.
func Example() {
	type role struct {
		Level string `json:"level"`
	}
	group := journal.Named("access", "G1")
	e := journal.Entry{
		N: 12, At: noon, Kind: "access.changed", Outcome: journal.Done, Actor: "boss",
		Changes: []journal.Change{journal.Set(group, "role/li", &role{"senior"}, &role{"mid"})},
	}
	fmt.Println(string(e.Encode()))
	records := journal.Apply(map[string]json.RawMessage{"role/li": json.RawMessage(`{"level":"senior"}`)}, group, e.Changes)
	fmt.Println(string(records["role/li"]))
	records = journal.Apply(records, group, e.Opposite())
	fmt.Println(string(records["role/li"]))
	// Output:
	// {"n":12,"at":"2026-02-28T12:00:00.123Z","kind":"access.changed","outcome":"done","actor":"boss","before":{"access/G1:role/li":{"level":"senior"}},"after":{"access/G1:role/li":{"level":"mid"}}}
	// {"level":"mid"}
	// {"level":"senior"}
}
