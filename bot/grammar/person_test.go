package grammar

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

func TestFindPerson(t *testing.T) {
	known := []chat.Member{
		{ID: "li", Name: "李四", Email: "li@example.com"},
		{ID: "Wang", Name: "王五（华东）", Email: "Wang@example.com"},
		{ID: "zhao1", Name: "赵六"},
		{ID: "zhao2", Name: "赵六"},
		{ID: "sly", Name: "li"}, // calls herself what somebody else's userid is
		{ID: "Sun", Name: "孙"}, {ID: "SUN", Name: "孙二"},
		{Name: "nobody"},
		{ID: "li", Name: "李四", Email: "li@example.com"},
	}
	for _, c := range []struct {
		said string
		want []chat.User
	}{
		{"li", []chat.User{"li"}},
		{"LI", []chat.User{"li"}},
		{"李四", []chat.User{"li"}},
		{" 李四　", []chat.User{"li"}},
		{"LI@example.com", []chat.User{"li"}},
		{"wang", []chat.User{"Wang"}},
		{"ｗａｎｇ", []chat.User{"Wang"}},
		{"王五(华东)", []chat.User{"Wang"}},
		{"赵六", []chat.User{"zhao1", "zhao2"}},
		{"SUN", []chat.User{"SUN"}},
		{"sun", []chat.User{"Sun", "SUN"}},
		{"赵", nil}, {"zhao", nil}, {"nobody", nil}, {"", nil}, {"  ", nil}, {"王五", nil},
	} {
		var got []chat.User
		for _, m := range FindPerson(Ref{Said: c.said}, known) {
			got = append(got, m.ID)
		}
		assert.Equal(t, c.want, got, "%q", c.said)
	}
}

func TestRefs(t *testing.T) {
	g := alone(t, people)
	for _, c := range []struct {
		text string
		want []Ref
	}{
		{"@li", []Ref{{"li", ByID}}},
		{"li", []Ref{{"li", Bare}}},
		{"li@example.com", []Ref{{"li@example.com", ByEmail}}},
		{"@li@example.com", []Ref{{"li@example.com", ByID}}},
		{"@a@b", []Ref{{"a@b", ByID}}}, // a userid may hold an @
		{"@张三@李四 @王五", []Ref{{"张三", ByID}, {"李四", ByID}, {"王五", ByID}}},
		{"＠张三，＠李四；＠王五", []Ref{{"张三", ByID}, {"李四", ByID}, {"王五", ByID}}},
		{"a, b、c\nd", []Ref{{"a", Bare}, {"b", Bare}, {"c", Bare}, {"d", Bare}}},
		{"@a\r\n@b\r\n", []Ref{{"a", ByID}, {"b", ByID}}},
		{"a@x.com b@x.com", []Ref{{"a@x.com", ByEmail}, {"b@x.com", ByEmail}}},
		{`@"Li Si" @「王 五」`, []Ref{{"Li Si", ByID}, {"王 五", ByID}}},
		{"@li：", []Ref{{"li", ByID}}},
		{"a b", nil},           // only the first may be bare
		{"@a b", nil},          // likewise
		{"@", nil}, {"#", nil}, // no name
		{`@""`, nil},
	} {
		m := g.Match("/x "+c.text, addressed)
		assert.Equal(t, c.want, people.Refs(m.Args), "%q %v", c.text, m.Problem)
	}
	thousand := strings.Repeat("@li、", MaxPeople)
	assert.Len(t, people.Refs(g.Match("/x "+thousand, addressed).Args), MaxPeople)
	m := g.Match("/x "+thousand+"@li", addressed)
	require.NotNil(t, m.Problem)
	assert.Contains(t, m.Problem.What.EN, "at most 1000 people")
}
