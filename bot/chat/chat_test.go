package chat_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

func TestClean(t *testing.T) {
	for typed, want := range map[string]string{
		"":                              "",
		"/禁言 @lisi 30分钟\t吵":             "/禁言 @lisi 30分钟\t吵",
		"a\r\nb\rc\nd\u2028e\u0085f":    "a\nb\nc\nd\ne\nf",
		"li\u202emin\u200b\ufeff\u00ad": "limin",
		"a\x00b\x1b[31mc\x7f":           "ab[31mc",
		"bad \xff\xfe utf8":             "bad  utf8",
		"not our " + chat.ThisEntry:     "not our ",
		"🙂 ❤\ufe0f":                     "🙂 ❤\ufe0f",
	} {
		assert.Equal(t, want, chat.Clean(typed), "%q", typed)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a\r\nb", "\xff", "\u202e", chat.ThisEntry, "\r\u200b\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean := chat.Clean(s)
		assert.True(t, utf8.ValidString(clean))
		assert.NotContains(t, clean, chat.ThisEntry)
		assert.NotContains(t, clean, "\r")
		assert.Equal(t, clean, chat.Clean(clean))
	})
}

func TestEscape(t *testing.T) {
	for said, want := range map[string]string{
		"李敏（li）":               "李敏（li）",
		"**bold** `code`":      "\\*\\*bold\\*\\* \\`code\\`",
		"[a](b) <i> # h\nnext": "\\[a\\](b) &lt;i&gt; \\# h next",
		"&lt;script&gt;":       "&amp;lt;script&amp;gt;",
		`\*`:                   `\\\*`,
	} {
		assert.Equal(t, want, chat.Escape(said))
	}
}

func TestText(t *testing.T) {
	text := chat.Text{ZH: "%s 到 %d", EN: "%s until %d"}.F(chat.Text{ZH: "李", EN: "Li"}, 3)
	assert.Equal(t, chat.Text{ZH: "李 到 3", EN: "Li until 3"}, text)
	assert.Equal(t, "Li until 3", text.In(chat.EN))
	for _, l := range []chat.Language{chat.ZH, "", "fr"} {
		assert.Equal(t, "李 到 3", text.In(l), "an unknown language is Chinese")
	}
	assert.Equal(t, chat.Text{ZH: "100%s", EN: "100%s"}, chat.Same("%s").F("100%s"), "what is filled in is not filled itself")
	assert.True(t, chat.Text{}.IsZero())
	assert.False(t, chat.Text{EN: "a"}.IsZero())
	assert.Equal(t, chat.Same("ab"), chat.Same("a").Plus(chat.Same("b")))
	assert.Equal(t, chat.Same("a\nb"), chat.Lines(chat.Same("a"), chat.Text{}, chat.Same("b")))
	assert.Equal(t, chat.Text{}, chat.Lines())
	assert.Equal(t, chat.Same("a, b"), chat.Join(", ", chat.Text{}, chat.Same("a"), chat.Same("b")))
}

func TestANumberIsFilledInEverywhereAndChangesNothingElse(t *testing.T) {
	n := chat.ThisEntry
	r := chat.Reply{Text: chat.Text{ZH: "已记录 " + n, EN: "recorded " + n + n}, Card: &chat.Card{
		ID: "c1", Title: chat.Same("t" + n), Body: chat.Same("b" + n), Fields: []chat.Field{{Name: chat.Same("n" + n), Value: chat.Same("v" + n)}},
		Buttons: []chat.Button{{Label: chat.Same("撤销"), Command: "/undo " + n, Style: chat.Danger}},
	}}
	was := fmt.Sprintf("%+v %+v", r, *r.Card)
	assert.Equal(t, chat.Reply{Text: chat.Text{ZH: "已记录 #12", EN: "recorded #12#12"}, Card: &chat.Card{
		ID: "c1", Title: chat.Same("t#12"), Body: chat.Same("b#12"), Fields: []chat.Field{{Name: chat.Same("n#12"), Value: chat.Same("v#12")}},
		Buttons: []chat.Button{{Label: chat.Same("撤销"), Command: "/undo #12", Style: chat.Danger}},
	}}, r.Number(12))
	assert.Equal(t, was, fmt.Sprintf("%+v %+v", r, *r.Card), "the reply itself stays as it was: it may be numbered again")
	for _, plain := range []chat.Reply{{}, {Text: chat.Same("a")}, {Card: &chat.Card{Title: chat.Same("a")}}} {
		assert.Equal(t, plain, plain.Number(3))
	}
	assert.Equal(t, "#0 #0", chat.Number(n+" "+n, 0))
}

