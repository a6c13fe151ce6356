package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/configs"
	"qunguan/scheduler"
	"qunguan/storage"
)

// sealing is how this installation seals its journal. The zero sealing seals nothing.
type sealing struct {
	signer   journal.Signer
	verifier journal.Verifier
	public   string // the key that verifies, as text
	kept     keptCheckpoint
}

// on says whether the journal is sealed.
func (s sealing) on() bool { return s.signer != nil }

// configuredSealing is the sealing of the configuration. first says whether a key may be made: only the service does.
func configuredSealing(c configs.Config, first bool) (sealing, error) {
	file := c.Audit.KeyFile
	if file == configs.NoKey {
		return sealing{}, nil
	}
	if isMissing(file) && !first {
		return sealing{}, usageError{fmt.Errorf("audit.key_file: there is no %s; the service makes it on its first start", fullName(file))}
	}
	s, err := openSealing(file, keyName(c))
	if err != nil {
		return s, usageError{fmt.Errorf("audit.key_file: %w; the service must be able to write there (it keeps the newest checkpoint beside the key), or set it to %s", err, configs.NoKey)}
	}
	return s, nil
}

// checkSealing says in a line whether the journal will be sealed, or fails with why it cannot be. It makes no key.
func checkSealing(c configs.Config) (string, error) {
	file := c.Audit.KeyFile
	if file == configs.NoKey {
		return "warn journal seal: off, audit.key_file is " + configs.NoKey, nil
	}
	fresh := isMissing(file)
	if !fresh {
		s, err := configuredSealing(c, false)
		if err != nil {
			return "", err
		}
		if _, err := s.kept.Last(); err != nil {
			return "", fmt.Errorf("audit.key_file: %w; it is kept beside the key, and is moved away together with it", err)
		}
	}
	// The newest checkpoint is kept beside the key, so the service has to write there.
	made, err := probeDirectory(filepath.Dir(file))
	switch {
	case err != nil:
		return "", fmt.Errorf("audit.key_file: the service %w", err)
	case made:
		return "ok   journal seal: " + file + " and its directory are made on the first start", nil
	case fresh:
		return "ok   journal seal: " + file + " is made on the first start; all replicas need the same", nil
	}
	if why := openToOthers(file); why != "" {
		return "warn journal seal: " + why, nil
	}
	return "ok   journal seal: " + file, nil
}

func isMissing(file string) bool {
	_, err := os.Stat(file)
	return errors.Is(err, fs.ErrNotExist)
}

// fullName is a file as somebody finds it from wherever they are.
func fullName(file string) string {
	if full, err := filepath.Abs(file); err == nil {
		return full
	}
	return file
}

// mayMakeKey fails where there is no key and the journal is sealed with one already: a second key would seal nothing, and
// the mistake would go unnoticed. It asks Redis only where there is no key.
func mayMakeKey(ctx context.Context, c configs.Config) error {
	if c.Audit.KeyFile == configs.NoKey || !isMissing(c.Audit.KeyFile) {
		return nil
	}
	size, err := sealedAlready(ctx, c)
	switch {
	case err != nil:
		return fmt.Errorf("audit.key_file: there is no %s yet, and Redis must be asked whether the journal is sealed already before one is made: %w",
			fullName(c.Audit.KeyFile), err)
	case size > 0:
		return usageError{fmt.Errorf("audit.key_file: there is no %s, but %d entries of the journal are sealed with a key already; "+
			"put that key there, as on the other replicas (if it is lost: docs/audit.md)", fullName(c.Audit.KeyFile), size)}
	}
	return nil
}

// sealedAlready is how many entries are sealed.
func sealedAlready(ctx context.Context, c configs.Config) (int64, error) {
	r := storage.Open(redisOptions(c))
	defer func() { _ = r.Close() }()
	size, _, err := r.Tenant(chat.Corp(c.WeCom.CorpID), time.Now).Seals().Sealed(ctx)
	return size, err
}

