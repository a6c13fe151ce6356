package configs

import (
	"reflect"
	"slices"
	"strings"
)

// kind is what the value of a key may be.
type kind int

const (
	section kind = iota // holds further keys
	text
	number
	truth
	list    // of texts
	records // a list of sections
	pairs   // names to texts; in a list of sections only
	secret
	secretFile // names the file that holds the secret of the key without fileSuffix
)

const fileSuffix = "_file"

// schema is the known keys: paths with dots. The paths within the elements of a list of sections stand in the
// schema as if the list were a section.
var schema = schemaOf(reflect.TypeFor[Config](), "", map[string]kind{})

// schemaOf derives the keys from the struct, so that a field cannot be forgotten here.
func schemaOf(t reflect.Type, prefix string, into map[string]kind) map[string]kind {
	for field := range t.Fields() {
		path := prefix + field.Tag.Get("koanf")
		k := kindOf(field.Type)
		into[path] = k
		switch k {
		case section:
			schemaOf(field.Type, path+".", into)
		case records:
			schemaOf(field.Type.Elem(), path+".", into)
		case secret:
			into[path+fileSuffix] = secretFile
		case text, number, truth, list, pairs, secretFile:
		}
	}
	return into
}

func kindOf(t reflect.Type) kind {
	switch {
	case t == reflect.TypeFor[Secret]():
		return secret
	case t.Kind() == reflect.Struct:
		return section
	case t.Kind() == reflect.String:
		return text
	case t.Kind() == reflect.Int:
		return number
	case t.Kind() == reflect.Bool:
		return truth
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
		return list
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return records
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String && t.Elem().Kind() == reflect.String:
		return pairs
	}
	panic("unreachable: Config has a field of a type that no key can have: " + t.String())
}

// nearest is the known key that unknown was probably meant to be, or "" if none is near: a hint that leads away is worse
// than none. A key that is right but stands in the wrong section is near, and so is one that was cut short; one of the
// same section comes first.
func nearest(unknown string) string {
	best, least := "", 1<<30
	for _, candidate := range slices.Sorted(known()) {
		if d, near := apart(unknown, candidate); near && d < least {
			best, least = candidate, d
		}
	}
	return best
}

// apart is how far a known key is from an unknown one, and whether that is near enough for a slip.
func apart(unknown, candidate string) (d int, near bool) {
	if strings.HasPrefix(candidate, unknown) {
		return 1, true
	}
	slip := func(a, b string) (int, bool) {
		d := distance(a, b)
		return d, d <= max(1, len(a)/3)
	}
	d, near = slip(last(unknown), last(candidate))
	of, by := sectionOf(unknown), sectionOf(candidate)
	if moved, alike := slip(of, by); alike {
		return d + moved, near
	}
	if whole, alike := slip(unknown, candidate); alike { // a dot that is missing, or too many
		return whole, true
	}
	return d + 1, near
}

func sectionOf(path string) string {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i]
	}
	return ""
}

// insteadOf tells what there is in place of an unknown key: the nearest one, or else those of its section.
func insteadOf(unknown string, said func(path string) string) string {
	if near := nearest(unknown); near != "" {
		return "the nearest known one is " + said(near)
	}
	for of := sectionOf(unknown); of != ""; of = sectionOf(of) {
		if keys := keysOf(of); len(keys) > 0 {
			return of + " has " + strings.Join(keys, ", ")
		}
	}
	return "all of them: qunguan config example"
}

// keysOf are the keys of a section.
func keysOf(of string) []string {
	var out []string
	for _, path := range slices.Sorted(known()) {
		if sectionOf(path) == of {
			out = append(out, last(path))
		}
	}
	return out
}

// known yields the keys that can be suggested: all but the files of secrets, which would stand beside each secret.
func known() func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for path, k := range schema {
			if k != secretFile && !yield(path) {
				return
			}
		}
	}
}

func last(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// distance is the number of letters to insert, delete or replace to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
