package chat

import (
	"fmt"
	"strconv"
	"strings"
)

// Language is the language of replies.
type Language string

// The languages that every text of the bot exists in.
const (
	ZH Language = "zh"
	EN Language = "en"
)

// Text is what people read, in both languages, as Markdown.
type Text struct {
	ZH string `json:"zh,omitempty"`
	EN string `json:"en,omitempty"`
}

// In returns the text in l; an unknown language is Chinese.
func (t Text) In(l Language) string {
	if l == EN {
		return t.EN
	}
	return t.ZH
}

// IsZero says whether there is nothing to read.
func (t Text) IsZero() bool { return t.ZH == "" && t.EN == "" }

// Same is a text that reads the same in both languages: a name, a number, a line of data.
func Same(s string) Text { return Text{ZH: s, EN: s} }

// F fills both texts with the same arguments; an argument of type Text is filled in its own language.
func (t Text) F(args ...any) Text {
	return Text{ZH: fmt.Sprintf(t.ZH, argsIn(args, ZH)...), EN: fmt.Sprintf(t.EN, argsIn(args, EN)...)}
}

func argsIn(args []any, l Language) []any {
	out := make([]any, len(args))
	for i, a := range args {
		if t, ok := a.(Text); ok {
			out[i] = t.In(l)
			continue
		}
		out[i] = a
	}
	return out
}

// Plus returns t followed by more.
func (t Text) Plus(more Text) Text { return Text{ZH: t.ZH + more.ZH, EN: t.EN + more.EN} }

// Lines joins the texts that are not empty, one a line.
func Lines(texts ...Text) Text { return Join("\n", texts...) }

// Join joins the texts that are not empty with sep.
func Join(sep string, texts ...Text) Text {
	var zh, en []string
	for _, t := range texts {
		if t.IsZero() {
			continue
		}
		zh, en = append(zh, t.ZH), append(en, t.EN)
	}
	return Text{ZH: strings.Join(zh, sep), EN: strings.Join(en, sep)}
}

// ThisEntry stands, in a reply and in the command of a button, for the number of the journal entry that the reply
// belongs to. The number exists only once the entry is committed. The character is from Unicode's private use
// area, and Clean removes it from what people type.
const ThisEntry = "\uE0FF"

// Number returns s with every ThisEntry replaced by n, written "#n".
func Number(s string, n int64) string {
	return strings.ReplaceAll(s, ThisEntry, "#"+strconv.FormatInt(n, 10))
}
