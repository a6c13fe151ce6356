package bot

import (
	"slices"
	"strings"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

// recorded is the reply of something that has happened, ending in its number.
func recorded(c Call, cmd Command, out Outcome, says []chat.Text) chat.Reply {
	r := out.Reply
	if r.IsZero() {
		r.Text = chat.Text{ZH: "已记录%s：", EN: "Recorded%s: "}.F(elsewhere(c, cmd)).Plus(out.Changes)
	}
	r.Text = chat.Lines(append([]chat.Text{r.Text}, says...)...)
	if len(out.Events) > 0 { // else there is no entry
		r.Text = r.Text.Plus(chat.Same(" " + chat.ThisEntry))
	}
	return r
}

// elsewhere names the group that a command is about, in brackets, where that is not the one it was typed in: in a direct
// message, or with #group in another group. “Here” would be taken for the wrong one. Zero where nothing need be said.
func elsewhere(c Call, cmd Command) chat.Text {
	if c.Message.Group == c.Group.ID || cmd.Anywhere || !c.Group.Bound() {
		return chat.Text{}
	}
	return chat.Text{ZH: "（%s）", EN: " (%s)"}.F(chat.Escape(c.Group.Title()))
}

func dryRun(place chat.Text, out Outcome, impact chat.Text) chat.Text {
	head := chat.Text{ZH: "预演%s，什么都没有改变：", EN: "Dry run%s, nothing has changed:"}.F(place)
	ask := chat.Text{}
	if !out.Confirm.IsZero() {
		ask = chat.Text{ZH: "真要做时需要确认：", EN: "To do it, you would be asked to confirm: "}.Plus(out.Confirm)
	}
	return chat.Lines(head, out.Changes, impact, ask, second(out))
}

// second says that a second person must agree, and why.
func second(out Outcome) chat.Text {
	if out.Second.IsZero() {
		return chat.Text{}
	}
	return chat.Text{ZH: "还需要第二个人同意：%s。", EN: "A second person must agree, too: %s."}.F(out.Second)
}

func question(place chat.Text, out Outcome, impact chat.Text, a Asked, moved bool) chat.Reply {
	head := chat.Text{ZH: "需要确认%s：", EN: "Please confirm%s: "}.F(place).Plus(out.Confirm)
	if moved {
		head = chat.Text{
			ZH: "情况在您确认前变了，请再看一遍。", EN: "Things have changed since you were asked; please look again. ",
		}.Plus(head)
	}
	how := chat.Text{
		ZH: "10 分钟内回复 确认，或 取消。什么都还没有改变。",
		EN: "Within 10 minutes reply /confirm, or /cancel. Nothing has changed yet.",
	}
	return chat.Reply{
		Text: chat.Lines(head, out.Changes, impact, second(out), how),
		Card: &chat.Card{
			Title: chat.Text{ZH: "需要确认", EN: "Please confirm"},
			Body:  chat.Lines(out.Confirm, brief(out.Changes)),
			Buttons: []chat.Button{
				{Label: chat.Text{ZH: "确认", EN: "Confirm"}, Command: "/confirm " + a.Code, Style: chat.Primary},
				{Label: chat.Text{ZH: "取消", EN: "Cancel"}, Command: "/cancel " + a.Code},
			},
		},
	}
}

// brief is what changes in one line, cut to what a card has room for: who, and what.
func brief(t chat.Text) chat.Text {
	cut := func(s string, most int) string {
		return clipParts(strings.Join(strings.Fields(strings.ReplaceAll(s, "\n- ", "\n")), " "), most)
	}
	return chat.Text{ZH: cut(t.ZH, 60), EN: cut(t.EN, 80)}
}

// denied says what was asked, which rule refused it, who could do it, and what to type next.
func denied(c Call, cmd Command, d *Denied) chat.Text {
	if !d.Said.IsZero() {
		return d.Said
	}
	head := chat.Text{ZH: "不能使用“%s”", EN: "You may not use “%s”"}.F(verb(d.Item.Label(), d.Item))
	if d.Item == access.NoItem {
		head = chat.Text{ZH: "不能用 %s", EN: "You may not use %s"}.F(firstVerb(cmd))
	}
	if c.Message.Group != "" {
		head = head.Plus(elsewhere(c, cmd)) // who writes directly has chosen the group, and is told so
	}
	if d.Target != "" && d.Target != c.Actor.ID {
		head = head.Plus(chat.Text{ZH: "，对象 %s", EN: " on %s"}.F(c.Name(d.Target)))
	}
	why := chat.Text{ZH: "：%s（%s）。", EN: ": %s (%s)."}.F(reason(c, d), string(d.Decision.Rule))
	t := chat.Join("", d.About, head, why, could(c, d))
	if !strings.Contains(t.ZH, "`/") {
		t = t.Plus(grounds)
	}
	return t
}

// grounds says what to type where nothing can be done but to understand: the whole decision.
var grounds = chat.Text{ZH: "依据：`/为什么 " + chat.ThisEntry + "`。", EN: " The grounds: `/why " + chat.ThisEntry + "`."}

// firstVerb is a command's verb as its example writes it.
func firstVerb(cmd Command) chat.Text {
	if len(cmd.Examples) == 0 {
		return chat.Same("/" + cmd.Name)
	}
	zh, _, _ := strings.Cut(cmd.Examples[0].ZH, " ")
	return chat.Text{ZH: zh, EN: "/" + cmd.Name}
}

func verb(what chat.Text, item access.Item) chat.Text {
	if item == access.NoItem {
		return what
	}
	return chat.Text{ZH: what.ZH, EN: strings.ToLower(what.EN)}
}

// reason is the rule's text, with the end of a grant that is over, or the beginning of one that has not begun.
func reason(c Call, d *Denied) chat.Text {
	t := d.Decision.Rule.Text()
	v, ok := d.Decision.Settled()
	switch {
	case d.Decision.Rule == access.RuleSeparation:
		return separated(c, d)
	case d.Decision.Rule == access.RuleSecondPerson && d.Item == access.Policy:
		return fourEyes
	case d.Decision.Rule == access.RuleNotActivated, d.Decision.Rule == access.RuleOffDuty,
		d.Decision.Rule == access.RuleNotEligible, !d.Decision.Bound().IsZero():
		return resting(c, d)
	case d.Decision.Rule == access.RuleCap:
		return c.Full(c.Access)
	case d.Decision.Rule == access.RuleTier && (d.Item == access.Admins || d.Item == access.Policy):
		return chat.Text{ZH: "这是企业级的设置，不归单个群的管理员改", EN: "this is the company's setting, which no admin of one group changes"}
	case !ok:
	case d.Decision.Rule == access.RuleGrantExpired && !v.Until.IsZero():
		return chat.Text{ZH: "您的授权已于 %s 到期", EN: "your grant ended at %s"}.F(c.Moment(v.Until))
	case d.Decision.Rule == access.RulePending && v.Source != "":
		return chat.Text{
			ZH: "您%s得到的角色待定，本群持有角色的人数已达上限 %d", EN: "your role %s waits: as many people as allowed (%d) hold a role in this group",
		}.F(access.SourceText(v.Source), c.Access.MostAdmins())
	case d.Decision.Rule == access.RuleGrantNotStarted && !v.From.IsZero():
		return chat.Text{ZH: "您的授权从 %s 开始", EN: "your grant begins at %s"}.F(c.Moment(v.From))
	}
	return chat.Text{ZH: strings.TrimRight(t.ZH, "。"), EN: strings.TrimRight(t.EN, ".")}
}

// Mend says what to do where a rule would refuse anybody; zero where somebody else could.
func Mend(r access.Rule) chat.Text { return mendable[r] }

// Full says how many people hold a role in the group by these facts, and how many may (D9).
func (c Call) Full(f access.Facts) chat.Text {
	return chat.Text{ZH: "本群已有 %d 人持有角色，上限 %d 人", EN: "%d people hold a role in this group, the limit is %d"}.F(
		len(f.Admins(c.Group.ID, c.Now)), f.MostAdmins())
}

// mendable says what to do where the rule would refuse anybody.
var mendable = map[access.Rule]chat.Text{
	access.RuleCap: {
		ZH: "先撤销一位（`/撤管理 @userid 原因`），或考虑分流管理（把群拆成几个）。",
		EN: " Dismiss somebody first (`/admin remove @userid reason`), or consider splitting the group.",
	},
	access.RuleNothingGranted: {
		ZH: "请换一个级别、岗位或期限；`/指引 级别` 说明各级别有什么。", EN: " Choose another level, job or end; `/guide levels` tells what each level has.",
	},
	access.RuleNotStaff: {
		ZH: "管理员必须是有“客户联系”权限的企业成员；权限在企业微信管理后台“客户联系-配置-权限配置”里开通（`/指引 权限配置`）。",
		EN: " An admin must be staff with the 客户联系 right, given in WeCom's admin console under 客户联系-配置-权限配置 (`/guide permissions`).",
	},
	access.RuleNoContactRight: {
		ZH: "请在企业微信管理后台“客户联系-配置-权限配置”里为对方开通；机器人最多 15 分钟后就能看到，届时再发一次（`/指引 权限配置`）。",
		EN: " Give it in WeCom's admin console under 客户联系-配置-权限配置; the bot sees it within 15 minutes, then send this again (`/guide permissions`).",
	},
	access.RuleLastSenior: {
		ZH: "先任命另一位高级：`/设管理 @userid 高级`。", EN: " Appoint another senior first: `/admin add @userid senior`.",
	},
	access.RuleNotAdmin: {
		ZH: "没有什么可改的；`/管理员` 列出本群的管理员。", EN: " There is nothing to change; `/admin list` shows who is admin here.",
	},
	access.RuleTier: {
		ZH: "请超级管理员来改；分级管理员在本部门的群里设的，分级管理员也可以改。",
		EN: " Ask an owner to change it; what a department admin has set in a group of the department, that one may change too.",
	},
	access.RuleSelf: {
		ZH: "请别的管理员来做；`/管理员` 列出他们。", EN: " Ask another admin to do it; `/admin list` names them.",
	},
	access.RulePending: {
		ZH: "名额空出后自动生效；`/管理员` 列出现在能代办的人。", EN: " It counts once there is room; `/admin list` shows who can do it now.",
	},
	access.RuleInherited: {
		ZH: "请在通讯录里改职位或部门，或停用这条继承（`/继承 列表`）；只对这一个人，用例外禁止某项权限。",
		EN: " Change the position or department in the address book, or switch the role off (`/inherit list`); for this person alone, deny an item.",
	},
	access.RuleNotOffered: {
		ZH: "`/我的权限` 列出您有的。", EN: " `/whoami` lists what you hold.",
	},
}

// onlyOwners says whom to ask for what is the company's.
var onlyOwners = chat.Text{ZH: "请超级管理员来做。", EN: " Ask an owner (超级管理员)."}

// acrossHint says how a role across groups is taken back.
var acrossHint = chat.Text{
	ZH: "跨群角色由超级管理员收回：`/撤管理 @%[1]s 跨群`；只让它不再管这个群：`/范围 @%[1]s 群 其余的群`。",
	EN: " A role across groups is taken back by an owner: `/admin remove @%[1]s across`; to leave only this group out of it: `/scope @%[1]s groups THE OTHERS`.",
}

// could names who can do it, and what to ask them for.
func could(c Call, d *Denied) chat.Text {
	if d.Decision.Rule == access.RuleSeparation {
		return exemptable(d)
	}
	if !d.Next.IsZero() {
		return d.Next
	}
	if next, ok := mendable[d.Decision.Rule]; ok {
		if d.Decision.Rule == access.RuleTier && len(c.Access.Across(c.Group.ID, d.Target, c.Now)) > 0 {
			next = next.Plus(acrossHint.F(string(d.Target)))
		}
		return next
	}
	if next := wakes(c, d); !next.IsZero() {
		return next
	}
	if d.Item == access.NoItem {
		return chat.Text{}
	}
	able := slices.DeleteFunc(c.Access.Who(d.Item, c.Group.ID, c.Now), func(u chat.User) bool {
		return u == c.Actor.ID || u == d.Target && d.Item != access.Audit || !wouldBeAllowed(c, d, u)
	})
	if len(able) == 0 && len(c.Access.Company.Owners()) > 0 {
		return chat.Text{ZH: "目前没有别人能做。", EN: " Nobody else can at present."}
	}
	if len(able) == 0 {
		return chat.Text{
			ZH: "目前没有人能做；配置里的 owners（超级管理员）为空。",
			EN: " Nobody can at present; the configuration's owners are empty.",
		}
	}
	next := chat.Text{ZH: "。可以请其中一位代办", EN: ". Ask one of them to do it"}
	if mayPetition(c, d) {
		next = next.Plus(chat.Text{ZH: "，或申请：`/申请 %s 2小时 原因`", EN: ", or ask for it: `/request %s 2h reason`"}.F(
			chat.Text{ZH: wordOf(d.Item).ZH, EN: d.Item.String()}))
	}
	return chat.Text{ZH: "能做的人：%s%s。", EN: " Who can: %s%s."}.F(c.Few(able), next)
}

// wouldBeAllowed says whether what was refused would be allowed to somebody else: an item alone is not enough where
// ranks are asked about.
func wouldBeAllowed(c Call, d *Denied, u chat.User) bool {
	above := c.Access.IsOwner(u) || c.Access.Governs(u, c.Group.ID)
	switch {
	case d.Decision.Rule == access.RuleSecondPerson, d.Item == access.Admins && d.Decision.Rule == access.RuleRank:
		return above && (c.Access.IsOwner(u) || !c.Access.Governs(d.Target, c.Group.ID))
	case d.Item == access.Admins, d.Item == access.Audit, d.Target == "":
		return true
	}
	r := access.Request{Actor: u, Item: d.Item, Group: c.Group.ID, Target: d.Target, At: c.Now}
	if m, ok := c.Group.Member(d.Target); ok {
		r.TargetKind = m.Kind
	}
	return access.Decide(c.Access, r).Allowed
}

// problem answers what was not understood although it is for a command: why, the form, and the commands that may have
// been meant.
func problem(p grammar.Problem, cmd Command, verbs []string) chat.Text {
	lines := []chat.Text{p.What, chat.Text{ZH: "写法：`%s`", EN: "Form: `%s`"}.F(p.Form), example(cmd)}
	if len(verbs) > 0 {
		lines = append(lines, chat.Text{ZH: "是不是：%s？", EN: "Did you mean: %s?"}.F(beside(verbs)))
	}
	return chat.Lines(lines...)
}

// beside writes verbs beside each other.
func beside(verbs []string) string {
	out := make([]string, len(verbs))
	for i, v := range verbs {
		out[i] = "`" + v + "`"
	}
	return strings.Join(out, "  ")
}

func example(cmd Command) chat.Text {
	if len(cmd.Examples) == 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: "例如：`%s`", EN: "For example: `%s`"}.F(cmd.Examples[0])
}

