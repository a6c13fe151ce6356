package bot

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

// RequestFor is how long an item is asked for when nobody says how long.
const RequestFor = 2 * time.Hour

// askable are the rules whose no another person can lift by giving the item for a while. Whether somebody really can is
// asked of the rights: a fixed deny, for one, goes before whatever is given for a while.
var askable = []access.Rule{
	access.RuleDefault, access.RuleCeiling, access.RuleGrantExpired, access.RuleGrantNotStarted, access.RuleSuspended,
	access.RuleOffDuty, access.RuleNotActivated, access.RulePending, access.RuleDenied, access.RuleTier, access.RuleTerm,
	access.RuleSubject, access.RuleScope, access.RulePermission, access.RuleEffect,
}

// mayPetition says whether a refusal should offer to ask for the item.
func mayPetition(c Call, d *Denied) bool {
	if d.Item == access.NoItem || !d.Next.IsZero() || !c.Group.Bound() || c.Actor.Kind != chat.Staff || !slices.Contains(askable, d.Decision.Rule) {
		return false
	}
	if _, in := c.Group.Member(c.Actor.ID); !in && c.Group.MembersKnown {
		return false
	}
	w := access.Wish{Who: c.Actor.ID, Is: c.Access.Actor, Item: d.Item, Until: c.Now.Add(RequestFor)}
	if access.Decide(c.Access, access.Request{Actor: w.Who, Item: w.Item, Group: c.Group.ID, At: c.Now}).Allowed {
		return false // it is not the item that is missing
	}
	return len(c.Access.Approvers(c.Group.ID, w, c.Now)) > 0
}

// petition is the card under a refusal whose button asks for what is missing; nil where asking makes no sense.
func petition(c Call, d *Denied) *chat.Card {
	if !mayPetition(c, d) {
		return nil
	}
	return &chat.Card{
		Title: chat.Text{ZH: "没有权限：%s", EN: "Not allowed: %s"}.F(d.Item.Label()),
		Body: chat.Text{
			ZH: "可以申请 2 小时，由能给的人决定。", EN: "You may ask for it for 2 hours; those who can give it decide.",
		},
		Buttons: []chat.Button{{Label: chat.Text{ZH: "申请", EN: "Request"}, Command: petitionCommand(c, d.Item), Style: chat.Primary}},
	}
}

// petitionCommand is what the button types. What was tried is its reason.
func petitionCommand(c Call, i access.Item) string {
	why, chinese := triedAs(c)
	if chinese {
		return "/申请 " + wordOf(i).ZH + " 2小时 #" + string(c.Group.ID) + " " + why
	}
	return "/request " + i.String() + " 2h #" + string(c.Group.ID) + " " + why
}

// triedAs is the command that was tried, as the reason of another one, without what would be read as something else
// there, flags and groups; and whether it was typed in Chinese.
func triedAs(c Call) (why string, chinese bool) {
	tried := c.Message.Text
	if c.agreed != "" {
		tried = c.agreed
	}
	words := slices.DeleteFunc(strings.Fields(grammar.Fold(tried)), func(w string) bool {
		return strings.ContainsAny(w[:1], "#-") || strings.HasPrefix(w, "—")
	})
	reason := clipRunes(strings.NewReplacer("\"", "", "“", "", "”", "", "#", "").Replace(strings.Join(words, " ")), 60)
	if strings.ContainsFunc(tried, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return "想执行：" + reason, true
	}
	return "to run: " + reason, false
}

// wordOf is an item's label where that is one word that cannot be taken for a person, else its name.
func wordOf(i access.Item) chat.Text {
	if l := i.Label(); !strings.HasPrefix(l.ZH, "@") {
		return l
	}
	return chat.Same(i.String())
}

// lengthText writes a length for people.
func lengthText(d time.Duration) chat.Text { return grammar.FormatLength(d) }
