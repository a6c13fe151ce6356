package bot

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// shelf is a ledger that knows one person and keeps what is committed.
type shelf struct {
	ledger
	person    directory.Person
	accepted  chan struct{}
	committed chan journal.Write
}

func (s shelf) Accept(context.Context, chat.Message, journal.Want) (journal.Found, error) {
	close(s.accepted)
	n := directory.OfPerson("li")
	return journal.Found{States: map[journal.Name]journal.State{n: {Name: n, Value: s.person}}}, nil
}

func (s shelf) LastKnown(journal.Want) journal.Found { return journal.Found{} }

func (s shelf) Commit(_ context.Context, w journal.Write) (journal.Finished, error) {
	s.committed <- w
	return journal.Finished{Reply: w.Reply}, nil
}

// slowBot has one command, which takes until it is released.
func slowBot(t *testing.T, release <-chan struct{}) (*Bot, shelf) {
	t.Helper()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	changes := directory.Person{}.Observe("li", chat.Person{ID: "li", Name: "李敏"}, now)
	person, err := directory.BuildPerson(journal.Apply(nil, directory.OfPerson("li"), changes))
	require.NoError(t, err)
	s := shelf{person: person, accepted: make(chan struct{}), committed: make(chan journal.Write, 1)}
	b, err := New(Config{
		Ledger: s, Now: func() time.Time { return now }, Follow: func(Call, []journal.Event) Consequence { return Consequence{} },
		Commands: []Command{{Name: "slow", Forms: []string{"/slow"}, Anywhere: true, Run: func(Call) (Outcome, error) {
			<-release
			return Outcome{Reply: chat.Reply{Text: chat.Same("found")}}, nil
		}}},
	})
	require.NoError(t, err)
	return b, s
}

// TestAnAnswerThatTakesLongerFollows holds that nobody is left without a word: whoever cannot wait is told that the answer
// follows, the work goes on, and its reply is sent once.
func TestAnAnswerThatTakesLongerFollows(t *testing.T) {
	release := make(chan struct{})
	b, s := slowBot(t, release)
	ctx, giveUp := context.WithCancel(t.Context())
	go func() { <-s.accepted; giveUp() }()
	reply, err := b.Handle(ctx, chat.Message{ID: "m1", From: "li", Text: "/slow"})
	require.ErrorIs(t, err, chat.ErrLater)
	assert.Equal(t, working, reply.Text)
	close(release)
	w := <-s.committed
	require.Len(t, w.Effects, 1, "the reply is sent")
	assert.Equal(t, chat.User("li"), w.Effects[0].To)
	assert.Equal(t, "found", w.Effects[0].Reply.Text.EN)
}

// TestAnAnswerInTimeIsReturned holds that such a reply is not sent besides.
func TestAnAnswerInTimeIsReturned(t *testing.T) {
	release := make(chan struct{})
	close(release)
	b, s := slowBot(t, release)
	reply, err := b.Handle(t.Context(), chat.Message{ID: "m1", From: "li", Text: "/slow"})
	require.NoError(t, err)
	assert.Equal(t, "found", reply.Text.EN)
	assert.Empty(t, (<-s.committed).Effects)
}

// TestOneSideAnswers holds that an answer is either returned or sent.
func TestOneSideAnswers(t *testing.T) {
	w := &waiting{}
	assert.False(t, w.leaves(), "the message is not safe")
	w.accepted()
	assert.True(t, w.answers())
	assert.False(t, w.leaves(), "the answer is on the way")
	w.again()
	assert.True(t, w.leaves())
	assert.False(t, w.answers(), "nobody waits")
	assert.False(t, gone().answers())
}
