package scheduler

import (
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
	"qunguan/bot/request"
	"qunguan/bot/task"
)

// requestDue ends a request that nobody has decided in time, and tells whoever asked; and it opens the review of an
// emergency that is over, with what was done in it.
func requestDue() bot.Job {
	return bot.Job{
		Kind:  "request",
		Reads: []bot.Source{bot.Reads[directory.Group](directory.OfGroup), bot.ReadsOne[access.Book](access.Of(""))},
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			book := bot.At[request.Book](c, d.Of)
			r, ok := book.Get(d.Key)
			if due := r.Due(); !ok || due.IsZero() || c.Now.Before(due) {
				return bot.Outcome{}, nil
			}
			if r.State == request.Waiting {
				return openReview(c, book, r)
			}
			r, e, err := book.Close(d.Key, request.Expired, c.Now.UTC())
			if err != nil {
				return bot.Outcome{}, err
			}
			return bot.Outcome{Events: []journal.Event{e}, Ended: journal.Expired, Effects: lapsed(c, r)}, nil
		},
	}
}

// lapsed tells whoever asked that nobody has decided; of a review, the owners, who have let it pass.
func lapsed(c bot.Call, r request.Request) []chat.Effect {
	if r.Sort == request.ForReview {
		var out []chat.Effect
		for _, o := range reviewers(c, r) {
			out = append(out, chat.SendTo(o, r.Group, chat.Reply{Text: chat.Text{
				ZH: "“%s”的应急复核已过期，没有人判定：%s", EN: "The review of the emergency in “%s” has lapsed; nobody judged it: %s",
			}.F(chat.Escape(c.Group.Title()), r.Preview).Plus(chat.Same(" " + chat.ThisEntry))}).As(chat.OfRequests))
		}
		return out
	}
	if r.By == "" {
		return nil // the bot itself asked, and goes on by itself
	}
	return []chat.Effect{chat.SendTo(r.By, r.Group, chat.Reply{Text: chat.Text{
		ZH: "您的申请（%s）没有人决定，已过期，什么都没有改变。仍需要的话，请重新申请。",
		EN: "Nobody has decided your request (%s); it has lapsed and nothing has changed. If it is still wanted, ask again.",
	}.F(c.Wanted(r)).Plus(chat.Same(" " + chat.ThisEntry))})}
}

// mostDone is how many entries a review shows.
const mostDone = 50

// openReview asks an owner to judge an emergency, and shows what was done in it.
func openReview(c bot.Call, book request.Book, r request.Request) (bot.Outcome, error) {
	if c.Queries() == 0 {
		return bot.Outcome{Need: journal.Want{Queries: []journal.Query{{
			Actor: r.For[0], Group: r.Group, Since: r.At, Until: r.From.Add(time.Millisecond), Limit: mostDone, Partial: true,
		}}}}, nil
	}
	r, e, err := book.Begin(r.Code, account(c, r), c.Now.Add(request.ReviewWithin).UTC().Truncate(time.Second))
	if err != nil {
		return bot.Outcome{}, err
	}
	return bot.Outcome{Events: []journal.Event{e}, Effects: bot.Ask(c, r, reviewers(c, r))}, nil
}

// reviewers are the owners who did not break the glass themselves.
func reviewers(c bot.Call, r request.Request) []chat.User {
	return slices.DeleteFunc(c.Access.Company.Owners(), func(u chat.User) bool { return slices.Contains(r.For, u) })
}

// account tells what was done in an emergency: everything that its entry in the journal says.
func account(c bot.Call, r request.Request) chat.Text {
	done, more := c.Entries(0)
	lines := []chat.Text{{}}
	n := 0
	for _, e := range slices.Backward(done) {
		if len(e.Changes) == 0 && e.Outcome == journal.Done || e.Kind == access.GlassBroken || e.Kind == access.GlassMended {
			continue
		}
		n++
		lines = append(lines, deed(c, e))
	}
	lines[0] = chat.Text{
		ZH: "%s 从 %s 到 %s 应急，期间 %d 件事：", EN: "%s broke the glass from %s to %s and did this (%d):",
	}.F(c.Name(r.For[0]), c.Moment(r.At), c.Moment(r.From), n)
	if n == 0 && !c.Beyond(0) {
		lines[0] = chat.Text{
			ZH: "%s 从 %s 到 %s 应急，期间什么都没有做。", EN: "%s broke the glass from %s to %s and did nothing.",
		}.F(c.Name(r.For[0]), c.Moment(r.At), c.Moment(r.From))
	}
	if c.Beyond(0) { // nobody was there to open the review for half a year
		lines = append(lines, chat.Text{ZH: "- 更早的已归档到文件，见 `/审计`", EN: "- older ones were archived, see `/audit`"})
	}
	if more {
		lines = append(lines, chat.Text{ZH: "- 还有更早的，见 `/审计`", EN: "- and more, see `/audit`"})
	}
	return chat.Lines(lines...)
}

func deed(c bot.Call, e journal.Entry) chat.Text {
	what := chat.Same(string(e.Kind))
	for _, h := range slices.Concat(access.Happenings(), moderation.Happenings(), duty.Happenings(), task.Happenings(),
		request.Happenings(), directory.Happenings(), bot.Happenings()) {
		if h.Kind == e.Kind {
			what = h.Text
		}
	}
	t := chat.Text{ZH: "- #%d %s %s", EN: "- #%d %s %s"}.F(e.N, c.Moment(e.At), what)
	for i, u := range e.Targets {
		sep := chat.Text{ZH: "、", EN: ", "}
		if i == 0 {
			sep = chat.Same(" → ")
		}
		t = t.Plus(sep).Plus(c.Name(u))
	}
	if e.Outcome == journal.Refused {
		t = t.Plus(chat.Text{ZH: "（%s）", EN: " (%s)"}.F(e.Rule))
	}
	return t
}
