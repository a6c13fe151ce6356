package commands

import (
	"slices"
	"strconv"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/evidence"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

var (
	_ = declare(minimize)
	_ = declare(minimizeOne)
)

// usedWithin is the window of use that a smallest role is computed from.
func usedWithin() grammar.ChoiceHole[int] {
	return grammar.Choice("days", func(s string) (int, bool) {
		for _, n := range []int{30, 90} {
			if d := strconv.Itoa(n); s == d || s == d+"天" || s == d+"d" {
				return n, true
			}
		}
		return 0, false
	}, chat.Text{ZH: "30天|90天", EN: "30d|90d"})
}

func windowOf(days grammar.ChoiceHole[int], c bot.Call) int {
	if days.Given(c.Args) {
		return days.Of(c.Args)
	}
	return 90
}

// reduction is the smallest role of one admin, or why there is none.
type reduction struct {
	admin  review.Admin
	to     review.Target
	unused []string
	needs  string    // an item that stays, unused, since nobody else here holds it
	why    chat.Text // why it stays as it is; zero where it could be smaller
}

// reductions are the smallest roles of the admins of the group (M14). Whoever is too new to have used anything, or is on
// leave, is left out, and so is whoever used nothing at all: that is for a review to judge.
func reductions(c bot.Call, days int) []reduction {
	l := evidence.Look(c, c.Group.ID, c.Queries()) // what was refused, or heard, is not asked for: use alone counts
	since, place := c.Now.AddDate(0, 0, -days), l.Place(c)
	var out []reduction
	for _, a := range l.Admins(c) {
		r := reduction{admin: a}
		e := a.Evidence
		var ok bool
		if r.to, r.unused, ok = review.Smallest(a, since); ok && !place.Spares(e.Role, review.Advice{Do: review.Reduce, To: r.to}) {
			r.to, r.unused, ok = review.Smallest(a.Needed(place.Appoints, c.Now), since)
			r.needs = place.Appoints
		}
		switch {
		case e.Role.Source == review.Inherited || e.Role.Source == review.Across:
			r.why = adviceWhy(review.Advice{Rule: map[review.Source]review.Rule{
				review.Inherited: review.RuleInherited, review.Across: review.RuleAcross}[e.Role.Source]})
		case e.Known.IsZero() || e.Known.After(since):
			r.why = chat.Text{ZH: "任职或有日志还不到 %d 天", EN: "in the role, or in the journal, for less than %d days"}.F(days)
		case !e.Away.IsZero():
			r.why = chat.Text{ZH: "休假到 %s", EN: "on leave until %s"}.F(c.Moment(e.Away))
		case e.Last().Before(since):
			r.why = chat.Text{ZH: "%d 天没有用过任何一项，请用 `/复核 开始` 判断", EN: "used nothing in %d days; `/review start` judges that"}.F(days)
		case ok && place.Spares(e.Role, review.Advice{Do: review.Reduce, To: r.to}):
		case r.needs != "":
			r.why = chat.Text{ZH: "本群没有别的高级能%s，除此之外看得到的都在用", EN: "no other senior here holds %s; all else that the bot can see is used"}.F(itemsText([]string{r.needs}))
		default:
			r.why = chat.Text{ZH: "看得到的都在用", EN: "all that the bot can see is used"}
		}
		out = append(out, r)
	}
	return out
}

// takes says what a reduction takes away: what was not used, unless the reduction itself has said it, and what goes along
// with a level although nobody can see whether it was used.
func (r reduction) takes(unused, unseen chat.Text) []chat.Text {
	seen, blind := r.admin.Evidence.Split(r.unused)
	var out []chat.Text
	if len(seen) > 0 && (len(r.to.Items) == 0 || len(seen) > titleItems) {
		out = append(out, unused.F(itemsText(seen)))
	}
	if len(blind) > 0 {
		out = append(out, unseen.F(itemsText(blind)))
	}
	return out
}

func asksUsage(_ grammar.Args, c bot.Call) journal.Want {
	return journal.Want{Usage: []chat.Group{c.Group.ID}}
}

// minimize lists the smallest role that covers what each admin has used, with a button that makes it so.
func minimize() bot.Command {
	days := usedWithin()
	return bot.Command{
		Name:     "minimize",
		Forms:    []string{"/minimize [{days}]", "/(最小化|权限最小化) [{days}]"},
		Examples: []chat.Text{{ZH: "/最小化 90天", EN: "/minimize 90d"}},
		Holes:    []grammar.Hole{days},
		Help: chat.Text{
			ZH: "按 30 或 90 天的使用，列出每位管理员够用的最小权限，一点就收窄，可撤销。", EN: "The smallest role that covers what each admin used in 30 or 90 days; a tap narrows it, and can be undone.",
		},
		Needs: access.Review,
		Asks:  asksUsage,
		Run: func(c bot.Call) (bot.Outcome, error) {
			n := windowOf(days, c)
			lines := []chat.Text{chat.Text{ZH: "**%s 的最小化建议（%d 天的使用）**", EN: "**Smallest roles in %s, by %d days of use**"}.F(chat.Escape(c.Group.Title()), n)}
			card := &chat.Card{Title: chat.Text{ZH: "一键收窄", EN: "Narrow"}, Body: chat.Text{
				ZH: "每点一下收窄一位；可以 /撤销", EN: "Each tap narrows one role; /undo takes it back"}}
			var stay []chat.Text
			at := 0
			for _, r := range reductions(c, n) {
				who := c.Name(r.admin.Who)
				if !r.why.IsZero() {
					stay = append(stay, chat.Text{ZH: "%s（%s）", EN: "%s (%s)"}.F(who, r.why))
					continue
				}
				at++
				lines = append(lines, chat.Lines(
					chat.Text{ZH: "%d. %s：%s → %s", EN: "%d. %s: %s → %s"}.F(at, who, reviewedRole(r.admin.Evidence.Role), doText(r.admin.Evidence.Role, review.Reduce, r.to)),
					chat.Lines(r.takes(
						chat.Text{ZH: "　去掉没用过的：%s", EN: "   takes away what was not used: %s"},
						chat.Text{ZH: "　看不到用量，也会失去：%s", EN: "   and takes away, though the bot cannot see whether it was used: %s"},
					)...),
					basisText(c, r),
				))
				if len(card.Buttons) < 6 && r.admin.Who != c.Actor.ID {
					card.Buttons = append(card.Buttons, chat.Button{
						Label:   chat.Text{ZH: clipLabel(strconv.Itoa(at) + " " + shortName(c, c.Group.ID, r.admin.Who)), EN: clipLabel(strconv.Itoa(at) + " " + string(r.admin.Who))},
						Command: "/minimize @" + string(r.admin.Who) + " " + strconv.Itoa(n) + "d #" + string(c.Group.ID) + " --yes",
					})
				}
			}
			if at == 0 {
				lines = append(lines, chat.Text{ZH: "没有可以收窄的。", EN: "There is nothing to narrow."})
			}
			if len(stay) > 0 {
				lines = append(lines, chat.Text{ZH: "不动：%s", EN: "Left as they are: %s"}.F(clauses(stay)))
			}
			reply := chat.Reply{Text: chat.Lines(lines...)}
			if len(card.Buttons) > 0 {
				reply.Card = card
			}
			return bot.Outcome{Reply: reply}, nil
		},
	}
}

// basisText is what a reduction rests on: when what stays was last used, and what stays because nothing tells.
func basisText(c bot.Call, r reduction) chat.Text {
	var used []chat.Text
	for _, u := range r.admin.Evidence.Uses {
		if !slices.Contains(r.unused, u.Item) {
			used = append(used, chat.Text{ZH: "%s %s", EN: "%s %s"}.F(itemsText([]string{u.Item}), dateText(c, u.Last)))
		}
	}
	t := chat.Text{ZH: "　依据：最近使用 %s", EN: "   based on: last used %s"}.F(list(used))
	if n := len(r.admin.Evidence.Blind); n > 0 && len(r.to.Items) > 0 {
		t = t.Plus(chat.Text{ZH: "；另有 %d 项看不到用量，保留", EN: "; %d items whose use the bot cannot see stay"}.F(n))
	}
	return t.Plus(neededText(r.needs))
}

// minimizeOne narrows one admin's role to what they have used.
func minimizeOne() bot.Command {
	who, days := grammar.Person("who"), usedWithin()
	return bot.Command{
		Name:     "minimize one",
		Forms:    []string{"/minimize {who} [{days}]", "/(最小化|权限最小化) {who} [{days}]"},
		Examples: []chat.Text{{ZH: "/最小化 @zhangsan 90天", EN: "/minimize @zhangsan 90d"}},
		Holes:    []grammar.Hole{who, days},
		Help:     chat.Text{ZH: "把一位管理员的权限收窄到用过的。", EN: "Narrow one admin's role to what they have used."},
		Needs:    access.Admins,
		Asks:     asksUsage,
		Reads:    []bot.Source{tasks, ends},
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			n := windowOf(days, c)
			for _, r := range reductions(c, n) {
				if r.admin.Who == m.ID {
					return reduce(c, r, n)
				}
			}
			return bot.Refuse(chat.Text{ZH: "%s 在本群没有可以收窄的角色。", EN: "%s holds no role here that could be narrowed."}.F(c.Name(m.ID)))
		},
	}
}

