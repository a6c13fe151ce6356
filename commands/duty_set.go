package commands

import (
	"errors"
	"fmt"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(dutySet)
	_ = declare(dutySetHow)
	_ = declare(dutyEdit)
	_ = declare(dutyDrop)
	_ = declare(dutyGenerate)
)

func shiftsHole() grammar.RestHole {
	return grammar.Rest("shifts").Called(chat.Text{ZH: "时段 @值班人+@B角 …", EN: "SPAN @WHO+@BACKUP …"})
}

// dutySet gives the group one roster. Where it replaces another one, what becomes different is shown first.
func dutySet() bot.Command {
	shifts := shiftsHole()
	return bot.Command{
		Name:     "duty set",
		Forms:    []string{"/duty set {shifts}", "/排班 {shifts}"},
		Examples: []chat.Text{{ZH: "/排班 08:00-16:00 @li+@wang 16:00-24:00 @wang", EN: "/duty set 08:00-16:00 @li+@wang 16:00-24:00 @wang"}},
		Holes:    []grammar.Hole{shifts},
		Help: chat.Text{
			ZH: "排班：时段、值班人、加号后是 B 角；多人轮换写“轮换 每周”，哪些天写“工作日”“周末”。",
			EN: "Set the shifts: span, who, and the backup after a plus sign; several in turn with “rotate every week”; days as “workdays”, “weekends”.",
		},
		Needs: access.Duty,
		Reads: []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			list, out, err := readShifts(c, shifts.Of(c.Args))
			if list == nil {
				return out, err
			}
			return replaceRoster(c, list)
		},
	}
}

// dutySetHow explains how shifts are written, and shows those there are so that they can be copied.
func dutySetHow() bot.Command {
	return bot.Command{
		Name: "duty how", Forms: []string{"/duty set", "/排班"}, Examples: []chat.Text{{ZH: "/排班", EN: "/duty set"}}, Holes: []grammar.Hole{},
		Help: chat.Text{ZH: "怎样写排班。", EN: "How shifts are written."}, Hidden: true, Reads: []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			lines := []chat.Text{
				{ZH: "**怎样排班**（可以照抄改人名）", EN: "**How to set shifts** (copy and change the names)"},
				{ZH: "- 固定：`/排班 09:00-18:00 @li+@wang`（加号后是 B 角）", EN: "- the same every day: `/duty set 09:00-18:00 @li+@wang` (the backup after the plus sign)"},
				{ZH: "- 两班：`/排班 08:00-16:00 @li 16:00-24:00 @wang`", EN: "- two shifts: `/duty set 08:00-16:00 @li 16:00-24:00 @wang`"},
				{ZH: "- 轮换：`/排班 09:00-18:00 @li @wang @zhao 轮换 每周 从 2026-12-01`（每天、每2周、每12小时；下一位就是 B 角）", EN: "- in turn: `/duty set 09:00-18:00 @li @wang @zhao rotate every week from 2026-12-01` (every day, every 2 weeks, every 12h; whoever is next is the backup)"},
				{ZH: "- 分日子：`/排班 工作日 09:00-18:00 @li 休息日 10:00-16:00 @wang`（也可写 周一至周五、周六日）", EN: "- by days: `/duty set workdays 09:00-18:00 @li restdays 10:00-16:00 @wang` (or mon-fri, sat sun)"},
				{ZH: "- 自动分班：`/排班 生成 三班 @li @wang @zhao`", EN: "- cut by the bot: `/duty generate three @li @wang @zhao`"},
				{ZH: "- 只改一班：`/排班 改 16:00-24:00 @zhao`；删一班：`/排班 删 16:00-24:00`", EN: "- one shift alone: `/duty edit 16:00-24:00 @zhao`; without it: `/duty drop 16:00-24:00`"},
			}
			if r := roster.Of(c); len(r.Shifts) > 0 {
				lines = append(lines, chat.Text{ZH: "现在的排班（复制后修改即可）：`/排班 %s`", EN: "The shifts now (copy and change): `/duty set %s`"}.F(duty.Format(r.Shifts)))
			}
			return told(lines...), nil
		},
	}
}

// readShifts reads shifts as typed. Without shifts, the outcome asks for whom must be read first, or the error refuses.
func readShifts(c bot.Call, said string) ([]duty.Shift, bot.Outcome, error) {
	drafts, err := duty.Parse(said)
	if err != nil {
		out, err := bot.Refuse(notShifts(err))
		return nil, out, err
	}
	var people []string
	for _, d := range drafts {
		people = append(append(people, d.People...), d.Who, d.Backup)
	}
	if need := strangers(c, people); len(need) > 0 {
		return nil, bot.Outcome{Need: journal.Want{Names: need}}, nil
	}
	var list []duty.Shift
	for _, d := range drafts {
		s, err := shiftOf(c, d)
		if err != nil {
			return nil, bot.Outcome{}, err
		}
		list = append(list, s)
	}
	return list, bot.Outcome{}, nil
}

