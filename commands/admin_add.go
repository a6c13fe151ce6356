package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(adminAdd)

// adminAdd appoints one or several people, for good or for a while, also by a pasted list with a level or a job beside
// each. Who cannot be appointed is told by cause; the others are appointed all the same.
func adminAdd() bot.Command {
	who, lvl, jb, way, pasted := grammar.People("who"), level(), job(), way(), grammar.List("list", listed)
	// Above a pasted list only a built-in job is read: another word there is the first person as well.
	headJob := grammar.Choice("headjob", access.ParseJob, chat.Text{ZH: "岗位", EN: "job"})
	length, from, end, reason := grammar.Length("length"), grammar.Moment("from"), grammar.Moment("until"), grammar.Rest("reason")
	return bot.Command{
		Name: "admin add",
		Forms: []string{
			"/admin (add|temp|batch) {who...} [{level}] [{job}] [{way}] [[for] {length}] [(from|从) {from}] [(until|到) {until}] [{reason}]",
			"/(设管理|临时管理) {who...} [{level}] [{job}] [{way}] [{length}] [(从|from) {from}] [(到|until) {until}] [{reason}]",
			"/admin (add|temp|batch) [{level}] [{headjob}] [{way}] [[for] {length}] [(from|从) {from}] [(until|到) {until}] {list}",
			"/(设管理|临时管理) [{level}] [{headjob}] [{way}] [{length}] [(从|from) {from}] [(到|until) {until}] {list}",
		},
		Examples: []chat.Text{{ZH: "/设管理 @zhangsan 中级 7天 国庆值班", EN: "/admin add @zhangsan mid for 7d holiday duty"}},
		Holes:    []grammar.Hole{who, lvl, jb, way, length, from, end, reason, pasted, headJob},
		Help: chat.Text{
			ZH: "任命管理员：固定、临时、候补（可激活）或值班时生效，一次一人或多人；也可以粘贴名单，每行一人：姓名、邮箱或 userid，后面可写级别、岗位。",
			EN: "Appoint admins: fixed, temporary, eligible (to activate) or on duty only, one or several; or paste a list, a line each: name, e-mail or userid, then level and job.",
		},
		Needs: access.Admins,
		Reads: []bot.Source{tasks, ends},
		Run: func(c bot.Call) (bot.Outcome, error) {
			a, err := beyond(c, length, end, from)
			if err != nil {
				return bot.Outcome{}, err
			}
			a.By, a.Level = c.Actor.ID, lvl.Of(c.Args)
			a.Job, a.Reason = jobAndReason(c, jb, reason.Of(c.Args))
			if err := noSlip(a.Reason); err != nil {
				return bot.Outcome{}, err
			}
			a.Eligible, a.OnDuty = way.Of(c.Args) == whenActivated, way.Of(c.Args) == whenOnDuty
			var people []nominee
			for _, r := range who.Refs(c.Args) {
				people = append(people, nominee{ref: r, level: a.Level, job: a.Job})
			}
			if pasted.Given(c.Args) {
				people, a.Reason = nominees(c, pasted.Of(c.Args), a.Level, headJob.Of(c.Args))
			}
			b, err := appointAll(c, people, a)
			if err != nil {
				return bot.Outcome{}, err
			}
			if len(b.done) == 0 {
				return b.nobody(chat.Text{ZH: "没有人被任命：", EN: "Nobody was appointed:"})
			}
			out := bot.Outcome{Events: []journal.Event{granted(c, b.done, a.Reason)}, Changes: tally(c, b), Second: b.second}
			if length.Given(c.Args) && !from.Given(c.Args) {
				out.Lasts = length.Of(c.Args)
			}
			if !pasted.Given(c.Args) && a.Level == access.NoLevel && a.Job == access.NoJob && a.Reason != "" {
				out.Confirm = chat.Text{
					ZH: "没有写级别或岗位，按普通管理员任命；“%s”当作原因", EN: "no level and no job is named, so this appoints a junior; “%s” is taken as the reason",
				}.F(chat.Escape(a.Reason))
				return out, nil
			}
			out.Confirm = b.question()
			if !pasted.Given(c.Args) {
				termed := length.Given(c.Args) || from.Given(c.Args) || end.Given(c.Args)
				out.Confirm = also(mistakenJob(c, a.Reason, termed && a.Job != jb.Of(c.Args)), out.Confirm)
			}
			return out, nil
		},
	}
}

// question is why appointments must be agreed to: all that is far-reaching, or else whom a name was taken for.
func (b batch) question() chat.Text {
	var why []chat.Text
	if !b.taken.IsZero() {
		why = append(why, b.taken)
	}
	if b.senior {
		why = append(why, chat.Text{ZH: "授予高级（可设管理员、改群设置）", EN: "this gives the senior level (may appoint admins and change settings)"})
	}
	if len(b.done) > manyPeople {
		why = append(why, chat.Text{ZH: "一次任命 %d 人", EN: "this appoints %d people at once"}.F(len(b.done)))
	}
	if len(why) == 0 && b.byName {
		return foundByName
	}
	return chat.Text{ZH: chat.Join("；", why...).ZH, EN: chat.Join("; ", why...).EN}
}

// manyPeople is how many people an act may hit without a confirmation.
const manyPeople = 5

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
	if r.From.After(c.Now) {
		t = t.Plus(chat.Text{ZH: "，%s 开始", EN: ", from %s"}.F(c.Moment(r.From)))
	}
	held := onPlatform(c, r.Items())
	t = t.Plus(chat.Text{ZH: "，权限 %d 项：%s", EN: ", items (%d): %s"}.F(held.Len(), held.Label())).Plus(cutText(c, r)).Plus(because(r.Reason))
	return t.Plus(besides(c, who, temporary))
}

// besides tells of the other role of somebody, behind all that is said of the one that changes: a fixed one of a temporary
// one, a temporary one of a fixed one.
func besides(c bot.Call, who chat.User, temporary bool) chat.Text {
	other, ok := c.Access.Group.Role(who, !temporary)
	if !ok || !other.Live(c.Now) {
		return chat.Text{}
	}
	kind := chat.Text{ZH: "临时", EN: "temporary"}
	if temporary {
		kind = chat.Text{ZH: "固定", EN: "fixed"}
	}
	return chat.Text{ZH: "；另有%s角色照旧：%s，%s", EN: "; the %s role stays as it is: %s, %s"}.F(kind, roleText(other.Level, other.Job), term(c, c.Group.ID, other))
}

// tally tells who was appointed and who was not, and how full the group is then.
func tally(c bot.Call, b batch) chat.Text {
	head := b.done[0].line
	if len(b.done) > 1 {
		head = chat.Lines(chat.Text{ZH: "%d 人任命：", EN: "%d appointed:"}.F(len(b.done)), bullets(b.done))
	}
	lines := []chat.Text{head}
	if len(b.bad) > 0 {
		lines = append(lines, chat.Text{ZH: "%d 人未任命：", EN: "%d not appointed:"}.F(len(b.bad)), causes(b.bad))
	}
	count, most := len(b.facts.Admins(c.Group.ID, c.Now)), b.facts.MostAdmins()
	if count >= most-1 {
		lines = append(lines, chat.Text{
			ZH: "本群已有 %d 位管理员，上限 %d。超大群请考虑分流管理。",
			EN: "The group has %d admins, the limit is %d. Consider splitting a very large group.",
		}.F(count, most))
	}
	return chat.Lines(append(lines, headcount(c, b.facts), contactUnverified(c, b.done))...)
}
