package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"qunguan/bot/journal"
	"qunguan/configs"
)

// verification is what is to be verified, against what.
type verification struct {
	config, checkpoints, key string
	files                    []string // an export, in its order
}

func auditVerifyCommand() *cobra.Command {
	var v verification
	c := &cobra.Command{
		Use:   "verify --config FILE [--checkpoint FILE] [--key FILE] | verify --file EXPORT.jsonl … --checkpoint FILE --key FILE",
		Short: "Compare the journal with what was signed, and name the first entry that does not fit",
		Long: `Compare the journal with what was signed, and name the first entry that does not fit.

With --config the live journal is read, and compared with the newest checkpoint and with the one that the service has
kept beside its key. --checkpoint adds those of a file: what was posted to the managers' group, say, one after the
other. Whoever can write to Redis, and has the key too, cannot have changed those. --key names the public key, where the
private one is out of reach.

With --file an export is read instead, with nothing but the public key (qunguan audit key): no Redis, no service. It
must be a whole one, from the first entry on, without filters; one in several files, as schedule.export writes them, is
given as several --file, or as a pattern in quotes: --file 'audit-*.jsonl'. Files of the archive (.gz) are read as they are:
--file 'old/journal-*.jsonl.gz' --file 'audit-*.jsonl'. What a file has already shown, another one may begin with.

Exit code 0: everything fits. 1: something does not, or the journal could not be read.`,
		Example: "  qunguan audit verify --config qunguan.yaml",
		Args:    exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return v.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	configFlag(c, &v.config)
	c.Flags().StringArrayVar(&v.files, "file", nil, "an export (jsonl) to read instead of the live journal; may be given again")
	c.Flags().StringVar(&v.checkpoints, "checkpoint", "", "a file of signed checkpoints, one after the other")
	c.Flags().StringVar(&v.key, "key", "", "the file of the public key; with --config, where it is left out, that of the configuration")
	return c
}

// errTampered says that the journal is not what was signed; the line has told where.
var errTampered = errors.New("the journal is not what was signed")

func (v verification) run(ctx context.Context, out, progress io.Writer) error {
	tell, end := progressOn(progress)
	look := v.live
	if len(v.files) > 0 {
		look = v.offline
	}
	verdict, err := look(ctx, tell)
	end()
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(out, judged(verdict))
	if f := verdict.Fault; f != nil && f.Flaw == journal.Removed && len(v.files) > 0 {
		_, _ = fmt.Fprintln(out, "     an export proves something only as a whole; if this one has filters, or a file of it is missing: "+
			"qunguan audit export --config FILE --format jsonl --out all.jsonl")
	}
	if verdict.Fault != nil {
		return errTampered
	}
	return nil
}

func (v verification) live(ctx context.Context, tell func(read, of int64)) (journal.Verdict, error) {
	s, err := v.system()
	if err != nil {
		return journal.Verdict{}, err
	}
	defer func() { _ = s.close() }()
	marks, err := v.marks(s.sealing.verifier)
	if err != nil {
		return journal.Verdict{}, err
	}
	verdict, err := s.auditor.Inspect(ctx, marks, tell)
	if err == nil && verdict.Fault == nil && verdict.Hashed > 0 {
		a, err := s.tenant.Archived(ctx)
		return verdict, errors.Join(err, fmt.Errorf(
			"entries #1 to #%d are in %s and were not read (%w), so only their hashes were compared, which fit, as does the rest; read them, too, with audit.archive.dir",
			verdict.Hashed, a.Where, s.archiveFault(a)))
	}
	return verdict, err
}

// system is one that can verify its journal: with the public key that is given, else with that of the configuration.
func (v verification) system() (*system, error) {
	if v.key == "" {
		return sealedSystem(v.config, "there is nothing to verify it with")
	}
	config, err := load(v.config)
	if err != nil {
		return nil, err
	}
	key, text, err := publicKey(v.key)
	if err != nil {
		return nil, err
	}
	if name := keyName(config); key.Name() != name {
		return nil, usageError{fmt.Errorf("--key %s is the key of %s, not of %s", v.key, key.Name(), name)}
	}
	sealed := sealing{verifier: key, public: text}
	if file := config.Audit.KeyFile; file != configs.NoKey { // the checkpoint beside it is no secret
		sealed.kept = keptCheckpoint{file: file + ".checkpoint", verifier: key}
	}
	return newSystem(config, options{now: time.Now, log: zap.NewNop(), sealing: sealed})
}

// sealedSystem is a system with the key of its journal, which must be there: else so says what that means.
func sealedSystem(file, so string) (*system, error) {
	config, err := load(file)
	if err != nil {
		return nil, err
	}
	sealed, err := configuredSealing(config, false)
	if err != nil {
		return nil, err
	}
	if !sealed.on() {
		return nil, usageError{fmt.Errorf("audit.key_file is %s: the journal is not sealed, so %s; name a key file, and the service makes it on its next start", configs.NoKey, so)}
	}
	return newSystem(config, options{now: time.Now, log: zap.NewNop(), sealing: sealed})
}

func (v verification) offline(_ context.Context, tell func(read, of int64)) (verdict journal.Verdict, err error) {
	if v.key == "" || v.checkpoints == "" {
		return verdict, usageError{errors.New("--file needs --checkpoint and --key: the checkpoints and the public key to verify it with")}
	}
	key, _, err := publicKey(v.key)
	if err != nil {
		return verdict, err
	}
	marks, err := v.marks(key)
	if err != nil {
		return verdict, err
	}
	files, err := v.expanded()
	if err != nil {
		return verdict, err
	}
	look := journal.Inspect(marks, nil)
	for i, file := range files {
		more, err := readExport(file, i == 0, look, func(n int64) { tell(n, marks[len(marks)-1].Size) })
		if err != nil {
			return verdict, err
		}
		if !more {
			break
		}
	}
	return look.End(), nil
}

// publicKey reads the file of a public key; text is the key itself.
func publicKey(file string) (key journal.Verifier, text string, err error) {
	raw, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, "", usageError{fmt.Errorf("--key: %w", err)}
	}
	if key, err = journal.OpenPublicKey(string(raw)); err != nil {
		return nil, "", usageError{fmt.Errorf("--key %s: %w", file, err)}
	}
	return key, strings.TrimSpace(string(raw)), nil
}

