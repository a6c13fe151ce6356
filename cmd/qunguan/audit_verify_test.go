package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/configs"
	"qunguan/scheduler"
)

// TestAnExportIsVerifiedWithoutTheService: whoever has an export, the posted checkpoints and the public key finds out
// whether the export is what was signed, and a proof of one entry needs less.
func TestAnExportIsVerifiedWithoutTheService(t *testing.T) {
	t.Parallel()
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 0, 0, zone), nil, startEmbedded(t))
	s.settle()
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	sys := s.procs[0].system
	sealed, err := openSealing(file("qunguan.key"), keyName(sys.config))
	require.NoError(t, err)
	sealer := scheduler.NewSealer(sys.seals, sealed.signer, sealed.verifier, sealed.kept, sys.now, zap.NewNop())
	var posted string
	for _, line := range []string{"boss> /选群 华东VIP客户群", "boss> /设管理 @li 中级 国庆 <b>&", "boss> /撤管理 @li"} {
		s.say(line)
		_, err := sealer.Step(s.ctx)
		require.NoError(t, err)
		c, err := sealed.kept.Last()
		require.NoError(t, err)
		posted += "机器人 09:00\n" + c.Note + "\n"
	}
	n, err := export{format: "jsonl", out: file("all.jsonl")}.from(s.ctx, sys)
	require.NoError(t, err)
	require.Greater(t, n, 3)
	require.NoError(t, os.WriteFile(file("posted.txt"), []byte(posted), 0o600))
	require.NoError(t, os.WriteFile(file("journal.pub"), []byte(sealed.public+"\n"), 0o600))

	verify := func(export string) (string, error) {
		var out bytes.Buffer
		v := verification{files: []string{export}, checkpoints: file("posted.txt"), key: file("journal.pub")}
		err := v.run(s.ctx, &out, &out)
		return out.String(), err
	}
	said, err := verify(file("all.jsonl"))
	require.NoError(t, err, said)
	assert.Contains(t, said, "3 checkpoints")
	raw, err := os.ReadFile(file("all.jsonl"))
	require.NoError(t, err)
	lines := strings.SplitAfter(string(raw), "\n")
	for name, c := range map[string]struct{ text, said string }{
		"edited":  {strings.Replace(string(raw), "国庆", "中秋", 1), "was rewritten"},
		"cut":     {strings.Join(lines[:2], ""), "cut off"},
		"removed": {strings.Join(append(append([]string{}, lines[:1]...), lines[2:]...), ""), "#2 was removed"},
		"first":   {strings.Join(lines[1:], ""), "FAIL #1 was removed"},
		"begin":   {strings.Join(lines[2:], ""), "FAIL #1 to #2 were removed"},
	} {
		require.NoError(t, os.WriteFile(file(name), []byte(c.text), 0o600))
		said, err := verify(file(name))
		require.ErrorIs(t, err, errTampered, name)
		assert.Contains(t, said, c.said, name)
	}

	said, err = verify(file("begin"))
	require.ErrorIs(t, err, errTampered)
	assert.Contains(t, said, "an export proves something only as a whole")
	assert.Contains(t, said, "qunguan audit export --config FILE --format jsonl --out all.jsonl")

	// What is for people is no proof, and is told so as wrong usage: it was not tampered with.
	for format, kind := range map[string]string{"csv": "a csv", "xlsx": "an xlsx"} {
		_, err := export{format: format, out: file("people." + format)}.from(s.ctx, sys)
		require.NoError(t, err)
		_, err = verify(file("people." + format))
		var usage usageError
		require.ErrorAs(t, err, &usage, format)
		assert.ErrorContains(t, err, "is "+kind+", which is for people; what can be verified is jsonl")
	}

	a := sys.redis.Tenant(chat.Corp(sys.config.WeCom.CorpID), sys.now).Auditor(sealed.verifier, sealed.kept.Last)
	p, line, err := a.Prove(s.ctx, 2)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file("e.json"), append(line, '\n'), 0o600))
	require.NoError(t, os.WriteFile(file("e.proof"), []byte(p.String()), 0o600))
	var out bytes.Buffer
	require.NoError(t, checkProof(file("e.json"), file("e.proof"), file("journal.pub"), &out))
	assert.Contains(t, out.String(), "entry #2 is in the journal of qunguan/")
	require.NoError(t, os.WriteFile(file("e.json"), bytes.Replace(line, []byte(`{"n":2,`), []byte(`{"n":3,`), 1), 0o600))
	require.ErrorIs(t, checkProof(file("e.json"), file("e.proof"), file("journal.pub"), &out), journal.ErrNotProven)
}

