package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
		if less := call.lacking(); less != nil {
			return t.say(ctx, less)
		}
		call.Confirmed, call.DryRun = t.agreed != nil || t.match.Flags.Yes, t.match.Flags.DryRun
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
		if ask := out.Inspect; ask != (Inspection{}) && t.inspected.Of != ask {
			if t.inspected, err = t.bot.inspect(ctx, ask); err == nil {
				call, err = t.more(ctx, call, need)
			}
			if err != nil {
				return chat.Reply{}, err
			}
			continue
		}
		if want := out.Need; !want.Nothing() {
			need.Names = append(need.Names, want.Names...)
			need.Queries = append(need.Queries, want.Queries...)
			need.Usage = append(need.Usage, want.Usage...)
			need.Clocks, need.Tallies = append(need.Clocks, want.Clocks...), append(need.Tallies, want.Tallies...)
			need.Listed = append(need.Listed, want.Listed...)
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
		return Outcome{}, &Refusal{Text: problem(*p, t.command, t.match.Suggest)}
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
			if w.Names = append(w.Names, s.name(g)); s.name(g) == duty.Of(g) {
				w.Names = append(w.Names, duty.OfLife(g)) // whoever changes a roster moves what follows its shifts
			}
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
		w.Clocks, w.Tallies = append(w.Clocks, asks.Clocks...), append(w.Tallies, asks.Tallies...)
		w.Listed = append(w.Listed, asks.Listed...)
	}
	w.Queries = append(w.Queries, more.Queries...)
	w.Usage = append(w.Usage, more.Usage...)
	w.Clocks, w.Tallies = append(w.Clocks, more.Clocks...), append(w.Tallies, more.Tallies...)
	w.Listed = append(w.Listed, more.Listed...)
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
