package commands

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
	"qunguan/bot/review"
	"qunguan/bot/task"
)

// Follow says what follows from changes, whoever made them: a command, an undo, or the clock. What must become so in
// the group is asked of its owner where the platform lets no bot do it, and those concerned are told. Because it looks
// at the records alone, no way of changing them can forget it.
func Follow(c bot.Call, events []journal.Event) bot.Consequence {
	var out bot.Consequence
	for _, e := range events {
		for _, ch := range e.Changes {
			if w, ok := wanted(ch); ok {
				out = w.follow(c, e, out)
			}
			out.Effects = append(out.Effects, settled(c, ch)...)
			out.Effects = append(out.Effects, shapeNews(c, e, ch)...)
			out.Effects = append(out.Effects, unwarned(c, e, ch)...)
			out = remind(c, e, ch, remember(c, ch, out))
		}
		out = turned(c, e, out)
	}
	out = join(out, followHeirs(c, events))
	out = followRoster(c, events, out)
	out = followReviews(c, events, out)
	out = remindOfEvents(c, events, watchSize(c, events, watchAdmins(c, events, out)))
	out = followShifts(c, events, out)
	out = followAlerts(c, events, out)
	out.Effects = append(out.Effects, portray(c, events)...)
	out.Says = slices.Compact(out.Says) // the same is said once of a whole list
	if c.Actor.ID != "" {
		out.Says = append(out.Says, forewarned(c, events, out.Says)...)
	}
	return out
}

// wish is what one change of a record wants of the group, and who is to be told.
type wish struct {
	group  chat.Group
	who    chat.User
	action chat.Action
	by     chat.User // who made the record, told of its end
	until  time.Time
	role   access.Role // of a role: what it becomes, or was
	quiet  bool        // the group's own admins are not concerned: the role rests most of the time
}

// wanted reads a change of a role or of a mute.
func wanted(ch journal.Change) (wish, bool) {
	w := wish{group: chat.Group(ch.Of.ID())}
	kind, who, _ := strings.Cut(ch.Key, "/")
	w.who = chat.User(who)
	switch {
	case ch.Of.Kind() == "access" && slices.Contains([]string{"role", "temp", "eligible", "active"}, kind):
		w.action = chat.AddAdmin
		raw := ch.After
		if raw == nil {
			w.action, raw = chat.RemoveAdmin, ch.Before
		}
		w.role, _ = journal.Decode[access.Role](raw)
		w.quiet = w.role.Eligible || w.role.Active || w.role.OnDuty
		w.by = maker(ch.Before)
		return w, true
	case ch.Of.Kind() == "moderation" && kind == "mute":
		w.action = chat.Mute
		if ch.After == nil {
			w.action = chat.Unmute
		} else if m, err := journal.Decode[moderation.Mute](ch.After); err == nil {
			w.until = m.Until
		}
		w.by = maker(ch.Before)
		return w, true
	}
	return wish{}, false
}

// maker is who made a record.
func maker(raw json.RawMessage) chat.User {
	var r struct {
		By chat.User `json:"by"`
	}
	if raw == nil || json.Unmarshal(raw, &r) != nil {
		return ""
	}
	return r.By
}

func (w wish) follow(c bot.Call, e journal.Event, out bot.Consequence) bot.Consequence {
	need := []journal.Name{task.Of(w.group), directory.OfGroup(w.group), access.Of(w.group)}
	for _, n := range need {
		if !c.Has(n) {
			out.Need = append(out.Need, need...)
			return out
		}
	}
	group := bot.At[directory.Group](c, directory.OfGroup(w.group))
	out.Effects = append(out.Effects, w.tell(c, e, group)...)
	if w.quiet {
		return w.announce(c, group, out)
	}
	book := bot.At[task.Book](c, task.Of(w.group))
	if old, ok := book.Against(w.action, w.who); ok {
		out.Events = append(out.Events, book.Withdraw(w.group, old))
		if old.State == task.Waiting && w.who != "" { // of the group as a whole the opposite is asked, which says enough
			out.Effects = append(out.Effects, pointless(c, group, old))
		}
	}
	means := c.Profile.Of(group.Kind, w.action)
	if means.How != chat.Assisted || w.idle(c, e, group) {
		return out
	}
	if full := w.full(c, group, book, out.Events); !full.IsZero() {
		out.Says = append(out.Says, full)
		return out
	}
	owner := group.Owner
	if owner == "" {
		owner = c.Actor.ID
	}
	if owner == "" {
		owner = w.by
	}
	if owner == "" {
		return out
	}
	if old, ok := book.Task(task.Task{Action: w.action, Who: w.who}.Key()); ok && !old.State.Over() && old.Owner == owner && old.Until.Equal(w.until) {
		return out // the owner has the very card already
	}
	t := task.Task{
		Action: w.action, Who: w.who, Owner: owner, By: c.Actor.ID, At: c.Now.UTC(), Verifiable: means.Verifiable, Until: w.until,
	}
	out.Events = append(out.Events, book.Ask(w.group, t))
	out.Effects = append(out.Effects, stepCard(c, group, t, means, w.role.From))
	if w.action == chat.AddAdmin || w.action == chat.RemoveAdmin || w.who == "" {
		out.Says = append(out.Says, chat.Text{
			ZH: "企业微信里尚未改变：已请 %s 操作（%s）。", EN: "Not yet so in WeCom: asked %s to do it (%s).",
		}.F(inGroup(c, group, owner), actionText(w.action)))
	}
	return out
}

