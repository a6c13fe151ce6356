package commands

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(check)

// check looks through the grants of a group, or of all groups in which the speaker may review, and offers a fix for
// each finding that one tap applies.
func check() bot.Command {
	return bot.Command{
		Name:     "check",
		Forms:    []string{"/check", "/(权限检测|检测)"},
		Examples: []chat.Text{{ZH: "/权限检测", EN: "/check"}},
		Holes:    []grammar.Hole{},
		Help: chat.Text{
			ZH: "找出冲突、被遮住、没用过、过宽的授权，职责分离、名额和缺人，各带一键处理。",
			EN: "Find grants that conflict, are shadowed, unused or too wide, separation of duties, caps and gaps, each with its fix.",
		},
		Needs: access.Review,
		Asks: func(_ grammar.Args, c bot.Call) journal.Want {
			return journal.Want{Usage: []chat.Group{c.Group.ID}}
		},
		Run: func(c bot.Call) (bot.Outcome, error) {
			found := c.Access.Check(c.Group.ID, usedIn(c, c.Group.ID), c.Now)
			var extra []chat.Text
			extra = append(extra, dutyFindings(c)...)
			if c.Group.AdminsKnown {
				extra = append(extra, drift(c, c.Access.Admins(c.Group.ID, c.Now))...)
			}
			reply, need := findings(c, found, extra)
			if !need.Nothing() {
				return bot.Outcome{Need: need}, nil
			}
			return bot.Outcome{Reply: reply}, nil
		},
	}
}

// usedIn is what the journal knows of use in a group.
func usedIn(c bot.Call, g chat.Group) access.Used {
	u := c.Usage(g)
	return access.Used{
		Since: u.Since, Measured: c.Measured(),
		Last: func(who chat.User, i access.Item) time.Time { return u.Last(who, i.String()) },
	}
}

// findings are what was found, the worst first, with a button for the fixes of the first few.
func findings(c bot.Call, found []access.Finding, extra []chat.Text) (chat.Reply, journal.Want) {
	var need journal.Want
	counts := map[access.Severity]int{}
	for _, f := range found {
		counts[f.Severity]++
	}
	head := chat.Text{ZH: "**%s 权限检测**：%s（%s，%s，%s）", EN: "**Check of %s**: %s (%s, %s, %s)"}.F(
		chat.Escape(c.Group.Title()), findingsCounted(len(found)), counted(counts[access.Alarm], "严重 %d", "alarm", "alarms"),
		counted(counts[access.Warning], "警告 %d", "warning", "warnings"), counted(counts[access.Note], "提示 %d", "note", "notes"))
	lines := []chat.Text{head}
	if len(found) == 0 {
		lines[0] = chat.Text{ZH: "**%s 权限检测**：没有发现问题", EN: "**Check of %s**: nothing found"}.F(chat.Escape(c.Group.Title()))
	}
	card := &chat.Card{Title: chat.Text{ZH: "一键处理", EN: "Fixes"}, Body: chat.Text{
		ZH: "每个按钮代您发出一条命令；改了什么都可以撤销", EN: "Each button types one command; what it changes can be undone"}}
	for n, f := range found {
		line := chat.Text{ZH: "%d. %s%s", EN: "%d. %s%s"}.F(n+1, severityMark[f.Severity], findingText(c, f))
		fix, why := possible(c, f, &need)
		line = line.Plus(why)
		if !fix.IsZero() {
			line = line.Plus(chat.Text{ZH: "　处理：`%s`", EN: " Fix: `%s`"}.F(fix))
			if len(card.Buttons) < 6 {
				card.Buttons = append(card.Buttons, chat.Button{
					Label: chat.Text{ZH: "处理%d", EN: "Fix %d"}.F(n + 1), Command: typedAs(c, fix),
				})
			}
		}
		lines = append(lines, line)
	}
	for _, e := range extra {
		lines = append(lines, chat.Text{ZH: "- " + strings.TrimPrefix(e.ZH, "- "), EN: "- " + strings.TrimPrefix(e.EN, "- ")})
	}
	r := chat.Reply{Text: chat.Lines(lines...)}
	if len(card.Buttons) > 0 {
		r.Card = card
	}
	return r, need
}

// possible is the fix of a finding, if it would really be done when it is typed now, and the finding would be gone; of
// another, why is what stands in its way. A button that is refused, or changes nothing, helps nobody.
func possible(c bot.Call, f access.Finding, need *journal.Want) (can, why chat.Text) {
	fix := fixOf(f)
	if fix.IsZero() {
		return fix, chat.Text{}
	}
	var denied *bot.Denied
	s := c.Suppose(fix.ZH)
	need.Names = append(need.Names, s.Need.Names...)
	switch {
	case errors.As(s.Err, &denied):
		return chat.Text{}, chat.Text{ZH: "　（%s）", EN: " (%s)"}.F(denied.Decision.Rule.Text())
	case s.Err != nil:
		return chat.Text{}, chat.Text{}
	case f.Kind == access.FoundUnused && outOfSight(c, f):
		return chat.Text{}, chat.Text{ZH: "　处理：`/复核 开始`（角色里还有看不到用量的权限，按证据判断）", EN: " Fix: `/review start` (the use of other items of the role is not visible)"}
	case len(s.Outcome.Events) == 0 && s.Outcome.Confirm.IsZero() && strings.HasPrefix(fix.ZH, "/指引 "):
		return fix, chat.Text{} // it only tells
	case s.Need.Nothing() && !mends(c, f, s.Outcome.Events):
		return chat.Text{}, chat.Text{}
	}
	return fix, chat.Text{}
}

