package sla

import "strings"

// letters are those that ids of people and groups are made of on most platforms. A text of nothing else is packed into
// six bits a letter.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

// squeeze packs a text; ok is false where it has other letters.
func squeeze(s string) (out []byte, ok bool) {
	out = make([]byte, 0, squeezed(len(s)))
	bits, n := uint32(0), 0
	for i := range len(s) {
		at := strings.IndexByte(letters, s[i])
		if at < 0 {
			return nil, false
		}
		bits, n = bits<<6|uint32(at), n+6
		if n >= 8 {
			n -= 8
			out = append(out, byte(bits>>n))
		}
	}
	if n > 0 {
		out = append(out, byte(bits<<(8-n)))
	}
	return out, true
}

// squeezed is how long a text of n letters is then.
func squeezed(n int) int { return (n*6 + 7) / 8 }

// stretch reads n letters of what squeeze made.
func stretch(raw []byte, n int) string {
	var out strings.Builder
	bits, have := uint32(0), 0
	for _, b := range raw {
		bits, have = bits<<8|uint32(b), have+8
		for have >= 6 && out.Len() < n {
			have -= 6
			out.WriteByte(letters[bits>>have&63])
		}
	}
	return out.String()
}

// AppendText appends a text so that ReadText finds where it ends.
func AppendText(to []byte, s string) []byte {
	p := packer{out: to}
	p.text(s)
	return p.out
}

// ReadText reads what AppendText has appended, and what follows it.
func ReadText(raw []byte) (s string, rest []byte, err error) {
	u := unpacker{in: raw}
	if s = u.text(); u.bad {
		return "", nil, ErrPacked
	}
	return s, u.in, nil
}
