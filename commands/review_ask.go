package commands

import (
	"errors"
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

var (
	_ = declare(reviewAsk)
	_ = declare(reviewAnswer)
)

// reviewAsk asks an admin about their own role before somebody decides.
func reviewAsk() bot.Command {
	who, id, text := grammar.Person("who"), ofReview(), grammar.Rest("text")
	return bot.Command{
		Name:     "review ask",
		Forms:    []string{"/review ask {who} [{review}] [{text}]", "/复核 (问|问本人|询问) {who} [{text}]"},
		Examples: []chat.Text{{ZH: "/复核 问 @zhangsan 群名称还用得到吗", EN: "/review ask @zhangsan do you still rename groups"}},
		Holes:    []grammar.Hole{who, id, text},
		Help:     chat.Text{ZH: "复核前问本人还要不要这个角色；回答会回到您这里。", EN: "Ask an admin whether they still need the role; the answer comes back to you."},
		Who:      whoReviews, Offers: offersReview, Reads: reviewReads,
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			k, x, err := caseUnder(c, m.ID, id.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			if !k.Pending() {
				if err := mayHear(c, x, k); err != nil {
					return bot.Outcome{}, err
				}
				return bot.Outcome{Reply: chat.Reply{Text: decidedText(c, c.Group.ID, k)}}, nil
			}
			if _, err := mayDecideCase(c, x, k); err != nil {
				return bot.Outcome{}, err
			}
			w := reviewWork(c)
			_, err = w.Ask(c.Group.ID, k, review.Question{By: c.Actor.ID, Text: text.Of(c.Args), At: c.Now.UTC()})
			if errors.Is(err, review.ErrAsked) {
				return bot.Refuse(chat.Text{ZH: "已经问过 %s 了（%s），还没有回答。", EN: "%s was asked %s and has not answered yet."}.F(
					reviewed(c, c.Group.ID, k), whenText(c, k.Asked.At)))
			}
			return bot.Outcome{
				Events: []journal.Event{{
					Kind: review.Asked, Group: c.Group.ID, Targets: []chat.User{k.Who}, Items: []string{access.Review.String()},
					Reason: text.Of(c.Args), Changes: w.Changes(),
				}},
				Changes: chat.Text{ZH: "问 %s 是否还需要这个角色；回答会发给您", EN: "%s is asked whether they still need the role; the answer will be sent to you"}.F(
					reviewed(c, c.Group.ID, k)),
			}, nil
		},
	}
}

// questionCard is what the admin gets who is asked.
func questionCard(c bot.Call, g chat.Group, k review.Case, x review.Campaign) *chat.Card {
	card := &chat.Card{
		Title: chat.Text{ZH: "您在“%s”还需要这个角色吗？", EN: "Do you still need your role in “%s”?"}.F(groupName(c, g)),
		Body: chat.Text{ZH: "%s 正在复核。点一下，或发：`/复核 回答 您的说明`", EN: "%s is reviewing it. Tap, or send: `/review answer YOUR WORDS`"}.F(
			c.Name(k.Asked.By)),
		Fields: []chat.Field{
			{Name: chat.Text{ZH: "角色", EN: "Role"}, Value: chat.Text{ZH: "%s，%s", EN: "%s, %s"}.F(reviewedRole(k.Evidence.Role), originText(c, k.Evidence.Role))},
			{Name: chat.Text{ZH: "使用", EN: "Use"}, Value: usedText(c, k.Evidence)},
			{Name: chat.Text{ZH: "截止", EN: "Until"}, Value: whenText(c, x.Closes)},
		},
	}
	if k.Asked.Text != "" {
		card.Fields = append([]chat.Field{{Name: chat.Text{ZH: "问题", EN: "Question"}, Value: chat.Same(chat.Escape(k.Asked.Text))}}, card.Fields...)
	}
	for _, b := range []struct {
		word  string
		label chat.Text
	}{
		{"yes", chat.Text{ZH: "还需要", EN: "I do"}}, {"part", chat.Text{ZH: "部分需要", EN: "Part of it"}}, {"no", chat.Text{ZH: "不需要了", EN: "I do not"}},
	} {
		card.Buttons = append(card.Buttons, chat.Button{Label: b.label, Command: "/review answer " + k.Campaign + " " + b.word + " #" + string(g)})
	}
	return card
}

// answersSaid are what the buttons of the question stand for.
var answersSaid = map[string]string{"yes": "还需要", "part": "部分需要", "no": "不需要了"}

// reviewAnswer is what an admin says who was asked about their own role.
func reviewAnswer() bot.Command {
	id, text := ofReview(), grammar.Rest("text")
	return bot.Command{
		Name:     "review answer",
		Forms:    []string{"/review answer [{review}] {text}", "/复核 (回答|回复|说明) {text}"},
		Examples: []chat.Text{{ZH: "/复核 回答 还在负责华东的客户", EN: "/review answer I still look after the east"}},
		Holes:    []grammar.Hole{id, text},
		Help:     chat.Text{ZH: "复核人问到您的角色时，回答。", EN: "Answer when a reviewer asks about your role."},
		Who:      chat.Text{ZH: "被问到的本人用。", EN: "For whoever was asked."},
		Offers:   offersQuit, Reads: reviewReads,
		Run: func(c bot.Call) (bot.Outcome, error) {
			cases := bot.At[review.Sheet](c, review.Of(c.Group.ID)).About(c.Actor.ID)
			cases = slices.DeleteFunc(cases, func(k review.Case) bool {
				x, _ := reviews.Of(c).Get(k.Campaign)
				return k.Asked == nil || !x.State.Decidable() || id.Given(c.Args) && k.Campaign != id.Of(c.Args)
			})
			if len(cases) == 0 && id.Given(c.Args) {
				return bot.Refuse(overText(c, id.Of(c.Args)).Plus(chat.Text{ZH: "您的回答不用再发了。", EN: " No answer is needed any more."}))
			}
			if len(cases) == 0 {
				return bot.Refuse(chat.Text{ZH: "现在没有人问您在本群的角色，或那次复核已经结束。", EN: "Nobody asks about your role here at present, or that review is over."})
			}
			said := text.Of(c.Args)
			if full, ok := answersSaid[said]; ok {
				said = full
			}
			w := reviewWork(c)
			for _, k := range cases {
				if _, err := w.Answer(c.Group.ID, k, said, c.Now.UTC()); err != nil {
					return bot.Outcome{}, err
				}
			}
			return bot.Outcome{
				Events: []journal.Event{{
					Kind: review.Answered, Group: c.Group.ID, Targets: []chat.User{c.Actor.ID}, Items: []string{access.Review.String()},
					Reason: said, Changes: w.Changes(),
				}},
				Changes: chat.Text{ZH: "您的回答已转给 %s：%s", EN: "your answer goes to %s: %s"}.F(c.Name(cases[0].Asked.By), chat.Escape(said)),
			}, nil
		},
	}
}
