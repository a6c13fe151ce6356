package commands

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
	"qunguan/bot/preference"
	"qunguan/bot/review"
	"qunguan/bot/task"
	"qunguan/bot/ticket"
)

var _ = declare(undo)

// undo restores what was before an entry, as an entry of its own. It knows no kind of event: an entry holds both sides
// of every record, and whoever may do the reverse may undo.
func undo() bot.Command {
	number := grammar.Number("number")
	return bot.Command{
		Name:     "undo",
		Forms:    []string{"/undo [{number}]", "/撤销 [{number}]"},
		Examples: []chat.Text{{ZH: "/撤销 #12", EN: "/undo #12"}},
		Holes:    []grammar.Hole{number},
		Help:     chat.Text{ZH: "撤销一项操作；不写编号为您最近的一项。", EN: "Take an act back; without a number, your latest."},
		Anywhere: true,
		Asks: func(a grammar.Args, c bot.Call) journal.Want {
			if number.Given(a) {
				return journal.Want{Queries: []journal.Query{{N: number.Of(a), Undoable: true, Limit: 1}, {N: number.Of(a), Limit: 1}}}
			}
			since := c.Now.Add(-undoWithin)
			return journal.Want{Queries: []journal.Query{
				{Actor: c.Actor.ID, Undoable: true, Limit: 5, Since: since}, {Actor: c.Actor.ID, Limit: 20, Since: since},
			}}
		},
		Who: chat.Text{ZH: "撤销自己做的：能做相反操作的人；撤销别人做的：还要有“权限策略”。", EN: "Your own acts, if you may do the opposite; those of others take policy, too."},
		Run: func(c bot.Call) (bot.Outcome, error) {
			e, reads, err := undone(c, number)
			if err != nil {
				return bot.Outcome{}, err
			}
			if reads > c.Queries() {
				return bot.Outcome{Need: verdictsLately(c)}, nil
			}
			if want := undoReads(c, e, reads); len(want.Names)+len(want.Queries) > 0 {
				return bot.Outcome{Need: want}, nil
			}
			later, _ := c.Entries(reads)
			out, err := takeBack(c, e, later)
			var d *bot.Denied
			if errors.As(err, &d) && !number.Given(c.Args) {
				d.About = chat.Text{ZH: "没有撤销 %s。", EN: "Not undone: %s. "}.F(entryLine(c, e))
			}
			return out, err
		},
	}
}

// undone is the entry that is to be taken back; reads is how many queries tell which it is.
func undone(c bot.Call, number grammar.NumberHole) (e journal.Entry, reads int, err error) {
	if number.Given(c.Args) {
		e, err = numbered(c, number)
		return e, 2, err
	}
	if c.Queries() >= undoLatestReads {
		e, err = latest(c)
	}
	return e, undoLatestReads, err
}

// primary are the changes of an entry that people made; what followed from them follows anew from their opposite.
func primary(e journal.Entry) []journal.Change {
	rights := slices.ContainsFunc(e.Changes, func(c journal.Change) bool { return c.Of.Kind() == "access" })
	return slices.DeleteFunc(slices.Clone(e.Changes), func(c journal.Change) bool {
		if c.Of.Kind() == ticket.Of("").Kind() && c.Key == ticket.LastKey {
			return true // a number that was given is not given again
		}
		if rights && (c.Of == review.All || c.Of.Kind() == "review") {
			return true // that a review was carried out stays true
		}
		return slices.Contains([]string{"ask", "task", "group", "groups", "reminder", "request", "setup", "shift"}, c.Of.Kind())
	})
}

// undoReads is what must still be read before an entry can be taken back, after the queries that told which it is.
func undoReads(c bot.Call, e journal.Entry, queries int) journal.Want {
	var w journal.Want
	names := []journal.Name{access.Of(e.Group), directory.OfGroup(e.Group), task.Of(e.Group)}
	for _, ch := range primary(e) {
		names = append(names, ch.Of)
		if ch.Of.Kind() == "access" {
			names = append(names, directory.OfGroup(chat.Group(ch.Of.ID())))
		}
	}
	for _, n := range names {
		if !c.Has(n) && (n.ID() != "" || n == moderation.WordsOf("")) {
			w.Names = append(w.Names, n)
		}
	}
	if c.Queries() == queries {
		w.Queries = []journal.Query{{Group: e.Group, Since: e.At, Limit: 50}}
	}
	return w
}