// shiftOf is a shift as drafted, with the people who are meant.
func shiftOf(c bot.Call, d duty.Draft) (duty.Shift, error) {
	s := duty.Shift{From: d.From, To: d.To, Days: d.Days}
	var err error
	if d.Backup != "" {
		if s.Backup, err = onStaff(c, d.Backup); err != nil {
			return s, err
		}
	}
	if d.Unit == "" {
		if s.Who, err = onStaff(c, d.Who); err != nil {
			return s, err
		}
		if s.Backup == s.Who {
			return s, &bot.Refusal{Text: chat.Text{ZH: "%s不能做自己的 B 角。", EN: "%s cannot be their own backup."}.F(c.Name(s.Who))}
		}
		return s, nil
	}
	s.Rotation = &duty.Rotation{Unit: d.Unit, Length: d.Length, Anchor: anchorOf(c, d)}
	if a := s.Rotation.Anchor; a.Plus(0) != a { // 02-29, and the year that is meant has none
		return s, &bot.Refusal{Text: notShifts(fmt.Errorf("%w: %d-%02d-%02d", duty.ErrDay, a.Year, a.Month, a.Day))}
	}
	for _, said := range d.People {
		who, err := onStaff(c, said)
		if err != nil {
			return s, err
		}
		s.Rotation.People = append(s.Rotation.People, who)
	}
	return s, nil
}

// anchorOf is when a rotation begins: as written, else today; where people take turns by weeks, on this week's Monday,
// or, with the week all but over, on the next one.
func anchorOf(c bot.Call, d duty.Draft) duty.Day {
	today := duty.DayOf(c.Now.In(c.Zone))
	switch {
	case d.Anchor.Year != 0:
		return d.Anchor
	case d.Anchor.Month != 0:
		at := d.Anchor
		at.Year = today.Year
		if at.Plus(180).Before(today) {
			at.Year++
		}
		return at
	case d.Unit == duty.Weekly:
		since := (int(today.Weekday()) + 6) % 7 // Monday
		if since >= 4 {
			return today.Plus(7 - since)
		}
		return today.Plus(-since)
	}
	return today
}

// replaceRoster gives the group other shifts. Who agreed to them has seen what becomes different.
func replaceRoster(c bot.Call, list []duty.Shift) (bot.Outcome, error) {
	r := roster.Of(c)
	e, err := r.Replace(c.Group.ID, c.Actor.ID, list, c.Now.UTC())
	if errors.Is(err, duty.ErrOverlap) && mixesDays(list) {
		return bot.Refuse(chat.Text{
			ZH: "“工作日”含调休上班的周末，“周末”“周六日”又含调休的那天，两个班会重叠。请成对写：工作日 和 休息日，或 周一至周五 和 周末。",
			EN: "“workdays” include weekend days that are worked instead of others, so they overlap with “weekends” or weekdays. Use them in pairs: workdays and restdays, or mon-fri and weekends.",
		})
	}
	if err != nil {
		return bot.Refuse(notShifts(err))
	}
	if duty.Same(r.Shifts, sorted(list)) {
		return told(chat.Text{ZH: "没有改变，排班已经是这样：", EN: "Nothing has changed; the shifts are so already:"}, shiftLines(c, list)), nil
	}
	out := bot.Outcome{Events: []journal.Event{e}, Changes: chat.Lines(shiftsHead(list), shiftLines(c, list), laterLine(c, list))}
	if len(r.Shifts) == 0 {
		return out, nil
	}
	out.Confirm = chat.Text{ZH: "换掉现在的排班", EN: "this replaces the roster there is"}
	out.Changes = chat.Lines(append([]chat.Text{out.Changes}, rosterPreview(c, r, e)...)...)
	return out, nil
}

// laterLine says who has the days before people begin to take turns by weeks; empty where they have begun.
func laterLine(c bot.Call, list []duty.Shift) chat.Text {
	today := duty.DayOf(c.Now.In(c.Zone))
	for _, s := range list {
		if s.Rotation == nil || s.Rotation.Unit != duty.Weekly || !today.Before(s.Rotation.Anchor) || len(s.Rotation.People) == 0 {
			continue
		}
		people := s.Rotation.People
		if s.Rotation.Anchor.Plus(-7).Before(today) {
			return chat.Text{
				ZH: "轮换从 %s 起，由 %s 开始；在那之前由 %s 值。要从本周算起，写“从 %s”。",
				EN: "The rotation begins %s with %s; until then it is %s. To begin with this week, add “from %s”.",
			}.F(dayText(c, s.Rotation.Anchor), c.Name(people[0]), c.Name(people[len(people)-1]), s.Rotation.Anchor.Plus(-7))
		}
	}
	return chat.Text{}
}

