package access

import (
	"fmt"
	"strings"

	"qunguan/bot/chat"
)

// Item is one permission of the catalogue (requirements, 4.1). The zero Item is none: nobody ever holds it.
//
// Holding one item never implies another: who may remove may not therefore invite.
type Item uint8

// The items, in the order of the catalogue. Up to Admins they are the twelve of WeCom, up to Secrecy the eighteen
// of Feishu; the rest is the governance family, which no platform counts.
const (
	NoItem Item = iota

	Invite
	Remove
	Approve
	Import
	Mute
	Recall
	ReviewMessages
	Files
	Rename
	Notice
	MentionAll
	Admins

	ShareCard
	SpeakMode
	Pin
	Urgent
	Bots
	Secrecy

	Audit
	Duty
	Review
	Policy
	Settings
	Reports

	pastItems // not an item: the end of the list
)

// Family is a group of items that jobs are described in.
type Family uint8

// The families of 4.1. The zero Family is that of NoItem.
const (
	NoFamily   Family = iota
	Members           // 成员管理
	Content           // 内容管控
	Config            // 群配置
	Governance        // 治理: follows the level alone, jobs are silent about it
)

var familyLabels = [...]chat.Text{
	NoFamily:   {},
	Members:    {ZH: "成员管理", EN: "Members"},
	Content:    {ZH: "内容管控", EN: "Content"},
	Config:     {ZH: "群配置", EN: "Group settings"},
	Governance: {ZH: "治理", EN: "Governance"},
}

// Label is the family's name for people.
func (f Family) Label() chat.Text {
	if int(f) >= len(familyLabels) {
		return chat.Text{}
	}
	return familyLabels[f]
}

// Items returns all items of the family.
func (f Family) Items() Items {
	var out Items
	for i := Invite; i < pastItems; i++ {
		if catalogue[i].family == f {
			out = out.With(i)
		}
	}
	return out
}

// entry is one row of the catalogue. also holds other words people use for the item: those of its commands.
type entry struct {
	name   string
	label  chat.Text
	family Family
	also   []string
}

var catalogue = [pastItems]entry{
	NoItem:         {},
	Invite:         {"invite", chat.Text{ZH: "邀请", EN: "Invite"}, Members, []string{"拉人", "邀请成员", "拉人进群"}},
	Remove:         {"remove", chat.Text{ZH: "移除", EN: "Remove"}, Members, []string{"kick", "踢出", "踢人", "移出", "移出成员", "移除成员", "踢出成员"}},
	Approve:        {"approve", chat.Text{ZH: "审核入群", EN: "Approve joiners"}, Members, []string{"审核"}},
	Import:         {"import", chat.Text{ZH: "批量导入", EN: "Bulk import"}, Members, []string{"导入"}},
	Mute:           {"mute", chat.Text{ZH: "禁言", EN: "Mute"}, Content, nil},
	Recall:         {"recall", chat.Text{ZH: "撤回", EN: "Recall"}, Content, nil},
	ReviewMessages: {"review_messages", chat.Text{ZH: "发言审核", EN: "Review messages"}, Content, nil},
	Files:          {"files", chat.Text{ZH: "文件管理", EN: "Files"}, Content, []string{"文件"}},
	Rename:         {"rename", chat.Text{ZH: "群名称", EN: "Rename group"}, Config, []string{"改群名", "群名", "修改群名", "改群名称"}},
	Notice:         {"notice", chat.Text{ZH: "公告通知", EN: "Notice"}, Config, []string{"announce", "公告", "通知", "群公告", "发公告", "发布公告", "发通知"}},
	MentionAll:     {"mention_all", chat.Text{ZH: "@全体", EN: "Mention all"}, Config, []string{"全体", "@全体成员", "@所有人", "everyone", "@everyone", "@all"}},
	Admins:         {"admins", chat.Text{ZH: "设管理员", EN: "Appoint admins"}, Config, []string{"设管理", "管理员"}},
	ShareCard:      {"share_card", chat.Text{ZH: "分享群名片", EN: "Share group card"}, Members, nil},
	SpeakMode:      {"speak_mode", chat.Text{ZH: "发言范围", EN: "Who may speak"}, Content, nil},
	Pin:            {"pin", chat.Text{ZH: "置顶", EN: "Pin"}, Content, nil},
	Urgent:         {"urgent", chat.Text{ZH: "加急", EN: "Urgent"}, Config, nil},
	Bots:           {"bots", chat.Text{ZH: "群机器人", EN: "Group bots"}, Config, nil},
	Secrecy:        {"secrecy", chat.Text{ZH: "防泄密", EN: "Secrecy"}, Config, nil},
	Audit:          {"audit", chat.Text{ZH: "审计", EN: "Audit"}, Governance, nil},
	Duty:           {"duty", chat.Text{ZH: "值班", EN: "Duty"}, Governance, []string{"排班"}},
	Review:         {"review", chat.Text{ZH: "权限复核", EN: "Access review"}, Governance, []string{"复核", "权限审核"}},
	Policy:         {"policy", chat.Text{ZH: "权限策略", EN: "Policy"}, Governance, []string{"策略"}},
	Settings:       {"settings", chat.Text{ZH: "设置", EN: "Settings"}, Governance, nil},
	Reports:        {"reports", chat.Text{ZH: "报表", EN: "Reports"}, Governance, []string{"绩效"}},
}

// known says whether i is an item of the catalogue; whatever is not is denied.
func (i Item) known() bool { return i > NoItem && i < pastItems }

// String is the item's name as the catalogue, the journal and the commands write it; empty for NoItem.
func (i Item) String() string {
	if !i.known() {
		return ""
	}
	return catalogue[i].name
}

// Label is the item's name for people.
func (i Item) Label() chat.Text {
	if !i.known() {
		return chat.Text{}
	}
	return catalogue[i].label
}

// Family is the family that the item belongs to on every platform.
func (i Item) Family() Family {
	if !i.known() {
		return NoFamily
	}
	return catalogue[i].family
}

// MarshalText writes the item's name.
func (i Item) MarshalText() ([]byte, error) {
	if !i.known() {
		return nil, fmt.Errorf("encode item: no item %d", i)
	}
	return []byte(i.String()), nil
}

// UnmarshalText reads exactly what MarshalText wrote; other words that people use are no stored form.
func (i *Item) UnmarshalText(b []byte) error {
	for k := Invite; k < pastItems; k++ {
		if catalogue[k].name == string(b) {
			*i = k
			return nil
		}
	}
	return fmt.Errorf("decode item: no item %q", b)
}

var itemWords = func() map[string]Item {
	words := map[string]Item{}
	for i := Invite; i < pastItems; i++ {
		e := catalogue[i]
		for _, w := range append([]string{e.name, e.label.ZH, e.label.EN}, e.also...) {
			words[word(w)] = i
		}
	}
	return words
}()

// ParseItem reads an item in either language, whatever the case; "review messages" and "review-messages" are
// "review_messages". Full-width forms are folded by the grammar before.
func ParseItem(s string) (Item, bool) {
	i, ok := itemWords[word(s)]
	return i, ok
}

// ItemWords are the names of the items as people write them, in both languages.
func ItemWords() []string {
	var out []string
	for i := Invite; i < pastItems; i++ {
		e := catalogue[i]
		out = append(append(out, e.label.ZH, e.name), e.also...)
	}
	return out
}

// word is the form in which words that people type are compared.
func word(s string) string {
	return joiners.Replace(strings.ToLower(strings.TrimSpace(s)))
}

var joiners = strings.NewReplacer("_", "", "-", "", " ", "")
