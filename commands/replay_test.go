package commands

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

const replayGroup = chat.Group("G1")

// log is a journal of one group, written forwards, with the facts that stand at its end.
type log struct {
	t       require.TestingT
	now     time.Time
	entries []journal.Entry
	fold    journal.Fold
}

func newLog(t require.TestingT) *log {
	l := &log{t: t, now: noon, fold: journal.Fold{}}
	l.fold.Make(access.Book{}.Configure([]chat.User{"boss"}, nil, 0))
	return l
}

func (l *log) write(e journal.Entry) {
	l.now = l.now.Add(time.Hour)
	e.N, e.At, e.Group = int64(len(l.entries)+1), l.now, replayGroup
	require.Empty(l.t, l.fold.Make(e.Changes))
	l.entries = append(l.entries, e)
}

// facts are those after the newest entry.
func (l *log) facts() access.Facts {
	company, err := access.Build(l.fold[access.Of("")])
	require.NoError(l.t, err)
	group, err := access.Build(l.fold[access.Of(replayGroup)])
	require.NoError(l.t, err)
	shifts, err := duty.Build(l.fold[duty.Of(replayGroup)])
	require.NoError(l.t, err)
	return access.Facts{Company: company, Group: group, Roster: onTurn{shifts}}
}

// grants writes that the owner has given or taken a record.
func grants[T any](l *log, key string, v *T) {
	ch := journal.Change{Of: access.Of(replayGroup), Key: key, Before: l.fold[access.Of(replayGroup)][key]}
	if v != nil {
		ch.After = journal.Set[T](access.Of(replayGroup), key, nil, v).After
	}
	l.write(journal.Entry{
		Kind: access.Granted, Outcome: journal.Done, Actor: "boss", Items: []string{"admins"}, Rule: "owner", Changes: []journal.Change{ch},
	})
}

// asks writes that somebody used an item, as the engine would have: done or refused.
func (l *log) asks(who chat.User, i access.Item, on ...chat.User) {
	d := access.Decide(l.facts(), access.Request{Actor: who, Item: i, Group: replayGroup, At: l.now.Add(time.Hour)})
	e := journal.Entry{Kind: "command.refused", Outcome: journal.Refused, Actor: who, Items: []string{i.String()}, Rule: string(d.Rule), Targets: on}
	if d.Allowed {
		e.Kind, e.Outcome = "moderation.muted", journal.Done
	}
	l.write(e)
}

// walker is the way back through the log, with a proposal.
func (l *log) walker(proposal ...journal.Change) *past {
	p := &past{
		facts: l.facts(), group: replayGroup, roster: func(r duty.Roster) access.Roster { return onTurn{r} }, ahead: proposal,
		records: journal.Fold{}, changed: map[journal.Name]bool{},
	}
	p.made = p.facts
	for _, n := range booksOf(replayGroup) {
		p.records[n] = journal.Apply(l.fold[n], n, nil)
		p.changed[n] = len(proposal) > 0
	}
	return p
}

func (l *log) replay(proposal ...journal.Change) replayed { return l.replaySince(noon, proposal...) }

// replaySince decides the commands again that were given since a moment.
func (l *log) replaySince(since time.Time, proposal ...journal.Change) replayed {
	back := slices.DeleteFunc(slices.Clone(l.entries), func(e journal.Entry) bool { return e.At.Before(since) })
	slices.Reverse(back)
	var changes []journal.Entry
	for _, e := range back {
		if len(e.Changes) > 0 {
			changes = append(changes, e)
		}
	}
	proposal, err := sinceEver(proposal, since, l.now)
	require.NoError(l.t, err)
	out, err := replayEach(back, changes, l.walker(), l.walker(proposal...),
		func(chat.User) access.Person { return access.Person{} }, func(chat.User) (chat.Member, bool) { return chat.Member{}, false })
	require.NoError(l.t, err)
	return out
}

func roleOf(who chat.User, level access.Level) *access.Role {
	return &access.Role{Who: who, Level: level}
}

func entryNumbers(list []reversal) (out []int64) {
	for _, x := range list {
		out = append(out, x.entry.N)
	}
	return out
}

