package wecom

import (
	"errors"

	"github.com/silenceper/wechat/v2/work/msgaudit"

	"qunguan/bot/chat"
)

// archiveRefusals are the codes of the library – page 获取会话内容. All others are WeCom's usual ones.
var archiveRefusals = map[int]refusal{
	10000: {},
	10001: {retry: true},
	10002: {retry: true},
	10003: {retry: true},
	10004: {alarm: true, hint: chat.Text{
		ZH: "会话内容存档的 Secret 不对，请核对 archive.secret。", EN: "The secret of the archive is wrong; check archive.secret."}},
	10006: {},
	10007: {alarm: true},
	10008: {},
	10009: {alarm: true, hint: chat.Text{
		ZH: "机器人服务器的 IP 不在会话内容存档的可信 IP 中。", EN: "The bot's IP address is not among the archive's trusted IPs."}},
	10010: {},
	10011: {alarm: true},
}

// archiveFault is what a call to the archive ended with. The library's texts hold no secret.
func archiveFault(err error) error {
	var e msgaudit.Error
	if !errors.As(err, &e) {
		return err
	}
	r, known := archiveRefusals[e.ErrCode]
	if !known {
		return refused("msgaudit", e.ErrCode, e.ErrMsg)
	}
	return &Fault{Op: "msgaudit", Code: e.ErrCode, Retry: r.retry, Alarm: r.alarm, Hint: r.hint, Reason: e.ErrMsg}
}
