package wecom

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/work/msgaudit"
	"go.uber.org/zap"

	"qunguan/bot/chat"
)

// ArchiveSource is the name under which messages of the archive are heard.
const ArchiveSource = "archive"

// ErrNoArchive says that this program cannot read the archive: WeCom gives it out through a C library only.
var ErrNoArchive = errors.New("built without the message archive; build with CGO_ENABLED=1 and -tags msgaudit, on Linux x86-64")

const (
	// "一次拉取的消息条数，最大值1000条" – the library's header, as on the page 获取会话内容.
	archiveLimit = 1000
	// The same page allows 600 calls a minute.
	archivePause = 100 * time.Millisecond
	// WeCom tells of new messages every 15 seconds at most – page 产生会话回调事件.
	archiveEvery = 15 * time.Second
	// archiveWoken is how often it is read at most when told of new messages.
	archiveWoken = 5 * time.Second
	// archiveTogether is how many pages are handed on together at most.
	archiveTogether = 50
	// archiveFirst is how far back the very first reading hears: whoever asked earlier has been answered without the bot,
	// or has given up.
	archiveFirst = time.Hour
	// archiveWorst is how long it is left alone when reading fails for what only the operator can mend.
	archiveWorst = 5 * time.Minute
)

// ArchiveConfig is everything the reader of the message archive (会话内容存档) must be told.
type ArchiveConfig struct {
	CorpID, Secret string
	Keys           []ArchiveKey // one for each version of the public key that records may be sealed with
	Proxy          string       // http://host:port or socks5://host:port; empty: none
	ProxyPassword  string       // "user:password"; empty: none
	Now            func() time.Time
	Log            *zap.Logger // nil: nothing is logged

	// Hear keeps the messages together with the cursor, or returns an error. heard may be empty: then only the cursor
	// moves. The same message may come again.
	Hear func(ctx context.Context, source string, heard []chat.Heard, cursor chat.Cursor) error
	// Cursor is how far Hear has been told to be; 0 at the very first.
	Cursor func(ctx context.Context, source string) (uint64, error)
	// Turn claims the reading at a moment, so that of several replicas one reads; nil: this one always does.
	Turn func(ctx context.Context, job string, at time.Time) (bool, error)
}

// vault is where WeCom's sealed records are. Whoever uses it does so from one goroutine.
type vault interface {
	// pull returns at most limit records that follow seq: "返回的消息从seq+1开始返回".
	pull(seq uint64, limit uint64) ([]msgaudit.ChatData, error)
	// open decrypts encrypt_chat_msg with what was in encrypt_random_key, and returns JSON. WeCom has not published how:
	// it is the one step that only its library can do. In tests an algorithm of their own takes its place.
	open(key []byte, sealed string) ([]byte, error)
	close()
}

// Archive reads WeCom's message archive. Its methods may be called from several goroutines, Run and Check from one.
type Archive struct {
	c     ArchiveConfig
	keys  keyring
	vault vault
	page  uint64 // how many records are pulled at once
	pause time.Duration
	wake  chan struct{}

	mu    sync.Mutex
	state ArchiveState
}

// ArchiveState is how the reading goes, as far as this replica has done it. The zero ArchiveState has not read yet.
type ArchiveState struct {
	At      time.Time // when it last read to the end
	Seq     uint64    // how far
	Skipped int       // records that could not be understood, since the program started
	Err     error     // why the last reading did not come to the end; nil if it did
}

// NewArchive checks c. It reaches nobody. Its error wraps ErrNoArchive in a program that was built without.
func NewArchive(c ArchiveConfig) (*Archive, error) {
	keys, err := newKeyring(c.Keys)
	if err != nil {
		return nil, err
	}
	v, err := openVault(c)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	return newArchive(c, keys, v), nil
}

func newArchive(c ArchiveConfig, keys keyring, v vault) *Archive {
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return &Archive{c: c, keys: keys, vault: v, page: archiveLimit, pause: archivePause, wake: make(chan struct{}, 1)}
}

// State is how the reading goes.
func (a *Archive) State() ArchiveState {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state
}

// Wake makes the next reading come at once. It is what the event msgaudit_notify asks for.
func (a *Archive) Wake() {
	select {
	case a.wake <- struct{}{}:
	default: // it is awake already
	}
}

// Close lets go of the library. It must not be called while Run runs.
func (a *Archive) Close() { a.vault.close() }

// Check asks for one record and opens it: it finds out whether secret, address and keys are right. It keeps nothing.
func (a *Archive) Check() error {
	records, err := a.vault.pull(0, 1)
	if err != nil {
		return archiveFault(err)
	}
	for _, r := range records {
		if _, err := a.keys.open(r); err != nil {
			return err
		}
	}
	return nil
}