// reduce narrows a role, or says why it stays.
func reduce(c bot.Call, r reduction, days int) (bot.Outcome, error) {
	who := r.admin.Who
	if !r.why.IsZero() {
		return bot.Refuse(chat.Text{ZH: "%s 不收窄：%s。", EN: "The role of %s stays as it is: %s."}.F(c.Name(who), r.why))
	}
	kind := access.Restricted
	changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
		if l, ok := access.ParseLevel(r.to.Level); ok {
			kind = access.Releveled
			return f.Relevel(c.Group.ID, c.Actor.ID, who, l, c.Now)
		}
		return f.Restrict(c.Group.ID, c.Actor.ID, who, itemsNamed(r.to.Items), c.Now)
	})
	if !d.Allowed {
		return bot.Deny(d, access.Admins, who)
	}
	proof, need, err := replayUse(c, who, changes, days)
	if err != nil || !need.Nothing() {
		return bot.Outcome{Need: need}, err
	}
	reason := "最小化：" + strconv.Itoa(days) + " 天的使用"
	return bot.Outcome{
		Events: []journal.Event{{
			Kind: kind, Group: c.Group.ID, Targets: []chat.User{who}, Items: rights, Reason: reason, Changes: changes,
		}},
		Changes: chat.Text{ZH: "%s %s（%d 天没用过）", EN: "%s: %s (not used in %d days)"}.F(
			c.Name(who), doText(r.admin.Evidence.Role, review.Reduce, r.to), days).Plus(
			chat.Join("", r.takes(
				chat.Text{ZH: "，去掉：%s", EN: ", without: %s"},
				chat.Text{ZH: "；看不到用量，也会失去：%s", EN: "; and without, though the bot cannot see whether it was used: %s"},
			)...)).Plus(neededText(r.needs)).Plus(proof),
		Confirm: chat.Text{ZH: "按使用收窄权限", EN: "this narrows a role to what was used"}, Second: second,
	}, nil
}

func itemsNamed(names []string) access.Items {
	var out access.Items
	for _, n := range names {
		if i, ok := access.ParseItem(n); ok {
			out = out.With(i)
		}
	}
	return out
}
