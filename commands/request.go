package commands

import (
	"errors"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/request"
)

var _ = declare(ask)

// requests are those of the group.
var requests = bot.Reads[request.Book](request.Of)

// usualLevel is for how long a level is asked for when nobody says how long.
const usualLevel = 7 * 24 * time.Hour

// wished is an item or a level.
func wished() grammar.ChoiceHole[access.Wish] {
	return grammar.Choice("what", func(s string) (access.Wish, bool) {
		if i, ok := access.ParseItem(s); ok {
			return access.Wish{Item: i}, true
		}
		l, ok := access.ParseLevel(s)
		return access.Wish{Level: l}, ok
	}, chat.Text{ZH: "权限或级别", EN: "item or level"}).Hinting(itemMeant)
}

// ask asks those who may give an item, or a level, to give it to the speaker for a while. Nothing changes before one of
// them agrees, unless the company's policy lets whoever is on shift have it at once.
func ask() bot.Command {
	what, length, reason := wished(), grammar.Length("length"), grammar.Rest("reason")
	return bot.Command{
		Name:     "request",
		Forms:    []string{"/request {what} [[for] {length}] {reason}", "/申请 {what} [{length}] {reason}"},
		Examples: []chat.Text{{ZH: "/申请 禁言 2小时 处理刷屏", EN: "/request mute for 2h flooding"}},
		Holes:    []grammar.Hole{what, length, reason},
		Help: chat.Text{
			ZH: "申请一项权限或一个级别，限时，由能给的人决定。", EN: "Ask for an item or a level for a while; those who can give it decide.",
		},
		Reads:  []bot.Source{requests, tasks, roster},
		Who:    chat.Text{ZH: "企业成员可以用，客户不能。", EN: "For the company's own staff."},
		Offers: offersStaff,
		Run: func(c bot.Call) (bot.Outcome, error) {
			w := what.Of(c.Args)
			w.OwnShift = roster.Of(c).By == c.Actor.ID
			w.Who, w.Is, w.Reason, w.Source = c.Actor.ID, c.Access.Actor, reason.Of(c.Args), "request"
			w.NoContact = contactRight(c, c.Actor) == chat.RightMissing
			lasts := bot.RequestFor
			if w.Level != access.NoLevel {
				lasts = usualLevel
			}
			if length.Given(c.Args) {
				lasts = length.Of(c.Args)
			}
			rule := c.Access.ApprovalOf(w.What())
			if !length.Given(c.Args) {
				lasts = min(lasts, rule.Longest)
			}
			w.Until = c.Now.Add(lasts).UTC().Truncate(time.Second)
			if err := errors.Join(noSlip(w.Reason), mayAsk(c, w), lengthFits(lasts, rule)); err != nil {
				return bot.Outcome{}, err
			}
			r := request.Request{
				Code: c.Code(), Sort: request.ForItem, By: w.Who, For: []chat.User{w.Who}, Group: c.Group.ID, What: w.What(),
				Length: lasts, Reason: w.Reason, At: c.Now.UTC(), Need: rule.Need, Deny: rule.Deny,
				Until: c.Now.Add(bot.DecideWithin).UTC().Truncate(time.Second),
			}
			if w.Level != access.NoLevel {
				r.Sort = request.ForLevel
			}
			if changes, d, ok := c.Access.GrantOnDuty(c.Group.ID, w, c.Now); ok {
				return givenOnDuty(c, r, w, changes, d), nil
			}
			return asked(c, r, w)
		},
	}
}

