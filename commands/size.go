package commands

import (
	"errors"
	"fmt"
	"slices"
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
	_ = declare(sizeShow)
	_ = declare(sizeApply)
	_ = declare(sizeLeave)
)

func sizeHole() grammar.ChoiceHole[duty.Size] {
	return grammar.Choice("size", duty.ParseSize, chat.Text{ZH: "单班|两班|三班", EN: "small|medium|large"})
}

// sizeShow tells what the group's size asks of its duty, and how the group is run.
func sizeShow() bot.Command {
	return bot.Command{
		Name:     "size",
		Forms:    []string{"/size", "/(规模|群规模)"},
		Examples: []chat.Text{{ZH: "/规模", EN: "/size"}},
		Holes:    []grammar.Hole{},
		Help: chat.Text{
			ZH: "群规模要求的管理员数、班次和响应时间，以及本群现状。",
			EN: "What the group's size asks: admins, shifts, response time; and how the group is run.",
		},
		Reads: []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r, now := roster.Of(c), sizeOf(c.Group)
			head := chat.Text{ZH: "**%s 的规模**", EN: "**The size of %s**"}.F(chat.Escape(c.Group.Title()))
			lines := []chat.Text{head.Plus(chat.Text{ZH: "：%s", EN: ": %s"}.F(peopleText(c.Group)))}
			for _, s := range duty.Sizes() {
				row := sizeRow(s)
				if s == now {
					row = row.Plus(chat.Text{ZH: " ← 本群", EN: " ← this group"})
				}
				lines = append(lines, row)
			}
			lines = append(lines, chat.Text{ZH: "现有管理员 %d 位。", EN: "Admins now: %d."}.F(len(c.Access.Admins(c.Group.ID, c.Now))),
				headcount(c, c.Access), planText(c, r.Plan))
			if len(r.Shifts) > 0 {
				lines = append(lines, chat.Text{ZH: "现在的排班：", EN: "The shifts now:"}, shiftLines(c, r.Shifts))
			}
			if now == duty.UnknownSize || r.Plan.Size != now {
				lines = append(lines, howToAdopt(now))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

// sizeOf is the size of a group, as far as the platform tells who is in it.
func sizeOf(g directory.Group) duty.Size {
	if !g.MembersKnown {
		return duty.UnknownSize
	}
	return duty.SizeOf(len(g.Members()))
}

func peopleText(g directory.Group) chat.Text {
	if !g.MembersKnown {
		return chat.Text{ZH: "人数未知", EN: "how many people is not known"}
	}
	return peopleCounted(len(g.Members()))
}

// advised is the range of admins for a size.
func advised(s duty.Size) (least, most int) {
	switch s {
	case duty.Medium:
		return access.Wanted(200)
	case duty.Large:
		return access.Wanted(201)
	case duty.Small, duty.UnknownSize:
	}
	return access.Wanted(1)
}

// sizeRow is one row of the table R21 to R23.
func sizeRow(s duty.Size) chat.Text {
	least, most := advised(s)
	return chat.Text{
		ZH: "- %s：管理员 %d–%d 位，%s，首次响应 %d 分钟内",
		EN: "- %s: %d to %d admins, %s, first response within %d minutes",
	}.F(s.People(), least, most, s.Label(), int(s.Answer()/time.Minute))
}

func planText(c bot.Call, p duty.Plan) chat.Text {
	if p.Size == duty.UnknownSize {
		return chat.Text{ZH: "还没有采用任何规模方案。", EN: "No plan for the size is adopted yet."}
	}
	return chat.Text{
		ZH: "采用的方案：%s（%s），首次响应 %d 分钟内，由 %s 于 %s 采用。",
		EN: "The plan adopted: %s (%s), first response within %d minutes, by %s at %s.",
	}.F(p.Size.Label(), p.Size.People(), p.Minutes, c.Name(p.By), c.Moment(p.At))
}

func howToAdopt(s duty.Size) chat.Text {
	if s == duty.UnknownSize {
		return chat.Text{
			ZH: "企业微信不告诉机器人这个群有多少人；要采用一种方案：`/规模 采用 两班`（单班、两班或三班）。",
			EN: "WeCom does not tell the bot how many people are here; to adopt a plan: `/size apply medium` (small, medium or large).",
		}
	}
	return chat.Text{ZH: "要采用适合的方案：`/规模 采用`（先预览，再确认）。", EN: "To adopt the plan that fits: `/size apply` (shown first, then confirmed)."}
}

func shiftLines(c bot.Call, shifts []duty.Shift) chat.Text {
	lines := make([]chat.Text, len(shifts))
	for i, s := range shifts {
		lines[i] = chat.Same("- ").Plus(shiftText(c, s))
	}
	return chat.Lines(lines...)
}

func shiftText(c bot.Call, s duty.Shift) chat.Text {
	t := chat.Same(duty.FormatSpan(s.From, s.To) + " ")
	if s.Days != duty.EveryDay {
		t = s.Days.Label().Plus(chat.Same(" ")).Plus(t)
	}
	if rot := s.Rotation; rot != nil {
		names := make([]chat.Text, len(rot.People))
		for i, u := range rot.People {
			names[i] = c.Name(u)
		}
		t = t.Plus(list(names)).Plus(chat.Text{ZH: " 轮换，%s，从 %s 起", EN: " in turn, %s, from %s"}.F(rot.Every(), rot.Anchor))
	} else {
		t = t.Plus(c.Name(s.Who))
	}
	if s.Backup != "" {
		t = t.Plus(chat.Text{ZH: "，B 角 %s", EN: ", backup %s"}.F(c.Name(s.Backup)))
	}
	return t
}

// sizeApply makes the plan of the group's size its own: how many admins, how the day is divided, how soon to answer.
// It appoints nobody. Whoever got the card has seen the shifts there, so their tap is their word; anybody else is
// shown them first.
func sizeApply() bot.Command {
	which := sizeHole()
	return bot.Command{
		Name:     "size apply",
		Forms:    []string{"/size (apply|adopt) [{size}]", "/(规模|群规模) (采用|应用) [{size}]"},
		Examples: []chat.Text{{ZH: "/规模 采用", EN: "/size apply"}},
		Holes:    []grammar.Hole{which},
		Help: chat.Text{
			ZH: "采用群规模的方案：班次、响应时间，重新排班，可撤销。",
			EN: "Adopt the plan of the group's size: shifts and response time; sets the roster anew, can be undone.",
		},
		Needs: access.Duty,
		Reads: []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r, now := roster.Of(c), sizeOf(c.Group)
			want := which.Of(c.Args)
			if !which.Given(c.Args) {
				want = now
			}
			switch {
			case want == duty.UnknownSize:
				return bot.Refuse(chat.Text{
					ZH: "企业微信不告诉机器人这个群有多少人，请写明方案：`/规模 采用 两班`（单班、两班或三班）。",
					EN: "WeCom does not tell the bot how many people are in this group; name the plan: `/size apply medium` (small, medium or large).",
				})
			case now != duty.UnknownSize && want != now:
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
					ZH: "没有改变：%s 现在 %d 人，适用的是%s，不是%s。要采用它，请发 `/规模 采用`。",
					EN: "Nothing has changed: %s has %d people now, which asks for %s, not %s. To adopt that, send `/size apply`.",
				}.F(chat.Escape(c.Group.Title()), len(c.Group.Members()), now.Label(), want.Label())}}, nil
			}
			shifts := sizeShifts(c.Access, c.Group, r, want, c.Now)
			least, most := advised(want)
			e, err := r.Adopt(c.Group.ID, c.Actor.ID, duty.PlanOf(want, least, most), shifts, c.Now.UTC())
			if errors.Is(err, duty.ErrPlanned) {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "没有改变，已经是这样。", EN: "Nothing has changed; it is so already. "}.Plus(planText(c, r.Plan))}}, nil
			}
			if err != nil {
				return bot.Outcome{}, fmt.Errorf("adopt plan: %w", err)
			}
			out := bot.Outcome{Events: []journal.Event{e}, Changes: planAdopted(c, r, want, shifts)}
			if p := r.Proposal; !which.Given(c.Args) || p.To != want || !duty.Same(p.Shifts, shifts) || !slices.Contains(p.Asked, c.Actor.ID) {
				out.Confirm = chat.Text{ZH: "采用%s的方案", EN: "this adopts the plan of %s"}.F(want.Label())
			}
			return out, nil
		},
	}
}