// TestReplayOfAPreparedLog holds the answers about a log that was written by hand (M07).
func TestReplayOfAPreparedLog(t *testing.T) {
	l := newLog(t)
	l.asks("li", access.Mute)                                                                    // 1: refused
	grants(l, access.RoleKey("li", false), roleOf("li", access.Senior))                          // 2
	l.asks("li", access.Mute, "zhao")                                                            // 3: allowed
	l.asks("wang", access.Recall)                                                                // 4: refused
	grants(l, access.RoleKey("wang", false), roleOf("wang", access.Mid))                         // 5
	l.asks("wang", access.Recall)                                                                // 6: allowed
	l.asks("wang", access.Mute)                                                                  // 7: refused, above what mid gives
	l.asks("li", access.Mute)                                                                    // 8: allowed
	grants[access.Role](l, access.RoleKey("li", false), nil)                                     // 9: dismissed
	l.asks("li", access.Mute)                                                                    // 10: refused
	l.write(journal.Entry{Kind: access.Lapsed, Outcome: journal.Expired, Rule: "grant-expired"}) // 11: the bot's own

	key := access.RoleKey("li", false)
	denied := access.Statement{Subject: access.About("li"), Scope: access.In(replayGroup), Effect: access.Deny, Items: access.ItemsOf(access.Mute)}
	deny := journal.Set(access.Of(replayGroup), access.StatementKey(denied), nil, &denied)
	forever := journal.Set(access.Of(replayGroup), key, nil, roleOf("li", access.Senior))
	// A temporary one would begin now; it is tried as if it had begun with the window.
	short := &access.Role{Who: "li", Level: access.Senior, From: l.now, Until: l.now.Add(time.Hour)}
	temporary := journal.Set(access.Of(replayGroup), access.RoleKey("li", true), nil, short)
	dismissed := journal.Change{Of: access.Of(replayGroup), Key: access.RoleKey("wang", false)}

	for name, c := range map[string]struct {
		proposal        journal.Change
		refuses, allows []int64
	}{
		"a deny":                {deny, []int64{8, 3}, nil},
		"a role that was ended": {forever, nil, []int64{10, 1}},
		"a temporary role":      {temporary, nil, []int64{10, 1}},
		"a dismissal":           {dismissed, []int64{6}, nil},
	} {
		out := l.replay(c.proposal)
		assert.Equal(t, c.refuses, entryNumbers(out.refuses), name)
		assert.Equal(t, c.allows, entryNumbers(out.allows), name)
		assert.Equal(t, 10, len(out.refuses)+len(out.allows)+out.stay+out.stayNot, name)
	}
	assert.Equal(t, access.RuleGranted, l.replay(deny).refuses[0].was.Rule)
}

// TestReplayLeavesOutWhatRightsDidNotSettle holds that an entry counts only where the item's decision ended it: a senior
// refused on account of their own role was not allowed then, and a junior who acted by an activation was not refused.
func TestReplayLeavesOutWhatRightsDidNotSettle(t *testing.T) {
	l := newLog(t)
	grants(l, access.RoleKey("li", false), roleOf("li", access.Senior))
	l.write(journal.Entry{Kind: "command.refused", Outcome: journal.Refused, Actor: "li", Items: []string{"admins"}, Rule: "self"})
	l.write(journal.Entry{Kind: "command.refused", Outcome: journal.Refused, Actor: "sun", Items: []string{"mute"}, Rule: "tier"})
	l.write(journal.Entry{Kind: access.Activated, Outcome: journal.Done, Actor: "sun", Items: []string{"admins"}, Rule: "eligible"})
	l.asks("li", access.Mute)

	out := l.replay(journal.Change{Of: access.Of(replayGroup), Key: access.RoleKey("li", false)})
	assert.Equal(t, []int64{5}, entryNumbers(out.refuses), "not #2, which was refused then")
	out = l.replay(journal.Set(access.Of(replayGroup), access.RoleKey("sun", false), nil, roleOf("sun", access.Senior)))
	assert.Empty(t, out.allows, "neither #3, which rank refused, nor #4, which was done")
	assert.Equal(t, 3, out.otherwise)
}

