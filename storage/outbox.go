package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/chat"
)

// Outbox holds the effects that are to be carried out. Each is given to one courier at a time; what a courier did
// not finish comes back. Safe for concurrent use.
type Outbox struct {
	*Tenant
	name string // of this courier

	mu   sync.Mutex
	held map[string]place // where the effects stand that this courier holds, by the effects' ids
}

// place is where an effect stands.
type place struct {
	row    string
	merged bool // what is to be done of the row is another effect than the row says
}

// couriers is the consumer group that shares the outbox.
const couriers = "couriers"

// Outbox returns the outbox for one courier. Every running process has its own name.
func (t *Tenant) Outbox(name string) *Outbox {
	return &Outbox{Tenant: t, name: name, held: map[string]place{}}
}

// Open makes the outbox ready to read; doing it again changes nothing.
func (o *Outbox) Open(ctx context.Context) error {
	err := o.client.XGroupCreateMkStream(ctx, o.keys.outbox(), couriers, "0").Err()
	if err != nil && strings.HasPrefix(err.Error(), "BUSYGROUP") {
		return nil
	}
	return gone("open outbox", err)
}

// Next returns effects to carry out, waiting up to wait for the first; fewer or none is normal, and a wait that is not
// positive waits for none. Effects that another courier took longer than abandoned ago come first. The id of an effect
// stays the same however often it is put off or taken over.
func (o *Outbox) Next(ctx context.Context, limit int64, wait time.Duration) ([]chat.Effect, error) {
	back, _, err := o.client.XAutoClaim(ctx, &redis.XAutoClaimArgs{
		Stream: o.keys.outbox(), Group: couriers, Consumer: o.name, MinIdle: abandoned, Start: "0", Count: limit,
	}).Result()
	if err := o.reopen(ctx, err); err != nil {
		return nil, err
	}
	if len(back) > 0 {
		merged, err := o.merged(ctx, back)
		if err != nil {
			return nil, err
		}
		return o.take(ctx, back, merged)
	}
	block := time.Duration(-1)
	if wait > 0 {
		block = max(wait, time.Millisecond) // Redis takes 0 for ever
	}
	got, err := o.client.XReadGroup(ctx, &redis.XReadGroupArgs{
		Group: couriers, Consumer: o.name, Streams: []string{o.keys.outbox(), ">"}, Count: limit, Block: block,
	}).Result()
	if err := o.reopen(ctx, err); err != nil || len(got) == 0 {
		return nil, err
	}
	return o.take(ctx, got[0].Messages, nil)
}

// abandoned is after how long an effect that a courier holds is given to another. It is shorter than the time for which
// platforms drop the same message sent again (30 s), so that a courier that dies after sending tells nobody twice.
const abandoned = 20 * time.Second

// reopen makes the group again after Redis has lost everything, which Open cannot have foreseen.
func (o *Outbox) reopen(ctx context.Context, err error) error {
	if err != nil && strings.HasPrefix(err.Error(), "NOGROUP") {
		return o.Open(ctx)
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return gone("read outbox", err)
}

// take makes effects of rows and holds them. A row that cannot be read becomes a dead letter: it would come again for
// ever, and those behind it would wait. merged are the effects that some rows have become, by row.
func (o *Outbox) take(ctx context.Context, rows []redis.XMessage, merged map[string]string) ([]chat.Effect, error) {
	out := make([]chat.Effect, 0, len(rows))
	for _, r := range rows {
		var e chat.Effect
		raw, became := merged[r.ID]
		if !became {
			raw = text(r.Values["e"])
		}
		if err := json.Unmarshal([]byte(raw), &e); err != nil {
			if err := o.GiveUp(ctx, chat.Effect{ID: r.ID}, "it cannot be read: "+err.Error()); err != nil {
				return out, err
			}
			continue
		}
		if e.ID == "" {
			e.ID = r.ID
		}
		o.hold(e.ID, place{row: r.ID, merged: became})
		if n, err := strconv.ParseInt(text(r.Values["n"]), 10, 64); err == nil && n != 0 {
			e.Reply = e.Reply.Number(n)
		}
		out = append(out, e)
	}
	return out, nil
}

func (o *Outbox) hold(id string, p place) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held[id] = p
}

// place is where an effect stands: an effect that was never put off has its row for its id.
func (o *Outbox) place(id string) place {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p, ok := o.held[id]; ok {
		return p
	}
	return place{row: id}
}

func (o *Outbox) release(id string, p place) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.held[id] == p {
		delete(o.held, id)
	}
}

// Done says that an effect was carried out.
func (o *Outbox) Done(ctx context.Context, id string) error { return o.drop(ctx, id, nil) }