// Run reads until ctx ends: every 15 seconds, and when woken.
func (a *Archive) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	wait := archiveEvery
	for {
		slot := archiveEvery
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-a.wake:
			slot = archiveWoken
		}
		wait = again(wait, a.look(ctx, slot))
		timer.Reset(wait)
	}
}

// again is how long to wait after a reading that ended with err. What may pass by itself, such as the codes 10001 to
// 10003 and Redis being away, is tried again at the usual pace; what only the operator can mend, less and less often.
func again(waited time.Duration, err error) time.Duration {
	var f *Fault
	var k *keyFault
	if (errors.As(err, &f) && !f.Retry) || errors.As(err, &k) {
		return min(2*waited, archiveWorst)
	}
	return archiveEvery
}

// look reads to the end if it is this replica's turn, and notes how it went.
func (a *Archive) look(ctx context.Context, slot time.Duration) error {
	mine, err := true, error(nil)
	if a.c.Turn != nil {
		mine, err = a.c.Turn(ctx, ArchiveSource, a.c.Now().Truncate(slot))
	}
	if err == nil && !mine {
		return nil
	}
	if err == nil {
		err = a.read(ctx)
	}
	if ctx.Err() != nil {
		return nil
	}
	a.mu.Lock()
	if a.state.Err = err; err == nil {
		a.state.At = a.c.Now()
	}
	a.mu.Unlock()
	if err != nil {
		a.c.Log.Error("archive not read to its end", zap.Error(err))
	}
	return err
}

// read hears everything that follows the stored cursor. Several pages are handed on together: a question whose answer
// stands on the next page must not look as if it had waited since.
func (a *Archive) read(ctx context.Context) error {
	kept, err := a.c.Cursor(ctx, ArchiveSource)
	if err != nil {
		return fmt.Errorf("read cursor: %w", err)
	}
	since := time.Time{}
	if kept == 0 {
		since = a.c.Now().Add(-archiveFirst)
		a.c.Log.Info("archive is read for the first time; messages are heard from an hour ago on", zap.Time("since", since))
	}
	var heard []chat.Heard
	for seq, pages := kept, 1; ; pages++ {
		records, failed := a.vault.pull(seq, a.page)
		some, last, unread := a.understand(records, seq)
		for _, h := range some {
			if !h.At.Before(since) {
				heard = append(heard, h)
			}
		}
		seq = last
		end := failed != nil || unread != nil || uint64(len(records)) < a.page
		if (end || pages%archiveTogether == 0) && seq > kept {
			if err := a.keep(ctx, heard, seq); err != nil {
				return err
			}
			kept, heard = seq, nil
		}
		switch {
		case failed != nil:
			return archiveFault(failed)
		case end:
			return unread
		}
		if err := a.rest(ctx); err != nil {
			return err
		}
	}
}

func (a *Archive) keep(ctx context.Context, heard []chat.Heard, seq uint64) error {
	if err := a.c.Hear(ctx, ArchiveSource, heard, chat.Cursor{Source: ArchiveSource, Seq: seq}); err != nil {
		return fmt.Errorf("keep messages: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.state.Seq = seq
	return nil
}

// understand opens records in their order, up to the first whose key is missing: going on would let what it says be
// lost, and the operator can still mend it. A record that is broken in itself is counted and left out.
func (a *Archive) understand(records []msgaudit.ChatData, seq uint64) (heard []chat.Heard, last uint64, unread error) {
	slices.SortFunc(records, func(x, y msgaudit.ChatData) int { return cmp.Compare(x.Seq, y.Seq) })
	last = seq
	for _, r := range records {
		h, says, err := a.message(r)
		var missing *keyFault
		if errors.As(err, &missing) {
			return heard, last, err
		}
		last = max(last, r.Seq)
		switch {
		case err != nil:
			a.mu.Lock()
			a.state.Skipped++
			a.mu.Unlock()
			a.c.Log.Error("record of the archive left out", zap.Uint64("seq", r.Seq), zap.String("msgid", brief(r.MsgID, 64)), zap.Error(err))
		case says:
			heard = append(heard, h)
		}
	}
	return heard, last, nil
}

func (a *Archive) message(r msgaudit.ChatData) (chat.Heard, bool, error) {
	key, err := a.keys.open(r)
	if err != nil {
		return chat.Heard{}, false, err
	}
	// WeCom's library ends the whole process when it is given less than its own header.
	if len(r.EncryptChatMsg) < minSealed {
		return chat.Heard{}, false, errors.New("encrypt_chat_msg is too short")
	}
	plain, err := a.vault.open(key, r.EncryptChatMsg)
	if err != nil {
		return chat.Heard{}, false, fmt.Errorf("decrypt: %w", archiveFault(err))
	}
	return readArchived(plain)
}

// minSealed is one block of a cipher in base64; every record is longer.
const minSealed = 24

// rest keeps the pace of calls that WeCom allows.
func (a *Archive) rest(ctx context.Context) error {
	timer := time.NewTimer(a.pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
