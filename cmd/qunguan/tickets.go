package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/platform/ingest"
	"qunguan/bot/ticket"
)

// helpdesk is the source of complaints that are posted.
const helpdesk = "helpdesk"

// tellTickets takes in what a helpdesk has told of complaints: one entry a group. A group that the bot does not know
// refuses the whole batch before anything is kept, since a wrong id would else be counted nowhere in silence. If storage
// goes away on the way, the batch is posted again, and what was kept of it changes nothing.
func (s *system) tellTickets(ctx context.Context, told []ingest.Ticket) error {
	byGroup := map[chat.Group][]ticket.News{}
	var order []chat.Group
	for _, t := range told {
		if _, seen := byGroup[t.Group]; !seen {
			order = append(order, t.Group)
		}
		byGroup[t.Group] = append(byGroup[t.Group], ticket.News{
			ID: t.ID, Solved: t.Solved, Assigned: t.Assigned, Subject: t.Subject, Customer: t.Customer, By: t.By, Assignee: t.Assignee, At: t.At, Source: helpdesk,
		})
	}
	if err := s.knowGroups(ctx, order); err != nil {
		return err
	}
	for _, g := range order {
		of, settled := ticket.Of(g), ticket.SettledOf(g)
		err := s.bot.Amend(ctx, []journal.Name{of, settled}, g, func(c bot.Call) (bot.Outcome, error) {
			events, err := bot.At[ticket.Book](c, of).Tell(g, bot.At[ticket.Totals](c, settled), byGroup[g]...)
			return bot.Outcome{Events: events}, err
		})
		if errors.Is(err, ticket.ErrFull) {
			return fmt.Errorf("%w: group %s: more than %d complaints are open", ingest.ErrRefused, g, ticket.MostOpen)
		}
		if err != nil {
			return fmt.Errorf("keep tickets: %w", err)
		}
	}
	return nil
}

func (s *system) knowGroups(ctx context.Context, groups []chat.Group) error {
	found, err := s.ledger.Load(ctx, journal.Want{Names: []journal.Name{directory.AllGroups}})
	if err != nil {
		return fmt.Errorf("read groups: %w", err)
	}
	known, _ := found.States[directory.AllGroups].Value.(directory.Groups)
	for _, g := range groups {
		if !slices.ContainsFunc(known.All(), func(l directory.Listed) bool { return l.ID == g }) {
			return fmt.Errorf("%w: group %q: the bot does not know it; bring the bot into the group first, or check the id", ingest.ErrRefused, g)
		}
	}
	return nil
}
