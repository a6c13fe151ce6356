package commands

import (
	"slices"
	"strconv"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(dutyCheck)
	_ = declare(dutyFairness)
)

// usualCheck is how many days ahead the roster is checked, unless said.
const (
	usualCheck   = 14
	longestCheck = 90
	mostFound    = 5 // of one kind are listed
)

// dutyCheck looks for what will go wrong: vacant shifts, people who could do nothing, too little rest. Each finding comes with
// what to do.
func dutyCheck() bot.Command {
	ahead := grammar.Length("days").Called(chat.Text{ZH: "多久", EN: "how long"})
	return bot.Command{
		Name:     "duty check",
		Forms:    []string{"/duty check [{days}]", "/排班 检查 [{days}]", "/值班 检查 [{days}]"},
		Examples: []chat.Text{{ZH: "/排班 检查", EN: "/duty check"}, {ZH: "/排班 检查 30天", EN: "/duty check 30d"}},
		Holes:    []grammar.Hole{ahead},
		Help:     chat.Text{ZH: "提前检查排班（默认 14 天）：空班、没有权限的人、休息太短、跨群同时值班，每条附改法。", EN: "Check the roster ahead (14 days): vacant shifts, people without rights, too little rest, two groups at once; each with its fix."},
		Needs:    access.Duty,
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			days := usualCheck
			if ahead.Given(c.Args) {
				days = min(max(int(ahead.Of(c.Args)/(24*time.Hour)), 1), longestCheck)
			}
			r := roster.Of(c)
			if line, ok := noRoster(c, r, c.Now); ok {
				return told(line), nil
			}
			k := rosterCheck{c: c, r: r, from: c.Now.In(c.Zone), until: midnight(c.Now.In(c.Zone), days+1)}
			k.found = r.Check(k.from, k.until)
			if need := k.unread(); len(need) > 0 {
				return bot.Outcome{Read: need}, nil
			}
			found := k.lines()
			head := chat.Text{ZH: "**%s 排班检查**　到 %s", EN: "**Check of the roster of %s**  until %s"}.F(chat.Escape(c.Group.Title()), dayText(c, duty.DayOf(k.until).Plus(-1)))
			if len(found) == 0 {
				return told(head, chat.Text{ZH: "✅ 没有发现问题：每个班都有人，人都有权限，休息够。", EN: "✅ Nothing found: every shift has somebody who may act, with enough rest."}), nil
			}
			return told(append([]chat.Text{head}, found...)...), nil
		},
	}
}

// rosterCheck is what was found, with what is needed to tell of it.
type rosterCheck struct {
	c           bot.Call
	r           duty.Roster
	from, until time.Time
	found       duty.Findings
}

// unread are the people on duty, and the rosters of the other groups, that have not been read.
func (k rosterCheck) unread() []journal.Name {
	var need []journal.Name
	for _, s := range k.found.Staff {
		need = append(need, notLoaded(k.c, directory.OfPerson(s.Who))...)
	}
	for _, g := range groupsAsked(k.c) {
		need = append(need, notLoaded(k.c, duty.Of(g), directory.OfGroup(g))...)
	}
	return need
}

func (k rosterCheck) lines() []chat.Text {
	c, f := k.c, k.found
	var out []chat.Text
	out = append(out, some(f.Vacant, chat.Text{ZH: "🔴 空班 %d 个：", EN: "🔴 vacant shifts (%d):"}, func(t duty.Turn) chat.Text {
		return chat.Text{ZH: "%s%s → `/改派 @userid %s`", EN: "%s%s → `/duty override @userid %s`"}.F(
			stretchText(c, t.Start, t.End), inBrackets(reasonFor(c, k.r, t)), typedStretch(c, t))
	})...)
	out = append(out, k.powerless()...)
	out = append(out, some(f.Short, chat.Text{ZH: "🟡 两班之间不到 8 小时（%d 处）：", EN: "🟡 less than 8 hours between two turns (%d):"}, func(s duty.Short) chat.Text {
		return chat.Text{ZH: "%s：%s 下班，%s 又上班 → 换一班：`/换班`", EN: "%s: ends %s, on again %s → `/duty swap`"}.F(c.Name(s.Who), c.Near(s.Ended), c.Near(s.Next))
	})...)
	out = append(out, some(f.Alone, chat.Text{ZH: "🟡 B 角请假，没有后备（%d 个班）：", EN: "🟡 the backup is on leave (%d shifts):"}, func(t duty.Turn) chat.Text {
		return stretchText(c, t.Start, t.End).Plus(chat.Same(" ")).Plus(c.Name(t.Who))
	})...)
	out = append(out, k.clashes()...)
	out = append(out, some(f.Waiting, chat.Text{ZH: "🟡 还没有答复的请求（%d 个）：", EN: "🟡 requests without an answer (%d):"}, func(o duty.Offer) chat.Text {
		o.Reason = ""
		return offerText(c, o).Plus(chat.Text{ZH: "，%s 作废", EN: ", lapses %s"}.F(c.Near(o.Lapses)))
	})...)
	if n := len(f.Empty); n > 0 {
		out = append(out, chat.Text{ZH: "ℹ️ %d 天没有任何班：%s → 要值就用 `/临时排班`", EN: "ℹ️ days without any shift: %d: %s → `/duty temp` if somebody should be there"}.F(n, k.days(f.Empty)))
	}
	for _, y := range f.Uncounted {
		out = append(out, unknownYear(y))
	}
	return out
}

