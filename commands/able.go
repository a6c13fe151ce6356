package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

var _ = declare(able)

// able lists who may use an item in the group now, each as the engine decides, and by what. Any admin may look, and
// whoever holds audit.
func able() bot.Command {
	what := item()
	return bot.Command{
		Name:     "who",
		Forms:    []string{"/who {item}", "/(谁能|谁可以) {item}"},
		Examples: []chat.Text{{ZH: "/谁能 禁言", EN: "/who mute"}},
		Holes:    []grammar.Hole{what},
		Help:     chat.Text{ZH: "本群现在谁能做某事，凭什么。", EN: "Who may do something here now, and by what."},
		Who:      lookers,
		Offers:   offersLook,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if err := mayLook(c); err != nil {
				return bot.Outcome{}, err
			}
			if need := adminsUnread(c); !need.Nothing() {
				return bot.Outcome{Need: need}, nil
			}
			i := what.Of(c.Args)
			if !slices.Contains(offered(c.Access), i) {
				return bot.Refuse(chat.Text{ZH: "“%s”：%s。", EN: "“%s”: %s."}.F(i.Label(), ruleWords(access.RuleNotOffered)))
			}
			return bot.Outcome{Reply: chat.Reply{Text: ableText(c, i)}}, nil
		},
	}
}

func ableText(c bot.Call, i access.Item) chat.Text {
	f := acquainted(c)
	lines := []chat.Text{chat.Text{ZH: "**%s 里现在能“%s”的人**", EN: "**Who may “%[2]s” in %[1]s now**"}.F(chat.Escape(c.Group.Title()), i.Label())}
	var above []chat.Text
	for _, who := range f.Who(i, c.Group.ID, c.Now) {
		if f.Governs(who, c.Group.ID) {
			above = append(above, c.Name(who))
			continue
		}
		f.Actor = f.People[who]
		d := access.Decide(f, access.Request{Actor: who, Item: i, Group: c.Group.ID, At: c.Now})
		lines = append(lines, chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(c.Name(who), grounded(c, d)))
	}
	if len(lines) == 1 {
		lines = append(lines, chat.Text{ZH: "- 没有管理员", EN: "- no admin"})
	}
	if len(above) > 0 {
		lines = append(lines, chat.Text{ZH: "- 超级管理员、分级管理员：%s", EN: "- owners and department admins: %s"}.F(list(above)))
	}
	return chat.Lines(lines...)
}

// grounded is what an allowed decision rests on: a role or an exception, until when.
func grounded(c bot.Call, d access.Decision) chat.Text {
	v, ok := d.Settled()
	switch {
	case !ok:
		return ruleWords(d.Rule)
	case v.IsRole():
		return roleText(v.Role.Level, v.Role.Job).Plus(chat.Text{ZH: "，%s", EN: ", %s"}.F(until(c, v.Until)))
	}
	return chat.Text{ZH: "例外，%s", EN: "an exception, %s"}.F(until(c, v.Until))
}
