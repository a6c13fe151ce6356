package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

// This file watches over what members write in groups that want so. Most messages break nothing, and most groups want
// nothing: these cost no round trip. What seems to break something is looked at once more with all that is known of the
// group, and what is then caught is committed before the message counts as heard, so that it is neither lost nor caught
// twice.

// watched are the switches that make messages worth looking at.
var watched = []access.Switch{access.AtAll, access.SpeechReview, access.KeywordMonitor, access.MemberFiles}

// watch is what the messages of a group are looked at for. The nil watch looks at none.
type watch struct {
	book  access.Book
	on    bool // the group itself wants keywords
	lists []*moderation.Matcher
}

// watchOf is the watch of a group, by its book and the lists of keywords; nil where it wants none.
func (b *Bot) watchOf(c Call, g chat.Group) *watch {
	own, company := moderation.WordsOf(g), moderation.WordsOf("")
	w := &watch{book: At[access.Book](c, access.Of(g)), on: At[moderation.List](c, own).On()}
	if !w.on && !w.book.Holds(watched...) {
		return nil
	}
	if m := b.ears.company.of(c.State(company)); m != nil {
		w.lists = append(w.lists, m)
	}
	if m := At[moderation.List](c, own).Compile(); m != nil {
		w.lists = append(w.lists, m)
	}
	return w
}

// bounds are what nobody but an admin may write at a moment, and whether it is listed for review.
func (w *watch) bounds(at time.Time) (b moderation.Bounds, review bool) {
	if w == nil {
		return moderation.Bounds{}, false
	}
	_, b.Files = w.book.Holder(access.MemberFiles, at)
	_, b.Everybody = w.book.Holder(access.AtAll, at)
	if _, scene := w.book.Holder(access.KeywordMonitor, at); scene || w.on {
		b.Lists = w.lists
	}
	_, review = w.book.Holder(access.SpeechReview, at)
	return b, review
}

// written is whose message it is taken for by the lists: of internal groups everybody is of the company.
func (e *ear) written(h chat.Heard) chat.PersonKind {
	switch {
	case h.Kind != "":
		return h.Kind
	case e.inside || e.staff[h.From]:
		return chat.Staff
	}
	return chat.Customer
}

// suspect are messages that seem to break something, of one person in one group.
type suspect struct {
	group chat.Group
	who   chat.User
	kind  chat.PersonKind
	said  []chat.Heard
}

// suspects picks out, of what was heard in a group, what must be looked at again, and what is listed for review. What was
// recalled comes after everything that is caught, one by one: each is a commit of its own, so that a message that was
// caught and recalled in one batch is known as both, and each entry says what it is.
func (b *Bot) suspects(e *ear, g chat.Group, heard []chat.Heard) (out []suspect, review []journal.Listed) {
	oldest := b.Now().Add(-moderation.OldestSeen)
	var recalled []suspect
	for _, h := range heard {
		if h.Robot || h.At.Before(oldest) {
			continue
		}
		bounds, listed := e.watch.bounds(h.At)
		kind := e.written(h)
		if h.Recalls != "" {
			recalled = append(recalled, suspect{group: g, who: h.From, kind: kind, said: []chat.Heard{h}})
			continue
		}
		admin := e.access.LevelOf(h.From, g, h.At) != access.NoLevel // whoever is one by their position is found to be later
		if admin && !h.Everybody {
			continue
		}
		if listed && !admin {
			review = append(review, journal.Listed{Group: g, ID: h.ID, Who: h.From, Form: h.Form, At: h.At})
		}
		if bounds.Look(h, kind).None() {
			continue
		}
		i := slices.IndexFunc(out, func(s suspect) bool { return s.who == h.From })
		if i < 0 {
			i, out = len(out), append(out, suspect{group: g, who: h.From, kind: kind})
		}
		out[i].said = append(out[i].said, h)
	}
	return append(out, recalled...), review
}

// watchOver catches what breaks something among the messages of the groups that are left.
func (t *hearing) watchOver(ctx context.Context, ears map[chat.Group]*ear) error {
	var all []suspect
	var review []journal.Listed
	for _, g := range t.left {
		e := ears[g]
		if e.watch == nil || !e.known || t.heard == nil {
			continue
		}
		some, listed := t.bot.suspects(e, g, t.heard[g])
		all, review = append(all, some...), append(review, listed...)
	}
	if err := t.bot.Ledger.List(ctx, review); err != nil {
		return fmt.Errorf("list messages: %w", err)
	}
	for _, s := range all {
		switch err := t.bot.examine(ctx, s); {
		case err == nil:
		case errors.Is(err, chat.ErrUnavailable), errors.Is(err, journal.ErrStale), ctx.Err() != nil:
			return fmt.Errorf("examine messages of %s: %w", s.group, err)
		default: // whatever is wrong with one group must not keep the clocks of all
			t.bot.Log.Error("messages not examined", zap.String("group", string(s.group)), zap.Int("messages", len(s.said)), zap.Error(err))
		}
	}
	return nil
}

