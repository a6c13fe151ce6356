package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// formatOf is the format of a file to write: the one that is named, else that of the name's ending, else the first that is
// possible. Who gets something else than the name says finds that out too late, so a contradiction is refused, and so is an
// ending that nothing can be written for.
func formatOf(named, out string, possible ...string) (string, error) {
	ending := strings.ToLower(strings.TrimPrefix(filepath.Ext(out), "."))
	by := ending
	if by == "htm" {
		by = "html"
	}
	last := len(possible) - 1
	all := strings.Join(possible[:last], ", ") + " or " + possible[last]
	switch {
	case named != "" && !slices.Contains(possible, named):
		return "", usageError{fmt.Errorf("--format %q: %s", named, all)}
	case named == "" && ending == "":
		return possible[0], nil
	case named == "" && !slices.Contains(possible, by):
		return "", usageError{fmt.Errorf("--out %s: a .%s cannot be written; end the name with .%s, or say which it shall be: --format %s",
			out, ending, strings.Join(possible, ", ."), strings.Join(possible, "|"))}
	case named == "":
		return by, nil
	case by != named && slices.Contains(possible, by):
		return "", usageError{fmt.Errorf("--format %s and --out %s contradict each other; leave one out", named, out)}
	}
	return named, nil
}
