package wecom

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// corp is 总部 with 销售 and 客服 below it, and 华东 below 销售.
var corp = departments{1: {"总部", 0}, 2: {"销售", 1}, 3: {"客服", 1}, 4: {"华东", 2}}

func TestWithinHoldsEveryDepartmentAbove(t *testing.T) {
	assert.Equal(t, []chat.Department{{Name: "总部", Depth: 1}, {Name: "销售", Above: "总部", Depth: 2}, {Name: "华东", Above: "销售", Depth: 3}},
		corp.within([]int{4}))
	assert.Equal(t, []chat.Department{
		{Name: "总部", Depth: 1}, {Name: "客服", Above: "总部", Depth: 2}, {Name: "销售", Above: "总部", Depth: 2}, {Name: "华东", Above: "销售", Depth: 3},
	}, corp.within([]int{4, 3}), "each once, the topmost first")
	assert.Empty(t, corp.within(nil))
	assert.Equal(t, []chat.Department{{Name: "9", Depth: 1}}, corp.within([]int{9}), "of one that is not visible the id is what is known")
	part := departments{2: {"销售", 1}, 4: {"华东", 2}}
	assert.Equal(t, []chat.Department{{Name: "销售", Depth: 1}, {Name: "华东", Above: "销售", Depth: 2}}, part.within([]int{4}),
		"the topmost one that is visible has depth 1")
	round := departments{1: {"a", 2}, 2: {"b", 1}}
	assert.Len(t, round.within([]int{1}), 2, "an answer that goes round in circles ends")
}

// TestIDsWhereNamesAreRefused: an app that may not read names still knows which department is above which.
func TestIDsWhereNamesAreRefused(t *testing.T) {
	s := newStage(t)
	s.office.answers["user/get"] = []string{`{"errcode":0,"userid":"li","name":"李四","department":[4],"status":1}`}
	s.office.answers["department/list"] = []string{`{"errcode":48002}`}
	s.office.answers["department/simplelist"] = []string{`{"errcode":0,"department_id":[{"id":1},{"id":2,"parentid":1},{"id":4,"parentid":2}]}`}
	got, err := s.Person(context.Background(), "li")
	require.NoError(t, err)
	assert.Equal(t, []string{"4"}, got.Departments)
	assert.Equal(t, []chat.Department{{Name: "1", Depth: 1}, {Name: "2", Above: "1", Depth: 2}, {Name: "4", Above: "2", Depth: 3}}, got.Within)
}

func TestFollowers(t *testing.T) {
	s := newStage(t)
	s.office.answers["externalcontact/get"] = []string{
		`{"errcode":0,"external_contact":{"external_userid":"wmA"},"follow_user":[{"userid":"wang"}],"next_cursor":"n"}`,
		`{"errcode":0,"external_contact":{"external_userid":"wmA"},"follow_user":[{"userid":"zhou"}]}`,
	}
	got, err := s.Followers(context.Background(), "wmA")
	require.NoError(t, err)
	assert.Equal(t, []chat.User{"wang", "zhou"}, got)

	s = newStage(t)
	s.office.answers["externalcontact/get"] = []string{`{"errcode":84061}`}
	got, err = s.Followers(context.Background(), "wmA")
	require.NoError(t, err)
	assert.Empty(t, got, "nobody's customer")

	s = newStage(t)
	s.office.answers["externalcontact/get"] = []string{`{"errcode":48002}`}
	_, err = s.Followers(context.Background(), "wmA")
	assert.Error(t, err, "what may not be read is not known")
}
