package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/review"
)

// ofReview is the review that a button belongs to: a card of last month decides nothing of this one.
func ofReview() grammar.ChoiceHole[string] {
	return grammar.Choice("review", func(s string) (string, bool) { return s, review.IsID(s) }, chat.Text{ZH: "复核编号", EN: "id"})
}

// tailOf is whom and which review a button is about.
func tailOf(g chat.Group, k review.Case) string {
	return " @" + string(k.Who) + " " + k.Campaign + " #" + string(g)
}

// caseUnder is the case of a person in the group: of the review that is named, while that takes verdicts; where none is,
// the newest that is open, else the newest one of all.
func caseUnder(c bot.Call, who chat.User, id string) (k review.Case, x review.Campaign, err error) {
	cases := bot.At[review.Sheet](c, review.Of(c.Group.ID)).About(who)
	if id != "" {
		x, _ = reviews.Of(c).Get(id)
		i := slices.IndexFunc(cases, func(k review.Case) bool { return k.Campaign == id })
		if i < 0 || !x.State.Decidable() {
			return k, x, reviewOver(c, id, who, cases)
		}
		return cases[i], x, nil
	}
	rank := func(k review.Case) int {
		x, _ := reviews.Of(c).Get(k.Campaign)
		switch {
		case k.Pending() && x.State.Decidable():
			return 0
		case x.State.Decidable():
			return 1
		}
		return 2
	}
	slices.SortStableFunc(cases, func(a, b review.Case) int {
		x, _ := reviews.Of(c).Get(a.Campaign)
		y, _ := reviews.Of(c).Get(b.Campaign)
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return y.Opened.Compare(x.Opened)
	})
	if len(cases) == 0 {
		return k, x, &bot.Refusal{Text: chat.Text{
			ZH: "%s 在本群没有复核。等您复核的：`/复核`", EN: "%s is not under review here. What waits for you: `/review`",
		}.F(c.Name(who)).Plus(orBegin(c))}
	}
	x, _ = reviews.Of(c).Get(cases[0].Campaign)
	return cases[0], x, nil
}

// orBegin suggests to begin a review to whoever may.
func orBegin(c bot.Call) chat.Text {
	if !holdsReview(c).Allowed {
		return chat.Text{}
	}
	return chat.Text{ZH: "；开始一次：`/复核 开始`", EN: "; to begin one: `/review start`"}
}

// reviewOver says that the review of a card takes no verdicts any more and what came of the case, and what is open now: with the
// card of that, where the speaker may decide it.
func reviewOver(c bot.Call, id string, who chat.User, cases []review.Case) error {
	g := c.Group.ID
	r := &bot.Refusal{Text: overText(c, id)}
	for _, k := range cases {
		x, _ := reviews.Of(c).Get(k.Campaign)
		switch {
		case k.Campaign == id && (k.End != "" || k.Verdict != nil):
			if mayHear(c, x, k) == nil {
				r.Text = chat.Lines(r.Text, decidedText(c, g, k))
			}
		case k.Pending() && x.State.Decidable():
			now := chat.Text{ZH: "现在等决定的是%s（`%s`），复核人 %s。", EN: "What waits now is the %s (`%s`); the reviewer is %s."}.F(campaignText(x), x.ID, c.Name(k.Reviewer))
			if _, err := mayDecideCase(c, x, k); err == nil {
				now = chat.Text{ZH: "现在等您决定的是%s（`%s`）：", EN: "What waits for you now is the %s (`%s`):"}.F(campaignText(x), x.ID)
				r.Card = caseCard(c, g, k)
			}
			r.Text = chat.Lines(r.Text, now)
			return r
		}
	}
	r.Text = chat.Lines(r.Text, chat.Text{ZH: "%s 现在没有在复核。等您复核的：`/复核`", EN: "%s is not under review now. What waits for you: `/review`"}.F(c.Name(who)))
	return r
}

// overText says that a review is over, or was never there.
func overText(c bot.Call, id string) chat.Text {
	x, ok := reviews.Of(c).Get(id)
	switch {
	case !ok:
		return chat.Text{ZH: "没有 `%s` 这次复核。", EN: "There is no review `%s`."}.F(id)
	case x.State == review.Stopped:
		return chat.Text{ZH: "这张卡片是%s（`%s`）的，那次复核已停止。", EN: "This card is of the %s (`%s`), which was stopped."}.F(campaignText(x), id)
	case x.State.Decidable():
		return chat.Text{ZH: "%s（`%s`）不复核这位管理员。", EN: "The %s (`%s`) is not about this admin."}.F(campaignText(x), id)
	case x.State.Over():
		return chat.Text{ZH: "这张卡片是%s（`%s`）的，那次复核 %s 已结束。", EN: "This card is of the %s (`%s`), which closed on %s."}.F(campaignText(x), id, dateText(c, x.Ended))
	}
	return chat.Text{ZH: "这张卡片是%s（`%s`）的，那次复核不再收决定：%s。", EN: "This card is of the %s (`%s`), which takes no more decisions: %s."}.F(campaignText(x), id, courseText(c, x))
}
