package commands

import (
	"errors"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/preference"
)

var (
	_ = declare(notifications)
	_ = declare(notificationsQuiet)
)

// preferred is what the speaker has set about notifications.
func preferred(c bot.Call) preference.Book {
	return bot.At[preference.Book](c, preference.Of(c.Actor.ID))
}

func asksPreferences(_ grammar.Args, c bot.Call) journal.Want {
	return journal.Want{Names: []journal.Name{preference.Of(c.Actor.ID)}}
}

// notifications shows the speaker which notifications they get, and switches one sort of them on or off. It is about nobody
// else: what others hear is theirs to say.
func notifications() bot.Command {
	state, class, more := noticeState(), noticeClass(), moreNotices()
	return bot.Command{
		Name: "notify",
		Forms: []string{
			"/notify [{more}]", "/notify {state} {class}", "/notify {class} {state}",
			"/(通知设置|提醒设置) [{more}]", "/(通知设置|提醒设置) {state} {class}", "/(通知设置|提醒设置) {class} {state}",
		},
		Examples: []chat.Text{{ZH: "/通知设置 关 值班提醒", EN: "/notify off duty"}},
		Holes:    []grammar.Hole{state, class, more},
		Help: chat.Text{
			ZH: "看您收哪些通知，一点就开关；只管您自己。", EN: "See which notifications you get and switch them with a tap; your own only.",
		},
		Anywhere: true,
		Asks:     asksPreferences,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if !class.Given(c.Args) {
				return bot.Outcome{Reply: chat.Reply{Text: noticesText(c), Card: noticesCard(c, more.Of(c.Args))}}, nil
			}
			return switchNotices(c, class.Of(c.Args), state.Of(c.Args))
		},
	}
}

// notificationsQuiet sets the speaker's quiet hours.
func notificationsQuiet() bot.Command {
	hours := quietHours()
	return bot.Command{
		Name:     "notify quiet",
		Forms:    []string{"/notify quiet {hours}", "/(通知设置|提醒设置) (免打扰|quiet) {hours}"},
		Examples: []chat.Text{{ZH: "/通知设置 免打扰 22:00-08:00", EN: "/notify quiet 22:00-08:00"}},
		Holes:    []grammar.Hole{hours},
		Help: chat.Text{
			ZH: "免打扰时段：期间的通知推迟到结束时。", EN: "Quiet hours: notifications wait until they end.",
		},
		Anywhere: true,
		Asks:     asksPreferences,
		Run:      func(c bot.Call) (bot.Outcome, error) { return setQuiet(c, hours.Of(c.Args)) },
	}
}

// switchNotices switches a sort of notification. The last owner who hears how the bot is goes on hearing it.
func switchNotices(c bot.Call, class chat.Class, on bool) (bot.Outcome, error) {
	if class == chat.OfSystem {
		owners := c.Access.Company.Owners()
		if !slices.Contains(owners, c.Actor.ID) {
			return bot.Refuse(chat.Text{
				ZH: "系统告警只发给超级管理员，您收不到，也不用关。", EN: "Alerts about the bot itself go to owners only; you do not get them.",
			})
		}
		if missing := notLoaded(c, preferencesOf(owners)...); len(missing) > 0 && !on {
			return bot.Outcome{Read: missing}, nil
		}
		if !on && alone(c, owners) {
			return bot.Refuse(chat.Text{
				ZH: "不能关：没有别的超级管理员在收系统告警，机器人出了故障就没有人知道。请先让另一位超级管理员打开：/通知设置 开 系统告警。",
				EN: "Not switched off: no other owner gets alerts about the bot itself, so nobody would know that it is broken. Let another owner switch them on first: /notify on system.",
			})
		}
	}
	e, err := preferred(c).Switch(c.Actor.ID, class, on, c.Now)
	if errors.Is(err, preference.ErrSame) {
		return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "没有改变：", EN: "Nothing has changed: "}.Plus(noticeLine(class, on))}}, nil
	}
	if err != nil {
		return bot.Outcome{}, err
	}
	changes := chat.Text{ZH: "您的通知“%s”：%s", EN: "your notifications, %s: %s"}.F(sortOf(class).name, onOff(on))
	if !on {
		changes = chat.Lines(changes, stillTold(class))
	}
	return bot.Outcome{Events: []journal.Event{e}, Changes: changes}, nil
}

// preferencesIn is whose preferences changes are about; empty if they are about none.
func preferencesIn(changes []journal.Change) chat.User {
	for _, ch := range changes {
		if u := chat.User(ch.Of.ID()); ch.Of == preference.Of(u) {
			return u
		}
	}
	return ""
}

func preferencesOf(people []chat.User) []journal.Name {
	out := make([]journal.Name, len(people))
	for i, u := range people {
		out[i] = preference.Of(u)
	}
	return out
}

// alone says whether no owner but the speaker gets alerts about the bot itself.
func alone(c bot.Call, owners []chat.User) bool {
	return !slices.ContainsFunc(owners, func(u chat.User) bool {
		return u != c.Actor.ID && bot.At[preference.Book](c, preference.Of(u)).Wants(chat.OfSystem)
	})
}

