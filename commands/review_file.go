package commands

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/kpi"
	"qunguan/bot/review"
)

// ReviewFile is a file that holds the outcome of a review: a row for every admin, for auditors to keep.
type ReviewFile struct {
	Review string       `json:"review"`
	Groups []chat.Group `json:"groups,omitempty"` // only of these; none: all
}

// reviewFiles is the file of a review that is over; none before, and none where nobody was asked about.
func reviewFiles(x review.Campaign, groups []chat.Group) []chat.File {
	if !x.State.Over() || x.Cases == 0 {
		return nil
	}
	raw, err := json.Marshal(ReviewFile{Review: x.ID, Groups: groups})
	if err != nil {
		panic(fmt.Sprintf("unreachable: names are plain data, yet they do not encode: %v", err))
	}
	return []chat.File{{Name: "review-" + fileName(x.ID) + ".xlsx", Of: raw}}
}

// fileName is an id with only what every client shows and saves.
func fileName(id string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return r
		}
		return '_'
	}, id)
}

// ReviewColumn is a column of such a file.
type ReviewColumn struct {
	Name  chat.Text
	Width float64
	Wraps bool
	cell  func(ReviewRow) any
}

// ReviewRow is one case as the file tells it.
type ReviewRow struct {
	Zone     *time.Location
	Language chat.Language
	Campaign review.Campaign
	Case     review.Case
	Group    string
	Targets  kpi.Targets // what indicators should be
	Name     func(chat.User) string
	Decided  []int64 // the entries in which somebody decided about it, the oldest first
	Applied  []int64 // and those that carried it out
	Archived bool    // some entries of the review are, and are not told
}

// Cells are the row, one for each of ReviewColumns.
func (r ReviewRow) Cells() []any {
	out := make([]any, len(ReviewColumns))
	for i, c := range ReviewColumns {
		if out[i] = c.cell(r); out[i] == nil {
			out[i] = ""
		}
		if t, ok := out[i].(chat.Text); ok {
			out[i] = t.In(r.Language)
		}
	}
	return out
}

// ReviewColumns are the columns, in their order.
var ReviewColumns = []ReviewColumn{
	{chat.Text{ZH: "群", EN: "Group"}, 22, true, func(r ReviewRow) any { return r.Group }},
	{chat.Text{ZH: "管理员", EN: "Admin"}, 20, false, func(r ReviewRow) any { return r.Name(r.Case.Who) }},
	{chat.Text{ZH: "复核前", EN: "Before"}, 18, true, func(r ReviewRow) any { return reviewedRole(r.Case.Evidence.Role) }},
	{chat.Text{ZH: "复核前权限", EN: "Items before"}, 36, true, func(r ReviewRow) any { return itemsText(r.Case.Evidence.Role.Items) }},
	{chat.Text{ZH: "复核后", EN: "After"}, 18, true, ReviewRow.after},
	{chat.Text{ZH: "收回的权限", EN: "Items taken back"}, 30, true, ReviewRow.taken},
	{chat.Text{ZH: "决定", EN: "Verdict"}, 18, true, ReviewRow.verdict},
	{chat.Text{ZH: "复核人", EN: "Reviewer"}, 20, false, ReviewRow.reviewer},
	{chat.Text{ZH: "原因", EN: "Reason"}, 24, true, ReviewRow.reason},
	{chat.Text{ZH: "决定时间", EN: "Decided at"}, 20, false, ReviewRow.at},
	{chat.Text{ZH: "第一级", EN: "First stage"}, 28, true, ReviewRow.first},
	{chat.Text{ZH: "建议", EN: "Advice"}, 18, true, func(r ReviewRow) any { return adviceText(r.Case) }},
	{chat.Text{ZH: "建议的理由", EN: "Why advised"}, 36, true, func(r ReviewRow) any { return adviceWhy(r.Case.Advice) }},
	{chat.Text{ZH: "来源", EN: "Source"}, 20, true, func(r ReviewRow) any { return originText(r.call(), r.Case.Evidence.Role) }},
	{chat.Text{ZH: "使用", EN: "Use"}, 34, true, func(r ReviewRow) any { return clauses(r.uses()) }},
	{chat.Text{ZH: "值班和响应", EN: "Duty and answers"}, 30, true, func(r ReviewRow) any { return workText(r.Case.Evidence) }},
	{chat.Text{ZH: "绩效", EN: "KPI"}, 30, true, func(r ReviewRow) any { return kpiText(r.Targets, r.Case.Evidence) }},
	{chat.Text{ZH: "滥用迹象", EN: "Signs of abuse"}, 26, true, func(r ReviewRow) any { return abuseText(r.call(), r.Case.Evidence) }},
	{chat.Text{ZH: "本人说", EN: "They say"}, 24, true, ReviewRow.said},
	{chat.Text{ZH: "结果", EN: "Outcome"}, 24, true, ReviewRow.end},
	{chat.Text{ZH: "决定编号", EN: "Entries of the verdict"}, 12, false, func(r ReviewRow) any { return r.entries(r.Decided, r.Case.Verdict != nil) }},
	{chat.Text{ZH: "执行编号", EN: "Entries that carried it out"}, 12, false, ReviewRow.applied},
}

// call is as much of a call as the words of evidence need: in which zone days are told.
func (r ReviewRow) call() bot.Call { return bot.Call{Zone: r.Zone, Now: r.Campaign.Ended} }

