package commands

import (
	"errors"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

var _ = declare(auditCheckpoint)

// auditCheckpoint hands out the newest signed checkpoint, to be kept where nobody who has Redis can reach it.
func auditCheckpoint() bot.Command {
	return bot.Command{
		Name:     "audit checkpoint",
		Forms:    []string{"/audit checkpoint", "/审计 检查点"},
		Examples: []chat.Text{{ZH: "/审计 检查点", EN: "/audit checkpoint"}},
		Help: chat.Text{
			ZH: "最新的签名检查点，复制留存，日后可证明历史没有被改写。", EN: "The newest signed checkpoint: keep a copy, and nobody can rewrite what it vouches for unseen.",
		},
		Anywhere: true,
		Who:      onlyAuditors,
		Offers:   offersAudit,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if err := mayAudit(c, ""); err != nil {
				return bot.Outcome{}, err
			}
			i, ok := c.Inspected()
			switch {
			case !ok:
				return bot.Outcome{Inspect: bot.Inspection{Newest: true}}, nil
			case !i.Sealing:
				return bot.Refuse(notSealing)
			case i.Fault != nil:
				flaw := chat.Text{ZH: "Redis 里记的封存条数被改，与签名的不一致。", EN: "The number of sealed entries in Redis was changed; it is not the one that was signed."}
				if !errors.Is(i.Fault, journal.ErrMiscounted) {
					flaw = bot.FlawText(journal.Fault{Flaw: journal.Forged})
				}
				return bot.Refuse(flaw.Plus(chat.Text{
					ZH: "请发 `/审计 验证` 查明，并告知维护者。", EN: " Find out with `/audit verify`, and tell the operator.",
				}))
			case i.Newest.Size == 0:
				return bot.Refuse(chat.Text{ZH: "还没有封存，几秒后再试。", EN: "Nothing is sealed yet; try again in a few seconds."})
			}
			return bot.Outcome{Reply: chat.Reply{Text: bot.CheckpointText(i.Newest, c.Moment(i.Newest.At))}}, nil
		},
	}
}
