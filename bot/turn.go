package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

// facts are what a turn has read.
type facts struct {
	group chat.Group
	found journal.Found
}

// once plays the turn one time, from reading to commit.
func (t *turn) once(ctx context.Context) (chat.Reply, error) {
	call, finished, err := t.load(ctx)
	switch {
	case finished != nil:
		t.ended, t.entry = "repeated", finished.N
		return finished.Reply.Number(finished.N), nil
	case errors.Is(err, chat.ErrUnavailable) && !t.accepted && t.command.Stale:
		return t.lastKnown()
	case err != nil:
		return t.say(ctx, err)
	}
	return t.run(ctx, call, journal.Want{})
}

// run decides, runs the command and ends the turn. need is what the command has asked for beyond its declaration.
func (t *turn) run(ctx context.Context, call Call, need journal.Want) (chat.Reply, error) {
	for range maxNeeds {
		if people := t.unread(call); len(people) > 0 {
			var err error
			need.Names = append(need.Names, people...)
			if call, err = t.more(ctx, call, need); err != nil {
				return chat.Reply{}, err
			}
		}
		call.Confirmed = t.agreed != nil || t.match.Flags.Yes
		out, err := t.decide(&call)
		if strangers := *call.unnamed; len(strangers) > 0 {
			need.Names = append(need.Names, strangers...)
			if call, err = t.more(ctx, call, need); err != nil {
				return chat.Reply{}, err
			}
			continue
		}
		if staff := *call.unmailed; len(staff) > 0 {
			need.Names = append(need.Names, staff...)
			if call, err = t.more(ctx, call, need); err == nil {
				call, err = t.acquaint(ctx, call, staff, need)
			}
			if err != nil {
				return chat.Reply{}, err
			}
			continue
		}
		if err != nil {
			return t.say(ctx, err)
		}
		if out.Again != nil {
			return t.again(ctx, *out.Again)
		}
		if out.In != "" {
			if call, err = t.fetch(ctx, out.In, need); err != nil {
				return t.say(ctx, err)
			}
			continue
		}
		if want := out.Need; !want.Nothing() {
			need.Names = append(need.Names, want.Names...)
			need.Queries = append(need.Queries, want.Queries...)
			need.Usage = append(need.Usage, want.Usage...)
			if call, err = t.more(ctx, call, need); err == nil {
				call, err = t.acquaint(ctx, call, want.Names, need)
			}
			if err != nil {
				return chat.Reply{}, err
			}
			continue
		}
		if len(out.Read) > 0 {
			need.Names = append(need.Names, out.Read...)
			if call, err = t.more(ctx, call, need); err != nil {
				return chat.Reply{}, err
			}
			continue
		}
		after := t.bot.Follow(call.actingAs(out.Of), out.Events)
		if missing := missing(call, append(after.Need, *call.unnamed...)); len(missing) > 0 {
			need.Names = append(need.Names, missing...)
			if call, err = t.more(ctx, call, need); err != nil {
				return chat.Reply{}, err
			}
			continue
		}
		return t.end(ctx, call, out, after)
	}
	return chat.Reply{}, fmt.Errorf("run %s: it keeps asking for more", t.command.Name)
}

// maxNeeds is how often a command may ask for more before it runs.
const maxNeeds = 6

func missing(c Call, names []journal.Name) []journal.Name {
	return slices.DeleteFunc(slices.Clone(names), c.Has)
}