// full says that the platform has no room for another admin, counting those that the owner was asked to make; the
// role in the bot's book stands all the same (D9).
func (w wish) full(c bot.Call, g directory.Group, book task.Book, asked []journal.Event) chat.Text {
	if w.action != chat.AddAdmin || !g.AdminsKnown {
		return chat.Text{}
	}
	coming := 0
	for _, t := range book.All() {
		if t.Action == chat.AddAdmin && !t.State.Over() && t.Who != w.who {
			coming++
		}
	}
	for _, e := range asked {
		if e.Kind == task.Asked {
			coming++
		}
	}
	if len(g.Admins)+coming < c.Profile.NativeCap {
		return chat.Text{}
	}
	return chat.Text{
		ZH: "企业微信的群管理员名额（%d 位）已满或已约满，没有请群主再设；机器人里的角色照常有效。",
		EN: "WeCom has room for %d group admins, and they are taken or asked for; the owner was not asked. The role here stands.",
	}.F(c.Profile.NativeCap)
}

// idle says whether the group is so already, or cannot become so.
func (w wish) idle(c bot.Call, e journal.Event, g directory.Group) bool {
	if w.who == g.Owner && w.who != "" {
		return true
	}
	native := false
	for _, a := range g.Admins {
		native = native || a == w.who
	}
	switch w.action {
	case chat.AddAdmin:
		return native
	case chat.RemoveAdmin:
		return w.stays(c, e) || g.AdminsKnown && !native
	case chat.Mute, chat.Unmute, chat.RestrictInvites, chat.OpenInvites, chat.FilterOn, chat.FilterOff:
	}
	return false
}

// stays says whether the person still holds a role after the event.
func (w wish) stays(c bot.Call, e journal.Event) bool {
	records := journal.Apply(c.State(access.Of(w.group)).Records, access.Of(w.group), e.Changes)
	for _, temporary := range []bool{false, true} {
		raw := records[access.RoleKey(w.who, temporary)]
		if r, err := journal.Decode[access.Role](raw); raw != nil && (err != nil || !r.OnDuty) {
			return true
		}
	}
	return false
}

// tell tells those concerned who do not see the reply: the person, and when it ended by itself whoever had made it.
func (w wish) tell(c bot.Call, e journal.Event, g directory.Group) []chat.Effect {
	text := news(c, w, e, g)
	if text.IsZero() {
		return nil
	}
	var out []chat.Effect
	seen := map[chat.User]bool{c.Actor.ID: true, "": true}
	for _, u := range []chat.User{w.who, w.by} {
		if seen[u] || u == w.by && c.Actor.ID != "" {
			continue
		}
		seen[u] = true
		if u == w.who && e.Kind == access.Revoked && c.Actor.ID == "" {
			continue // nobody dismissed them: they have left the company, and cannot be written to
		}
		if m, ok := g.Member(u); ok && m.Kind == chat.Customer {
			continue // no bot can write to a customer
		}
		out = append(out, chat.SendTo(u, w.group, chat.Reply{Text: text.Plus(chat.Same(" " + chat.ThisEntry))}).As(chat.OfRights))
	}
	return out
}

