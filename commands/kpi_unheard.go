package commands

import "qunguan/bot/chat"

// unheard says which messages the numbers leave out, and why.
func (v kpiView) unheard() []chat.Text {
	if v.all {
		return v.unheardOfAll()
	}
	switch k := v.now; {
	case k.Silent:
		return []chat.Text{{
			ZH: "- 缺：这段时间没有收到本群的任何消息，无法判断是没人说话还是消息来源中断。",
			EN: "- Missing: nothing was heard of the group in this time; whether nobody spoke or nobody listened is not known.",
		}}
	case !k.Source && v.c.Connected():
		return []chat.Text{{
			ZH: "- 缺：已接入消息来源，但还没有收到过本群的消息，响应和拦截率无法衡量。",
			EN: "- Missing: a message source is connected, but no message of the group has come yet, so response and interceptions cannot be measured.",
		}}
	case !k.Source:
		return []chat.Text{{
			ZH: "- 缺：本群没有消息来源（会话存档、智能机器人或推送），响应和拦截率无法衡量。",
			EN: "- Missing: the group has no message source (archive, smart bot or push), so response and interceptions cannot be measured.",
		}}
	}
	return nil
}

// unheardOfAll is unheard, of the company.
func (v kpiView) unheardOfAll() (out []chat.Text) {
	heard := v.c.Sources(0)
	switch k := v.now; {
	case k.Silent:
		out = append(out, chat.Text{
			ZH: "- 缺：这段时间没有收到任何群的消息，无法判断是没人说话还是消息来源中断。",
			EN: "- Missing: nothing was heard of any group in this time; whether nobody spoke or nobody listened is not known.",
		})
	case !k.Source && v.c.Connected():
		return []chat.Text{{
			ZH: "- 缺：已接入消息来源，但还没有收到过任何群的消息，响应和拦截率无法衡量。",
			EN: "- Missing: a message source is connected, but no message of any group has come yet, so response and interceptions cannot be measured.",
		}}
	case !k.Source:
		return []chat.Text{{
			ZH: "- 缺：没有接入消息来源（会话存档、智能机器人或推送），响应和拦截率无法衡量。",
			EN: "- Missing: there is no message source (archive, smart bot or push), so response and interceptions cannot be measured.",
		}}
	}
	if n := len(v.c.Groups.All()) - heard; n > 0 {
		out = append(out, chat.Text{ZH: "- 缺：%s没有收到过消息，不计在内（不是 0）。", EN: "- Missing: of %s no message ever came; that is left out (which is not 0)."}.F(groupsCounted(n)))
	}
	return out
}
