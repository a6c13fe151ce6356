package bot

import (
	"context"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

// Overhear is Hear for what people write to the bot itself in groups. A command is said to the bot alone: it asks nobody
// else and answers nobody, so it is left out; so is what was meant for one.
func (b *Bot) Overhear(ctx context.Context, source string, heard []chat.Heard, cursor chat.Cursor) error {
	said := slices.DeleteFunc(slices.Clone(heard), func(h chat.Heard) bool { return b.reads(h.Text, h.At) })
	if len(said) == 0 && cursor.Source == "" {
		return nil
	}
	return b.Hear(ctx, source, said, cursor)
}

// reads says whether text is a command, or one with something wrong in it.
func (b *Bot) reads(text string, at time.Time) bool {
	m := b.grammar.Match(text, grammar.Context{Now: at, Zone: b.Zone, Addressed: true})
	return m.Command != "" || m.Problem != nil
}
