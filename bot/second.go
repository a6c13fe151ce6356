package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/request"
)

// Act is whose act an outcome is, where that is not whoever speaks: an approved request is the act of who asked.
type Act struct {
	Actor   chat.User
	Command string // as they typed it
}

// DecideWithin is how long a request can be decided.
const DecideWithin = 24 * time.Hour

// Code is a code made of the message of the call: the same each time it is run, and no other message's.
func (c Call) Code() string {
	sum := sha256.Sum256([]byte("code\x00" + c.Message.ID))
	return hex.EncodeToString(sum[:8])
}

// submit makes a request for a second person's consent of an outcome that needs one. What would have changed is kept as
// data; nothing of it happens before somebody has agreed.
func submit(c Call, cmd Command, out Outcome, impact chat.Text) (Outcome, error) {
	place := placeOf(c, out.Events)
	if !c.Has(request.Of(place)) {
		return Outcome{Need: journal.Want{Names: []journal.Name{request.Of(place)}}}, nil
	}
	whole := merge(slices.Clone(out.Events))
	to := c.Access.Consenters(place, c.Actor.ID, whole.Targets, cmd.Needs, whole.Changes, c.Now)
	if len(to) == 0 {
		d := &Denied{Decision: access.Decision{Rule: access.RuleSecondPerson}, Item: cmd.Needs}
		if len(whole.Targets) == 1 {
			d.Target = whole.Targets[0]
		}
		return Outcome{}, d
	}
	r := request.Request{
		Code: c.Code(), Sort: request.ForAct, By: c.Actor.ID, For: whole.Targets, Group: place, Command: clip(c.Message.Text, 1000),
		Needs: cmd.Needs.String(), Length: out.Lasts, Preview: out.Changes, Impact: impact, Why: out.Second, Reason: whole.Reason,
		At: c.Now.UTC(), Until: c.Now.Add(DecideWithin).UTC().Truncate(time.Second), Need: 1, Deny: 1,
		Undoes: out.Undoes, Events: request.Keep(out.Events),
	}
	if agreed := c.agreed; agreed != "" {
		r.Command = clip(agreed, 1000)
	}
	e, err := At[request.Book](c, request.Of(place)).Open(r)
	if errors.Is(err, request.ErrEqual) {
		return Refuse(chat.Text{
			ZH: "同样的操作已经在等第二个人同意。`/申请列表` 列出它；要收回，发 `/收回 #编号`。",
			EN: "The same is waiting for a second person's consent already. `/requests` lists it; `/withdraw #N` takes it back.",
		})
	}
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{
		Events: []journal.Event{e}, Rule: access.RuleSecondPerson, Changes: out.Changes,
		Effects: Ask(c, r, to),
		Reply: chat.Reply{Text: chat.Lines(
			chat.Text{
				ZH: "已提交%s，等第二个人同意；什么都还没有改变。", EN: "Submitted%s; a second person must agree. Nothing has changed yet.",
			}.F(elsewhere(c, cmd)),
			out.Changes, impact,
			chat.Text{ZH: "为什么：%s。可以同意的人：%s。", EN: "Why: %s. Who can agree: %s."}.F(out.Second, c.Few(to)),
			chat.Text{
				ZH: "到 %s 为止没有人决定就作废；要收回，发 `/收回` 和编号。", EN: "It lapses at %s; to take it back, send `/withdraw` and its number.",
			}.F(c.Moment(r.Until)),
		)},
	}, nil
}

// placeOf is whose book the changes of events are about: the group's, or the company's.
func placeOf(c Call, events []journal.Event) chat.Group {
	for _, e := range events {
		for _, ch := range e.Changes {
			if ch.Of == access.Of("") {
				return ""
			}
		}
	}
	return c.Group.ID
}

// How many are asked to decide a request. More cards bring no quicker answer, only more people who are disturbed for
// nothing; owners are last in the lists of rights, and are always among those who are asked.
const (
	fewAdmins = 3
	fewOwners = 3
)

