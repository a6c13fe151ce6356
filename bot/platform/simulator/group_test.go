package simulator

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

func TestCustomerGroup(t *testing.T) {
	b := start(t, silent)
	get := func(id string) j { return b.call(t, "externalcontact/groupchat/get", j{"chat_id": id, "need_name": 1}) }
	wantCode(t, badChat, get(""))
	wantCode(t, unknownChat, get("wrUnknown"))
	wantCode(t, notCustomerChat, get(SampleControlGroup))
	out := get(SampleCustomerGroup)
	wantCode(t, 0, out)
	g := as[j](t, out["group_chat"])
	assert.Equal(t, "华东VIP客户群", g["name"])
	assert.Equal(t, "zhou", g["owner"])
	assert.Equal(t, []any{j{"userid": "li"}}, g["admin_list"])
	members := as[[]any](t, g["member_list"])
	require.Len(t, members, 10)
	assert.EqualValues(t, 1, as[j](t, members[0])["type"])
	assert.EqualValues(t, 2, as[j](t, members[9])["type"])
	assert.Equal(t, "吴先生", as[j](t, members[9])["name"])
	bare := b.call(t, "externalcontact/groupchat/get", j{"chat_id": SampleCustomerGroup})
	assert.NotContains(t, as[[]any](t, as[j](t, bare["group_chat"])["member_list"])[0], "name")
}

func TestCustomerGroupList(t *testing.T) {
	b := start(t, silent)
	b.sim.world.Groups = append(b.sim.world.Groups, Group{ID: "wrB", Kind: chat.CustomerGroup, Owner: "li", Members: []string{"li"}})
	list := func(with j) j { return b.call(t, "externalcontact/groupchat/list", with) }
	wantCode(t, badParameter, list(j{}))
	wantCode(t, badParameter, list(j{"limit": 1, "cursor": "!"}))
	page := list(j{"limit": 1})
	wantCode(t, 0, page)
	assert.Equal(t, []any{j{"chat_id": "wrB", "status": 0.0}}, page["group_chat_list"])
	next := list(j{"limit": 1, "cursor": page["next_cursor"]})
	assert.Equal(t, []any{j{"chat_id": SampleCustomerGroup, "status": 0.0}}, next["group_chat_list"])
	assert.NotContains(t, next, "next_cursor")

	_, err := b.sim.RemovePerson(t.Context(), "zhou")
	require.NoError(t, err)
	left := list(j{"limit": 9, "status_filter": 1})
	assert.Equal(t, []any{j{"chat_id": SampleCustomerGroup, "status": 1.0}}, left["group_chat_list"])
	own := list(j{"limit": 9, "owner_filter": j{"userid_list": []string{"li"}}})
	assert.Len(t, own["group_chat_list"], 1)
}

func TestCustomerGroupEvents(t *testing.T) {
	b := start(t, silent)
	last := func() string {
		calls := b.all()
		return string(calls[len(calls)-1].plain)
	}
	has := func(parts ...string) {
		t.Helper()
		for _, p := range append(parts, "<Event><![CDATA[change_external_chat]]>", "<ChatId><![CDATA["+SampleCustomerGroup) {
			assert.Contains(t, last(), p)
		}
	}
	d, err := b.sim.Join(t.Context(), SampleCustomerGroup, "xiaochen")
	require.NoError(t, err)
	assert.Equal(t, 200, d.Status)
	has("<ChangeType><![CDATA[update]]>", "<UpdateDetail><![CDATA[add_member]]>", "<JoinScene>0</JoinScene>", "<MemChangeList><Item>xiaochen</Item></MemChangeList>", "<MemChangeCnt>1<")
	_, rest, _ := strings.Cut(last(), "<CurMemVer><![CDATA[")
	version, _, _ := strings.Cut(rest, "]")
	got := as[j](t, b.call(t, "externalcontact/groupchat/get", j{"chat_id": SampleCustomerGroup})["group_chat"])
	assert.Equal(t, got["member_version"], version)

	_, err = b.sim.Leave(t.Context(), SampleCustomerGroup, "xiaochen")
	require.NoError(t, err)
	has("<UpdateDetail><![CDATA[del_member]]>", "<QuitScene>0</QuitScene>")
	_, err = b.sim.Remove(t.Context(), SampleCustomerGroup, "wmCustomerWu00004")
	require.NoError(t, err)
	has("<QuitScene>1</QuitScene>")
	_, err = b.sim.RenameGroup(t.Context(), SampleCustomerGroup, "华南VIP客户群")
	require.NoError(t, err)
	has("<UpdateDetail><![CDATA[change_name]]>")
	_, err = b.sim.ChangeOwner(t.Context(), SampleCustomerGroup, "li")
	require.NoError(t, err)
	has("<UpdateDetail><![CDATA[change_owner]]>")
	assert.Empty(t, b.sim.world.group(SampleCustomerGroup).Admins, "an owner is no admin beside it")
	_, err = b.sim.Dismiss(t.Context(), SampleCustomerGroup)
	require.NoError(t, err)
	has("<ChangeType><![CDATA[dismiss]]>")
	wantCode(t, unknownChat, b.call(t, "externalcontact/groupchat/get", j{"chat_id": SampleCustomerGroup}))
	require.Len(t, b.all(), 6)
	again, err := b.sim.Redeliver(t.Context(), d.MsgID, true)
	require.NoError(t, err)
	assert.Equal(t, 200, again.Status)
}

