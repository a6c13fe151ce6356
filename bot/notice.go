package bot

import (
	"context"
	"errors"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Notice takes the platform's word that something has moved: what moved is re-read, at once and, because platforms
// tell early, in an order of their own and not always, again by the rhythm of the scheduler. A notice that comes
// twice changes nothing.
func (b *Bot) Notice(ctx context.Context, n chat.Notice) error {
	w := journal.Write{MessageID: n.ID}
	if n.Group != "" {
		w.Effects = append(w.Effects, chat.ObserveGroup(n.Group))
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