// mixesDays says whether some shifts go by the calendar and others by weekdays.
func mixesDays(list []duty.Shift) bool {
	calendar, week := false, false
	for _, s := range list {
		calendar = calendar || s.Days == duty.Workdays || s.Days == duty.RestDays
		week = week || s.Days != duty.EveryDay && s.Days != duty.Workdays && s.Days != duty.RestDays
	}
	return calendar && week
}

func shiftsHead(list []duty.Shift) chat.Text {
	for _, s := range list {
		if s.Days != duty.EveryDay || s.Rotation != nil {
			return chat.Text{ZH: "排班：", EN: "the shifts:"}
		}
	}
	return chat.Text{ZH: "每天的班：", EN: "the shifts of every day:"}
}

// dutyEdit gives one shift to somebody else, or adds one; the other shifts stay.
func dutyEdit() bot.Command {
	shifts := shiftsHole()
	return bot.Command{
		Name:     "duty edit",
		Forms:    []string{"/duty (edit|add) {shifts}", "/排班 改 {shifts}", "/排班 (加|增加) {shifts}"},
		Examples: []chat.Text{{ZH: "/排班 改 16:00-24:00 @zhao+@li", EN: "/duty edit 16:00-24:00 @zhao+@li"}},
		Holes:    []grammar.Hole{shifts},
		Help:     chat.Text{ZH: "只改（或加）一个时段的班，其余不变。", EN: "Change, or add, the shift of one span; the others stay."},
		Needs:    access.Duty,
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			list, out, err := readShifts(c, shifts.Of(c.Args))
			if list == nil {
				return out, err
			}
			var next []duty.Shift
			for _, s := range roster.Of(c).Shifts {
				if !replaces(list, s) {
					next = append(next, s)
				}
			}
			return replaceRoster(c, append(next, list...))
		},
	}
}

// replaces says whether one of some shifts takes the place of another: of the same span, and on the same days unless it is
// for every day.
func replaces(list []duty.Shift, old duty.Shift) bool {
	for _, s := range list {
		if s.From == old.From && s.To == old.To && (s.Days == old.Days || s.Days == duty.EveryDay) {
			return true
		}
	}
	return false
}

// dutyDrop takes one shift off the roster.
func dutyDrop() bot.Command {
	which := grammar.Rest("span").Called(chat.Text{ZH: "时段", EN: "SPAN"})
	return bot.Command{
		Name:     "duty drop",
		Forms:    []string{"/duty drop {span}", "/排班 删 {span}", "/排班 (删除|去掉) {span}"},
		Examples: []chat.Text{{ZH: "/排班 删 16:00-24:00", EN: "/duty drop 16:00-24:00"}},
		Holes:    []grammar.Hole{which},
		Help:     chat.Text{ZH: "从排班里删掉一个时段的班。", EN: "Take the shift of one span off the roster."},
		Needs:    access.Duty,
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			drafts, err := duty.Parse(which.Of(c.Args) + " @x") // a span is read as that of a shift
			if err != nil || len(drafts) != 1 {
				return bot.Refuse(chat.Text{ZH: "请写一个时段，如 `/排班 删 16:00-24:00`。", EN: "Name one span, such as `/duty drop 16:00-24:00`."})
			}
			r := roster.Of(c)
			var next []duty.Shift
			for _, s := range r.Shifts {
				if s.From != drafts[0].From || s.To != drafts[0].To || drafts[0].Days != duty.EveryDay && s.Days != drafts[0].Days {
					next = append(next, s)
				}
			}
			switch {
			case len(next) == len(r.Shifts):
				return bot.Refuse(chat.Lines(chat.Text{ZH: "没有这个时段的班。现在的班：", EN: "There is no shift of that span. The shifts now:"}, shiftLines(c, r.Shifts)))
			case len(next) == 0:
				return bot.Refuse(chat.Text{
					ZH: "这是唯一的班，不能删空。要换，用 `/排班`；要停几天，用 `/值班 请假` 或 `/值班 临时`。",
					EN: "It is the only shift; a roster cannot be emptied. Set another one with `/duty set`, or use `/duty leave` or `/duty temp`.",
				})
			}
			return replaceRoster(c, next)
		},
	}
}

