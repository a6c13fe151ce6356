// Package storage keeps everything in Redis: it is the only package that knows a key or a script. It promises that
// one commit is whole or does not happen, that an accepted message is not lost, and that absence is a good zero value:
// redis.Nil never leaves it. It holds no rule about who may do what.
//
// All keys of one tenant carry one hash tag, so that every script finds its keys in one slot:
//
//	<prefix>:{<corp>}:state:<aggregate>  hash    every field one record
//	<prefix>:{<corp>}:versions           hash    the version of every aggregate
//	<prefix>:{<corp>}:head               string  the number of the newest journal entry
//	<prefix>:{<corp>}:journal            stream  entry n has the id n-0; of those that are archived, none are there
//	<prefix>:{<corp>}:archived           hash    to: the last entry that is archived; first, last: moments; where: the files
//	<prefix>:{<corp>}:index:<what>:<id>  zset    entry numbers by kind, actor, target, group, item, changed, refused, undoable
//	<prefix>:{<corp>}:usage:<group>      hash    <actor>/<item>: when it was last used, Unix milliseconds; no group: company-wide
//	<prefix>:{<corp>}:inbox:<message>    hash    m: the message; r, n: its reply and entry, once finished
//	<prefix>:{<corp>}:pending            zset    messages that are not finished, by when another process takes them up
//	<prefix>:{<corp>}:outbox             stream  effects to carry out, with the consumer group "couriers"
//	<prefix>:{<corp>}:posts:<link>       stream  letters to another system, each of which waits for the one before it
//	<prefix>:{<corp>}:link:<link>        hash    how it goes with them: lease, holder, tries, next, ok, fault, failed, lost
//	<prefix>:{<corp>}:later              zset    effects that wait for another attempt, by when
//	<prefix>:{<corp>}:merged             hash    row of the outbox: the effect that it and others have become
//	<prefix>:{<corp>}:dead               list    effects that were given up, newest first
//	<prefix>:{<corp>}:agenda             zset    records that must be looked at, by when
//	<prefix>:{<corp>}:token:<name>       string  access tokens of the platform
//	<prefix>:{<corp>}:tree:<i>            string  hashes of the Merkle tree over the journal, a megabyte each
//	<prefix>:{<corp>}:sealed             hash    size: entries that the tree has; note: the checkpoint that was signed then
//	<prefix>:{<corp>}:rhythm:<job>       hash    since when a rhythm is waited for, and how it went last
//	<prefix>:{<corp>}:firings:<job>      zset    the newest moments for which a rhythm has run, Unix milliseconds
//	<prefix>:{<corp>}:lease:<job>        string  who is running a rhythm now, with an end
//	<prefix>:{<corp>}:turn:<job>         string  the last moment of a job that a replica took for its own
//	<prefix>:{<corp>}:heartbeat          zset    replicas, by their last sign of life on the clock of Redis
//	<prefix>:{<corp>}:silence            hash    from, to, due: a time without signs that the owners have not been told of
//	<prefix>:{<corp>}:heard:<address>    zset    hours in which the platform called an address, by when it last did
//	<prefix>:{<corp>}:read               zset    groups, by when the platform last told of them
//	<prefix>:{<corp>}:probe              string  what the self-test wrote
//	<prefix>:{<corp>}:rate:<recipient>   string  <when the running minute began>:<messages to one recipient in it>
//	<prefix>:{<corp>}:clocks:<0-1023>    hash    short form of a group: its id and its packed clock, see clock.go
//	<prefix>:{<corp>}:waiting            zset    short forms of groups whose customer waits, by when to look at them
//	<prefix>:{<corp>}:cursor:<source>    string  how far a source of messages has been read
//	<prefix>:{<corp>}:tally:<yyyymm>:<g> hash    response times of a group: <day><cell>: a number
//	<prefix>:{<corp>}:tally:<yyyymmdd>   hash    response times of the company: <cell>: a number
//	<prefix>:{<corp>}:listed:<group>     zset    messages to be looked through: id, who, form; by when they were written
//
// Scripts name some keys by themselves, from the prefix and their arguments; that is sound because all of them
// share the slot of KEYS[1].
package storage

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/chat"
)

// Options say where Redis is: one address, several for a cluster, or several sentinels with a master's name.
type Options struct {
	Addrs      []string
	Username   string
	Password   string
	DB         int
	TLS        bool
	MasterName string
	Prefix     string // first part of every key; empty is "qunguan"
}

// Redis is a connection that all tenants share. Safe for concurrent use.
type Redis struct {
	client redis.UniversalClient
	prefix string
}

