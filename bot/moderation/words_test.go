package moderation_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

// listOf is a list that holds words.
func listOf(t testing.TB, words ...moderation.Word) moderation.List {
	t.Helper()
	e, err := moderation.List{}.Add("", words)
	require.NoError(t, err)
	return listAfter(t, nil, e)
}

func listAfter(t testing.TB, records map[string]json.RawMessage, e journal.Event) moderation.List {
	t.Helper()
	l, err := moderation.BuildList(journal.Apply(records, e.Changes[0].Of, e.Changes))
	require.NoError(t, err)
	return l
}

func texts(words []moderation.Word) []string {
	out := []string{}
	for _, w := range words {
		out = append(out, w.Text)
	}
	return out
}

func TestAWordIsFoundHoweverItIsWritten(t *testing.T) {
	for name, c := range map[string]struct {
		word, text string
		found      bool
	}{
		"as it is":                      {"加微信", "老板加微信聊", true},
		"alone":                         {"加微信", "加微信", true},
		"spaced":                        {"加微信", "加 微　信", true},
		"with what is not seen between": {"加微信", "加\u200b微\u200d\ufeff信", true},
		"over lines":                    {"加微信", "加微\n信", true},
		"written spaced on the list":    {"加 微 信", "加微信", true},
		"another":                       {"加微信", "加个好友", false},
		"half of it":                    {"加微信", "微信", false},
		"full-width letters":            {"vx", "ＶＸ：123", true},
		"circled letters":               {"vx", "ⓥⓧ", true},
		"upper case":                    {"rebate", "ReBate!", true},
		"letters with gaps":             {"rebate", "r e b a t e now", true},
		"letters with marks":            {"rebate", "r\u0336e\u0336b\u0336a\u0336t\u0336e\u0336", true},
		"within another word":           {"ass", "first class", false},
		"the tail of another":           {"rebate", "prebate", false},
		"the head of another":           {"rebate", "rebated", false},
		"across words":                  {"now", "no wait", false},
		"later, after being within one": {"ass", "class and ass", true},
		"between Chinese":               {"vx", "加我vx吧", true},
		"a number":                      {"888", "打888", true},
		"within a number":               {"888", "18889", false},
		"two words as one, as meant":    {"buy now", "buy now", true},
		"nothing":                       {"加微信", "", false},
	} {
		m := listOf(t, moderation.Word{Text: c.word}).Compile()
		assert.Equal(t, c.found, len(m.Find(moderation.Fold(c.text), chat.Customer)) == 1, name)
	}
}

func TestAWordIsLookedForInTheMessagesOfThoseItIsFor(t *testing.T) {
	m := listOf(t, moderation.Word{Text: "内部价", For: chat.Staff}, moderation.Word{Text: "投诉", For: chat.Customer}, moderation.Word{Text: "返利"}).Compile()
	text := moderation.Fold("投诉你们的内部价和返利")
	assert.ElementsMatch(t, []string{"内部价", "返利"}, texts(m.Find(text, chat.Staff)))
	assert.ElementsMatch(t, []string{"投诉", "返利"}, texts(m.Find(text, chat.Customer)))
	var none *moderation.Matcher
	assert.Empty(t, none.Find(text, chat.Staff))
	assert.Nil(t, moderation.List{}.Compile())
}