// drop takes an effect out of the outbox, together with whatever else is to happen to it.
func (o *Outbox) drop(ctx context.Context, id string, also func(redis.Pipeliner)) error {
	at := o.place(id)
	_, err := o.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		if also != nil {
			also(p)
		}
		p.XAck(ctx, o.keys.outbox(), couriers, at.row)
		p.XDel(ctx, o.keys.outbox(), at.row)
		if at.merged {
			p.HDel(ctx, o.keys.merged(), at.row)
		}
		return nil
	})
	if err == nil {
		o.release(id, at)
	}
	return gone("finish effect", err)
}

// Later puts an effect off until at; e.Tries tells how often it was tried. Effects that are put off until the same
// moment come again in the order in which they were made.
func (o *Outbox) Later(ctx context.Context, e chat.Effect, at time.Time) error {
	return o.put(ctx, e.ID, at, e)
}

// put takes an effect out of the outbox and lets others, or itself, come back at a moment.
func (o *Outbox) put(ctx context.Context, id string, at time.Time, back ...chat.Effect) error {
	rows := make([]redis.Z, len(back))
	for i, e := range back {
		raw, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode effect: %w", err)
		}
		rows[i] = redis.Z{Score: float64(at.UnixMilli()), Member: inOrder(e.ID) + string(raw)}
	}
	return o.drop(ctx, id, func(p redis.Pipeliner) { p.ZAdd(ctx, o.keys.later(), rows...) })
}

// inOrder is what members of a sorted set begin with, so that effects of the same moment stand in the order of their
// ids, which are those of the rows in which they first stood. It has no brace: the effect begins with the first one.
func inOrder(id string) string {
	var ms, seq uint64
	if n, _ := fmt.Sscanf(id, "%d-%d", &ms, &seq); n != 2 {
		return ""
	}
	return fmt.Sprintf("%020d-%020d ", ms, seq)
}

// GiveUp moves an effect to the list of dead letters, with the reason.
func (o *Outbox) GiveUp(ctx context.Context, e chat.Effect, reason string) error {
	raw, err := json.Marshal(DeadLetter{Effect: e, Reason: reason, At: o.now().UTC()})
	if err != nil {
		return fmt.Errorf("encode effect: %w", err)
	}
	return o.drop(ctx, e.ID, func(p redis.Pipeliner) {
		p.LPush(ctx, o.keys.dead(), raw)
		p.LTrim(ctx, o.keys.dead(), 0, 999)
	})
}

// DeadLetter is an effect that was given up.
type DeadLetter struct {
	Effect chat.Effect `json:"effect"`
	Reason string      `json:"reason"`
	At     time.Time   `json:"at"`
}

// revive puts effects whose time has come back into the outbox.
//
//	KEYS[1] later  KEYS[2] outbox  ARGV[1] now  ARGV[2] at most this many
var revive = newScript(`
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, m in ipairs(due) do
  redis.call('XADD', KEYS[2], '*', 'n', '0', 'e', string.sub(m, string.find(m, '{', 1, true) or 1))
  redis.call('ZREM', KEYS[1], m)
end
return #due
`)

// Revive puts effects whose time has come back into the outbox.
func (o *Outbox) Revive(ctx context.Context) error {
	err := revive.run(ctx, o.client, []string{o.keys.later(), o.keys.outbox()}, o.now().UnixMilli(), 100).Err()
	return gone("revive effects", err)
}

// Waiting counts the effects in the outbox, those put off, and the dead letters.
func (o *Outbox) Waiting(ctx context.Context) (now, later, dead int64, err error) {
	pipe := o.client.Pipeline()
	a, b, c := pipe.XLen(ctx, o.keys.outbox()), pipe.ZCard(ctx, o.keys.later()), pipe.LLen(ctx, o.keys.dead())
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, 0, 0, gone("count effects", err)
	}
	return a.Val(), b.Val(), c.Val(), nil
}

// Dead lists at most limit of the newest dead letters.
func (o *Outbox) Dead(ctx context.Context, limit int64) ([]DeadLetter, error) {
	if limit <= 0 {
		return nil, nil
	}
	rows, err := o.client.LRange(ctx, o.keys.dead(), 0, limit-1).Result()
	if err != nil {
		return nil, gone("read dead letters", err)
	}
	out := make([]DeadLetter, 0, len(rows))
	for _, r := range rows {
		var d DeadLetter
		if err := json.Unmarshal([]byte(r), &d); err != nil {
			return out, fmt.Errorf("decode dead letter: %w", err)
		}
		out = append(out, d)
	}
	return out, nil
}
