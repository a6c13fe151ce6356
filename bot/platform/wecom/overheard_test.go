package wecom

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// listening lets a stage's messages to the bot be heard.
func listening(t *testing.T, s *stage, fails error) *[]chat.Heard {
	var heard []chat.Heard
	ears := s.ears()
	ears.Hear = func(_ context.Context, source string, h []chat.Heard, cursor chat.Cursor) error {
		assert.Equal(t, "bot", source)
		assert.Zero(t, cursor)
		heard = append(heard, h...)
		return fails
	}
	s.server = s.Handler(ears)
	return &heard
}

func TestWhatIsWrittenToTheBotInAGroupIsHeard(t *testing.T) {
	s := newStage(t)
	heard := listening(t, s, nil)
	s.reply = chat.Reply{Text: chat.Same("hi")}
	require.Equal(t, http.StatusOK, s.post(t, "bot", botText("@所有人 在吗")).Code)
	s.reply = chat.Reply{}
	require.Equal(t, http.StatusOK, s.post(t, "bot", strings.Replace(botText("多少钱"), "CAIQ16HMjQYY", "other", 1)).Code)
	at := time.Unix(exampleTime, 0).UTC()
	assert.Equal(t, []chat.Heard{
		{ID: "bot:CAIQ16HMjQYY", Group: "G1", From: "li", At: at, Form: "text", Text: "@所有人 在吗", Everybody: true},
		{ID: "bot:other", Group: "G1", From: "li", At: at, Form: "text", Text: "多少钱"},
	}, *heard, "who is staff, the bot's messages do not tell")
}

func TestDirectMessagesAndPressesAreNotHeard(t *testing.T) {
	s := newStage(t)
	heard := listening(t, s, nil)
	single := strings.NewReplacer(`"chattype":"group"`, `"chattype":"single"`, `"chatid":"G1",`, "").Replace(botText("在吗"))
	require.Equal(t, http.StatusOK, s.post(t, "bot", single).Code)
	require.Equal(t, http.StatusOK, s.post(t, "app", appText("在吗")).Code)
	assert.Empty(t, *heard)
}

func TestHearingNeverFailsAnAnswer(t *testing.T) {
	s := newStage(t)
	heard := listening(t, s, chat.ErrUnavailable)
	s.reply = chat.Reply{Text: chat.Same("hi")}
	w := s.post(t, "bot", botText("在吗"))
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "hi", s.stream(t, w).Stream.Content)
	assert.Len(t, *heard, 1)
	assert.Equal(t, 1, s.logs.FilterMessage("message to the bot not heard").Len())

	// What is not safe comes again, and is heard then.
	s.err = chat.ErrUnavailable
	assert.Equal(t, http.StatusServiceUnavailable, s.post(t, "bot", botText("在吗")).Code)
	assert.Len(t, *heard, 1)
}

func TestNewsOfTheArchiveWakesItsReader(t *testing.T) {
	s := newStage(t)
	woken := 0
	ears := s.ears()
	s.server = s.Handler(ears)
	event := appEvent("msgaudit_notify", "")
	require.Equal(t, http.StatusOK, s.post(t, "app", event).Code, "nobody reads the archive")
	ears.Archived = func() { woken++ }
	s.server = s.Handler(ears)
	require.Equal(t, http.StatusOK, s.post(t, "app", event).Code)
	assert.Equal(t, 1, woken)
	assert.Empty(t, s.notices)
}