// TestAPublicKeyIsAskedForAndNothingElse: what is no key is told where to get one, and the private one is not taken.
func TestAPublicKeyIsAskedForAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sealed, err := openSealing(filepath.Join(dir, "a.key"), "qunguan/ww1")
	require.NoError(t, err)
	private, err := os.ReadFile(filepath.Join(dir, "a.key"))
	require.NoError(t, err)
	secret, _, _ := strings.Cut(string(private), "\n")
	for name, c := range map[string]struct{ text, want string }{
		"empty":   {"", "it should be the one line that `qunguan audit key` prints"},
		"another": {"ssh-ed25519 AAAA boss", "it should be the one line that `qunguan audit key` prints"},
		"cut":     {sealed.public[:len(sealed.public)-4], "it should be the one line that `qunguan audit key` prints"},
		"pair":    {string(private), "this is the private key"},
		"private": {secret, "this is the private key"},
	} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(c.text), 0o600))
		for _, v := range []verification{
			{files: []string{file}, checkpoints: file, key: file},
			{config: write(t, verifiable("none")), key: file},
		} {
			var out bytes.Buffer
			err := v.run(t.Context(), &out, &out)
			var usage usageError
			require.ErrorAs(t, err, &usage, name)
			assert.ErrorContains(t, err, "--key "+file+": ")
			assert.ErrorContains(t, err, c.want, name)
			assert.NotContains(t, err.Error()+out.String(), secret)
			assert.NotContains(t, err.Error(), "malformed")
		}
	}
}

// verifiable is a configuration with a key file.
func verifiable(key string) string {
	return "owners: [boss]\nredis: {addrs: [\"127.0.0.1:1\"]}\naudit: {key_file: " + key + "}\nwecom: {corp_id: ww1, bot: {token: t, encoding_aes_key: " +
		strings.Repeat("A", 43) + "}}\n"
}

// TestThePublicKeyIsEnoughToVerifyTheLiveJournal: the private one need not be where it is verified.
func TestThePublicKeyIsEnoughToVerifyTheLiveJournal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sealed, err := openSealing(filepath.Join(dir, "a.key"), "qunguan/ww1")
	require.NoError(t, err)
	other, err := openSealing(filepath.Join(dir, "b.key"), "qunguan/ww2")
	require.NoError(t, err)
	public := func(name string, of sealing) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(of.public+"\n"), 0o600))
		return file
	}
	for _, key := range []string{"none", filepath.Join(dir, "not-here.key")} {
		s, err := verification{config: write(t, verifiable(key)), key: public("a.pub", sealed)}.system()
		require.NoError(t, err)
		assert.Equal(t, sealed.verifier.KeyHash(), s.auditor.Verifier.KeyHash())
		kept, err := s.sealing.kept.Last()
		require.NoError(t, err)
		assert.Zero(t, kept)
		require.NoError(t, s.close())
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "away.key.checkpoint"), []byte("another's"), 0o600))
	s, err := verification{config: write(t, verifiable(filepath.Join(dir, "away.key"))), key: public("a.pub", sealed)}.system()
	require.NoError(t, err)
	_, err = s.sealing.kept.Last()
	require.ErrorIs(t, err, journal.ErrSignature, "what is kept beside the key is compared all the same")
	require.NoError(t, s.close())
	_, err = verification{config: write(t, verifiable("none")), key: public("b.pub", other)}.system()
	require.ErrorContains(t, err, "is the key of qunguan/ww2, not of qunguan/ww1")
}

