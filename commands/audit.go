package commands

import (
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/request"
)

var _ = declare(audit)

// perPage is how many entries one reply of /audit shows.
const perPage = 10

func refusedOnly() grammar.ChoiceHole[bool] {
	return grammar.Choice("refused", func(s string) (bool, bool) {
		switch strings.ToLower(s) {
		case "refused", "被拒", "拒绝", "被拒绝":
			return true, true
		}
		return false, false
	}, chat.Text{ZH: "被拒", EN: "refused"})
}

// allGroups widens what is asked for to all groups, and to what belongs to none.
func allGroups() grammar.ChoiceHole[bool] {
	return grammar.Choice("all", func(s string) (bool, bool) {
		switch strings.ToLower(s) {
		case "everywhere", "所有群", "全部群", "全公司":
			return true, true
		}
		return false, false
	}, chat.Text{ZH: "所有群", EN: "everywhere"})
}

// audit shows the journal: of the group to whoever holds audit, of oneself to everybody.
func audit() bot.Command {
	number, before, f := grammar.Number("number"), grammar.Number("before"), newFilters()
	return bot.Command{
		Name: "audit",
		Forms: []string{
			"/audit {number}", "/审计 {number}",
			"/audit <[{who}] [{all}] [{item}] [{refused}] [(since|from|从) {since}] [(until|到) {until}] [(before|早于) {before}]>",
			"/审计 <[{who}] [{all}] [{item}] [{refused}] [(从|since|from) {since}] [(到|until) {until}] [(早于|before) {before}]>",
		},
		Examples: []chat.Text{{ZH: "/审计 @lisi 禁言 被拒 从 2026-11-01", EN: "/audit @lisi mute refused since 2026-11-01"}},
		Holes:    append(f.holes(), number, before),
		Help:     chat.Text{ZH: "谁在何时做了什么、被拒了什么。", EN: "Who did what and when, and what was refused."},
		Anywhere: true,
		Who:      auditors,
		Asks:     asksCampaigns,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if number.Given(c.Args) {
				return auditOne(c, journal.Query{N: number.Of(c.Args), Limit: 1})
			}
			q, err := f.query(c)
			if err != nil {
				return bot.Outcome{}, err
			}
			q.Limit, q.Before, q.Partial = perPage, before.Of(c.Args), true
			if c.Queries() == 0 {
				return bot.Outcome{Need: journal.Want{Queries: byAndTo(q)}}, nil
			}
			return auditPage(c, q)
		},
	}
}

// filters are what narrows the journal down, the same wherever it is asked for.
type filters struct {
	who        grammar.PersonHole
	all        grammar.ChoiceHole[bool]
	what       grammar.ChoiceHole[access.Item]
	refused    grammar.ChoiceHole[bool]
	since, end grammar.MomentHole
}

func newFilters() filters {
	return filters{
		who: grammar.Person("who"), all: allGroups(), what: item(), refused: refusedOnly(),
		since: grammar.Moment("since").Past(), end: grammar.Moment("until").Past(),
	}
}

func (f filters) holes() []grammar.Hole {
	return []grammar.Hole{f.who, f.all, f.what, f.refused, f.since, f.end}
}

// query is what they select of the group; whoever may not read all of it reads their own, unless they name somebody else.
func (f filters) query(c bot.Call) (journal.Query, error) {
	a := c.Args
	q := journal.Query{Group: c.Group.ID, Refused: f.refused.Given(a)}
	if f.all.Given(a) {
		if !c.Access.IsOwner(c.Actor.ID) {
			return q, &bot.Refusal{Text: chat.Text{
				ZH: "所有群的审计由超级管理员看：%s。不写“所有群”就是本群的。", EN: "The journal of all groups is for owners: %s. Without “everywhere” it is this group's.",
			}.F(c.Few(c.Access.Company.Owners()))}
		}
		q.Group = ""
	}
	if f.what.Given(a) {
		q.Item = f.what.Of(a).String()
	}
	if f.since.Given(a) {
		q.Since = f.since.Of(a)
	}
	if f.end.Given(a) {
		q.Until = f.end.Of(a)
	}
	if f.who.Given(a) {
		m, err := c.Find(f.who.Ref(a))
		if err != nil {
			return q, err
		}
		q.Actor = m.ID
	}
	if err := mayReadAll(c, q.Actor); err != nil {
		if f.who.Given(a) {
			return q, err
		}
		q.Actor = c.Actor.ID // everybody reads their own
	}
	return q, nil
}

// byAndTo asks for what somebody did, and for what was done to them: whoever asks what happened means both.
func byAndTo(q journal.Query) []journal.Query {
	if q.Actor == "" {
		return []journal.Query{q}
	}
	to := q
	to.Actor, to.Target = "", q.Actor
	return []journal.Query{q, to}
}

// entriesShown is the entries of a page, the newest first, each once; more says that there are older ones.
func entriesShown(c bot.Call) (entries []journal.Entry, more bool) {
	entries, more = changed(c, 0, c.Queries())
	entries = slices.DeleteFunc(entries, func(e journal.Entry) bool { return hidesEntry(c, e) })
	if len(entries) > perPage {
		return entries[:perPage], true
	}
	return entries, more
}

