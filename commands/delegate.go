package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(delegate)

// delegate lets somebody decide requests in the speaker's place while they are away. It gives no item: what the delegate
// decides is judged by the speaker's rights.
func delegate() bot.Command {
	who, length, end, off := grammar.Person("who"), grammar.Length("length"), grammar.Moment("until"), switchOff()
	return bot.Command{
		Name: "delegate",
		Forms: []string{
			"/delegate", "/delegate {who} (until|到) {until}", "/delegate {who} for {length}", "/delegate {off}",
			"/代理", "/代理 {who} (到|until) {until}", "/代理 {who} {length}", "/代理 {off}",
		},
		Examples: []chat.Text{{ZH: "/代理 @lisi 到 2027-01-04", EN: "/delegate @lisi until 2027-01-04"}},
		Holes:    []grammar.Hole{who, length, end, off},
		Help: chat.Text{
			ZH: "不在时，请一位同事代您审批申请；不写参数看现状。", EN: "While you are away, let a colleague decide requests in your place; without arguments, how it is.",
		},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			switch {
			case off.Given(c.Args):
				return undelegate(c)
			case !who.Given(c.Args):
				return bot.Outcome{Reply: chat.Reply{Text: delegations(c)}}, nil
			}
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			until := c.Said.Add(length.Of(c.Args)).UTC().Truncate(time.Second)
			if end.Given(c.Args) {
				until = end.Of(c.Args).UTC()
			}
			if !until.After(c.Now) {
				return bot.Refuse(chat.Text{ZH: "结束时间 %s 已经过去。", EN: "The end %s has passed already."}.F(c.Moment(until)))
			}
			changes, d := c.Access.Delegate(c.Actor.ID, m.ID, m.Kind, until, c.Now)
			switch d.Rule {
			case access.RuleNotStaff:
				return bot.Refuse(chat.Text{ZH: "只能请企业成员代理，%s 不是。", EN: "Only the company's staff can stand in; %s is not."}.F(c.Name(m.ID)))
			case access.RuleSelf:
				return bot.Refuse(chat.Text{ZH: "不能请自己代理。", EN: "You cannot stand in for yourself."})
			case access.RuleNothingGranted:
				return bot.Refuse(chat.Text{ZH: "代理必须有结束时间，并晚于现在。", EN: "To stand in needs an end that is yet to come."})
			}
			told := chat.Text{
				ZH: "%s 请您代为审批申请，到 %s 为止。按对方的权限判断；与你们两人有关的申请不能由您决定。",
				EN: "%s asks you to decide requests in their place until %s. They are judged by their rights; none of or about either of you is yours to decide.",
			}.F(c.Name(c.Actor.ID), c.Moment(until)).Plus(chat.Same(" " + chat.ThisEntry))
			confirm := chat.Text{}
			if string(m.ID) != who.Ref(c.Args).Said {
				confirm = foundByName
			}
			return bot.Outcome{
				Confirm: confirm,
				Events: []journal.Event{{
					Kind: access.Delegated, Targets: []chat.User{c.Actor.ID, m.ID}, Items: []string{access.Review.String()}, Changes: changes,
				}},
				Changes: chat.Text{ZH: "%s 代您审批申请，%s（按您的权限判断；对方不因此多任何权限）", EN: "%s decides requests in your place %s (judged by your rights; it gives them none)"}.F(
					c.Name(m.ID), endText(c, until)),
				Effects: []chat.Effect{chat.SendTo(m.ID, "", chat.Reply{Text: told})},
			}, nil
		},
	}
}

func endText(c bot.Call, until time.Time) chat.Text {
	return chat.Text{ZH: "到 %s 为止", EN: "until %s"}.F(c.Moment(until))
}

func undelegate(c bot.Call) (bot.Outcome, error) {
	old, live := c.Access.DelegateOf(c.Actor.ID, c.Now)
	changes, _ := c.Access.Delegate(c.Actor.ID, "", "", time.Time{}, c.Now)
	if len(changes) == 0 || !live {
		return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "没有人在代理您，没有改变。", EN: "Nobody stands in for you; nothing has changed."}}}, nil
	}
	return bot.Outcome{
		Events: []journal.Event{{
			Kind: access.Undelegated, Targets: []chat.User{c.Actor.ID, old.To}, Items: []string{access.Review.String()}, Changes: changes,
		}},
		Changes: chat.Text{ZH: "%s 不再代您审批", EN: "%s no longer decides in your place"}.F(c.Name(old.To)),
		Effects: []chat.Effect{chat.SendTo(old.To, "", chat.Reply{Text: chat.Text{
			ZH: "%s 的申请不再由您代为审批。", EN: "You no longer decide requests in the place of %s.",
		}.F(c.Name(c.Actor.ID)).Plus(chat.Same(" " + chat.ThisEntry))})},
	}, nil
}

// delegations tells who stands in for the speaker, and for whom they do.
func delegations(c bot.Call) chat.Text {
	var lines []chat.Text
	if d, ok := c.Access.DelegateOf(c.Actor.ID, c.Now); ok {
		lines = append(lines, chat.Text{ZH: "%s 代您审批，到 %s 为止。`/代理 取消` 提前结束。", EN: "%s decides in your place until %s. `/delegate off` ends it."}.F(
			c.Name(d.To), c.Moment(d.Until)))
	}
	for _, u := range c.Access.StandsInFor(c.Actor.ID, c.Now) {
		if d, ok := c.Access.DelegateOf(u, c.Now); ok {
			lines = append(lines, chat.Text{ZH: "您代 %s 审批，到 %s 为止。", EN: "You decide in the place of %s until %s."}.F(c.Name(u), c.Moment(d.Until)))
		}
	}
	if len(lines) == 0 {
		return chat.Text{
			ZH: "没有人代您审批，您也不代谁。要请人代理：`/代理 @userid 到 2027-01-04`。",
			EN: "Nobody stands in for you, and you for nobody. To ask somebody: `/delegate @userid until 2027-01-04`.",
		}
	}
	return chat.Lines(lines...)
}
