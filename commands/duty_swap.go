package commands

import (
	"errors"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(dutySwap)
	_ = declare(dutyCover)
)

// answerWithin is how long a swap or a request for cover waits for its answer, and answerRunning how long where the turn
// runs already.
const (
	answerWithin  = 24 * time.Hour
	answerRunning = time.Hour
)

// lapses is when an offer about turns is over: before any of them begins.
func lapses(c bot.Call, starts ...time.Time) time.Time {
	at := c.Now.Add(answerWithin)
	for _, s := range starts {
		if !s.After(c.Now) {
			s = c.Now.Add(answerRunning)
		}
		if s.Before(at) {
			at = s
		}
	}
	return at.UTC().Truncate(time.Second)
}

// dutySwap offers somebody a turn of the speaker's for one of theirs. Nothing changes before they agree.
func dutySwap() bot.Command {
	with, mine, theirs, reason := grammar.Person("with"), grammar.Stretch("mine").Called(chat.Text{ZH: "我的班", EN: "mine"}),
		grammar.Stretch("theirs").Called(chat.Text{ZH: "对方的班", EN: "theirs"}), grammar.Rest("reason")
	return bot.Command{
		Name:     "duty swap",
		Forms:    []string{"/duty swap {with} {mine} [for] {theirs} [{reason}]", "/值班 换班 {with} {mine} [换] {theirs} [{reason}]", "/换班 {with} {mine} [换] {theirs} [{reason}]"},
		Examples: []chat.Text{{ZH: "/换班 @wang 今晚 周六", EN: "/duty swap @wang tonight for saturday"}},
		Holes:    []grammar.Hole{with, mine, theirs, reason},
		Help:     chat.Text{ZH: "用自己的班换同事的班；对方同意才生效。", EN: "Swap a turn of yours for a colleague's; it counts once they agree."},
		Who:      chat.Text{ZH: "排班里的人，换自己的班。", EN: "Whoever is on the roster, for their own turns."},
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := roster.Of(c)
			if err := mayServe(c, r); err != nil {
				return bot.Outcome{}, err
			}
			u, err := dutiful(c, with.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			if u == c.Actor.ID {
				return bot.Refuse(chat.Text{ZH: "不用和自己换班。", EN: "There is nothing to swap with yourself."})
			}
			give, err := ownTurns(c, r, mine.Of(c.Args), c.Actor.ID)
			if err != nil {
				return bot.Outcome{}, err
			}
			get, err := ownTurns(c, r, theirs.Of(c.Args), u)
			if err != nil {
				return bot.Outcome{}, err
			}
			o := duty.Offer{
				Code: shortCode(c), Kind: duty.Swap, By: c.Actor.ID, From: give.from, Until: give.until, With: u,
				BackFrom: get.from, BackUntil: get.until, Reason: reason.Of(c.Args), Lapses: lapses(c, give.from, get.from),
			}
			return offer(c, r, o, []chat.User{u})
		},
	}
}

// dutyCover asks somebody, or all others of the roster, to stand in for the speaker. The first who agrees has the turn.
func dutyCover() bot.Command {
	when, who, reason := grammar.Stretch("when"), grammar.Person("who"), grammar.Rest("reason")
	return bot.Command{
		Name: "duty cover",
		Forms: []string{
			"/duty cover [me] {when} [{who}] [{reason}]", "/值班 求替班 {when} [{who}] [{reason}]", "/(求替班|替班) {when} [{who}] [{reason}]",
		},
		Examples: []chat.Text{{ZH: "/求替班 今晚 孩子发烧", EN: "/duty cover tonight @wang my child is ill"}},
		Holes:    []grammar.Hole{when, who, reason},
		Help:     chat.Text{ZH: "请同事替自己的班：问一位，或问排班里所有人，先答应的接下。", EN: "Ask for cover: one colleague, or everybody on the roster; the first who agrees has the turn."},
		Who:      chat.Text{ZH: "排班里的人，为自己的班。", EN: "Whoever is on the roster, for their own turns."},
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := roster.Of(c)
			if err := mayServe(c, r); err != nil {
				return bot.Outcome{}, err
			}
			n, err := ownTurns(c, r, when.Of(c.Args), c.Actor.ID)
			if err != nil {
				return bot.Outcome{}, err
			}
			o := duty.Offer{
				Code: shortCode(c), Kind: duty.Cover, By: c.Actor.ID, From: n.from, Until: n.until, Reason: reason.Of(c.Args),
				Lapses: lapses(c, n.from),
			}
			if who.Given(c.Args) {
				if o.With, err = dutiful(c, who.Ref(c.Args)); err != nil {
					return bot.Outcome{}, err
				}
			}
			asked := askedFor(c, r, o)
			if len(asked) == 0 {
				return bot.Refuse(chat.Text{
					ZH: "排班里没有别人可问（可能都在请假）。请写一位同事：`/求替班 今晚 @userid`，或请有“值班”权限的人改派。",
					EN: "Nobody else of the roster can be asked (they may be on leave). Name a colleague: `/duty cover tonight @userid`, or ask whoever holds “duty” for an override.",
				})
			}
			return offer(c, r, o, asked)
		},
	}
}