func news(c bot.Call, w wish, e journal.Event, g directory.Group) chat.Text {
	place, who := chat.Escape(g.Title()), inGroup(c, g, w.who)
	by := chat.Text{ZH: "，由 %s 操作", EN: ", by %s"}.F(c.Name(c.Actor.ID))
	if c.Actor.ID == "" {
		by = chat.Text{}
	}
	if strings.HasPrefix(e.Reason, review.Reason) && e.Kind != bot.Undone {
		by = by.Plus(chat.Text{ZH: "（权限复核的结果）", EN: " (the outcome of an access review)"})
	}
	switch w.action {
	case chat.AddAdmin:
		r := w.role
		if r.Eligible {
			return chat.Text{
				ZH: "%s 在“%s”是%s的候补，%s%s。要用时发 `/激活 2小时 原因`。", EN: "%s in “%s” now is eligible as %s, %s%s. When needed, send `/activate for 2h REASON`.",
			}.F(who, place, roleText(r.Level, r.Job), until(c, r.Until), by.Plus(because(r.Reason)))
		}
		if e.Kind == access.Narrowed {
			by = chat.Text{ZH: "，范围改为：%s", EN: ", on: %s"}.F(scopeText(c, r.Data)).Plus(by)
		}
		if e.Kind == access.Restricted {
			by = chat.Text{ZH: "，权限收窄为：%s", EN: ", narrowed to: %s"}.F(briefly(c, onPlatform(c, r.Items()))).Plus(by)
		}
		if e.Kind == access.Defined {
			by = chat.Text{ZH: "，岗位改为：%s", EN: ", whose job now gives: %s"}.F(briefly(c, onPlatform(c, r.Items()))).Plus(by)
		}
		return chat.Text{ZH: "%s 在“%s”的角色：%s，%s%s。", EN: "%s in “%s” now is %s, %s%s."}.F(
			who, place, roleText(r.Level, r.Job), term(c, w.group, r), by.Plus(because(r.Reason)))
	case chat.RemoveAdmin:
		if w.role.Eligible || w.role.Active {
			return w.rested(e, who, place, by)
		}
		if e.Kind == access.Lapsed {
			return chat.Text{ZH: "%s 在“%s”的临时管理员已到期。", EN: "%s: the temporary role in “%s” has ended."}.F(who, place)
		}
		return chat.Text{ZH: "%s 在“%s”的管理员角色已结束%s。", EN: "%s: the role in “%s” has ended%s."}.F(who, place, by)
	case chat.Mute:
		return chat.Text{ZH: "%s 在“%s”被记录禁言，%s%s。", EN: "%s is muted in “%s”, %s%s."}.F(who, place, until(c, w.until), by)
	case chat.Unmute:
		if e.Kind == moderation.Ended {
			return chat.Text{ZH: "%s 在“%s”的禁言已到期。", EN: "%s: the mute in “%s” has ended."}.F(who, place)
		}
		return chat.Text{ZH: "%s 在“%s”的禁言已解除%s。", EN: "%s: the mute in “%s” was taken back%s."}.F(who, place, by)
	}
	return chat.Text{}
}

// pointless tells the owner that a step they were asked for is not wanted any more.
func pointless(c bot.Call, g directory.Group, t task.Task) chat.Effect {
	return chat.SendTo(t.Owner, g.ID, chat.Reply{Text: chat.Text{
		ZH: "“%s”里对 %s 的“%s”不用做了：情况已变。如果已经做了，请忽略，稍后会核对。",
		EN: "In “%s”, the step “%[3]s” for %[2]s is not wanted any more. If it is done already, never mind; it will be compared.",
	}.F(chat.Escape(g.Title()), inGroup(c, g, t.Who), actionText(t.Action))})
}

