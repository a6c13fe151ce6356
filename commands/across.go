package commands

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

// This file holds what the commands about roles in several groups share.

// groupNames reads the names of groups at the beginning of a text, with commas or spaces between; the rest is a reason.
func groupNames(c bot.Call, said string) (groups []chat.Group, reason string, err error) {
	typed, text := []rune(strings.TrimSpace(said)), []rune(strings.ToLower(grammar.Fold(said)))
	i, comma := 0, true
	for {
		i, comma = skipSeparators(text, i, comma)
		if i >= len(text) {
			break
		}
		found, end := groupAt(c, text, i)
		switch {
		case len(found) > 1:
			return nil, "", &bot.Refusal{Text: whichGroup(string(typed[i:end]), found)}
		case len(found) == 0 && !comma:
			return groups, strings.TrimSpace(remark.ReplaceAllString(string(typed[i:]), "")), nil
		case len(found) == 0:
			word, _, _ := strings.Cut(string(typed[i:]), " ")
			return nil, "", &bot.Refusal{Text: chat.Text{
				ZH: "没有叫“%s”的群。/群列表 列出机器人认识的群。", EN: "There is no group “%s”. /groups lists those the bot knows.",
			}.F(chat.Escape(word))}
		}
		if !slices.Contains(groups, found[0].ID) {
			groups = append(groups, found[0].ID)
		}
		i, comma = end, false
	}
	if len(groups) == 0 {
		return nil, "", &bot.Refusal{Text: chat.Text{ZH: "请写群名，例如：跨群 A群、B群。", EN: "Name the groups, for example: in groups A, B."}}
	}
	slices.Sort(groups)
	return groups, "", nil
}

// remark begins a reason that says so itself.
var remark = regexp.MustCompile(`^(?i)(?:原因|理由|reason)\s*[:：]\s*`)

// skipSeparators returns where the next word begins, and whether a comma, or nothing at all, stands before it.
func skipSeparators(text []rune, i int, comma bool) (int, bool) {
	for i < len(text) && strings.ContainsRune(" ,;、\n", text[i]) {
		comma = comma || text[i] != ' '
		i++
	}
	return i, comma
}

// groupAt is the groups with the longest name, or the id, that stands at i, and where it ends.
func groupAt(c bot.Call, text []rune, i int) (found []directory.Listed, end int) {
	for _, g := range c.Groups.All() {
		for _, name := range []string{g.Name, string(g.ID)} {
			n := []rune(strings.ToLower(grammar.Fold(name)))
			if len(n) == 0 || i+len(n) > len(text) || !slices.Equal(text[i:i+len(n)], n) {
				continue
			}
			if e := i + len(n); e == len(text) || strings.ContainsRune(" ,;、\n", text[e]) {
				switch {
				case e > end:
					found, end = []directory.Listed{g}, e
				case e == end && !slices.ContainsFunc(found, func(l directory.Listed) bool { return l.ID == g.ID }):
					found = append(found, g)
				}
			}
		}
	}
	return found, end
}

func whichGroup(said string, found []directory.Listed) chat.Text {
	lines := []chat.Text{chat.Text{ZH: "“%s”有 %d 个群，请用编号指明：", EN: "“%s” fits %d groups; say which by id:"}.F(chat.Escape(said), len(found))}
	for _, g := range found {
		lines = append(lines, chat.Same("- "+string(g.ID)))
	}
	return chat.Lines(lines...)
}

// everyGroup is all groups that the bot knows.
func everyGroup(c bot.Call) []chat.Group {
	var out []chat.Group
	for _, g := range c.Groups.All() {
		out = append(out, g.ID)
	}
	return out
}

// groupReads are the facts of groups that have not been read yet.
func groupReads(c bot.Call, groups []chat.Group) journal.Want {
	var w journal.Want
	for _, g := range groups {
		for _, n := range []journal.Name{access.Of(g), directory.OfGroup(g)} {
			if !c.Has(n) {
				w.Names = append(w.Names, n)
			}
		}
	}
	return w
}

// factsIn is the facts of rights in another group, which was read.
func factsIn(c bot.Call, g chat.Group) access.Facts {
	f := c.Access
	f.Group = bot.At[access.Book](c, access.Of(g))
	group := bot.At[directory.Group](c, directory.OfGroup(g))
	f.Place = access.Place{Departments: group.Departments(), Tags: f.Group.Tags()}
	if group.MembersKnown {
		f.Place.People = len(group.Members())
	}
	if g != c.Group.ID {
		f.Roster = nil
	}
	return f
}

