package simulator

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// WeCom's patience with a callback ("企业微信服务器在五秒内收不到响应会断掉连接，并且重新发起请求，总共重试三次").
const (
	answerWithin = 5 * time.Second
	attempts     = 3
	betweenTries = time.Second
	maxAnswer    = 1 << 20
)

// ErrUnknownMessage is returned by Redeliver for a message that was never sent, or long ago.
var ErrUnknownMessage = errors.New("no such message")

// Delivery is what became of one callback.
type Delivery struct {
	MsgID  string    // names the callback for Redeliver; empty if none was made
	Status int       // the HTTP status of the last attempt, 0 if there was no answer
	Tries  int       // how many times it was posted
	Reply  string    // the decrypted Markdown or text of the passive reply
	Card   *CardView // the card of the passive reply
	Raw    []byte    // the decrypted passive reply as it is
	// Unheard says that no bot can hear this message, so nothing was posted.
	Unheard bool
}

// taken says whether whoever was to hear has heard it.
func (d Delivery) taken() bool {
	return d.Status >= http.StatusOK && d.Status < http.StatusMultipleChoices
}

// callback is one message to the bot, kept so that it can be delivered again.
type callback struct {
	id    string
	toBot bool // to /wecom/bot, else to /wecom/app
	plain []byte
	who   string
	where string
	event bool
	// card is the message whose button was pressed.
	card *item

	query    url.Values
	body     []byte
	answered bool
}

// remember keeps a callback for Redeliver. The caller holds s.mu.
func (s *Simulator) remember(cb *callback) {
	s.sent[cb.id] = cb
	s.sentIDs = append(s.sentIDs, cb.id)
	for len(s.sentIDs) > keptItems {
		delete(s.sent, s.sentIDs[0])
		s.sentIDs = s.sentIDs[1:]
	}
}

// send seals a new callback, posts it and shows the answer.
func (s *Simulator) send(ctx context.Context, cb *callback) (Delivery, error) {
	query, body, err := s.wrap(cb)
	if err != nil {
		return Delivery{MsgID: cb.id}, err
	}
	s.mu.Lock()
	cb.query, cb.body = query, body
	s.remember(cb)
	s.mu.Unlock()
	return s.deliver(ctx, cb, query, body)
}

// Redeliver posts a callback again, as the platform does when it did not see the answer: the same bytes, or the same
// message in a fresh envelope. Its reply is shown only if none was shown before.
func (s *Simulator) Redeliver(ctx context.Context, msgID string, fresh bool) (Delivery, error) {
	s.mu.Lock()
	cb := s.sent[msgID]
	var query url.Values
	var body []byte
	if cb != nil {
		query, body = cb.query, cb.body
	}
	s.mu.Unlock()
	if cb == nil {
		return Delivery{}, fmt.Errorf("redeliver %q: %w", msgID, ErrUnknownMessage)
	}
	if fresh {
		var err error
		if query, body, err = s.wrap(cb); err != nil {
			return Delivery{MsgID: msgID}, err
		}
	}
	return s.deliver(ctx, cb, query, body)
}

func (s *Simulator) sealOf(cb *callback) seal {
	if cb.toBot {
		return s.bot
	}
	return s.app
}

// wrap seals a callback in a new envelope: the query and the body.
func (s *Simulator) wrap(cb *callback) (url.Values, []byte, error) {
	k := s.sealOf(cb)
	encrypted, err := k.encrypt(s.opts.Rand, cb.plain)
	if err != nil {
		return nil, nil, fmt.Errorf("seal callback: %w", err)
	}
	nonce, err := drawn(s.opts.Rand, 10, "123456789")
	if err != nil {
		return nil, nil, fmt.Errorf("seal callback: %w", err)
	}
	stamp := strconv.FormatInt(s.opts.Now().Unix(), 10)
	query := url.Values{"msg_signature": {k.sign(stamp, nonce, encrypted)}, "timestamp": {stamp}, "nonce": {nonce}}
	if cb.toBot {
		body, err := json.Marshal(map[string]string{"encrypt": encrypted})
		return query, body, err
	}
	body, err := xml.Marshal(outerXML{To: cdata(s.world.Corp), Agent: cdata(strconv.Itoa(s.world.AgentID)), Encrypt: cdata(encrypted)})
	return query, body, err
}

