package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/kpi"
)

// Command is one thing that people can ask for.
type Command struct {
	Name     string
	Forms    []string       // parsed, and printed as the help
	Examples []chat.Text    // parsed by a test; one a language
	Holes    []grammar.Hole // what the forms leave open
	Help     chat.Text      // one line
	Reads    []Source       // the aggregates that Run looks at, beside those that every command gets
	// Asks returns what else must be read, known from the arguments alone; nil asks nothing.
	Asks func(grammar.Args, Call) journal.Want
	// Needs is the item that the speaker must hold in the group; NoItem lets everybody ask.
	Needs access.Item
	// Owners says that only 超级管理员 may: it is about the company, and no admin of a group can be asked instead.
	Owners bool
	// Who says who may, where Needs does not tell all of it; zero where it does.
	Who chat.Text
	// Offers says whether help offers the command to the speaker, where Needs does not tell; nil offers it. It looks at
	// what every command gets, and decides nothing.
	Offers func(Call) bool
	// On is the hole of the person that is acted on, so that rank and data scope are asked about them and no
	// command can forget it; nil if nobody is.
	On Target
	// Anywhere says that the command makes sense without a group.
	Anywhere bool
	// Hidden leaves the command out of the list of help: it answers something the bot has said.
	Hidden bool
	// Stale says that the answer may come from the last known state while storage is away, and says so.
	Stale bool
	// Run computes what should change and what to say. It may run more than once, and for previews: it has no
	// effect, no memory and no randomness.
	Run func(Call) (Outcome, error)

	forms grammar.Forms
}

// Usage prints the forms of the command in a language.
func (c Command) Usage(l chat.Language) string { return c.forms.Usage(l) }

// Target is the hole of the person that a command acts on.
type Target interface {
	Ref(grammar.Args) grammar.Ref
	Given(grammar.Args) bool
}

// Source is an aggregate that a command reads.
type Source interface{ name(chat.Group) journal.Name }

// Reads declares an aggregate of the group; its Of is the only way to get at it, so its type cannot be mistaken.
func Reads[T any](of func(chat.Group) journal.Name) Reading[T] { return Reading[T]{of: of} }

// ReadsOne declares an aggregate that the tenant has just one of.
func ReadsOne[T any](n journal.Name) Reading[T] {
	return Reading[T]{of: func(chat.Group) journal.Name { return n }}
}

// Reading is a declared aggregate.
type Reading[T any] struct{ of func(chat.Group) journal.Name }

func (r Reading[T]) name(g chat.Group) journal.Name { return r.of(g) }

// Of returns the aggregate as it was when the call was loaded.
func (r Reading[T]) Of(c Call) T { return At[T](c, r.of(c.Group.ID)) }

// At returns an aggregate that was loaded under a name, the zero value if it was not.
func At[T any](c Call, n journal.Name) T {
	v, _ := c.found.States[n].Value.(T)
	return v
}

// Call is one run of a command or a job: everything it may look at.
type Call struct {
	Now time.Time // the clock: what rights and deadlines are judged by
	// Said is when the command was typed: what lengths count from. After a confirmation it is earlier than Now.
	Said      time.Time
	Zone      *time.Location
	Message   chat.Message
	Actor     chat.Member // who asks; the zero Member is the bot itself
	Target    chat.Member // the person that is acted on, if the command has an On
	Group     directory.Group
	Groups    directory.Groups
	Args      grammar.Args
	Access    access.Facts
	Decision  access.Decision // why the speaker may; zero where nothing was needed
	Profile   chat.Profile
	Education bool
	Duty      duty.Rules // how the life of shifts is kept in step
	Targets   kpi.Targets
	Bounds    digest.Bounds
	// Named says that the message itself says which group it is about: it was said there, or writes #group. Else the
	// group is the one that the speaker has chosen for direct messages.
	Named     bool
	Confirmed bool
	// DryRun says that nothing of the outcome will be: what it says must not promise anything that only the real thing has.
	DryRun    bool
	Asked     Asked  // what the speaker was last asked to confirm
	Health    []Part // how the parts of the program are
	Clockwork canary.Clockwork
	commands  []Command
	bot       *Bot
	found     journal.Found
	inspected Inspected
	agreed    string          // the command that is confirmed by this message, as it was typed; empty if none is
	unnamed   *[]journal.Name // those whom Name could not name, to be read before the command is run again
	unmailed  *[]journal.Name // those whose address Find would have to know, likewise; the address book is asked about them
}

