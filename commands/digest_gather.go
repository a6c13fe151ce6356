package commands

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/review"
	"qunguan/bot/sla"
)

// mostDigested is how many entries of one group a digest looks at. Where there are more it says so.
const mostDigested = 200

// DigestReads are the aggregates of some groups that a digest looks at.
func DigestReads(groups []chat.Group) []journal.Name {
	out := []journal.Name{review.All}
	for _, g := range groups {
		out = append(out, access.Of(g), directory.OfGroup(g), duty.Of(g), review.Of(g))
	}
	return out
}

// digestWant is what else a digest of groups asks for: a query and a tally each, in their order.
func digestWant(groups []chat.Group, s digest.Span) journal.Want {
	var w journal.Want
	for _, g := range groups {
		w.Queries = append(w.Queries, journal.Query{Group: g, Since: s.Since, Limit: mostDigested})
		w.Tallies = append(w.Tallies, journal.Days{Group: g, From: s.Since, Until: s.Now})
		w.Clocks = append(w.Clocks, g)
	}
	return w
}

// DigestGroups says what there is to say about groups whose DigestReads were read. need is what must be read first.
func DigestGroups(c bot.Call, groups []chat.Group, s digest.Span) (found []digest.Group, need journal.Want) {
	if c.Queries() == 0 && len(groups) > 0 {
		return nil, digestWant(groups, s)
	}
	for n, g := range groups {
		in := c
		if in.Group = bot.At[directory.Group](c, directory.OfGroup(g)); !in.Group.Bound() {
			continue
		}
		in.Access = c.In(g)
		d := digest.Group{Managers: managersOf(c, g, "")}
		d.Findings = append(d.Findings, waitingLong(in)...)
		add := func(t digest.Topic, lines []chat.Text, more bool) {
			if len(lines) > 0 {
				d.Findings = append(d.Findings, digest.Finding{
					Topic: t, Group: g, Name: chat.Same(in.Group.Title()), N: len(lines), More: more, Lines: lines,
				})
			}
		}
		entries, more := c.Entries(n)
		told := tellEntries(in, g, entries)
		if f := told.suspicions(g, more); f.N > 0 {
			f.Name = chat.Same(in.Group.Title())
			d.Findings = append(d.Findings, f)
		}
		add(digest.OfGaps, gapsAhead(in, s), false)
		if s.Period == digest.Weekly {
			d.Findings = append(d.Findings, reviewsDue(in)...)
			add(digest.OfNos, told.nos, more)
			if n := len(d.Findings) - 1; len(told.nos) > 0 {
				d.Findings[n].N = told.refused
			}
			add(digest.OfChanges, told.changes, more)
			add(digest.OfDrift, undrifted(drifts(in, in.Access.Admins(g, c.Now))), false)
			add(digest.OfEnds, endings(in, s), false)
			d.Findings = append(d.Findings, lateAnswers(in, c.Sheet(n).Total(sla.First))...)
		}
		found = append(found, d)
	}
	return found, journal.Want{}
}

// undrifted takes the mark of a list from lines.
func undrifted(lines []chat.Text) []chat.Text {
	for i, l := range lines {
		lines[i] = chat.Text{ZH: strings.TrimPrefix(l.ZH, "- 漂移："), EN: strings.TrimPrefix(l.EN, "- drift: ")}
	}
	return lines
}

// tellings are what entries come to.
type tellings struct {
	acts, nos, changes []chat.Text
	whose              []chat.User // the acts
	refused            int         // how often, of all in nos
}

// suspicions are the suspicious acts as a finding: each is told to all who should hear of it but whoever it is about.
func (t tellings) suspicions(g chat.Group, more bool) digest.Finding {
	return digest.Finding{Topic: digest.OfActs, Group: g, N: len(t.acts), More: more, Lines: t.acts, Whose: t.whose}
}

