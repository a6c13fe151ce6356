package house

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// machine is what only means something on the machine where a file was written. A directory counts at the beginning
// of a path only: github.com/silenceper/wechat/v2/work is nobody's home. The pieces are joined here, so that this
// file does not match itself.
var machine = regexp.MustCompile(`(?:^|[^A-Za-z0-9_.-])/(?:` + "work|root|home|Users" + `)/|proxy` + `\.golang|GO` + `PROXY|file` + `:///`)

func TestNoMachinePaths(t *testing.T) {
	for name, text := range files(t) {
		for n, line := range strings.Split(text, "\n") {
			if found := machinePath(line); found != "" {
				t.Errorf("%s:%d holds %q, which means nothing on another machine; write a path relative to the repository, or a "+
					"made-up one below /etc, /run or /srv", name, n+1, found)
			}
		}
	}
}

func machinePath(line string) string { return machine.FindString(line) }

func TestNoMachinePathsFindsWhatIsWrong(t *testing.T) {
	assert.NotEmpty(t, machinePath("open /"+"work/main/x: no such file"))
	assert.NotEmpty(t, machinePath("/"+"root/go"))
	assert.NotEmpty(t, machinePath("https://proxy"+".golang.org"))
	assert.Empty(t, machinePath("https://work.weixin.qq.com/wework_admin"))
	assert.Empty(t, machinePath(`"github.com/silenceper/wechat/v2/work/message"`))
}
