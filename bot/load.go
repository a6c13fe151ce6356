package bot

import (
	"context"

	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

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