// sizeShifts is how the day is given to people in a group of a size: those on the roster who may do something here, in
// their order, then the other admins, and only where these are fewer than the shifts whoever is on the roster without any
// role. It is empty where the day is divided so already, or nobody is there.
func sizeShifts(f access.Facts, g directory.Group, r duty.Roster, s duty.Size, now time.Time) []duty.Shift {
	same := slices.EqualFunc(r.Shifts, s.Spans(), func(a, b duty.Shift) bool { return a.From == b.From && a.To == b.To })
	if same {
		return nil
	}
	people := slices.DeleteFunc(r.Staff(), func(u chat.User) bool {
		m, in := g.Member(u)
		return g.MembersKnown && (!in || m.Kind != chat.Staff)
	})
	bare := slices.DeleteFunc(slices.Clone(people), func(u chat.User) bool { return !roleless(f, g.ID, u, now) })
	people = slices.DeleteFunc(people, func(u chat.User) bool { return slices.Contains(bare, u) })
	for _, u := range slices.Concat(f.Admins(g.ID, now), bare) {
		if len(people) < len(s.Spans()) && !slices.Contains(people, u) {
			people = append(people, u)
		}
	}
	return s.Cut(people)
}

// roleless says whether somebody holds nothing in a group by which they could do what duty is for.
func roleless(f access.Facts, g chat.Group, who chat.User, now time.Time) bool {
	return !f.Governs(who, g) && !slices.Contains(f.Admins(g, now), who)
}