// dutyGenerate cuts the day as the group's size asks, and gives the shifts to people in turn. What it makes is a roster
// like any other: it can be edited.
func dutyGenerate() bot.Command {
	size := grammar.Choice("size", func(s string) (duty.Size, bool) {
		if n, ok := map[string]duty.Size{"one": duty.Small, "two": duty.Medium, "three": duty.Large}[s]; ok {
			return n, ok
		}
		return duty.ParseSize(s)
	}, chat.Text{ZH: "单班|两班|三班", EN: "one|two|three"})
	every := grammar.Choice("every", func(s string) (duty.Unit, bool) {
		u, ok := map[string]duty.Unit{"每天": duty.Daily, "daily": duty.Daily, "每周": duty.Weekly, "weekly": duty.Weekly}[s]
		return u, ok
	}, chat.Text{ZH: "每天|每周", EN: "daily|weekly"})
	people := grammar.People("people")
	return bot.Command{
		Name:     "duty generate",
		Forms:    []string{"/duty generate [{size}] [{every}] {people...}", "/排班 生成 [{size}] [{every}] {people...}"},
		Examples: []chat.Text{{ZH: "/排班 生成 三班 @li @wang @zhao", EN: "/duty generate three @li @wang @zhao"}},
		Holes:    []grammar.Hole{size, every, people},
		Help: chat.Text{
			ZH: "按规模自动分班：单班、两班或三班；人多于班就轮换，之后可以改。",
			EN: "Cut the day into one, two or three shifts; more people than shifts take turns. Can be edited afterwards.",
		},
		Needs: access.Duty,
		Reads: []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			want := size.Of(c.Args)
			if !size.Given(c.Args) {
				want = sizeOf(c.Group)
			}
			if want == duty.UnknownSize {
				return bot.Refuse(chat.Text{
					ZH: "不知道本群有多少人，请写明几班：`/排班 生成 两班 @li @wang`。", EN: "How many people are here is not known; say how many shifts: `/duty generate two @li @wang`.",
				})
			}
			var who []chat.User
			for _, ref := range people.Refs(c.Args) {
				u, err := dutiful(c, ref)
				if err != nil {
					return bot.Outcome{}, err
				}
				who = append(who, u)
			}
			unit := duty.Daily
			if every.Given(c.Args) {
				unit = every.Of(c.Args)
			}
			return replaceRoster(c, want.Share(unique(who), unit, anchorOf(c, duty.Draft{Unit: unit})))
		},
	}
}

func notShifts(err error) chat.Text {
	how := chat.Text{
		ZH: "写法：`/排班 08:00-16:00 @li+@wang 16:00-24:00 @zhao`；更多写法发 `/排班`。",
		EN: "Form: `/duty set 08:00-16:00 @li+@wang 16:00-24:00 @zhao`; `/duty set` alone tells more.",
	}
	_, detail, told := strings.Cut(err.Error(), ": ")
	if !told {
		detail = strings.TrimPrefix(err.Error(), duty.ErrOverlap.Error()+" at ")
	}
	said := chat.Escape(detail)
	what := chat.Text{ZH: "没看懂：%s。", EN: "Not understood: %s."}.F(said)
	switch {
	case errors.Is(err, duty.ErrOverlap):
		what = chat.Text{ZH: "有两个班重叠（%s）。", EN: "Two shifts overlap (%s)."}.F(said)
	case errors.Is(err, duty.ErrPerson):
		what = chat.Text{ZH: "有一个班没写人，或轮换不到两个人（%s）。", EN: "A shift names nobody, or fewer than two who would take turns (%s)."}.F(said)
	case errors.Is(err, duty.ErrTurns):
		what = chat.Text{
			ZH: "一个班写了几个人（%s）：轮流值就在后面写“轮换 每天”或“轮换 每周”，后备请用加号（@a+@b）。",
			EN: "One shift has several people (%s): add “rotate daily” or “rotate weekly”; a backup goes after a plus sign (@a+@b).",
		}.F(said)
	case errors.Is(err, duty.ErrDay):
		what = chat.Text{ZH: "轮换从哪天开始没看懂（%s），请写 从 2026-12-01。", EN: "From when they take turns was not understood (%s); write from 2026-12-01."}.F(said)
	case errors.Is(err, duty.ErrRotation):
		what = chat.Text{
			ZH: "这样轮换不行：要 2 到 100 个人，每人每次 1 到 400 天（或周），按小时的 1 到 24 小时。",
			EN: "That is no rotation: it takes 2 to 100 people, each for 1 to 400 days or weeks, or, by hours, 1 to 24.",
		}
	case errors.Is(err, duty.ErrTime):
		what = chat.Text{ZH: "时段没看懂（%s）。", EN: "A span was not understood (%s)."}.F(said)
	}
	return chat.Lines(what, how)
}