// Deciders are those of a list who are asked to decide a request, with whoever stands in for them at present.
func (c Call) Deciders(able []chat.User, r request.Request) []chat.User {
	var out []chat.User
	admins, owners := 0, 0
	add := func(u chat.User) {
		if u != r.By && !slices.Contains(r.For, u) && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	for _, u := range able {
		n, most := &admins, fewAdmins
		if c.Access.IsOwner(u) {
			n, most = &owners, fewOwners
		}
		if *n++; *n > most {
			continue
		}
		add(u)
		if d, ok := c.Access.DelegateOf(u, c.Now); ok {
			add(d.To)
		}
	}
	return out
}

// Few names the first of several people, and how many there are.
func (c Call) Few(people []chat.User) chat.Text {
	var names []chat.Text
	for _, u := range people[:min(fewNames, len(people))] {
		names = append(names, c.Name(u))
	}
	out := chat.Text{ZH: chat.Join("、", names...).ZH, EN: chat.Join(", ", names...).EN}
	if len(people) > fewNames {
		out = out.Plus(chat.Text{ZH: " 等 %d 人", EN: " and others, %d in all"}.F(len(people)))
	}
	return out
}

// fewNames is how many people a list in a reply names.
const fewNames = 3

// Ask sends the card of a request to those who are asked to decide it.
func Ask(c Call, r request.Request, able []chat.User) []chat.Effect {
	var out []chat.Effect
	for _, u := range c.Deciders(able, r) {
		card := requestCard(c, r)
		e := chat.SendTo(u, r.Group, chat.Reply{Card: &card}).As(chat.OfRequests)
		e.NotAfter, e.Matter = r.Until, chat.About(string(request.Of(r.Group)), r.Code)
		out = append(out, e)
	}
	return out
}

func requestCard(c Call, r request.Request) chat.Card {
	yes, no := chat.Text{ZH: "同意", EN: "Approve"}, chat.Text{ZH: "驳回", EN: "Reject"}
	card := chat.Card{
		Title: chat.Text{ZH: "待您审批 ", EN: "Your decision is asked "}.Plus(chat.Same(chat.ThisEntry)),
		Body:  chat.Lines(c.Wanted(r), r.Impact),
	}
	if r.Sort == request.ForReview {
		card.Title = chat.Text{ZH: "应急复核 ", EN: "Review of a broken glass "}.Plus(chat.Same(chat.ThisEntry))
		yes, no = chat.Text{ZH: "正当", EN: "Justified"}, chat.Text{ZH: "不正当", EN: "Not so"}
	}
	add := func(zh, en string, value chat.Text) {
		if !value.IsZero() {
			card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: zh, EN: en}, Value: value})
		}
	}
	if r.By != "" {
		add("申请人", "From", c.Name(r.By))
	}
	if r.Group != "" {
		group := At[directory.Group](c, directory.OfGroup(r.Group))
		add("群", "Group", chat.Same(chat.Escape(first(group.Name, string(r.Group)))))
	}
	add("为什么", "Why", r.Why)
	if reason := chat.Escape(r.Reason); !strings.Contains(r.Preview.ZH, reason) {
		add("原因", "Reason", chat.Same(reason))
	}
	add("有效到", "Until", chat.Same(c.Moment(r.Until)))
	tail := chat.ThisEntry
	if r.Group != "" {
		tail += " #" + string(r.Group)
	}
	card.Buttons = []chat.Button{
		{Label: yes, Command: "/approve " + tail, Style: chat.Primary}, {Label: no, Command: "/reject " + tail, Style: chat.Danger},
	}
	return card
}

// Wanted tells what a request asks for, without who and why.
func (c Call) Wanted(r request.Request) chat.Text {
	switch r.Sort {
	case request.ForItem:
		i, _ := access.ParseItem(r.What)
		return chat.Text{ZH: "权限“%s”，%s", EN: "the item “%s” for %s"}.F(i.Label(), lengthText(r.Length))
	case request.ForLevel:
		l, _ := access.ParseLevel(r.What)
		return chat.Text{ZH: "临时%s管理员，%s", EN: "a temporary role as %s admin for %s"}.F(
			chat.Text{ZH: l.Label().ZH, EN: l.String()}, lengthText(r.Length))
	case request.ForReview:
		if r.Preview.IsZero() {
			return chat.Text{ZH: "应急复核", EN: "the review of an emergency"}
		}
	case request.ForAct:
	}
	return r.Preview
}