// askedFor are those whom an offer asks: the one it names, else the others of the roster who are not on leave then.
func askedFor(c bot.Call, r duty.Roster, o duty.Offer) []chat.User {
	if o.With != "" {
		return []chat.User{o.With}
	}
	var out []chat.User
	for _, u := range dutyStaff(c, r) {
		away := false
		for _, l := range r.Leaves() {
			away = away || l.Who == u && l.From.Before(o.Until) && o.From.Before(l.Until)
		}
		if u != o.By && !away {
			out = append(out, u)
		}
	}
	return out
}

// offer makes an offer after having looked whether a yes would do: who is asked must be able to say it.
func offer(c bot.Call, r duty.Roster, o duty.Offer, asked []chat.User) (bot.Outcome, error) {
	if err := noSlip(o.Reason); err != nil {
		return bot.Outcome{}, err
	}
	e, err := r.Ask(c.Group.ID, o, c.Now)
	if errors.Is(err, duty.ErrTwice) {
		return bot.Refuse(chat.Text{ZH: "同样的请求已经在等答复：`/值班 变动`。", EN: "The same is waiting for an answer already: `/duty changes`."})
	}
	if err != nil {
		return bot.Outcome{}, notGiven(c, err)
	}
	next := becomes(c, r, e)
	if _, err := next.Accept(c.Group.ID, o.Code, asked[0], c.Now, c.Zone); err != nil && len(asked) == 1 {
		return bot.Outcome{}, notGiven(c, err)
	}
	made, _ := next.Offer(o.Code)
	return bot.Outcome{
		Events: []journal.Event{e}, Changes: offerText(c, made),
		Reply: chat.Reply{Text: chat.Lines(
			chat.Text{ZH: "已发出请求：%s；排班还没有改变。", EN: "Request sent: %s. The roster has not changed yet."}.F(offerText(c, made)),
			chat.Text{ZH: "问了：%s。到 %s 没有人答应就作废，会告诉您。", EN: "Asked: %s. It lapses at %s; you will be told."}.F(c.Few(asked), c.Near(made.Lapses)),
			codeLine(c, o.Code),
		)},
	}, nil
}

// offerText tells what an offer is about, from nobody's side.
func offerText(c bot.Call, o duty.Offer) chat.Text {
	return offerWith(c, o, c.Name)
}

func offerWith(c bot.Call, o duty.Offer, name func(chat.User) chat.Text) chat.Text {
	t := chat.Text{ZH: "%s 请人替班 %s", EN: "%s asks for cover %s"}.F(name(o.By), stretchText(c, o.From, o.Until))
	if o.Kind == duty.Swap {
		t = chat.Text{ZH: "%s 用 %s 换 %s 的 %s", EN: "%s gives %s for %s's %s"}.F(
			name(o.By), stretchText(c, o.From, o.Until), name(o.With), stretchText(c, o.BackFrom, o.BackUntil))
	} else if o.With != "" {
		t = chat.Text{ZH: "%s 请 %s 替班 %s", EN: "%s asks %s for cover %s"}.F(name(o.By), name(o.With), stretchText(c, o.From, o.Until))
	}
	return t.Plus(because(o.Reason))
}
