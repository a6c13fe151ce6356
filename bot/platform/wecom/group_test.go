package wecom

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

const customerGroup = `{"errcode":0,"errmsg":"ok","group_chat":{"chat_id":"wrG","name":"交流群","owner":"boss","create_time":1572505490,
 "member_list":[{"userid":"boss","type":1,"join_time":1572505491,"join_scene":1,"invitor":{"userid":"jack"},"group_nickname":"客服","name":"老板"},
 {"userid":"wmC","type":2,"unionid":"u","join_time":1572505492,"group_nickname":"顾客老王"}],
 "admin_list":[{"userid":"sam"},{"userid":"boss"}],"member_version":"v"}}`

func TestObserveCustomerGroup(t *testing.T) {
	s := newStage(t)
	s.office.answers["externalcontact/groupchat/get"] = []string{customerGroup}
	got, err := s.Observe(context.Background(), "wrG")
	require.NoError(t, err)
	assert.Equal(t, chat.Observed{
		Group: "wrG", Kind: chat.CustomerGroup, Name: "交流群", Owner: "boss", Admins: []chat.User{"sam"}, AdminsKnown: true,
		Members: []chat.Member{
			{ID: "boss", Name: "老板", Kind: chat.Staff, JoinedAt: 1572505491},
			{ID: "wmC", Name: "顾客老王", Kind: chat.Customer, JoinedAt: 1572505492},
		},
		MembersKnown: true,
	}, got)
	assert.Equal(t, map[string]any{"chat_id": "wrG", "need_name": 1.0}, s.office.to("externalcontact/groupchat/get")[0].body)
}