// examine looks at messages of one person with all that is known of the group, and keeps what is caught.
func (b *Bot) examine(ctx context.Context, s suspect) error {
	conduct := moderation.ConductOf(s.group)
	names := []journal.Name{
		conduct, directory.OfGroup(s.group), duty.Of(s.group), access.Of(s.group), access.Of(""),
		directory.OfPerson(s.who), moderation.WordsOf(s.group), moderation.WordsOf(""),
	}
	defer b.queue.enter(string(s.group))()
	return b.commitOwn(ctx, own{group: s.group, message: s.said[0].ID}, names, func(c Call) (Outcome, error) {
		book, w := At[moderation.Conduct](c, conduct), b.watchOf(c, s.group)
		var events []journal.Event
		var effects []chat.Effect
		var hits []moderation.Hit
		for _, h := range s.said {
			if h.Recalls != "" {
				if e, caught, ok := book.Recall(s.group, h.Recalls); ok {
					events, effects = append(events, e), append(effects, tellRecalled(c, caught)...)
				}
				continue
			}
			bounds, _ := w.bounds(h.At)
			if hit := bounds.Look(h, s.kind); !hit.None() && !b.commanded(c, h) {
				hits = append(hits, moderation.Hit{ID: h.ID, At: h.At, Breach: c.binding(h, hit)})
			}
		}
		if e, ok := book.Catch(s.group, s.who, s.kind, hits, c.Now); ok {
			events = append(events, e)
		}
		return Outcome{Events: events, Effects: effects}, nil
	})
}

// commanded says whether a message is a command, which no filter is for. Customers cannot give any, so theirs are no excuse.
func (b *Bot) commanded(c Call, h chat.Heard) bool {
	text, slashed := afterMentions(h.Text)
	return c.Group.Kind != chat.CustomerGroup && slashed && b.reads(text, h.At)
}

// afterMentions is a text without whom it addresses, and whether it then begins as commands do: a mere word that a
// command has, too, is no way around the watch.
func afterMentions(text string) (rest string, slashed bool) {
	text = strings.TrimSpace(text)
	for strings.HasPrefix(text, "@") {
		_, after, ok := strings.Cut(text, " ")
		if !ok {
			return text, false
		}
		text = strings.TrimSpace(after)
	}
	return text, strings.HasPrefix(text, "/") || strings.HasPrefix(text, "／")
}

// IsAdmin says whether somebody is an admin of the group, by a role here or above, or by the platform's own book.
func (c Call) IsAdmin(who chat.User, at time.Time) bool {
	return who == c.Group.Owner || slices.Contains(c.Group.Admins, who) ||
		c.Access.Governs(who, c.Group.ID) || c.Access.LevelOf(who, c.Group.ID, at) != access.NoLevel
}

// binding is what of a breach binds the writer: mentioning everybody takes an item of its own, the rest binds whoever is
// no admin.
func (c Call) binding(h chat.Heard, b moderation.Breach) moderation.Breach {
	facts := c.Access
	facts.Actor = facts.People[h.From]
	r := access.Request{Actor: h.From, Item: access.MentionAll, Group: c.Group.ID, At: h.At}
	free := h.From == c.Group.Owner || access.Decide(facts, r).Allowed
	admin := c.IsAdmin(h.From, h.At)
	out := moderation.Breach{What: slices.DeleteFunc(slices.Clone(b.What), func(w moderation.What) bool {
		return w == moderation.Everybody && free || w != moderation.Everybody && admin
	})}
	if slices.Contains(out.What, moderation.Keyword) {
		out.Words = b.Words
	}
	return out
}

// tellRecalled tells whoever asked for it that a message was recalled.
func tellRecalled(c Call, caught moderation.Case) []chat.Effect {
	if caught.Asked == "" {
		return nil
	}
	return []chat.Effect{chat.SendTo(caught.Asked, c.Group.ID, chat.Reply{Text: chat.Text{
		ZH: "“%s”：%s 已撤回消息（消息来源核实，已撤回 %d 条，共 %d 条）。", EN: "“%s”: %s has recalled a message, as the message source tells (%d of %d).",
	}.F(chat.Escape(c.Group.Title()), c.Name(caught.Who), len(caught.Gone), caught.Count())}).As(chat.OfConduct)}
}

// Overseers are those who watch over the conduct in the group: who holds the item for it, the admins of the group before
// those above them, who are asked where there is no other. Nobody is told of themselves.
func (c Call) Overseers(except ...chat.User) []chat.User {
	var here, above []chat.User
	for _, u := range c.Access.Who(access.ReviewMessages, c.Group.ID, c.Now) {
		switch {
		case slices.Contains(except, u):
		case c.Access.Governs(u, c.Group.ID):
			above = append(above, u)
		default:
			here = append(here, u)
		}
	}
	if len(here) > 0 {
		return here
	}
	return above
}
