package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/task"
)

// learn makes the Call of what was read, after asking the platform about what the bot meets for the first time: the
// group, the speaker, a person who is named. What it tells is journalled before the command runs, so that decisions
// look at nothing but facts of the journal.
func (t *turn) learn(ctx context.Context) (Call, *journal.Finished, error) {
	call := t.call()
	news := false
	if g := t.facts.group; g != "" && call.Group.ID == "" {
		err := t.bot.observeGroup(ctx, g)
		if errors.Is(err, errSilent) {
			t.bot.Log.Warn("group not read", zap.String("group", string(g)), zap.Error(err))
			return Call{}, nil, &Refusal{Text: unread(err, t.bot.Education)}
		}
		if err != nil {
			return Call{}, nil, fmt.Errorf("observe group: %w", err)
		}
		news = true
	}
	if person := At[directory.Person](call, directory.OfPerson(t.message.From)); !person.Known() {
		if err := t.bot.acquaint(ctx, t.message.From); err != nil {
			return Call{}, nil, err
		}
		news = true
	}
	for i, r := range t.match.Args.Refs() {
		if i == maxPeople {
			return Call{}, nil, &Refusal{Text: chat.Text{
				ZH: "一条消息最多写 %d 个人，请分几条发。", EN: "One message may name at most %d people; split it.",
			}.F(maxPeople)}
		}
		if !t.stranger(call, r) {
			continue
		}
		if err := t.bot.acquaint(ctx, chat.User(r.Said)); err != nil {
			return Call{}, nil, err
		}
		news = true
	}
	if news {
		var err error
		if call, err = t.more(ctx, call, journal.Want{}); err != nil {
			return Call{}, nil, err
		}
	}
	if t.meets(call) {
		if err := t.bot.meet(ctx, t.facts.group, t.message.From); err != nil {
			return Call{}, nil, fmt.Errorf("meet member: %w", err)
		}
		var err error
		if call, err = t.more(ctx, call, journal.Want{}); err != nil {
			return Call{}, nil, err
		}
	}
	learnt, err := t.addressed(ctx, call)
	if err == nil && learnt {
		call, err = t.more(ctx, call, journal.Want{})
	}
	if err != nil {
		return Call{}, nil, err
	}
	return call, nil, nil
}

// acquaint asks the address book about those people among names whom the bot meets for the first time.
func (t *turn) acquaint(ctx context.Context, c Call, names []journal.Name, need journal.Want) (Call, error) {
	news := false
	for i, n := range names {
		who := chat.User(n.ID())
		if n != directory.OfPerson(who) || At[directory.Person](c, n).Known() || i >= maxPeople {
			continue
		}
		if err := t.bot.acquaint(ctx, who); err != nil {
			return c, err
		}
		news = true
	}
	if !news {
		return c, nil
	}
	return t.more(ctx, c, need)
}

// stranger says whether a reference must be looked up in the address book.
func (t *turn) stranger(c Call, r grammar.Ref) bool {
	if !PlausibleID(r) || len(grammar.FindPerson(r, c.Group.Members())) > 0 {
		return false
	}
	return !At[directory.Person](c, directory.OfPerson(chat.User(r.Said))).Known()
}

// meets says whether the speaker is seen for the first time in a group whose members the platform does not tell.
func (t *turn) meets(c Call) bool {
	if t.message.Group == "" || t.message.Group != c.Group.ID || c.Group.MembersKnown || !c.Group.Bound() {
		return false
	}
	_, known := c.Group.Member(t.message.From)
	return !known && At[directory.Person](c, directory.OfPerson(t.message.From)).Known()
}

// askPlatform bounds a question to the platform, so that a message is answered in time.
const askPlatform = 2 * time.Second

// errSilent is the platform's not answering a question.
var errSilent = errors.New("the platform does not answer")

// acquaint asks the address book about somebody. While it does not answer, the bot does without: what is not known
// of a person gives them nothing.
func (b *Bot) acquaint(ctx context.Context, u chat.User) error {
	err := b.observePerson(ctx, u)
	if errors.Is(err, errSilent) {
		b.Log.Warn("person not read", zap.String("person", string(u)), zap.Error(err))
		return nil
	}
	if err != nil {
		return fmt.Errorf("observe person: %w", err)
	}
	return nil
}

