package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/platform/simulator"
)

// rewriteStories writes what was really seen into the stories: QUNGUAN_REWRITE=1 go test ./cmd/qunguan -run Stories.
// Read every line that it changes.
var rewriteStories = os.Getenv("QUNGUAN_REWRITE") != ""

// TestStories plays the conversations of testdata. A story says who types what and when, word for word what the bot
// answers, and everything that anybody sees of it elsewhere.
func TestStories(t *testing.T) {
	leaveToPlain(t)
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			s := read(t, file)
			play(t, s, startEmbedded(t))
		})
	}
}

// leaveToPlain leaves a test to the run without the race detector where everything is run: .ci/run does both. Races are
// looked for where the same stories are played on a real server; to look for them twice would take minutes.
func leaveToPlain(t *testing.T) {
	t.Helper()
	if raceDetector && os.Getenv("QUNGUAN_TEST_REAL") == "1" {
		t.Skip("run without the race detector")
	}
}

// TestStoriesOnRedis plays the same on a real server.
func TestStoriesOnRedis(t *testing.T) {
	if rewriteStories {
		t.Skip("the stories are written by the embedded one")
	}
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			play(t, read(t, file), startServer(t))
		})
	}
}

// play plays a story, compares it and asks the laws that hold over every story.
func play(t *testing.T, s story, redis store) {
	require.NotEmpty(t, s.steps)
	house := openTheatre(t, s.steps[0].at.Add(-time.Hour), s.with, redis)
	house.settle()
	house.look()
	got := map[int][]string{}
	named := map[int64]bool{}
	for _, st := range s.steps {
		if st.set {
			house.advance(st.at)
		} else {
			house.advance(house.now().Add(time.Second))
		}
		out := house.look() // what came by time alone
		out = append(out, house.take(st)...)
		got[st.line] = out
		if !rewriteStories && !assert.Equal(t, st.want, out, "%s:%d: %s\n%s", s.name, st.line, st.text, differ(st.want, out)) {
			break
		}
		for _, n := range numbers(out) {
			named[n] = true
		}
	}
	if rewriteStories {
		s.rewrite(t, got)
	}
	house.laws(named)
	if !slices.ContainsFunc(s.steps, func(st scene) bool {
		return st.text == "redis stops" || fails.MatchString(st.text) || strings.HasSuffix(st.text, " is strict") ||
			tampers.MatchString(st.text) || archiveIs.MatchString(st.text)
	}) {
		assert.Empty(t, house.faults(), "nothing breaks")
	}
}

var (
	says     = regexp.MustCompile(`^(\S+?)(?:@(\S+?))?> (.*)$`)
	presses  = regexp.MustCompile(`^(\S+) presses (the older )?(\S.*)$`)
	native   = regexp.MustCompile(`^native admin @(\S+) in (\S+) (on|off)$`)
	fails    = regexp.MustCompile(`^wecom refuses (\S+) with (\d+)(?:, (\d+) times)?$`)
	recovers = regexp.MustCompile(`^wecom allows (\S+)$`)
	contacts = regexp.MustCompile(`^contact @(\S+) (on|off)$`)
	moves    = regexp.MustCompile(`^@(\S+) (joins|leaves|owns) (\S+)$`)
	becomes  = regexp.MustCompile(`^@(\S+) becomes (\S+)$`)
	moved    = regexp.MustCompile(`^@(\S+) moves to (.+)$`)
	renames  = regexp.MustCompile(`^group (\S+) is renamed (\S+)$`)
	ahead    = regexp.MustCompile(`^the clock of redis is (\S+) ahead$`)
	silent   = regexp.MustCompile(`^nothing of the bot runs for (\S+)$`)
	another  = regexp.MustCompile(`^process (\d+)$`)
	delivers = regexp.MustCompile(`^again(, fresh)?$`)
)