func TestObserveOtherGroups(t *testing.T) {
	const (
		appChat = `{"errcode":0,"chat_info":{"chatid":"A","name":"值班群","owner":"boss","userlist":["boss","li"],"chat_type":0}}`
		missing = `{"errcode":86003,"errmsg":"chatid not exist"}`
	)
	app := chat.Observed{Group: "A", Kind: chat.AppGroup, Name: "值班群", Owner: "boss", MembersKnown: true,
		Members: []chat.Member{{ID: "boss", Kind: chat.Staff}, {ID: "li", Kind: chat.Staff}}}
	cases := []struct {
		name            string
		group           chat.Group
		customer, inner string
		want            chat.Observed
	}{
		{"app group", "A", `{"errcode":90501}`, appChat, app},
		{"app group, unknown to customer contact", "A", missing, appChat, app},
		{"bot group", "wrB", `{"errcode":90501}`, missing, chat.Observed{Group: "wrB", Kind: chat.BotGroup}},
		{"bot group, no permission for customer groups", "B", `{"errcode":48002}`, missing, chat.Observed{Group: "B", Kind: chat.BotGroup}},
		{"id of a form of its own", "B", missing, missing, chat.Observed{Group: "B", Kind: chat.BotGroup}},
		{"dismissed", "wrX", missing, missing, chat.Observed{Group: "wrX", Kind: chat.BotGroup, Gone: true}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			s.office.answers["externalcontact/groupchat/get"] = []string{c.customer}
			s.office.answers["appchat/get"] = []string{c.inner}
			got, err := s.Observe(context.Background(), c.group)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestObserveConcludesNothingFromAFault(t *testing.T) {
	for _, answer := range []string{`{"errcode":-1}`, `{"errcode":45009}`, `{"errcode":60020}`, `{"errcode":40001}`, `{"errcode":99999}`} {
		s := newStage(t)
		s.office.answers["externalcontact/groupchat/get"] = []string{answer}
		_, err := s.Observe(context.Background(), "wrG")
		var f *Fault
		assert.ErrorAs(t, err, &f, answer)
		assert.Empty(t, s.office.to("appchat/get"))
	}
	// With a secret of its own, customer contact is meant to work; losing the permission is not a group of another kind.
	s := newStage(t, func(c *Config) { c.CustomerContactSecret = "contact-secret" })
	s.office.answers["externalcontact/groupchat/get"] = []string{`{"errcode":48002}`}
	_, err := s.Observe(context.Background(), "wrG")
	assert.Error(t, err)
}

func TestObserveWithTheBotAlone(t *testing.T) {
	s := newStage(t, func(c *Config) { c.App.Secret, c.App.Token, c.App.EncodingAESKey = "", "", "" })
	got, err := s.Observe(context.Background(), "B")
	require.NoError(t, err)
	assert.Equal(t, chat.Observed{Group: "B", Kind: chat.BotGroup}, got)
	assert.Empty(t, s.office.calls)
}

func TestGroupsReadsAllPages(t *testing.T) {
	s := newStage(t)
	s.office.answers["externalcontact/groupchat/list"] = []string{
		`{"errcode":0,"group_chat_list":[{"chat_id":"wr1","status":0},{"chat_id":"wr2","status":1}],"next_cursor":"C"}`,
		`{"errcode":0,"group_chat_list":[{"chat_id":"wr3","status":0}]}`,
	}
	got, err := s.Groups(context.Background())
	require.NoError(t, err)
	assert.Equal(t, []chat.Group{"wr1", "wr2", "wr3"}, got)
	calls := s.office.to("externalcontact/groupchat/list")
	require.Len(t, calls, 2)
	assert.Equal(t, map[string]any{"status_filter": 0.0, "limit": 1000.0}, calls[0].body)
	assert.Equal(t, "C", calls[1].body["cursor"])

	s.office.answers["externalcontact/groupchat/list"] = []string{`{"errcode":0,"group_chat_list":[],"next_cursor":"C"}`}
	_, err = s.Groups(context.Background())
	assert.ErrorContains(t, err, "do not end")
}

func TestPerson(t *testing.T) {
	const li = `{"errcode":0,"userid":"li","name":"李四","position":"主管","biz_mail":"li@corp.example","department":[1,2,9],"status":1}`
	s := newStage(t)
	s.office.answers["user/get"] = []string{li}
	s.office.answers["department/list"] = []string{`{"errcode":0,"department":[{"id":1,"name":"总部"},{"id":2,"name":"华东","parentid":1}]}`}
	want := chat.Person{
		ID: "li", Name: "李四", Email: "li@corp.example", Position: "主管", Departments: []string{"总部", "华东", "9"},
		Within: []chat.Department{{Name: "9", Depth: 1}, {Name: "总部", Depth: 1}, {Name: "华东", Above: "总部", Depth: 2}},
	}
	for range 2 {
		got, err := s.Person(context.Background(), "li")
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	assert.Len(t, s.office.to("department/list"), 1, "names are remembered")

	s = newStage(t)
	s.office.answers["user/get"] = []string{li}
	s.office.answers["department/list"] = []string{`{"errcode":60011}`}
	got, err := s.Person(context.Background(), "li")
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2", "9"}, got.Departments)
}

func TestPersonWhoLeft(t *testing.T) {
	for _, answer := range []string{`{"errcode":60111}`, `{"errcode":40003}`, `{"errcode":0,"userid":"li","status":5}`} {
		s := newStage(t)
		s.office.answers["user/get"] = []string{answer}
		got, err := s.Person(context.Background(), "li")
		require.NoError(t, err)
		assert.Equal(t, chat.Person{ID: "li", Gone: true}, got, answer)
	}
	s := newStage(t)
	s.office.answers["user/get"] = []string{`{"errcode":60011}`}
	_, err := s.Person(context.Background(), "li")
	assert.Error(t, err, "who is not visible has not left")
}

func TestProfileHasMeansAndStepsForEveryKind(t *testing.T) {
	p := Profile()
	assert.Equal(t, []any{10, 3, true}, []any{p.RoleCap, p.NativeCap, p.Inherits})
	for _, kind := range []chat.GroupKind{chat.CustomerGroup, chat.AppGroup, chat.BotGroup} {
		for _, action := range []chat.Action{chat.AddAdmin, chat.RemoveAdmin, chat.Mute, chat.Unmute} {
			m := p.Of(kind, action)
			customer := kind == chat.CustomerGroup
			how := chat.Assisted
			if customer && (action == chat.Mute || action == chat.Unmute) {
				how = chat.None
			}
			assert.Equal(t, how, m.How, "%s %s", kind, action)
			assert.Equal(t, customer && how == chat.Assisted, m.Verifiable, "%s %s", kind, action)
			assert.NotEmpty(t, m.Steps.ZH)
			assert.NotEmpty(t, m.Steps.EN)
		}
	}
}
