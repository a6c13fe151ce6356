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

// heart takes the replicas' signs of life.
type heart interface {
	Beat(ctx context.Context, replica string, after time.Duration) (canary.Silence, error)
	Told(ctx context.Context) error
}

// beatEvery is how often a replica gives a sign of life. It is given by the step, not beside it: a clockwork that hangs
// is as good as dead.
const beatEvery = 15 * time.Second

// beat gives a sign of life, and confesses to a silence that it ends.
func (w *Clockwork) beat(ctx context.Context) error {
	now := w.Now()
	if w.Heart == nil || !w.beaten.IsZero() && now.Sub(w.beaten).Abs() < beatEvery {
		return nil
	}
	s, err := w.Heart.Beat(ctx, w.Name, w.SilentAfter)
	if err != nil {
		return errors.Join(err, w.despair(ctx, now))
	}
	w.beaten, w.failing, w.alarmed = now, time.Time{}, false
	w.well.Store(now.UnixNano())
	if s.IsZero() {
		return nil
	}
	if err := w.confess(ctx, s); err != nil {
		w.beaten = time.Time{} // the next step tries again
		return fmt.Errorf("tell of the silence: %w", err)
	}
	return w.Heart.Told(ctx)
}

// despair raises the alarm, once, when no sign of life could be given for so long that others would take the bot for dead.
// Storage is away then, so nothing can be committed, and every replica raises its own.
func (w *Clockwork) despair(ctx context.Context, now time.Time) error {
	if w.failing.IsZero() {
		w.failing = now
	}
	if w.alarmed || w.Alarm == nil || ctx.Err() != nil || now.Sub(w.failing) < w.SilentAfter {
		return nil
	}
	w.alarmed = true
	return w.Alarm(ctx)
}

// Beaten is when this replica last gave a sign of life, by its own clock; zero if it never did.
func (w *Clockwork) Beaten() time.Time {
	if ns := w.well.Load(); ns != 0 {
		return time.Unix(0, ns)
	}
	return time.Time{}
}

// confess tells the owners, once across replicas, that nothing of the bot was there, and what is caught up now.
func (w *Clockwork) confess(ctx context.Context, s canary.Silence) error {
	missed := w.missed(s)
	return w.Bot.Amend(ctx, []journal.Name{canary.Of, access.Of("")}, "", func(c bot.Call) (bot.Outcome, error) {
		e, ok := bot.At[canary.Book](c, canary.Of).Confess(s)
		if !ok {
			return bot.Outcome{}, nil
		}
		return bot.Outcome{Events: []journal.Event{e}, Effects: toOwners(c, chat.Lines(chat.Text{
			ZH: "⚠️ **机器人刚才没有响应**\n从 %s 到 %s（%s）没有任何进程给出心跳：进程没有运行，或者 Redis 不可用。这段时间里发来的命令、提醒和告警都没有处理。",
			EN: "⚠️ **The bot was silent**\nFrom %s to %s (%s) no process gave a sign of life: none was running, or Redis was away. Commands, reminders and alerts of that time were not handled.",
		}.F(c.Moment(s.From), c.Moment(s.To), c.Length(s.To.Sub(s.From).Round(time.Minute))), chat.Text{
			ZH: "现在补上：%d 件到点的事项（授权和禁言到期仍按原定时间，提醒可能晚到）%s。企业微信会重发最近的回调，更早的命令请重新发送。",
			EN: "Caught up now: %d due records (rights and mutes ended when they should have; reminders may be late)%s. WeCom sends recent callbacks again; earlier commands must be sent once more.",
		}.F(s.Due, missed), chat.Text{ZH: "状态：`/状态`", EN: "How it is now: `/status`"}))}, nil
	})
}

// mostMissed is up to how many missed moments are counted.
const mostMissed = 10_000

// missed tells which rhythms were missed in a silence: each is caught up once.
func (w *Clockwork) missed(s canary.Silence) chat.Text {
	var out chat.Text
	for _, r := range w.rhythms {
		if n := r.moments.between(s.From.In(w.Zone), s.To.In(w.Zone), mostMissed); n > 0 {
			out = out.Plus(chat.Text{ZH: "；“%s”错过 %d 次，补一次", EN: "; “%s” missed %d times, run once"}.F(r.Title, n))
		}
	}
	return out
}

// toOwners are the messages by which every 超级管理员 hears how the bot itself is.
func toOwners(c bot.Call, t chat.Text) []chat.Effect {
	var out []chat.Effect
	for _, o := range c.Access.Company.Owners() {
		e := chat.SendTo(o, "", chat.Reply{Text: t})
		e.Class = chat.OfSystem
		out = append(out, e)
	}
	return out
}
