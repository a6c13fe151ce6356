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
	var first []ingest.Ticket // of each group
	for _, t := range told {
		if _, seen := byGroup[t.Group]; !seen {
			first = append(first, t)
		}
		byGroup[t.Group] = append(byGroup[t.Group], ticket.News{
			ID: t.ID, Solved: t.Solved, Assigned: t.Assigned, Subject: t.Subject, Customer: t.Customer, By: t.By, Assignee: t.Assignee, At: t.At, Source: helpdesk,
		})
	}
	if err := s.knowGroups(ctx, first); err != nil {
		return err
	}
	for _, begin := range first {
		g := begin.Group
		of, settled := ticket.Of(g), ticket.SettledOf(g)
		err := s.bot.Amend(ctx, []journal.Name{of, settled}, g, func(c bot.Call) (bot.Outcome, error) {
			events, err := bot.At[ticket.Book](c, of).Tell(g, bot.At[ticket.Totals](c, settled), byGroup[g]...)
			return bot.Outcome{Events: events}, err
		})
		if errors.Is(err, ticket.ErrFull) {
			return ingest.Refused{Line: begin.Line, Field: "group", Text: fmt.Sprintf("%q has more than %d open complaints; tell of those that are solved first", g, ticket.MostOpen)}
		}
		if err != nil {
			return fmt.Errorf("keep tickets: %w", err)
		}
	}
	return nil
}

func (s *system) knowGroups(ctx context.Context, first []ingest.Ticket) error {
	found, err := s.ledger.Load(ctx, journal.Want{Names: []journal.Name{directory.AllGroups}})
	if err != nil {
		return fmt.Errorf("read groups: %w", err)
	}
	known, _ := found.States[directory.AllGroups].Value.(directory.Groups)
	for _, t := range first {
		if !slices.ContainsFunc(known.All(), func(l directory.Listed) bool { return l.ID == t.Group }) {
			return ingest.Refused{Line: t.Line, Field: "group", Text: fmt.Sprintf("the bot does not know %q; bring it into the group first, or check the id", t.Group)}
		}
	}
	return nil
}