func TestAdminsChangeWithoutAWord(t *testing.T) {
	b := start(t, silent)
	g := SampleCustomerGroup
	require.NoError(t, b.sim.SetAdmin(g, "wang", true))
	require.NoError(t, b.sim.SetAdmin(g, "wang", true))
	require.NoError(t, b.sim.SetAdmin(g, "zhao", true))
	assert.ErrorIs(t, b.sim.SetAdmin(g, "sun", true), ErrTooMany)
	require.NoError(t, b.sim.SetAdmin(g, "li", false))
	require.NoError(t, b.sim.SetAdmin(g, "sun", true))
	assert.ErrorIs(t, b.sim.SetAdmin(g, "zhou", true), ErrOwner)
	assert.ErrorIs(t, b.sim.SetAdmin(g, "xiaochen", true), ErrNotMember)
	assert.ErrorIs(t, b.sim.SetAdmin(g, "wmCustomerZhang01", true), ErrNotStaff)
	assert.ErrorIs(t, b.sim.SetAdmin("x", "li", true), ErrNoGroup)
	assert.Empty(t, b.all(), "the platform has no event for it")
}

func TestInternalGroupsHaveNoEvents(t *testing.T) {
	b := start(t, silent)
	d, err := b.sim.Leave(t.Context(), SampleControlGroup, "xiaochen")
	require.NoError(t, err)
	assert.True(t, d.Unheard)
	_, err = b.sim.Join(t.Context(), SampleControlGroup, "wmCustomerZhang01")
	assert.ErrorIs(t, err, ErrForbidden)
	_, err = b.sim.Leave(t.Context(), SampleControlGroup, "boss")
	assert.ErrorIs(t, err, ErrOwner)
	assert.Empty(t, b.all())
}

func TestPeopleChange(t *testing.T) {
	b := start(t, silent)
	_, err := b.sim.RemovePerson(t.Context(), "wang")
	require.NoError(t, err)
	plain := string(b.all()[0].plain)
	assert.Contains(t, plain, "<Event><![CDATA[change_contact]]></Event><ChangeType><![CDATA[delete_user]]></ChangeType><UserID><![CDATA[wang]]></UserID>")
	at := "&access_token=" + b.token(t, b.sim.world.AppSecret)
	wantCode(t, unknownUser, b.get(t, "user/get?userid=wang"+at))
	assert.NotContains(t, b.sim.world.group(SampleCustomerGroup).Members, "wang")

	require.NoError(t, b.sim.Murmur("li", SampleControlGroup, "x"))
	_, err = b.sim.RenameUser(t.Context(), "li", "limin")
	require.NoError(t, err)
	assert.Contains(t, string(b.all()[1].plain), "<UserID><![CDATA[li]]></UserID><NewUserID><![CDATA[limin]]></NewUserID>")
	assert.Equal(t, []string{"limin"}, b.sim.world.group(SampleCustomerGroup).Admins)
	assert.Equal(t, "limin", b.sim.Sees("limin")[0].From)
	_, err = b.sim.RenameUser(t.Context(), "limin", "boss")
	assert.Error(t, err)
	d, err := b.sim.RemovePerson(t.Context(), "wmCustomerHe00003")
	require.NoError(t, err)
	assert.True(t, d.Unheard)
	_, err = b.sim.RemovePerson(t.Context(), "nobody")
	assert.ErrorIs(t, err, ErrNobody)
}