// suggest answers what is no command: with those that it resembles, or with what the word is instead.
func suggest(c Call, verbs []string) chat.Text {
	if t := noCommand(c); !t.IsZero() && len(verbs) == 0 {
		return t
	}
	t := chat.Text{ZH: "没听懂。", EN: "I did not understand that. "}
	if len(verbs) > 0 {
		t = t.Plus(chat.Text{ZH: "是不是：%s？", EN: "Did you mean: %s? "}.F(beside(verbs)))
	}
	return t.Plus(chat.Text{ZH: "/帮助 列出您能用的命令。", EN: "/help lists what you may run."})
}

// noCommand says of a word that is known, but as no command, where it belongs; zero if it is not known.
func noCommand(c Call) chat.Text {
	words := strings.Fields(strings.TrimLeft(grammar.Fold(c.Message.Text), "/"))
	if len(words) == 0 {
		return chat.Text{}
	}
	if j, ok := access.ParseJob(words[0]); ok {
		return chat.Text{
			ZH: "“%s”是岗位，不是命令。回答设置向导：`/向导 岗位 %[1]s`；给人设岗位：`/设管理 @userid %[1]s`。",
			EN: "“%s” is a job, not a command. To answer the set-up: `/setup job %[2]s`; to give somebody the job: `/admin add @userid %[2]s`.",
		}.F(j.Label(), chat.Text{ZH: j.Label().ZH, EN: string(j)})
	}
	if l, ok := access.ParseLevel(words[0]); ok {
		return chat.Text{
			ZH: "“%s”是级别，不是命令。回答设置向导：`/向导 级别 %[1]s`；给人设级别：`/设管理 @userid %[1]s`。",
			EN: "“%s” is a level, not a command. To answer the set-up: `/setup level %[1]s`; to give somebody the level: `/admin add @userid %[1]s`.",
		}.F(chat.Text{ZH: l.Label().ZH, EN: l.String()})
	}
	i, ok := access.ParseItem(words[0])
	if !ok || i.Family() == access.Governance {
		return chat.Text{}
	}
	return chat.Text{
		ZH: "“%s”是一项权限，没有这个命令：它要在企业微信里手工操作（`/指引`）。您有没有这项权限：`/能否 %[2]s`。",
		EN: "“%s” is an item, and no command does it: it is done by hand in WeCom (`/guide`). Whether you hold it: `/can %[2]s`.",
	}.F(i.Label(), chat.Text{ZH: wordOf(i).ZH, EN: i.String()})
}

