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

// nearest is the known key that unknown was probably meant to be. A key that is right but stands in the wrong
// section is near, and so is one that was cut short.
func nearest(unknown string) string {
	best, least := "", 1<<30
	for _, candidate := range slices.Sorted(known()) {
		d := min(distance(unknown, candidate), distance(last(unknown), last(candidate))+1)
		if strings.HasPrefix(candidate, unknown) {
			d = min(d, 1)
		}
		if d < least {
			best, least = candidate, d
		}
	}
	return best
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