// TestOneKeyForAllReplicas: whoever comes second reads the key that the first has made; and a replica with another key,
// or one whose Redis was put back, seals nothing.
func TestOneKeyForAllReplicas(t *testing.T) {
	t.Parallel()
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 0, 0, zone), nil, startEmbedded(t))
	s.settle()
	sys := s.procs[0].system
	dir := t.TempDir()
	open := func(name string) (sealing, *scheduler.Sealer) {
		sealed, err := openSealing(filepath.Join(dir, name), keyName(sys.config))
		require.NoError(t, err)
		return sealed, scheduler.NewSealer(sys.seals, sealed.signer, sealed.verifier, sealed.kept, sys.now, zap.NewNop())
	}
	first, one := open("a.key")
	again, two := open("a.key")
	assert.Equal(t, first.public, again.public)
	_, err := openSealing(filepath.Join(dir, "a.key"), "qunguan/other")
	require.ErrorContains(t, err, "is the key of qunguan/")
	for _, step := range []*scheduler.Sealer{one, two, one} {
		s.say("boss> /选群 华东VIP客户群")
		s.say("boss> /设管理 @li 中级")
		s.say("boss> /撤管理 @li")
		_, err := step.Step(s.ctx)
		require.NoError(t, err)
		_, err = step.Step(s.ctx) // the slower one has to look again
		require.NoError(t, err)
	}
	_, other := open("b.key")
	_, err = other.Step(s.ctx)
	require.ErrorIs(t, err, scheduler.ErrOtherKey)

	keys, err := s.client.Keys(s.ctx, "*:sealed").Result()
	require.NoError(t, err)
	require.Len(t, keys, 1)
	// Somebody changes the number beside the checkpoint: nobody's key is wrong, and no history was rewritten.
	size, err := s.client.HGet(s.ctx, keys[0], "size").Int64()
	require.NoError(t, err)
	for _, said := range []int64{size + 3, size - 1, 0} {
		require.NoError(t, s.client.HSet(s.ctx, keys[0], "size", said).Err())
		_, misled := open("a.key")
		_, err = misled.Step(s.ctx)
		require.ErrorIs(t, err, journal.ErrMiscounted)
		require.NotErrorIs(t, err, journal.ErrRolledBack)
		assert.Contains(t, sealAdvice(err).ZH, "封存条数被改")
		assert.Contains(t, judged(journal.Verdict{Fault: &journal.Fault{Flaw: journal.Miscounted, From: size, To: said}}), fmt.Sprintf("%d were signed, and it says %d", size, said))
		assert.Contains(t, bot.FlawText(journal.Fault{Flaw: journal.Miscounted, From: size, To: said}).ZH, fmt.Sprintf("签名的是 %d 条，现在写着 %d 条", size, said))
	}
	require.NoError(t, s.client.HSet(s.ctx, keys[0], "size", size).Err())
	_, mended := open("a.key")
	_, err = mended.Step(s.ctx)
	require.NoError(t, err)

	require.NoError(t, s.client.Del(s.ctx, keys...).Err())
	_, late := open("a.key")
	_, err = late.Step(s.ctx)
	require.ErrorIs(t, err, journal.ErrRolledBack)
}