// Commands are all commands, by name.
func (c Call) Commands() []Command { return c.commands }

// Entries returns what the n-th query of Asks, or of Outcome.Need, found; more says that older ones match too.
func (c Call) Entries(n int) (entries []journal.Entry, more bool) {
	if n >= len(c.found.Entries) {
		return nil, false
	}
	return c.found.Entries[n], c.found.More[n]
}

// Onto is those of some items that this platform has.
func (c Call) Onto(items access.Items) access.Items {
	if c.Access.Offered != 0 {
		items &= c.Access.Offered
	}
	return items
}

// Gives is what a level and a job give on this platform.
func (c Call) Gives(l access.Level, j access.Job) access.Items {
	return c.Onto(access.Held(l, j))
}

// Usage is when people last used their items in a group, if Asks or Outcome.Need asked for it; the empty group is what
// was done for the whole company. A command that asks for the group it is typed in asks for Call.Group.ID, as it does
// with aggregates.
func (c Call) Usage(g chat.Group) journal.Usage { return c.found.Usage[g] }

// Queries is how many queries were made.
func (c Call) Queries() int { return len(c.found.Entries) }

// Has says whether an aggregate was loaded.
func (c Call) Has(n journal.Name) bool { _, ok := c.found.States[n]; return ok }

// State returns an aggregate's records as they were loaded.
func (c Call) State(n journal.Name) journal.State { return c.found.States[n] }

// AsOf is when the facts were confirmed with storage: Now, or earlier while it is away.
func (c Call) AsOf() time.Time { return c.found.States[directory.OfGroup(c.Group.ID)].AsOf }

// Outcome is what a command, or a job, wants to be so. The zero Outcome changes nothing.
type Outcome struct {
	Reply   chat.Reply      // what the person sees; zero: Changes, as recorded
	Events  []journal.Event // what changes in the bot's own state
	Effects []chat.Effect   // what must happen outside
	Changes chat.Text       // what changes, told without a tense: for previews and dry runs
	// Confirm says why the person must agree before it happens; zero if they need not.
	Confirm chat.Text
	// Second says why a second person must agree before it happens; zero if nobody must. The person's own confirmation
	// comes first. Events are then kept as data in a request, and Effects are left out: what follows from changes is for
	// Follow to find.
	Second chat.Text
	// Lasts is how long what it gives lasts, where that was asked for as a length: with a second person it counts from
	// their consent. Zero leaves every end as it is.
	Lasts time.Duration
	// In asks for the command to be run again in another group, whose matter it turns out to be; zero if it is not.
	In chat.Group
	// Of says whose act it is, if it is not that of whoever speaks.
	Of     *Act
	Rule   access.Rule // the rule that was decisive, if Decision does not tell it
	Undoes int64       // the entry that this takes back
	// Need is what must be read before the command can go on: it is then run again.
	Need journal.Want
	// Read is Need, but of what is known: people whom the bot has never met are not asked about.
	Read []journal.Name
	// Inspect is what must be found out about the journal as a whole before the command can go on.
	Inspect Inspection
	// Again asks for another message to be run in this one's place: a confirmed one.
	Again *Asked
	// Ended is the outcome of the entry; zero is done.
	Ended journal.Outcome
}

// Consequence is what follows from changes, whoever made them.
type Consequence struct {
	Events  []journal.Event
	Effects []chat.Effect
	Need    []journal.Name // what must be read to tell
	Says    []chat.Text    // what the person who asked should know of it
}

// Refusal is a no that the person can mend: it says why not and what to type next.
type Refusal struct {
	Text chat.Text
	Card *chat.Card
	// Cause and Next are the text in two, for one of a list: why not, and what to do. They may be zero.
	Cause, Next chat.Text
}

