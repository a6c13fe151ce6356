package house

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// layer is what one package may import beside the standard library. pure, for what only computes, also bars the
// parts of the standard library that reach outside, wait or guess.
type layer struct {
	ours   string // packages of ours, separated by spaces; "*" is all
	others string // modules or packages of others; those below them are meant too
	pure   bool
}

// domain is the nouns with rules. They import journal besides chat because what they return is a journal.Change:
// changes are data, and the shape of a change is the journal's.
const domain = "bot/access bot/duty bot/moderation bot/directory bot/task bot/reminder bot/setup bot/request bot/event bot/preference bot/sla bot/canary bot/ticket bot/kpi bot/digest bot/review"

// layers may have rows for packages that do not exist yet: a row is a decision, and may come first.
var layers = map[string]layer{
	"bot/chat":    {pure: true},
	"bot/grammar": {ours: "bot/chat", others: "golang.org/x/text", pure: true},
	"bot/journal": {ours: "bot/chat", others: "golang.org/x/mod", pure: true},

	"bot/access": {ours: "bot/chat bot/journal", pure: true},
	"bot/duty":   {ours: "bot/chat bot/journal", pure: true},
	// A thousand words are looked for in every message in a microsecond by an automaton, in 115 one after the other.
	"bot/moderation": {ours: "bot/chat bot/journal", others: "golang.org/x/text github.com/cloudflare/ahocorasick", pure: true},
	"bot/directory":  {ours: "bot/chat bot/journal", pure: true},
	"bot/request":    {ours: "bot/chat bot/journal", pure: true},
	"bot/task":       {ours: "bot/chat bot/journal", pure: true},
	"bot/event":      {ours: "bot/chat bot/journal", pure: true},
	"bot/preference": {ours: "bot/chat bot/journal", pure: true},
	"bot/reminder":   {ours: "bot/chat bot/journal", pure: true},
	"bot/canary":     {ours: "bot/chat bot/journal", pure: true},
	"bot/review":     {ours: "bot/chat bot/journal", pure: true},
	"bot/sla":        {ours: "bot/chat bot/journal", pure: true},
	"bot/kpi":        {ours: "bot/chat bot/journal", pure: true},
	"bot/digest":     {ours: "bot/chat bot/journal", pure: true},
	"bot/ticket":     {ours: "bot/chat bot/journal", pure: true},
	"bot/signature":  {pure: true},
	// A set-up is a draft of a role, so it is written in the words of roles.
	"bot/setup": {ours: "bot/chat bot/journal bot/access", pure: true},

	// Only package sfnt of x/image reads the CFF outlines that the Chinese fonts of most servers have.
	"bot/paint": {ours: "bot/chat", others: "golang.org/x/image", pure: true},

	"bot": {ours: "bot/chat bot/grammar bot/access bot/journal bot/directory bot/task bot/duty bot/request bot/preference bot/sla bot/canary bot/review bot/moderation bot/kpi bot/digest", others: "go.uber.org/zap"},
	// A calendar is written by a library, since folding, escaping and parameters are where readers differ.
	"bot/calendar": {ours: "bot bot/chat bot/journal " + domain, others: "go.uber.org/zap github.com/arran4/golang-ical"},
	// What reviews judge by comes of rights, duty and answers alike; commands and jobs need the same of it.
	"bot/evidence": {ours: "bot bot/chat bot/journal " + domain, pure: true},
	"bot/document": {ours: "bot/chat", others: "github.com/xuri/excelize/v2"},
	"bot/console":  {ours: "bot/chat bot/journal " + domain, others: "go.uber.org/zap"},
	"commands":     {ours: "bot bot/evidence bot/chat bot/grammar bot/journal " + domain, pure: true},
	"scheduler":    {ours: "bot bot/evidence bot/chat bot/journal " + domain, others: "github.com/robfig/cron/v3 go.uber.org/zap"},
	// redistest starts real servers for tests of several packages; it is no part of the program.
	"storage/redistest": {others: "github.com/redis/go-redis/v9"},
	"storage/archive":   {ours: "bot/journal"},
	"storage":           {ours: "bot/chat bot/journal " + domain, others: "github.com/redis/go-redis/v9 go.uber.org/zap"},

	"bot/platform/wecom":     {ours: "bot/chat", others: "github.com/silenceper/wechat/v2 go.uber.org/zap"},
	"bot/platform/ingest":    {ours: "bot/chat bot/signature", others: "go.uber.org/zap"},
	"bot/platform/simulator": {ours: "bot/chat"},

	// The wire is what adapters of links share; each knows one other system.
	"bot/link":         {ours: "bot/chat"},
	"bot/link/webhook": {ours: "bot/chat bot/link bot/signature"},
	"bot/link/fxiaoke": {ours: "bot/chat bot/link"},
	"bot/link/zoho":    {ours: "bot/chat bot/link"},

	"configs":   {others: "github.com/knadh/koanf go.yaml.in/yaml/v3"},
	"cmd/house": {},
	"cmd/qunguan": {ours: "*", others: "github.com/spf13/cobra go.uber.org/zap github.com/alicebob/miniredis/v2 " +
		"github.com/prometheus/client_golang go.yaml.in/yaml/v3 github.com/schollz/progressbar/v3 golang.org/x/term"},
}

// testers may be imported by the tests of every package, besides what its row allows.
const testers = "github.com/stretchr/testify pgregory.net/rapid github.com/alicebob/miniredis/v2 github.com/chromedp " +
	"go.uber.org/zap go.yaml.in/yaml/v3 github.com/xuri/excelize/v2"

