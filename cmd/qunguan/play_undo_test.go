package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/journal"
)

// TestUndoRestores takes back every act of every story right after it, then does it again and goes on: what people
// decided is each time as it was before, to the byte.
func TestUndoRestores(t *testing.T) {
	leaveToPlain(t)
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	var undone atomic.Int64
	t.Cleanup(func() { assert.Greater(t, undone.Load(), int64(60), "few acts were taken back") })
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			undone.Add(int64(undoAll(t, read(t, file))))
		})
	}
}

// undoAll plays a story and takes every act of it back and does it again; it returns how many that were.
func undoAll(t *testing.T, s story) (undone int) {
	house := openTheatre(t, s.steps[0].at.Add(-time.Hour), s.with, startEmbedded(t))
	house.settle()
	last := 0 // behind it there is nothing to take back
	for i, st := range s.steps {
		if changing.MatchString(st.text) {
			last = i
		}
	}
	for _, st := range s.steps[:last+1] {
		if strings.HasPrefix(st.text, "redis ") || len(house.config.Owners) == 0 {
			break
		}
		if st.set {
			house.advance(st.at.Add(time.Duration(undone) * time.Second))
		} else {
			house.advance(house.now().Add(time.Second))
		}
		undone += house.undo(st)
	}
	house.folds()
	return undone
}

var changing = regexp.MustCompile(`[/／]?(设管理|临时管理|撤管理|改级别|改岗位|延期|辞任|规模 采用|禁言 |解禁|排班|场景 |职责分离 (设|删除|豁免|取消豁免)|scene [a-z]|sod (define|remove|exempt|unexempt)|申请 |同意|驳回|收回|应急|代理|关键词 (全公司 )?(添加|删除|开|关)|群规 (设置|取消)|警告 |审批规则|request |approve|reject|breakglass|delegate|approval|admin (add|temp|batch|remove|level|job|extend|quit)|mute @|unmute|duty set|响应 (时限|VIP|班外)|sla (set|vip|outside))`)

// undo plays a line; if it made an entry that can be taken back, it is taken back and made again.
func (s *theatre) undo(st scene) int {
	m := says.FindStringSubmatch(st.text)
	if m == nil || !changing.MatchString(st.text) || dryRun.MatchString(st.text) {
		if m == nil || !strings.Contains(st.text, "撤销") && !strings.Contains(st.text, "/undo") {
			if presses.MatchString(st.text) {
				return 0 // the card belongs to an act that was made with --yes here
			}
			s.take(st)
		}
		return 0
	}
	st.text = strings.ReplaceAll(st.text, " --确认", "") + " --yes"
	before, head := s.peoples(), s.head()
	s.take(st)
	n := s.undoable(head)
	if n == 0 {
		return 0
	}
	s.take(scene{text: fmt.Sprintf("%s> /undo #%d --yes", s.config.Owners[0], n)})
	after := s.peoples()
	if len(changed(before, after)) > 0 && s.undoable(n) == 0 {
		for _, l := range s.sim.Sees(s.config.Owners[0]) {
			if strings.Contains(l.Text, fmt.Sprintf("#%d", n)) {
				s.t.Log(l.Text)
			}
		}
	}
	assert.Empty(s.t, changed(before, after), "%s: taken back", st.text)
	s.advance(s.now().Add(time.Second))
	s.take(st)
	return 1
}

// undoable is the newest entry after head that somebody made and that changed what people decide; 0 if there is none.
func (s *theatre) undoable(head int64) (n int64) {
	err := s.procs[0].ledger.Each(s.ctx, journal.Query{Undoable: true}, func(e journal.Entry) error {
		for _, c := range e.Changes {
			if e.N > head && slices.Contains([]string{"access", "moderation", "duty", "event", "keywords"}, c.Of.Kind()) {
				n = e.N
			}
		}
		return nil
	})
	require.NoError(s.t, err)
	return n
}

// peoples is what people have decided: rights, mutes and rosters.
func (s *theatre) peoples() map[string]string {
	out := map[string]string{}
	for k, v := range flat(s.state()) {
		for _, kind := range []string{"access/", "moderation/", "duty/", "event/", "keywords"} {
			if strings.HasPrefix(k, kind) {
				out[k] = v
			}
		}
	}
	return out
}