// decide asks whether the speaker may, then runs the command. It is pure.
func (t *turn) decide(call *Call) (Outcome, error) {
	if p := t.match.Problem; p != nil {
		return Outcome{}, &Refusal{Text: problem(*p, t.command)}
	}
	if t.match.Command == "" {
		return Outcome{}, &Refusal{Text: suggest(*call, t.match.Suggest)}
	}
	if !t.command.Anywhere && !call.Group.Bound() {
		return Outcome{}, noGroup(*call)
	}
	if on := t.command.On; on != nil && on.Given(call.Args) {
		m, err := call.Find(on.Ref(call.Args))
		if err != nil {
			return Outcome{}, err
		}
		call.Target = m
	}
	if t.command.Owners && !call.Access.IsOwner(call.Actor.ID) {
		return Outcome{}, &Denied{
			Decision: access.Decision{Rule: access.RuleTier}, Item: t.command.Needs, Target: call.Target.ID, Next: onlyOwners,
		}
	}
	second := false
	if t.command.Needs != access.NoItem {
		r := access.Request{
			Actor: call.Actor.ID, Item: t.command.Needs, Group: call.Group.ID,
			Target: call.Target.ID, TargetKind: call.Target.Kind, At: call.Now,
		}
		call.Decision = access.Decide(call.Access, r)
		second = call.consented(r)
		t.rule = string(call.Decision.Rule)
		if !call.Decision.Allowed {
			return Outcome{}, &Denied{Decision: call.Decision, Item: t.command.Needs, Target: call.Target.ID}
		}
	}
	out, err := t.command.Run(*call)
	if second && out.Second.IsZero() && len(out.Events) > 0 {
		out.Second = actsOnSenior
	}
	if err == nil && !out.Second.IsZero() && !t.match.Flags.DryRun && (out.Confirm.IsZero() || !t.mustAsk(out)) {
		out, err = submit(*call, t.command, out, t.bot.Impact(*call, out.Events))
	}
	if err == nil && out.Rule != "" {
		t.rule = string(out.Rule)
	}
	return out, err
}

// actingAs is the call as if somebody else had spoken: consequences are theirs, and they are told of them.
func (c Call) actingAs(a *Act) Call {
	if a == nil {
		return c
	}
	c.Actor = chat.Member{ID: a.Actor}
	if m, ok := c.Group.Member(a.Actor); ok {
		c.Actor = m
	} else if p := At[directory.Person](c, directory.OfPerson(a.Actor)); p.Known() {
		c.Actor = p.Member()
	}
	return c
}

// consented asks again as if a second person had agreed, where nothing but that is missing; what the command returns then
// waits for it.
func (c *Call) consented(r access.Request) bool {
	if c.Decision.Rule != access.RuleSecondPerson {
		return false
	}
	facts := c.Access
	facts.Consent = true
	d := access.Decide(facts, r)
	if d.Allowed {
		c.Access, c.Decision = facts, d
	}
	return d.Allowed
}

var actsOnSenior = chat.Text{ZH: "对另一位高级操作，要两个人", EN: "acts on another senior take two people"}

// again runs a confirmed command in place of the confirmation.
func (t *turn) again(ctx context.Context, a Asked) (chat.Reply, error) {
	t.agreed, t.said = &a, a.Said
	t.read(a.Text)
	if t.match.Command == "" || t.match.Problem != nil {
		return chat.Reply{}, fmt.Errorf("run confirmed command: %q is none", t.match.Command)
	}
	call, err := t.fetch(ctx, a.Group, journal.Want{})
	if err != nil {
		return t.say(ctx, err)
	}
	return t.run(ctx, call, journal.Want{})
}

