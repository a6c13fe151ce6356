package commands

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

// fileRow is a case of wang, a senior of four items, as the file tells it, by the names of its columns.
func fileRow(t *testing.T, l chat.Language, work func(*ReviewRow)) map[string]any {
	t.Helper()
	at := time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)
	r := ReviewRow{
		Zone: time.FixedZone("CST", 8*3600), Language: l, Group: "华东VIP客户群", Name: func(u chat.User) string { return string(u) },
		Campaign: review.Campaign{ID: "group-2026-03", Policy: review.Standard(), State: review.Closed, Ended: at},
		Case: review.Case{
			Who: "wang", Reviewer: "li", End: review.Applied, Advice: review.Advice{Do: review.Keep, Rule: review.RuleUsed},
			Verdict: &review.Verdict{Do: review.Keep, By: "li", At: at},
			Evidence: review.Evidence{
				Role:  review.Role{Level: "senior", Items: []string{"mute", "files", "notice", "admins"}, Since: at.AddDate(0, -3, 0)},
				Known: at.AddDate(0, -3, 0), Uses: []review.Use{{Item: "mute", Last: at}}, Blind: []string{"notice"}, Refused: 2,
				Turns: &review.Turns{Count: 3, Minutes: 90, Late: 1},
			},
		},
	}
	work(&r)
	cells := r.Cells()
	require.Len(t, cells, len(ReviewColumns))
	out := map[string]any{}
	for i, c := range ReviewColumns {
		out[c.Name.In(l)] = cells[i]
	}
	return out
}

// TestTheFileOfAReview is what an auditor reads of each outcome: before and after, who decided and why, and what came of it.
func TestTheFileOfAReview(t *testing.T) {
	verdict := func(v review.Verdict) func(*ReviewRow) {
		return func(r *ReviewRow) {
			v.At = r.Case.Verdict.At
			r.Case.Verdict = &v
		}
	}
	for name, row := range map[string]struct {
		work func(*ReviewRow)
		want map[string]any
	}{
		"kept": {func(r *ReviewRow) { r.Decided = []int64{12, 15} }, map[string]any{
			"复核前": "高级管理员", "复核前权限": "禁言、文件管理、公告通知、设管理员", "复核后": "高级管理员", "收回的权限": "", "决定": "保留", "复核人": "li", "原因": "",
			"结果": "不变", "决定编号": "#12 #15", "执行编号": "", "使用": "禁言 2026-03-01，看不到用量 1 项", "滥用迹象": "90 天内被拒 2 次",
			"值班和响应": "值班 3 次 1.5 小时（未按时签到 1 次）", "绩效": "无消息来源，没有投诉",
		}},
		"of which the entries are archived": {func(r *ReviewRow) {
			verdict(review.Verdict{Do: review.Remove, By: "li"})(r)
			r.Archived, r.Applied = true, []int64{20}
		}, map[string]any{"决定编号": "已归档", "执行编号": "#20"}},
		"kept, and archived": {func(r *ReviewRow) { r.Archived, r.Decided = true, []int64{12} }, map[string]any{"决定编号": "#12", "执行编号": ""}},
		"a lower level": {verdict(review.Verdict{Do: review.Reduce, To: review.Target{Level: "junior"}, Reason: "用不了这么多", By: "li"}), map[string]any{
			"复核后": "普通管理员", "收回的权限": "禁言、公告通知、设管理员", "决定": "降为普通", "原因": "用不了这么多", "结果": "已执行",
		}},
		"some items": {verdict(review.Verdict{Do: review.Reduce, To: review.Target{Items: []string{"mute", "notice"}}, By: "boss", For: "li"}), map[string]any{
			"复核后": "高级管理员，2 项", "收回的权限": "文件管理、设管理员", "决定": "收回“文件管理、设管理员”权限", "复核人": "boss（代 li）",
		}},
		"removed": {func(r *ReviewRow) {
			verdict(review.Verdict{Do: review.Remove, Reason: `=HYPERLINK("x")`, By: "li"})(r)
			r.Applied = []int64{20}
		}, map[string]any{
			"复核后": "没有角色", "收回的权限": "禁言、文件管理、公告通知、设管理员", "原因": `=HYPERLINK("x")`, "结果": "已执行", "执行编号": "#20",
		}},
		"forbidden by the rules": {func(r *ReviewRow) {
			verdict(review.Verdict{Do: review.Remove, By: "li"})(r)
			r.Case.End, r.Case.Why = review.Blocked, review.BelowMinimum
		}, map[string]any{"复核后": "高级管理员", "收回的权限": "", "结果": "没有执行：执行后本群管理员会少于应有人数（minimum）"}},
		"no second person": {func(r *ReviewRow) {
			verdict(review.Verdict{Do: review.Remove, By: "li"})(r)
			r.Case.End = review.NotRun
		}, map[string]any{"复核后": "高级管理员", "结果": "没有执行：没有第二个人同意"}},
		"changed by itself meanwhile": {func(r *ReviewRow) {
			verdict(review.Verdict{Do: review.Remove, By: "li"})(r)
			r.Case.End = review.Changed
		}, map[string]any{"复核后": "在此期间已变", "收回的权限": "", "结果": "没有执行：角色在此期间已经变了"}},
		"nobody decided": {func(r *ReviewRow) { r.Case.Verdict, r.Case.Silent = nil, true }, map[string]any{
			"决定": "没有人决定，按规则保留", "复核人": "li（未决定）", "决定时间": "", "结果": "不变",
		}},
		"two stages, and a question": {func(r *ReviewRow) {
			r.Case.First = &review.Verdict{Do: review.Remove, By: "zhou", Reason: "已转岗"}
			r.Case.Asked = &review.Question{Answer: "还需要", Told: r.Campaign.Ended}
		}, map[string]any{"第一级": "zhou：移除，原因：已转岗", "本人说": "还需要"}},
		"stopped": {func(r *ReviewRow) { r.Case.End = "" }, map[string]any{"结果": "没有执行：复核已停止"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := fileRow(t, chat.ZH, row.work)
			for column, want := range row.want {
				assert.Equal(t, want, got[column], column)
			}
		})
	}
	en := fileRow(t, chat.EN, verdict(review.Verdict{Do: review.Remove, Reason: "已转岗", By: "li"}))
	assert.Equal(t, "moved on", en["Reason"], "the reason of a tap reads in either language")
	assert.IsType(t, time.Time{}, en["Decided at"], "a moment, which can be sorted and filtered")
}

