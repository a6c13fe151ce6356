package simulator

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"qunguan/bot/chat"
)

// archived is one message as the company's archive pipeline tells of it: a line of JSON.
type archived struct {
	ID        string    `json:"id"`
	Group     string    `json:"group"`
	From      string    `json:"from"`
	Kind      string    `json:"kind"`
	At        time.Time `json:"at"`
	Recalls   string    `json:"recalls,omitempty"` // the ID of the message that this one takes back
	Form      string    `json:"form,omitempty"`
	Text      string    `json:"text,omitempty"`
	Everybody bool      `json:"everybody,omitempty"` // it mentions all members
}

// pipeline is what companies run who archive their messages (会话内容存档): it reads the archive and posts what was
// written to whoever wants to know, in order. What was not taken is posted again together with the next message.
type pipeline struct {
	secret []byte

	sending sync.Mutex // one batch at a time
	mu      sync.Mutex
	waiting []archived // at most keptUntold
}

// keptUntold is how many messages wait for a bot that does not take them; older ones are forgotten.
const keptUntold = 500

// archives says whether this company has a pipeline.
func (s *Simulator) archives() bool { return s.opts.IngestSecret != "" }

// record makes what the pipeline tells of a message that was written in a customer group. The caller holds s.mu.
func (s *Simulator) record(i *item) error {
	if g := s.world.group(i.Where); !s.archives() || g == nil || g.Kind != chat.CustomerGroup {
		return nil
	}
	m := archived{
		ID: i.archived, Group: i.Where, From: i.From, Kind: string(chat.Customer), At: s.opts.Now(), Form: "text",
		Text: i.Text, Everybody: strings.Contains(i.Text, "@所有人"),
	}
	if s.world.staff(i.From) {
		m.Kind = string(chat.Staff)
	}
	id, err := letters(s.opts.Rand, 24)
	if err != nil {
		return err
	}
	if i.archived != "" {
		m.Recalls, m.Form, m.Text, m.Everybody = i.archived, "revoke", "", false
	} else {
		i.archived = id
	}
	m.ID = id
	s.pipe.mu.Lock()
	defer s.pipe.mu.Unlock()
	s.pipe.waiting = append(s.pipe.waiting, m)
	if over := len(s.pipe.waiting) - keptUntold; over > 0 {
		s.pipe.waiting = s.pipe.waiting[over:]
	}
	return nil
}

// pump posts what the pipeline holds. A status other than 2xx is what the bot answered to the last of three attempts:
// what was written is kept for the next time.
func (s *Simulator) pump(ctx context.Context) (Delivery, error) {
	s.pipe.sending.Lock()
	defer s.pipe.sending.Unlock()
	s.pipe.mu.Lock()
	batch := s.pipe.waiting
	s.pipe.mu.Unlock()
	d := Delivery{Unheard: len(batch) == 0}
	if d.Unheard { // another message took this one along
		return d, nil
	}
	d.MsgID = batch[len(batch)-1].ID
	var body bytes.Buffer
	for _, m := range batch {
		line, err := json.Marshal(m)
		if err != nil {
			return d, fmt.Errorf("encode message %s: %w", m.ID, err)
		}
		body.Write(append(line, '\n'))
	}
	var err error
	for d.Tries = 1; ; d.Tries++ {
		d.Status, err = s.ingest(ctx, body.Bytes())
		if err == nil && d.taken() {
			s.pipe.mu.Lock()
			defer s.pipe.mu.Unlock()
			s.pipe.waiting = after(s.pipe.waiting, d.MsgID)
			return d, nil
		}
		if d.Tries == attempts || ctx.Err() != nil {
			return d, err
		}
		if werr := s.opts.Pause(ctx, betweenTries); werr != nil {
			return d, fmt.Errorf("wait for the next attempt: %w", werr)
		}
	}
}

// after returns what stands behind the message id; if it is not there any more, everything does.
func after(waiting []archived, id string) []archived {
	for n, m := range waiting {
		if m.ID == id {
			return waiting[n+1:]
		}
	}
	return waiting
}

// ingest posts a batch, signed as it is sent.
func (s *Simulator) ingest(ctx context.Context, body []byte) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.ingestAddress(), bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("make batch of messages: %w", err)
	}
	stamp := strconv.FormatInt(s.opts.Now().Unix(), 10)
	sum := hmac.New(sha256.New, s.pipe.secret)
	sum.Write([]byte(stamp + "."))
	sum.Write(body)
	req.Header.Set("Content-Type", "application/x-ndjson")
	req.Header.Set("X-Qunguan-Timestamp", stamp)
	req.Header.Set("X-Qunguan-Signature", "v1="+hex.EncodeToString(sum.Sum(nil)))
	resp, err := s.opts.Client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("post messages: %w", bare(err))
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)); err != nil {
		return 0, fmt.Errorf("read answer: %w", err)
	}
	return resp.StatusCode, nil
}

func (s *Simulator) ingestAddress() string {
	if s.opts.IngestURL != "" {
		return s.opts.IngestURL
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.base + "/ingest/messages"
}
