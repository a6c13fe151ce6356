package grammar

import "strings"

// Near says whether a word differs from another by one letter, put in, taken out, replaced or swapped with its
// neighbour. Of words of two letters nothing is said: too many are near to them.
func Near(word, other string) bool {
	a, b := Fold(strings.ToLower(word)), Fold(strings.ToLower(other))
	return min(len([]rune(a)), len([]rune(b))) > 2 && distance(a, b) == 1
}
