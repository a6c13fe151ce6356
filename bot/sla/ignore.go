package sla

import (
	"regexp"
	"strings"
	"unicode"
)

// Courtesies are the words that ask for nothing, unless a company names others.
var Courtesies = []string{
	"好", "好的", "好吧", "好滴", "好嘞", "行", "可以", "嗯", "嗯嗯", "哦", "哦哦", "噢", "收到", "收到了", "知道了", "明白", "明白了",
	"了解", "了解了", "谢谢", "谢谢您", "谢谢你", "谢谢啦", "多谢", "感谢", "辛苦了", "没事了", "不客气", "没问题",
	"ok", "okay", "okey", "k", "yes", "got it", "thanks", "thank you", "thx", "ty", "roger", "sure", "noted", "no problem",
}

// Ignores says which messages of customers ask for nothing, so that nobody has to answer them.
type Ignores struct{ words map[string]bool }

// Ignoring makes Ignores of the courtesies and of more words. Case, spaces around and punctuation do not matter.
func Ignoring(more ...string) Ignores {
	i := Ignores{words: map[string]bool{}}
	for _, list := range [][]string{Courtesies, more} {
		for _, w := range list {
			i.words[bare(w)] = true
		}
	}
	return i
}

// face is how WeCom writes its own pictures into a text: [微笑].
var face = regexp.MustCompile(`\[[^\[\]\s]{1,8}\]`)

// Ask says whether a text asks for something. One that is empty was not told, and may ask for anything.
func (i Ignores) Ask(text string) bool {
	if strings.TrimSpace(text) == "" {
		return true
	}
	rest := bare(face.ReplaceAllString(text, " "))
	if rest == "" || i.words[rest] {
		return false
	}
	for _, word := range strings.Fields(rest) { // 好的 谢谢
		if !i.words[word] {
			return true
		}
	}
	return false
}

// bare is a text in small letters without what says nothing: emoji and punctuation, each of which parts words.
func bare(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(narrow(r)))
		case r == '\'' || r == '’' || unicode.IsMark(r) || unicode.Is(unicode.Cf, r):
			// what joins emoji or letters parts nothing
		case r == '?', r == '？':
			return text // a question asks, however short it is
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// narrow is the ordinary form of a full-width letter or digit.
func narrow(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}
