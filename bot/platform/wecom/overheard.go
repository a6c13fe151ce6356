package wecom

import (
	"context"

	"go.uber.org/zap"

	"qunguan/bot/chat"
)

// BotSource is the name under which messages to the smart bot are heard.
const BotSource = "bot"

// overheard tells what somebody wrote to the smart bot in a group, once the answer is on its way. WeCom delivers only
// what mentions the bot, and delivers it once if the answer is taken; a message that is not kept is not told again.
func (s botSide) overheard(q query, c botCall, text string) func(context.Context) {
	if s.e.Hear == nil || c.chatType != "group" {
		return nil
	}
	m := c.message(q.at, text)
	h := chat.Heard{ID: m.ID, Group: m.Group, From: m.From, At: m.At, Form: c.kind, Text: text, Everybody: mentionsAll(c.text)}
	return func(ctx context.Context) {
		if err := s.e.Hear(ctx, BotSource, []chat.Heard{h}, chat.Cursor{}); err != nil {
			s.a.log.Error("message to the bot not heard", zap.String("message", h.ID), zap.Error(err))
		}
	}
}