// probeDirectory says whether files can be written in a directory, or, where it is not there yet (made), whether it can
// be made. It leaves nothing behind.
func probeDirectory(dir string) (made bool, err error) {
	for at := dir; ; at = filepath.Dir(at) {
		_, err := os.Stat(at)
		if errors.Is(err, fs.ErrNotExist) && at != filepath.Dir(at) {
			continue
		}
		probe, err := os.CreateTemp(at, ".qunguan-check-*")
		if err == nil {
			err = errors.Join(probe.Close(), os.Remove(probe.Name()))
		}
		if err != nil {
			return at != dir, fmt.Errorf("cannot write to %s: %w", at, err)
		}
		return at != dir, nil
	}
}

// openToOthers says why a key is not as secret as it should be: whoever reads it can sign another history. Group members
// may read it, since that is how containers are given secrets.
func openToOthers(file string) string {
	i, err := os.Stat(file)
	if err != nil || i.Mode().Perm()&0o027 == 0 {
		return ""
	}
	return fmt.Sprintf("%s has the mode %04o: others on this machine can read or change the key, and sign what they like; chmod 600 %s",
		file, i.Mode().Perm(), file)
}

// checkExport says in a line whether the scheduled export can be written, or fails with why not. It makes no directory.
func checkExport(c configs.Config) (string, error) {
	dir := c.Audit.Export.Dir
	if dir == "" {
		return "ok   journal export: off, audit.export.dir is not set", nil
	}
	made, err := probeDirectory(dir)
	switch {
	case err != nil:
		return "", fmt.Errorf("audit.export.dir: the service %w; name a directory that it can write to, or leave it empty", err)
	case made:
		return "ok   journal export: " + dir + " is made by the first one", nil
	}
	return "ok   journal export: " + dir, nil
}

// keyName is whose journal a key seals; it stands in every checkpoint.
func keyName(c configs.Config) string { return "qunguan/" + c.WeCom.CorpID }

// openSealing opens the key of the journal, and makes one where there is none. The file holds all that is needed to sign:
// whoever reads it can forge checkpoints, so it is made for its owner alone, and it never goes to Redis.
func openSealing(file, name string) (sealing, error) {
	raw, err := os.ReadFile(filepath.Clean(file))
	if errors.Is(err, fs.ErrNotExist) {
		if raw, err = makeKey(file, name); err != nil {
			return sealing{}, err
		}
	}
	if err != nil {
		return sealing{}, fmt.Errorf("read the key of the journal: %w", err)
	}
	_, public, _ := strings.Cut(strings.TrimSpace(string(raw)), "\n")
	s := sealing{public: public}
	if s.signer, s.verifier, err = journal.OpenKey(string(raw)); err != nil {
		return sealing{}, fmt.Errorf("%s: %w", file, err)
	}
	if s.signer.Name() != name {
		return sealing{}, fmt.Errorf("%s is the key of %s, not of %s; name another file in audit.key_file", file, s.signer.Name(), name)
	}
	s.kept = keptCheckpoint{file: file + ".checkpoint", verifier: s.verifier}
	return s, nil
}

// makeKey makes the key file. Of several processes that start at once one makes it, and the others read that one.
func makeKey(file, name string) ([]byte, error) {
	text, err := journal.NewKey(rand.Reader, name)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("make the key of the journal: %w", err)
	}
	if err := whole(file, []byte(text), os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make the key of the journal: %w", err)
	}
	return os.ReadFile(filepath.Clean(file))
}

// whole writes a file so that nobody reads a part of it: place puts it under its name.
func whole(file string, content []byte, place func(from, to string) error) error {
	t, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(t.Name()) }()
	_, err = t.Write(content)
	if err = errors.Join(err, t.Sync(), t.Close()); err != nil {
		return err
	}
	return place(t.Name(), file)
}

// keptCheckpoint is the newest checkpoint, kept beside the key: what is put back in Redis, or cut off there, is found by
// it after a restart.
type keptCheckpoint struct {
	file     string
	verifier journal.Verifier
}

// Last is the checkpoint that was kept last; the zero Checkpoint if none was.
func (k keptCheckpoint) Last() (journal.Checkpoint, error) {
	raw, err := os.ReadFile(k.file)
	if errors.Is(err, fs.ErrNotExist) {
		return journal.Checkpoint{}, nil
	}
	if err != nil {
		return journal.Checkpoint{}, fmt.Errorf("read the kept checkpoint: %w", err)
	}
	c, err := journal.OpenCheckpoint(string(raw), k.verifier)
	if err != nil {
		return c, fmt.Errorf("%s: %w", k.file, err)
	}
	return c, nil
}