// noGroup asks for a group, and offers the first few as buttons.
func noGroup(c Call) *Refusal {
	head := chat.Text{
		ZH: "这条命令要针对一个群：请点下面的群，或在命令里写 `#群名`。以后都针对同一个群：`/选群 群名`。",
		EN: "This command is about a group: press one below, or write `#NAME` in the command. To be about the same one from now on: `/use NAME`.",
	}
	groups := c.Groups.All()
	if len(groups) == 0 {
		return &Refusal{Text: chat.Text{
			ZH: "机器人还不认识任何群。在群里 @ 机器人说一句话，或等下一次同步。",
			EN: "The bot knows no group yet. Mention it in one, or wait for the next sync.",
		}}
	}
	said, again := sayAgain(c.Message.Text)
	card := &chat.Card{Title: chat.Text{ZH: "选一个群", EN: "Choose a group"}, Body: chat.Text{
		ZH: "之后您的私聊命令都针对它", EN: "Your direct messages will be about it"}}
	if again {
		card.Body = chat.Text{ZH: "对哪个群：%s", EN: "In which group: %s"}.F(said)
	}
	lines := []chat.Text{head}
	for i, g := range groups {
		if i == 10 {
			lines = append(lines, chat.Text{ZH: "- …（/群列表 看全部）", EN: "- … (/groups lists all)"})
			break
		}
		lines = append(lines, chat.Text{ZH: "- `/选群 %s`", EN: "- `/use %s`"}.F(first(g.Name, string(g.ID))))
		if i < 6 {
			command := "/use " + string(g.ID)
			if again {
				command = said + " #" + string(g.ID)
			}
			card.Buttons = append(card.Buttons, chat.Button{Label: chat.Same(clipRunes(first(g.Name, string(g.ID)), 10)), Command: command})
		}
	}
	return &Refusal{Text: chat.Lines(lines...), Card: card}
}

