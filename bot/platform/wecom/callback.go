package wecom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/chat"
)

const (
	maxBody = 1 << 20
	maxAge  = 10 * time.Minute
)

// refusedCall is a callback that is answered with a status and nothing else. reason goes to the log; it holds no
// text of a message and no secret.
type refusedCall struct {
	status int
	reason string
}

func (r *refusedCall) Error() string { return r.reason }

func refuse(status int, reason string) error { return &refusedCall{status: status, reason: reason} }

func malformed(err error) error { return refuse(http.StatusBadRequest, err.Error()) }

// answer is the body of a 200; the zero answer is an empty one.
type answer struct {
	kind string // content type
	body []byte
	// then is done after the body has been sent, for what does not fit into it.
	then func(ctx context.Context)
}

// side is one callback address.
type side struct {
	name     string
	envelope *envelope
	// sealed finds the ciphertext in a body.
	sealed func(body string) (string, error)
	// hear acts on an opened message.
	hear func(ctx context.Context, q query, plain string) (answer, error)
}

// query is what a callback carries in its address.
type query struct {
	signature, timestamp, nonce string
	at                          time.Time // timestamp
}

// Handler serves /wecom/app and /wecom/bot, as far as they are configured. Every refusal has an empty body and
// writes one log line.
func (a *Adapter) Handler(e Ears) http.Handler {
	sides := map[string]side{}
	if a.app != nil {
		sides["/wecom/app"] = side{"app", a.app, sealedXML, appSide{a, e}.hear}
	}
	if a.bot != nil {
		sides["/wecom/bot"] = side{"bot", a.bot, sealedJSON, botSide{a, e}.hear}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, ok := sides[r.URL.Path]
		if !ok {
			a.refuseWith(w, r, refuse(http.StatusNotFound, "no such callback address, or not configured"))
			return
		}
		ans, err := a.serve(s, w, r)
		if err != nil {
			a.refuseWith(w, r, err)
			return
		}
		a.write(w, r, ans)
	})
}

func (a *Adapter) serve(s side, w http.ResponseWriter, r *http.Request) (answer, error) {
	switch r.Method {
	case http.MethodGet:
		return a.confirm(s, r)
	case http.MethodPost:
		return a.receive(s, w, r)
	}
	w.Header().Set("Allow", "GET, POST")
	return answer{}, refuse(http.StatusMethodNotAllowed, "method not allowed")
}

// confirm answers WeCom's check of the address: "解密得到明文消息内容后，在1秒内原样返回明文消息内容（不能加引号，不能
// 带bom头，不能带换行符）" – page 接收消息与事件.
func (a *Adapter) confirm(s side, r *http.Request) (answer, error) {
	values := r.URL.Query()
	// A + that was not escaped arrives as a blank, and base64 knows no blanks.
	echo := strings.ReplaceAll(values.Get("echostr"), " ", "+")
	_, plain, err := a.unseal(s, values, echo)
	if err != nil {
		return answer{}, err
	}
	return answer{kind: "text/plain; charset=utf-8", body: []byte(plain)}, nil
}

func (a *Adapter) receive(s side, w http.ResponseWriter, r *http.Request) (answer, error) {
	body, err := readBody(w, r)
	if err != nil {
		return answer{}, err
	}
	sealed, err := s.sealed(body)
	if err != nil {
		return answer{}, malformed(err)
	}
	q, plain, err := a.unseal(s, r.URL.Query(), sealed)
	if err != nil {
		return answer{}, err
	}
	return s.hear(r.Context(), q, plain)
}

// unseal checks the signature first and the age second; only what passes both is decrypted.
func (a *Adapter) unseal(s side, values url.Values, sealed string) (query, string, error) {
	q := query{
		signature: values.Get("msg_signature"), timestamp: values.Get("timestamp"), nonce: values.Get("nonce"),
	}
	if err := s.envelope.verify(q.signature, q.timestamp, q.nonce, sealed); err != nil {
		return q, "", refuse(http.StatusUnauthorized, err.Error())
	}
	seconds, err := strconv.ParseInt(q.timestamp, 10, 64)
	if err != nil {
		return q, "", refuse(http.StatusUnauthorized, "timestamp is not a number")
	}
	q.at = time.Unix(seconds, 0).UTC()
	if off := a.c.Now().Sub(q.at); off > maxAge || off < -maxAge {
		return q, "", refuse(http.StatusUnauthorized, "timestamp is more than 10 minutes off")
	}
	plain, err := s.envelope.open(sealed)
	if err != nil {
		return q, "", malformed(err)
	}
	return q, plain, nil
}

func readBody(w http.ResponseWriter, r *http.Request) (string, error) {
	tooLarge := refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("body exceeds %d bytes", maxBody))
	if r.ContentLength > maxBody {
		return "", tooLarge
	}
	var b strings.Builder
	if r.ContentLength > 0 {
		b.Grow(int(r.ContentLength))
	}
	_, err := io.CopyBuffer(&b, http.MaxBytesReader(w, r.Body, maxBody), make([]byte, 4<<10))
	var exceeded *http.MaxBytesError
	switch {
	case errors.As(err, &exceeded):
		return "", tooLarge
	case err != nil:
		return "", refuse(http.StatusBadRequest, "body could not be read")
	}
	return b.String(), nil
}

// say lets Ears hear a message, within the time that WeCom waits. A reply without text is no answer.
func (a *Adapter) say(ctx context.Context, e Ears, m chat.Message) (chat.Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, a.c.AnswerWithin)
	defer cancel()
	reply, err := e.Say(ctx, m)
	switch {
	case err == nil:
		reply.Card, reply.Picture, reply.Files = nil, nil, nil // they come as effects of their own
		return reply, nil
	case errors.Is(err, chat.ErrLater):
		return chat.Reply{Text: reply.Text}, nil // that the answer follows
	}
	return chat.Reply{}, unsafe(err)
}

func (a *Adapter) notice(ctx context.Context, e Ears, n chat.Notice) error {
	ctx, cancel := context.WithTimeout(ctx, a.c.AnswerWithin)
	defer cancel()
	if err := e.Notice(ctx, n); err != nil && !errors.Is(err, chat.ErrLater) {
		return unsafe(err)
	}
	return nil
}

// unsafe lets the platform deliver again: nobody has kept the message.
func unsafe(err error) error {
	return refuse(http.StatusServiceUnavailable, "not made safe: "+err.Error())
}

func (a *Adapter) refuseWith(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusServiceUnavailable
	var known *refusedCall
	if errors.As(err, &known) {
		status = known.status
	}
	w.WriteHeader(status)
	log := a.log.Warn
	if status >= http.StatusInternalServerError {
		log = a.log.Error
	}
	log("callback refused", zap.String("method", r.Method), zap.String("path", brief(r.URL.Path, 64)),
		zap.Int("status", status), zap.String("reason", a.client.redact(err.Error())))
}

func (a *Adapter) write(w http.ResponseWriter, r *http.Request, ans answer) {
	if ans.kind != "" {
		w.Header().Set("Content-Type", ans.kind)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(ans.body)))
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(ans.body)
	if err == nil {
		err = http.NewResponseController(w).Flush()
	}
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		// The platform delivers again and gets the same reply.
		a.log.Info("callback answer not taken", zap.String("path", r.URL.Path), zap.Error(err))
		return
	}
	if ans.then != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), callWithin)
		defer cancel()
		ans.then(ctx)
	}
}
