package wecom

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// cut splits s so that first has at most limit bytes: at the last line break that leaves at least half, else between
// two characters. rest begins after the line break.
func cut(s string, limit int) (first, rest string) {
	if len(s) <= limit {
		return s, ""
	}
	if i := strings.LastIndexByte(s[:limit+1], '\n'); i > limit/2 {
		return s[:i], s[i+1:]
	}
	end := limit
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end], s[end:]
}

// brief cuts s to at most limit characters and shows that it did.
func brief(s string, limit int) string {
	n := 0
	for i := range s {
		if n == limit-1 && utf8.RuneCountInString(s[i:]) > 1 {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// plain is Markdown as it reads where nothing renders it: in the passive answers of an app, and on cards. It is
// never longer than md.
func plain(md string) string {
	var b strings.Builder
	b.Grow(len(md))
	for i, line := range strings.Split(md, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		plainLine(&b, withoutMark(line))
	}
	return b.String()
}

// withoutMark drops the mark of a heading or a quotation. "#12", the number of an entry, is none.
func withoutMark(line string) string {
	if title := strings.TrimLeft(line, "#"); title != line && strings.HasPrefix(title, " ") {
		return title[1:]
	}
	return strings.TrimPrefix(line, "> ")
}

func plainLine(b *strings.Builder, s string) {
	for s != "" {
		i := strings.IndexAny(s, "\\*`&[")
		if i < 0 {
			b.WriteString(s)
			return
		}
		b.WriteString(s[:i])
		s = s[i:]
		switch s[0] {
		case '\\':
			s = unescaped(b, s)
		case '*':
			// One star may be a sign of its own (2*3); two are always a mark.
			stars := len(s) - len(strings.TrimLeft(s, "*"))
			if stars == 1 {
				b.WriteByte('*')
			}
			s = s[stars:]
		case '`':
			s = s[1:]
		case '&':
			s = entity(b, s)
		case '[':
			s = link(b, s)
		}
	}
}

func unescaped(b *strings.Builder, s string) string {
	if len(s) > 1 && strings.IndexByte("\\*`[]#_<>", s[1]) >= 0 {
		b.WriteByte(s[1])
		return s[2:]
	}
	b.WriteByte('\\')
	return s[1:]
}

func entity(b *strings.Builder, s string) string {
	for _, e := range [...]struct{ name, sign string }{{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}} {
		if rest, ok := strings.CutPrefix(s, e.name); ok {
			b.WriteString(e.sign)
			return rest
		}
	}
	b.WriteByte('&')
	return s[1:]
}

// link writes [label](address) as "label address", and any other bracket as it is.
func link(b *strings.Builder, s string) string {
	label, after, ok := strings.Cut(s[1:], "](")
	address, rest, closed := strings.Cut(after, ")")
	if !ok || !closed || strings.ContainsAny(label, "[]") || strings.ContainsAny(address, " \t(") {
		b.WriteByte('[')
		return s[1:]
	}
	plainLine(b, label)
	b.WriteByte(' ')
	b.WriteString(address)
	return rest
}

// parts splits md into pieces of at most limit bytes. Several pieces are numbered: they may arrive in another order,
// and two that read the same must not be taken for one sent twice.
func parts(md string, limit int) []string {
	if len(md) <= limit {
		return []string{md}
	}
	const room = len("\n(999/999)")
	var out []string
	for md != "" {
		var first string
		first, md = cut(md, limit-room)
		out = append(out, first)
	}
	for i := range out {
		out[i] += fmt.Sprintf("\n(%d/%d)", i+1, len(out))
	}
	return out
}
