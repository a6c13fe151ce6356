package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Asked is what a person was asked to confirm: the command as typed, and what they were shown. The zero Asked is
// nothing.
type Asked struct {
	Code  string     `json:"code"` // tells one question from another, so that an old card cannot confirm a new one
	Text  string     `json:"text"`
	Named bool       `json:"named,omitempty"` // the message itself said which group
	Group chat.Group `json:"group,omitempty"`
	Said  time.Time  `json:"said"`  // when the command was typed: lengths count from then
	Until time.Time  `json:"until"` // when the question lapses
	Shown string     `json:"shown"` // fingerprint of the preview
}

// askFor is how long a question waits for its answer.
const askFor = 10 * time.Minute

// OfAsked names the aggregate of what one person was asked.
func OfAsked(u chat.User) journal.Name { return journal.Named("ask", string(u)) }

const askedKey = "asked"

// CommandAsked is the kind of event in which somebody was asked to confirm.
const CommandAsked journal.Kind = "command.asked"

// The kinds of the engine's other entries.
const (
	CommandCancelled journal.Kind = "command.cancelled"
	Undone           journal.Kind = "command.undone"
	CommandRefused   journal.Kind = "command.refused"
	CommandFailed    journal.Kind = "command.failed"
	AuditExported    journal.Kind = "audit.exported"
	// AuditArchived says that entries leave Redis for a file, where they were read back and found to be what was sealed.
	AuditArchived journal.Kind = "audit.archived"
	// LinkTested says that a letter was posted to see whether it arrives.
	LinkTested journal.Kind = "link.tested"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	none := chat.Text{ZH: "它没有改变任何权限。", EN: "It changed nobody's rights."}
	return []journal.Happening{
		{Kind: CommandAsked, Text: chat.Text{ZH: "等待确认", EN: "waits for confirmation"}, Final: none, Open: true},
		{Kind: CommandCancelled, Text: chat.Text{ZH: "取消", EN: "cancelled"}, Final: none},
		{Kind: Undone, Text: chat.Text{ZH: "撤销", EN: "undid"}, Final: chat.Text{
			ZH: "撤销不能再撤销；请重新发原来的命令。", EN: "An undo cannot be undone; send the command again."}},
		{Kind: CommandRefused, Text: chat.Text{ZH: "被拒绝", EN: "was refused"}, Final: none},
		{Kind: AuditExported, Text: chat.Text{ZH: "导出审计", EN: "exported the journal"}, Final: none},
		{Kind: AuditArchived, Text: chat.Text{ZH: "归档审计", EN: "archived the journal"}, Final: chat.Text{
			ZH: "记录已经移到归档文件，没有丢失；它没有改变任何权限。", EN: "The entries are in files, and none is lost; it changed nobody's rights."}},
		{Kind: LinkTested, Text: chat.Text{ZH: "试发到对接系统", EN: "tried a link"}, Final: chat.Text{
			ZH: "已经发出的收不回。", EN: "What was posted cannot be taken back."}},
		{Kind: CommandFailed, Text: chat.Text{ZH: "出了故障", EN: "broke"}, Final: none},
	}
}

// BuildAsked makes an Asked of its records.
func BuildAsked(records map[string]json.RawMessage) (Asked, error) {
	var a Asked
	for key, raw := range records {
		if key != askedKey {
			return Asked{}, fmt.Errorf("unknown record %q of a question", key)
		}
		var err error
		if a, err = journal.Decode[Asked](raw); err != nil {
			return Asked{}, err
		}
	}
	return a, nil
}

// Open says whether the question can still be answered. An empty code means the newest one.
func (a Asked) Open(code string, now time.Time) bool {
	return a.Code != "" && now.Before(a.Until) && (code == "" || code == a.Code)
}

// Drop returns the change in which the question is gone; nothing if there is none.
func (a Asked) Drop(u chat.User) []journal.Change {
	if a.Code == "" {
		return nil
	}
	return []journal.Change{journal.Set[Asked](OfAsked(u), askedKey, &a, nil)}
}

func (a Asked) replace(u chat.User, next Asked) []journal.Change {
	var before *Asked
	if a.Code != "" {
		before = &a
	}
	return []journal.Change{journal.Set(OfAsked(u), askedKey, before, &next)}
}

func fingerprint(t chat.Text) string {
	sum := sha256.Sum256([]byte(t.ZH + "\x00" + t.EN))
	return hex.EncodeToString(sum[:8])
}

// incidentOf is a short number that people can read out, the same for the same message.
func incidentOf(message string) string {
	sum := sha256.Sum256([]byte(message))
	return hex.EncodeToString(sum[:4])
}
