package house

import (
	"fmt"
	"go/ast"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var (
	asksTheClock = []string{"Now", "Since", "Until", "Local"}
	waits        = []string{"Sleep", "After", "Tick"}
	setsTimers   = []string{"NewTimer", "NewTicker", "AfterFunc"}
)

func TestNoWallClock(t *testing.T) {
	for _, s := range sources(t) {
		for _, complaint := range clockComplaints(s) {
			t.Error(complaint)
		}
	}
}

// clockComplaints finds the uses of package time that a file must not have. A use is found whether it is called or
// handed on as a value.
func clockComplaints(s source) []string {
	name, dotted := importedAs(s, "time")
	if dotted != nil {
		return []string{s.at(dotted) + ` imports "time" with a dot, which hides who asks the clock; import it by its name`}
	}
	if name == "" {
		return nil
	}
	var out []string
	ast.Inspect(s.tree, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == name {
			if advice := clockAdvice(s, sel.Sel.Name); advice != "" {
				out = append(out, fmt.Sprintf("%s uses time.%s; %s", s.at(sel), sel.Sel.Name, advice))
			}
		}
		return true
	})
	return out
}

// clockAdvice says why the file must not use a function of package time, and what to do; empty where it may.
func clockAdvice(s source, function string) string {
	switch {
	case s.isTest() && function == "Sleep":
		return "a test that waits is a test that flickers: set the clock, or wait for the thing itself"
	case s.isTest():
		return ""
	case slices.Contains(waits, function):
		return "nothing in production sleeps: put a moment on the agenda, or use a timer that a context can end"
	case slices.Contains(asksTheClock, function) && !isIn(s.pkg(), "cmd"):
		return "only cmd asks the clock and the zone: take now as an argument, or a clock as a field"
	case slices.Contains(setsTimers, function) && !mayHaveTimers(s.pkg()):
		return "timers live where goroutines live: in bot, scheduler, storage, bot/platform and cmd"
	}
	return ""
}

// mayHaveTimers names the packages in which a goroutine may live. Those below bot are not meant, but for adapters.
func mayHaveTimers(p string) bool {
	return p == "bot" || isIn(p, "scheduler") || isIn(p, "storage") || isIn(p, "bot/platform") || isIn(p, "cmd")
}

func isIn(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// importedAs returns the name by which a file knows a package, or the import that has no name to look for.
func importedAs(s source, imported string) (string, ast.Node) {
	for _, spec := range s.tree.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err != nil || p != imported {
			continue
		}
		switch {
		case spec.Name == nil:
			return imported, nil
		case spec.Name.Name == ".":
			return "", spec
		case spec.Name.Name != "_":
			return spec.Name.Name, nil
		}
	}
	return "", nil
}

func TestNoWallClockFindsWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		file, body string
		want       int
	}{
		{"bot/duty/roster.go", `import "time"; var at = time.Now()`, 1},
		{"bot/duty/roster.go", `import "time"; var clock = time.Now`, 1},
		{"bot/duty/roster.go", `import clock "time"; var at = clock.Now().In(clock.Local)`, 2},
		{"bot/duty/roster.go", `import . "time"; var at = Now()`, 1},
		{"bot/duty/roster.go", `import "time"; var zone = time.UTC; var d time.Duration`, 0},
		{"bot/duty/roster.go", `import "time"; var x = time.NewTimer(1)`, 1},
		{"bot/duty/roster_test.go", `import "time"; var at = time.Now()`, 0},
		{"bot/duty/roster_test.go", `import "time"; func f() { time.Sleep(1) }`, 1},
		{"cmd/qunguan/serve.go", `import "time"; var at = time.Now()`, 0},
		{"cmd/qunguan/serve.go", `import "time"; func f() { time.Sleep(1) }`, 1},
		{"bot/engine.go", `import "time"; var x = time.NewTimer(1)`, 0},
		{"bot/engine.go", `import "time"; var x = time.After(1)`, 1},
		{"bot/platform/wecom/token.go", `import "time"; var x = time.NewTicker(1)`, 0},
		{"bot/platform/wecom/token.go", `import "time"; var x = time.Since`, 1},
		{"command/x.go", `import "time"; var x = time.Now`, 1},
		{"bot/duty/roster.go", `var time struct{ Now int }; var x = time.Now`, 0},
	} {
		s := parse(t, c.file, "package x; "+c.body)
		assert.Len(t, clockComplaints(s), c.want, "%s: %s", c.file, c.body)
	}
}