// takeBack checks that nothing has come to depend on the entry, and that the speaker may do the reverse.
func takeBack(c bot.Call, e journal.Entry, later []journal.Entry) (bot.Outcome, error) {
	var changes []journal.Change
	for _, ch := range slices.Backward(primary(e)) {
		if now := c.State(ch.Of).Records[ch.Key]; !bytes.Equal(now, ch.After) {
			return bot.Refuse(moved(e, ch, later))
		}
		back := ch.Opposite()
		back.Due = due(back)
		changes = append(changes, back)
	}
	if whose := preferencesIn(changes); whose != "" && whose != c.Actor.ID {
		return bot.Refuse(chat.Text{
			ZH: "没有改变：#%d 是 %s 自己的通知设置，只有本人能改。", EN: "Nothing has changed: #%d is how %s wants to be notified, and nobody else's to change.",
		}.F(e.N, c.Name(whose)))
	}
	var item access.Item
	_, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
		as := c
		as.Access = f
		var d access.Decision
		d, item = mayUndo(as, e, changes, later)
		return nil, d
	})
	if !d.Allowed {
		return bot.Deny(d, item, "")
	}
	if d := othersAct(c, e); !d.Allowed {
		return bot.Outcome{}, &bot.Denied{Decision: d, Item: access.Policy, Next: notYours}
	}
	event := journal.Event{
		Kind: bot.Undone, Group: e.Group, Targets: e.Targets, Items: e.Items, Reason: e.Reason, Changes: changes,
	}
	out := bot.Outcome{
		Events: []journal.Event{event}, Undoes: e.N, Rule: d.Rule, Second: second,
		Changes: chat.Text{ZH: "撤销 %s", EN: "undo %s"}.F(entryLine(c, e)), Confirm: askBefore(c, e, changes),
	}
	return out, nil
}

var notYours = chat.Text{
	ZH: "撤销别人做的事，要有这一项；能做相反操作的话，请直接发相反的命令。", EN: " To undo what somebody else did takes this item; if you may do the opposite, send that command.",
}

// othersAct asks whether the speaker may take back what somebody else did: that needs Policy besides what the reverse
// needs (requirements, 2). What was done to oneself at somebody's hand is no exception.
func othersAct(c bot.Call, e journal.Entry) access.Decision {
	if e.Actor == c.Actor.ID {
		return access.Decision{Allowed: true, Rule: access.RuleGranted}
	}
	f := c.In(e.Group)
	return access.Decide(f, access.Request{Actor: c.Actor.ID, Item: access.Policy, Group: e.Group, At: c.Now})
}

// moved names what has changed the same record since.
func moved(e journal.Entry, ch journal.Change, later []journal.Entry) chat.Text {
	for _, l := range later {
		if l.N <= e.N {
			continue
		}
		for _, c := range l.Changes {
			if c.Of == ch.Of && c.Key == ch.Key {
				return chat.Text{
					ZH: "#%d 不能撤销：之后 #%d 又改了它。先撤销 #%d，或直接发相反的命令。",
					EN: "#%d cannot be undone: #%d has changed it since. Undo #%d first, or send the opposite command.",
				}.F(e.N, l.N, l.N)
			}
		}
	}
	return chat.Text{
		ZH: "#%d 不能撤销：它改的内容后来又变了。请直接发相反的命令。",
		EN: "#%d cannot be undone: what it changed has changed again. Send the opposite command.",
	}.F(e.N)
}

