package main

import (
	"context"
	"sync/atomic"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/storage"
)

// verified is the auditor of this process, which remembers what the last look through the whole journal has found wrong:
// what somebody was just told must not look well in /status until the next look by itself.
type verified struct {
	*storage.Auditor
	now  func() time.Time
	last atomic.Pointer[flawed]
}

// flawed is what a look has found wrong, and when.
type flawed struct {
	at    time.Time
	fault journal.Fault
}

// Inspect looks through the journal.
func (v *verified) Inspect(ctx context.Context, others []journal.Checkpoint, progress func(read, of int64)) (journal.Verdict, error) {
	verdict, err := v.Auditor.Inspect(ctx, others, progress)
	switch {
	case err != nil: // it found nothing out
	case verdict.Fault != nil:
		v.last.Store(&flawed{v.now(), *verdict.Fault})
	default:
		v.last.Store(nil)
	}
	return verdict, err
}

// sealName is what the part of /status is called.
var sealName = chat.Text{ZH: "审计封存", EN: "journal seal"}

// remembering are parts as last looked at, with what was found wrong with the journal since.
func (s *system) remembering(parts []bot.Part) []bot.Part {
	f := s.auditor.last.Load()
	if f == nil {
		return parts
	}
	out := append([]bot.Part(nil), parts...)
	for i, p := range out {
		if p.Name == sealName {
			out[i].Works, out[i].Note = false, chat.Text{
				ZH: "%s 的验证不通过：%s现在再验证：`/审计 验证`", EN: "not whole when verified at %s: %s To verify again: `/audit verify`",
			}.F(f.at.In(zoneOf(s)).Format("2006-01-02 15:04:05"), bot.FlawText(f.fault))
		}
	}
	return out
}
