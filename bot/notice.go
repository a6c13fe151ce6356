package bot

import (
	"context"
	"errors"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// settleIn is how long after a notice a group is read once more: WeCom may tell before its own interfaces show it.
const settleIn = 2 * time.Second

// Notice takes the platform's word that something has moved: what moved is re-read, at once and a little later, and
// again by the rhythm of the scheduler, since platforms tell early, in an order of their own and not always. A notice
// that comes twice changes nothing.
func (b *Bot) Notice(ctx context.Context, n chat.Notice) error {
	w := journal.Write{MessageID: n.ID}
	if n.Group != "" {
		again := chat.ObserveGroup(n.Group)
		again.NotBefore = b.Now().Add(settleIn)
		w.Effects = append(w.Effects, chat.ObserveGroup(n.Group), again)
	}
	for _, u := range []chat.User{n.User, n.Renamed} {
		if u != "" {
			w.Effects = append(w.Effects, chat.Effect{Kind: chat.Observe, To: u})
		}
	}
	_, err := b.Ledger.Commit(ctx, w)
	if errors.Is(err, journal.ErrFinished) {
		return nil
	}
	return err
}
