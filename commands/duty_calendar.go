package commands

import (
	"errors"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(dutyCalendar)
	_ = declare(dutyCalendarOff)
)

// FeedPath is the path of a calendar's address: before its secret, and behind it.
const (
	FeedPath = "/calendar/"
	FeedEnd  = ".ics"
)

// dutyCalendar gives the speaker the address of a calendar that their calendar program subscribes to. The address is
// told to them alone: whoever knows it reads the calendar.
func dutyCalendar() bot.Command {
	whole := grammar.Choice("whole", func(s string) (bool, bool) {
		switch strings.ToLower(s) {
		case "group", "群", "本群", "全群":
			return true, true
		}
		return false, false
	}, chat.Text{ZH: "本群", EN: "group"})
	return bot.Command{
		Name:     "duty calendar",
		Forms:    []string{"/duty calendar [{whole}]", "/值班 日历 [{whole}]"},
		Examples: []chat.Text{{ZH: "/值班 日历", EN: "/duty calendar"}, {ZH: "/值班 日历 本群", EN: "/duty calendar group"}},
		Holes:    []grammar.Hole{whole},
		Help: chat.Text{
			ZH: "要一个日历订阅地址：自己在各群的班；加“本群”是本群所有的班。", EN: "Get a calendar to subscribe to: your own shifts in all groups; with “group”, all of this group's.",
		},
		Anywhere: true,
		Asks: func(_ grammar.Args, c bot.Call) journal.Want {
			return journal.Want{Names: []journal.Name{duty.OfFeeds(c.Actor.ID)}}
		},
		Run: func(c bot.Call) (bot.Outcome, error) {
			secret := c.Token("calendar")
			address, ok := c.Link(FeedPath + secret + FeedEnd)
			if !ok || secret == "" {
				return bot.Refuse(chat.Text{
					ZH: "还不能订阅：没有设置本服务的公网地址。请维护者在配置里写 `public_url: https://…`（员工能打开的本服务地址，一般是反向代理的域名），重启后再发一次。",
					EN: "No calendar can be subscribed to yet: the public address of this service is not set. The operator writes `public_url: https://…` (where staff reach this service, usually the name of the reverse proxy) in the configuration and restarts; then send it again.",
				})
			}
			f := duty.NewFeed(secret, c.Actor.ID, "", c.Now.UTC())
			if whole.Of(c.Args) {
				if err := mayReadRoster(c); err != nil {
					return bot.Outcome{}, err
				}
				f = duty.NewFeed(secret, c.Actor.ID, c.Group.ID, c.Now.UTC())
			}
			if n := duty.OfFeed(f.ID); !c.Has(n) {
				return bot.Outcome{Read: []journal.Name{n}}, nil
			}
			feeds := bot.At[duty.Feeds](c, duty.OfFeeds(c.Actor.ID))
			e, err := feeds.Make(f)
			if errors.Is(err, duty.ErrManyFeeds) {
				return bot.Refuse(chat.Text{
					ZH: "您已有 %d 个日历地址在用，不能再多。不再用的话，发 `/值班 日历 关` 全部停用，再要新的。",
					EN: "You have %d calendar addresses already, which is the most. Send `/duty calendar off` to revoke them all, then ask for a new one.",
				}.F(duty.MostFeeds))
			}
			if err != nil {
				return bot.Outcome{}, err
			}
			told := chat.SendTo(c.Actor.ID, c.Group.ID, chat.Reply{Text: feedText(c, f, address)})
			told.Matter = chat.About(string(duty.OfFeed(f.ID)), "feed")
			changes := chat.Text{ZH: "给您一个日历订阅地址（%s），只私信给您", EN: "a calendar address for you (%s), sent to you alone"}.F(feedWords(c, f))
			if n := len(feeds.All()); n > 0 {
				changes = changes.Plus(chat.Text{
					ZH: "。之前的 %d 个地址仍然有效", EN: ". The %d from before still work"}.F(n))
			}
			return bot.Outcome{Events: []journal.Event{e}, Effects: []chat.Effect{told}, Changes: changes}, nil
		},
	}
}

// mayReadRoster refuses the calendar of a whole group to whom its duty does not concern.
func mayReadRoster(c bot.Call) error {
	if !c.Group.Bound() {
		return &bot.Refusal{Text: chat.Text{
			ZH: "要哪个群的日历？请在那个群里发，或写 `/值班 日历 本群 #群名`。",
			EN: "Whose calendar? Send it in that group, or write `/duty calendar group #NAME`.",
		}}
	}
	if bot.Concerned(c.Access, c.Group, bot.At[duty.Roster](c, duty.Of(c.Group.ID)), c.Actor.ID, c.Now) {
		return nil
	}
	return &bot.Refusal{Text: chat.Text{
		ZH: "您不在 %s，也不在它的排班里，不能订阅它的值班日历。自己的班：`/值班 日历`。",
		EN: "You are neither in %s nor on its roster, so its duty calendar is not for you. Your own shifts: `/duty calendar`.",
	}.F(chat.Escape(c.Group.Title()))}
}

func feedWords(c bot.Call, f duty.Feed) chat.Text {
	if f.Group == "" {
		return chat.Text{ZH: "自己在各群的班", EN: "your own shifts in all groups"}
	}
	return chat.Text{ZH: "%s 所有的班", EN: "all shifts of %s"}.F(chat.Escape(titleOf(c, f.Group)))
}