// want is what the command needs to know, for a group that is known or still to be found (journal.Chosen).
func (t *turn) want(g chat.Group, more journal.Want) journal.Want {
	from := t.message.From
	w := journal.Want{Names: []journal.Name{
		access.Of(""), directory.AllGroups, directory.OfPerson(from), OfAsked(from),
	}}
	if g != "" {
		w.Names = append(w.Names, access.Of(g), directory.OfGroup(g), duty.Of(g))
		for _, s := range t.command.Reads {
			w.Names = append(w.Names, s.name(g))
		}
	}
	for i, o := range t.bot.owners() {
		if i == maxOwners {
			break
		}
		w.Names = append(w.Names, directory.OfPerson(o))
	}
	if g == journal.Chosen {
		w.Who = from
	}
	for i, r := range t.match.Args.Refs() {
		if i == maxPeople {
			break
		}
		if PlausibleID(r) {
			w.Names = append(w.Names, directory.OfPerson(chat.User(r.Said)))
		}
	}
	w.Names = append(w.Names, t.foreseen(g)...)
	w.Names = append(w.Names, more.Names...)
	if t.command.Asks != nil && t.match.Problem == nil {
		asks := t.command.Asks(t.match.Args, Call{
			Now: t.bot.Now(), Said: t.said, Zone: t.bot.Zone, Group: directory.Unknown(g), Message: t.message,
			Actor: chat.Member{ID: from},
		})
		w.Names = append(w.Names, asks.Names...)
		w.Queries = append(w.Queries, asks.Queries...)
		w.Usage = append(w.Usage, asks.Usage...)
	}
	w.Queries = append(w.Queries, more.Queries...)
	w.Usage = append(w.Usage, more.Usage...)
	w.Names = unique(w.Names)
	if t.asksFormerly = t.strangerTo(g); t.asksFormerly {
		w.Queries = append(w.Queries, t.former(g))
	}
	return w
}

// strangerTo says whether, as last known, the speaker holds nothing that the command needs: the refusal that probably
// follows then has what it tells already. Nothing is decided by it.
func (t *turn) strangerTo(g chat.Group) bool {
	if g == journal.Chosen {
		g = t.bot.Ledger.LastKnown(journal.Want{Who: t.message.From}).Chosen
	}
	if t.command.Needs == access.NoItem || g == "" || t.command.Asks != nil {
		return false
	}
	known := t.bot.Ledger.LastKnown(journal.Want{Names: []journal.Name{access.Of(""), access.Of(g)}})
	company, _ := known.States[access.Of("")].Value.(access.Book)
	book, ok := known.States[access.Of(g)].Value.(access.Book)
	f := access.Facts{Company: company, Group: book}
	return ok && !f.IsOwner(t.message.From) && f.LevelOf(t.message.From, g, t.bot.Now()) == access.NoLevel
}

// maxOwners is how many owners are read along with every message: a refusal names who could do it, and they are not
// members of every group.
const maxOwners = 5

// owners are the 超级管理员 as last known, to save a round trip; nothing is decided by it.
func (b *Bot) owners() []chat.User {
	company, _ := b.Ledger.LastKnown(journal.Want{Names: []journal.Name{access.Of("")}}).States[access.Of("")].Value.(access.Book)
	return company.Owners()
}

// maxPeople is how many people one message may name.
const maxPeople = 100

func unique(names []journal.Name) []journal.Name {
	out, seen := names[:0], make(map[journal.Name]bool, len(names)) // a command may ask for thousands
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}

// PlausibleID says whether a reference can be a userid at all.
func PlausibleID(r grammar.Ref) bool {
	if r.Said == "" || len(r.Said) > 64 || r.By == grammar.ByEmail {
		return false
	}
	for _, c := range r.Said {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '_' && c != '-' && c != '.' && c != '@' {
			return false
		}
	}
	return true
}

// load accepts the message and reads what its command needs; finished is its answer if it was handled before.
func (t *turn) load(ctx context.Context) (Call, *journal.Finished, error) {
	group := t.message.Group
	if group == "" {
		group = journal.Chosen
	}
	if said := t.match.Group; said != "" {
		group = t.guess(said)
	}
	if t.agreed != nil {
		t.agreed = nil
		t.read(t.message.Text)
	}
	found, err := t.bot.Ledger.Accept(ctx, t.message, t.want(group, journal.Want{}))
	if err != nil {
		return Call{}, nil, err
	}
	t.accepted = true
	t.waiting.accepted()
	if found.Finished != nil {
		return Call{}, found.Finished, nil
	}
	if group == journal.Chosen {
		group = found.Chosen
	}
	t.facts = facts{group: group, found: found}
	if only, ok := t.only(); ok && group == "" {
		call, err := t.fetch(ctx, only, journal.Want{})
		return call, nil, err
	}
	if said := t.match.Group; said != "" {
		meant, err := t.named(said)
		if err != nil {
			return Call{}, nil, err
		}
		if meant != group {
			call, err := t.fetch(ctx, meant, journal.Want{})
			return call, nil, err
		}
	}
	return t.learn(ctx)
}