// TestManyWordsAreFoundAsFewAre looks for the words of long lists, which an automaton does, one after the other as well.
func TestManyWordsAreFoundAsFewAre(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	letters := []rune("加微信返利代开票内部价号码ab1")
	random := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteRune(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	var words []moderation.Word
	seen := map[string]bool{}
	for len(words) < 600 {
		if w := random(2 + r.IntN(4)); !seen[w] {
			seen[w], words = true, append(words, moderation.Word{Text: w})
		}
	}
	list := listOf(t, words...)
	all := list.Compile()
	var single []*moderation.Matcher
	for _, w := range words {
		single = append(single, listOf(t, w).Compile())
	}
	for range 300 {
		text := moderation.Fold(random(60))
		want := []string{}
		for _, m := range single {
			want = append(want, texts(m.Find(text, chat.Staff))...)
		}
		require.ElementsMatch(t, want, texts(all.Find(text, chat.Staff)))
		require.ElementsMatch(t, want, texts(list.Find(text, chat.Staff)))
	}
}

func TestTheListOfKeywords(t *testing.T) {
	l := listOf(t, moderation.Word{Text: "加微信", By: "li", At: noon})
	_, err := l.Add("", []moderation.Word{{Text: "加 微 信"}})
	assert.ErrorIs(t, err, moderation.ErrSame, "it is found alike")
	e, err := l.Add("", []moderation.Word{{Text: "加微信", For: chat.Staff}, {Text: "返利"}, {Text: "返 利"}})
	require.NoError(t, err)
	assert.Len(t, e.Changes, 2, "whose messages is changed, and one comes new, once")
	for text, want := range map[string]error{
		"": moderation.ErrTooShort, "a": moderation.ErrTooShort, "信": moderation.ErrTooShort, "\u200b信": moderation.ErrTooShort,
		strings.Repeat("长", 31): moderation.ErrTooLong, strings.Repeat("长", 30): nil,
	} {
		_, err := l.Add("", []moderation.Word{{Text: text}})
		assert.ErrorIs(t, err, want, text)
	}
	_, err = l.Remove("", []string{"返利"})
	require.ErrorIs(t, err, moderation.ErrNotListed)
	e, err = l.Remove("", []string{"加 微信", "加微信"})
	require.NoError(t, err)
	assert.Len(t, e.Changes, 1)
	w, ok := l.Marked(moderation.Word{Text: "加微 信"}.Mark())
	assert.True(t, ok)
	assert.Equal(t, "加微信", w.Text)

	var many []moderation.Word
	for i := range moderation.MostOfGroup + 1 {
		many = append(many, moderation.Word{Text: fmt.Sprint("词", i)})
	}
	_, err = moderation.List{}.Add("G1", many)
	assert.ErrorIs(t, err, moderation.ErrTooMany)
	_, err = moderation.List{}.Add("G1", many[1:])
	require.NoError(t, err)
	_, err = moderation.List{}.Add("", many)
	assert.NoError(t, err, "the company may have more")
	_, err = moderation.BuildList(map[string]json.RawMessage{"word/别的": json.RawMessage(`{"text":"加微信"}`)})
	assert.Error(t, err)
}

func TestTheMonitorOfAGroup(t *testing.T) {
	_, err := moderation.List{}.Switch("G1", false, "li", noon)
	require.ErrorIs(t, err, moderation.ErrSame)
	e, err := moderation.List{}.Switch("G1", true, "li", noon)
	require.NoError(t, err)
	on := listAfter(t, nil, e)
	assert.True(t, on.On())
	assert.Empty(t, on.Words())
	_, err = on.Switch("G1", true, "li", noon)
	assert.ErrorIs(t, err, moderation.ErrSame)
	e, err = on.Switch("G1", false, "li", noon)
	require.NoError(t, err)
	assert.Nil(t, e.Changes[0].After)
}

func TestWhatAMessageBreaks(t *testing.T) {
	lists := []*moderation.Matcher{listOf(t, moderation.Word{Text: "返利"}).Compile(), nil}
	all := moderation.Bounds{Files: true, Everybody: true, Lists: lists}
	mark := []string{moderation.Word{Text: "返利"}.Mark()}
	for name, c := range map[string]struct {
		bounds moderation.Bounds
		h      chat.Heard
		want   moderation.Breach
	}{
		"nothing":                 {all, chat.Heard{Form: "text", Text: "在吗"}, moderation.Breach{}},
		"nothing is bound":        {moderation.Bounds{}, chat.Heard{Form: "file", Everybody: true, Text: "返利"}, moderation.Breach{}},
		"a file":                  {all, chat.Heard{Form: "file"}, moderation.Breach{What: []moderation.What{moderation.File}}},
		"a picture is no file":    {all, chat.Heard{Form: "image"}, moderation.Breach{}},
		"everybody":               {all, chat.Heard{Everybody: true}, moderation.Breach{What: []moderation.What{moderation.Everybody}}},
		"a word":                  {all, chat.Heard{Text: "有返 利"}, moderation.Breach{What: []moderation.What{moderation.Keyword}, Words: mark}},
		"all at once":             {all, chat.Heard{Form: "file", Everybody: true, Text: "返利返利"}, moderation.Breach{What: []moderation.What{moderation.Everybody, moderation.File, moderation.Keyword}, Words: mark}},
		"no list, so no keywords": {moderation.Bounds{Files: true}, chat.Heard{Text: "返利"}, moderation.Breach{}},
	} {
		assert.Equal(t, c.want, c.bounds.Look(c.h, chat.Customer), name)
		assert.Equal(t, len(c.want.What) == 0, c.want.None())
	}
	assert.Equal(t, "at_all", moderation.Everybody.Switch())
}

func FuzzFold(f *testing.F) {
	f.Add("加 微　信 ＶＸ")
	f.Add("\xff\u200b")
	f.Fuzz(func(t *testing.T, s string) {
		l, err := moderation.List{}.Add("", []moderation.Word{{Text: s}})
		if err != nil {
			return
		}
		if len(listAfter(t, nil, l).Compile().Find(moderation.Fold(s), chat.Staff)) != 1 {
			t.Fatalf("%q is not found in itself", s)
		}
	})
}

// BenchmarkLook is the look at one message of a hundred characters, in which nothing is found.
func BenchmarkLook(b *testing.B) {
	h := chat.Heard{Form: "text", Text: strings.Repeat("您好，请问上周下的订单什么时候可以发货？", 5)}
	for _, words := range []int{10, moderation.MostOfGroup, 1000} {
		b.Run(fmt.Sprint(words, " words"), func(b *testing.B) {
			var list []moderation.Word
			for i := range words {
				list = append(list, moderation.Word{Text: fmt.Sprintf("违禁词语%d号", i)})
			}
			bounds := moderation.Bounds{Lists: []*moderation.Matcher{listOf(b, list...).Compile()}}
			b.ReportAllocs()
			for b.Loop() {
				if !bounds.Look(h, chat.Customer).None() {
					b.Fatal("found")
				}
			}
		})
	}
}