// Keep keeps a checkpoint in place of the last one.
func (k keptCheckpoint) Keep(c journal.Checkpoint) error {
	if err := whole(k.file, []byte(c.Note), os.Rename); err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	return nil
}

// sealEvery is how long an entry may stand in the journal before it is sealed.
const sealEvery = time.Second

// seal lets the tree grow with the journal until ctx ends.
func (s *system) seal(ctx context.Context) {
	if !s.sealing.on() {
		return
	}
	every := time.NewTicker(sealEvery)
	defer every.Stop()
	for ctx.Err() == nil {
		if s.sealOnce(ctx) == scheduler.PerSeal {
			continue // there is probably more
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// sealOnce seals what is new, and returns how many entries that were. A fault is logged when it comes and when it goes,
// not every second.
func (s *system) sealOnce(ctx context.Context) int {
	n, err := s.sealer.Step(ctx)
	if ctx.Err() != nil {
		return 0
	}
	s.meters.sealed(err == nil)
	was := s.sealFault.Swap(&err)
	switch {
	case err != nil && (was == nil || *was == nil || (*was).Error() != err.Error()):
		s.log.Error("journal is not sealed", zap.Error(err))
	case err == nil && was != nil && *was != nil:
		s.log.Info("journal is sealed again")
	}
	return n
}

// sealPart tells whether the journal is sealed, and up to where.
func (s *system) sealPart(ctx context.Context) bot.Part {
	p := bot.Part{Name: sealName, Works: true}
	if !s.sealing.on() {
		p.Note = chat.Text{ZH: "未开启（audit.key_file 为 none）", EN: "off (audit.key_file is none)"}
		return p
	}
	if fault := s.sealFault.Load(); fault != nil && *fault != nil {
		p.Works, p.Note = false, sealAdvice(*fault)
		return p
	}
	c, err := s.auditor.Newest(ctx)
	switch {
	case err != nil:
		p.Works, p.Note = false, sealAdvice(err)
	case c.Size == 0:
		p.Note = chat.Text{ZH: "还没有条目", EN: "no entries yet"}
	default:
		p.Note = chat.Text{ZH: "已封存到 #%d，检查点 %s", EN: "sealed up to #%d, checkpoint of %s"}.F(
			c.Size, c.At.In(zoneOf(s)).Format("2006-01-02 15:04"))
	}
	return p
}

// sealAdvice tells people why the journal is not sealed, and what to do about it.
func sealAdvice(err error) chat.Text {
	switch {
	case errors.Is(err, scheduler.ErrOtherKey), errors.Is(err, journal.ErrSignature):
		return chat.Text{
			ZH: "停止封存：Redis 里的检查点不是用这把密钥签的。各副本须用同一个 audit.key_file；若一直如此，检查点被改过",
			EN: "stopped: the checkpoint in Redis is not signed with this key. All replicas need the same audit.key_file; if they have it, the checkpoint was changed",
		}
	case errors.Is(err, journal.ErrMiscounted):
		return chat.Text{
			ZH: "停止封存：Redis 里记的封存条数被改，与签名的不一致；`qunguan audit verify` 说应是多少，改回去就继续",
			EN: "stopped: the number of sealed entries in Redis was changed and is not the one that was signed; `qunguan audit verify` says which it is; put it back, and it goes on",
		}
	case errors.Is(err, journal.ErrRolledBack):
		return chat.Text{ZH: "停止封存：现有记录不是已签名记录的延续（Redis 被改写，或恢复了较早的备份）", EN: "stopped: the journal does not go on from what was signed (Redis was rewritten, or an older backup restored)"}
	case errors.Is(err, scheduler.ErrGap):
		return chat.Text{ZH: "停止封存：记录中间有缺号", EN: "stopped: entries are missing"}
	case errors.Is(err, scheduler.ErrLast):
		return chat.Text{ZH: "停止封存：最后一条已封存的记录被删或被换", EN: "stopped: the newest sealed entry is gone or is another one"}
	}
	return chat.Text{ZH: "停止封存：%s", EN: "stopped: %s"}.F(chat.Escape(err.Error()))
}
