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

// This file holds what commands do to several people at once: each line is done or told with its cause, what is done
// is one entry, and what failed for the same cause is told together with what to do about it (R33).

// nominee is one person of a list, with what stands beside them.
type nominee struct {
	ref    grammar.Ref
	level  access.Level
	job    access.Job
	unread string // a word that is neither a level nor a job
}

// listed says which words may stand beside a person in a pasted list.
func listed(s string) bool {
	_, isLevel := access.ParseLevel(s)
	_, isJob := access.ParseJob(s)
	return isLevel || isJob
}

// nominees reads a pasted list; where a line names no level or job, that of the whole list counts. A line without a
// person is the reason.
func nominees(c bot.Call, lines []grammar.Line, level access.Level, job access.Job) (out []nominee, reason string) {
	var remarks []string
	for _, l := range lines {
		if len(l.People) == 0 {
			remarks = append(remarks, strings.Join(l.Words, " "))
			continue
		}
		one := nominee{level: level, job: job}
		for _, w := range l.Words {
			if lvl, ok := access.ParseLevel(w); ok {
				one.level = lvl
			} else if j, ok := access.ParseJob(w); ok {
				one.job = j
			} else if j, ok := access.JobName(w); ok && knownJob(c, j) {
				one.job = j
			} else if one.unread == "" {
				one.unread = w
			}
		}
		for _, r := range l.People {
			one.ref = r
			out = append(out, one)
		}
	}
	return out, strings.Join(remarks, " ")
}

// foundByName asks to look again at whom a name, which anybody gives themselves, was taken for.
var foundByName = chat.Text{ZH: "按姓名或邮箱找到的人，请核对 userid", EN: "found by name or e-mail; check the userid"}

// batch is what came of a list.
type batch struct {
	done, bad []result
	facts     access.Facts // with what is done
	denied    error        // why the last one failed
	refused   *bot.Denied  // the first no of a rule, about all who were refused by one; nil if none was
	byName    bool         // somebody was found by another word than the userid
	senior    bool         // somebody gets, or loses, the highest level
	taken     chat.Text    // what somebody can now and could not any more; zero if nobody loses anything
	second    chat.Text    // why a second person must agree; zero if nobody must
}

// fail notes that somebody cannot be done, and why.
func (b *batch) fail(said chat.Text, err error, why, next chat.Text) {
	b.denied = err
	b.bad = append(b.bad, result{line: said, why: why, next: next})
}

// wants notes that a second person must agree: to all of the list, which is one entry.
func (b *batch) wants(second chat.Text) {
	if !second.IsZero() {
		b.second = second
	}
}

// refuse notes a rule's no.
func (b *batch) refuse(c bot.Call, who chat.User, d access.Decision) {
	b.denied = &bot.Denied{Decision: d, Item: access.Admins, Target: who}
	if b.refused == nil {
		b.refused = &bot.Denied{Decision: d, Item: access.Admins}
	}
	b.refused.All = append(b.refused.All, who)
	b.bad = append(b.bad, keptOut(c, b.facts, who, d))
}

// find finds the person that a line means, or notes why not.
func (b *batch) find(c bot.Call, r grammar.Ref, must func(bot.Call, chat.Member) error) (chat.Member, bool) {
	m, err := c.Find(r)
	said := chat.Same("“" + chat.Escape(r.Said) + "”")
	if err == nil && m.Kind == chat.Staff && must != nil {
		err, said = must(c, m), c.Name(m.ID)
	}
	if err == nil {
		return m, !slices.ContainsFunc(b.done, func(done result) bool { return done.who == m.ID }) // named twice
	}
	refusal, ok := err.(*bot.Refusal) //nolint:errorlint // Find returns it bare
	if ok && !refusal.Cause.IsZero() {
		b.fail(said, err, refusal.Cause, refusal.Next)
		return m, false
	}
	b.fail(chat.Text{}, err, cause(err), chat.Text{})
	return m, false
}

