package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

// end finishes a turn whose command has run: a dry run shows, a question asks, everything else commits.
func (t *turn) end(ctx context.Context, c Call, out Outcome, after Consequence) (chat.Reply, error) {
	changes := len(out.Events)+len(out.Effects) > 0
	switch {
	case t.match.Flags.DryRun && changes:
		t.ended = "previewed"
		return t.finish(ctx, c, journal.Write{Reply: chat.Reply{Text: dryRun(elsewhere(c, t.command), out, t.bot.Impact(c, out.Events))}})
	case !out.Confirm.IsZero() && t.mustAsk(out):
		return t.ask(ctx, c, out, t.bot.Impact(c, out.Events))
	case !changes:
		t.ended = "done"
		return t.finish(ctx, c, journal.Write{Reply: out.Reply})
	}
	t.ended = "done"
	w := journal.Write{Reply: recorded(c, t.command, out, after.Says), Effects: append(out.Effects, after.Effects...), Checks: checks(c.found)}
	events := append(slices.Clone(out.Events), after.Events...)
	if t.agreed != nil {
		events = append(events, journal.Event{Changes: c.Asked.Drop(c.Actor.ID)})
	}
	if len(events) > 0 {
		e := t.entryOf(out, merge(events))
		w.Entry, w.Kinds = &e, kinds(events)
	}
	return t.finish(ctx, c, w)
}

// mustAsk says whether the person has not yet agreed to just this. A preview that has become another one since it
// was shown is shown again: what is done is what was seen.
func (t *turn) mustAsk(out Outcome) bool {
	if t.match.Flags.Yes {
		return false
	}
	return t.agreed == nil || t.agreed.Shown != fingerprint(out.Changes)
}

// ask keeps the command until the person agrees, and shows what it would do.
func (t *turn) ask(ctx context.Context, c Call, out Outcome, impact chat.Text) (chat.Reply, error) {
	t.ended = "asked"
	next := Asked{
		Code: incidentOf(t.message.ID), Text: t.message.Text, Group: t.facts.group, Named: c.Named, Said: t.said.UTC(),
		Until: c.Now.Add(askFor).UTC(), Shown: fingerprint(out.Changes),
	}
	if t.agreed != nil {
		next.Text = t.agreed.Text
	}
	e := t.header(CommandAsked, journal.Done)
	e.Changes = c.Asked.replace(c.Actor.ID, next)
	return t.finish(ctx, c, journal.Write{Reply: question(elsewhere(c, t.command), out, impact, next, t.agreed != nil), Entry: &e, Checks: checks(c.found)})
}

// say answers with a no: one of policy is journalled, one that the person can mend is not.
func (t *turn) say(ctx context.Context, err error) (chat.Reply, error) {
	if r, ok := asRefusal(err); ok {
		t.ended = "mend"
		return t.finish(ctx, t.call(), journal.Write{Reply: chat.Reply{Text: r.Text, Card: r.Card}})
	}
	var d *Denied
	if !errors.As(err, &d) {
		return chat.Reply{}, err
	}
	t.ended, t.rule = "refused", string(d.Decision.Rule)
	c := t.call()
	e := t.header(CommandRefused, journal.Refused)
	e.Rule = string(d.Decision.Rule)
	if d.Item != access.NoItem {
		e.Items = []string{d.Item.String()}
	}
	if e.Targets = d.All; d.Target != "" && len(d.All) == 0 {
		e.Targets = []chat.User{d.Target}
	}
	was, err := t.formerly(ctx, d)
	if err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Text: denied(c, t.command, d).Plus(was), Card: waking(c, d)}
	reply.Text = reply.Text.Plus(chat.Same(" " + chat.ThisEntry))
	if reply.Card == nil {
		reply.Card = petition(c, d)
	}
	return t.finish(ctx, c, journal.Write{Reply: reply, Entry: &e})
}

// formerly tells somebody to whom nothing is granted that it was, and when that ended: the record itself is gone.
func (t *turn) formerly(ctx context.Context, d *Denied) (chat.Text, error) {
	if d.Decision.Rule != access.RuleDefault || t.facts.group == "" {
		return chat.Text{}, nil
	}
	c := t.call()
	entries := t.facts.found.Entries
	if !t.asksFormerly {
		found, err := t.bot.Ledger.Load(ctx, journal.Want{Queries: []journal.Query{t.former(t.facts.group)}})
		if err != nil {
			return chat.Text{}, fmt.Errorf("read what was granted: %w", err)
		}
		entries = found.Entries
	}
	for _, e := range entries[len(entries)-1] {
		if e.Group != t.facts.group {
			continue // it was asked about the group that the speaker had chosen before
		}
		switch e.Kind {
		case access.Lapsed:
			if !slices.Contains(e.Items, d.Item.String()) && !slices.Contains(e.Items, access.Admins.String()) {
				continue // another right than the one that is missing
			}
			return chat.Text{ZH: "您的授权已于 %s 到期（#%d）。", EN: " Your grant ended at %s (#%d)."}.F(c.Moment(e.At), e.N), nil
		case access.Revoked, access.Resigned:
			return chat.Text{ZH: "您的角色已于 %s 结束（#%d）。", EN: " Your role ended at %s (#%d)."}.F(c.Moment(e.At), e.N), nil
		case access.Granted:
			return chat.Text{}, nil
		}
	}
	return chat.Text{}, nil
}