// TestWhichEntriesProveACase finds the entries that decided and carried out, of this review alone.
func TestWhichEntriesProveACase(t *testing.T) {
	k := review.Case{Campaign: "group-2026-03", Who: "wang"}
	wang := []review.Pick{{Group: "G1", Who: "wang"}}
	decides := journal.Entry{Kind: review.Decided, Group: "G1", Changes: []journal.Change{journal.Set(review.Of("G1"), review.CaseKey(k.Campaign, k.Who), nil, &k)}}
	decided, applied := ReviewEntry(decides, k.Campaign)
	assert.Equal(t, wang, decided)
	assert.Empty(t, applied)
	decided, _ = ReviewEntry(decides, "group-2026-02")
	assert.Empty(t, decided, "another review's")
	_, applied = ReviewEntry(journal.Entry{Kind: "access.revoked", Group: "G1", Targets: []chat.User{"wang"}, Reason: review.Reason + k.Campaign}, k.Campaign)
	assert.Equal(t, wang, applied)
	_, applied = ReviewEntry(journal.Entry{Kind: "access.revoked", Group: "G1", Targets: []chat.User{"wang"}, Reason: "已转岗"}, k.Campaign)
	assert.Empty(t, applied, "an act by hand")
}

// TestFileNames are such that every client shows and saves them.
func TestFileNames(t *testing.T) {
	assert.Equal(t, "event-wr_x-2026-03-01", fileName("event-wr/x-2026-03-01"))
	assert.Equal(t, "sample-a-__", fileName("sample-a-陈晨"))
}
