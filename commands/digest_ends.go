package commands

import (
	"encoding/json"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/journal"
)

// endings are the rights of a group, or, in no group, of the company, that end before the span does, the next first.
func endings(c bot.Call, s digest.Span) []chat.Text {
	type ending struct {
		span
		what chat.Text
	}
	var ends []ending
	for key, raw := range c.State(access.Of(c.Group.ID)).Records {
		e, what := ending{span: spanOf(key, raw)}, chat.Text{}
		if x, err := journal.Decode[access.Exemption](raw); err == nil && strings.HasPrefix(key, "exempt/") {
			e.span, what = span{until: x.Until, who: x.Who}, chat.Text{ZH: "豁免职责分离“%s”", EN: "exemption from “%s”"}.F(x.Rule)
		}
		if e.until.After(s.Now) && e.until.Before(s.Ahead) {
			if e.what = what; what.IsZero() {
				e.what = endingOf(key, raw)
			}
			ends = append(ends, e)
		}
	}
	slices.SortFunc(ends, func(a, b ending) int {
		if n := a.until.Compare(b.until); n != 0 {
			return n
		}
		return strings.Compare(string(a.who)+a.what.EN, string(b.who)+b.what.EN)
	})
	var out []chat.Text
	for _, e := range ends {
		who := chat.Text{}
		if e.who != "" {
			who = chat.Same(calledIn(c, e.who) + " ")
		}
		out = append(out, who.Plus(chat.Text{ZH: "%s到 %s 为止", EN: "%suntil %s"}.F(e.what.Plus(chat.Same(" ")), c.Moment(e.until))))
	}
	return out
}

// endingOf says which right the record is that ends.
func endingOf(key string, raw json.RawMessage) chat.Text {
	kind, _, _ := strings.Cut(key, "/")
	switch kind {
	case "scene":
		if s, err := journal.Decode[access.Scene](raw); err == nil {
			return chat.Text{ZH: "场景“%s”", EN: "the scene “%s”"}.F(s.Label())
		}
	case "delegate":
		return chat.Text{ZH: "请人代理审批", EN: "their delegation"}
	case "statement":
		if s, err := journal.Decode[access.Statement](raw); err == nil {
			return chat.Text{ZH: "例外（%s）", EN: "the exception (%s)"}.F(s.Items.Label())
		}
	}
	if r, err := journal.Decode[access.Role](raw); err == nil && r.Level != access.NoLevel {
		return chat.Text{ZH: "的%s管理员角色", EN: "(%s admin)"}.F(r.Level.Label())
	}
	return chat.Text{ZH: "的权限", EN: "a right"}
}
