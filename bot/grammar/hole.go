package grammar

import "qunguan/bot/chat"

// Hole is a typed gap in a form. The typed holes give their value by Of and tell by Given whether the message had
// one at all; without one, Of gives the zero value.
type Hole interface {
	// Name is what stands between the braces of a form.
	Name() string
	// Label is what the hole is called in help and problems.
	Label() chat.Text

	kind() kind
	// sample shows one value, for problems.
	sample() chat.Text
	// read returns what could stand at the place, best first. Where something stands there that was meant for
	// the hole but is wrong, why says so; it must not be taken for anything else.
	read(at place) (found []reading, why chat.Text)
}

// reading is one way to understand what stands at a place: it ends before end and means value.
type reading struct {
	end   int
	value any
}

// kind is the class of a hole: two holes of one kind read the same words.
type kind int

const (
	aPerson kind = iota
	somePeople
	aLength
	aMoment
	aPeriod
	theRest
	aNumber
	aWord
	aChoice
	aList
)

// closed says whether the kind itself tells its values from other words.
func (k kind) closed() bool {
	return k == aLength || k == aMoment || k == aPeriod || k == aNumber || k == aChoice
}

// open says whether the kind takes any word.
func (k kind) open() bool { return k == aWord || k == theRest }

// people says whether the kind names people.
func (k kind) people() bool { return k == aPerson || k == somePeople }

// gap is what all holes share.
type gap struct {
	name   string
	called chat.Text
}

// Name is what stands between the braces of a form.
func (g gap) Name() string { return g.name }

// Label is what the hole is called in help and problems.
func (g gap) Label() chat.Text { return g.called }

// Given says whether the message had a value for the hole.
func (g gap) Given(a Args) bool { return a.given(g.name) }

// newGap names a hole; the label is that of the name where forms share it, else usual.
func newGap(name string, usual chat.Text) gap {
	if t, ok := labels[name]; ok {
		usual = t
	}
	return gap{name: name, called: usual}
}

// labels are the names that many forms share, as people read them.
var labels = map[string]chat.Text{
	"from":   {ZH: "开始时间", EN: "from"},
	"until":  {ZH: "结束时间", EN: "until"},
	"since":  {ZH: "起始时间", EN: "since"},
	"reason": {ZH: "原因", EN: "reason"},
	"note":   {ZH: "备注", EN: "note"},
	"text":   {ZH: "内容", EN: "text"},
	"group":  {ZH: "群", EN: "group"},
	"name":   {ZH: "名称", EN: "name"},
	"topic":  {ZH: "主题", EN: "topic"},
	"verb":   {ZH: "命令", EN: "verb"},
	"word":   {ZH: "词", EN: "word"},
	"entry":  {ZH: "编号", EN: "entry"},
	"plan":   {ZH: "方案", EN: "plan"},
}
