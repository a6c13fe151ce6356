package commands

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(auditExport)

// The formats of an export.
const (
	JSONL = "jsonl" // the entries byte for byte, one a line: what checkpoints are compared with
	CSV   = "csv"
	XLSX  = "xlsx"
)

// Export is what an exported file holds: entries that any of the queries selects.
type Export struct {
	Format string          `json:"format"`
	Any    []journal.Query `json:"any"`
	After  int64           `json:"after,omitempty"` // only entries with larger numbers
	// Reader is who gets the file: what is Withheld from them is not in it. Empty: everything is.
	Reader chat.User `json:"reader,omitempty"`
}

// formatHole is the format of an export, by its name or as people call it.
func formatHole() grammar.ChoiceHole[string] {
	return grammar.Choice("format", func(s string) (string, bool) {
		switch s = strings.ToLower(strings.TrimPrefix(s, ".")); s {
		case "excel", "xls", "表格":
			return XLSX, true
		case "json":
			return JSONL, true
		case JSONL, CSV, XLSX:
			return s, true
		case "pdf", "doc", "docx", "word", "wps", "txt", "html", "htm", "xml", "md", "ods", "png", "jpg", "zip":
			return s, true // understood, to say which formats there are
		}
		return "", false
	}, chat.Same("xlsx|csv|jsonl"))
}

// auditExport sends entries of the journal as a file, to whoever may read those of others.
func auditExport() bot.Command {
	f, format := newFilters(), formatHole()
	return bot.Command{
		Name: "audit export",
		Forms: []string{
			"/audit export <[{who}] [{all}] [{item}] [{refused}] [(since|from|从) {since}] [(until|to|到) {until}] [{format}]>",
			"/审计 导出 <[{who}] [{all}] [{item}] [{refused}] [(从|since|from) {since}] [(到|until|to) {until}] [{format}]>",
		},
		Examples: []chat.Text{{ZH: "/审计 导出 从 2026-11-01 到 2026-12-01 xlsx", EN: "/audit export since 2026-11-01 until 2026-12-01 xlsx"}},
		Holes:    append(f.holes(), format),
		Help: chat.Text{
			ZH: "把审计记录导出成文件私发给您，筛选条件与 /审计 相同；导出本身也记入审计。举报您的、正在复核您的记录不在其中。",
			EN: "The journal as a file, sent to you alone; the same filters as /audit. The export itself is journalled. Reports on you, and reviews of you that are not over, are not in it.",
		},
		Anywhere: true,
		Who:      onlyAuditors,
		Offers:   offersAudit,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if err := mayAudit(c, ""); err != nil {
				return bot.Outcome{}, err
			}
			if f.who.Given(c.Args) && f.who.Ref(c.Args).By == grammar.Bare {
				if _, err := c.Find(f.who.Ref(c.Args)); err != nil {
					return bot.Refuse(noSuchFormat(f.who.Ref(c.Args).Said))
				}
			}
			q, err := f.query(c)
			if err != nil {
				return bot.Outcome{}, err
			}
			of := Export{Format: XLSX}
			if format.Given(c.Args) {
				of.Format = format.Of(c.Args)
			}
			if !slices.Contains([]string{JSONL, CSV, XLSX}, of.Format) {
				return bot.Refuse(chat.Text{ZH: "不能导出成 %s。", EN: "There is no export as %s. "}.F(of.Format).Plus(formatsThereAre))
			}
			return exported(c, of, q)
		},
	}
}

var formatsThereAre = chat.Text{
	ZH: "格式有：xlsx（表格，不写就是它）、csv、jsonl（原样的记录，可核对签名）。例如：`/审计 导出 xlsx`。",
	EN: "The formats are xlsx (a workbook; the one you get without a word), csv and jsonl (the entries byte for byte, to compare with what was signed). For example: `/audit export xlsx`.",
}

// noSuchFormat answers a bare word that is neither a format nor anybody: most likely it was meant as a format.
func noSuchFormat(said string) chat.Text {
	return chat.Text{
		ZH: "没有“%[1]s”这种格式，也没有叫“%[1]s”的人（按人筛选请写 @userid）。", EN: "There is no format “%[1]s”, and nobody of that name (to select somebody, write @userid). ",
	}.F(chat.Escape(said)).Plus(formatsThereAre)
}

// exported asks for the file. What is written later than now is not in it, so that it is the same whenever it is made.
func exported(c bot.Call, of Export, q journal.Query) (bot.Outcome, error) {
	if q.Until.IsZero() || q.Until.After(c.Now) {
		q.Until = c.Now
	}
	of.Any, of.Reader = byAndTo(q), c.Actor.ID
	raw, err := json.Marshal(of)
	if err != nil {
		return bot.Outcome{}, fmt.Errorf("write what to export: %w", err)
	}
	name := "audit-" + c.Now.In(c.Zone).Format("20060102-150405") + "." + of.Format
	where := chat.Text{ZH: "所有群", EN: "all groups"}
	if q.Group != "" {
		where = chat.Same(chat.Escape(c.Group.Title()))
	}
	text := chat.Text{
		ZH: "正在导出 %s 的审计记录，文件 %s 随后私发给您。这次导出已记入审计。",
		EN: "Exporting the journal of %s; the file %s is sent to you alone in a moment. This export is journalled.",
	}.F(where, name)
	return bot.Outcome{
		Events:  []journal.Event{{Kind: bot.AuditExported, Group: q.Group, Reason: of.Format}},
		Changes: chat.Text{ZH: "会导出 %s 的审计记录（%s），私发给您，并记入审计。", EN: "would export the journal of %s (%s), send it to you alone, and journal that."}.F(where, of.Format),
		Reply:   chat.Reply{Text: text, Files: []chat.File{{Name: name, Of: raw}}},
	}, nil
}
