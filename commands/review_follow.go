package commands

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

// followReviews tells people what reviews want of them: reviewers what waits, admins what they are asked, reviewers what
// was answered, and everybody concerned what came of it. It looks at the records alone.
func followReviews(c bot.Call, events []journal.Event, out bot.Consequence) bot.Consequence {
	now := map[string]review.Campaign{}
	for _, x := range bot.At[review.Book](c, review.All).Campaigns() {
		now[x.ID] = x
	}
	for _, e := range events {
		for _, ch := range e.Changes {
			if ch.Of == review.All && strings.HasPrefix(ch.Key, "campaign/") {
				_, x := sides[review.Campaign](ch)
				now[x.ID] = x
			}
		}
	}
	for _, e := range events {
		for _, ch := range e.Changes {
			switch ch.Of.Kind() {
			case "reviewer":
				out = tellReviewer(c, now, ch, out)
			case "review":
				out = tellAsked(c, ch, out)
			case "reviews":
				out = tellClosed(c, ch, out)
			}
		}
	}
	return out
}

// sides are the record of a change before and after; the zero value where there is none.
func sides[T any](ch journal.Change) (before, after T) {
	decode := func(raw json.RawMessage) (v T) {
		if raw != nil {
			v, _ = journal.Decode[T](raw)
		}
		return v
	}
	return decode(ch.Before), decode(ch.After)
}

// tellReviewer sends the card of a charge that is told, or reminded of, by this change: to the reviewer, and to whoever
// stands in for them.
func tellReviewer(c bot.Call, now map[string]review.Campaign, ch journal.Change, out bot.Consequence) bot.Consequence {
	if !strings.HasPrefix(ch.Key, "charge/") || !bytes.Contains(ch.After, []byte(`"says"`)) {
		return out // nobody is told by it
	}
	was, is := sides[review.Charge](ch)
	told, reminded := was.Told.IsZero() && !is.Told.IsZero(), is.Reminded > was.Reminded
	if !told && !reminded || is.Open == 0 {
		return out
	}
	x, ok := now[is.Campaign]
	if !ok {
		return out
	}
	who := chat.User(ch.Of.ID())
	to := []chat.User{who}
	if d, ok := c.Access.DelegateOf(who, c.Now); ok {
		to = append(to, d.To)
	}
	card := chargeCard(c, x, is, reminded)
	for i, u := range to {
		one := card
		if i > 0 {
			one.Body = chat.Lines(one.Body, chat.Text{ZH: "（代 %s 复核）", EN: "(in the place of %s)"}.F(c.Name(who)))
		}
		send := chat.SendTo(u, "", chat.Reply{Card: &one}).As(chat.OfRequests)
		send.NotAfter, send.Matter = is.Closes, chat.About(string(ch.Of), ch.Key)
		out.Effects = append(out.Effects, send)
	}
	return out
}

// chargeCard is the one card that a reviewer gets.
func chargeCard(c bot.Call, x review.Campaign, charge review.Charge, reminded bool) chat.Card {
	title := chat.Text{ZH: "待您复核：%d 位管理员", EN: "To review: %d admins"}.F(charge.Says)
	body := chat.Text{ZH: "%s。每位有证据和建议，一点就定。", EN: "%s. Each with evidence and advice, decided with a tap."}.F(campaignText(x))
	if charge.Says == 1 {
		title.EN = "To review: 1 admin"
	}
	if x.Kind == review.Sample {
		body = chat.Text{ZH: "抽样再复核：上一次这几位都保留了，请您不看上次的结论，再看一遍；保留要写原因。", EN: "A second look: these were all kept the last time. Please look again by yourself; what you keep takes a reason."}
	}
	if x.State == review.Late && !reminded {
		body = chat.Text{ZH: "%s。原复核人没有在期限内决定，转给您。", EN: "%s. Whoever should have decided has not, so it comes to you."}.F(campaignText(x))
	}
	if reminded {
		title = chat.Text{ZH: "还有 %d 位等您复核", EN: "Still to review: %d"}.F(charge.Says)
		body = chat.Text{ZH: "%s。不决定的话，会转给后备复核人。", EN: "%s. What you do not decide goes to the fallback."}.F(campaignText(x))
		if x.State == review.Late {
			body = chat.Text{ZH: "%s。不决定的话，按规则处理。", EN: "%s. What you do not decide, the policy does."}.F(campaignText(x))
		}
	}
	card := chat.Card{
		Title: title, Body: body,
		Fields: []chat.Field{
			{Name: chat.Text{ZH: "截止", EN: "Until"}, Value: whenText(c, charge.Closes)},
			{Name: chat.Text{ZH: "范围", EN: "Where"}, Value: groupsCounted(charge.Groups)},
			{Name: chat.Text{ZH: "没人决定", EN: "No answer"}, Value: noAnswerText(x.Policy)},
		},
		Buttons: []chat.Button{{Label: chat.Text{ZH: "开始复核", EN: "Begin"}, Command: "/review", Style: chat.Primary}},
	}
	return card
}

