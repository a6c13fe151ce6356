package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/platform/ingest"
	"qunguan/bot/platform/wecom"
	"qunguan/configs"
)

// sources are where messages come from, beside what people write to the smart bot. What is nil is not set up.
type sources struct {
	ingest  *ingest.Adapter
	tickets *ingest.Tickets
	archive *wecom.Archive
}

// hearer takes what a source of messages tells.
type hearer func(ctx context.Context, source string, heard []chat.Heard, cursor chat.Cursor) error

// hearing is what sources need of the engine and of storage.
type hearing struct {
	hear    hearer
	tickets func(context.Context, []ingest.Ticket) error
	cursor  func(ctx context.Context, source string) (uint64, error)
	// turn claims a moment of a job, so that of several replicas one reads the archive.
	turn func(ctx context.Context, job string, at time.Time) (bool, error)
}

// openSources wires the sources that are configured; it reaches nobody yet.
func openSources(c configs.Config, o options, h hearing) (sources, error) {
	var s sources
	var err error
	if c.Ingest.InUse() {
		s.ingest, err = ingest.New(ingest.Config{
			Secrets: []string{c.Ingest.Secret.Reveal(), c.Ingest.PreviousSecret.Reveal()}, Hear: h.hear,
			Known: wecom.Known, Same: wecom.MessageID, Now: o.now, Log: o.log,
		})
		if err != nil {
			return sources{}, usageError{err}
		}
		s.tickets, err = ingest.NewTickets(ingest.TicketConfig{
			Secrets: []string{c.Ingest.Secret.Reveal(), c.Ingest.PreviousSecret.Reveal()}, Tell: h.tickets, Now: o.now, Log: o.log,
		})
		if err != nil {
			return sources{}, usageError{err}
		}
	} else {
		o.log.Info("POST /ingest/messages and /ingest/tickets are off", zap.String("why", "ingest.secret is not set"))
	}
	if c.Archive.InUse() {
		if s.archive, err = openArchive(c, o, h); err != nil {
			return sources{}, usageError{err}
		}
	}
	return s, nil
}

func openArchive(c configs.Config, o options, h hearing) (*wecom.Archive, error) {
	a := wecom.ArchiveConfig{
		CorpID: c.WeCom.CorpID, Secret: c.Archive.Secret.Reveal(), Proxy: c.Archive.Proxy, ProxyPassword: c.Archive.ProxyPassword.Reveal(),
		Now: o.now, Log: o.log, Hear: h.hear, Cursor: h.cursor, Turn: h.turn,
	}
	var wrong []error
	for _, k := range c.Archive.PrivateKeys {
		text, err := os.ReadFile(k.File)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("archive.private_keys: version %d: %w; name a readable file", k.Version, err))
		}
		a.Keys = append(a.Keys, wecom.ArchiveKey{Version: k.Version, File: k.File, PEM: text})
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return wecom.NewArchive(a)
}

// mount serves what sources serve. A source that is not set up has no address.
func (s sources) mount(mux *http.ServeMux) {
	if s.ingest != nil {
		mux.Handle("/ingest/messages", s.ingest)
		mux.Handle("/ingest/tickets", s.tickets)
	}
}

// read reads the archive until ctx ends.
func (s sources) read(ctx context.Context) {
	if s.archive == nil {
		return
	}
	s.archive.Run(ctx)
	s.archive.Close()
}

// archived tells the archive's reader that there is something new.
func (s sources) archived() {
	if s.archive != nil {
		s.archive.Wake()
	}
}

// checkSources says how the sources are, one line each; fault is what is wrong with the archive. It asks WeCom for one
// record and keeps nothing.
func checkSources(c configs.Config) (lines []string, fault error) {
	lines = []string{"ok   ingest: off, ingest.secret is not set"}
	if c.Ingest.InUse() {
		lines[0] = "ok   ingest: POST /ingest/messages and /ingest/tickets take what is signed"
	}
	if !c.Archive.InUse() {
		return append(lines, "ok   archive: off, archive.secret is not set"), nil
	}
	a, err := openArchive(c, options{now: time.Now, log: zap.NewNop()}, hearing{})
	switch {
	case errors.Is(err, wecom.ErrNoArchive):
		return lines, wecom.ErrNoArchive
	case err != nil:
		return lines, err
	}
	defer a.Close()
	if err := a.Check(); err != nil {
		return lines, archiveAdvice(err)
	}
	return append(lines, "ok   archive: WeCom gives records out, and the keys open them"), nil
}

// archiveAdvice adds to a fault of the archive what can be done about it.
func archiveAdvice(err error) error {
	var f *wecom.Fault
	if !errors.As(err, &f) {
		return err
	}
	if hint, _ := f.Advice(); !hint.IsZero() {
		return fmt.Errorf("%w; %s", err, hint.EN)
	}
	return fmt.Errorf("%w; check archive.proxy and the network if this stays: WeCom's library asks qyapi.weixin.qq.com, whatever "+
		"wecom.api_base says", err)
}

// sourceParts are the sources that can fail, for /status.
func (s *system) sourceParts() []bot.Part {
	if s.sources.archive == nil {
		return nil
	}
	p := bot.Part{Name: chat.Text{ZH: "会话内容存档", EN: "message archive"}, Works: true}
	state := s.sources.archive.State()
	switch {
	case state.Err != nil:
		p.Works, p.Note = false, s.told(state.Err.Error(), bot.Advice(state.Err, s.education()))
	case state.At.IsZero():
		p.Note = chat.Text{ZH: "本副本尚未读取（可能由其他副本读取）", EN: "not read by this replica yet; another one may read it"}
	default:
		p.Note = chat.Text{ZH: "读到 %s", EN: "read up to %s"}.F(state.At.In(zoneOf(s)).Format("15:04:05"))
	}
	if state.Skipped > 0 {
		p.Note = p.Note.Plus(chat.Text{ZH: "，%d 条无法识别已跳过", EN: ", %d records that could not be understood left out"}.F(state.Skipped))
	}
	return []bot.Part{p}
}