// mayReadAll lets everybody read their own entries and whoever holds audit those of others.
func mayReadAll(c bot.Call, actor chat.User) error {
	if actor == c.Actor.ID {
		return nil
	}
	return mayAudit(c, actor)
}

func mayRead(c bot.Call, e journal.Entry) error {
	if e.Actor == c.Actor.ID {
		return nil
	}
	for _, t := range e.Targets {
		if t == c.Actor.ID {
			return nil
		}
	}
	if e.Group == "" {
		return mayAuditCompany(c, e.Actor)
	}
	return mayAudit(c, e.Actor)
}

func noEntry(n int64) chat.Text {
	if n < 1 {
		return chat.Text{ZH: "编号从 1 开始。", EN: "Numbers begin with 1."}
	}
	return chat.Text{ZH: "没有 #%d 这一条。", EN: "There is no entry #%d."}.F(n)
}

func auditOne(c bot.Call, q journal.Query) (bot.Outcome, error) {
	if q.N < 1 {
		return bot.Refuse(noEntry(q.N))
	}
	if c.Queries() == 0 {
		return bot.Outcome{Need: journal.Want{Queries: []journal.Query{q}}}, nil
	}
	found, _ := c.Entries(0)
	if len(found) == 0 {
		return bot.Refuse(noEntry(q.N))
	}
	e := found[0]
	if e.Group != c.Group.ID && e.Group != "" && e.Actor != c.Actor.ID && !c.Access.IsOwner(c.Actor.ID) {
		return bot.Refuse(chat.Text{
			ZH: "#%d 属于另一个群，请先 `/选群` 到那个群再查。", EN: "#%d belongs to another group; `/use` that one first.",
		}.F(q.N))
	}
	if err := mayRead(c, e); err != nil {
		return bot.Outcome{}, err
	}
	if hushed(c, e) {
		return bot.Refuse(chat.Text{ZH: "#%d：", EN: "#%d: "}.F(e.N).Plus(reviewOfYou))
	}
	lines := []chat.Text{entryLine(c, e)}
	if underReview(c.Actor.ID, e, reviews.Of(c)) {
		return told(append(lines, reviewOfYou)...), nil
	}
	if _, ok := reportOn(c, e); ok {
		return told(append(lines, chat.Text{ZH: "这是对您的举报，谁举报的不告诉您。", EN: "It is about a report on you; by whom is not told to you."})...), nil
	}
	if e.Command != "" {
		lines = append(lines, chat.Text{ZH: "原话：`%s`", EN: "Typed: `%s`"}.F(strings.ReplaceAll(e.Command, "`", "'")))
	}
	for n, ch := range e.Changes {
		if n == mostChanges {
			lines = append(lines, chat.Text{ZH: "- 另有 %d 条记录", EN: "- and %d more records"}.F(len(e.Changes)-n))
			break
		}
		switch kind := ch.Of.Kind(); {
		case slices.Contains(ownRecords, kind):
		case kind == "request":
			lines = append(lines, requestState(c, ch)) // the record keeps the act that it asks for, in full; that is told where it is done
		default:
			lines = append(lines, chat.Same("- ").Plus(Wording{Zone: c.Zone, Person: c.Name}.Change(ch)))
		}
	}
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
}

// mostChanges is how many records of one entry are shown: a review is prepared by the hundred.
const mostChanges = 30

func auditPage(c bot.Call, q journal.Query) (bot.Outcome, error) {
	entries, more := entriesShown(c)
	head := chat.Text{ZH: "**所有群的审计**", EN: "**Audit of all groups**"}
	if q.Group != "" {
		head = chat.Text{ZH: "**%s 的审计**", EN: "**Audit of %s**"}.F(chat.Escape(c.Group.Title()))
	}
	if q.Actor != "" {
		head = head.Plus(chat.Text{ZH: "，%s 做的和对其做的", EN: ", by %s and to them"}.F(c.Name(q.Actor)))
	}
	lines := []chat.Text{head}
	for _, e := range entries {
		to := chat.Text{}
		if q.Actor != "" && e.Actor != q.Actor {
			to = chat.Text{ZH: "【对其】", EN: "[to them] "}
		}
		where := chat.Text{}
		if q.Group == "" && e.Group != "" {
			where = chat.Text{ZH: "（%s）", EN: " (%s)"}.F(groupName(c, e.Group))
		}
		lines = append(lines, chat.Same("- ").Plus(to).Plus(entryLine(c, e)).Plus(where))
	}
	if len(entries) == 0 {
		lines = append(lines, chat.Text{ZH: "没有符合的记录。", EN: "Nothing matches."})
	}
	if more {
		last := entries[len(entries)-1].N
		lines = append(lines, chat.Text{
			ZH: "还有更早的：同一命令加 `早于 #%d`。", EN: "There is more: add `before #%d` to the same command.",
		}.F(last))
	}
	for n := range c.Queries() {
		if !more && c.Beyond(n) {
			lines = append(lines, chat.Text{ZH: "更早的已归档到文件。", EN: "Older ones were archived. "}.Plus(c.ArchivedText()))
			break
		}
	}
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
}