// TestAnEmptyProposalChangesNothing holds, over random logs, that without a proposal every command ends as it did, and
// that the way back gives the facts as they were: what was decided then is decided again.
func TestAnEmptyProposalChangesNothing(t *testing.T) {
	people := []chat.User{"li", "wang", "zhao"}
	items := []access.Item{access.Mute, access.Recall, access.Admins, access.Invite, access.Notice}
	rapid.Check(t, func(t *rapid.T) {
		l := newLog(t)
		for range rapid.IntRange(1, 30).Draw(t, "length") {
			who := rapid.SampledFrom(people).Draw(t, "who")
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				grants(l, access.RoleKey(who, false), roleOf(who, access.Level(rapid.IntRange(1, 3).Draw(t, "level"))))
			case 1:
				grants[access.Role](l, access.RoleKey(who, false), nil)
			case 2:
				s := access.Statement{
					Subject: access.About(who), Scope: access.In(replayGroup), Effect: rapid.SampledFrom([]access.Effect{access.Allow, access.Deny}).Draw(t, "effect"),
					Items: access.ItemsOf(rapid.SampledFrom(items).Draw(t, "item")),
				}
				grants(l, access.StatementKey(s), &s)
			default:
				l.asks(who, rapid.SampledFrom(items).Draw(t, "item"))
			}
		}
		out := l.replay()
		assert.Empty(t, out.refuses)
		assert.Empty(t, out.allows)
		done := 0
		for _, e := range l.entries {
			if e.Outcome == journal.Done {
				done++
			}
		}
		assert.Equal(t, done, out.stay, "what was done is allowed again")
		assert.Equal(t, len(l.entries)-done, out.stayNot, "what was refused is refused again")
	})
}

// TestTheMatrixOfThePast holds that the rights that the journal gives on the way back are those that stood then (M16).
func TestTheMatrixOfThePast(t *testing.T) {
	people := []chat.User{"li", "wang", "zhao"}
	rapid.Check(t, func(t *rapid.T) {
		l := newLog(t)
		var live []access.Matrix // after each entry
		for range rapid.IntRange(1, 25).Draw(t, "length") {
			who := rapid.SampledFrom(people).Draw(t, "who")
			r := roleOf(who, access.Level(rapid.IntRange(1, 3).Draw(t, "level")))
			if rapid.Bool().Draw(t, "temporary") {
				r.From = l.now.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "from")) * time.Hour)
				r.Until = l.now.Add(time.Duration(rapid.IntRange(4, 12).Draw(t, "until")) * time.Hour)
			}
			if rapid.IntRange(0, 3).Draw(t, "ends") == 0 {
				r = nil
			}
			grants(l, access.RoleKey(who, r != nil && r.Temporary()), r)
			live = append(live, l.facts().Matrix(replayGroup, l.now))
		}
		back := l.walker()
		for n := len(l.entries) - 1; n >= 0; n-- {
			f, err := back.now()
			require.NoError(t, err)
			assert.Equal(t, live[n], f.Matrix(replayGroup, l.entries[n].At), "after #%d", n+1)
			back.back(l.entries[n])
		}
		f, err := back.now()
		require.NoError(t, err)
		assert.Empty(t, f.Matrix(replayGroup, noon), "before everything")
	})
}

// BenchmarkReplay decides 100,000 commands again, among which 1,000 changed rights; beside it the naive way, which folds
// the journal from its start for every hundredth command.
func BenchmarkReplay(b *testing.B) {
	l := newLog(b)
	for i := range 100 {
		grants(l, access.RoleKey(chat.User(fmt.Sprint("admin", i)), false), roleOf(chat.User(fmt.Sprint("admin", i)), access.Level(1+i%3)))
	}
	for i := range 100_000 {
		who := chat.User(fmt.Sprint("admin", i%100))
		if i%100 == 0 {
			grants(l, access.RoleKey(who, false), roleOf(who, access.Level(1+i/100%3)))
			continue
		}
		l.write(journal.Entry{Kind: "moderation.muted", Outcome: journal.Done, Actor: who, Items: []string{"mute"}, Rule: "granted"})
	}
	denied := access.Statement{Subject: access.About("admin8"), Scope: access.In(replayGroup), Effect: access.Deny, Items: access.ItemsOf(access.Mute)}
	deny := journal.Set(access.Of(replayGroup), access.StatementKey(denied), nil, &denied)
	b.Run("unwound", func(b *testing.B) {
		for b.Loop() {
			out := l.replay(deny)
			require.NotEmpty(b, out.refuses)
		}
	})
	b.Run("naive, one command of a hundred", func(b *testing.B) {
		for b.Loop() {
			for n := 0; n < len(l.entries); n += 100 {
				fold := journal.Fold{}
				for _, e := range l.entries[:n] {
					fold.Make(e.Changes)
				}
				group, err := access.Build(journal.Apply(fold[access.Of(replayGroup)], access.Of(replayGroup), []journal.Change{deny}))
				require.NoError(b, err)
				e := l.entries[n]
				access.Decide(access.Facts{Group: group}, access.Request{Actor: e.Actor, Item: access.Mute, Group: replayGroup, At: e.At})
			}
		}
	})
}
