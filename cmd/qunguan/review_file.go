package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/document"
	"qunguan/bot/journal"
	"qunguan/bot/platform/wecom"
	"qunguan/bot/review"
	"qunguan/commands"
)

// sheetsAtOnce is of how many groups the cases are read at a time.
const sheetsAtOnce = 300

// review writes the outcome of a review: a row for every admin, with evidence, verdict and the entries that prove it.
func (d documents) review(ctx context.Context, of commands.ReviewFile) (content []byte, sorry chat.Text, err error) {
	s := d.system
	found, err := s.ledger.Load(ctx, journal.Want{Names: []journal.Name{review.All, directory.AllGroups}})
	if err != nil {
		return nil, sorry, fmt.Errorf("read review %s: %w", of.Review, err)
	}
	book, _ := found.States[review.All].Value.(review.Book)
	list, _ := found.States[directory.AllGroups].Value.(directory.Groups)
	x, ok := book.Get(of.Review)
	if !ok {
		return nil, chat.Text{ZH: "没有 `%s` 这次复核，没有文件可发。", EN: "There is no review `%s`, so there is no file."}.F(of.Review), nil
	}
	trail, err := s.trail(ctx, x)
	if err != nil {
		return nil, sorry, err
	}
	l := chat.Language(s.config.Language)
	headings := make([]document.Heading, len(commands.ReviewColumns))
	for i, c := range commands.ReviewColumns {
		headings[i] = document.Heading{Name: c.Name.In(l), Width: c.Width, Wraps: c.Wraps}
	}
	sheet, err := document.NewSheet(chat.Text{ZH: "权限复核", EN: "Access review"}.In(l), zoneOf(s), headings...)
	if err != nil {
		return nil, sorry, err
	}
	defer func() { err = errors.Join(err, sheet.Close()) }()
	var groups []chat.Group
	for _, g := range list.All() {
		if x.Covers(g.ID) && (len(of.Groups) == 0 || slices.Contains(of.Groups, g.ID)) {
			groups = append(groups, g.ID)
		}
	}
	slices.Sort(groups)
	names := &namebook{system: s, people: map[chat.User]string{}, groups: map[chat.Group]string{}}
	for batch := range slices.Chunk(groups, sheetsAtOnce) {
		if err := s.reviewRows(ctx, sheet, x, batch, names, trail); err != nil {
			return nil, sorry, err
		}
	}
	var out bytes.Buffer
	if _, err := sheet.WriteTo(&bounded{w: &out, left: wecom.MaxFile}); err != nil {
		if errors.Is(err, errTooLarge) {
			return nil, tooLarge.F(of.Review), nil
		}
		return nil, sorry, err
	}
	return out.Bytes(), sorry, nil
}

// reviewRows writes the cases of some groups.
func (s *system) reviewRows(ctx context.Context, sheet *document.Sheet, x review.Campaign, groups []chat.Group, names *namebook, trail trail) error {
	var want []journal.Name
	for _, g := range groups {
		want = append(want, review.Of(g))
	}
	found, err := s.ledger.Load(ctx, journal.Want{Names: want})
	if err != nil {
		return fmt.Errorf("read cases: %w", err)
	}
	l := chat.Language(s.config.Language)
	name := func(u chat.User) string { return names.person(u, l) }
	for _, g := range groups {
		cases, _ := found.States[review.Of(g)].Value.(review.Sheet)
		for _, k := range cases.Of(x.ID) {
			people := []chat.User{k.Who, k.Reviewer}
			for _, v := range []*review.Verdict{k.First, k.Verdict} {
				if v != nil {
					people = append(people, v.By, v.For)
				}
			}
			if err := names.learn(ctx, journal.Entry{Group: g, Targets: people}); err != nil {
				return err
			}
			at := review.Pick{Group: g, Who: k.Who}
			row := commands.ReviewRow{
				Zone: zoneOf(s), Language: l, Campaign: x, Case: k, Group: names.group(g), Targets: targets(s.config.KPI), Name: name,
				Decided: trail.decided[at], Applied: trail.applied[at], Archived: trail.archived,
			}
			if err := sheet.Row(row.Cells()...); err != nil {
				return err
			}
		}
	}
	return nil
}

// trail is in which entries the cases of a review were decided, and carried out.
type trail struct {
	decided, applied map[review.Pick][]int64
	archived         bool // some entries are, and are not in it
}

// trail reads the entries of a review, kind by kind: the others of that time are not looked at.
func (s *system) trail(ctx context.Context, x review.Campaign) (trail, error) {
	out := trail{decided: map[review.Pick][]int64{}, applied: map[review.Pick][]int64{}}
	for _, k := range commands.ReviewKinds {
		for before, more := int64(0), true; more; {
			q := journal.Query{Kind: k, Since: x.Opened, Before: before, Limit: entriesAtOnce}
			found, err := s.ledger.Load(ctx, journal.Want{Queries: []journal.Query{q}})
			if err != nil {
				return out, fmt.Errorf("read entries of review %s: %w", x.ID, err)
			}
			more, out.archived = found.More[0], out.archived || len(found.Lacking) > 0
			for _, e := range found.Entries[0] {
				before = e.N
				decided, applied := commands.ReviewEntry(e, x.ID)
				for _, p := range decided {
					out.decided[p] = append(out.decided[p], e.N)
				}
				for _, p := range applied {
					out.applied[p] = append(out.applied[p], e.N)
				}
			}
		}
	}
	for _, numbers := range []map[review.Pick][]int64{out.decided, out.applied} {
		for _, n := range numbers {
			slices.Sort(n)
		}
	}
	return out, nil
}

// entriesAtOnce is how many entries of a kind are read at a time.
const entriesAtOnce = 1000
