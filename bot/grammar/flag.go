package grammar

import (
	"slices"
	"strings"
	"unicode"

	"qunguan/bot/chat"
)

// Flags are the switches that every command which changes something takes.
type Flags struct {
	DryRun bool // --dry-run, --预演
	Yes    bool // --yes, --确认
}

// words returns where the words of the message begin and end. What stands in quotation marks does not end a word. The
// first word ends before a #, as in /值班#华东.
func (in *input) words() []stretch {
	last := map[rune]int{}
	for i, r := range in.folded {
		last[r] = i
	}
	var out []stretch
	for i := in.skip(0); i < in.end(); i = in.skip(i) {
		begin := i
		for !in.boundary(i) && !(len(out) == 0 && i > begin && in.at(i) == '#') {
			if closing := closingOf(in.at(i)); closing != 0 && last[closing] > i {
				i += slices.Index(in.folded[i+1:], closing) + 1
			}
			i++
		}
		out = append(out, stretch{begin, i})
	}
	return out
}

// takeFlags returns the input without its flags. Text that is quoted has none. A flag that is not known is a
// problem: somebody who mistypes --dry-run must not get the deed.
func (in *input) takeFlags() (out *input, f Flags, problem chat.Text) {
	var taken []stretch
	for _, w := range in.words() {
		name, sure := flagName(string(in.lower[w.begin:min(w.end, w.begin+24)]))
		switch {
		case name == "dry-run", name == "dryrun", name == "预演":
			f.DryRun = true
		case name == "yes", name == "确认":
			f.Yes = true
		case name != "" && (sure || resemblesFlag(name)):
			problem = unknownFlag.F(quote(string(in.folded[w.begin:w.end])))
			continue
		default:
			continue
		}
		taken = append(taken, w)
	}
	return in.without(taken...), f, problem
}

var unknownFlag = chat.Text{
	ZH: "%s 不认识；可用的是 --预演 和 --确认。",
	EN: "%s is not known; there are --dry-run and --yes.",
}

// flagName returns what stands behind the dashes of a word. A long dash alone, which some keyboards make of two,
// also begins text; then sure is false.
func flagName(word string) (name string, sure bool) {
	word = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Pd, r) && r != '-' {
			return '—'
		}
		return r
	}, word)
	name = strings.TrimLeft(word, "-—")
	dashes := strings.TrimSuffix(word, name)
	if name == "" || dashes == "" || dashes == "-" {
		return "", false
	}
	name = strings.TrimRight(strings.ReplaceAll(name, "—", "-"), ".。!?:")
	return name, strings.HasPrefix(dashes, "--")
}

func resemblesFlag(name string) bool {
	return distance(name, "预演") <= 1 || distance(name, "确认") <= 1 || distance(name, "yes") <= 1 ||
		distance(name, "dry-run") <= 3
}

// hash is a word that begins with #.
type hash struct {
	stretch
	name   string
	number bool // digits only: the number of an entry where a form wants one, else a group
}

func (in *input) hashes() []hash {
	var out []hash
	for _, w := range in.words() {
		if in.at(w.begin) != '#' {
			continue
		}
		h := hash{stretch: w}
		if inner, end, ok := in.quoted(w.begin + 1); ok {
			h.name, h.end = inner, end
		} else {
			h.name = strings.TrimRight(string(in.folded[w.begin+1:w.end]), ".。!?:")
		}
		if h.name == "" {
			continue
		}
		h.number = !strings.ContainsFunc(h.name, func(r rune) bool { return !isDigit(r) })
		out = append(out, h)
	}
	return out
}

// takeGroup returns the input without the group it names.
func (in *input) takeGroup() (out *input, group string, problem chat.Text) {
	var taken []stretch
	for _, h := range in.hashes() {
		if h.number {
			continue
		}
		if group != "" && group != h.name {
			return in, "", twoGroups.F(quote(group), quote(h.name))
		}
		group = h.name
		taken = append(taken, h.stretch)
	}
	return in.without(taken...), group, chat.Text{}
}

var twoGroups = chat.Text{
	ZH: "写了两个群：%s、%s；一次只能一个。",
	EN: "two groups are named, %s and %s; name one.",
}