// guess is the group that a name probably means, so that one round trip is enough when it does.
func (t *turn) guess(said string) chat.Group {
	known := t.bot.Ledger.LastKnown(journal.Want{Names: []journal.Name{directory.AllGroups}})
	groups, _ := known.States[directory.AllGroups].Value.(directory.Groups)
	if found := findGroups(groups, said); len(found) == 1 {
		return found[0].ID
	}
	return chat.Group(said)
}

// only is the group that a direct message must mean, where the bot knows just one.
func (t *turn) only() (chat.Group, bool) {
	groups, _ := t.facts.found.States[directory.AllGroups].Value.(directory.Groups)
	if all := groups.All(); len(all) == 1 && !t.command.Anywhere && t.match.Problem == nil && t.match.Command != "" {
		return all[0].ID, true
	}
	return "", false
}

// FindGroups are the groups that a name may mean.
func (c Call) FindGroups(said string) []directory.Listed { return findGroups(c.Groups, said) }

// findGroups are the groups that a name may mean. Messages are read folded, so names are compared folded too.
func findGroups(gs directory.Groups, said string) []directory.Listed {
	found := gs.Find(said)
	if len(found) > 0 {
		return found
	}
	for _, g := range gs.All() {
		if grammar.Fold(g.Name) == grammar.Fold(said) {
			found = append(found, g)
		}
	}
	return found
}

// named is the group that a name means, or a Refusal that asks.
func (t *turn) named(said string) (chat.Group, error) {
	groups, _ := t.facts.found.States[directory.AllGroups].Value.(directory.Groups)
	found := findGroups(groups, said)
	if len(found) == 1 {
		return found[0].ID, nil
	}
	if len(found) == 0 {
		return "", &Refusal{Text: chat.Text{
			ZH: "没有叫“%s”的群。/群列表 列出机器人认识的群；企业微信不告诉机器人内部群的名称，内部群请在群里 @ 机器人说。",
			EN: "There is no group “%s”. /groups lists those the bot knows; WeCom does not tell the bot the names of internal groups: in those, speak to the bot in the group.",
		}.F(chat.Escape(said))}
	}
	lines := []chat.Text{chat.Text{ZH: "“%s”有 %d 个群，请用编号指明：", EN: "“%s” fits %d groups; say which by id:"}.F(chat.Escape(said), len(found))}
	for _, g := range found {
		lines = append(lines, chat.Same("- `#"+string(g.ID)+"`"))
	}
	return "", &Refusal{Text: chat.Lines(lines...)}
}

// fetch reads everything for a group in one more round trip.
func (t *turn) fetch(ctx context.Context, g chat.Group, more journal.Want) (Call, error) {
	found, err := t.bot.Ledger.Load(ctx, t.want(g, more))
	if err != nil {
		return Call{}, err
	}
	t.facts = facts{group: g, found: found}
	call, _, err := t.learn(ctx)
	return call, err
}

// more reads again, together with what the command has asked for.
func (t *turn) more(ctx context.Context, _ Call, need journal.Want) (Call, error) {
	found, err := t.bot.Ledger.Load(ctx, t.want(t.facts.group, need))
	if err != nil {
		return Call{}, err
	}
	t.facts.found = found
	return t.call(), nil
}

