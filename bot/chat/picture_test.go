package chat_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// TestPicturesKeepTheirShape: pictures wait in the outbox as data, while the program is replaced by a newer one.
func TestPicturesKeepTheirShape(t *testing.T) {
	p := chat.Picture{
		Title: chat.Text{ZH: "权限表", EN: "Rights"}, Columns: []chat.Column{{Label: chat.Same("a"), Band: chat.Same("b")}, {Label: chat.Same("c")}},
		Rows: []chat.Row{{Label: chat.Same("li"), Cells: []chat.Cell{{Shade: chat.Yes}, {Text: chat.Same("2")}}}},
	}
	raw, err := json.Marshal(chat.Reply{Picture: &p})
	require.NoError(t, err)
	assert.JSONEq(t, `{"text":{},"picture":{"title":{"zh":"权限表","en":"Rights"},
		"columns":[{"label":{"zh":"a","en":"a"},"band":{"zh":"b","en":"b"}},{"label":{"zh":"c","en":"c"}}],
		"rows":[{"label":{"zh":"li","en":"li"},"cells":[{"shade":"yes"},{"text":{"zh":"2","en":"2"}}]}]}}`, string(raw))
	var back chat.Reply
	require.NoError(t, json.Unmarshal(raw, &back))
	assert.Equal(t, &p, back.Picture)
}

func TestAPictureIsNumberedLikeTheRest(t *testing.T) {
	p := chat.Picture{Title: chat.Same("t" + chat.ThisEntry), Subtitle: chat.Same(chat.ThisEntry), Notes: []chat.Text{chat.Same("n" + chat.ThisEntry)}}
	was := fmt.Sprintf("%+v", p)
	got := chat.Reply{Picture: &p}.Number(7).Picture
	assert.Equal(t, &chat.Picture{Title: chat.Same("t#7"), Subtitle: chat.Same("#7"), Notes: []chat.Text{chat.Same("n#7")}}, got)
	assert.Equal(t, was, fmt.Sprintf("%+v", p), "the picture itself stays as it was")
}

func TestEveryShadeHasASignOfItsOwn(t *testing.T) {
	seen := map[string]chat.Shade{}
	for _, s := range []chat.Shade{chat.Yes, chat.Part, chat.No, chat.Warn, chat.Off} {
		assert.NotEmpty(t, s.Sign(), s)
		assert.NotContains(t, seen, s.Sign(), "colour alone must not tell")
		seen[s.Sign()] = s
	}
	assert.Empty(t, chat.Blank.Sign())
	assert.Equal(t, chat.Same("√"), chat.Cell{Shade: chat.Yes}.Sign())
	assert.Equal(t, chat.Text{ZH: "例", EN: "E"}, chat.Cell{Shade: chat.Yes, Text: chat.Text{ZH: "例", EN: "E"}}.Sign())
}
