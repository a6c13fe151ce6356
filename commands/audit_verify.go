package commands

import (
	"errors"
	"fmt"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(auditVerify)
	_ = declare(auditProve)
)

// auditVerify compares the whole journal with what was signed. It tells nothing of what is in the journal, only whether
// it is still the one that was sealed.
func auditVerify() bot.Command {
	return bot.Command{
		Name:     "audit verify",
		Forms:    []string{"/audit verify", "/审计 (验证|校验)"},
		Examples: []chat.Text{{ZH: "/审计 验证", EN: "/audit verify"}},
		Help: chat.Text{
			ZH: "把全部审计记录与签名的检查点对照，指出第一处被改动的地方。", EN: "Compare the whole journal with its signed checkpoints; names the first entry that was tampered with.",
		},
		Anywhere: true,
		Needs:    access.NoItem,
		Who:      onlyAuditors,
		Offers:   offersAudit,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if err := mayAudit(c, ""); err != nil {
				return bot.Outcome{}, err
			}
			i, ok := c.Inspected()
			switch {
			case !ok:
				return bot.Outcome{Inspect: bot.Inspection{Verify: true}}, nil
			case !i.Sealing:
				return bot.Refuse(notSealing)
			}
			return bot.Outcome{Reply: chat.Reply{Text: verdictText(c, i.Verdict)}}, nil
		},
	}
}

// offersAudit lists what is about the journal as a whole to those who may read it.
func offersAudit(c bot.Call) bool { return mayAudit(c, "") == nil }

var notSealing = chat.Text{
	ZH: "这套系统没有开启审计封存（配置 `audit.key_file` 为 none），无从验证。请维护者开启。",
	EN: "This installation does not seal its journal (`audit.key_file` is none in the configuration), so there is nothing to verify it with. Ask the operator to turn it on.",
}

func verdictText(c bot.Call, v journal.Verdict) chat.Text {
	elsewhere := chat.Text{
		ZH: "机器人自己说的不算数时：导出后用 `qunguan audit verify --file …` 配合管理群里的检查点离线验证。",
		EN: "Where the bot's own word is not enough: export, and verify offline with `qunguan audit verify --file …` and the checkpoints in the managers' group.",
	}
	if f := v.Fault; f != nil {
		return chat.Lines(
			chat.Text{ZH: "❌ **审计记录与签名不符**", EN: "❌ **The journal is not what was signed**"},
			bot.FlawText(*f),
			against(c, *f),
			chat.Text{
				ZH: "请立即告知超级管理员和维护者：停止写入、保留 Redis 现场，从备份恢复后用 `qunguan audit verify` 复核。",
				EN: "Tell the owners and the operator at once: stop writing, keep Redis as it is, restore a backup, then check it with `qunguan audit verify`.",
			}, elsewhere)
	}
	if v.Sealed == 0 {
		return chat.Text{ZH: "共 %s，还没有一条封存，稍后再试。", EN: "Of %s none is sealed yet; try again in a moment."}.F(entriesCounted(v.Entries))
	}
	whole := chat.Text{ZH: "#1–#%d 与签名一致（检查点 %s）", EN: "#1–#%d fit what was signed (checkpoint of %s)"}.F(v.Sealed, c.Moment(v.Last.At))
	if fresh := v.Entries - v.Sealed; fresh > 0 {
		whole = whole.Plus(chat.Text{ZH: "；其后 %s刚写入，尚未封存", EN: "; not sealed yet: %s, newer than that"}.F(entriesCounted(fresh)))
	}
	whole = whole.Plus(chat.Text{ZH: "。", EN: "."})
	head, unread := chat.Text{ZH: "✅ **审计记录完好**", EN: "✅ **The journal is whole**"}, chat.Text{}
	if v.Hashed > 0 {
		head = chat.Text{ZH: "⚠️ **审计记录没有发现改动，但没有全部读到**", EN: "⚠️ **Nothing was found to be changed, but not everything was read**"}
		unread = chat.Text{
			ZH: "#1–#%d 已归档，这里读不到归档文件，只核对了它们的哈希。请维护者在能读到归档目录的机器上用 `qunguan audit verify` 核对。",
			EN: "#1–#%d are archived where they cannot be read from here: only their hashes were compared. Ask the operator to run `qunguan audit verify` where the files are.",
		}.F(v.Hashed)
	}
	return chat.Lines(
		head,
		whole,
		unread,
		chat.Text{ZH: "树根：`%s`", EN: "Root: `%s`"}.F(v.Last.Root.String()), elsewhere)
}

