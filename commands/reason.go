package commands

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

// This file asks about reasons whose first word may have been meant as part of the command: what is not understood
// there becomes talk, and less is done than was asked. A reason that looks like one is not asked about.

// mistakenItem asks where the first word of a reason, which stands behind rights, may be another right.
func mistakenItem(reason string) chat.Text {
	first, rest, _ := strings.Cut(strings.TrimSpace(reason), " ")
	if first == "" {
		return chat.Text{}
	}
	t := chat.Text{ZH: "“%s”不是权限的名字，当作原因", EN: "“%s” is no item, so it is taken as the reason"}.F(chat.Escape(first))
	meant, like := everyday(first, rest != "")
	if r, isRight := parseRight(grammar.Fold(first)); isRight {
		onGroup := r.items & (access.Members.Items() | access.Content.Items())
		if r.items&access.GovernanceItems != 0 || onGroup == 0 && rest == "" {
			return chat.Text{} // on duty, an audit, a notice: why, not what
		}
		return chat.Text{ZH: "“%s”没有写在权限的位置，当作原因", EN: "“%s” does not stand where rights do, so it is taken as the reason"}.F(chat.Escape(first))
	}
	switch {
	case meant != access.NoItem:
		t = t.Plus(chat.Text{ZH: "；要的是“%s”就取消重发", EN: "; if “%s” is meant, cancel and send it again"}.F(
			itemWords(access.ItemsOf(meant))))
	case like:
		t = t.Plus(chat.Text{ZH: "；机器人没有这项权限", EN: "; there is no such item"})
	default:
		return chat.Text{}
	}
	return t
}

// everyday is the item that people call by a word of their own, or misspell; like says that the word names something to
// do in a group, though it may be no item.
func everyday(first string, more bool) (meant access.Item, like bool) {
	for i := range (^access.Items(0)).All() {
		for _, name := range []string{i.String(), i.Label().ZH, i.Label().EN} {
			if grammar.Near(first, name) && !strings.HasPrefix(lower(first), lower(name)) { // removed, audits: speaks of it
				return i, true
			}
		}
	}
	for _, w := range everydayWords {
		if first == w.said || more && strings.HasPrefix(first, w.said) {
			return w.item, true
		}
	}
	return access.NoItem, false
}

// everydayWords are what people say instead of the names of items; of one without an item there is none.
var everydayWords = []struct {
	said string
	item access.Item
}{
	{"踢", access.Remove}, {"踢人", access.Remove}, {"移出", access.Remove}, {"删人", access.Remove}, {"赶人", access.Remove},
	{"ban", access.Remove}, {"拉人", access.Invite}, {"请人", access.Invite}, {"加人", access.Invite},
	{"闭麦", access.Mute}, {"封口", access.Mute}, {"删消息", access.Recall}, {"撤消息", access.Recall}, {"删帖", access.Recall},
	{"发公告", access.Notice}, {"写公告", access.Notice}, {"发通知", access.Notice}, {"改群名", access.Rename}, {"改名", access.Rename},
	{"艾特", access.MentionAll}, {"所有人", access.MentionAll}, {"everyone", access.MentionAll}, {"传文件", access.Files},
	{"发文件", access.Files}, {"发红包", access.NoItem}, {"红包", access.NoItem}, {"转让", access.NoItem}, {"解散", access.NoItem},
}

// mistakenJob asks where the first word of an appointment's reason may be a job, a level or a way. inPlace says that the
// word stands where a job would, before a term.
func mistakenJob(c bot.Call, reason string, inPlace bool) chat.Text {
	first, _, _ := strings.Cut(strings.TrimSpace(reason), " ")
	if first == "" {
		return chat.Text{}
	}
	if _, isWay := parseWay(lower(first)); isWay {
		return chat.Text{ZH: "“%s”当作原因：候补和值班生效只能写一个", EN: "“%s” is taken as the reason: write either eligible or on-duty"}.F(chat.Escape(first))
	}
	if !inPlace && !likeJob(c, first) {
		return chat.Text{}
	}
	return chat.Text{ZH: "没有叫“%s”的岗位，当作原因；岗位有：%s", EN: "there is no job “%s”, so it is taken as the reason; there are: %s"}.F(
		chat.Escape(first), list(allJobs(c)))
}

// likeJob says whether a word looks like a position, or nearly like a job or a level.
func likeJob(c bot.Call, word string) bool {
	for _, end := range []string{"专员", "主管", "经理", "代表", "助理", "总监", "组长", "顾问", "管理员"} {
		if strings.HasSuffix(word, end) && len([]rune(word)) <= 6 {
			return true
		}
	}
	names := []chat.Text{{ZH: "高级", EN: "senior"}, {ZH: "普通", EN: "junior"}, {EN: "supervisor"}, {EN: "sales"}, {EN: "operations"}}
	for _, n := range append(names, allJobs(c)...) {
		if grammar.Near(word, n.ZH) || grammar.Near(word, n.EN) {
			return true
		}
	}
	return false
}

// also is two questions in one; either may be zero.
func also(a, b chat.Text) chat.Text {
	switch {
	case a.IsZero():
		return b
	case b.IsZero():
		return a
	}
	return chat.Text{ZH: a.ZH + "；" + b.ZH, EN: a.EN + "; " + b.EN}
}