// expanded are the files, those of a pattern in the order of their names.
func (v verification) expanded() ([]string, error) {
	var out []string
	for _, f := range v.files {
		found, err := filepath.Glob(f)
		if err != nil {
			return nil, usageError{fmt.Errorf("--file %s: %w", f, err)}
		}
		if len(found) == 0 {
			return nil, usageError{fmt.Errorf("--file %s: there is no such file", f)}
		}
		slices.Sort(found)
		out = append(out, found...)
	}
	return out, nil
}

// readExport shows the lines of a file to an inspection; more is false once that has seen enough.
func readExport(file string, first bool, look *journal.Inspection, tell func(n int64)) (more bool, err error) {
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return false, usageError{fmt.Errorf("--file: %w", err)}
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := noLines(f); err != nil {
		return false, err
	}
	plain := io.Reader(f)
	if strings.HasSuffix(file, ".gz") {
		if plain, err = gzip.NewReader(f); err != nil {
			return false, fmt.Errorf("read %s: %w", file, err)
		}
	}
	lines := bufio.NewScanner(plain)
	lines.Buffer(nil, longestLine)
	beginning := !first
	for n := 1; lines.Scan(); n++ {
		number, stored, err := journal.Stored(lines.Bytes())
		if err != nil {
			return false, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		if beginning = beginning && number <= look.Seen(); beginning {
			continue // an earlier file has shown it
		}
		if !look.Add(number, stored) {
			return false, nil
		}
		tell(number)
	}
	if err := lines.Err(); err != nil {
		return false, fmt.Errorf("read %s: %w", file, err)
	}
	return true, nil
}

// noLines refuses what is an export for people: it has not what was signed, byte for byte.
func noLines(f *os.File) error {
	begin := make([]byte, 4)
	n, err := f.ReadAt(begin, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", f.Name(), err)
	}
	for kind, mark := range map[string]string{"an xlsx": "PK\x03\x04", "a csv": "\uFEFF"} {
		if strings.HasPrefix(string(begin[:n]), mark) {
			return usageError{fmt.Errorf("--file %s is %s, which is for people; what can be verified is jsonl: qunguan audit export --config FILE --format jsonl --out all.jsonl",
				f.Name(), kind)}
		}
	}
	return nil
}

// longestLine bounds an entry; one message may change many records.
const longestLine = 64 << 20

// marks are the checkpoints of the file, whose signatures are verified.
func (v verification) marks(key journal.Verifier) ([]journal.Checkpoint, error) {
	if v.checkpoints == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(filepath.Clean(v.checkpoints))
	if err != nil {
		return nil, usageError{fmt.Errorf("--checkpoint: %w", err)}
	}
	marks, err := journal.OpenCheckpoints(string(raw), key)
	if err != nil {
		return nil, fmt.Errorf("--checkpoint %s: %w", v.checkpoints, err)
	}
	if len(marks) == 0 {
		return nil, usageError{fmt.Errorf("--checkpoint %s: there is none of %s in it, whose key this is", v.checkpoints, key.Name())}
	}
	return marks, nil
}

// judged tells a verdict in one line.
func judged(v journal.Verdict) string {
	if v.Fault == nil {
		if v.Sealed == 0 {
			return fmt.Sprintf("%s, none of them sealed yet: nothing was verified", entries(int(v.Entries)))
		}
		return fmt.Sprintf("ok   %s fit what was signed (%s, the newest of %s); %s newer than that",
			entries(int(v.Sealed)), counted(v.Matched, "checkpoint"), v.Last.At.Format(time.RFC3339), entries(int(v.Entries-v.Sealed)))
	}
	f := v.Fault
	where, were, are := numbered(f.From, f.To), " was", " is"
	if f.To > f.From {
		were, are = " were", " are"
	}
	said := map[journal.Flaw]string{
		journal.Edited:    where + " says something else than when it was sealed",
		journal.Removed:   where + were + " removed",
		journal.Inserted:  where + were + " inserted",
		journal.Moved:     where + " have changed places",
		journal.Cut:       where + are + " gone: the journal was cut off",
		journal.Rewritten: "somewhere in " + where + " the history was rewritten",
		journal.Unread:    where + " cannot be read from the archive: a file is missing, damaged or was changed",
		journal.Damaged:   "the kept hash of " + where + " was changed; the entry itself is what was signed",
		journal.Forged:    "the newest checkpoint in Redis is not signed with this journal's key",
		journal.Miscounted: fmt.Sprintf("the number of sealed entries in Redis was changed: %d were signed, and it says %d; the checkpoint, and what was signed, are as they were",
			f.From, f.To),
	}[f.Flaw]
	if f.Against.Size > 0 {
		said += fmt.Sprintf(" (against the checkpoint of %s over %s)", f.Against.At.Format(time.RFC3339), entries(int(f.Against.Size)))
	}
	return "FAIL " + said
}

func auditProveCommand() *cobra.Command {
	var file, out, entry, proof, key string
	c := &cobra.Command{
		Use:   "prove --config FILE N [--out NAME] | prove --entry FILE --proof FILE --key FILE",
		Short: "Prove to a third party that an entry is in the journal, or check such a proof",
		Long: `Prove to a third party that an entry is in the journal, or check such a proof.

With an entry's number, NAME.json (the entry, as it is exported) and NAME.proof (its path in the Merkle tree, with the
signed checkpoint, as transparency logs write it) are written. Whoever has these two and the public key (qunguan audit
key) checks them with --entry, --proof and --key, and needs neither the service nor Redis.`,
		Example: "  qunguan audit prove --config qunguan.yaml 1234 --out entry-1234",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if proof != "" || entry != "" {
				return checkProof(entry, proof, key, c.OutOrStdout())
			}
			if len(args) == 0 {
				return usageError{errors.New("name the entry by its number: qunguan audit prove --config FILE 1234")}
			}
			return prove(c.Context(), file, args[0], out, c.OutOrStdout())
		},
	}
	configFlag(c, &file)
	c.Flags().StringVar(&out, "out", "", "beginning of the names of the two files; without it, entry-N")
	c.Flags().StringVar(&entry, "entry", "", "check: the file of the entry")
	c.Flags().StringVar(&proof, "proof", "", "check: the file of the proof")
	c.Flags().StringVar(&key, "key", "", "check: the file of the public key")
	return c
}