// observeGroup re-reads a group and commits what has changed, with the tasks that this settles.
func (b *Bot) observeGroup(ctx context.Context, g chat.Group) error {
	asking, cancel := context.WithTimeout(ctx, askPlatform)
	seen, err := b.Platform.Observe(asking, g)
	cancel()
	if err != nil {
		return fmt.Errorf("ask platform: %w: %w", errSilent, err)
	}
	seen.Group = g
	department, err := b.ownersDepartment(ctx, &seen)
	if err != nil {
		return err
	}
	names := []journal.Name{directory.OfGroup(g), directory.AllGroups, task.Of(g)}
	return b.amend(ctx, names, func(c Call) (Outcome, error) {
		group := At[directory.Group](c, directory.OfGroup(g))
		if group.Kind != "" && seen.Kind != group.Kind && !seen.Gone {
			return Outcome{}, nil // what was bound as another kind cannot be read at present: nothing is known, nothing has changed
		}
		changes := group.Observe(seen.WithDepartment(seen.Owner, department))
		changes = append(changes, c.Groups.List(seen)...)
		out := Outcome{}
		if len(changes) > 0 {
			out.Events = []journal.Event{{Kind: directory.GroupObserved, Group: g, Changes: changes}}
		}
		if seen.AdminsKnown {
			admin := func(u chat.User) bool {
				for _, a := range seen.Admins {
					if a == u {
						return true
					}
				}
				return u == seen.Owner
			}
			out.Events = append(out.Events, At[task.Book](c, task.Of(g)).Look(g, admin)...)
		}
		return out, nil
	}, g)
}

// ownersDepartment is where the owner of a group belongs: the group's department, which platforms tell only of people.
// Those above it are filled in.
func (b *Bot) ownersDepartment(ctx context.Context, seen *chat.Observed) (string, error) {
	if seen.Owner == "" || !seen.MembersKnown || seen.Gone {
		return "", nil
	}
	asking, cancel := context.WithTimeout(ctx, askPlatform)
	defer cancel()
	owner, err := b.Platform.Person(asking, seen.Owner)
	if err != nil {
		return "", fmt.Errorf("ask platform about the owner: %w", err)
	}
	for _, d := range owner.Within {
		seen.Departments = append(seen.Departments, d.Name)
	}
	if len(owner.Departments) == 0 {
		return "", nil
	}
	return owner.Departments[0], nil
}

// observePerson asks the address book about a person and commits what has changed.
func (b *Bot) observePerson(ctx context.Context, u chat.User) error {
	seen, err := b.askPerson(ctx, u)
	if err != nil {
		return err
	}
	return b.keepPerson(ctx, u, seen)
}

func (b *Bot) askPerson(ctx context.Context, u chat.User) (chat.Person, error) {
	asking, cancel := context.WithTimeout(ctx, askPlatform)
	defer cancel()
	seen, err := b.Platform.Person(asking, u)
	if err != nil {
		return seen, fmt.Errorf("ask platform: %w: %w", errSilent, err)
	}
	return seen, nil
}

// keepPerson commits what the address book has told of a person, and what follows where they have left.
func (b *Bot) keepPerson(ctx context.Context, u chat.User, seen chat.Person) error {
	return b.amend(ctx, []journal.Name{directory.OfPerson(u), access.Of("")}, func(c Call) (Outcome, error) {
		person := At[directory.Person](c, directory.OfPerson(u))
		changes := person.Observe(u, seen, c.Now)
		out := Outcome{}
		if len(changes) > 0 && (person.Known() || !seen.Gone) {
			out.Events = []journal.Event{{Kind: directory.PersonObserved, Targets: []chat.User{u}, Changes: changes}}
		}
		if seen.Gone { // also of somebody who never spoke: a group's members can hold roles
			return leave(c, u, out)
		}
		return out, nil
	}, "")
}

// meet records that somebody is in a group whose members the platform does not tell.
func (b *Bot) meet(ctx context.Context, g chat.Group, u chat.User) error {
	names := []journal.Name{directory.OfGroup(g), directory.OfPerson(u)}
	return b.amend(ctx, names, func(c Call) (Outcome, error) {
		m := At[directory.Person](c, directory.OfPerson(u)).Member()
		changes := At[directory.Group](c, directory.OfGroup(g)).Meet(m)
		if len(changes) == 0 {
			return Outcome{}, nil
		}
		return Outcome{Events: []journal.Event{{Kind: directory.GroupObserved, Group: g, Targets: []chat.User{u}, Changes: changes}}}, nil
	}, g)
}

// Amend lets the bot itself change something: read, run, commit, again if others were faster. run is pure. What
// follows from the changes follows here too.
func (b *Bot) Amend(ctx context.Context, names []journal.Name, g chat.Group, run func(Call) (Outcome, error)) error {
	return b.amend(ctx, names, run, g)
}

func (b *Bot) amend(ctx context.Context, names []journal.Name, run func(Call) (Outcome, error), g chat.Group) error {
	return b.commitOwn(ctx, own{group: g}, names, run)
}

// AmendBy is Amend for somebody who acts beside the chat, such as an operator at a terminal: the entry is theirs, and so
// is what follows. Whether they may is asked by run.
func (b *Bot) AmendBy(
	ctx context.Context, actor chat.User, names []journal.Name, g chat.Group, run func(Call) (Outcome, error),
) error {
	return b.commitOwn(ctx, own{group: g, actor: actor}, names, run)
}

