package house

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// lookalike is a shape that only a live secret or a live person usually has.
type lookalike struct {
	what  string
	shape *regexp.Regexp // its first group is the thing itself
	made  func(string) bool
}

var lookalikes = []lookalike{
	{"a corp id", regexp.MustCompile(`\b(w[wx][0-9a-f]{16})\b`), func(s string) bool { return madeUp(s[2:], 4) }},
	{"an EncodingAESKey", regexp.MustCompile(`(?:^|[^A-Za-z0-9+/=_.-])([A-Za-z0-9+/]{43})=?(?:$|[^A-Za-z0-9+/=_.-])`), madeUpKey},
	{"a phone number", regexp.MustCompile(`\b(1[3-9][0-9]{9})\b`), func(s string) bool { return madeUp(s, 4) }},
}

// published are examples that the platform itself has printed, by the title of the page.
var published = map[string]string{
	"wx5823bf96d3bd56c7":                          "企业微信开发者中心: 加解密方案说明, the sample of the library that it offers",
	"jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C": "企业微信开发者中心: 加解密方案说明, the sample of the library that it offers",
}

func TestNoSecretsInFixtures(t *testing.T) {
	for name, text := range files(t) {
		if !strings.Contains("/"+name, "/testdata/") && !strings.HasSuffix(name, "_test.go") {
			continue
		}
		for n, line := range strings.Split(text, "\n") {
			for _, finding := range leaks(line) {
				t.Errorf("%s:%d holds what looks like %s; a recorded callback is an expensive leak: write a made-up one, such as "+
					"ww0123456789abcdef, or, if the platform has published it, list it here with the title of the page", name, n+1, finding)
			}
		}
	}
}

// leaks names what a line seems to give away. It shows the beginning only, since the output of a test travels.
func leaks(line string) []string {
	var out []string
	for _, l := range lookalikes {
		for _, m := range l.shape.FindAllStringSubmatch(line, -1) {
			if _, ok := published[m[1]]; !ok && !l.made(m[1]) {
				out = append(out, fmt.Sprintf("%s (%s…)", l.what, m[1][:4]))
			}
		}
	}
	return out
}

// madeUp says whether somebody typed s: a run of eight neighbours, or hardly any different characters.
func madeUp(s string, different int) bool {
	seen, run := map[byte]bool{}, 1
	for i := range len(s) {
		seen[s[i]] = true
		if i > 0 && s[i] == s[i-1]+1 {
			run++
		} else if i > 0 && !(s[i-1] == '9' && s[i] == 'a') {
			run = 1
		}
		if run >= 8 {
			return true
		}
	}
	return len(seen) <= different
}

// madeUpKey also lets pass what has 43 characters but is a word or a path: a key without capitals, small letters
// or digits is one in a thousand.
func madeUpKey(s string) bool {
	return madeUp(s, 10) || !strings.ContainsAny(s, "0123456789") ||
		strings.ToLower(s) == s || strings.ToUpper(s) == s
}

// journalKey is the first line of a key of the journal: a key that was ever handed out lets anybody sign another history.
var journalKey = regexp.MustCompile(`PRIVATE\+KEY\+[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,}`)

func TestNoJournalKeyIsKept(t *testing.T) {
	for name, text := range files(t) {
		assert.False(t, journalKey.MatchString(text), "%s holds a private key of a journal; whatever has made it there should make it in a temporary directory", name)
	}
}

func TestNoSecretsInFixturesFindsWhatIsWrong(t *testing.T) {
	key := "kWmYm7qr5nMoAUwZ" + "RjGtBxmz3KA1tkAj3ykkR6q2B2C" // in two pieces, so that this file passes
	assert.Regexp(t, journalKey, "PRIVATE+"+"KEY+qunguan/ww0123456789abcdef+86f1f02d+AQ"+strings.Repeat("x", 42))
	for line, want := range map[string]int{
		`corp_id: ww` + `93fe1c02b7d8a645`:                 1,
		`corp_id: ww0123456789abcdef`:                      0,
		`corp_id: wwaaaaaaaaaaaaaaaa`:                      0,
		`corp_id: wx5823bf96d3bd56c7`:                      0,
		`aes: "` + key + `"`:                               1,
		`aes: "` + key + `="`:                              1,
		`sha: ` + key + key:                                0,
		`func TestThatHasFortyThreeLettersInItsWholeName`:  0,
		`aes: abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG`: 0,
		`phone 139` + `27461835`:                           1,
		`phone 13800000000, 13912345678`:                   0,
		`at 1795402214221, n 4561255354251345929`:          0,
	} {
		assert.Len(t, leaks(line), want, "%s", line)
	}
	assert.Empty(t, slices.Concat(leaks("nothing at all"), leaks("")))
}