// some lists findings of one kind, the first of them in full.
func some[T any](found []T, head chat.Text, line func(T) chat.Text) []chat.Text {
	if len(found) == 0 {
		return nil
	}
	out := []chat.Text{head.F(len(found))}
	for i, f := range found {
		if i == mostFound {
			return append(out, chat.Text{ZH: "- …", EN: "- …"})
		}
		out = append(out, chat.Same("- ").Plus(line(f)))
	}
	return out
}

func (k rosterCheck) days(of []duty.Day) chat.Text {
	var names []chat.Text
	for i, d := range of {
		if i == mostFound {
			names = append(names, chat.Same("…"))
			break
		}
		names = append(names, dayText(k.c, d))
	}
	return list(names)
}

// powerless are those on duty who could do nothing: they have left, or hold nothing here.
func (k rosterCheck) powerless() []chat.Text {
	c := k.c
	var gone, bare []duty.OnStaff
	for _, s := range k.found.Staff {
		m, in := c.Group.Member(s.Who)
		switch {
		case bot.At[directory.Person](c, directory.OfPerson(s.Who)).Gone, c.Group.MembersKnown && (!in || m.Kind != chat.Staff):
			gone = append(gone, s)
		case roleless(c.Access, c.Group.ID, s.Who, s.First.Start):
			bare = append(bare, s)
		}
	}
	out := some(k.r.Departed(), chat.Text{ZH: "🔴 已离职，还写在排班里（%d 位，由 B 角顶着或空班）：", EN: "🔴 have left the company, but are in the shifts (%d; the backup has their turns, or nobody):"}, func(l duty.Leave) chat.Text {
		return chat.Text{ZH: "%s → `/排班` 换人", EN: "%s → put somebody else there with `/duty set`"}.F(c.Name(l.Who))
	})
	out = append(out, some(gone, chat.Text{ZH: "🔴 已不在群里或已离职，还排着班（%d 位）：", EN: "🔴 not in the group any more, but on the roster (%d):"}, func(s duty.OnStaff) chat.Text {
		return chat.Text{ZH: "%s，第一班 %s → `/排班 改` 换人", EN: "%s, first %s → change it with `/duty edit`"}.F(c.Name(s.Who), stretchText(c, s.First.Start, s.First.End))
	})...)
	return append(out, some(bare, chat.Text{ZH: "🔴 值班时没有任何权限（%d 位）：", EN: "🔴 on duty without any right (%d):"}, func(s duty.OnStaff) chat.Text {
		return chat.Text{ZH: "%s，第一班 %s → `/设管理 @%s 普通`", EN: "%s, first %s → `/admin add @%s junior`"}.F(
			c.Name(s.Who), stretchText(c, s.First.Start, s.First.End), chat.Escape(string(s.Who)))
	})...)
}

// clashes are people who are on duty in another group at the same time: that can be meant so, and is said.
func (k rosterCheck) clashes() []chat.Text {
	c := k.c
	type clash struct {
		duty.Clash
		in string
	}
	var found []clash
	for _, g := range groupsAsked(c) {
		if g == c.Group.ID {
			continue
		}
		title := bot.At[directory.Group](c, directory.OfGroup(g)).Title()
		for _, one := range duty.Clashes(k.r, bot.At[duty.Roster](c, duty.Of(g)), k.from, k.until) {
			if !slices.ContainsFunc(found, func(o clash) bool { return o.Who == one.Who && o.in == title }) {
				found = append(found, clash{one, title})
			}
		}
	}
	return some(found, chat.Text{ZH: "ℹ️ 同时在别的群值班（%d 处，允许，请确认顾得过来）：", EN: "ℹ️ on duty in another group at the same time (%d; allowed, if they can cope):"}, func(o clash) chat.Text {
		return chat.Text{ZH: "%s 和“%s”，最早 %s", EN: "%s, in “%s” too, first %s"}.F(c.Name(o.Who), chat.Escape(o.in), stretchText(c, o.Times.Start, o.Times.End))
	})
}

