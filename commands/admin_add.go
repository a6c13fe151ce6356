package commands

import (
	"fmt"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(adminAdd)

// adminAdd appoints one or several people, for good or for a while. Who cannot be appointed is told by cause; the
// others are appointed all the same.
func adminAdd() bot.Command {
	who, lvl, jb, way := grammar.People("who"), level(), job(), way()
	length, from, end, reason := grammar.Length("length"), grammar.Moment("from"), grammar.Moment("until"), grammar.Rest("reason")
	return bot.Command{
		Name: "admin add",
		Forms: []string{
			"/admin (add|temp|batch) {who...} [{level}] [{job}] [{way}] [[for] {length}] [(from|从) {from}] [(until|到) {until}] [{reason}]",
			"/(设管理|临时管理) {who...} [{level}] [{job}] [{way}] [{length}] [(从|from) {from}] [(到|until) {until}] [{reason}]",
		},
		Examples: []chat.Text{{ZH: "/设管理 @zhangsan 中级 7天 国庆值班", EN: "/admin add @zhangsan mid for 7d holiday duty"}},
		Holes:    []grammar.Hole{who, lvl, jb, way, length, from, end, reason},
		Help: chat.Text{
			ZH: "任命管理员：固定、临时、候补（可激活）或值班时生效，一次一人或多人。", EN: "Appoint admins: fixed, temporary, eligible (to activate) or on duty only, one or several at once.",
		},
		Needs: access.Admins,
		Reads: []bot.Source{tasks, ends},
		Run: func(c bot.Call) (bot.Outcome, error) {
			a, err := beyond(c, length, end, from)
			if err != nil {
				return bot.Outcome{}, err
			}
			if err := noSlip(reason.Of(c.Args)); err != nil {
				return bot.Outcome{}, err
			}
			a.By, a.Level, a.Job, a.Reason = c.Actor.ID, lvl.Of(c.Args), jb.Of(c.Args), reason.Of(c.Args)
			a.Eligible, a.OnDuty = way.Of(c.Args) == whenActivated, way.Of(c.Args) == whenOnDuty
			refs := who.Refs(c.Args)
			var done, bad []result
			var denied error
			facts, byName, confirm, second := c.Access, false, false, chat.Text{}
			for _, r := range refs {
				m, err := c.Find(r)
				if err == nil && m.Kind == chat.Staff {
					err = here(c, m)
				}
				if err != nil {
					bad, denied = append(bad, result{line: cause(err)}), err
					continue
				}
				if slices.ContainsFunc(done, func(r result) bool { return r.who == m.ID }) {
					continue // named twice
				}
				one := a
				one.Who, one.WhoKind, one.NoContact = m.ID, m.Kind, contactRight(c, m) == chat.RightMissing
				changes, d, two := secondPerson(facts, func(f access.Facts) (access.Change, access.Decision) {
					return f.Appoint(c.Group.ID, one, c.Now)
				})
				if !d.Allowed {
					denied = &bot.Denied{Decision: d, Item: access.Admins, Target: m.ID}
					bad = append(bad, keptOut(c, facts, m.ID, d))
					continue
				}
				if facts, err = facts.After(c.Group.ID, changes); err != nil {
					return bot.Outcome{}, fmt.Errorf("appoint %s: %w", m.ID, err)
				}
				byName = byName || string(m.ID) != r.Said
				confirm = confirm || senior(changes)
				if !two.IsZero() {
					second = two
				}
				done = append(done, result{who: m.ID, changes: changes, line: appointed(c, m.ID, changes)})
			}
			if len(done) == 0 {
				if len(refs) == 1 {
					return bot.Outcome{}, denied
				}
				return bot.Refuse(chat.Lines(chat.Text{ZH: "没有人被任命：", EN: "Nobody was appointed:"}, bullets(bad)))
			}
			out := bot.Outcome{Events: []journal.Event{granted(c, done, a.Reason)}, Changes: tally(c, facts, done, bad), Second: second}
			if length.Given(c.Args) && !from.Given(c.Args) {
				out.Lasts = length.Of(c.Args)
			}
			switch {
			case !lvl.Given(c.Args) && !jb.Given(c.Args) && reason.Given(c.Args):
				out.Confirm = chat.Text{
					ZH: "没有写级别或岗位，按普通管理员任命；“%s”当作原因", EN: "no level and no job is named, so this appoints a junior; “%s” is taken as the reason",
				}.F(chat.Escape(reason.Of(c.Args)))
			case confirm:
				out.Confirm = chat.Text{ZH: "授予高级（可设管理员、改群设置）", EN: "this gives the senior level (may appoint admins and change settings)"}
			case len(done) > manyPeople:
				out.Confirm = chat.Text{ZH: "一次任命 %d 人", EN: "this appoints %d people at once"}.F(len(done))
			case byName:
				out.Confirm = chat.Text{ZH: "按姓名或邮箱找到的人，请核对 userid", EN: "found by name or e-mail; check the userid"}
			}
			return out, nil
		},
	}
}

// manyPeople is how many people an act may hit without a confirmation.
const manyPeople = 5

func granted(c bot.Call, done []result, reason string) journal.Event {
	e := journal.Event{Kind: access.Granted, Group: c.Group.ID, Items: rights, Reason: reason}
	for _, d := range done {
		e.Targets, e.Changes = append(e.Targets, d.who), append(e.Changes, d.changes...)
	}
	return e
}

// appointed tells what one appointment gives.
func appointed(c bot.Call, who chat.User, changes []journal.Change) chat.Text {
	r, ok := roleAfter(changes)
	if !ok {
		return c.Name(who)
	}
	if r.Eligible {
		return madeEligible(c, who, r)
	}
	t := chat.Text{ZH: "%s 任本群%s，%s", EN: "%s is %s here, %s"}.F(c.Name(who), roleText(r.Level, r.Job), term(c, c.Group.ID, r))
	temporary := !r.Until.IsZero()
	if r.Active {
		return t
	}
	if old, ok := c.Access.Group.Role(who, temporary); ok && old.Live(c.Now) {
		t = t.Plus(chat.Text{ZH: "（原为%s，%s）", EN: " (was %s, %s)"}.F(roleText(old.Level, old.Job), term(c, c.Group.ID, old)))
	}
	if other, ok := c.Access.Group.Role(who, !temporary); ok && other.Live(c.Now) {
		t = t.Plus(chat.Text{ZH: "；另有%s，%s，照旧", EN: "; also %s, %s, as before"}.F(roleText(other.Level, other.Job), term(c, c.Group.ID, other)))
	}
	if r.From.After(c.Now) {
		t = t.Plus(chat.Text{ZH: "，%s 开始", EN: ", from %s"}.F(c.Moment(r.From)))
	}
	held := c.Gives(r.Level, r.Job)
	return t.Plus(chat.Text{ZH: "，权限 %d 项：%s", EN: ", items (%d): %s"}.F(held.Len(), held.Label())).Plus(because(r.Reason))
}

func bullets(rs []result) chat.Text {
	lines := make([]chat.Text, len(rs))
	for i, r := range rs {
		lines[i] = chat.Same("- ").Plus(r.line)
	}
	return chat.Lines(lines...)
}

// tally tells who was appointed and who was not, and how full the group is then.
func tally(c bot.Call, after access.Facts, done, bad []result) chat.Text {
	head := done[0].line
	if len(done) > 1 {
		head = chat.Lines(chat.Text{ZH: "%d 人任命：", EN: "%d appointed:"}.F(len(done)), bullets(done))
	}
	lines := []chat.Text{head}
	if len(bad) > 0 {
		lines = append(lines, chat.Text{ZH: "%d 人未任命：", EN: "%d not appointed:"}.F(len(bad)), bullets(bad))
	}
	count, most := len(after.Admins(c.Group.ID, c.Now)), after.MostAdmins()
	if count >= most-1 {
		lines = append(lines, chat.Text{
			ZH: "本群已有 %d 位管理员，上限 %d。超大群请考虑分流管理。",
			EN: "The group has %d admins, the limit is %d. Consider splitting a very large group.",
		}.F(count, most))
	}
	return chat.Lines(append(lines, headcount(c, after), contactUnverified(c, done))...)
}

// cause tells an error as one line of a list.
func cause(err error) chat.Text {
	if r, ok := err.(*bot.Refusal); ok { //nolint:errorlint // Find returns it bare
		return chat.Text{ZH: strings.ReplaceAll(r.Text.ZH, "\n", " "), EN: strings.ReplaceAll(r.Text.EN, "\n", " ")}
	}
	return chat.Same(err.Error())
}
