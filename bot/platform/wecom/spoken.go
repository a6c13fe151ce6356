package wecom

import "qunguan/bot/chat"

// Spoken is an interface of WeCom that this installation speaks: which one, of which version, and with which of the
// credentials that Check names.
type Spoken struct {
	Name    chat.Text
	Version chat.Text
	Needs   []string
}

// Spoken are the interfaces that the configuration uses. The addresses of WeCom's server API name no version (all begin
// with /cgi-bin/), and neither does API mode: what is told is the date of the pages that were followed.
func (a *Adapter) Spoken() []Spoken {
	var out []Spoken
	base := chat.Text{ZH: "服务端 API（/cgi-bin，地址不带版本号）", EN: "server API (/cgi-bin, whose addresses name no version)"}
	if a.c.App.Secret != "" {
		out = append(out, Spoken{
			Name: chat.Text{ZH: "企业微信 自建应用接口", EN: "WeCom app interface"}, Needs: []string{a.c.appCredential().key},
			Version: base.Plus(chat.Text{ZH: "；模板卡片按 2026-02-06 的文档（101032）", EN: "; template cards as documented on 2026-02-06 (101032)"}),
		})
	}
	if a.c.CustomerContactSecret != "" {
		out = append(out, Spoken{
			Name: chat.Text{ZH: "企业微信 客户联系接口", EN: "WeCom customer contact interface"}, Needs: []string{a.c.customerCredential().key}, Version: base,
		})
	}
	if a.c.Bot.Token != "" {
		out = append(out, Spoken{
			Name:    chat.Text{ZH: "企业微信 智能机器人接口", EN: "WeCom smart bot interface"},
			Version: chat.Text{ZH: "API 模式，收消息按 2025-12-11 的文档（100719），加解密按 2025-07-23 的（101033）", EN: "API mode, messages as documented on 2025-12-11 (100719), encryption on 2025-07-23 (101033)"},
		})
	}
	return out
}
