package scheduler

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// Digest says how a digest is made.
type Digest struct {
	Reads func([]chat.Group) []journal.Name
	// Groups says what there is to say about groups and to whom; need is what must be read first.
	Groups func(bot.Call, []chat.Group, digest.Span) (found []digest.Group, need journal.Want)
	// Company says what owners are told besides, whose queries come after so many others.
	Company func(c bot.Call, s digest.Span, first int) (found []digest.Finding, need journal.Want)
	Send    func(bot.Call, chat.User, digest.Span, []digest.Finding) bot.Outcome
}

// groupsAtOnce is how many groups are read in one round trip.
const groupsAtOnce = 25

// Weekly is the rhythm that tells managers what needs their eyes: each one message about all their groups. It may be
// done twice: what somebody was sent is written down with the sending.
func (d Digest) Weekly(b *bot.Bot, spec string) Rhythm {
	return Rhythm{Name: "digest_weekly", Title: chat.Text{ZH: "每周简报", EN: "weekly digest"}, Spec: spec, Run: func(ctx context.Context) error {
		return d.run(ctx, b, digest.Weekly)
	}}
}

// Daily is the rhythm that tells owners what cannot wait for the week to end, if there is anything.
func (d Digest) Daily(b *bot.Bot, spec string) Rhythm {
	return Rhythm{Name: "digest_daily", Title: chat.Text{ZH: "每日提醒", EN: "daily digest"}, Spec: spec, Run: func(ctx context.Context) error {
		return d.run(ctx, b, digest.Daily)
	}}
}

func (d Digest) run(ctx context.Context, b *bot.Bot, period string) error {
	groups, err := b.KnownGroups(ctx)
	if err != nil {
		return fmt.Errorf("list groups: %w", err)
	}
	span := digest.SpanOf(period, b.Now().In(b.Zone))
	var company []digest.Finding
	var owners []chat.User
	err = b.Amend(ctx, []journal.Name{access.Of(""), canary.Of}, "", func(c bot.Call) (bot.Outcome, error) {
		var need journal.Want
		company, need = d.Company(c, span, 0)
		owners = c.Access.Company.Owners()
		return bot.Outcome{Need: need}, nil
	})
	if err != nil {
		return fmt.Errorf("read company: %w", err)
	}
	all := company
	theirs := map[chat.User][]digest.Finding{}
	for chunk := range slices.Chunk(groups, groupsAtOnce) {
		found, err := d.read(ctx, b, chunk, span)
		if err != nil {
			return fmt.Errorf("read groups: %w", err)
		}
		for _, g := range found {
			all = append(all, g.Findings...)
			for _, u := range g.Managers {
				theirs[u] = append(theirs[u], g.Findings...)
			}
		}
	}
	if period == digest.Daily {
		theirs = map[chat.User][]digest.Finding{}
	}
	for _, u := range owners {
		theirs[u] = all
	}
	var faults []error
	for _, u := range slices.Sorted(maps.Keys(theirs)) {
		if len(owners) > 1 || !slices.Contains(owners, u) { // an only owner has nobody above them
			theirs[u] = digest.For(u, theirs[u])
		}
		if len(theirs[u]) == 0 {
			continue
		}
		err := b.Amend(ctx, []journal.Name{digest.Of(u), directory.OfPerson(u)}, "", func(c bot.Call) (bot.Outcome, error) {
			if bot.At[directory.Person](c, directory.OfPerson(u)).Gone {
				return bot.Outcome{}, nil
			}
			return d.Send(c, u, span, theirs[u]), nil
		})
		if err != nil {
			faults = append(faults, fmt.Errorf("send digest to %s: %w", u, err))
		}
	}
	return errors.Join(faults...)
}

// read says what there is to say about some groups.
func (d Digest) read(ctx context.Context, b *bot.Bot, groups []chat.Group, s digest.Span) (found []digest.Group, err error) {
	names := append([]journal.Name{access.Of("")}, d.Reads(groups)...)
	err = b.Amend(ctx, names, "", func(c bot.Call) (bot.Outcome, error) {
		var need journal.Want
		found, need = d.Groups(c, groups, s)
		return bot.Outcome{Need: need}, nil
	})
	return found, err
}