func titleOf(c bot.Call, g chat.Group) string {
	for _, l := range c.Groups.Find(string(g)) {
		if l.Name != "" {
			return l.Name
		}
	}
	return string(g)
}

func feedText(c bot.Call, f duty.Feed, address string) chat.Text {
	return chat.Text{
		ZH: "**值班日历：%s**\n%s\n在手机或电脑的日历里选“订阅日历”（或“通过网址添加”），粘贴这个地址。换班、请假后日历会自己更新，多久一次由日历软件决定。\n" +
			"知道地址的人都能看到这份日历，请不要转发；不用了，或者怕泄露，发 `/值班 日历 关`。",
		EN: "**Duty calendar: %s**\n%s\nIn the calendar of your telephone or computer, choose “subscribe” (or “add from the web”) and paste this address. It follows swaps and leave by itself, as often as the calendar program looks.\n" +
			"Whoever knows the address can read the calendar, so do not pass it on; to end it, send `/duty calendar off`.",
	}.F(feedWords(c, f), address)
}

// dutyCalendarOff revokes addresses: the speaker's own, or somebody else's for whoever holds duty in the group.
func dutyCalendarOff() bot.Command {
	off, who := switchOff(), grammar.Person("who")
	return bot.Command{
		Name:     "duty calendar off",
		Forms:    []string{"/duty calendar {off} [{who}]", "/值班 日历 {off} [{who}]"},
		Examples: []chat.Text{{ZH: "/值班 日历 关", EN: "/duty calendar off"}},
		Holes:    []grammar.Hole{off, who},
		Help: chat.Text{
			ZH: "停用自己所有的日历地址；有“值班”权限的人可以停用别人的。", EN: "Revoke all your calendar addresses; whoever holds “duty” may revoke another's.",
		},
		Who:      chat.Text{ZH: "自己的：任何人；别人的：有“值班”权限的人。", EN: "Your own: anybody; another's: whoever holds duty."},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			whose, may := c.Actor, func(duty.Feed) bool { return true }
			items := []string(nil)
			if who.Given(c.Args) {
				m, err := c.Find(who.Ref(c.Args))
				if err != nil {
					return bot.Outcome{}, err
				}
				if whose = m; m.ID != c.Actor.ID {
					if err := mayRevoke(c); err != nil {
						return bot.Outcome{}, err
					}
					// What shows the turns of other groups alone is the business of those groups.
					may = func(f duty.Feed) bool { return f.Group == "" || f.Group == c.Group.ID }
					items = []string{access.Duty.String()}
				}
			}
			if need := unreadFeeds(c, whose.ID); len(need) > 0 {
				return bot.Outcome{Read: need}, nil
			}
			e, ended, ok := bot.At[duty.Feeds](c, duty.OfFeeds(whose.ID)).Revoke(may)
			if !ok {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
					ZH: "%s 没有在用的日历地址，没有改变。", EN: "%s has no calendar address; nothing has changed.",
				}.F(c.Name(whose.ID))}}, nil
			}
			if e.Items = items; items != nil {
				e.Group = c.Group.ID
			}
			return revoked(c, e, whose, len(ended)), nil
		},
	}
}

// unreadFeeds are what must still be read before somebody's feeds can end.
func unreadFeeds(c bot.Call, who chat.User) []journal.Name {
	names := []journal.Name{duty.OfFeeds(who)}
	for _, f := range bot.At[duty.Feeds](c, duty.OfFeeds(who)).All() {
		names = append(names, duty.OfFeed(f.ID))
	}
	return slices.DeleteFunc(names, c.Has)
}

// mayRevoke asks whether the speaker may revoke the addresses of others in the group.
func mayRevoke(c bot.Call) error {
	if !c.Group.Bound() {
		return &bot.Refusal{Text: chat.Text{
			ZH: "停用别人的日历地址要针对一个群：请在群里发，或在后面写 `#群名`。",
			EN: "To revoke somebody else's is about a group: send it there, or write `#NAME` behind it.",
		}}
	}
	d := access.Decide(c.Access, access.Request{Actor: c.Actor.ID, Item: access.Duty, Group: c.Group.ID, At: c.Now})
	if d.Allowed {
		return nil
	}
	return &bot.Denied{Decision: d, Item: access.Duty}
}

func revoked(c bot.Call, e journal.Event, whose chat.Member, n int) bot.Outcome {
	out := bot.Outcome{Events: []journal.Event{e}, Changes: chat.Text{
		ZH: "停用 %s 的 %d 个日历地址；日历里的班会在下次更新时消失", EN: "%[2]d calendar addresses of %[1]s revoked; the shifts vanish from the calendar when it next looks",
	}.F(c.Name(whose.ID), n)}
	if whose.ID == c.Actor.ID {
		return out
	}
	told := chat.SendTo(whose.ID, c.Group.ID, chat.Reply{Text: chat.Text{
		ZH: "%s 停用了您的 %d 个值班日历地址。还要用的话，发 `/值班 日历` 要一个新的。",
		EN: "%s has revoked %d of your duty calendar addresses. If you still need one, send `/duty calendar`.",
	}.F(c.Name(c.Actor.ID), n).Plus(chat.Same(" " + chat.ThisEntry))})
	told.Class = chat.OfRoster
	out.Effects = []chat.Effect{told}
	return out
}