func noAnswerText(p review.Policy) chat.Text {
	switch p.NoAnswer {
	case review.Advised:
		return chat.Text{ZH: "按建议执行", EN: "the advice is taken"}
	case review.Remove:
		return chat.Text{ZH: "移除", EN: "the role ends"}
	case review.Reduce:
		return chat.Text{ZH: "建议收窄的收窄，其余（包括建议移除的）保留", EN: "reduced where advised, else kept, also where removal is advised"}
	case review.Keep:
	}
	return chat.Text{ZH: "保留并标记", EN: "kept, and marked"}
}

// tellAsked sends the question to the admin who is asked, and the answer to whoever asked.
func tellAsked(c bot.Call, ch journal.Change, out bot.Consequence) bot.Consequence {
	if !bytes.Contains(ch.After, []byte(`"asked"`)) {
		return out // of hundreds of new cases none is read for nothing
	}
	was, is := sides[review.Case](ch)
	if is.Asked == nil || is.Campaign == "" {
		return out
	}
	g := chat.Group(ch.Of.ID())
	if n := directory.OfGroup(g); !c.Has(n) {
		out.Need = append(out.Need, n)
		return out
	}
	x, _ := bot.At[review.Book](c, review.All).Get(is.Campaign)
	switch {
	case was.Asked == nil || !was.Asked.At.Equal(is.Asked.At):
		send := chat.SendTo(is.Who, g, chat.Reply{Card: questionCard(c, g, is, x)})
		send.NotAfter = x.Ends
		out.Effects = append(out.Effects, send)
	case is.Asked.Answer != was.Asked.Answer && is.Pending():
		card := caseCard(c, g, is)
		card.Title = chat.Text{ZH: "%s 回答了", EN: "%s has answered"}.F(reviewed(c, g, is))
		card.Body = chat.Text{ZH: "%s；建议%s：%s", EN: "%s; advised: %s – %s"}.F(chat.Escape(is.Asked.Answer), adviceText(is), adviceWhy(is.Advice))
		out.Effects = append(out.Effects, chat.SendTo(is.Asked.By, g, chat.Reply{Card: card}).As(chat.OfRequests))
	}
	return out
}

// tellClosed reports what came of a campaign to the owners, to whoever began it, and to its reviewers.
func tellClosed(c bot.Call, ch journal.Change, out bot.Consequence) bot.Consequence {
	if !strings.HasPrefix(ch.Key, "campaign/") {
		return out
	}
	was, is := sides[review.Campaign](ch)
	if is.State != review.Closed || was.State == review.Closed || is.Cases == 0 && is.Kind != review.Matrix && is.By == "" {
		return out
	}
	var to []chat.User
	for _, u := range slices.Concat(c.Access.Company.Owners(), []chat.User{is.By}, is.Reviewers) {
		if u != "" && !slices.Contains(to, u) {
			to = append(to, u)
		}
	}
	for _, u := range to {
		card := reportCard(c, is)
		out.Effects = append(out.Effects, chat.SendTo(u, "", chat.Reply{Card: &card}).As(chat.OfRequests))
	}
	return out
}

// reportCard is the outcome of a campaign in brief.
func reportCard(c bot.Call, x review.Campaign) chat.Card {
	card := chat.Card{
		Title: chat.Text{ZH: "复核结束：%s", EN: "Review closed: %s"}.F(campaignText(x)), Body: resultText(x),
		Fields: []chat.Field{
			{Name: chat.Text{ZH: "编号", EN: "Number"}, Value: chat.Same(x.ID)},
			{Name: chat.Text{ZH: "范围", EN: "Where"}, Value: scopeOfReview(x)},
			{Name: chat.Text{ZH: "时间", EN: "When"}, Value: chat.Text{ZH: "%s 至 %s", EN: "%s to %s"}.F(dateText(c, x.Opened), dateText(c, x.Ended))},
		},
	}
	if x.Cases > 0 {
		card.Buttons = []chat.Button{{Label: chat.Text{ZH: "看报告", EN: "Report"}, Command: "/review report " + x.ID}}
	}
	if t := marksText(x); !t.IsZero() {
		card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: "注意", EN: "Note"}, Value: t})
	}
	return card
}