// mends says whether a finding is gone once events have happened, and no other exception than the one that it is about.
func mends(c bot.Call, f access.Finding, events []journal.Event) bool {
	for _, e := range events {
		for _, ch := range e.Changes {
			if strings.HasPrefix(f.Key, "statement/") && strings.HasPrefix(ch.Key, "statement/") && ch.Key != f.Key {
				return false
			}
		}
	}
	after, err := c.After(events)
	if err != nil || len(events) == 0 {
		return false
	}
	return !slices.ContainsFunc(after.Access.Check(c.Group.ID, usedIn(c, c.Group.ID), c.Now), func(x access.Finding) bool {
		return x.Kind == f.Kind && x.Who == f.Who && x.Key == f.Key && x.Name == f.Name && x.Items == f.Items
	})
}

// dutyFindings are what the roster of the coming week lacks: a backup, a right of whoever is on it.
func dutyFindings(c bot.Call) []chat.Text {
	var out []chat.Text
	turns := bot.At[duty.Roster](c, duty.Of(c.Group.ID)).Shifts
	admins := c.Access.Admins(c.Group.ID, c.Now)
	for _, s := range turns {
		if s.Backup == "" {
			out = append(out, chat.Text{ZH: "值班 %s 没有 B 角", EN: "the shift %s has no backup"}.F(duty.FormatSpan(s.From, s.To)))
		}
		if !slices.Contains(admins, s.Who) && !c.Access.Governs(s.Who, c.Group.ID) {
			out = append(out, chat.Text{ZH: "值班 %s 的 %s 在本群没有角色", EN: "%[2]s, on the shift %[1]s, holds no role here"}.F(
				duty.FormatSpan(s.From, s.To), c.Name(s.Who)))
		}
	}
	return out
}

var _ = declare(checkAll)

// checkAll checks every group in which the speaker may review.
func checkAll() bot.Command {
	return bot.Command{
		Name:     "check all",
		Forms:    []string{"/check all", "/(权限检测|检测) 全部"},
		Examples: []chat.Text{{ZH: "/权限检测 全部", EN: "/check all"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "检测您可以复核的所有群，最严重的在前。", EN: "Check every group in which you may review, the worst first."},
		Anywhere: true,
		Who:      chat.Text{ZH: "在某个群里有“权限复核”的人可以用，只看那些群。", EN: "For whoever may review in some group; only those groups are checked."},
		Offers:   offersReview,
		Run: func(c bot.Call) (bot.Outcome, error) {
			groups := c.Groups.All()
			var want journal.Want
			for _, g := range groups {
				if !c.Has(access.Of(g.ID)) || c.Usage(g.ID).Since.IsZero() {
					want.Names = append(want.Names, access.Of(g.ID), directory.OfGroup(g.ID), duty.Of(g.ID))
					want.Usage = append(want.Usage, g.ID)
				}
			}
			if len(want.Names) > 0 {
				return bot.Outcome{Need: want}, nil
			}
			return everywhere(c, groups)
		},
	}
}

// checkedGroup is what was found in one group.
type checkedGroup struct {
	group directory.Listed
	found []access.Finding
	worst access.Severity
}

func everywhere(c bot.Call, groups []directory.Listed) (bot.Outcome, error) {
	var all []checkedGroup
	looked, kinds := 0, map[access.FindingKind]int{}
	owner := c.Access.IsOwner(c.Actor.ID)
	for _, g := range groups {
		f := c.In(g.ID)
		if !access.Decide(f, access.Request{Actor: c.Actor.ID, Item: access.Review, Group: g.ID, At: c.Now}).Allowed {
			continue
		}
		looked++
		x := checkedGroup{group: g, found: f.Check(g.ID, usedIn(c, g.ID), c.Now)}
		for _, found := range x.found {
			kinds[found.Kind]++
			x.worst = max(x.worst, found.Severity)
		}
		if len(x.found) > 0 {
			all = append(all, x)
		}
	}
	if looked == 0 {
		return bot.Deny(c.Decision, access.Review, "")
	}
	slices.SortStableFunc(all, func(a, b checkedGroup) int {
		return cmp.Or(int(b.worst)-int(a.worst), len(b.found)-len(a.found))
	})
	lines := []chat.Text{chat.Text{ZH: "**权限检测：%s，%d 个有发现**", EN: "**Check of %s, findings in %d**"}.F(groupsCounted(looked), len(all))}
	for _, k := range findingKinds {
		if kinds[k] > 0 {
			lines = append(lines, chat.Text{ZH: "- %s：%d", EN: "- %s: %d"}.F(kindTexts[k], kinds[k]))
		}
	}
	if owner {
		for _, f := range c.Access.CheckCompany(c.Now) {
			lines = append(lines, chat.Text{ZH: "- 全公司：%s%s", EN: "- company-wide: %s%s"}.F(severityMark[f.Severity], findingText(c, f)))
		}
	}
	for n, x := range all {
		if n == maxListed {
			lines = append(lines, chat.Text{ZH: "- 另有 %d 个群", EN: "- and %d more groups"}.F(len(all)-maxListed))
			break
		}
		lines = append(lines, chat.Text{ZH: "%d. %s%s：%s，首要：%s", EN: "%d. %s%s: %s, first: %s"}.F(
			n+1, severityMark[x.worst], chat.Escape(cmp.Or(x.group.Name, string(x.group.ID))), findingsCounted(len(x.found)), kindTexts[x.found[0].Kind]))
	}
	if len(all) > 0 {
		lines = append(lines, chat.Text{ZH: "逐项和一键处理：`/权限检测 #群名`", EN: "Each finding with its fix: `/check #GROUP`"})
	}
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
}
