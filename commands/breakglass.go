package commands

import (
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/request"
)

var _ = declare(breakglass)

// breakglass gives a senior admin every item for half an hour, without asking anybody first. All who answer for the
// group know at once, and an owner judges it afterwards.
func breakglass() bot.Command {
	reason := grammar.Rest("reason")
	return bot.Command{
		Name:     "breakglass",
		Forms:    []string{"/breakglass {reason}", "/breakglass (off|end)", "/应急 {reason}", "/应急 (结束|关闭)"},
		Examples: []chat.Text{{ZH: "/应急 群里有人发诈骗链接", EN: "/breakglass phishing links in the group"}},
		Holes:    []grammar.Hole{reason},
		Help: chat.Text{
			ZH: "高级管理员：紧急时临时取得全部权限 30 分钟，立即公示，事后复核；`/应急 结束` 提前结束。",
			EN: "For seniors: every item for 30 minutes in an emergency, announced at once and reviewed after; `/breakglass off` ends it.",
		},
		Reads:  []bot.Source{requests, tasks},
		Who:    chat.Text{ZH: "只有本群的高级管理员可以用；本来就有全部权限的人不需要。结束后超级管理员收到期间做过的事，7 天内判“正当”或“不正当”，结果告知本人和超级管理员。", EN: "For senior admins of the group only; whoever holds every item anyway has no need. When it is over, owners get the list of what was done and judge within 7 days whether it was justified."},
		Offers: offersGlass,
		Run: func(c bot.Call) (bot.Outcome, error) {
			why := strings.TrimSpace(reason.Of(c.Args))
			if why == "" {
				return glassOff(c)
			}
			if s, running := c.Access.Glass(c.Actor.ID, c.Now); running {
				return bot.Refuse(chat.Text{
					ZH: "您的应急还在进行，到 %s 为止；结束后才能再次应急。`/应急 结束` 提前结束。",
					EN: "Your emergency still runs, until %s; there is no second one before that. `/breakglass off` ends it.",
				}.F(c.Moment(s.Until)))
			}
			if fullyHeld(c) {
				return bot.Refuse(nothingToBreak)
			}
			changes, still, d := c.Access.BreakGlass(c.Group.ID, c.Actor.ID, why, c.Now)
			switch {
			case !d.Allowed:
				return bot.Outcome{}, &bot.Denied{Decision: d, Next: seniorsDo(c)}
			case len(changes) == 0:
				return bot.Refuse(nothingToBreak)
			}
			return broken(c, why, changes, still)
		},
	}
}

var nothingToBreak = chat.Text{ZH: "您在这里本来就有全部权限，不需要应急。", EN: "You hold every item here anyway; there is no need."}

// fullyHeld says whether the speaker holds every item of the group, and on everybody in it: an emergency would only be
// announced and reviewed for nothing.
func fullyHeld(c bot.Call) bool {
	if c.Onto(access.Ceiling(access.Senior)).Minus(c.Access.Items(c.Actor.ID, c.Access.Actor, c.Group.ID, c.Now)) != 0 {
		return false
	}
	return !slices.ContainsFunc(c.Access.Holds(c.Actor.ID, c.Group.ID, c.Now), func(r access.Role) bool { return !r.Data.IsZero() })
}

// seniorsDo says who could break the glass.
func seniorsDo(c bot.Call) chat.Text {
	if able := answerable(c, c.Actor.ID); len(able) > 0 {
		return chat.Text{
			ZH: "应急只给本群的高级管理员。请找：%s；或用 `/申请`。", EN: " Only senior admins of the group may. Ask: %s; or use `/request`.",
		}.F(c.Few(able))
	}
	return chat.Text{ZH: "应急只给本群的高级管理员。", EN: " Only senior admins of the group may."}
}

// answerable are those who answer for the group: its seniors, department admins of the place, owners.
func answerable(c bot.Call, but chat.User) []chat.User {
	return slices.DeleteFunc(c.Access.Who(access.Admins, c.Group.ID, c.Now), func(u chat.User) bool {
		return u == but || !c.Access.Governs(u, c.Group.ID) && c.Access.LevelOf(u, c.Group.ID, c.Now) != access.Senior
	})
}