// mayUndo asks whether the speaker may do the reverse: for rights by the rules of rights, else by the item of the act.
func mayUndo(c bot.Call, e journal.Entry, changes []journal.Change, later []journal.Entry) (access.Decision, access.Item) {
	facts := factsIn(c, e.Group) // a shift in another group wakes nothing in this one
	if changes[0].Of.Kind() == "access" || changes[0].Of.Kind() == "company" {
		if e.Kind == access.Resigned && e.Actor == c.Actor.ID {
			return access.Decision{Rule: access.RuleSelf}, access.Admins
		}
		if facts.Governs(e.Actor, e.Group) && !facts.Governs(c.Actor.ID, e.Group) && restores(changes) {
			return access.Decision{Rule: access.RuleTier}, access.Admins // it would stand as the company's setting again
		}
		why := access.OtherChange
		_, more := c.Entries(2) // of what has happened since not all is known where there is more
		first := []journal.Kind{access.Granted, access.SceneOn, access.Imported}
		if slices.Contains(first, e.Kind) && !touched(e, later) && !more {
			why = access.FirstSenior
		}
		return mayApply(c, changes, why)
	}
	if d, item, ok := mayUndoConduct(c, e, changes); ok {
		return d, item
	}
	if kind := changes[0].Of.Kind(); kind == "person" || kind == "feeds" {
		own := changes[0].Of.ID() == string(c.Actor.ID)
		return access.Decision{Allowed: own, Rule: access.RuleSelf}, access.NoItem
	}
	if changes[0].Of.Kind() == "prefs" {
		return access.Decision{Allowed: changes[0].Of == preference.Of(c.Actor.ID), Rule: access.RuleSelf}, access.NoItem // others are refused before
	}
	if changes[0].Of.Kind() == "ticket" { // everybody may open one, and take their own back; the rest is for staff
		if c.Actor.Kind == chat.Staff || e.Actor == c.Actor.ID && e.Kind == ticket.Opened {
			return access.Decision{Allowed: true, Rule: access.RuleGranted}, access.NoItem
		}
		return access.Decision{Rule: access.RuleDefault}, access.NoItem
	}
	if ownDuty(c, e) {
		return access.Decision{Allowed: true, Rule: access.RuleSelf}, access.Duty
	}
	i := access.NoItem
	if len(e.Items) > 0 {
		i, _ = access.ParseItem(e.Items[0])
	}
	if i == access.NoItem {
		return access.Decision{Rule: access.RuleDefault}, i
	}
	r := access.Request{Actor: c.Actor.ID, Item: i, Group: e.Group, At: c.Now}
	if len(e.Targets) == 1 {
		r.Target = e.Targets[0]
		if m, ok := bot.At[directory.Group](c, directory.OfGroup(e.Group)).Member(r.Target); ok {
			r.TargetKind = m.Kind
		}
	}
	return access.Decide(facts, r), i
}

// restores says whether changes bring back what was there before.
func restores(changes []journal.Change) bool {
	return slices.ContainsFunc(changes, func(ch journal.Change) bool { return ch.After != nil })
}

// mayApply asks about changes of rights book by book: an entry may be about the company and several groups at once.
func mayApply(c bot.Call, changes []journal.Change, why access.Undoes) (access.Decision, access.Item) {
	d, item := access.Decision{Allowed: true, Rule: access.RuleGranted}, access.Admins
	if slices.ContainsFunc(changes, func(ch journal.Change) bool { return ch.Of == access.Of("") }) {
		if whole := c.Access.MayApply("", c.Actor.ID, changes, why, c.Now); whole.Allowed {
			return whole, item // the company's alone, with all that it carries along in groups
		}
	}
	for len(changes) > 0 {
		of := changes[0].Of
		g := chat.Group("")
		facts := c.Access
		if of.Kind() == "access" {
			g = chat.Group(of.ID())
			facts = factsIn(c, g)
			// What the company's book becomes with it counts, such as what a custom role gives.
			if then, err := facts.After("", changes); err == nil {
				facts = then
			}
		}
		other := func(ch journal.Change) bool { return ch.Of != of }
		mine := slices.DeleteFunc(slices.Clone(changes), other)
		if d = facts.MayApply(g, c.Actor.ID, mine, why, c.Now); !d.Allowed {
			return d, d.About()
		}
		changes = slices.DeleteFunc(slices.Clone(changes), func(ch journal.Change) bool { return !other(ch) })
	}
	return d, item
}

// touched says whether a book of rights that an entry has changed, or that of its group, has changed since.
func touched(e journal.Entry, later []journal.Entry) bool {
	books := map[journal.Name]bool{access.Of(e.Group): true}
	for _, c := range primary(e) {
		books[c.Of] = true
	}
	for _, l := range later {
		if l.N > e.N && slices.ContainsFunc(l.Changes, func(c journal.Change) bool { return books[c.Of] }) {
			return true
		}
	}
	return false
}

// undoWithin is how long an act can be taken back; the requirements' M11.
const undoWithin = 24 * time.Hour
