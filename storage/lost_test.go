package storage_test

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/storage"
)

// line is a connection to Redis that can lose an answer: Redis does what it was asked, and whoever asked hears nothing.
type line struct {
	net.Listener
	to   string
	cut  atomic.Bool // the next answer is lost, and the connection with it
	lost atomic.Int64
}

func cutLine(t *testing.T, to string) *line {
	t.Helper()
	in, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l := &line{Listener: in, to: to}
	go func() {
		for {
			c, err := in.Accept()
			if err != nil {
				return
			}
			go l.carry(c)
		}
	}()
	t.Cleanup(func() { _ = in.Close() })
	return l
}

func (l *line) carry(client net.Conn) {
	defer client.Close()
	redis, err := net.Dial("tcp", l.to)
	if err != nil {
		return
	}
	defer redis.Close()
	go func() { _, _ = io.Copy(redis, client) }()
	buf := make([]byte, 64<<10)
	for {
		n, err := redis.Read(buf)
		if err != nil {
			return
		}
		if l.cut.CompareAndSwap(true, false) {
			l.lost.Add(1)
			return
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

// TestALostAnswerIsAskedForAgain: the client sends once more what it does not know to have arrived; nothing happens
// twice and nothing is forgotten.
func TestALostAnswerIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, k := range kinds[:2] { // a cluster names its own addresses, so no line can stand before it
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			r, err := k.shared()
			mustRun(t, err)
			direct := newWorld(t, r.addrs)
			through := cutLine(t, r.addrs[0])
			w := newWorld(t, []string{through.Addr().String()})
			w.Tenant = w.redis.Tenant(direct.corp, w.clock.now)
			ctx, l := t.Context(), w.ledger()
			for name, call := range everyMethod(direct, direct.ledger(), direct.Outbox("b")) {
				require.NoError(t, call(ctx), "%s: the scripts are known, so that no answer is about them", name)
			}
			direct.empty(t)

			lose := func(do func() error) error {
				t.Helper()
				require.NoError(t, w.redis.Ping(ctx), "a line is open, so that the answer that is lost is the one that matters")
				lost := through.lost.Load()
				through.cut.Store(true)
				err := do()
				require.Equal(t, lost+1, through.lost.Load())
				return err
			}
			require.NoError(t, lose(func() error { _, err := l.Accept(ctx, said("m1"), journal.Want{Names: both}); return err }))
			write := whole(journal.Check{Name: box("a")}, journal.Check{Name: box("b")})
			err = lose(func() error {
				done, err := l.Commit(ctx, write)
				assert.Equal(t, journal.Finished{Reply: write.Reply, N: 1}, done)
				return err
			})
			assert.ErrorIs(t, err, journal.ErrFinished, "by whom cannot be told; with what answer can")
			n, err := direct.ledger().Head(ctx)
			require.NoError(t, err)
			assert.Equal(t, int64(1), n)

			require.NoError(t, lose(func() error {
				claim, err := w.Firings().Begin(ctx, "review", "a w", noon, lease)
				assert.Equal(t, canary.Mine, claim, "a firing that was claimed is run")
				return err
			}))
			require.NoError(t, lose(func() error {
				ours, err := w.Firings().End(ctx, "review", "a w", canary.Run{Due: noon})
				assert.True(t, ours)
				return err
			}))
			expects(t, w.Firings(), canary.Done, "b", "review", noon)
			require.NoError(t, lose(func() error {
				mine, err := w.Turn(ctx, "read", noon)
				assert.True(t, mine, "a turn that was claimed is taken")
				return err
			}))

			o := w.courier(t, "a")
			held := next(t, o)
			require.Len(t, held, 1)
			require.NoError(t, lose(func() error { return o.Later(ctx, held[0], noon) }))
			require.NoError(t, lose(func() error { return o.Revive(ctx) }))
			assert.Equal(t, [3]int64{1, 0, 0}, waiting(t, o), "once")
			direct.post(t, tell("another"))
			parts := next(t, o)
			require.Len(t, parts, 2)
			require.NoError(t, lose(func() error {
				_, ok, err := o.Merge(ctx, parts, tell("both"))
				assert.True(t, ok, "what was merged is sent at once, not when it is abandoned")
				return err
			}))
			assert.Equal(t, [3]int64{1, 0, 0}, waiting(t, o))
		})
	}
}

// TestAnAnswerThatIsLostForGoodIsNoAnswer: when Redis did it but nobody can hear so, the caller only knows to come again.
func TestAnAnswerThatIsLostForGoodIsNoAnswer(t *testing.T) {
	t.Parallel()
	r, err := kinds[0].shared()
	mustRun(t, err)
	through := cutLine(t, r.addrs[0])
	w := newWorld(t, r.addrs)
	cut := storage.Open(storage.Options{Addrs: []string{through.Addr().String()}})
	defer cut.Close()
	l := cut.Tenant(w.corp, w.clock.now).Ledger(builds)
	_, err = l.Commit(t.Context(), journal.Write{MessageID: "m0"}) // from here on the script is known
	require.NoError(t, err)
	_, err = l.Accept(t.Context(), said("m1"), journal.Want{Names: both})
	require.NoError(t, err)

	through.cut.Store(true)
	require.NoError(t, through.Close())
	write := whole(journal.Check{Name: box("a")}, journal.Check{Name: box("b")})
	_, err = l.Commit(t.Context(), write)
	require.ErrorIs(t, err, chat.ErrUnavailable)
	w.clock.add(10 * time.Second)
	left, err := w.ledger().TakeUp(t.Context(), 10)
	require.NoError(t, err)
	assert.Empty(t, left, "it was done")
	found, err := w.ledger().Accept(t.Context(), said("m1"), journal.Want{})
	require.NoError(t, err)
	assert.Equal(t, &journal.Finished{Reply: write.Reply, N: 1}, found.Finished, "and delivered again it is answered")
}