// stillTold says what of a sort reaches somebody although they have switched it off.
func stillTold(class chat.Class) chat.Text {
	switch class {
	case chat.OfWaiting:
		return chat.Text{
			ZH: "轮到您处理的紧急告警照样送达：客户不能没人管。", EN: "An urgent alert that is yours to handle comes all the same: no customer is left alone.",
		}
	case chat.OfRequests:
		return chat.Text{
			ZH: "等您决定的申请不再提醒；要看，发 /申请列表。", EN: "You are not told of requests that wait for you any more; to see them, send /requests.",
		}
	case chat.OfSystem:
		return chat.Text{
			ZH: "要是所有超级管理员都收不到了，仍会发给每一位。", EN: "Should no owner get them any more, they go to all of you again.",
		}
	case chat.OfDigest:
		return chat.Text{
			ZH: "可疑操作的提醒照样送达；要看简报，发 /简报。", EN: "You still hear of suspicious acts; to see a digest, send /digest.",
		}
	case chat.OfDuty, chat.OfRoster, chat.OfRights:
	}
	return chat.Text{}
}

// setQuiet sets the speaker's quiet hours, or gives them up.
func setQuiet(c bot.Call, h hush) (bot.Outcome, error) {
	b := preferred(c)
	if h.off {
		old, _ := b.Quiet()
		e, err := b.Unhush(c.Actor.ID)
		if errors.Is(err, preference.ErrSame) {
			return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "没有改变：您没有设免打扰。", EN: "Nothing has changed: you have no quiet hours."}}}, nil
		}
		if err != nil {
			return bot.Outcome{}, err
		}
		out := bot.Outcome{Events: []journal.Event{e}, Changes: chat.Text{ZH: "您的免打扰：关（原为 %s）", EN: "your quiet hours: off (were %s)"}.F(old)}
		if until, quiet := b.QuietUntil(c.Now, c.Zone); quiet {
			out.Changes = chat.Lines(out.Changes, chat.Text{
				ZH: "已经推迟的通知仍在 %s 送达。", EN: "What was put off already still comes at %s.",
			}.F(c.Moment(until)))
		}
		return out, nil
	}
	e, err := b.Hush(c.Actor.ID, h.Quiet)
	if err != nil {
		return mend(err, map[error]chat.Text{
			preference.ErrSame: chat.Text{ZH: "没有改变：您的免打扰已经是 %s。", EN: "Nothing has changed: your quiet hours are %s already."}.F(h.Quiet),
			preference.ErrWholeDay: {
				ZH: "开始和结束相同，就是整天都不通知。请写一段时间，如 22:00-08:00；某一类通知不想要，就关掉它：/通知设置 关 值班提醒。",
				EN: "It would be quiet all day. Write a span such as 22:00-08:00; what you do not want at all, switch off: /notify off duty.",
			},
		})
	}
	return bot.Outcome{
		Events: []journal.Event{e},
		Changes: chat.Lines(chat.Text{ZH: "您的免打扰：每天 %s", EN: "your quiet hours: %s, every day"}.F(h.Quiet), chat.Text{
			ZH: "期间的通知按顺序推迟到结束时，其间已经处理完的不再提。", EN: "Notifications wait until they end, in their order; what is settled by then is not told any more.",
		}, always),
	}, nil
}

// always says what no switch and no quiet hours keep from people.
var always = chat.Text{
	ZH: "总会马上送达：命令的答复、请您操作的步骤卡、应急公示，以及轮到您处理的紧急告警（例如您当班时有客户等待）。",
	EN: "Always told at once: answers to commands, steps you are asked to take, emergencies, and urgent alerts that are yours to handle (such as a customer who waits while you are on duty).",
}

// hush is what somebody wants of their quiet hours.
type hush struct {
	preference.Quiet
	off bool
}

func quietHours() grammar.ChoiceHole[hush] {
	return grammar.Choice("hours", func(s string) (hush, bool) {
		if slices.Contains([]string{"off", "关", "关闭", "取消", "无"}, strings.ToLower(s)) {
			return hush{off: true}, true
		}
		q, ok := preference.Parse(s)
		return hush{Quiet: q}, ok
	}, chat.Text{ZH: "22:00-08:00|关", EN: "22:00-08:00|off"})
}

// moreNotices asks for the second card: one has no room for all sorts.
func moreNotices() grammar.ChoiceHole[bool] {
	return grammar.Choice("more", func(s string) (bool, bool) {
		return true, slices.Contains([]string{"more", "更多"}, strings.ToLower(s))
	}, chat.Text{ZH: "更多", EN: "more"})
}

func noticeState() grammar.ChoiceHole[bool] {
	return grammar.Choice("state", func(s string) (on, ok bool) {
		switch strings.ToLower(s) {
		case "on", "开", "打开", "开启":
			return true, true
		case "off", "关", "关闭", "关掉":
			return false, true
		}
		return false, false
	}, chat.Text{ZH: "开|关", EN: "on|off"})
}