func (r *Refusal) Error() string { return r.Text.EN }

// Refuse is the outcome of a command whose person must mend something.
func Refuse(t chat.Text) (Outcome, error) { return Outcome{}, &Refusal{Text: t} }

// Denied is a no of policy that only the command could find, such as a rank.
type Denied struct {
	Decision access.Decision
	Item     access.Item
	Target   chat.User
	Next     chat.Text // what to do next, if it is not to ask those who hold Item
	About    chat.Text // what was tried, told first; zero where the message itself says it
	// Said is what to say of several no's at once, about All; zero where there is one.
	Said chat.Text
	All  []chat.User
}

func (d *Denied) Error() string { return "denied: " + string(d.Decision.Rule) }

// Deny is the outcome of a command that policy refuses.
func Deny(d access.Decision, item access.Item, target chat.User) (Outcome, error) {
	return Outcome{}, &Denied{Decision: d, Item: item, Target: target}
}

// Job is what happens when a record's moment has come: the same thing as a command, with the clock as the asker.
type Job struct {
	Kind  string // of the aggregate; or Clock, or Answered
	Reads []Source
	Clock bool // that it looks at the clock of the group, too
	Run   func(Call, journal.Due) (Outcome, error)
}

// Two kinds of jobs are not about a record, but about the customers of the group that Due.Of names; both look at its
// clock.
const (
	// Clock is when an answer is late, or is soon to be. It may run again for the same customer.
	Clock = "clock"
	// Answered is when no customer waits any more, or another one, while there is an alert on the group's book.
	Answered = "answered"
)

// Name is a person as replies show them: name and id, so that a name alone is never taken for a person.
func (c Call) Name(who chat.User) chat.Text {
	switch {
	case who == "":
		return chat.Text{ZH: "机器人", EN: "the bot"}
	case who == c.Actor.ID:
		return named(c.Actor)
	}
	if m, ok := c.Group.Member(who); ok {
		return named(m)
	}
	of := directory.OfPerson(who)
	if p := At[directory.Person](c, of); p.Known() {
		return named(p.Member())
	}
	if c.unnamed != nil && !c.Has(of) && len(*c.unnamed) < maxPeople && !slices.Contains(*c.unnamed, of) {
		*c.unnamed = append(*c.unnamed, of)
	}
	return chat.Same(chat.Escape(string(who)))
}

func named(m chat.Member) chat.Text {
	if m.Name == "" || m.Name == string(m.ID) {
		return chat.Same(chat.Escape(string(m.ID)))
	}
	return chat.Text{
		ZH: fmt.Sprintf("%s（%s）", chat.Escape(m.Name), chat.Escape(string(m.ID))),
		EN: fmt.Sprintf("%s (%s)", chat.Escape(m.Name), chat.Escape(string(m.ID))),
	}
}

// Part is how one part of the program is: Redis, the platform's credentials, the outbox.
type Part struct {
	Name  chat.Text
	Works bool
	Note  chat.Text
}

// Find returns the one person that a reference means, or a Refusal that asks.
func (c Call) Find(r grammar.Ref) (chat.Member, error) {
	found := grammar.FindPerson(r, c.Group.Members())
	if len(found) == 0 && r.By == grammar.ByEmail {
		found = grammar.FindPerson(r, c.addressed())
	}
	isID := func(m chat.Member) bool { return strings.EqualFold(string(m.ID), r.Said) }
	if !slices.ContainsFunc(found, isID) {
		// A userid of the company's is that person's, whatever somebody else calls themselves in the group.
		if p := At[directory.Person](c, directory.OfPerson(chat.User(r.Said))); p.Known() && !p.Gone {
			found = []chat.Member{p.Member()}
		}
	}
	if len(found) == 0 && chat.User(r.Said) == c.Actor.ID {
		found = append(found, c.Actor)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		if r.By == grammar.ByEmail {
			return chat.Member{}, &Refusal{Cause: noMailbox, Next: writeID, Text: chat.Text{
				ZH: "邮箱 %s 没有对应的人：本群的企业成员里没有人用它。请写 userid（如 @zhangsan）。",
				EN: "Nobody goes with the address %s: none of the staff in this group has it. Write a userid (such as @zhangsan).",
			}.F(chat.Escape(r.Said))}
		}
		return chat.Member{}, &Refusal{Cause: unknown, Next: writeID, Text: chat.Text{
			ZH: "不认识“%s”：群里没有这个人，通讯录里也没有这个账号。请写 userid（如 @zhangsan），或稍后再试——刚入群的人要等下一次同步。",
			EN: "Nobody here is “%s”: not in the group, and no such account in the address book. Write a userid (such as @zhangsan), or try again later: whoever has just joined is known after the next sync.",
		}.F(chat.Escape(r.Said))}
	}
	return chat.Member{}, &Refusal{Text: which(r.Said, found), Card: c.picker(r.Said, found)}
}

