package bot

import (
	"context"
	"fmt"
	"time"

	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

// Length is a length of time as a message would write it, to the second.
func (c Call) Length(d time.Duration) chat.Text { return grammar.FormatLength(d) }

// Troubles are the parts of the program that are known to be broken.
func (b *Bot) Troubles(ctx context.Context) (canary.Book, error) {
	found, err := b.Ledger.Load(ctx, journal.Want{Names: []journal.Name{canary.Of}})
	if err != nil {
		return canary.Book{}, fmt.Errorf("load troubles: %w", err)
	}
	return At[canary.Book](Call{found: found}, canary.Of), nil
}
