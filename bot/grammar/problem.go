package grammar

import (
	"fmt"
	"slices"
	"strings"

	"qunguan/bot/chat"
)

// Problem says why a message was not understood although it is for a command. Command and Form are empty if the
// message was not read that far.
type Problem struct {
	Command string
	What    chat.Text // which argument, and why, as Markdown
	Form    chat.Text // the form that fits best, and the one of the other language that is most like it
}

var (
	tooLongText = chat.Text{
		ZH: fmt.Sprintf("消息太长：最多 %d KiB。请分几次发。", chat.MaxText>>10),
		EN: fmt.Sprintf("The message is too long: at most %d KiB. Send it in pieces.", chat.MaxText>>10),
	}
	tooTangled = chat.Text{
		ZH: "这条命令有太多种读法，没看懂；请写短一些。",
		EN: "There are too many ways to read this command; write it shorter.",
	}
	twoCommands = chat.Text{
		ZH: "可能是 %s，也可能是 %s；请把每一项写完整。",
		EN: "It could be %s or %s; write every argument in full.",
	}
	missing     = chat.Text{ZH: "缺少 %s。", EN: "Missing: %s."}
	notExpected = chat.Text{ZH: "%s 是多出来的，没看懂。", EN: "%s was not understood: nothing more is expected here."}
	notThis     = chat.Text{ZH: "%s 没看懂，这里应是 %s。", EN: "%s was not understood; expected here: %s."}
	notBecause  = chat.Text{ZH: "%s 没看懂：%s", EN: "%s was not understood: %s"}
)

// what says in plain words why the message did not fit.
func (f failure) what(in *input) chat.Text {
	if f.spent {
		return tooTangled
	}
	word := ""
	if f.at < in.end() {
		word = string(in.typed[f.at:max(in.wordEnd(f.at), f.at+1)])
	}
	expected := f.wanted()
	switch {
	case word == "":
		return missing.F(expected)
	case !f.why.IsZero():
		return notBecause.F(quote(word), f.why)
	case expected.IsZero():
		return notExpected.F(quote(word))
	}
	return notThis.F(quote(word), expected).Plus(f.hint(word))
}

// hint is what the first hole that was looked for knows of a word that it does not take.
func (f failure) hint(word string) chat.Text {
	for _, p := range f.expected {
		if h, ok := p.hole.(interface{ hint(said string) chat.Text }); ok {
			if t := h.hint(word); !t.IsZero() {
				return t
			}
		}
	}
	return chat.Text{}
}

// wanted lists what was looked for, at most four things. What must be there hides what may.
func (f failure) wanted() chat.Text {
	parts := f.expected
	if must := slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return !p.must }); len(must) > 0 {
		parts = must
	}
	var out []chat.Text
	for _, p := range parts {
		if p.hole == nil && p.words == nil {
			continue
		}
		if t := describe(p); !slices.Contains(out, t) && len(out) < 4 {
			out = append(out, t)
		}
	}
	zh, en := chat.Join(" 或 ", out...), chat.Join(" or ", out...)
	return chat.Text{ZH: zh.ZH, EN: en.EN}
}

// describe names a part: a word in quotation marks, a hole with a sample.
func describe(p part) chat.Text {
	if p.hole == nil {
		zh, en := quote(printWords(p.words, chat.ZH)), quote(printWords(p.words, chat.EN))
		return chat.Text{ZH: zh.ZH, EN: en.EN}
	}
	t := p.hole.Label()
	if s := p.hole.sample(); !s.IsZero() {
		t = chat.Text{ZH: t.ZH + "（如 " + s.ZH + "）", EN: t.EN + " (such as " + s.EN + ")"}
	}
	return t
}

// quote shows what a person wrote, cut to a length that leaves the sentence readable.
func quote(s string) chat.Text {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > 40 {
		r = append(r[:40:40], '…')
	}
	s = chat.Escape(string(r))
	return chat.Text{ZH: "“" + s + "”", EN: "“" + s + "”"}
}