// former asks for what has lately been done to the speaker's rights in a group.
func (t *turn) former(g chat.Group) journal.Query {
	if g == journal.Chosen {
		g = t.bot.Ledger.LastKnown(journal.Want{Who: t.message.From}).Chosen
	}
	return journal.Query{Target: t.message.From, Group: g, Since: t.bot.Now().Add(-formerlyWithin), Limit: 20}
}

// formerlyWithin is how long after its end a right is spoken of.
const formerlyWithin = 30 * 24 * time.Hour

// finish commits the write as the end of this message and returns the reply with its number.
func (t *turn) finish(ctx context.Context, c Call, w journal.Write) (chat.Reply, error) {
	w.MessageID = t.message.ID
	if card := w.Reply.Card; card != nil {
		card.ID = "c" + incidentOf(t.message.ID) + incidentOf(t.message.ID+"/card")
		send := chat.Effect{Kind: chat.Send, To: t.message.From, ReplyTo: t.message.ReplyTo, Group: t.facts.group}
		send.Reply.Card = card
		w.Effects = append(w.Effects, send)
		w.Reply.Card = nil
	}
	if pic := w.Reply.Picture; pic != nil {
		send := chat.SendTo(t.message.From, t.facts.group, chat.Reply{Picture: pic})
		send.ReplyTo = t.message.ReplyTo
		w.Effects = append(w.Effects, send)
		w.Reply.Picture = nil
	}
	if files := w.Reply.Files; files != nil {
		send := chat.SendTo(t.message.From, t.facts.group, chat.Reply{Files: files})
		send.ReplyTo = t.message.ReplyTo
		w.Effects = append(w.Effects, send)
		w.Reply.Files = nil
	}
	t.sendIfLeft(&w)
	done, err := t.bot.commit(ctx, w)
	if errors.Is(err, journal.ErrFinished) {
		t.ended, t.entry = "repeated", done.N
		return done.Reply.Number(done.N), nil
	}
	if err != nil {
		return chat.Reply{}, fmt.Errorf("commit: %w", err)
	}
	t.entry = done.N
	return done.Reply.Number(done.N), nil
}

// sendIfLeft sends the reply of a write as a message where nobody waits for it any more.
func (t *turn) sendIfLeft(w *journal.Write) {
	if t.waiting.answers() || w.Reply.IsZero() {
		return
	}
	late := chat.Effect{Kind: chat.Send, To: t.message.From, ReplyTo: t.message.ReplyTo, Group: t.facts.group}
	late.Reply.Text = w.Reply.Text
	w.Effects = append([]chat.Effect{late}, w.Effects...)
}

// entryOf is the entry of a command that changed something.
func (t *turn) entryOf(out Outcome, merged journal.Entry) journal.Entry {
	e := t.header(merged.Kind, journal.Done)
	if merged.Group != "" {
		e.Group = merged.Group
	}
	if slices.ContainsFunc(merged.Changes, func(c journal.Change) bool { return c.Of == access.Of("") || c.Of == moderation.WordsOf("") }) {
		e.Group = "" // it is about all groups, whichever one the speaker has chosen
	}
	e.Targets, e.Items, e.Reason, e.Changes = merged.Targets, merged.Items, merged.Reason, merged.Changes
	e.Rule, e.Undoes = t.rule, out.Undoes
	if of := out.Of; of != nil {
		e.Actor, e.Command = of.Actor, of.Command
	}
	if out.Ended != "" {
		e.Outcome = out.Ended
	}
	return e
}

// merge makes one entry of the events of one message. The first event names it.
func merge(events []journal.Event) journal.Entry {
	var e journal.Entry
	var groups []chat.Group
	for i, ev := range events {
		if i == 0 {
			e.Kind, e.Group, e.Reason = ev.Kind, ev.Group, ev.Reason
		}
		if ev.Group != "" && !slices.Contains(groups, ev.Group) {
			groups = append(groups, ev.Group)
		}
		for _, u := range ev.Targets {
			if !slices.Contains(e.Targets, u) {
				e.Targets = append(e.Targets, u)
			}
		}
		for _, i := range ev.Items {
			if !slices.Contains(e.Items, i) {
				e.Items = append(e.Items, i)
			}
		}
		for _, c := range ev.Changes {
			e.Changes = join(e.Changes, c)
		}
	}
	if e.Group == "" && len(groups) == 1 {
		e.Group = groups[0] // a person's matter that touched just one group is found there
	}
	return e
}

// join adds a change; a second change of the same record becomes one with the first.
func join(to []journal.Change, c journal.Change) []journal.Change {
	for i, old := range to {
		if old.Of == c.Of && old.Key == c.Key {
			to[i].After, to[i].Due = c.After, c.Due
			return to
		}
	}
	return append(to, c)
}

// checks are all aggregates that were looked at: what was true when it was decided must be true when it is done.
func checks(f journal.Found) []journal.Check {
	out := make([]journal.Check, 0, len(f.States))
	for n, s := range f.States {
		out = append(out, journal.Check{Name: n, Version: s.Version})
	}
	return out
}
