package scheduler

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// auditor looks through the whole journal.
type auditor interface {
	Inspect(ctx context.Context, others []journal.Checkpoint, progress func(read, of int64)) (journal.Verdict, error)
}

// Checkpoint is the rhythm that verifies the whole journal and hands its newest signed checkpoint out, to a group that
// the app has made or, where none is named, to the owners; and to the log, which is kept elsewhere. What has left the
// house once nobody who has Redis can take back. If the journal is not what was signed, the owners hear of that instead.
func Checkpoint(b *bot.Bot, a auditor, postTo chat.Group, log *zap.Logger, spec string) Rhythm {
	return Rhythm{
		Name: "checkpoint", Title: chat.Text{ZH: "审计检查点", EN: "checkpoint of the journal"}, Spec: spec,
		Run: func(ctx context.Context) error {
			v, err := a.Inspect(ctx, nil, nil)
			if err != nil {
				return fmt.Errorf("verify journal: %w", err)
			}
			if v.Fault != nil {
				log.Error("journal is not what was signed", zap.String("flaw", string(v.Fault.Flaw)),
					zap.Int64("from", v.Fault.From), zap.Int64("to", v.Fault.To))
				return b.Amend(ctx, []journal.Name{access.Of("")}, "", func(c bot.Call) (bot.Outcome, error) {
					return bot.Outcome{Effects: alarmed(toOwners(c, tampered(*v.Fault)))}, nil
				})
			}
			if v.Sealed == 0 {
				return nil
			}
			log.Info("checkpoint", zap.Int64("size", v.Last.Size), zap.String("root", v.Last.Root.String()), zap.String("note", v.Last.Note))
			return b.Amend(ctx, []journal.Name{access.Of("")}, "", func(c bot.Call) (bot.Outcome, error) {
				var out bot.Outcome
				if v.Hashed > 0 {
					out.Effects = alarmed(toOwners(c, unread(v.Hashed)))
				}
				said := bot.CheckpointText(v.Last, c.Moment(v.Last.At))
				if postTo != "" {
					out.Effects = append(out.Effects, chat.SendTo("", postTo, chat.Reply{Text: said}))
					return out, nil
				}
				out.Effects = append(out.Effects, toOwners(c, said)...)
				return out, nil
			})
		},
	}
}

func tampered(f journal.Fault) chat.Text {
	return chat.Lines(
		chat.Text{ZH: "❌ **每日核对：审计记录与签名不符**", EN: "❌ **Daily check: the journal is not what was signed**"},
		bot.FlawText(f),
		chat.Text{
			ZH: "请立即告知维护者：停止写入、保留 Redis 现场。详情发 `/审计 验证`。",
			EN: "Tell the operator at once: stop writing, and keep Redis as it is. Details: `/audit verify`.",
		})
}

// unread is told every day until it is so no more: whoever takes entries out of Redis could else call them archived.
func unread(n int64) chat.Text {
	return chat.Lines(
		chat.Text{ZH: "⚠️ **每日核对：归档的审计记录读不到**", EN: "⚠️ **Daily check: archived entries cannot be read**"},
		chat.Text{
			ZH: "#1–#%d 应在归档文件里，这里读不到，只核对了它们的哈希。请维护者检查 `audit.archive.dir`（各副本同一个目录），详情发 `/状态`。",
			EN: "#1–#%d should be in files, which cannot be read from here: only their hashes were compared. Have the operator look at `audit.archive.dir` (the same directory for every replica); details: `/status`.",
		}.F(n))
}

// alarmed is effects that reach people whatever they have switched off.
func alarmed(effects []chat.Effect) []chat.Effect {
	for i := range effects {
		effects[i].Urgent = true
	}
	return effects
}