// TestWhatIsWrongWithAKeyIsSaid: before the service is started, and without making a key.
func TestWhatIsWrongWithAKeyIsSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var c configs.Config
	c.WeCom.CorpID = "ww0123456789abcdef"
	check := func(file string) string {
		c.Audit.KeyFile = file
		said, err := checkSealing(c)
		if err != nil {
			return err.Error()
		}
		return said
	}
	key, other := filepath.Join(dir, "journal.key"), filepath.Join(dir, "other.key")
	assert.Equal(t, "warn journal seal: off, audit.key_file is none", check(configs.NoKey))
	assert.Contains(t, check(key), "is made on the first start")
	assert.Contains(t, check(filepath.Join(dir, "new", "journal.key")), "its directory are made on the first start")
	assert.NoFileExists(t, key)
	_, err := openSealing(key, keyName(c))
	require.NoError(t, err)
	assert.Equal(t, "ok   journal seal: "+key, check(key))
	_, err = openSealing(other, "qunguan/another")
	require.NoError(t, err)
	assert.Contains(t, check(other), "is the key of qunguan/another")
	require.NoError(t, os.WriteFile(other, []byte("no key"), 0o600))
	assert.Contains(t, check(other), "not a key of a journal")

	require.NoError(t, os.WriteFile(key+".checkpoint", []byte("another's"), 0o600))
	assert.Contains(t, check(key), "journal.key.checkpoint: not signed with this journal's key")
	require.NoError(t, os.Remove(key+".checkpoint"))
	require.NoError(t, os.Chmod(key, 0o640))
	assert.Equal(t, "ok   journal seal: "+key, check(key), "a group may read it")
	require.NoError(t, os.Chmod(key, 0o644))
	assert.Contains(t, check(key), "warn journal seal: "+key+" has the mode 0644")
	assert.Contains(t, check(filepath.Join(other, "below", "a.key")), "not a directory")

	c.Audit.Export.Dir = filepath.Join(dir, "copies")
	said, err := checkExport(c)
	require.NoError(t, err)
	assert.Equal(t, "ok   journal export: "+c.Audit.Export.Dir+" is made by the first one", said)
	c.Audit.Export.Dir = key
	_, err = checkExport(c)
	require.ErrorContains(t, err, "audit.export.dir: the service cannot write to "+key)
	c.Audit.Archive.Dir = filepath.Join(dir, "old")
	said, err = checkArchiveDir(c, &journal.Archived{})
	require.NoError(t, err)
	assert.Equal(t, "ok   journal archive: "+c.Audit.Archive.Dir+" is made by the first one; all replicas need the same", said)
	c.Audit.Archive.Dir = key
	_, err = checkArchiveDir(c, &journal.Archived{})
	require.EqualError(t, err, "audit.archive.dir: the service cannot write to "+key+": not a directory; name a directory that it can write to, or give it that right")
	c.Audit.Archive.Dir = filepath.Join(dir, "old")
	said, err = checkArchiveDir(c, nil)
	require.NoError(t, err)
	assert.Contains(t, said, "warn journal archive: there is no "+c.Audit.Archive.Dir, "without Redis it may be missing")
	gone := journal.Archived{To: 97, Last: time.Date(2026, 2, 20, 9, 0, 0, 0, zone), Where: "/srv/old"}
	_, err = checkArchiveDir(c, &gone)
	require.EqualError(t, err, "audit.archive.dir: 97 entries (#1 to #97, until 2026-02-20) were archived in /srv/old, and "+c.Audit.Archive.Dir+
		" does not have all of them (no such file or directory); name the directory that has them, or put its files back from a backup")
	c.Audit.Archive.Dir = ""
	_, err = checkArchiveDir(c, &gone)
	require.EqualError(t, err, "audit.archive.dir is not set, but 97 entries (#1 to #97, until 2026-02-20) were archived in /srv/old: set it to the directory that has them")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 2, "the check leaves nothing behind")
}

// TestWithoutAKeyEveryCommandSaysWhatItCannotDo: the same fault, but what follows from it is another thing for each.
func TestWithoutAKeyEveryCommandSaysWhatItCannotDo(t *testing.T) {
	t.Parallel()
	file := write(t, verifiable(configs.NoKey))
	for args, want := range map[string]string{
		"audit verify":  "there is nothing to verify it with",
		"audit archive": "nothing may leave Redis: only what was sealed is archived",
		"audit prove 1": "no entry of it can be proven",
		"audit key":     "there is no key",
	} {
		c := root()
		c.SetArgs(append(strings.Fields(args), "--config", file))
		err := c.Execute()
		var usage usageError
		require.ErrorAs(t, err, &usage, args)
		assert.EqualError(t, err, "audit.key_file is none: the journal is not sealed, so "+want+"; name a key file, and the service makes it on its next start")
	}
}