// Open prepares a connection; it does not wait for the server.
func Open(o Options) *Redis {
	u := &redis.UniversalOptions{
		Addrs: o.Addrs, Username: o.Username, Password: o.Password, DB: o.DB, MasterName: o.MasterName,
		DialTimeout: time.Second, ReadTimeout: 2 * time.Second, WriteTimeout: 2 * time.Second,
		// A commit that is sent twice finds itself finished, so one more attempt is safe.
		MaxRetries: 1, MinRetryBackoff: 5 * time.Millisecond, MaxRetryBackoff: 20 * time.Millisecond,
		DialerRetries:         1, // whoever calls back must hear within seconds that Redis is away
		ContextTimeoutEnabled: true, DisableIdentity: true,
	}
	if o.TLS {
		u.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	prefix := o.Prefix
	if prefix == "" {
		prefix = "qunguan"
	}
	return &Redis{client: redis.NewUniversalClient(u), prefix: prefix}
}

// The client would write faults to standard error; here they are returned, and whoever gets them logs them once.
func init() { redis.SetLogger(silent{}) }

type silent struct{}

// Printf says nothing.
func (silent) Printf(context.Context, string, ...any) {}

// Close ends the connection.
func (r *Redis) Close() error {
	if err := r.client.Close(); err != nil {
		return fmt.Errorf("close redis: %w", err)
	}
	return nil
}

// Ping says whether Redis answers; the error is chat.ErrUnavailable with the cause.
func (r *Redis) Ping(ctx context.Context) error { return gone("ping redis", r.client.Ping(ctx).Err()) }

// Version is what the server calls its version, such as 7.2.4; empty where it does not say.
func (r *Redis) Version(ctx context.Context) string {
	info, err := r.client.Info(ctx, "server").Result()
	if err != nil {
		return ""
	}
	for line := range strings.Lines(info) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "redis_version:"); ok {
			return v
		}
	}
	return ""
}

// OldestServer is the oldest major version of Redis that this program was made for and is tested with.
const OldestServer = 7

// Hook lets a test or a metric see every command that goes to Redis.
func (r *Redis) Hook(h redis.Hook) { r.client.AddHook(h) }

// Tenant is what one company keeps.
type Tenant struct {
	client  redis.UniversalClient
	keys    keys
	now     func() time.Time
	archive Archive // nil: this process reads none
}

// Tenant returns the keeper of one company's things. now is the clock of leases and deadlines.
func (r *Redis) Tenant(c chat.Corp, now func() time.Time) *Tenant {
	return &Tenant{client: r.client, keys: keys{prefix: r.prefix + ":{" + string(c) + "}:"}, now: now}
}

// keys names every key of one tenant; no other place does.
type keys struct{ prefix string }

func (k keys) head() string                     { return k.prefix + "head" }
func (k keys) journal() string                  { return k.prefix + "journal" }
func (k keys) archived() string                 { return k.prefix + "archived" }
func (k keys) index(what string, id any) string { return k.prefix + "index:" + indexName(what, id) }
func (k keys) inbox(message string) string      { return k.prefix + "inbox:" + message }
func (k keys) pending() string                  { return k.prefix + "pending" }
func (k keys) outbox() string                   { return k.prefix + "outbox" }
func (k keys) posts(link string) string         { return k.prefix + "posts:" + link }
func (k keys) link(name string) string          { return k.prefix + "link:" + name }
func (k keys) later() string                    { return k.prefix + "later" }
func (k keys) merged() string                   { return k.prefix + "merged" }
func (k keys) dead() string                     { return k.prefix + "dead" }
func (k keys) agenda() string                   { return k.prefix + "agenda" }
func (k keys) token(name string) string         { return k.prefix + "token:" + name }
func (k keys) tree(i int64) string              { return fmt.Sprintf("%stree:%d", k.prefix, i) }
func (k keys) sealed() string                   { return k.prefix + "sealed" }
func (k keys) rhythm(job string) string         { return k.prefix + "rhythm:" + job }
func (k keys) firings(job string) string        { return k.prefix + "firings:" + job }
func (k keys) lease(job string) string          { return k.prefix + "lease:" + job }
func (k keys) turn(job string) string           { return k.prefix + "turn:" + job }
func (k keys) heartbeat() string                { return k.prefix + "heartbeat" }
func (k keys) silence() string                  { return k.prefix + "silence" }
func (k keys) heard(address string) string      { return k.prefix + "heard:" + address }
func (k keys) read() string                     { return k.prefix + "read" }
func (k keys) probe() string                    { return k.prefix + "probe" }
func (k keys) rate(recipient string) string     { return k.prefix + "rate:" + recipient }
func (k keys) waiting() string                  { return k.prefix + "waiting" }
func (k keys) clocks(shard int) string          { return k.prefix + "clocks:" + strconv.Itoa(shard) }
func (k keys) cursor(source string) string      { return k.prefix + "cursor:" + source }
func (k keys) tally(of string) string           { return k.prefix + "tally:" + of }
func (k keys) listed(g chat.Group) string       { return k.prefix + "listed:" + string(g) }
func indexName(what string, id any) string      { return fmt.Sprintf("%s:%v", what, id) }

// gone turns every failure of Redis into chat.ErrUnavailable: whoever asked can only come again.
func gone(doing string, err error) error {
	if err == nil || errors.Is(err, redis.Nil) {
		return nil
	}
	return fmt.Errorf("%s: %w: %w", doing, chat.ErrUnavailable, err)
}

// script is a Lua script that is sent whole when the server does not know it yet.
type script struct{ *redis.Script }

func newScript(lua string) script { return script{redis.NewScript(lua)} }

// run calls the script in one round trip; after a restart of Redis in two.
func (s script) run(ctx context.Context, c redis.Scripter, keys []string, args ...any) *redis.Cmd {
	return s.Run(ctx, c, keys, args...)
}

// unknownScript says whether a pipeline met a server that lost its scripts.
func unknownScript(err error) bool {
	return err != nil && strings.HasPrefix(err.Error(), "NOSCRIPT")
}