// mayAsk refuses what need not, or cannot, be asked for.
func mayAsk(c bot.Call, w access.Wish) error {
	if c.Actor.Kind != chat.Staff {
		return &bot.Refusal{Text: chat.Text{
			ZH: "只有企业成员可以申请权限。", EN: "Only the company's own staff can ask for rights.",
		}}
	}
	if err := here(c, c.Actor); err != nil {
		return err
	}
	if w.Level != access.NoLevel {
		if held := c.Access.LevelOf(w.Who, c.Group.ID, c.Now); held >= w.Level || c.Access.Governs(w.Who, c.Group.ID) {
			return alreadyHeld(levelText(w.Level))
		}
		return nil
	}
	d := access.Decide(c.Access, access.Request{Actor: w.Who, Item: w.Item, Group: c.Group.ID, At: c.Now})
	switch {
	case d.Allowed:
		return alreadyHeld(w.Item.Label())
	case d.Rule == access.RuleNotOffered:
		return &bot.Denied{Decision: d, Item: w.Item}
	}
	return nil
}

func alreadyHeld(what chat.Text) error {
	return &bot.Refusal{Text: chat.Text{
		ZH: "您已经有“%s”，不用申请。`/我的权限` 列出您有的。", EN: "You hold “%s” already; there is nothing to ask for. `/whoami` lists what you hold.",
	}.F(what)}
}

func levelText(l access.Level) chat.Text { return chat.Text{ZH: l.Label().ZH, EN: l.String()} }

// shortest is the shortest time that can be asked for.
const shortest = time.Minute

func lengthFits(lasts time.Duration, rule access.Approval) error {
	if lasts >= shortest && lasts <= rule.Longest {
		return nil
	}
	return &bot.Refusal{Text: chat.Text{
		ZH: "这一项一次最多申请 %s，最少 %s。要更久，请管理员用 `/允许` 或 `/设管理` 给。",
		EN: "At most %s of this can be asked for at once, at least %s. For longer, an admin gives it with `/allow` or `/admin add`.",
	}.F(grammar.FormatLength(rule.Longest), grammar.FormatLength(shortest))}
}

// asked opens the request and asks those who can decide it.
func asked(c bot.Call, r request.Request, w access.Wish) (bot.Outcome, error) {
	to := c.Access.Approvers(c.Group.ID, w, c.Now)
	if len(to) < r.Need {
		return bot.Refuse(nobodyGives(c, r, w, len(to)))
	}
	if r.Sort == request.ForLevel {
		r.Impact = brings(c, r, w, to[0])
	}
	e, err := requests.Of(c).Open(r)
	if err != nil {
		return mend(err, map[error]chat.Text{request.ErrEqual: {
			ZH: "同样的申请已经在等人决定。`/申请列表` 列出它；要收回，发 `/收回 #编号`。",
			EN: "The same request waits for a decision already. `/requests` lists it; `/withdraw #N` takes it back.",
		}})
	}
	return bot.Outcome{
		Events: []journal.Event{e}, Effects: bot.Ask(c, r, to), Changes: chat.Text{ZH: "申请：%s", EN: "request: %s"}.F(c.Wanted(r)),
		Reply: chat.Reply{Text: chat.Lines(
			chat.Text{ZH: "已提交申请：%s；什么都还没有改变。", EN: "Submitted: %s. Nothing has changed yet."}.F(c.Wanted(r)),
			chat.Text{ZH: "可以决定的人：%s%s。", EN: "Who can decide: %s%s."}.F(c.Few(to), needs(r)),
			chat.Text{
				ZH: "到 %s 为止没有人决定就作废；要收回，发 `/收回` 和编号。", EN: "It lapses at %s; to take it back, send `/withdraw` and its number.",
			}.F(c.Moment(r.Until)),
		)},
	}, nil
}

// brings tells whoever decides about a level what it gives, which temporary role it replaces, and what would be
// different, as the first of those who can decide would give it.
func brings(c bot.Call, r request.Request, w access.Wish, by chat.User) chat.Text {
	f := as(c, by)
	f.Consent = r.Need > 1
	changes, d := f.Grant(c.Group.ID, by, w, c.Now)
	if !d.Allowed {
		return chat.Text{}
	}
	line := chat.Text{}
	if role, ok := roleAfter(changes); ok {
		held := onPlatform(c, role.Items())
		line = chat.Text{ZH: "权限 %d 项：%s", EN: "items (%d): %s"}.F(held.Len(), briefly(c, held))
	}
	if old, ok := c.Access.Group.Role(w.Who, true); ok && old.Live(c.Now) {
		line = line.Plus(chat.Text{ZH: "；代替现在的%s（%s）", EN: "; in place of %s (%s)"}.F(roleText(old.Level, old.Job), term(c, c.Group.ID, old)))
	}
	return chat.Lines(line, Impact(c, []journal.Event{given(c, r, changes)}))
}