// noise are kinds of events that nobody decided upon, or that are told otherwise. What the bot did by itself is none of
// the changes either: somebody had decided upon it before.
var noise = []string{"group.", "person.", "task.", "reminder.", "command.", "digest.", "canary.", "sla.", "shift.", "preference.", "ticket.", "audit."}

// tellEntries tells what happened in a group, or, with the zero Group, beside all groups, the newest first. Refusals are
// told by person.
func tellEntries(c bot.Call, g chat.Group, entries []journal.Entry) tellings {
	var out tellings
	var who []chat.User
	refused := map[chat.User]int{}
	for _, e := range entries {
		switch {
		case e.Outcome == journal.Refused:
			if refused[e.Actor]++; refused[e.Actor] == 1 {
				who = append(who, e.Actor)
			}
		case e.Kind == digest.Suspected:
			for _, ch := range e.Changes {
				if s, err := journal.Decode[digest.Suspicion](ch.After); ch.After != nil && err == nil && s.Group == g {
					out.acts, out.whose = append(out.acts, suspicionText(c, s)), append(out.whose, s.Who)
				}
			}
		case reports(e): // those who decide were told of it, and whoever it is about must not learn by whom
		case e.Outcome == journal.Done && e.Actor != "" && len(e.Changes) > 0 && !slices.ContainsFunc(noise, func(p string) bool { return strings.HasPrefix(string(e.Kind), p) }):
			out.changes = append(out.changes, changeTold(c, e))
		}
	}
	for _, u := range who {
		out.refused += refused[u]
		out.nos = append(out.nos, chat.Text{ZH: "%s 被拒 %d 次", EN: "%s was refused %d times"}.F(calledIn(c, u), refused[u]))
	}
	return out
}

// changeTold tells a change in a few plain words.
func changeTold(c bot.Call, e journal.Entry) chat.Text {
	what := chat.Same(string(e.Kind))
	if h, ok := Happenings()[e.Kind]; ok {
		what = h.Text
	}
	who := chat.Text{ZH: "机器人", EN: "the bot"}
	if e.Actor != "" {
		who = chat.Same(calledIn(c, e.Actor))
	}
	t := chat.Text{ZH: "#%d %s %s", EN: "#%d %s %s"}.F(e.N, who, what)
	if len(e.Targets) > 0 {
		t = t.Plus(chat.Same(" → " + calledIn(c, e.Targets[0])))
	}
	if n := len(e.Targets); n > 1 {
		t = t.Plus(chat.Text{ZH: " 等 %s 人", EN: " and %s more"}.F(chat.Text{ZH: strconv.Itoa(n), EN: strconv.Itoa(n - 1)}))
	}
	return t.Plus(becameOf(e))
}

// becameOf is what somebody's level became, if one person's role is what an entry changed; of an entry that is about
// nobody, what was typed.
func becameOf(e journal.Entry) chat.Text {
	if len(e.Targets) == 0 && e.Command != "" {
		typed, _, _ := strings.Cut(e.Command, " --")
		if r := []rune(typed); len(r) > mostTyped {
			typed = string(r[:mostTyped]) + "…"
		}
		return chat.Text{ZH: "：", EN: ": "}.Plus(chat.Same(typed))
	}
	if len(e.Targets) != 1 {
		return chat.Text{}
	}
	for _, temporary := range []bool{false, true} {
		for _, ch := range e.Changes {
			if ch.Key != access.RoleKey(e.Targets[0], temporary) || ch.After == nil {
				continue
			}
			after, err := journal.Decode[access.Role](ch.After)
			if err != nil {
				return chat.Text{}
			}
			level := after.Level.Label()
			if before, err := journal.Decode[access.Role](ch.Before); ch.Before != nil && err == nil && before.Level != after.Level {
				return chat.Text{ZH: "：%s → %s", EN: ": %s → %s"}.F(before.Level.Label(), level)
			}
			return chat.Text{ZH: "：", EN: ": "}.Plus(level)
		}
	}
	return chat.Text{}
}

// mostTyped is how many characters of a command one line shows.
const mostTyped = 30