func (r ReviewRow) after() any {
	do, to, _ := r.Case.Effective(r.Campaign.Policy)
	role := r.Case.Evidence.Role
	switch {
	case r.Case.End == review.Changed:
		return chat.Text{ZH: "在此期间已变", EN: "had changed meanwhile"}
	case r.Case.End != review.Applied || do == review.Keep:
		return reviewedRole(role)
	case do == review.Remove:
		return chat.Text{ZH: "没有角色", EN: "no role"}
	case to.Level != "":
		role.Level = to.Level
		return reviewedRole(role)
	}
	return chat.Text{ZH: "%s，%d 项", EN: "%s, %d items"}.F(reviewedRole(role), len(to.Items))
}

// taken is what was really taken back.
func (r ReviewRow) taken() any {
	do, to, _ := r.Case.Effective(r.Campaign.Policy)
	items := r.Case.Evidence.Role.Items
	switch {
	case r.Case.End != review.Applied || do == review.Keep:
		return nil
	case do == review.Remove:
		return itemsText(items)
	case to.Level != "":
		l, _ := access.ParseLevel(to.Level)
		left := access.Held(l, access.Job(r.Case.Evidence.Role.Job))
		return itemsNamed(items).Minus(left).Label()
	}
	return itemsText(slices.DeleteFunc(slices.Clone(items), func(i string) bool { return slices.Contains(to.Items, i) }))
}

func (r ReviewRow) verdict() any {
	do, to, silent := r.Case.Effective(r.Campaign.Policy)
	t := doText(r.Case.Evidence.Role, do, to)
	if silent {
		return chat.Text{ZH: "没有人决定，按规则%s", EN: "nobody decided; by the policy: %s"}.F(t)
	}
	return t
}

func (r ReviewRow) reviewer() any {
	v := r.Case.Verdict
	switch {
	case v == nil:
		return chat.Text{ZH: "%s（未决定）", EN: "%s (no verdict)"}.F(r.Name(r.Case.Reviewer))
	case v.For != "":
		return chat.Text{ZH: "%s（代 %s）", EN: "%s (for %s)"}.F(r.Name(v.By), r.Name(v.For))
	}
	return r.Name(v.By)
}

func (r ReviewRow) reason() any {
	if r.Case.Verdict == nil {
		return nil
	}
	return reasonWords(r.Case.Verdict.Reason)
}

func (r ReviewRow) at() any {
	if r.Case.Verdict == nil {
		return nil
	}
	return r.Case.Verdict.At
}

func (r ReviewRow) first() any {
	v := r.Case.First
	if v == nil {
		return nil
	}
	return chat.Text{ZH: "%s：%s%s", EN: "%s: %s%s"}.F(r.Name(v.By), doText(r.Case.Evidence.Role, v.Do, v.To), reviewBecause(v.Reason))
}

// uses is when each item was last used, and of which nobody knows.
func (r ReviewRow) uses() []chat.Text {
	e := r.Case.Evidence
	var out []chat.Text
	for _, u := range e.Uses {
		out = append(out, chat.Text{ZH: "%s %s", EN: "%s %s"}.F(itemsText([]string{u.Item}), dateText(r.call(), u.Last)))
	}
	if len(out) == 0 {
		out = append(out, usedText(r.call(), e))
	}
	if n := len(e.Blind); n > 0 && n < len(e.Role.Items) {
		out = append(out, chat.Text{ZH: "看不到用量 %d 项", EN: "use of %d items not visible"}.F(len(e.Blind)))
	}
	return out
}

func (r ReviewRow) said() any {
	q := r.Case.Asked
	switch {
	case q == nil:
		return nil
	case q.Told.IsZero():
		return chat.Text{ZH: "问过，没有回答", EN: "asked, no answer"}
	}
	return q.Answer
}

func (r ReviewRow) end() any {
	do, _, _ := r.Case.Effective(r.Campaign.Policy)
	switch {
	case r.Case.End == "":
		return chat.Text{ZH: "没有执行：复核已停止", EN: "not carried out: the review was stopped"}
	case r.Case.End == review.Applied && do == review.Keep:
		return chat.Text{ZH: "不变", EN: "unchanged"}
	}
	t := caseEnd(r.Case, do)
	return chat.Text{ZH: trimStop(t.ZH), EN: strings.TrimSpace(trimStop(t.EN))}
}

func (r ReviewRow) applied() any {
	do, _, _ := r.Case.Effective(r.Campaign.Policy)
	return r.entries(r.Applied, r.Case.End == review.Applied && do != review.Keep)
}

// entries are numbers of entries; where there must be some, and none is in reach, that is said.
func (r ReviewRow) entries(numbers []int64, some bool) any {
	if len(numbers) == 0 && some && r.Archived {
		return chat.Text{ZH: "已归档", EN: "archived"}
	}
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = "#" + strconv.FormatInt(n, 10)
	}
	return strings.Join(out, " ")
}

// ReviewEntry says which cases of a review an entry decided, and which it carried out.
func ReviewEntry(e journal.Entry, id string) (decided, applied []review.Pick) {
	for _, ch := range e.Changes {
		if e.Kind != review.Decided || ch.Of.Kind() != review.Of("").Kind() {
			continue
		}
		if _, k := sides[review.Case](ch); k.Campaign == id {
			decided = append(decided, review.Pick{Group: chat.Group(ch.Of.ID()), Who: k.Who})
		}
	}
	if e.Reason == review.Reason+id && e.Kind != review.Decided {
		for _, u := range e.Targets {
			applied = append(applied, review.Pick{Group: e.Group, Who: u})
		}
	}
	return decided, applied
}

// ReviewKinds are the kinds of entries that decide cases, or carry them out.
var ReviewKinds = []journal.Kind{review.Decided, access.Revoked, access.Releveled, access.Restricted}