// entryLine tells an entry in one line.
func entryLine(c bot.Call, e journal.Entry) chat.Text {
	what := chat.Same(string(e.Kind))
	if h, ok := Happenings()[e.Kind]; ok {
		what = h.Text
	}
	actor := c.Name(e.Actor)
	if hidesActor(c, e) {
		actor = chat.Text{ZH: "一位成员", EN: "a member"}
	}
	t := chat.Text{ZH: "#%d %s %s %s", EN: "#%d %s %s %s"}.F(e.N, c.Moment(e.At), actor, what)
	if len(e.Items) > 0 {
		if i, ok := access.ParseItem(e.Items[0]); ok && e.Outcome == journal.Refused {
			t = t.Plus(chat.Text{ZH: "：%s", EN: ": %s"}.F(i.Label()))
		}
	}
	if len(e.Targets) > 0 {
		names := make([]chat.Text, 0, len(e.Targets))
		for _, u := range e.Targets {
			names = append(names, c.Name(u))
		}
		t = t.Plus(chat.Text{ZH: " → %s", EN: " → %s"}.F(list(names)))
	}
	if e.Undoes != 0 {
		t = t.Plus(chat.Text{ZH: "（撤销 #%d）", EN: " (undoes #%d)"}.F(e.Undoes))
	}
	if e.Outcome != journal.Done {
		t = t.Plus(chat.Text{ZH: "【%s】", EN: " [%s]"}.F(OutcomeText(e.Outcome)))
	}
	if e.Rule != "" {
		t = t.Plus(chat.Text{ZH: "（%s）", EN: " (%s)"}.F(e.Rule))
	}
	return t.Plus(agreedBy(c, e)).Plus(because(e.Reason))
}

// requestState tells how far a request came with a change of its record.
func requestState(c bot.Call, ch journal.Change) chat.Text {
	raw := ch.After
	if raw == nil {
		raw = ch.Before
	}
	r, err := journal.Decode[request.Request](raw)
	if err != nil {
		return chat.Same("- `" + string(ch.Of) + "` " + ch.Key)
	}
	t := chat.Text{ZH: "- 申请（%s）：%s", EN: "- request (%s): %s"}.F(firstLine(c.Wanted(r)), stateText(r.State))
	if ch.After == nil {
		return t.Plus(chat.Text{ZH: "，移出名册", EN: ", off the book"})
	}
	for _, v := range r.Yes {
		t = t.Plus(chat.Text{ZH: "；%s 于 %s 同意%s", EN: "; %s agreed at %s%s"}.F(verdictBy(c, v), c.Moment(v.At), because(v.Reason)))
	}
	for _, v := range r.No {
		t = t.Plus(chat.Text{ZH: "；%s 于 %s 反对%s", EN: "; %s refused at %s%s"}.F(verdictBy(c, v), c.Moment(v.At), because(v.Reason)))
	}
	return t
}

func stateText(s request.State) chat.Text {
	switch s {
	case request.Waiting:
		return chat.Text{ZH: "尚未开始", EN: "yet to open"}
	case request.Open:
		return chat.Text{ZH: "等待决定", EN: "waits for a decision"}
	case request.Approved:
		return chat.Text{ZH: "已同意", EN: "approved"}
	case request.Rejected:
		return chat.Text{ZH: "已驳回", EN: "rejected"}
	case request.Expired:
		return chat.Text{ZH: "已过期", EN: "lapsed"}
	case request.Withdrawn:
		return chat.Text{ZH: "已收回", EN: "withdrawn"}
	case request.Moot:
		return chat.Text{ZH: "已作废", EN: "came to nothing"}
	}
	return chat.Same(string(s))
}

// agreedBy names those who have agreed to what an entry did, where that was asked for first.
func agreedBy(c bot.Call, e journal.Entry) chat.Text {
	for _, ch := range e.Changes {
		if ch.Of.Kind() != "request" || ch.After == nil || e.Kind == request.Agreed {
			continue
		}
		if r, err := journal.Decode[request.Request](ch.After); err == nil && r.State == request.Approved && len(r.Yes) > 0 {
			return chat.Text{ZH: "，经 %s 同意", EN: ", with the consent of %s"}.F(voters(c, r))
		}
	}
	return chat.Text{}
}

// OutcomeText is how an entry ended, in a word.
func OutcomeText(o journal.Outcome) chat.Text {
	switch o {
	case journal.Refused:
		return chat.Text{ZH: "被拒", EN: "refused"}
	case journal.Expired:
		return chat.Text{ZH: "到期", EN: "expired"}
	case journal.Failed:
		return chat.Text{ZH: "故障", EN: "failed"}
	case journal.Done:
	}
	return chat.Text{ZH: "完成", EN: "done"}
}
