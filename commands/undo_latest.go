package commands

import (
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/request"
)

// The queries of an undo without a number come in this order; what undoReads asks for follows them.
const (
	undoableOwn = iota
	everyOwn
	requestsHere
	requestsCompany
	undoLatestReads
)

// verdictsLately asks for what has become of requests lately. Whoever agreed to one is not the actor of the entry that it
// became, yet to them it is their latest act.
func verdictsLately(c bot.Call) journal.Want {
	since := c.Now.Add(-undoWithin)
	w := journal.Want{Queries: []journal.Query{
		{Changed: request.Of(c.Group.ID), Since: since, Limit: 20}, {Changed: request.Of(""), Since: since, Limit: 20},
	}}
	if e := latestUndoable(c); e.N != 0 { // what taking it back needs comes in the same round trip
		more := undoReads(c, e, c.Queries())
		w.Names, w.Queries = more.Names, append(w.Queries, more.Queries...)
	}
	return w
}

// latest is the entry that "undo" alone means: the speaker's newest act. Where that cannot be undone so, nothing older is
// taken in its place: who says "undo" means what they have just done.
func latest(c bot.Call) (journal.Entry, error) {
	e := latestUndoable(c)
	if newer, ok := newerAct(c, e.N); ok {
		return e, &bot.Refusal{Text: notThatOne(c, newer, e)}
	}
	if e.N == 0 {
		return e, &bot.Refusal{Text: chat.Text{
			ZH: "最近 24 小时内，您没有可以撤销的操作。", EN: "You did nothing in the last 24 hours that can be undone.",
		}}
	}
	return e, nil
}

// latestUndoable is the newest of the speaker's own acts that can be undone; zero if there is none.
func latestUndoable(c bot.Call) journal.Entry {
	found, _ := c.Entries(undoableOwn)
	for _, e := range found {
		if e.Kind == directory.GroupChosen {
			continue // to choose a group is no act that somebody means by "the latest"
		}
		if h := Happenings()[e.Kind]; h.Final.IsZero() && len(primary(e)) > 0 {
			return e
		}
	}
	return journal.Entry{}
}

// newerAct is what the speaker has done after an entry, and cannot take back by saying "undo": they have asked for
// something, or decided what somebody asked for.
func newerAct(c bot.Call, than int64) (journal.Entry, bool) {
	var newest journal.Entry
	own, _ := c.Entries(everyOwn)
	here, _ := c.Entries(requestsHere)
	company, _ := c.Entries(requestsCompany)
	for _, e := range slices.Concat(own, here, company) {
		decides := e.Actor == c.Actor.ID && (strings.HasPrefix(string(e.Kind), "request.") || e.Kind == access.GlassMended)
		final := !Happenings()[e.Kind].Final.IsZero()
		if e.N > max(than, newest.N) && e.Outcome == journal.Done && (decides && final || agreedTo(e, c.Actor.ID)) {
			newest = e
		}
	}
	return newest, newest.N != 0
}

// agreedTo says whether an entry is what somebody's consent has made of another's request.
func agreedTo(e journal.Entry, who chat.User) bool {
	return slices.ContainsFunc(e.Changes, func(ch journal.Change) bool {
		if ch.Of.Kind() != "request" || ch.After == nil || e.Actor == who {
			return false
		}
		r, err := journal.Decode[request.Request](ch.After)
		return err == nil && r.State == request.Approved && len(r.Yes) > 0 && r.Yes[len(r.Yes)-1].Who == who
	})
}

// notThatOne says which act is the latest, what takes it back, and how an older one is meant.
func notThatOne(c bot.Call, newer, older journal.Entry) chat.Text {
	t := chat.Text{ZH: "没有撤销。您最近的一项是 %s。", EN: "Nothing was undone. Your latest act is %s. "}.F(entryLine(c, newer))
	if final := Happenings()[newer.Kind].Final; !final.IsZero() {
		t = t.Plus(chat.Text{ZH: "它不能撤销：%s", EN: "It cannot be undone: %s"}.F(final))
	} else {
		t = t.Plus(chat.Text{ZH: "要撤销它：`/撤销 #%d`。", EN: "To undo it: `/undo #%d`."}.F(newer.N))
	}
	if older.N == 0 {
		return t
	}
	return chat.Lines(t, chat.Text{ZH: "要撤销更早的 %s：`/撤销 #%d`。", EN: "To undo the older %s: `/undo #%d`."}.F(entryLine(c, older), older.N))
}

// numbered is the entry with the number that was typed.
func numbered(c bot.Call, number grammar.NumberHole) (journal.Entry, error) {
	n := number.Of(c.Args)
	if n < 1 {
		return journal.Entry{}, &bot.Refusal{Text: noEntry(n)}
	}
	found, _ := c.Entries(0)
	for _, e := range found {
		if h := Happenings()[e.Kind]; h.Final.IsZero() && len(primary(e)) > 0 {
			if c.Now.Sub(e.At) > undoWithin {
				return e, &bot.Refusal{Text: chat.Text{
					ZH: "#%d 已超过 24 小时，不能撤销；请直接发相反的命令。", EN: "#%d is more than 24 hours old and cannot be undone; send the opposite command.",
				}.F(e.N)}
			}
			return e, nil
		}
	}
	entries, _ := c.Entries(1)
	if len(entries) == 0 {
		return journal.Entry{}, &bot.Refusal{Text: noEntry(n)}
	}
	if h := Happenings()[entries[0].Kind]; !h.Final.IsZero() {
		return journal.Entry{}, &bot.Refusal{Text: chat.Text{ZH: "#%d 不能撤销：%s", EN: "#%d cannot be undone: %s"}.F(n, h.Final)}
	}
	return journal.Entry{}, &bot.Refusal{Text: chat.Text{
		ZH: "#%d 没有可撤销的改变，或已经撤销过。", EN: "#%d changed nothing that can be undone, or was undone already.",
	}.F(n)}
}
