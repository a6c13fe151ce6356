package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Canary is the rhythm that looks at every part of the bot. The owners hear once of a part that breaks, once a day while
// it stays so, and once when it is well again.
func Canary(b *bot.Bot, look func(context.Context) (canary.Measured, error), spec string) Rhythm {
	return Rhythm{
		Name: "canary", Title: chat.Text{ZH: "自检", EN: "self-test"}, Spec: spec,
		Run: func(ctx context.Context) error {
			m, err := look(ctx)
			if err != nil {
				return fmt.Errorf("look at the parts: %w", err)
			}
			return note(ctx, b, canary.Examine(m))
		},
	}
}

// note commits what a look has found, one entry for each part about which it changes something.
func note(ctx context.Context, b *bot.Bot, findings []canary.Finding) error {
	gone, err := b.Troubles(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, f := range append(findings, gone.Gone(findings)...) {
		err := b.Amend(ctx, []journal.Name{canary.Of, access.Of("")}, "", func(c bot.Call) (bot.Outcome, error) {
			e, t, ok := bot.At[canary.Book](c, canary.Of).Note(f, c.Now.UTC().Truncate(time.Second))
			if !ok {
				return bot.Outcome{}, nil
			}
			return bot.Outcome{Events: []journal.Event{e}, Effects: toOwners(c, alert(c, e.Kind, f, t))}, nil
		})
		if err != nil {
			faults = append(faults, fmt.Errorf("note %s: %w", f.Part, err))
		}
	}
	return errors.Join(faults...)
}

// alert is what the owners read about a part.
func alert(c bot.Call, kind journal.Kind, f canary.Finding, t canary.Trouble) chat.Text {
	lasted := c.Length(c.Now.Sub(t.Since).Round(time.Minute))
	switch kind {
	case canary.Mended:
		return chat.Text{
			ZH: "✅ **自检：“%s”已恢复**（从 %s 起，历时 %s）", EN: "✅ **Self-test: %s is well again** (since %s, for %s)",
		}.F(canary.Title(f.Part), c.Moment(t.Since), lasted)
	case canary.Reminded:
		return chat.Lines(
			chat.Text{ZH: "⚠️ **自检：“%s”仍未恢复**（从 %s 起，已 %s）", EN: "⚠️ **Self-test: %s is still not well** (since %s, for %s)"}.F(
				canary.Title(f.Part), c.Moment(t.Since), lasted),
			f.Note, f.Do)
	}
	head := chat.Text{ZH: "⚠️ **自检：“%s”异常**", EN: "⚠️ **Self-test: %s is not well**"}
	if f.Mild {
		head = chat.Text{ZH: "ℹ️ **自检：请留意“%s”**", EN: "ℹ️ **Self-test: please look at %s**"}
	}
	return chat.Lines(head.F(canary.Title(f.Part)), f.Note, f.Do, chat.Text{
		ZH: "恢复时会再通知一次；一直没有恢复的话，每天提醒一次。", EN: "You hear of it again when it is well, or once a day while it is not.",
	})
}
