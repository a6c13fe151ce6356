package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"qunguan/bot/chat"
)

const (
	// several is how many notifications are told in one message; two are read as quickly one after the other.
	several = 3
	// maxTogether is how many bytes one message of several notifications has, in either language: what WeCom takes as one
	// ("markdown内容，最长不超过2048个字节", wecom.md 4.4 on the limits that count messages).
	maxTogether = 2048
	// sameFor is how long a message of several is tried again as it is: platforms drop the same message sent again for
	// half a minute. Later its parts are looked at anew, each for itself.
	sameFor = 20 * time.Second
)

// runs cuts effects into those that can be told together and those that stand alone. The order stays: what follows a
// card or an answer is not told before it.
func runs(effects []chat.Effect, now time.Time) [][]chat.Effect {
	var out [][]chat.Effect
	for i, e := range effects {
		if i > 0 && joins(effects[i-1], now) && joins(e, now) {
			out[len(out)-1] = append(out[len(out)-1], e)
			continue
		}
		out = append(out, []chat.Effect{e})
	}
	return out
}

// joins says whether an effect is a notification in plain text, which loses nothing when it stands among others.
func joins(e chat.Effect, now time.Time) bool {
	return e.Kind == chat.Send && e.Class != "" && e.To != "" && e.ReplyTo == "" && e.Task == "" && len(e.Parts) == 0 &&
		!e.NotBefore.After(now) && e.Reply.Card == nil && e.Reply.Picture == nil && e.Reply.Files == nil && !e.Reply.Text.IsZero()
}

// together tells notifications in as few messages as hold them whole; fewer than several go alone.
func (c *Courier) together(ctx context.Context, run []chat.Effect) error {
	sheets := [][]chat.Effect{run}
	if len(run) >= several {
		sheets = fill(run)
	}
	var faults []error
	for _, sheet := range sheets {
		if len(run) >= several && len(sheet) > 1 {
			if err := c.tellOnce(ctx, sheet); err != nil {
				faults = append(faults, err)
			}
			continue
		}
		for _, e := range sheet {
			if err := c.carry(ctx, e); err != nil {
				faults = append(faults, err)
			}
		}
	}
	return errors.Join(faults...)
}

// fill cuts a run into what one message holds each. One that fills a message by itself stands alone.
func fill(run []chat.Effect) [][]chat.Effect {
	var out [][]chat.Effect
	size := 0
	for _, e := range run {
		item := len(itemText(maxTogether, e).ZH)
		item = max(item, len(itemText(maxTogether, e).EN)) + 1
		if size+item > maxTogether || len(out) == 0 {
			out, size = append(out, nil), max(len(headText(maxTogether).ZH), len(headText(maxTogether).EN))
		}
		size += item
		out[len(out)-1] = append(out[len(out)-1], e)
	}
	return out
}

func headText(n int) chat.Text {
	return chat.Text{ZH: "**%d 条通知**", EN: "**%d notifications**"}.F(n)
}

// itemText is one notification among several. A text that exists in one language only stands in both: whoever delivers
// chooses one for the whole.
func itemText(n int, e chat.Effect) chat.Text {
	t := e.Reply.Text
	return chat.Same(fmt.Sprintf("%d. ", n)).Plus(chat.Text{ZH: cmp.Or(t.ZH, t.EN), EN: cmp.Or(t.EN, t.ZH)})
}

// tellOnce tells several notifications in one message. They become one effect in the outbox before it is sent, so that
// whoever has to send it again, because this process dies on the way, sends the very same one.
func (c *Courier) tellOnce(ctx context.Context, sheet []chat.Effect) error {
	now := c.bot.Now()
	one := chat.Effect{Kind: chat.Send, To: sheet[0].To, Group: sheet[0].Group}
	most := int64(noticesPerMinute)
	lines := []chat.Text{headText(len(sheet))}
	for i, e := range sheet {
		if e.NotAfter.IsZero() {
			sheet[i].NotAfter = now.Add(24 * time.Hour)
		}
		if sheet[i].NotAfter.After(one.NotAfter) {
			one.NotAfter = sheet[i].NotAfter
		}
		if e.Group != one.Group {
			one.Group = ""
		}
		most = max(most, mostOf(e))
		lines = append(lines, itemText(i+1, e))
	}
	one.Reply.Text = chat.Lines(lines...)
	ok, until, err := c.outbox.Spend(ctx, string(one.To), most)
	if err != nil {
		return fmt.Errorf("count messages: %w", err)
	}
	if !ok {
		var faults []error
		for _, e := range sheet {
			if err := c.outbox.Later(ctx, e, until); err != nil {
				faults = append(faults, err)
			}
		}
		return errors.Join(faults...)
	}
	merged, ok, err := c.outbox.Merge(ctx, sheet, one)
	if err != nil || !ok {
		return err // if not ok, another courier has them
	}
	return c.attempt(ctx, merged, now)
}

// putOff puts an effect off that could not be carried out. One of several parts is soon tried again as it is; after a
// longer wait some of them may be settled, so each comes back for itself.
func (c *Courier) putOff(ctx context.Context, e chat.Effect, at time.Time, wait time.Duration) error {
	if len(e.Parts) == 0 || wait < sameFor {
		return c.outbox.Later(ctx, e, at)
	}
	for i := range e.Parts {
		e.Parts[i].Tries = e.Tries
	}
	return c.outbox.Split(ctx, e, at)
}