// take does one step and returns what is seen of it.
func (s *theatre) take(st scene) []string {
	var d simulator.Delivery
	var err error
	m := func(r *regexp.Regexp) []string { return r.FindStringSubmatch(st.text) }
	switch {
	case m(presses) != nil:
		return s.press(m(presses))
	case m(delivers) != nil:
		return s.again(m(delivers)[1] != "")
	case m(native) != nil:
		err = s.sim.SetAdmin(s.group(m(native)[2]), m(native)[1], m(native)[3] == "on")
	case m(fails) != nil:
		times := 1000
		if n := m(fails)[3]; n != "" {
			times = atoi(s.t, n)
		}
		s.sim.Fail(m(fails)[1], atoi(s.t, m(fails)[2]), times)
		s.examine()
	case m(recovers) != nil:
		s.sim.Fail(m(recovers)[1], 0, 0)
		s.examine()
	case m(contacts) != nil:
		err = s.sim.SetContact(m(contacts)[1], m(contacts)[2] == "on")
	case m(moves) != nil:
		d, err = s.move(m(moves))
	case m(becomes) != nil:
		d, err = s.sim.ChangePosition(s.ctx, m(becomes)[1], m(becomes)[2])
	case m(moved) != nil:
		d, err = s.sim.ChangeDepartments(s.ctx, m(moved)[1], strings.Fields(m(moved)[2])...)
	case m(renames) != nil:
		d, err = s.sim.RenameGroup(s.ctx, s.group(m(renames)[1]), m(renames)[2])
	case m(another) != nil:
		n := atoi(s.t, m(another)[1])
		for len(s.procs) < n {
			s.boot()
		}
		s.listen(n - 1)
	case m(ahead) != nil:
		s.redisAhead, err = time.ParseDuration(m(ahead)[1])
	case m(silent) != nil:
		s.beSilent(m(silent)[1])
	case st.text == "sync":
		s.sync()
	case st.text == "restart":
		s.boot()
		s.kill(0)
		s.listen(0)
	case st.text == "redis stops":
		s.store.stop(s.t)
	case st.text == "redis returns":
		s.store.start(s.t)
		s.reconnect()
	case m(tampers) != nil:
		s.tamper(atoi(s.t, m(tampers)[1]), m(tampers)[2], m(tampers)[3])
		s.settle()
		s.examine()
	case m(archiveIs) != nil:
		s.moveArchive(m(archiveIs)[1] == "away")
		s.examine()
	case m(helpdeskTells) != nil:
		return s.helpdesk(m(helpdeskTells))
	case m(otherIs) != nil:
		s.others[m(otherIs)[1]].is(m(otherIs)[2])
	case m(heard) != nil:
		return s.tells(m(heard))
	case m(subscribes) != nil:
		return s.calendar(m(subscribes)[1])
	case st.text == "time passes":
		s.examine()
	case m(says) != nil:
		return s.say(st.text)
	default:
		require.Fail(s.t, "a line that no story may hold", "%d: %s", st.line, st.text)
	}
	require.NoError(s.t, err, st.text)
	_ = d
	s.settle()
	return s.look()
}

func (s *theatre) say(line string) []string {
	m := says.FindStringSubmatch(line)
	who, where, text := m[1], m[2], unescaped(m[3])
	if where != "" && where != "bot" {
		where = s.group(where)
	}
	dry := dryRun.MatchString(text)
	var before map[string]string
	var head int64
	if dry {
		before, head = s.decided(), s.head()
	}
	s.typed = append(s.typed, text)
	d, err := s.sim.Say(s.ctx, who, where, text)
	if err != nil && d.MsgID == "" {
		require.NoError(s.t, err, line)
	}
	out := s.answer(d)
	if dry {
		assert.Empty(s.t, changed(before, s.decided()), "a dry run leaves Redis as it was: %s", line)
		s.onlyHeard(head, line)
	}
	return append(out, s.look()...)
}

var dryRun = regexp.MustCompile(`--dry-run|--预演|——预演|－－预演`)

// unescaped lets one line of a story hold several lines of a message.
func unescaped(text string) string { return strings.ReplaceAll(text, `\n`, "\n") }

// answer writes what a delivery was answered with, once the background work is done.
func (s *theatre) answer(d simulator.Delivery) []string {
	s.last = d
	s.settle()
	switch {
	case d.Unheard:
		return told("bot", "(cannot hear this)")
	case d.Status == http.StatusNoContent:
		return nil // it was no callback, but taken by the archive's pipeline
	case d.Status != http.StatusOK:
		return told("bot", fmt.Sprintf("(%d)", d.Status))
	case d.Reply == "":
		return nil
	}
	return told("bot", d.Reply)
}

// again delivers the last message once more: the answer is the same and nothing changes.
func (s *theatre) again(fresh bool) []string {
	before, first := s.kept(), s.last
	d, err := s.sim.Redeliver(s.ctx, first.MsgID, fresh)
	require.NoError(s.t, err)
	s.settle()
	assert.Equal(s.t, first.Status, d.Status)
	assert.Equal(s.t, first.Reply, d.Reply, "a message that is delivered again gets the same reply")
	assert.Empty(s.t, changed(before, s.kept()), "a message that is delivered again changes nothing")
	return s.look()
}

// press presses the newest button of a label that the person sees.
func (s *theatre) press(m []string) []string {
	who, older, label := m[1], m[2] != "", m[3]
	for _, i := range slices.Backward(s.sim.Sees(who)) {
		if i.Card == nil {
			continue
		}
		for _, b := range i.Card.Buttons {
			if b.Text != label {
				continue
			}
			if older {
				older = false
				break
			}
			d, err := s.sim.Press(s.ctx, who, i.Card.TaskID, b.Key)
			require.NoError(s.t, err)
			return append(s.answer(d), s.look()...)
		}
	}
	require.Fail(s.t, "no such button", "%s sees no %q", who, label)
	return nil
}

func (s *theatre) move(m []string) (simulator.Delivery, error) {
	who, what, where := m[1], m[2], m[3]
	if where == "company" {
		return s.sim.RemovePerson(s.ctx, who)
	}
	switch what {
	case "joins":
		return s.sim.Join(s.ctx, s.group(where), who)
	case "owns":
		return s.sim.ChangeOwner(s.ctx, s.group(where), who)
	}
	return s.sim.Leave(s.ctx, s.group(where), who)
}

func atoi(t *testing.T, s string) int {
	n, err := strconv.Atoi(s)
	require.NoError(t, err)
	return n
}