// own is what a change beside the chat is about.
type own struct {
	group  chat.Group
	moment string    // of the agenda, that is finished with it; empty if none is
	actor  chat.User // zero: the bot itself
	clock  bool      // the group's clock is looked at, too
	// message is what somebody wrote that it is about; empty if it is about none.
	message string
	// again is when the group must be looked at again whose moment it is; nil: not.
	again func(Call) time.Time
}

// commitOwn is amend for any of those.
func (b *Bot) commitOwn(ctx context.Context, o own, names []journal.Name, run func(Call) (Outcome, error)) error {
	g, moment := o.group, o.moment
	names = unique(append([]journal.Name{directory.AllGroups}, names...))
	var last error
	var queries []journal.Query
	want := journal.Want{}
	if o.clock {
		want.Clocks = []chat.Group{g}
	}
	for tries, needs := 0, 0; tries < maxTries && needs < maxNeeds; {
		want.Names, want.Queries = names, queries
		found, err := b.Ledger.Load(ctx, want)
		if err != nil {
			return fmt.Errorf("load facts: %w", err)
		}
		if err := lacks(found); err != nil {
			return fmt.Errorf("load facts: %w", err)
		}
		call := b.ownCall(found, g)
		call.Actor.ID = o.actor
		if people := missing(call, staffNames(call.Access, call.Group)); g != "" && len(people) > 0 {
			names = unique(append(names, people...))
			last = errors.New("it keeps asking for more")
			needs++
			continue
		}
		out, err := run(call)
		if err != nil {
			return err
		}
		if asks := out.Need; len(asks.Queries)+len(asks.Usage)+len(asks.Clocks)+len(asks.Tallies)+len(asks.Listed) > 0 {
			queries, last = append(queries, asks.Queries...), errors.New("it keeps asking for more")
			names, want.Usage = unique(append(names, asks.Names...)), append(want.Usage, asks.Usage...)
			want.Clocks, want.Tallies = append(want.Clocks, asks.Clocks...), append(want.Tallies, asks.Tallies...)
			want.Listed = append(want.Listed, asks.Listed...)
			needs++
			continue
		}
		after := b.Follow(call.actingAs(out.Of), out.Events)
		if more := missing(call, slices.Concat(after.Need, out.Need.Names, *call.unnamed)); len(more) > 0 {
			names = unique(append(names, more...))
			last = errors.New("it keeps asking for more")
			needs++
			continue
		}
		out.Events, out.Effects = append(out.Events, after.Events...), append(out.Effects, after.Effects...)
		if len(out.Events)+len(out.Effects) == 0 && moment == "" {
			return nil
		}
		w := journal.Write{Moment: moment, Effects: out.Effects, Checks: checks(found)}
		if o.again != nil {
			w.Again = o.again(call)
		}
		if len(out.Events) > 0 {
			e := ownEntry(call, out)
			e.MessageID = o.message
			w.Entry, w.Kinds = &e, kinds(out.Events)
		}
		_, err = b.commit(ctx, w)
		if errors.Is(err, journal.ErrStale) {
			last = err
			tries++
			continue
		}
		if errors.Is(err, journal.ErrFinished) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("commit: %w", err)
		}
		if w.Entry != nil {
			b.Log.Info("own act", zap.String("kind", string(w.Entry.Kind)), zap.String("group", string(g)))
		}
		return nil
	}
	return fmt.Errorf("commit after %d attempts: %w", maxTries, last)
}

func (b *Bot) ownCall(found journal.Found, g chat.Group) Call {
	now := b.Now()
	c := Call{
		Now: now, Said: now, Zone: b.Zone, Profile: b.Profile, Education: b.Education, Duty: b.Duty, Targets: b.Targets, Bounds: b.Bounds, commands: b.All(), bot: b, found: found,
		unnamed: &[]journal.Name{},
	}
	c.Group = At[directory.Group](c, directory.OfGroup(g))
	c.Groups = At[directory.Groups](c, directory.AllGroups)
	c.Access = accessFacts(c, g, "")
	return c
}

func ownEntry(c Call, out Outcome) journal.Entry {
	e := merge(out.Events)
	e.At, e.Actor = c.Now.UTC().Truncate(time.Millisecond), c.Actor.ID
	if e.Outcome = out.Ended; e.Outcome == "" {
		e.Outcome = journal.Done
	}
	e.Rule = string(out.Rule)
	if of := out.Of; of != nil {
		e.Actor, e.Command = of.Actor, of.Command
	}
	return e
}

// Observe re-reads a group and commits what has changed.
func (b *Bot) Observe(ctx context.Context, g chat.Group) error { return b.observeGroup(ctx, g) }