// settled tells whoever asked how a task has ended.
func settled(c bot.Call, ch journal.Change) []chat.Effect {
	if ch.Of.Kind() != "task" || ch.After == nil {
		return nil
	}
	t, err := journal.Decode[task.Task](ch.After)
	if err != nil || t.By == "" || t.By == c.Actor.ID || !t.State.Over() || t.State == task.NotVerifiable && t.ClaimedBy == "" {
		return nil
	}
	if before, err := journal.Decode[task.Task](ch.Before); ch.Before != nil && err == nil && before.State == t.State {
		return nil
	}
	g := bot.At[directory.Group](c, directory.OfGroup(chat.Group(ch.Of.ID())))
	step := actionText(t.Action)
	if t.Who != "" {
		step = chat.Join(" ", step, inGroup(c, g, t.Who))
	}
	what := chat.Text{ZH: "“%s”：%s，%s。", EN: "“%s”: %s: %s."}.F(chat.Escape(g.Title()), step, t.State.Text())
	if t.State == task.NotVerifiable {
		what = what.Plus(chat.Text{ZH: "群主 %s 称已完成。", EN: " The owner, %s, says that it is done."}.F(inGroup(c, g, t.ClaimedBy)))
	}
	if t.State == task.NotVerified || t.State == task.Expired {
		what = what.Plus(chat.Text{
			ZH: "机器人里的记录仍有效；要再请群主操作，请重新发命令。", EN: " The bot's own record stands; to ask the owner again, send the command again.",
		})
	}
	if t.State == task.NotVerified && (t.Action == chat.AddAdmin || t.Action == chat.RemoveAdmin) {
		what = what.Plus(chat.Text{EN: " "}).Plus(bot.NoPermission(c.Education))
	}
	return []chat.Effect{chat.SendTo(t.By, g.ID, chat.Reply{Text: what.Plus(chat.Same(" " + chat.ThisEntry))})}
}

// inGroup names a person as the group of the matter knows them.
func inGroup(c bot.Call, g directory.Group, who chat.User) chat.Text {
	if m, ok := g.Member(who); ok && m.Name != "" {
		return chat.Text{
			ZH: chat.Escape(m.Name) + "（" + chat.Escape(string(m.ID)) + "）", EN: chat.Escape(m.Name) + " (" + chat.Escape(string(m.ID)) + ")",
		}
	}
	return c.Name(who)
}

// stepCard tells the owner exactly what to tap, with a button for when it is done, and from when what it is for counts.
func stepCard(c bot.Call, g directory.Group, t task.Task, means chat.Means, from time.Time) chat.Effect {
	what := actionText(t.Action)
	fields := []chat.Field{{Name: chat.Text{ZH: "群", EN: "Group"}, Value: chat.Same(g.Title())}}
	about := ""
	if t.Who != "" {
		about = " @" + string(t.Who)
		fields = append(fields, chat.Field{Name: chat.Text{ZH: "成员", EN: "Member"}, Value: inGroup(c, g, t.Who)})
	}
	if t.Action == chat.AddAdmin && from.After(c.Now) {
		fields = append(fields, chat.Field{Name: chat.Text{ZH: "开始", EN: "From"}, Value: chat.Text{
			ZH: "%s，之前不必设", EN: "%s, not needed before"}.F(c.Moment(from))})
	}
	if !t.Until.IsZero() {
		fields = append(fields, chat.Field{Name: chat.Text{ZH: "到", EN: "Until"}, Value: chat.Same(c.Moment(t.Until))})
	}
	card := chat.Card{
		Title:  chat.Text{ZH: "请在企业微信里操作：%s", EN: "To do in WeCom: %s"}.F(what),
		Body:   means.Steps,
		Fields: fields,
		Buttons: []chat.Button{{
			Label: chat.Text{ZH: "已完成", EN: "Done"}, Style: chat.Primary,
			Command: "/done " + string(t.Action) + about + " #" + string(g.ID),
		}},
	}
	e := chat.SendTo(t.Owner, g.ID, chat.Reply{Card: &card})
	e.Task, e.NotAfter = t.Key(), t.At.Add(24*time.Hour)
	return e
}

func actionText(a chat.Action) chat.Text {
	switch a {
	case chat.AddAdmin:
		return chat.Text{ZH: "设为群管理员", EN: "make a group admin"}
	case chat.RemoveAdmin:
		return chat.Text{ZH: "移除群管理员", EN: "remove a group admin"}
	case chat.Mute:
		return chat.Text{ZH: "禁言", EN: "mute"}
	case chat.Unmute:
		return chat.Text{ZH: "解除禁言", EN: "unmute"}
	case chat.RestrictInvites:
		return chat.Text{ZH: "打开群聊邀请确认", EN: "check invitations"}
	case chat.OpenInvites:
		return chat.Text{ZH: "关闭群聊邀请确认", EN: "open invitations"}
	case chat.FilterOn:
		return chat.Text{ZH: "启用防骚扰", EN: "turn 防骚扰 on"}
	case chat.FilterOff:
		return chat.Text{ZH: "停用防骚扰", EN: "turn 防骚扰 off"}
	}
	return chat.Same(string(a))
}
