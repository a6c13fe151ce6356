package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/platform/wecom"
	"qunguan/configs"
	"qunguan/storage"
)

// look looks at the parts of the program every little while, for /status.
func (s *system) look(ctx context.Context) {
	every := time.NewTicker(15 * time.Second)
	defer every.Stop()
	for {
		parts := s.examine(ctx)
		s.health.Store(&parts)
		s.lookInside(ctx)
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// lookInside looks at the clockwork, and writes the traces that were noted since. A fault of Redis is told by its part.
func (s *system) lookInside(ctx context.Context) {
	if _, err := s.examineClockwork(ctx); err != nil && ctx.Err() == nil {
		s.log.Debug("look at the clockwork", zap.Error(err))
	}
	if err := s.writeTraces(ctx); err != nil && ctx.Err() == nil {
		s.log.Debug("write traces", zap.Error(err))
	}
}

// parts are the parts as last looked at.
func (s *system) parts() []bot.Part {
	if p := s.health.Load(); p != nil {
		return s.remembering(*p)
	}
	return nil
}

func (s *system) examine(ctx context.Context) []bot.Part {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	parts := []bot.Part{{Name: chat.Text{ZH: "程序", EN: "program"}, Works: true, Note: chat.Same("qunguan " + version)}}
	parts = append(parts, s.redisPart(ctx))
	checks := s.platform.Check(ctx)
	parts = append(parts, s.spokenParts(checks)...)
	for _, c := range checks {
		p := bot.Part{
			Name: chat.Text{ZH: "企业微信凭证", EN: "WeCom credential"}, Works: c.Err == nil,
			Note: chat.Text{ZH: "%s 有效", EN: "%s buys a token"}.F(c.Name),
		}
		if c.Err != nil {
			p.Note = chat.Text{ZH: "%s 不可用，%s", EN: "%s does not work, %s"}.F(c.Name, s.told(c.Err.Error(), bot.Advice(c.Err, s.education())))
		}
		parts = append(parts, p)
	}
	outbox := bot.Part{Name: chat.Text{ZH: "发件箱", EN: "outbox"}, Works: true}
	now, later, dead, err := s.outbox.Waiting(ctx)
	if err != nil {
		outbox.Works = false
	}
	outbox.Note = chat.Text{ZH: "待发 %d，延后 %d，放弃 %d", EN: "%d waiting, %d put off, %d given up"}.F(now, later, dead)
	if dead > 0 {
		outbox.Works = false
		if letters, err := s.outbox.Dead(ctx, 1); err == nil && len(letters) == 1 {
			outbox.Note = outbox.Note.Plus(chat.Text{ZH: "，最近一次：%s", EN: ", the latest: %s"}.F(
				s.told(letters[0].Reason, bot.Advice(wecom.Reported(letters[0].Reason), s.education()))))
		}
	}
	s.meters.waiting(now, later, dead)
	parts = append(parts, s.sourceParts()...)
	parts = append(parts, s.linkParts(ctx)...)
	parts = append(append(parts, outbox, s.sealPart(ctx)), s.archiveParts(ctx)...)
	return append(parts, s.pictures.part(), bot.Part{
		Name: chat.Text{ZH: "以上查看于", EN: "as of"}, Works: true,
		Note: chat.Same(fmt.Sprintf("%s %s", s.now().In(zoneOf(s)).Format("2006-01-02 15:04:05"), s.config.Timezone)),
	})
}

// redisPart is how Redis is, and whether its version is one that this program was made for (R51).
func (s *system) redisPart(ctx context.Context) bot.Part {
	p := bot.Part{Name: chat.Same("Redis"), Works: true, Note: chat.Text{ZH: "应答正常", EN: "answers"}}
	if err := s.redis.Ping(ctx); err != nil {
		p.Works, p.Note = false, chat.Text{ZH: "没有应答", EN: "does not answer"}
		return p
	}
	if v := s.redis.Version(ctx); v != "" {
		p.Note = p.Note.Plus(chat.Text{ZH: "，版本 %s", EN: ", version %s"}.F(chat.Escape(v)))
		p = oldServer(p, v)
	} else {
		p.Note = p.Note.Plus(chat.Text{ZH: "，版本未知（服务器没有说）", EN: ", version not known (the server does not say)"})
	}
	if note, err := s.ledger.Durability(ctx); err == nil && note != "" {
		p.Note = p.Note.Plus(chat.Text{ZH: "，但断电可能丢数据：%s", EN: ", but could lose data: %s"}.F(note))
	}
	return p
}

// oldServer says of a server that is older than this program was made for that it is.
func oldServer(p bot.Part, v string) bot.Part {
	major, _, _ := strings.Cut(v, ".")
	if n, err := strconv.Atoi(major); err == nil && n < storage.OldestServer {
		p.Works = false
		p.Note = p.Note.Plus(chat.Text{ZH: "太旧，没有测试过；请升级到 %d 或更新", EN: ", too old and never tested with; upgrade to %d or newer"}.F(storage.OldestServer))
	}
	return p
}

// told is a fault in the platform's words, with what people can do about it.
func (s *system) told(fault string, advice chat.Text) chat.Text {
	t := chat.Same(chat.Escape(fault))
	if advice.IsZero() {
		return t
	}
	return t.Plus(chat.Text{ZH: "。%s", EN: ". %s"}.F(advice))
}

func (s *system) education() bool { return s.config.Edition == configs.Education }

func zoneOf(s *system) *time.Location {
	zone, err := s.config.Location()
	if err != nil {
		return time.UTC
	}
	return zone
}

// spokenParts tell which interfaces of the platform are spoken, and whether they can be with what is configured.
func (s *system) spokenParts(checks []wecom.Check) []bot.Part {
	var parts []bot.Part
	for _, i := range s.platform.Spoken() {
		p := bot.Part{Name: i.Name, Works: true, Note: i.Version}
		for _, c := range checks {
			if c.Err != nil && slices.Contains(i.Needs, c.Name) {
				p.Works, p.Note = false, p.Note.Plus(chat.Text{ZH: "；用不了：%s 不可用", EN: "; cannot be used: %s does not work"}.F(c.Name))
			}
		}
		parts = append(parts, p)
	}
	return parts
}
