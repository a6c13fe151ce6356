package commands

import (
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(dutyMe)
	_ = declare(dutyCard)
)

// mostGroups is in how many groups one's turns are looked for at once.
const mostGroups = 50

// dutyMe lists the speaker's own turns to come, in all groups of the bot.
func dutyMe() bot.Command {
	return bot.Command{
		Name:     "duty me",
		Forms:    []string{"/duty me", "/值班 我", "/我的班", "(我什么时候值班|我哪天值班)"},
		Examples: []chat.Text{{ZH: "/我的班", EN: "/duty me"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "我接下来的班（所有群）。", EN: "My turns to come, in all groups."},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			groups := groupsAsked(c)
			var need []journal.Name
			for _, g := range groups {
				need = append(need, notLoaded(c, duty.Of(g), directory.OfGroup(g))...)
			}
			if len(need) > 0 {
				return bot.Outcome{Read: need}, nil
			}
			lines := []chat.Text{chat.Text{ZH: "**%s 接下来的班**", EN: "**The next turns of %s**"}.F(c.Name(c.Actor.ID))}
			for _, g := range groups {
				r := bot.At[duty.Roster](c, duty.Of(g))
				found := ownShifts(c, r, c.Actor.ID, mostComing)
				if len(found) == 0 {
					continue
				}
				lines = append(lines, chat.Same(chat.Escape(bot.At[directory.Group](c, directory.OfGroup(g)).Title())))
				for _, t := range found {
					line := chat.Same("- ").Plus(stretchText(c, t.from, t.until))
					if runsAt(c.Now, t.from, t.until) {
						line = line.Plus(chat.Text{ZH: "（正在班上）", EN: " (now)"})
					}
					lines = append(lines, line.Plus(inBrackets(reasonFor(c, r, t.Turn))))
				}
			}
			if len(lines) == 1 {
				lines = append(lines, chat.Text{ZH: "接下来四周没有您的班。", EN: "You have none in the next four weeks."})
			}
			if all := len(c.Groups.All()); all > len(groups) {
				lines = append(lines, chat.Text{ZH: "只看了 %d 个群；其余的群请在群里问。", EN: "Only %d groups were looked at; ask in the others."}.F(len(groups)))
			}
			return told(lines...), nil
		},
	}
}

// ownShift is a shift, or what somebody has of it, in one: what was taken over from them and given back is one with it.
type ownShift struct {
	duty.Turn   // the piece that runs, or the first to come
	from, until time.Time
}

// ownShifts are the first of what somebody has from now on.
func ownShifts(c bot.Call, r duty.Roster, who chat.User, most int) []ownShift {
	now := c.Now.In(c.Zone)
	var out []ownShift
	for _, t := range r.Between(now.AddDate(0, 0, -2), now.AddDate(0, 0, 28)) {
		if t.Who != who && r.Whose(t) != who {
			continue
		}
		last := len(out) - 1
		if last < 0 || !out[last].until.Equal(t.Start) || !out[last].Begins.Equal(t.Begins) {
			out = append(out, ownShift{t, t.Start, t.End})
			continue
		}
		if out[last].until = t.End; !out[last].End.After(now) {
			out[last].Turn = t
		}
	}
	out = slices.DeleteFunc(out, func(s ownShift) bool { return !s.until.After(now) })
	return out[:min(len(out), most)]
}

// groupsAsked are the group at hand and the others, as many as are looked at.
func groupsAsked(c bot.Call) []chat.Group {
	var out []chat.Group
	if c.Group.Bound() {
		out = append(out, c.Group.ID)
	}
	for _, l := range c.Groups.All() {
		if len(out) < mostGroups && !slices.Contains(out, l.ID) {
			out = append(out, l.ID)
		}
	}
	return out
}

// dutyCard is what a customer may see: ready to be copied into a group with customers, so it is all that is said.
func dutyCard() bot.Command {
	return bot.Command{
		Name:     "duty card",
		Forms:    []string{"/duty card", "/值班 名片", "/值班名片"},
		Examples: []chat.Text{{ZH: "/值班 名片", EN: "/duty card"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "可以发给客户的值班名片：只有称呼和时间。", EN: "A card that customers may see: display name and hours alone, ready to copy."},
		Reads:    []bot.Source{roster},
		Stale:    true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			r, now := roster.Of(c), c.Now.In(c.Zone)
			if line, ok := noRoster(c, r, now); ok {
				return told(line), nil
			}
			t, running := r.OnDuty(now)
			if !running {
				var ok bool
				if t, ok = r.Next(now); !ok {
					return told(chat.Text{ZH: "接下来没有班，没有名片可发。", EN: "There is no shift to come, so no card."}), nil
				}
			}
			from, until := publicHours(t)
			card := duty.Card{Name: displayName(c, t.Who), From: from.In(c.Zone), Until: until.In(c.Zone), Running: running, Today: duty.DayOf(now)}
			return told(card.Text()), nil
		},
	}
}

// publicHours are the hours of a turn as customers are told them: those of the shift, as it is nothing to them that it
// was taken over for a while. Where somebody stands in for some hours by arrangement, another name follows, so these.
func publicHours(t duty.Turn) (from, until time.Time) {
	switch t.By {
	case duty.Override, duty.Cover, duty.Swap, duty.Take:
		return t.Start, t.End
	case "", duty.Takeover, duty.Away, duty.Temporary:
	}
	return t.Begins, t.Ends
}

// displayName is the name that somebody goes by, empty where only their userid is known: that is nothing for customers.
func displayName(c bot.Call, who chat.User) string {
	if name := plainName(c, who); name != string(who) {
		return name
	}
	return ""
}
