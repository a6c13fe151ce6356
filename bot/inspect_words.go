package bot

import (
	"strings"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// FlawText tells people what is wrong with a journal.
func FlawText(f journal.Fault) chat.Text {
	where := chat.Text{ZH: "#%d", EN: "#%d"}.F(f.From)
	if f.To > f.From {
		where = chat.Text{ZH: "#%d–#%d", EN: "#%d–#%d"}.F(f.From, f.To)
	}
	switch f.Flaw {
	case journal.Edited:
		return chat.Text{ZH: "%s 的内容与封存时不同：被改过。", EN: "%s says something else than when it was sealed: it was edited."}.F(where)
	case journal.Removed:
		return chat.Text{ZH: "%s 被删除。", EN: "%s was removed."}.F(where)
	case journal.Inserted:
		return chat.Text{ZH: "%s 是后来插入的。", EN: "%s was inserted afterwards."}.F(where)
	case journal.Moved:
		return chat.Text{ZH: "%s 的顺序被调换。", EN: "%s have changed places."}.F(where)
	case journal.Cut:
		return chat.Text{ZH: "%s 不见了：末尾被截断。", EN: "%s are gone: the end was cut off."}.F(where)
	case journal.Rewritten:
		return chat.Text{ZH: "%s 之间的历史被改写过。", EN: "Somewhere in %s the history was rewritten."}.F(where)
	case journal.Unread:
		return chat.Text{
			ZH: "%s 已归档，但在归档文件里读不到：文件缺失、损坏或被改动。请核对归档目录，各副本须用同一个。",
			EN: "%s was archived, but is not to be found in the files: one is missing, damaged or was changed. Look at the directory; every replica needs the same.",
		}.F(where)
	case journal.Damaged:
		return chat.Text{ZH: "%s 的封存哈希被改；这一条本身与签名一致。", EN: "The kept hash of %s was changed; the entry itself is what was signed."}.F(where)
	case journal.Miscounted:
		return chat.Text{
			ZH: "Redis 里记的封存条数被改：签名的是 %d 条，现在写着 %d 条。检查点和已签名的记录都没有问题；把条数改回 %[1]d 就能继续封存。",
			EN: "The number of sealed entries in Redis was changed: %d were signed, and it says %d. The checkpoint, and what was signed, are as they were; put %[1]d back, and sealing goes on.",
		}.F(f.From, f.To)
	case journal.Forged:
	}
	return chat.Text{ZH: "Redis 里的检查点不是用本系统的密钥签的。", EN: "The checkpoint in Redis is not signed with this journal's key."}
}

// CheckpointText is a checkpoint as people get it: what it says, and the signed text to copy, line for line.
func CheckpointText(k journal.Checkpoint, at string) chat.Text {
	return chat.Lines(
		chat.Text{ZH: "**审计检查点**（%s，共 %d 条）", EN: "**Checkpoint of the journal** (%s, %d entries)"}.F(at, k.Size),
		Fenced(k.Note),
		chat.Text{
			ZH: "请原样留存：它证明此刻之前的审计记录；日后用 `qunguan audit verify --checkpoint 文件` 核对，改写过就对不上。",
			EN: "Keep it as it is: it vouches for the journal up to now. `qunguan audit verify --checkpoint FILE` compares, and a rewritten journal will not fit.",
		})
}

// Fenced is text to copy, line for line.
func Fenced(s string) chat.Text { return chat.Same("```\n" + strings.TrimRight(s, "\n") + "\n```") }