// deliver posts the callback until it is answered with 200, three times in total.
func (s *Simulator) deliver(ctx context.Context, cb *callback, query url.Values, body []byte) (Delivery, error) {
	d := Delivery{MsgID: cb.id}
	var answer []byte
	var err error
	for d.Tries = 1; ; d.Tries++ {
		d.Status, answer, err = s.post(ctx, cb, query, body)
		if err == nil && d.Status == http.StatusOK {
			break
		}
		if d.Tries == attempts || ctx.Err() != nil {
			return d, err
		}
		if werr := s.opts.Pause(ctx, betweenTries); werr != nil {
			return d, fmt.Errorf("wait for the next attempt: %w", werr)
		}
	}
	if len(bytes.TrimSpace(answer)) == 0 {
		return d, nil
	}
	k := s.sealOf(cb)
	if cb.toBot {
		d.Raw, err = k.openJSON(answer, query.Get("nonce"))
	} else {
		d.Raw, err = k.openXML(answer)
	}
	if err != nil {
		return d, fmt.Errorf("open the passive reply to %s: %w", cb.id, err)
	}
	if err := s.showReply(cb, &d); err != nil {
		return d, fmt.Errorf("show the passive reply to %s: %w", cb.id, err)
	}
	return d, nil
}

func (s *Simulator) post(ctx context.Context, cb *callback, query url.Values, body []byte) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address(cb.toBot)+"?"+query.Encode(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("make callback: %w", err)
	}
	req.Header.Set("Content-Type", "text/xml")
	if cb.toBot {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := s.opts.Client.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("post callback: %w", bare(err))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("read answer: %w", err)
	}
	return resp.StatusCode, answer, nil
}

// bare is a client's error without the long address in it.
func bare(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

func (s *Simulator) address(toBot bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if toBot {
		return s.base + "/wecom/bot"
	}
	return s.base + "/wecom/app"
}

// Verify asks both callback addresses what the platform asks when they are configured: to decrypt a random text.
// An error names the address that did not answer it exactly.
func (s *Simulator) Verify(ctx context.Context) error {
	return errors.Join(s.verifyOne(ctx, false), s.verifyOne(ctx, true))
}

func (s *Simulator) verifyOne(ctx context.Context, toBot bool) error {
	want, err := drawn(s.opts.Rand, 19, "123456789")
	if err != nil {
		return fmt.Errorf("verify callback address: %w", err)
	}
	k := s.sealOf(&callback{toBot: toBot})
	echo, err := k.encrypt(s.opts.Rand, []byte(want))
	if err != nil {
		return fmt.Errorf("verify callback address: %w", err)
	}
	stamp := strconv.FormatInt(s.opts.Now().Unix(), 10)
	query := url.Values{
		"msg_signature": {k.sign(stamp, want[:9], echo)}, "timestamp": {stamp}, "nonce": {want[:9]}, "echostr": {echo},
	}
	address := s.address(toBot)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"?"+query.Encode(), nil)
	if err != nil {
		return fmt.Errorf("verify %s: %w", address, err)
	}
	resp, err := s.opts.Client.Do(req)
	if err != nil {
		return fmt.Errorf("verify %s: %w", address, bare(err))
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, 1024))
	if err != nil {
		return fmt.Errorf("verify %s: %w", address, err)
	}
	if resp.StatusCode != http.StatusOK || string(got) != want {
		return fmt.Errorf("verify %s: status %d and %q, want 200 and %q", address, resp.StatusCode, got, want)
	}
	return nil
}