var (
	noMailbox = chat.Text{ZH: "这个邮箱没有对应的人", EN: "nobody goes with this address"}

	unknown = chat.Text{ZH: "不认识（群里没有，通讯录里也没有这个账号）", EN: "unknown (not in the group, and no such account in the address book)"}
	writeID = chat.Text{
		ZH: "请写 userid（如 @zhangsan）；刚入群的人要等下一次同步。", EN: " Write a userid (such as @zhangsan); whoever has just joined is known after the next sync.",
	}
)

// addressed are the staff of the group with their addresses, which platforms tell only of people, not of groups. Whose
// is not known yet is read, and asked about, before the command is run again.
func (c Call) addressed() []chat.Member {
	var out []chat.Member
	for _, m := range c.Group.Members() {
		of := directory.OfPerson(m.ID)
		if m.Kind != chat.Staff {
			continue
		}
		if p := At[directory.Person](c, of); p.Known() && !p.Gone {
			out = append(out, p.Member())
		}
		if c.unmailed != nil && !c.Has(of) && len(*c.unmailed) < maxPeople && !slices.Contains(*c.unmailed, of) {
			*c.unmailed = append(*c.unmailed, of)
		}
	}
	return out
}

// which asks which of several people was meant.
func which(said string, found []chat.Member) chat.Text {
	lines := []chat.Text{chat.Text{
		ZH: "“%s”有 %d 位，请用 userid 指明：", EN: "“%s” fits %d people; say which by userid:",
	}.F(chat.Escape(said), len(found))}
	for i, m := range found {
		where := ""
		if m.Department != "" {
			where = " · " + chat.Escape(m.Department)
		}
		lines = append(lines, chat.Same(fmt.Sprintf("%d. @%s — %s%s", i+1, chat.Escape(string(m.ID)), chat.Escape(m.Name), where)))
	}
	return chat.Lines(lines...)
}

// maxButtons is how many buttons one card has on every platform.
const maxButtons = 6

// picker offers the people as buttons, each of which sends the command again with the userid in place of the name; nil
// where that cannot be done.
func (c Call) picker(said string, found []chat.Member) *chat.Card {
	text := c.Message.Text
	if i := strings.IndexAny(text, "/／"); i > 0 {
		text = text[i:] // what stands before it addresses the bot
	}
	n := strings.Count(text, said)
	if said == "" || n != 1 || len(found) > maxButtons || strings.Contains(text, "\n") {
		return nil
	}
	if !strings.Contains(text, "#") && c.Group.Bound() {
		text += " #" + string(c.Group.ID)
	}
	card := &chat.Card{Title: chat.Text{ZH: "选一个人", EN: "Choose a person"}, Body: chat.Text{
		ZH: "选定后重新执行这条命令", EN: "The command is then run again"}}
	for _, m := range found {
		again := strings.Replace(strings.Replace(text, "@"+said, said, 1), said, "@"+string(m.ID), 1)
		card.Buttons = append(card.Buttons, chat.Button{Label: chat.Same(clipRunes(string(m.ID), 10)), Command: again})
	}
	return card
}

// asRefusal returns the Refusal in err.
func asRefusal(err error) (*Refusal, bool) {
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}
