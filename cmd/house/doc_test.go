package house

import (
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPackageDocs(t *testing.T) {
	docs, names := map[string][]string{}, map[string]string{}
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		names[s.pkg()] = s.tree.Name.Name
		if s.tree.Doc != nil {
			docs[s.pkg()] = append(docs[s.pkg()], s.tree.Doc.Text())
		}
	}
	for dir, name := range names {
		if complaint := docComplaint(dir, name, docs[dir]); complaint != "" {
			t.Error(complaint)
		}
	}
}

func docComplaint(dir, name string, docs []string) string {
	begin := "Package " + name + " "
	if name == "main" {
		begin = "Command " + path.Base(dir) + " "
	}
	switch {
	case len(docs) == 0:
		return "package " + dir + ` has no comment; begin one with "` + begin + `…" and say what it promises and what it refuses to know`
	case len(docs) > 1:
		return "package " + dir + " has more than one package comment; keep one, in the file named after the package"
	case !strings.HasPrefix(docs[0], begin):
		return "the comment of package " + dir + ` must begin with "` + begin + `"`
	}
	return ""
}

func TestPackageDocsFindsWhatIsWrong(t *testing.T) {
	assert.Empty(t, docComplaint("bot/duty", "duty", []string{"Package duty says."}))
	assert.Empty(t, docComplaint("cmd/qunguan", "main", []string{"Command qunguan is."}))
	assert.Contains(t, docComplaint("bot/duty", "duty", nil), "no comment")
	assert.Contains(t, docComplaint("bot/duty", "duty", []string{"Package duty a.", "Package duty b."}), "more than one")
	assert.Contains(t, docComplaint("bot/duty", "duty", []string{"Duty says."}), "must begin")
}