// call makes the Call of what was read.
func (t *turn) call() Call {
	f := t.facts
	c := Call{
		Now: t.bot.Now(), Said: t.said, Zone: t.bot.Zone, Message: t.message, Args: t.match.Args,
		Profile: t.bot.Profile, Education: t.bot.Education, commands: t.bot.All(), bot: t.bot, found: f.found, Health: t.bot.Health(),
		unnamed: &[]journal.Name{}, unmailed: &[]journal.Name{}, Named: t.message.Group != "" || t.match.Group != "",
	}
	if t.agreed != nil {
		c.Named = t.agreed.Named // a confirmation is said elsewhere
	}
	c.Group = At[directory.Group](c, directory.OfGroup(f.group))
	c.Groups = At[directory.Groups](c, directory.AllGroups)
	c.Asked = At[Asked](c, OfAsked(t.message.From))
	if t.agreed != nil {
		c.agreed = t.agreed.Text
	}
	person := At[directory.Person](c, directory.OfPerson(t.message.From))
	c.Actor = chat.Member{ID: t.message.From}
	if person.Known() {
		c.Actor = person.Member()
	} else if m, ok := c.Group.Member(t.message.From); ok {
		c.Actor = m
	}
	c.Access = accessFacts(c, f.group, t.message.From)
	return c
}

func accessFacts(c Call, g chat.Group, actor chat.User) access.Facts {
	f := access.Facts{Company: At[access.Book](c, access.Of(""))}
	if g != "" {
		f.Group = At[access.Book](c, access.Of(g))
	}
	group := At[directory.Group](c, directory.OfGroup(g))
	f.People = peopleOf(c, group)
	f.Actor = f.People[actor]
	f.Place = access.Place{Departments: group.Departments(), Tags: f.Group.Tags()}
	if group.MembersKnown {
		f.Place.People = len(group.Members())
	}
	if c.Has(duty.Of(g)) {
		f.Roster = onShift{At[duty.Roster](c, duty.Of(g)), c.Zone}
	}
	f.Offered = Offered(c.Profile)
	return f
}

// In is the facts about another group, as far as they were read: its access book, the group itself, its roster.
func (c Call) In(g chat.Group) access.Facts {
	return accessFacts(c, g, c.Actor.ID)
}

// onShift tells decisions about rights who is on duty: the roster's turns, in the bot's zone.
type onShift struct {
	roster duty.Roster
	zone   *time.Location
}

// Shifts tells decisions about rights who is on duty by a roster.
func (c Call) Shifts(r duty.Roster) access.Roster { return onShift{r, c.Zone} }

// OnDuty says whether a person has the turn that runs at a moment. The backup rests until they take over.
func (s onShift) OnDuty(who chat.User, at time.Time) bool {
	t, ok := s.roster.OnDuty(at.In(s.zone))
	return ok && t.Who == who
}

// NextShift looks a week ahead.
func (s onShift) NextShift(who chat.User, at time.Time) (time.Time, bool) {
	at = at.In(s.zone)
	for _, t := range s.roster.Between(at, at.AddDate(0, 0, 7)) {
		if t.Who == who && t.Start.After(at) {
			return t.Start, true
		}
	}
	return time.Time{}, false
}

// Inherits is what the address book says of a person that can give or take rights.
func Inherits(p directory.Person) access.Person {
	out := access.Person{Followers: p.Followers}
	if p.Position != "" {
		out.Positions = []string{p.Position}
	}
	for _, d := range p.Within {
		out.Departments = append(out.Departments, access.Department{Name: d.Name, Depth: d.Depth})
	}
	if len(p.Within) == 0 { // what is above them was not told
		for _, d := range p.Departments {
			out.Departments = append(out.Departments, access.Department{Name: d, Depth: 1})
		}
	}
	return out
}

// Offered is what a platform has of the catalogue, with the bot's own governance; empty, which is all, for a platform
// that does not say.
func Offered(p chat.Profile) access.Items {
	if len(p.Items) == 0 {
		return 0
	}
	out := access.GovernanceItems
	for _, name := range p.Items {
		if i, ok := access.ParseItem(name); ok {
			out = out.With(i)
		}
	}
	return out
}
