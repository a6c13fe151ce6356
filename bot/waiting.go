package bot

import (
	"context"
	"sync/atomic"
	"time"

	"qunguan/bot/chat"
)

const (
	// tellAfter is how long somebody looks at nothing before they are told that the answer takes a while.
	tellAfter = 2 * time.Second
	// longest bounds a command whose answer is sent later.
	longest = 5 * time.Minute
)

// working is what somebody sees whose answer takes a while.
var working = chat.Text{ZH: "正在处理，需要一点时间，结果稍后发给您。", EN: "Working on it. This takes a moment; the answer follows."}

// attend answers a message in time, or says that the answer follows: the work goes on, and its reply is sent instead of
// returned. Before a message is safe nobody is told so: then ctx ends the work.
func (b *Bot) attend(ctx context.Context, m chat.Message) (chat.Reply, error) {
	type answer struct {
		reply chat.Reply
		err   error
	}
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	w, done := &waiting{}, make(chan answer, 1)
	go func() {
		defer cancel()
		reply, err := b.handle(work, m, w)
		done <- answer{reply, err}
	}()
	soon := time.NewTimer(tellAfter)
	defer soon.Stop()
	for over := ctx.Done(); ; {
		select {
		case a := <-done:
			return a.reply, a.err
		case <-soon.C:
		case <-over:
			over = nil
			if !w.leaves() {
				cancel()
				continue
			}
			return chat.Reply{Text: working}, chat.ErrLater
		}
		if w.leaves() {
			return chat.Reply{Text: working}, chat.ErrLater
		}
	}
}

// waiting is whether whoever delivered a message still waits for its answer. Both sides change it, and agree: the answer
// is either returned or sent, and only one of them.
type waiting struct{ state atomic.Int32 }

const (
	unsafeYet int32 = iota // the message is not accepted
	awaited
	answered // it is being committed with a reply that is returned
	left
)

// gone is the waiting of a message that nobody waits for.
func gone() *waiting {
	w := &waiting{}
	w.state.Store(left)
	return w
}

// accepted says that the message is safe.
func (w *waiting) accepted() { w.state.CompareAndSwap(unsafeYet, awaited) }

// answers says whether the reply will be returned; if not, it must be sent.
func (w *waiting) answers() bool {
	return w.state.CompareAndSwap(awaited, answered) || w.state.Load() != left
}

// again says that the answer was not committed after all.
func (w *waiting) again() { w.state.CompareAndSwap(answered, awaited) }

// leaves says that nobody waits any more; ok is false if the message is not safe, or its answer is on the way.
func (w *waiting) leaves() (ok bool) { return w.state.CompareAndSwap(awaited, left) }
