package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/document"
	"qunguan/bot/journal"
	"qunguan/commands"
)

// sheetColumns are the columns of csv, in the same order, as people read them; what happened stands also in words.
var sheetColumns = []struct {
	name  chat.Text
	width float64
	wraps bool
}{
	{chat.Text{ZH: "编号", EN: "No."}, 9, false},
	{chat.Text{ZH: "时间", EN: "At"}, 20, false},
	{chat.Text{ZH: "事件", EN: "What"}, 24, false},
	{chat.Text{ZH: "类型", EN: "Kind"}, 18, false},
	{chat.Text{ZH: "结果", EN: "Outcome"}, 9, false},
	{chat.Text{ZH: "操作人", EN: "By"}, 20, false},
	{chat.Text{ZH: "对象", EN: "To"}, 24, false},
	{chat.Text{ZH: "群", EN: "Group"}, 24, false},
	{chat.Text{ZH: "权限项", EN: "Items"}, 16, false},
	{chat.Text{ZH: "依据规则", EN: "Rule"}, 30, false},
	{chat.Text{ZH: "原因", EN: "Reason"}, 28, true},
	{chat.Text{ZH: "原话", EN: "Typed"}, 36, true},
	{chat.Text{ZH: "变更内容", EN: "Changed"}, 60, true},
	{chat.Text{ZH: "之前（原始记录）", EN: "Before (as kept)"}, 24, false},
	{chat.Text{ZH: "之后（原始记录）", EN: "After (as kept)"}, 24, false},
	{chat.Text{ZH: "消息编号", EN: "Message"}, 22, false},
	{chat.Text{ZH: "撤销的编号", EN: "Undoes"}, 12, false},
}

// sheetRows writes entries as a workbook: names beside ids, words in place of keys, moments as dates.
func (s *system) sheetRows(ctx context.Context, w io.Writer) (line func(journal.Entry, []byte) error, end func() error, err error) {
	l := chat.Language(s.config.Language)
	headings := make([]document.Heading, len(sheetColumns))
	for i, c := range sheetColumns {
		headings[i] = document.Heading{Name: c.name.In(l), Width: c.width, Wraps: c.wraps}
	}
	sheet, err := document.NewSheet(chat.Text{ZH: "审计", EN: "Audit"}.In(l), zoneOf(s), headings...)
	if err != nil {
		return nil, nil, err
	}
	who, happenings := &namebook{system: s, people: map[chat.User]string{}, groups: map[chat.Group]string{}}, commands.Happenings()
	words := commands.Wording{Zone: zoneOf(s), Person: func(u chat.User) chat.Text { return chat.Same(who.person(u, l)) }}
	line = func(e journal.Entry, _ []byte) error {
		if err := who.learn(ctx, e); err != nil {
			return err
		}
		what := string(e.Kind)
		if h, ok := happenings[e.Kind]; ok {
			what = h.Text.In(l)
		}
		items := make([]string, len(e.Items))
		for i, said := range e.Items {
			if items[i] = said; said != "" {
				if item, ok := access.ParseItem(said); ok {
					items[i] = item.Label().In(l)
				}
			}
		}
		before, after := e.Sides()
		var undoes any = ""
		if e.Undoes != 0 {
			undoes = e.Undoes
		}
		return sheet.Row(e.N, e.At, what, string(e.Kind), commands.OutcomeText(e.Outcome).In(l), who.person(e.Actor, l), who.all(e.Targets, l), who.group(e.Group),
			strings.Join(items, chat.Text{ZH: "、", EN: ", "}.In(l)), ruleWords(e.Rule, l), e.Reason, e.Command, changeLines(words.Changes(e), l), before, after, e.MessageID, undoes)
	}
	end = func() error {
		_, err := sheet.WriteTo(w)
		return errors.Join(err, sheet.Close())
	}
	return line, end, nil
}

// changeLines is what has changed, a line a record.
func changeLines(records []chat.Text, l chat.Language) string {
	lines := make([]string, len(records))
	for i, r := range records {
		lines[i] = r.In(l)
	}
	return strings.Join(lines, "\n")
}

// ruleWords is what a rule says, and the name by which it is asked for; what is no rule of the decisions stays as it is.
func ruleWords(said string, l chat.Language) string {
	t := access.Rule(said).Text()
	if t.IsZero() {
		return said
	}
	return chat.Text{ZH: "%s（%s）", EN: "%s (%s)"}.F(t, said).In(l)
}

// namebook holds the names of people and groups, as far as they were met on the way.
type namebook struct {
	system *system
	people map[chat.User]string
	groups map[chat.Group]string
}

// learn reads the names that an entry needs and that are not known yet.
func (k *namebook) learn(ctx context.Context, e journal.Entry) error {
	var want []journal.Name
	for _, u := range append([]chat.User{e.Actor}, e.Targets...) {
		if _, ok := k.people[u]; !ok && u != "" {
			k.people[u] = ""
			want = append(want, directory.OfPerson(u))
		}
	}
	if _, ok := k.groups[e.Group]; !ok && e.Group != "" {
		k.groups[e.Group] = ""
		want = append(want, directory.OfGroup(e.Group))
	}
	if len(want) == 0 {
		return nil
	}
	found, err := k.system.ledger.Load(ctx, journal.Want{Names: want})
	if err != nil {
		return fmt.Errorf("read names: %w", err)
	}
	for _, name := range want {
		switch v := found.States[name].Value.(type) {
		case directory.Person:
			if v.Known() {
				k.people[v.Member().ID] = v.Member().Name
			}
		case directory.Group:
			if v.ID == "" {
				continue
			}
			k.groups[v.ID] = v.Title()
			for _, m := range v.Members() {
				if k.people[m.ID] == "" {
					k.people[m.ID] = m.Name
				}
			}
		}
	}
	return nil
}

// person is a name and an id, so that a name alone is never taken for a person.
func (k *namebook) person(u chat.User, l chat.Language) string {
	if u == "" {
		return chat.Text{ZH: "机器人", EN: "the bot"}.In(l)
	}
	if n := k.people[u]; n != "" && n != string(u) {
		return chat.Text{ZH: "%s（%s）", EN: "%s (%s)"}.F(n, string(u)).In(l)
	}
	return string(u)
}

func (k *namebook) all(users []chat.User, l chat.Language) string {
	out := make([]string, len(users))
	for i, u := range users {
		out[i] = k.person(u, l)
	}
	return strings.Join(out, chat.Text{ZH: "、", EN: ", "}.In(l))
}

func (k *namebook) group(g chat.Group) string {
	if n := k.groups[g]; n != "" {
		return n
	}
	return string(g)
}