// rivals may be imported by the tests of one package: what its benchmarks measure themselves against.
var rivals = map[string]string{
	"bot":        "github.com/redis/go-redis/v9", // round trips are counted by a hook
	"bot/access": "github.com/casbin/casbin/v2 github.com/cedar-policy/cedar-go",
	// What is written is read by somebody else's parser.
	"bot/calendar": "github.com/emersion/go-ical",
	// The bare handler beside the end-to-end benchmark speaks to Redis itself, and round trips are counted by a hook.
	// Calendars that stories subscribe to are read by somebody else's parser, too.
	"cmd/qunguan": "github.com/redis/go-redis/v9 github.com/emersion/go-ical",
	// A test ends the lease of a replica that has died, as the clock of Redis would.
	"scheduler": "github.com/redis/go-redis/v9",
}

// barred is what a pure package must not import, nor anything below it.
var barred = []string{"context", "database", "io/fs", "log", "math/rand", "net", "os", "sync"}

func TestLayers(t *testing.T) {
	for _, p := range packages(t) {
		row, ok := layers[p.name()]
		if !ok {
			t.Errorf("package %s has no row in the table of TestLayers; if it deserves to exist, add a row that says what "+
				"it may import; if not, move its code to the package whose noun it is about", p.name())
			continue
		}
		for _, complaint := range row.complaints(p) {
			t.Error(complaint)
		}
	}
}

func (l layer) complaints(p pkg) []string {
	var out []string
	for _, imported := range p.Imports {
		switch {
		case isOurs(imported):
			ours := strings.TrimPrefix(imported, module+"/")
			if l.ours != "*" && !slices.Contains(strings.Fields(l.ours), ours) {
				out = append(out, fmt.Sprintf("package %s imports %s; its layer allows of ours: %s; let the two meet in a command, "+
					"a job or the engine, or take what is needed as a plain value", p.name(), ours, orNothing(l.ours)))
			}
		case isStandard(imported):
			if l.pure && isBelow(imported, barred) {
				out = append(out, fmt.Sprintf("package %s imports %s, but it only computes; take the value as an argument, or "+
					"move what reaches outside to bot, scheduler, storage or an adapter", p.name(), imported))
			}
		case !isBelow(imported, strings.Fields(l.others)):
			out = append(out, fmt.Sprintf("package %s imports %s; its layer allows of others: %s; a new dependency is a "+
				"decision: add it to the table and give the reason in the commit", p.name(), imported, orNothing(l.others)))
		}
	}
	allowed := append(strings.Fields(l.others), strings.Fields(testers+" "+rivals[p.name()])...)
	for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
		if !isOurs(imported) && !isStandard(imported) && !isBelow(imported, allowed) {
			out = append(out, fmt.Sprintf("a test of package %s imports %s; tests may import what the package may, and: %s",
				p.name(), imported, testers))
		}
	}
	return out
}

func TestLayersFindsWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		pkg  pkg
		want int
	}{
		"what is allowed": {pkg{ImportPath: "qunguan/bot/duty", Imports: []string{"qunguan/bot/chat", "time", "fmt", "math"}}, 0},
		"a sibling":       {pkg{ImportPath: "qunguan/bot/duty", Imports: []string{"qunguan/bot/access"}}, 1},
		"upwards":         {pkg{ImportPath: "qunguan/bot", Imports: []string{"qunguan/commands"}}, 1},
		"reaching out":    {pkg{ImportPath: "qunguan/bot/duty", Imports: []string{"context", "net/http", "sync/atomic", "math/rand/v2"}}, 4},
		"third party":     {pkg{ImportPath: "qunguan/bot/duty", Imports: []string{"golang.org/x/text/width"}}, 1},
		"allowed there":   {pkg{ImportPath: "qunguan/bot/grammar", Imports: []string{"golang.org/x/text/width"}}, 0},
		"not by prefix":   {pkg{ImportPath: "qunguan/bot/grammar", Imports: []string{"golang.org/x/text2"}}, 1},
		"redis elsewhere": {pkg{ImportPath: "qunguan/scheduler", Imports: []string{"github.com/redis/go-redis/v9"}}, 1},
		"everything":      {pkg{ImportPath: "qunguan/cmd/qunguan", Imports: []string{"qunguan/storage", "qunguan/bot/duty", "os"}}, 0},
		"test, allowed":   {pkg{ImportPath: "qunguan/bot/duty", XTestImports: []string{"github.com/stretchr/testify/assert"}}, 0},
		"test, not":       {pkg{ImportPath: "qunguan/bot/duty", TestImports: []string{"github.com/golang/mock/gomock"}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Len(t, layers[c.pkg.name()].complaints(c.pkg), c.want)
		})
	}
}

func TestProductionDoesNotImportTesting(t *testing.T) {
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			if isBelow(imported, []string{"testing", "net/http/httptest", "github.com/stretchr/testify"}) {
				t.Errorf("package %s imports %s outside its tests; a program that knows it is tested is not the program that "+
					"runs: move the code to a file that ends in _test.go", p.name(), imported)
			}
		}
	}
}

func isOurs(imported string) bool {
	return imported == module || strings.HasPrefix(imported, module+"/")
}

// isStandard knows that the path of every other module begins with a host, which has a dot.
func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".") && !isOurs(imported)
}

func isBelow(imported string, paths []string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		return imported == p || strings.HasPrefix(imported, p+"/")
	})
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}