// needs says that one word is not enough, where it is not.
func needs(r request.Request) chat.Text {
	if r.Need < 2 {
		return chat.Text{}
	}
	return chat.Text{ZH: "，要 %d 人同意", EN: "; %d must agree"}.F(r.Need)
}

// nobodyGives says why asking would come to nothing: by the rule that would refuse the one who could decide.
func nobodyGives(c bot.Call, r request.Request, w access.Wish, able int) chat.Text {
	if able > 0 {
		return chat.Text{
			ZH: "这一项要 %d 人同意，现在只有 %d 人能决定。请找超级管理员。", EN: "%d people must agree to this, and only %d can decide now. Ask an owner.",
		}.F(r.Need, able)
	}
	why := chat.Text{ZH: "没有别人能给", EN: "nobody else can give it"}
	for _, o := range c.Access.Company.Owners() {
		f := c.Access
		f.Actor = f.People[o]
		if _, d := f.Grant(c.Group.ID, o, w, c.Now); !d.Allowed && d.Rule != access.RuleSelf {
			t := d.Rule.Text()
			why = chat.Text{ZH: strings.TrimRight(t.ZH, "。"), EN: strings.TrimRight(t.EN, ".")}.Plus(chat.Text{ZH: "（%s）", EN: " (%s)"}.F(string(d.Rule)))
			break
		}
	}
	return chat.Text{
		ZH: "申请“%s”也不会得到：%s。要改，请找超级管理员改设置。", EN: "Asking for “%s” would come to nothing: %s. An owner would have to change the settings first.",
	}.F(c.Wanted(r), why)
}

// givenOnDuty gives at once what the policy lets whoever is on shift have, and tells those who would have decided.
func givenOnDuty(c bot.Call, r request.Request, w access.Wish, changes access.Change, d access.Decision) bot.Outcome {
	told := chat.Text{
		ZH: "%s 正在值班，按审批规则直接得到“%s”里的%s，到 %s 为止%s。不妥请发 `/撤销 %s`。",
		EN: "%s is on shift and, by the rule about requests, got at once in “%s”: %s, until %s%s. If that is wrong: `/undo %[6]s`.",
	}.F(c.Name(w.Who), chat.Escape(c.Group.Title()), c.Wanted(r), c.Moment(w.Until), because(w.Reason), chat.ThisEntry)
	out := bot.Outcome{
		Events: []journal.Event{given(c, r, changes)}, Rule: d.Rule,
		Changes: chat.Text{ZH: "%s 得到%s，到 %s 为止（值班自动批准）", EN: "%s gets %s, until %s (approved by the shift)"}.F(
			c.Name(w.Who), c.Wanted(r), c.Moment(w.Until)).Plus(because(w.Reason)),
	}
	for _, u := range c.Deciders(c.Access.Approvers(c.Group.ID, w, c.Now), r) {
		out.Effects = append(out.Effects, chat.SendTo(u, c.Group.ID, chat.Reply{Text: told}).As(chat.OfRights))
	}
	return out
}

// given is the event in which somebody gets what they asked for.
func given(c bot.Call, r request.Request, changes access.Change) journal.Event {
	e := journal.Event{
		Kind: request.Granted, Group: c.Group.ID, Targets: r.For, Items: []string{r.What}, Reason: r.Reason, Changes: changes,
	}
	if r.Sort == request.ForLevel {
		e.Items = rights
	}
	return e
}