// longestAgain is up to how many bytes a command is put on a button.
const longestAgain = 120

// sayAgain is what was said, if a button can say it again for one group: one short line that names no group.
func sayAgain(text string) (said string, ok bool) {
	said = strings.TrimSpace(text)
	return said, said != "" && len(said) <= longestAgain && !strings.ContainsAny(said, "\n#＃`*_[]\\")
}

// clipParts cuts behind the last word that fits as a whole.
func clipParts(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	for end := n - 1; end > n/2; end-- {
		if strings.ContainsRune("、，；。 ", r[end]) {
			return strings.TrimRight(string(r[:end]), ",;: ：") + "…"
		}
	}
	return clipRunes(s, n)
}

func clipRunes(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Moment writes a moment in the bot's zone.
func (c Call) Moment(at time.Time) string { return grammar.FormatMoment(at, c.Zone) }

// Near writes a moment as people say it who look at it now: without its day if that is today, else with the word for
// yesterday or tomorrow, or with the weekday within a week. It is for answers about what is and comes; what is kept and
// read later needs Moment.
func (c Call) Near(at time.Time) chat.Text { return grammar.NearMoment(at, c.Now, c.Zone) }

// lastKnown answers a command from what is remembered, while storage is away.
func (t *turn) lastKnown() (chat.Reply, error) {
	group := t.message.Group
	if group == "" {
		group = journal.Chosen
	}
	if said := t.match.Group; said != "" {
		group = t.guess(said)
	}
	found := t.bot.Ledger.LastKnown(t.want(group, journal.Want{}))
	if group == journal.Chosen {
		group = found.Chosen
	}
	t.facts = facts{group: group, found: found}
	c := t.call()
	if t.match.Problem != nil || !c.Group.Bound() {
		return chat.Reply{}, chat.ErrUnavailable
	}
	out, err := t.command.Run(c)
	if err != nil || len(out.Events)+len(out.Effects) > 0 {
		return chat.Reply{}, chat.ErrUnavailable
	}
	t.ended = "stale"
	out.Reply.Text = out.Reply.Text.Plus(chat.Text{
		ZH: "\n（存储暂时不可用；这是 %s 的最后已知情况。）",
		EN: "\n(Storage is away; this is the last known state, as of %s.)",
	}.F(c.Moment(c.AsOf())))
	return out.Reply, nil
}