func broken(c bot.Call, why string, changes access.Change, still access.Items) (bot.Outcome, error) {
	until := c.Now.Add(access.GlassFor).UTC().Truncate(time.Second)
	review, err := requests.Of(c).Open(request.Request{
		Code: c.Code(), Sort: request.ForReview, For: []chat.User{c.Actor.ID}, Group: c.Group.ID, Reason: why, At: c.Now.UTC(),
		State: request.Waiting, From: until, Until: until.Add(request.ReviewWithin), Need: 1, Deny: 1,
	})
	if err != nil {
		return bot.Outcome{}, err
	}
	limits := chat.Text{}
	if still != 0 {
		limits = chat.Text{ZH: "仍不允许（有固定禁止）：%s。", EN: "Still denied, by fixed settings: %s."}.F(still.Label())
	}
	told := chat.Text{
		ZH: "**应急**：%s 在“%s”取得全部权限，到 %s 为止，原因：%s。之后由超级管理员复核。",
		EN: "**Emergency**: %s holds every item in “%s” until %s, reason: %s. An owner reviews it afterwards.",
	}.F(c.Name(c.Actor.ID), chat.Escape(c.Group.Title()), c.Moment(until), chat.Escape(why)).Plus(limits).Plus(chat.Same(" " + chat.ThisEntry))
	out := bot.Outcome{
		Events: []journal.Event{{
			Kind: access.GlassBroken, Group: c.Group.ID, Targets: []chat.User{c.Actor.ID}, Items: []string{access.Policy.String()},
			Reason: why, Changes: changes,
		}, review},
		Confirm: chat.Text{ZH: "应急会立即公示，事后由超级管理员复核", EN: "an emergency is announced at once and reviewed by an owner"},
		Changes: chat.Lines(chat.Text{
			ZH: "%s 取得本群全部权限，到 %s 为止，原因：%s", EN: "%s holds every item here until %s, reason: %s",
		}.F(c.Name(c.Actor.ID), c.Moment(until), chat.Escape(why)), limits),
	}
	for _, u := range answerable(c, c.Actor.ID) {
		out.Effects = append(out.Effects, chat.SendTo(u, c.Group.ID, chat.Reply{Text: told}))
	}
	if c.Group.Kind == chat.AppGroup {
		out.Effects = append(out.Effects, chat.SendTo("", c.Group.ID, chat.Reply{Text: told}))
	}
	return out, nil
}

// glassOff ends the speaker's emergency before its time; the review follows at once.
func glassOff(c bot.Call) (bot.Outcome, error) {
	changes := c.Access.EndGlass(c.Group.ID, c.Actor.ID, c.Now)
	if len(changes) == 0 {
		return bot.Refuse(chat.Text{ZH: "您没有进行中的应急。", EN: "No emergency of yours is running."})
	}
	out := bot.Outcome{
		Events: []journal.Event{{
			Kind: access.GlassMended, Group: c.Group.ID, Targets: []chat.User{c.Actor.ID}, Items: []string{access.Policy.String()}, Changes: changes,
		}},
		Changes: chat.Text{ZH: "%s 的应急结束，全部权限已收回；接着由超级管理员复核", EN: "%s's emergency is over and every item of it taken back; an owner reviews it now"}.F(c.Name(c.Actor.ID)),
	}
	if e, ok := requests.Of(c).Hasten(c.Actor.ID, c.Now.UTC()); ok {
		out.Events = append(out.Events, e)
	}
	for _, u := range answerable(c, c.Actor.ID) {
		out.Effects = append(out.Effects, chat.SendTo(u, c.Group.ID, chat.Reply{Text: chat.Text{
			ZH: "%s 在“%s”的应急已提前结束。", EN: "%s has ended the emergency in “%s”.",
		}.F(c.Name(c.Actor.ID), chat.Escape(c.Group.Title())).Plus(chat.Same(" " + chat.ThisEntry))}))
	}
	return out, nil
}

// reviewed is the outcome of an owner's judgement on an emergency.
func (p petition) reviewed(c bot.Call, r request.Request, e journal.Event) bot.Outcome {
	how := chat.Text{ZH: "正当", EN: "justified"}
	v := request.Verdict{}
	if r.State == request.Approved {
		v = r.Yes[len(r.Yes)-1]
	} else {
		how, v = chat.Text{ZH: "不正当", EN: "not justified"}, r.No[len(r.No)-1]
	}
	who := list(names(c, r.For))
	out := bot.Outcome{Events: []journal.Event{e}, Changes: chat.Text{
		ZH: "复核 #%d：%s 的应急%s", EN: "review #%d: %s's emergency was %s",
	}.F(p.n, who, how).Plus(because(v.Reason))}
	told := chat.Text{
		ZH: "%s 在“%s”的应急（%s）由 %s 复核：%s%s。", EN: "%s's emergency in “%s” (%s) was reviewed by %s: %s%s.",
	}.F(who, chat.Escape(c.Group.Title()), c.Moment(r.At), verdictBy(c, v), how, because(v.Reason)).Plus(chat.Same(" " + chat.ThisEntry))
	for _, u := range slices.Concat(r.For, c.Access.Company.Owners()) {
		if u != c.Actor.ID {
			out.Effects = append(out.Effects, chat.SendTo(u, c.Group.ID, chat.Reply{Text: told}))
		}
	}
	return out
}

func names(c bot.Call, people []chat.User) []chat.Text {
	out := make([]chat.Text, len(people))
	for i, u := range people {
		out[i] = c.Name(u)
	}
	return out
}