// appointAll appoints everybody of a list who can be.
func appointAll(c bot.Call, people []nominee, a access.Appointment) (batch, error) {
	b := batch{facts: c.Access}
	for _, n := range people {
		if n.unread != "" {
			why := chat.Text{ZH: "看不懂“%s”：既不是级别，也不是岗位", EN: "“%s” is neither a level nor a job"}.F(chat.Escape(n.unread))
			next := chat.Text{ZH: "级别：高级、中级、普通；岗位：%s。", EN: " Levels: senior, mid, junior; jobs: %s."}.F(list(allJobs(c)))
			b.fail(chat.Same("“"+chat.Escape(n.ref.Said)+"”"), &bot.Refusal{Text: why.Plus(chat.Text{ZH: "。", EN: "."}).Plus(next)}, why, next)
			continue
		}
		m, ok := b.find(c, n.ref, here)
		if !ok {
			continue
		}
		one := a
		one.Who, one.WhoKind, one.Level, one.Job = m.ID, m.Kind, n.level, n.job
		one.NoContact = contactRight(c, m) == chat.RightMissing
		changes, d, second := secondPerson(b.facts, func(f access.Facts) (access.Change, access.Decision) {
			return f.Appoint(c.Group.ID, one, c.Now)
		})
		if why := emptyPair(c, d, one); !why.IsZero() {
			b.fail(c.Name(m.ID), giveNothing(c, d, one), why, pairNext(c, one))
			continue
		}
		if !d.Allowed {
			b.refuse(c, m.ID, d)
			continue
		}
		after, err := b.facts.After(c.Group.ID, changes)
		if err != nil {
			return b, fmt.Errorf("appoint %s: %w", m.ID, err)
		}
		if lost := takes(c, b.facts, after, m.ID, changes); b.taken.IsZero() {
			b.taken = lost
		}
		b.facts = after
		b.wants(second)
		b.byName = b.byName || string(m.ID) != n.ref.Said
		b.senior = b.senior || senior(changes)
		b.done = append(b.done, result{who: m.ID, changes: changes, line: appointed(c, m.ID, changes)})
	}
	return b, nil
}

// emptyPair says that a level and a job give nothing together; zero where that is not why.
func emptyPair(c bot.Call, d access.Decision, a access.Appointment) chat.Text {
	if d.Rule != access.RuleNothingGranted || a.Job == access.NoJob || a.Level == access.NoLevel || pairItems(c, a.Level, a.Job) != 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: "“%s”这个组合没有任何权限", EN: "“%s” gives nothing at all"}.F(roleText(a.Level, a.Job))
}

// pairNext names the lowest level at which the job gives something.
func pairNext(c bot.Call, a access.Appointment) chat.Text {
	for _, l := range []access.Level{access.Junior, access.Mid, access.Senior} {
		if held := pairItems(c, l, a.Job); held != 0 {
			return chat.Text{ZH: "请选%s（%s），或不写岗位。", EN: " Choose %s (%s), or leave the job out."}.F(
				chat.Text{ZH: l.Label().ZH, EN: l.String()}, briefly(c, held))
		}
	}
	return chat.Text{ZH: "请换一个岗位，或不写岗位。", EN: " Choose another job, or leave it out."}
}

// pairItems is what a level and a job give here, also a job of the company's own.
func pairItems(c bot.Call, l access.Level, j access.Job) access.Items {
	r := access.Role{Level: l, Job: j}
	if d, own := c.Access.Company.JobDefinition(j); own {
		r.Grants = d.Items
	}
	return onPlatform(c, r.Items())
}

// takes tells what an appointment takes away from somebody who has it now: it replaces a role, and what is planned for
// later ends what counts until then.
func takes(c bot.Call, before, after access.Facts, who chat.User, changes []journal.Change) chat.Text {
	lost := before.Items(who, before.People[who], c.Group.ID, c.Now).Minus(after.Items(who, after.People[who], c.Group.ID, c.Now))
	r, _ := roleAfter(changes)
	switch {
	case lost == 0:
		return chat.Text{}
	case r.From.After(c.Now):
		return chat.Text{ZH: "%s 现在的授权会被取代，从现在到 %s 失去：%s", EN: "this takes the place of what %s holds now; until %s they lose: %s"}.F(
			c.Name(who), c.Moment(r.From), briefly(c, lost))
	}
	return chat.Text{ZH: "%s 会失去现在的权限：%s", EN: "%s loses what they can do now: %s"}.F(c.Name(who), briefly(c, lost))
}

