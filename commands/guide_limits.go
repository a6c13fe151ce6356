package commands

import (
	"qunguan/bot"
	"qunguan/bot/chat"
)

// guideMeans is how something becomes so in one kind of group, as the table of capabilities writes it.
type guideMeans struct {
	how    chat.Capability
	remark chat.Text // how it is verified, or what is done instead
}

// guideRow is one action in customer groups, groups made by the app, groups with the smart bot.
type guideRow struct {
	action                 chat.Text
	customer, app, chatbot guideMeans
}

var (
	reread      = chat.Text{ZH: "复读核实", EN: "re-read to verify"}
	notVerified = chat.Text{ZH: "无法核实", EN: "cannot be verified"}
	byArchive   = chat.Text{ZH: "需会话内容存档", EN: "needs the message archive"}
	sideSteps   = chat.Text{ZH: "可改为移除或防骚扰", EN: "remove, or use 防骚扰, instead"}
	joinCode    = chat.Text{ZH: "复读核实；入群码可由接口生成", EN: "re-read to verify; the interface can make a join code"}
	askSender   = chat.Text{ZH: "请发送者自己撤回", EN: "ask the sender to recall it"}
	byWebhook   = chat.Text{ZH: "需群机器人 webhook", EN: "needs the group's webhook"}
	onceADay    = chat.Text{ZH: "群主确认后发出，约每天 1 条", EN: "sent once the owner confirms, about one a day"}
	wholeFirm   = chat.Text{ZH: "员工发出的，全企业最多 100 条规则；客户发的请群主开防骚扰", EN: "of what staff send, company-wide, at most 100 rules; of customers by 防骚扰"}
	ownerOnly   = chat.Text{ZH: "只读得到群主", EN: "only the owner can be read"}
	mentions    = chat.Text{ZH: "只有 @ 机器人的消息；其余需会话内容存档", EN: "only those that @ the bot; others need the message archive"}
)

// guideRows is the table 5.1 of the requirements, in its order. It tells what the platform allows; which commands the bot
// has is told by the help.
func guideRows() []guideRow {
	native, assisted, observe, none := chat.Native, chat.Assisted, chat.ObserveOnly, chat.None
	return []guideRow{
		{chat.Text{ZH: "设、撤群管理员", EN: "make or remove an admin"}, guideMeans{assisted, reread}, guideMeans{assisted, notVerified}, guideMeans{assisted, notVerified}},
		{chat.Text{ZH: "邀请、批量导入", EN: "invite, import"}, guideMeans{assisted, joinCode}, guideMeans{native, reread}, guideMeans{assisted, byArchive}},
		{chat.Text{ZH: "移除成员", EN: "remove a member"}, guideMeans{assisted, reread}, guideMeans{native, reread}, guideMeans{assisted, byArchive}},
		{chat.Text{ZH: "审核入群", EN: "approve a joiner"}, guideMeans{assisted, reread}, guideMeans{native, reread}, guideMeans{assisted, byArchive}},
		{chat.Text{ZH: "禁言一个人", EN: "mute one person"}, guideMeans{none, sideSteps}, guideMeans{assisted, notVerified}, guideMeans{assisted, notVerified}},
		{chat.Text{ZH: "撤回别人的消息", EN: "recall others' messages"}, guideMeans{none, askSender}, guideMeans{none, askSender}, guideMeans{none, askSender}},
		{chat.Text{ZH: "发言审核、禁止文件", EN: "review messages, ban files"}, guideMeans{observe, byArchive}, guideMeans{observe, byArchive}, guideMeans{observe, byArchive}},
		{chat.Text{ZH: "关键词", EN: "keywords"}, guideMeans{native, wholeFirm}, guideMeans{observe, byArchive}, guideMeans{observe, byArchive}},
		{chat.Text{ZH: "通知（发消息）", EN: "a notice as a message"}, guideMeans{native, onceADay}, guideMeans{how: native}, guideMeans{how: native}},
		{chat.Text{ZH: "群公告", EN: "群公告"}, guideMeans{assisted, reread}, guideMeans{assisted, notVerified}, guideMeans{assisted, byArchive}},
		{chat.Text{ZH: "@全体", EN: "mention everybody"}, guideMeans{how: none}, guideMeans{native, byWebhook}, guideMeans{native, byWebhook}},
		{chat.Text{ZH: "改群名", EN: "rename"}, guideMeans{assisted, reread}, guideMeans{native, reread}, guideMeans{assisted, byArchive}},
		{chat.Text{ZH: "换群主", EN: "change the owner"}, guideMeans{native, chat.Text{ZH: "90 天内最多 2 次", EN: "at most twice in 90 days"}}, guideMeans{how: native}, guideMeans{how: assisted}},
		{chat.Text{ZH: "读成员", EN: "read the members"}, guideMeans{how: native}, guideMeans{how: native}, guideMeans{observe, byArchive}},
		{chat.Text{ZH: "读群管理员", EN: "read the admins"}, guideMeans{how: native}, guideMeans{observe, ownerOnly}, guideMeans{how: none}},
		{chat.Text{ZH: "读消息", EN: "read messages"}, guideMeans{observe, byArchive}, guideMeans{observe, byArchive}, guideMeans{observe, mentions}},
	}
}

func (r guideRow) of(k chat.GroupKind) guideMeans {
	switch k {
	case chat.AppGroup:
		return r.app
	case chat.BotGroup:
		return r.chatbot
	case chat.CustomerGroup:
	}
	return r.customer
}

func (m guideMeans) text() chat.Text {
	var t chat.Text
	switch m.how {
	case chat.Native:
		t = chat.Text{ZH: "可直接做", EN: "directly"}
	case chat.Assisted:
		t = chat.Text{ZH: "请群主操作", EN: "asked of the owner"}
	case chat.ObserveOnly:
		t = chat.Text{ZH: "只能观察", EN: "only observed"}
	case chat.None:
		t = chat.Text{ZH: "不支持", EN: "not possible"}
	}
	if m.remark.IsZero() {
		return t
	}
	return t.Plus(chat.Text{ZH: "（%s）", EN: " (%s)"}.F(m.remark))
}

// guideLimits tells what the platform lets a bot do in this kind of group; without a group, in a customer group.
func guideLimits(c bot.Call) chat.Text {
	kind := chat.CustomerGroup
	if c.Group.Bound() {
		kind = c.Group.Kind
	}
	lines := []chat.Text{chat.Text{
		ZH: "企业微信在%s里让机器人做什么：", EN: "What WeCom lets a bot do in a %s:",
	}.F(kindText(kind))}
	for _, r := range guideRows() {
		lines = append(lines, chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(r.action, r.of(kind).text()))
	}
	return chat.Lines(append(lines,
		chat.Text{ZH: "命令在哪里发：内部群里 @机器人，或私聊机器人、应用。智能机器人进不了客户群，应用收不到群消息。", EN: "Where to type: @ the bot in an internal group, or a direct message to the bot or the app. A smart bot cannot be in a customer group, and the app receives no group messages."},
		chat.Text{ZH: "这是平台的边界；机器人现有的命令见 `/帮助`。没有读到结果，机器人不会说“已生效”。", EN: "These are the platform's limits; `/help` lists the commands there are. Without having read it, the bot never says that something is in force."},
	)...)
}