func TestTheZeroReplySaysNothing(t *testing.T) {
	assert.True(t, chat.Reply{}.IsZero())
	assert.False(t, chat.Reply{Text: chat.Same("a")}.IsZero())
	assert.False(t, chat.Reply{Card: &chat.Card{}}.IsZero())
	assert.False(t, chat.Reply{Picture: &chat.Picture{}}.IsZero())
}

func TestWhatAProfileDoesNotListIsNone(t *testing.T) {
	p := chat.Profile{Means: map[chat.GroupKind]map[chat.Action]chat.Means{
		chat.CustomerGroup: {chat.AddAdmin: {How: chat.Assisted, Verifiable: true}},
	}}
	assert.Equal(t, chat.Means{How: chat.Assisted, Verifiable: true}, p.Of(chat.CustomerGroup, chat.AddAdmin))
	assert.Zero(t, p.Of(chat.CustomerGroup, chat.Mute))
	assert.Zero(t, p.Of(chat.AppGroup, chat.AddAdmin))
	assert.Zero(t, chat.Profile{}.Of("", ""))
}

// TestEffectsKeepTheirShape: effects wait in the outbox while the program is replaced by a newer one.
func TestEffectsKeepTheirShape(t *testing.T) {
	e := chat.SendTo("zhao", "G1", chat.Reply{Text: chat.Same("a")})
	raw, err := json.Marshal(e)
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"","kind":"send","to":"zhao","group":"G1","reply":{"text":{"zh":"a","en":"a"}}}`, string(raw))
	e.ID, e.ReplyTo, e.Task, e.Tries, e.NotAfter = "1-0", "r", "mute/zhao", 2, time.Unix(0, 0).UTC()
	e.Reply.Card = &chat.Card{Title: chat.Same("t"), Buttons: []chat.Button{{Label: chat.Same("l"), Command: "/x", Style: chat.Primary}}}
	raw, err = json.Marshal(e)
	require.NoError(t, err)
	var back chat.Effect
	require.NoError(t, json.Unmarshal(raw, &back))
	assert.Equal(t, e, back)
	assert.Equal(t, chat.Effect{Kind: chat.Observe, Group: "G1"}, chat.ObserveGroup("G1"))
}

func TestWithDepartment(t *testing.T) {
	o := chat.Observed{Members: []chat.Member{{ID: "li"}, {ID: "zhou"}, {ID: "wang", Department: "客服"}}}
	assert.Equal(t, []chat.Member{{ID: "li"}, {ID: "zhou", Department: "华东"}, {ID: "wang", Department: "客服"}}, o.WithDepartment("zhou", "华东").Members)
	assert.Equal(t, "客服", o.WithDepartment("wang", "华东").Members[2].Department, "what the platform tells counts")
	assert.Empty(t, o.Members[1].Department, "what was observed stays as it was")
}

// One text is written once, in both languages, and the number of its journal entry follows when there is one.
func Example() {
	reply := chat.Reply{Text: chat.Text{ZH: "已记录：%s。%s", EN: "Recorded: %s. %s"}.F(chat.Text{ZH: "禁言", EN: "mute"}, chat.ThisEntry)}
	for _, l := range []chat.Language{chat.ZH, chat.EN} {
		fmt.Println(strings.TrimSpace(reply.Number(7).Text.In(l)))
	}
	// Output:
	// 已记录：禁言。#7
	// Recorded: mute. #7
}