func TestAppChat(t *testing.T) {
	b := start(t, silent)
	create := func(with j) j { return b.call(t, "appchat/create", with) }
	wantCode(t, badChatSize, create(j{"userlist": []string{"li"}}))
	wantCode(t, badChatMember, create(j{"userlist": []string{"li", "ghost"}}))
	wantCode(t, badChatOwner, create(j{"owner": "boss", "userlist": []string{"li", "wang"}}))
	wantCode(t, badChatName, create(j{"name": strings.Repeat("x", 51), "userlist": []string{"li", "wang"}}))
	wantCode(t, badChat, create(j{"chatid": "a-b", "userlist": []string{"li", "wang"}}))
	out := create(j{"name": "测试", "owner": "li", "userlist": []string{"li", "wang"}, "chatid": "test1"})
	wantCode(t, 0, out)
	wantCode(t, badChat, create(j{"userlist": []string{"li", "wang"}, "chatid": "test1"}))

	wantCode(t, 0, b.call(t, "appchat/update", j{"chatid": "test1", "name": "新名", "owner": "wang", "add_user_list": []string{"zhao"}, "del_user_list": []string{"li"}}))
	wantCode(t, badChatOwner, b.call(t, "appchat/update", j{"chatid": "test1", "del_user_list": []string{"wang"}, "add_user_list": []string{"sun"}}))
	wantCode(t, notOwnChat, b.call(t, "appchat/update", j{"chatid": SampleControlGroup}))
	at := "&access_token=" + b.token(t, b.sim.world.AppSecret)
	wantCode(t, unknownChat, b.get(t, "appchat/get?chatid=x"+at))
	info := as[j](t, b.get(t, "appchat/get?chatid=test1"+at)["chat_info"])
	assert.Equal(t, j{"chatid": "test1", "name": "新名", "owner": "wang", "userlist": []any{"wang", "zhao"}, "chat_type": 0.0}, info)

	wantCode(t, 0, b.call(t, "appchat/send", j{"chatid": "test1", "msgtype": "text", "text": j{"content": "大家好"}}))
	wantCode(t, badMsgType, b.call(t, "appchat/send", j{"chatid": "test1", "msgtype": "template_card", "template_card": cardOf("x")}))
	assert.Equal(t, "test1", b.sim.Sees("zhao")[0].Where)
	assert.Empty(t, b.sim.Sees("li"))
}

func TestWorldsThatDoNotFit(t *testing.T) {
	now := func() time.Time { return noon }
	_, err := New(SampleWorld().WithSecrets(rand.Reader), Options{})
	assert.ErrorContains(t, err, "clock")
	_, err = New(SampleWorld(), Options{Now: now})
	assert.Error(t, err, "a world without secrets")
	_, err = New(SampleWorld().WithSecrets(strings.NewReader("")), Options{Now: now})
	assert.Error(t, err, "a source that ran dry")
	bad := map[string]func(*World){
		"no corp":         func(w *World) { w.Corp = "" },
		"agent":           func(w *World) { w.AgentID = 0 },
		"bot name":        func(w *World) { w.BotName = "" },
		"same secret":     func(w *World) { w.CustomerContactSecret = w.AppSecret },
		"key":             func(w *World) { w.Bot.EncodingAESKey = "short" },
		"person twice":    func(w *World) { w.People = append(w.People, w.People[0]) },
		"person id":       func(w *World) { w.People[0].ID = "a b" },
		"group twice":     func(w *World) { w.Groups[1].ID = w.Groups[0].ID },
		"reserved group":  func(w *World) { w.Groups[0].ID = "bot" },
		"kind":            func(w *World) { w.Groups[0].Kind = "secret" },
		"owner outside":   func(w *World) { w.Groups[1].Owner = "xiaochen" },
		"customer inside": func(w *World) { w.Groups[0].Members = append(w.Groups[0].Members, "wmCustomerZhang01") },
		"ghost":           func(w *World) { w.Groups[0].Members = append(w.Groups[0].Members, "ghost") },
		"member twice":    func(w *World) { w.Groups[0].Members = append(w.Groups[0].Members, "li") },
		"customer admin":  func(w *World) { w.Groups[1].Admins = []string{"wmCustomerZhang01"} },
		"four admins":     func(w *World) { w.Groups[1].Admins = []string{"li", "boss", "wang", "zhao"} },
	}
	for name, change := range bad {
		w := SampleWorld().WithSecrets(rand.Reader)
		change(&w)
		_, err := New(w, Options{Now: now})
		assert.Error(t, err, name)
	}
}

func TestSecretsDiffer(t *testing.T) {
	a, b := SampleWorld().WithSecrets(rand.Reader), SampleWorld().WithSecrets(rand.Reader)
	assert.NotEqual(t, a.AppSecret, b.AppSecret)
	assert.NotEqual(t, a.App, a.Bot)
	assert.Equal(t, a, a.WithSecrets(rand.Reader), "a secret that is there stays")
}

// TestWhoMayServeCustomers is "获取配置了客户联系功能的成员列表": staff alone, and as the console says now.
func TestWhoMayServeCustomers(t *testing.T) {
	b := start(t, silent)
	list := func() []any {
		token := b.token(t, b.sim.world.CustomerContactSecret)
		out := b.get(t, "externalcontact/get_follow_user_list?access_token="+token)
		wantCode(t, 0, out)
		return as[[]any](t, out["follow_user"])
	}
	assert.NotContains(t, list(), "xiaochen")
	assert.Contains(t, list(), "li")
	assert.NotContains(t, list(), "wmCustomerZhang01")
	require.NoError(t, b.sim.SetContact("xiaochen", true))
	require.NoError(t, b.sim.SetContact("li", false))
	assert.Contains(t, list(), "xiaochen")
	assert.NotContains(t, list(), "li")
	assert.ErrorIs(t, b.sim.SetContact("wmCustomerZhang01", true), ErrNobody)
}
