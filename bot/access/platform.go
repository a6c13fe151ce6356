package access

import "qunguan/bot/chat"

// Platform is one of the platforms that the bot is made for, as far as rights are concerned: the last rows of the
// table 4.1. The numbers of people are the customer's specification and each platform's documented limit.
type Platform struct {
	Name      string // as commands write it
	Label     chat.Text
	Items     Items // what it has of the catalogue, governance not counted
	RoleCap   int   // people with a role in one group (R10)
	NativeCap int   // admins that the platform itself allows in one group (D9)
	Inherits  bool  // whether a position of the address book gives a role (R12)
}

// Platforms are all of them. Each call returns a list of its own.
func Platforms() []Platform {
	return []Platform{
		{"wecom", chat.Text{ZH: "企业微信", EN: "WeCom"}, WeComItems, 10, 3, true},
		{"dingtalk", chat.Text{ZH: "钉钉", EN: "DingTalk"}, DingTalkItems, 5, 12, false},
		{"feishu", chat.Text{ZH: "飞书", EN: "Feishu"}, FeishuItems, 15, 10, true},
	}
}

// ParsePlatform reads the name of a platform in either language.
func ParsePlatform(said string) (Platform, bool) {
	for _, p := range Platforms() {
		if said == p.Name || said == p.Label.ZH {
			return p, true
		}
	}
	return Platform{}, false
}

// instead is what comes closest to an item where a platform does not have it: the words in brackets of 4.1. It is
// advice only; it does not do the same.
var instead = map[Item]Item{
	Import: Invite, MentionAll: Notice, ShareCard: Invite, SpeakMode: Mute, Pin: Notice, Urgent: MentionAll,
}

// Lost is what a group's admins can no longer be granted after a move from one platform to another.
func (p Platform) Lost(to Platform) Items { return p.Items.Minus(to.Items) }

// Nearest is the item of the platform that comes closest to one that it does not have; NoItem where none does.
func (p Platform) Nearest(lost Item) Item {
	for n := instead[lost]; n != NoItem; n = instead[n] {
		if p.Items.Has(n) {
			return n
		}
	}
	return NoItem
}