// longestFairness is how many weeks to both sides are counted.
const (
	usualFairness   = 4
	longestFairness = 26
)

// dutyFairness tells how duty is shared: by person turns, hours, nights, days off, covers.
func dutyFairness() bot.Command {
	length := planLength()
	return bot.Command{
		Name:     "duty fairness",
		Forms:    []string{"/duty fairness [{weeks}]", "/排班 公平 [{weeks}]", "/值班 公平 [{weeks}]"},
		Examples: []chat.Text{{ZH: "/排班 公平 4周", EN: "/duty fairness 4"}},
		Holes:    []grammar.Hole{length},
		Help:     chat.Text{ZH: "每个人的班数、时长、夜班、休息日班、替班，谁过多。", EN: "Turns, hours, nights, days off and covers of each person, and who has too much."},
		Who:      chat.Text{ZH: "有“值班”或“报表”权限的人，和排班里的人。", EN: "Who holds “duty” or “reports”, and whoever is on the roster."},
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := roster.Of(c)
			if line, ok := noRoster(c, r, c.Now); ok {
				return told(line), nil
			}
			if !access.Decide(c.Access, access.Request{Actor: c.Actor.ID, Item: access.Reports, Group: c.Group.ID, At: c.Now}).Allowed {
				if err := mayServe(c, r); err != nil {
					return bot.Outcome{}, err
				}
			}
			days := usualFairness * 7
			if length.Given(c.Args) {
				days = length.Of(c.Args)
			}
			now := c.Now.In(c.Zone)
			from, until := midnight(now, -days), midnight(now, days)
			if since := midnight(r.At.In(c.Zone), 0); from.Before(since) {
				from = since
			}
			return fairness(c, r.Fairness(from, until), from, until), nil
		},
	}
}

func fairness(c bot.Call, loads []duty.Load, from, until time.Time) bot.Outcome {
	lines := []chat.Text{chat.Text{ZH: "**%s 值班分配**　%s 到 %s（已值的和已排的）", EN: "**How duty is shared in %s**  %s to %s (done and planned)"}.F(
		chat.Escape(c.Group.Title()), dayText(c, duty.DayOf(from)), dayText(c, duty.DayOf(until).Plus(-1)))}
	pic := &chat.Picture{
		Title:    chat.Text{ZH: "%s 值班分配", EN: "Duty in %s"}.F(c.Group.Title()),
		Subtitle: chat.Text{ZH: "%s 到 %s", EN: "%s to %s"}.F(dayText(c, duty.DayOf(from)), dayText(c, duty.DayOf(until).Plus(-1))),
		Legend:   []chat.Key{{Cell: chat.Cell{Shade: chat.Warn}, Meaning: chat.Text{ZH: "比平均多一半以上", EN: "half as much again as the average"}}},
	}
	for _, head := range []chat.Text{
		{ZH: "班", EN: "turns"}, {ZH: "小时", EN: "hours"}, {ZH: "夜班", EN: "nights"}, {ZH: "休息日", EN: "days off"}, {ZH: "替人", EN: "given"}, {ZH: "被替", EN: "received"},
	} {
		pic.Columns = append(pic.Columns, chat.Column{Label: head})
	}
	for _, l := range loads {
		line := chat.Text{ZH: "- %s：%d 班 %s，夜班 %d，休息日 %d", EN: "- %s: %d turns, %s, nights %d, days off %d"}.F(c.Name(l.Who), l.Turns, hoursText(l.Time), l.Nights, l.RestDays)
		if l.Given+l.Received > 0 {
			line = line.Plus(chat.Text{ZH: "，替别人 %d，被替 %d", EN: ", covered %d, was covered %d"}.F(l.Given, l.Received))
		}
		shade := chat.Blank
		if l.Overloaded {
			line, shade = line.Plus(chat.Text{ZH: " ⚠️ 过多", EN: " ⚠️ too much"}), chat.Warn
		}
		lines = append(lines, line)
		row := chat.Row{Label: chat.Same(plainName(c, l.Who))}
		for _, n := range []int{l.Turns, int(l.Time.Hours() + 0.5), l.Nights, l.RestDays, l.Given, l.Received} {
			row.Cells = append(row.Cells, chat.Cell{Shade: shade, Text: chat.Same(strconv.Itoa(n))})
		}
		pic.Rows = append(pic.Rows, row)
	}
	lines = append(lines, chat.Text{ZH: "夜班：碰到 22:00–06:00 的班；休息日：周末和法定假日。过多：时长比平均多一半以上。", EN: "Nights touch 22:00–06:00; days off are weekends and public holidays; too much is half as much again as the average."})
	if len(pic.Rows) == 0 {
		pic = nil
	}
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...), Picture: pic}}
}