// gapsAhead are the times without anybody on duty, of a group that has a roster.
func gapsAhead(c bot.Call, s digest.Span) []chat.Text {
	var out []chat.Text
	for _, t := range bot.At[duty.Roster](c, duty.Of(c.Group.ID)).Vacant(s.Now.In(c.Zone), s.Ahead.In(c.Zone)) {
		from, until := t.Start, t.End
		if from.Before(s.Now) {
			from = s.Now
		}
		out = append(out, chat.Text{ZH: "%s 到 %s", EN: "%s to %s"}.F(c.Moment(from), until.In(c.Zone).Format("15:04")))
	}
	return out
}

// reviewsDue are the admins of a group about whom somebody has yet to decide. It is of the week: each morning reviewers
// are reminded by themselves, and nobody needs to hear it twice.
func reviewsDue(c bot.Call) []digest.Finding {
	f := digest.Finding{Topic: digest.OfReviews, Group: c.Group.ID, Name: chat.Same(c.Group.Title())}
	for _, x := range bot.At[review.Book](c, review.All).Campaigns() {
		closes := x.Closes
		if x.State == review.Late {
			closes = x.Ends
		}
		if !x.State.Decidable() {
			continue
		}
		open := slices.DeleteFunc(bot.At[review.Sheet](c, review.Of(c.Group.ID)).Of(x.ID), func(k review.Case) bool { return !k.Pending() })
		if len(open) == 0 {
			continue
		}
		f.N += len(open)
		f.Lines = append(f.Lines, chat.Text{ZH: "%s：%d 位还没有人决定，%s 截止", EN: "%s: %d to be decided by %s"}.F(
			campaignTold(x), len(open), c.Moment(closes)))
	}
	if f.N == 0 {
		return nil
	}
	return []digest.Finding{f}
}

// campaignTold names a campaign in plain text.
func campaignTold(x review.Campaign) chat.Text {
	if x.Kind == review.Event {
		return chat.Text{ZH: "大事前的复核", EN: "review before an event"}
	}
	return campaignText(x)
}

// longWait is how long somebody may wait before it is told, even where no duty hours have passed.
const longWait = 24 * time.Hour

// waitingLong are the customers of a group who still wait, once one of them has waited too long: clocks that have not
// closed are in no tally.
func waitingLong(c bot.Call) []digest.Finding {
	w, waits, _ := whoWaits(c, c.Group.ID)
	if so := c.Now.Sub(w.Opened); !waits || !w.Late(c.Now) && so < longWait && (!w.Due.IsZero() || so <= w.Limit) {
		return nil
	}
	n := 1 + len(c.Clock(c.Group.ID).Behind().Others)
	return []digest.Finding{{
		Topic: digest.OfWaiting, Group: c.Group.ID, Name: chat.Same(c.Group.Title()), N: n,
		Lines: []chat.Text{chat.Text{ZH: "还有 %d 位客户在等，最久 %s（%s 起）", EN: "%d still wait, the longest for %s (since %s)"}.F(
			n, waitText(c.Now.Sub(w.Opened)), c.Moment(w.Opened))},
	}}
}

// lateAnswers are the answers that came late.
func lateAnswers(c bot.Call, t sla.Tally) []digest.Finding {
	if t.Breaches == 0 {
		return nil
	}
	return []digest.Finding{{
		Topic: digest.OfAnswers, Group: c.Group.ID, Name: chat.Same(c.Group.Title()), N: int(t.Breaches),
		Lines: []chat.Text{chat.Text{ZH: "首次响应 %d 次，其中超时 %d 次，最久 %s", EN: "%[2]d of %[1]d late, the longest %[3]s"}.F(
			t.Count(), t.Breaches, took(c, t.Max().Round(time.Second)))},
	}}
}

// calledIn is what somebody is called in the group; who is not in it is asked about.
func calledIn(c bot.Call, who chat.User) string {
	if _, in := c.Group.Member(who); !in {
		_ = c.Name(who) // has them read
	}
	return plainName(c, who)
}