// dismissAll dismisses everybody of a list who can be.
func dismissAll(c bot.Call, refs []grammar.Ref, reason string) (batch, error) {
	b := batch{facts: c.Access}
	for _, r := range refs {
		m, ok := b.find(c, r, nil)
		if !ok {
			continue
		}
		changes, d, second := secondPerson(b.facts, func(f access.Facts) (access.Change, access.Decision) {
			return f.Dismiss(c.Group.ID, c.Actor.ID, m.ID, reason, c.Now)
		})
		if !d.Allowed {
			b.refuse(c, m.ID, d)
			continue
		}
		b.senior = b.senior || b.facts.LevelOf(m.ID, c.Group.ID, c.Now) == access.Senior
		var err error
		if b.facts, err = b.facts.After(c.Group.ID, changes); err != nil {
			return b, fmt.Errorf("dismiss %s: %w", m.ID, err)
		}
		b.wants(second)
		b.byName = b.byName || string(m.ID) != r.Said
		b.done = append(b.done, result{who: m.ID, changes: changes, line: dismissed(c, m.ID)})
	}
	return b, nil
}

// entry is the one entry of all that is done.
func entry(c bot.Call, kind journal.Kind, done []result, reason string) journal.Event {
	e := journal.Event{Kind: kind, Group: c.Group.ID, Items: rights, Reason: reason}
	for _, d := range done {
		e.Targets, e.Changes = append(e.Targets, d.who), append(e.Changes, d.changes...)
	}
	return e
}

func granted(c bot.Call, done []result, reason string) journal.Event {
	return entry(c, access.Granted, done, reason)
}

// nobody is the no of a list of which nothing could be done; of one person it is that person's.
func (b batch) nobody(head chat.Text) (bot.Outcome, error) {
	if len(b.bad) == 1 {
		return bot.Outcome{}, b.denied
	}
	said := chat.Lines(head, causes(b.bad))
	if b.refused == nil {
		return bot.Refuse(said)
	}
	b.refused.Said = said // to name two people keeps nobody's attempt out of the journal
	return bot.Outcome{}, b.refused
}

func bullets(rs []result) chat.Text {
	lines := make([]chat.Text, len(rs))
	for i, r := range rs {
		lines[i] = chat.Same("- ").Plus(r.line)
	}
	return chat.Lines(lines...)
}

// causes tells what failed by cause: how many, who, and what to do.
func causes(bad []result) chat.Text {
	var order []string
	by := map[string][]result{}
	for _, r := range bad {
		if by[r.why.ZH] == nil {
			order = append(order, r.why.ZH)
		}
		by[r.why.ZH] = append(by[r.why.ZH], r)
	}
	lines := make([]chat.Text, 0, len(order))
	for _, key := range order {
		rs := by[key]
		if rs[0].line.IsZero() {
			lines = append(lines, chat.Same("- ").Plus(rs[0].why))
			continue
		}
		var who []chat.Text
		for _, r := range rs {
			if !slices.Contains(who, r.line) {
				who = append(who, r.line)
			}
		}
		line := chat.Text{ZH: "- %s，%d 人：%s", EN: "- %s, %d of them: %s"}.F(rs[0].why, len(rs), list(who))
		if len(rs) == 1 {
			line = chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(who[0], rs[0].why)
		}
		if next := rs[0].next; !next.IsZero() {
			line = line.Plus(chat.Text{ZH: "。" + next.ZH, EN: "." + next.EN})
		}
		lines = append(lines, line)
	}
	return chat.Lines(lines...)
}

// cause tells an error as one line of a list.
func cause(err error) chat.Text {
	if r, ok := err.(*bot.Refusal); ok { //nolint:errorlint // Find returns it bare
		return chat.Text{ZH: strings.ReplaceAll(r.Text.ZH, "\n", " "), EN: strings.ReplaceAll(r.Text.EN, "\n", " ")}
	}
	return chat.Same(err.Error())
}
