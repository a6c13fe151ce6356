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

	"qunguan/bot/journal"
	"qunguan/configs"
	"qunguan/scheduler"
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

// configuredSealing is the sealing of the configuration. make says whether a key may be made: only the service does.
func configuredSealing(c configs.Config, make bool) (sealing, error) {
	file := c.Audit.KeyFile
	if file == configs.NoKey {
		return sealing{}, nil
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) && !make {
		return sealing{}, usageError{fmt.Errorf("audit.key_file: there is no %s; the service makes it on its first start", file)}
	}
	s, err := openSealing(file, keyName(c))
	if err != nil {
		return s, usageError{fmt.Errorf("audit.key_file: %w; the service must be able to write there (it keeps the newest checkpoint beside the key), or set it to %s", err, configs.NoKey)}
	}
	return s, nil
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

// seal lets the tree grow with the journal until ctx ends. A fault is logged when it comes and when it goes, not every
// second.
func (s *system) seal(ctx context.Context) {
	if !s.sealing.on() {
		return
	}
	sealer := scheduler.NewSealer(s.seals, s.sealing.signer, s.sealing.verifier, s.sealing.kept, s.now, s.log)
	every := time.NewTicker(sealEvery)
	defer every.Stop()
	was := ""
	for {
		n, err := sealer.Step(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && err.Error() != was:
			was = err.Error()
			s.log.Error("journal is not sealed", zap.Error(err))
		case err == nil && was != "":
			was = ""
			s.log.Info("journal is sealed again")
		case n == scheduler.PerSeal:
			continue // there is probably more
		}
		s.sealFault.Store(&was)
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}