// rosterWarnings are what somebody should know of new shifts before they are agreed to: who is given one without any
// role, and who has one now and would have none.
func rosterWarnings(c bot.Call, r duty.Roster, shifts []duty.Shift) []chat.Text {
	var bare, dropped []chat.Text
	staff := (duty.Roster{Shifts: shifts}).Staff()
	for _, u := range staff {
		if roleless(c.Access, c.Group.ID, u, c.Now) {
			bare = append(bare, c.Name(u))
		}
	}
	for _, u := range r.Staff() {
		if !slices.Contains(staff, u) {
			dropped = append(dropped, c.Name(u))
		}
	}
	var out []chat.Text
	if len(bare) > 0 {
		out = append(out, chat.Text{ZH: "⚠️ 在本群没有角色：%s；先 `/设管理`，或用 `/排班` 换人", EN: "⚠️ without any role here: %s; `/admin add` them first, or change it with `/duty set`"}.F(list(bare)))
	}
	if len(dropped) > 0 {
		out = append(out, chat.Text{ZH: "⚠️ 不再排班：%s", EN: "⚠️ no longer on the roster: %s"}.F(list(dropped)))
	}
	return out
}

// planAdopted tells what the plan changes.
func planAdopted(c bot.Call, r duty.Roster, s duty.Size, shifts []duty.Shift) chat.Text {
	least, most := advised(s)
	lines := []chat.Text{
		chat.Text{ZH: "本群按%s运行（%s）：", EN: "the group is run by the plan of %s (%s):"}.F(s.Label(), peopleText(c.Group)),
		chat.Text{ZH: "- 首次响应 %d 分钟内", EN: "- first response within %d minutes"}.F(int(s.Answer() / time.Minute)),
		chat.Text{ZH: "- 管理员建议 %d–%d 位，现有 %d 位", EN: "- admins: %d to %d are advised, now %d"}.F(
			least, most, len(c.Access.Admins(c.Group.ID, c.Now))),
	}
	switch {
	case len(shifts) > 0:
		lines = append(lines, shiftLines(c, shifts))
		if people := (duty.Roster{Shifts: shifts}).Staff(); len(people) < len(shifts) {
			lines = append(lines, chat.Text{
				ZH: "只有 %d 人可排，%d 个班轮不过来，请补人。", EN: "People to take turns: %d, shifts: %d; more people are needed.",
			}.F(len(people), len(shifts)))
		}
		if len(r.Shifts) > 0 {
			lines = append(lines, chat.Text{ZH: "原来的排班：", EN: "The shifts before:"}, shiftLines(c, r.Shifts))
		}
		lines = append(lines, rosterWarnings(c, r, shifts)...)
	case len(r.Shifts) > 0:
		lines = append(lines, chat.Text{ZH: "- 排班本来就是这样分的，不变", EN: "- the day is divided so already; the shifts stay"})
	default:
		lines = append(lines, chat.Text{
			ZH: "- 还没有人可排：先 `/设管理`，再 `/排班`", EN: "- nobody is there to be on duty: `/admin add` first, then `/duty set`",
		})
	}
	return chat.Lines(lines...)
}

// sizeLeave answers an offer: everything stays as it is.
func sizeLeave() bot.Command {
	which := sizeHole()
	return bot.Command{
		Name:     "size leave",
		Forms:    []string{"/size leave [{size}]", "/(规模|群规模) (不变|先不变) [{size}]"},
		Examples: []chat.Text{{ZH: "/规模 不变", EN: "/size leave"}},
		Holes:    []grammar.Hole{which},
		Help:     chat.Text{ZH: "群规模变了，但方案先不变。", EN: "The group's size has changed, but everything stays as it is."},
		Hidden:   true,
		Needs:    access.Duty,
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := roster.Of(c)
			p := r.Proposal
			if p.To != duty.UnknownSize && r.Plan.Size == p.To && !r.Plan.At.Before(p.At) {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
					ZH: "已经采用了，没有改变。", EN: "It is adopted already; nothing has changed. ",
				}.Plus(planText(c, r.Plan))}}, nil
			}
			e, ok := r.Leave(c.Group.ID, c.Actor.ID, c.Now.UTC())
			switch {
			case p.To == duty.UnknownSize, which.Given(c.Args) && which.Of(c.Args) != p.To:
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
					ZH: "这条建议已经不作数，什么都没有改变。`/规模` 看现状。", EN: "That offer no longer stands; nothing has changed. `/size` shows how it is.",
				}}}, nil
			case !ok:
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
					ZH: "%s 已于 %s 选择先不变。", EN: "%s chose at %s to leave it as it is.",
				}.F(c.Name(p.LeftBy), c.Moment(p.LeftAt))}}, nil
			}
			return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Text{
				ZH: "先不变；要采用%s，随时发 `/规模 采用`。", EN: "Everything stays; to adopt %s send `/size apply` at any time.",
			}.F(p.To.Label())}, nil
		},
	}
}