func against(c bot.Call, f journal.Fault) chat.Text {
	if f.Against.Size == 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: "对照：%s 签名的检查点，当时共 %s。", EN: "Against: the checkpoint signed at %s, over %s."}.F(c.Moment(f.Against.At), entriesCounted(f.Against.Size))
}

// auditProve hands out the proof of one entry, for a third party, to whoever may read the entry.
func auditProve() bot.Command {
	number := grammar.Number("number")
	return bot.Command{
		Name:     "audit prove",
		Forms:    []string{"/audit prove {number}", "/审计 证明 {number}", "/审计 举证 {number}"},
		Examples: []chat.Text{{ZH: "/审计 证明 #12", EN: "/audit prove #12"}},
		Holes:    []grammar.Hole{number},
		Help: chat.Text{
			ZH: "给出一条记录的存在证明，第三方凭公钥即可验证。", EN: "The proof that an entry is in the journal; a third party checks it with the public key.",
		},
		Anywhere: true,
		Who:      auditors,
		Offers:   offersAudit,
		Asks:     asksCampaigns,
		Run: func(c bot.Call) (bot.Outcome, error) {
			n := number.Of(c.Args)
			if n < 1 {
				return bot.Refuse(noEntry(n))
			}
			if c.Queries() == 0 {
				return bot.Outcome{Need: journal.Want{Queries: []journal.Query{{N: n, Limit: 1}}}}, nil
			}
			found, _ := c.Entries(0)
			if len(found) == 0 {
				return bot.Refuse(noEntry(n))
			}
			if err := mayRead(c, found[0]); err != nil {
				return bot.Outcome{}, err
			}
			if underReview(c.Actor.ID, found[0], reviews.Of(c)) {
				return bot.Refuse(chat.Text{ZH: "#%d：", EN: "#%d: "}.F(n).Plus(reviewOfYou))
			}
			if _, ok := reportOn(c, found[0]); ok {
				return bot.Refuse(chat.Text{
					ZH: "#%d 是对您的举报，谁举报的不告诉您，所以它的原样记录也不能给您。", EN: "#%d is about a report on you; by whom is not told to you, so you cannot have the entry as it is kept.",
				}.F(n))
			}
			i, ok := c.Inspected()
			switch {
			case !ok:
				return bot.Outcome{Inspect: bot.Inspection{Prove: n}}, nil
			case !i.Sealing:
				return bot.Refuse(notSealing)
			case errors.Is(i.Fault, journal.ErrUnsealed):
				return bot.Refuse(chat.Text{ZH: "#%d 刚写入，还没有封存，几秒后再试。", EN: "#%d was only just written and is not sealed yet; try again in a few seconds."}.F(n))
			case i.Fault != nil:
				return bot.Refuse(chat.Text{
					ZH: "#%d 与封存时不一致，无法证明。请立即用 `/审计 验证` 查看哪里被改动。",
					EN: "#%d is not what was sealed and cannot be proven. See at once what was tampered with: `/audit verify`.",
				}.F(n))
			}
			return proven(c, i), nil
		},
	}
}

// proven hands out an entry and its proof, as two files: what is proven must arrive byte for byte.
func proven(c bot.Call, i bot.Inspected) bot.Outcome {
	n, mark := i.Proof.N, i.Proof.Checkpoint
	entry, proof := fmt.Sprintf("entry-%d.json", n), fmt.Sprintf("entry-%d.proof", n)
	return bot.Outcome{Reply: chat.Reply{
		Text: chat.Lines(
			chat.Text{ZH: "**#%d 的存在证明**（检查点 %s，共 %s）", EN: "**Proof of #%d** (checkpoint of %s, %s)"}.F(n, c.Moment(mark.At), entriesCounted(mark.Size)),
			chat.Text{
				ZH: "两个文件随后私发给您：%s 是原样的记录，%s 是它的证明。交给第三方即可验证，无需访问本系统。",
				EN: "Two files are sent to you alone: %s is the entry as it is kept, %s its proof. Hand both to a third party, who needs no access to this system.",
			}.F(entry, proof),
			chat.Text{
				ZH: "验证：`qunguan audit prove --entry %s --proof %s --key journal.pub`，公钥由维护者用 `qunguan audit key` 给出。",
				EN: "To check: `qunguan audit prove --entry %s --proof %s --key journal.pub`; the operator prints the public key with `qunguan audit key`.",
			}.F(entry, proof)),
		Files: []chat.File{{Name: entry, Text: string(i.Line) + "\n"}, {Name: proof, Text: i.Proof.String()}},
	}}
}