// fits tells of every group what changes of the company's book do to it, and refuses what a group's cap or last senior
// forbids.
// Of who is not in a group it says so: a role there is of no use until they are.
func fits(c bot.Call, groups []chat.Group, changes []journal.Change, who ...chat.User) ([]chat.Text, error) {
	var lines, bad []chat.Text
	for _, g := range groups {
		f := factsIn(c, g)
		fit, err := f.Fits(g, changes, c.Now)
		if err != nil {
			return nil, err
		}
		line := chat.Text{ZH: "- %s：持有角色 %d / 上限 %d", EN: "- %s: people with a role: %d of at most %d"}.F(groupName(c, g), fit.People, fit.Most)
		if fit.Rule != "" {
			bad = append(bad, line.Plus(chat.Text{ZH: "，%s（%s）", EN: ", %s (%s)"}.F(fit.Rule.Text(), string(fit.Rule))))
		}
		group := bot.At[directory.Group](c, directory.OfGroup(g))
		for _, u := range who {
			if _, in := group.Member(u); !in && group.MembersKnown {
				line = line.Plus(chat.Text{ZH: "；%s 不在群里", EN: "; %s is not in it"}.F(c.Name(u)))
			}
		}
		lines = append(lines, line)
	}
	if len(bad) > 0 {
		return nil, &bot.Refusal{Text: chat.Lines(append([]chat.Text{chat.Text{
			ZH: "不能这样：有 %d 个群放不下，什么都没有改变。先在那里撤一位（或任命另一位高级），或换一组群。",
			EN: "Not so: it does not fit in %d groups, and nothing has changed. Dismiss somebody there (or appoint another senior) first, or choose other groups.",
		}.F(len(bad))}, bad...)...)}
	}
	if len(lines) > maxListed {
		lines = append(lines[:maxListed], chat.Text{ZH: "- 另有 %d 个群", EN: "- and %d more groups"}.F(len(lines)-maxListed))
	}
	return lines, nil
}

// acrossPlaces are the groups where a role of the company's counts, of those that the bot knows and has read.
func acrossPlaces(c bot.Call, roles ...access.Role) []chat.Group {
	var out []chat.Group
	for _, g := range everyGroup(c) {
		tags := bot.At[access.Book](c, access.Of(g)).Tags()
		if slices.ContainsFunc(roles, func(r access.Role) bool {
			return r.Tag == "" && len(r.Groups) == 0 || slices.Contains(r.Groups, g) || r.Tag != "" && slices.Contains(tags, r.Tag)
		}) {
			out = append(out, g)
		}
	}
	return out
}

// companyRoles are somebody's roles in the company's book that are not over.
func companyRoles(c bot.Call, who chat.User) []access.Role {
	var out []access.Role
	for _, r := range c.Access.Company.Roles() {
		if r.Who == who && live(r.Until, c.Now) {
			out = append(out, r)
		}
	}
	return out
}

// acrossLine is a role of the company's as /whoami shows it.
func acrossLine(c bot.Call, r access.Role) chat.Text {
	return roleLine(c, r).Plus(acrossText(c, r, true))
}

// acrossText marks a role of the company's; in which groups it counts, members are not told.
func acrossText(c bot.Call, r access.Role, insider bool) chat.Text {
	if !insider {
		return chat.Text{ZH: "，跨群", EN: ", across groups"}
	}
	return chat.Text{ZH: "，跨群（%s）", EN: ", across groups (%s)"}.F(placesText(c, r))
}

// nativeAcross says what a role across groups does not do.
var nativeAcross = chat.Text{
	ZH: "企业微信里各群的群管理员不变：需要时请在群里用 `/设管理` 另请群主操作。",
	EN: "The group admins in WeCom stay as they are; where one is needed, appoint in that group with `/admin add`, which asks its owner.",
}

func mustBeStaff(m chat.Member) error {
	if m.Kind == chat.Staff {
		return nil
	}
	return &bot.Denied{Decision: access.Decision{Rule: access.RuleNotStaff}, Item: access.Admins, Target: m.ID}
}

// lacksContact says whether somebody is known to lack the right to serve customers while some of the groups has customers.
func lacksContact(c bot.Call, m chat.Member, groups []chat.Group) bool {
	for _, g := range groups {
		group := bot.At[directory.Group](c, directory.OfGroup(g))
		seen, _ := group.Member(m.ID)
		if group.Kind == chat.CustomerGroup && (seen.Contact == chat.RightMissing ||
			seen.Contact == "" && bot.At[directory.Person](c, directory.OfPerson(m.ID)).Contact == chat.RightMissing) {
			return true
		}
	}
	return false
}

// afterCompany is the facts once changes of the company's book have been made.
func afterCompany(f access.Facts, changes []journal.Change) (access.Facts, error) {
	out, err := f.After("", changes)
	if err != nil {
		return f, fmt.Errorf("look at the company's book: %w", err)
	}
	return out, nil
}
