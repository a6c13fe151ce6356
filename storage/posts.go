package storage

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/chat"
)

// boxOf is where an effect waits: letters to another system have a queue for each system, so that one that is down keeps
// nobody waiting but itself.
func boxOf(e chat.Effect) string {
	if e.Kind == chat.Post {
		return keys{}.posts(string(e.To))
	}
	return keys{}.outbox()
}

// Posts holds the letters to other systems. Of several processes one at a time posts through a link, and the letters of
// one go in the order in which they were committed. Safe for concurrent use.
type Posts struct {
	*Tenant
	holder string
}

// Posts returns the letters for one postman.
func (t *Tenant) Posts() *Posts { return &Posts{Tenant: t, holder: rand.Text()} }

// postLease is how long a letter that was taken is left to its postman, who has less time than that to post it.
const postLease = 30 * time.Second

// takePost gives the first letter of a link to a postman.
//
//	KEYS[1] posts  KEYS[2] link  ARGV[1] now  ARGV[2] end of the lease  ARGV[3] the postman
//
// Returns {row, entry number, effect, tries}, or nothing: another postman is at it, its moment has not come, or no letter
// is there.
var takePost = newScript(`
local s = redis.call('HMGET', KEYS[2], 'lease', 'holder', 'next', 'tries')
if s[1] and tonumber(s[1]) > tonumber(ARGV[1]) and s[2] ~= ARGV[3] then return {} end
if s[3] and tonumber(s[3]) > tonumber(ARGV[1]) then return {} end
local head = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)
if #head == 0 then redis.call('HDEL', KEYS[2], 'lease', 'holder') return {} end
redis.call('HSET', KEYS[2], 'lease', ARGV[2], 'holder', ARGV[3])
local n, e = '0', ''
for i = 1, #head[1][2], 2 do
  if head[1][2][i] == 'n' then n = head[1][2][i + 1] elseif head[1][2][i] == 'e' then e = head[1][2][i + 1] end
end
return {head[1][1], n, e, s[4] or '0'}
`)

// Take returns the letter that is next for a link; ok is false if there is none to post now. Until it is posted, put off
// or given up, or the lease is over, no other postman gets one. A letter keeps its id however often it is taken.
func (p *Posts) Take(ctx context.Context, link string) (e chat.Effect, ok bool, err error) {
	now := p.now()
	out, err := takePost.run(ctx, p.client, []string{p.keys.posts(link), p.keys.link(link)},
		now.UnixMilli(), now.Add(postLease).UnixMilli(), p.holder).StringSlice()
	if err != nil {
		return chat.Effect{}, false, gone("take letter", err)
	}
	if len(out) < 4 {
		return chat.Effect{}, false, nil
	}
	if err := json.Unmarshal([]byte(out[2]), &e); err != nil || e.Letter == nil {
		// It would come again for ever, and those behind it would wait.
		return chat.Effect{}, false, p.Drop(ctx, chat.Effect{ID: out[0], Kind: chat.Post, To: chat.User(link)}, "it cannot be read")
	}
	e.ID, e.Letter.ID = out[0], out[0]
	e.Tries, _ = strconv.Atoi(out[3])
	if n, err := strconv.ParseInt(out[1], 10, 64); err == nil && n != 0 && len(e.Letter.Entry) > 1 {
		// The number is known only once the entry is committed; the entry itself stays as it was.
		e.Letter.Entry = append(fmt.Appendf(nil, `{"n":%d,`, n), e.Letter.Entry[1:]...)
	}
	return e, true, nil
}

// Posted says that a letter has arrived.
func (p *Posts) Posted(ctx context.Context, e chat.Effect) error {
	return p.settle(ctx, e, func(pipe redis.Pipeliner, link string) {
		pipe.HSet(ctx, link, "ok", p.now().UnixMilli())
		pipe.HDel(ctx, link, "lost")
	})
}

// Drop moves a letter to the dead letters, with the reason; the next one gets its turn.
func (p *Posts) Drop(ctx context.Context, e chat.Effect, reason string) error {
	now := p.now()
	raw, err := json.Marshal(DeadLetter{Effect: e, Reason: reason, At: now.UTC()})
	if err != nil {
		return fmt.Errorf("encode letter: %w", err)
	}
	return p.settle(ctx, e, func(pipe redis.Pipeliner, link string) {
		pipe.HSet(ctx, link, "fault", reason, "failed", now.UnixMilli())
		pipe.HIncrBy(ctx, link, "lost", 1)
		pipe.LPush(ctx, p.keys.dead(), raw)
		pipe.LTrim(ctx, p.keys.dead(), 0, 999)
	})
}

// settle takes a letter out of its queue.
func (p *Posts) settle(ctx context.Context, e chat.Effect, also func(redis.Pipeliner, string)) error {
	link := p.keys.link(string(e.To))
	_, err := p.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.XDel(ctx, p.keys.posts(string(e.To)), e.ID)
		pipe.HDel(ctx, link, "tries", "next")
		also(pipe, link)
		return nil
	})
	return gone("finish letter", err)
}

// Later puts a letter off, and with it all behind it; e.Tries tells how often it was tried.
func (p *Posts) Later(ctx context.Context, e chat.Effect, at time.Time, reason string) error {
	link := p.keys.link(string(e.To))
	_, err := p.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.HSet(ctx, link, "tries", e.Tries, "next", at.UnixMilli(), "fault", reason, "failed", p.now().UnixMilli())
		pipe.HDel(ctx, link, "lease", "holder")
		return nil
	})
	return gone("put letter off", err)
}

// PostState is how it goes with the letters of a link.
type PostState struct {
	Waiting int64     // letters that have not arrived yet
	Tries   int       // how often the first of them was tried in vain
	Next    time.Time // when it is tried again; zero: now
	OK      time.Time // when a letter arrived last
	Failed  time.Time // when an attempt failed last
	Fault   string    // and why
	Lost    int64     // letters given up since one arrived
}

// State tells how it goes with the letters of a link.
func (p *Posts) State(ctx context.Context, link string) (PostState, error) {
	pipe := p.client.Pipeline()
	n, h := pipe.XLen(ctx, p.keys.posts(link)), pipe.HGetAll(ctx, p.keys.link(link))
	if _, err := pipe.Exec(ctx); err != nil {
		return PostState{}, gone("read link", err)
	}
	kept := h.Val()
	number := func(field string) int64 { v, _ := strconv.ParseInt(kept[field], 10, 64); return v }
	moment := func(field string) time.Time {
		if ms := number(field); ms != 0 {
			return time.UnixMilli(ms).UTC()
		}
		return time.Time{}
	}
	return PostState{
		Waiting: n.Val(), Tries: int(number("tries")), Next: moment("next"), OK: moment("ok"), Failed: moment("failed"),
		Fault: kept["fault"], Lost: number("lost"),
	}, nil
}