func prove(ctx context.Context, file, number, out string, say io.Writer) error {
	n, err := strconv.ParseInt(strings.TrimPrefix(number, "#"), 10, 64)
	if err != nil || n < 1 {
		return usageError{fmt.Errorf("%q is no number of an entry; write it as 1234", number)}
	}
	s, err := sealedSystem(file, "no entry of it can be proven")
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	p, line, err := s.auditor.Prove(ctx, n)
	if err != nil {
		return err
	}
	if out == "" {
		out = fmt.Sprintf("entry-%d", n)
	}
	for name, content := range map[string]string{out + ".json": string(line) + "\n", out + ".proof": p.String()} {
		f, err := os.OpenFile(filepath.Clean(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return cannotWrite(err)
		}
		_, err = io.WriteString(f, content)
		if err = errors.Join(err, f.Close()); err != nil {
			return cannotWrite(err)
		}
	}
	_, _ = fmt.Fprintf(say, "entry #%d of %d written to %s.json, its proof to %s.proof\n", n, p.Checkpoint.Size, out, out)
	return nil
}

func checkProof(entry, proof, key string, say io.Writer) error {
	var content [3]string
	for i, f := range []struct{ flag, name string }{{"--entry", entry}, {"--proof", proof}, {"--key", key}} {
		if f.name == "" {
			return usageError{fmt.Errorf("%s is missing: a proof is checked with --entry, --proof and --key", f.flag)}
		}
		raw, err := os.ReadFile(filepath.Clean(f.name))
		if err != nil {
			return usageError{fmt.Errorf("%s: %w", f.flag, err)}
		}
		content[i] = string(raw)
	}
	v, _, err := publicKey(key)
	if err != nil {
		return err
	}
	p, err := journal.ParseProof(content[1], v)
	if err != nil {
		return fmt.Errorf("%s: %w", proof, err)
	}
	n, stored, err := journal.Stored([]byte(strings.TrimRight(content[0], "\r\n")))
	if err != nil {
		return fmt.Errorf("%s: %w", entry, err)
	}
	if err = p.Verify(stored); err == nil && n != p.N {
		err = journal.ErrNotProven
	}
	if err != nil {
		return fmt.Errorf("%s: %w", entry, err)
	}
	_, _ = fmt.Fprintf(say, "ok   entry #%d is in the journal of %s, as it was signed at %s\n", p.N, p.Checkpoint.Origin, p.Checkpoint.At.Format(time.RFC3339))
	return nil
}

func auditKeyCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "key --config FILE", Short: "Print the public key with which anybody verifies the journal",
		Example: "  qunguan audit key --config qunguan.yaml > journal.pub", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := sealedSystem(file, "there is no key")
			if err != nil {
				return err
			}
			defer func() { _ = s.close() }()
			_, _ = fmt.Fprintln(c.OutOrStdout(), s.sealing.public)
			return nil
		},
	}
	configFlag(c, &file)
	return c
}
