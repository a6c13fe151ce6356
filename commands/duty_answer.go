package commands

import (
	"errors"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(dutyYes)
	_ = declare(dutyNo)
)

// dutyYes agrees to a swap, or to stand in for somebody. Of several who agree, the first has the turn.
func dutyYes() bot.Command {
	code := grammar.Word("code").Called(chat.Text{ZH: "代号", EN: "code"})
	return bot.Command{
		Name:     "duty yes",
		Forms:    []string{"/duty (yes|accept) [{code}]", "/(值班|换班|替班) (同意|接受|答应) [{code}]"},
		Examples: []chat.Text{{ZH: "/换班 同意", EN: "/duty yes"}},
		Holes:    []grammar.Hole{code},
		Help:     chat.Text{ZH: "同意换班或替班。", EN: "Agree to a swap, or to stand in."},
		Reads:    []bot.Source{roster},
		Hidden:   true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := roster.Of(c)
			o, err := offerFor(c, r, code.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			if o.With == "" {
				if err := mayServe(c, r); err != nil {
					return bot.Outcome{}, err
				}
			}
			e, err := r.Accept(c.Group.ID, o.Code, c.Actor.ID, c.Now, c.Zone)
			switch {
			case errors.Is(err, duty.ErrSelf):
				return bot.Refuse(chat.Text{ZH: "这是您自己的请求，要由别人答应。", EN: "It is your own request; somebody else must agree."})
			case errors.Is(err, duty.ErrNotTheirs) && o.With != "" && o.With != c.Actor.ID:
				return bot.Refuse(chat.Text{ZH: "这个请求问的是 %s，不是您。", EN: "That was asked of %s, not of you."}.F(c.Name(o.With)))
			case errors.Is(err, duty.ErrNotTheirs):
				return bot.Refuse(chat.Text{ZH: "排班已经变了，这个请求办不成了。请 %s 重新发起。", EN: "The roster has changed since; this cannot be done any more. %s may ask again."}.F(c.Name(o.By)))
			case err != nil:
				return bot.Outcome{}, notGiven(c, err)
			}
			next := becomes(c, r, e)
			lines := []chat.Text{{ZH: "说好了：", EN: "agreed:"}, turnsChanged(c, r, next, o.From, o.Until)}
			if o.Kind == duty.Swap {
				lines = append(lines, turnsChanged(c, r, next, o.BackFrom, o.BackUntil))
			}
			return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Lines(append(lines, codeLine(c, o.Code))...)}, nil
		},
	}
}

// dutyNo declines a swap, or to stand in. Of a request to everybody it only says that the speaker will not.
func dutyNo() bot.Command {
	code, reason := grammar.Word("code").Called(chat.Text{ZH: "代号", EN: "code"}), grammar.Rest("reason")
	return bot.Command{
		Name:     "duty no",
		Forms:    []string{"/duty (no|decline) [{code} [{reason}]]", "/(值班|换班|替班) (不同意|拒绝|不行) [{code} [{reason}]]"},
		Examples: []chat.Text{{ZH: "/换班 不同意", EN: "/duty no"}},
		Holes:    []grammar.Hole{code, reason},
		Help:     chat.Text{ZH: "不同意换班或替班。", EN: "Decline a swap, or to stand in."},
		Reads:    []bot.Source{roster},
		Hidden:   true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := roster.Of(c)
			o, err := offerFor(c, r, code.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			if o.With == "" && o.By != c.Actor.ID {
				return told(chat.Text{ZH: "好的，不算您；还在等别人答应。", EN: "All right, not you; the others may still agree."}), nil
			}
			if o.With != c.Actor.ID {
				return bot.Refuse(chat.Text{ZH: "这个请求不是问您的；要收回自己的请求，发 `/值班 取消 %s`。", EN: "That was not asked of you; to take back your own request, send `/duty cancel %s`."}.F(o.Code))
			}
			e, err := r.EndOffer(c.Group.ID, o.Code)
			if err != nil {
				return bot.Outcome{}, err
			}
			e.Reason = reason.Of(c.Args)
			return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Text{ZH: "不同意：%s；排班不变", EN: "declined: %s; the roster stays"}.F(offerText(c, o))}, nil
		},
	}
}

// offerFor finds the offer that the speaker answers: by its code, or the only one that waits for them.
func offerFor(c bot.Call, r duty.Roster, code string) (duty.Offer, error) {
	var open []duty.Offer
	for _, o := range r.Offers() {
		mine := o.With == c.Actor.ID || o.With == "" && o.By != c.Actor.ID && onRoster(c, r, c.Actor.ID)
		if c.Now.Before(o.Lapses) && (code == "" && mine || code != "" && strings.HasPrefix(o.Code, strings.ToLower(code))) {
			open = append(open, o)
		}
	}
	switch {
	case len(open) == 1:
		return open[0], nil
	case len(open) > 1:
		lines := []chat.Text{{ZH: "有几个请求，请写代号：", EN: "There are several; name the code:"}}
		for _, o := range open {
			lines = append(lines, chat.Same("- `"+o.Code+"` ").Plus(offerText(c, o)))
		}
		return duty.Offer{}, &bot.Refusal{Text: chat.Lines(lines...)}
	case code == "":
		return duty.Offer{}, &bot.Refusal{Text: chat.Text{ZH: "没有等您答复的换班或替班。", EN: "No swap or request for cover waits for you."}}
	}
	if i := slices.IndexFunc(r.Changes(), func(o duty.Change) bool { return o.Code == strings.ToLower(code) }); i >= 0 {
		o := r.Changes()[i]
		if o.Who == c.Actor.ID {
			return duty.Offer{}, &bot.Refusal{Text: chat.Text{ZH: "您已经答应了：%s 由您值班。", EN: "You have agreed already: %s is yours."}.F(stretchText(c, o.From, o.Until))}
		}
		return duty.Offer{}, &bot.Refusal{Text: chat.Text{
			ZH: "%s 已经先答应，接下了 %s；不用您操心了，谢谢。", EN: "%s was faster and has %s; nothing is left to do, thank you.",
		}.F(c.Name(o.Who), stretchText(c, o.From, o.Until))}
	}
	return duty.Offer{}, &bot.Refusal{Text: chat.Text{
		ZH: "没有代号是“%s”的请求在等答复：可能已收回、被拒绝、过期，或代号有误。`/值班 变动` 列出还在等的。",
		EN: "No request by the code “%s” waits for an answer: it was taken back, declined or has lapsed, or the code is wrong. `/duty changes` lists those that wait.",
	}.F(chat.Escape(code))}
}
