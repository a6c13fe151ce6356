package wecom

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// TestContactRight is what may be concluded about 客户联系, and what may not.
func TestContactRight(t *testing.T) {
	const own = "contact-secret"
	for _, c := range []struct {
		name, secret, list string
		boss, jack         chat.Right
	}{
		{"the list of 客户联系", own, `{"errcode":0,"follow_user":["boss"]}`, chat.RightHeld, chat.RightMissing},
		{"the list that an app may see", "", `{"errcode":0,"follow_user":["boss"]}`, chat.RightHeld, ""},
		{"an empty list", own, `{"errcode":0,"follow_user":[]}`, "", ""},
		{"no permission", own, `{"errcode":48002,"errmsg":"api forbidden"}`, "", ""},
		{"busy", own, `{"errcode":-1}`, "", ""},
	} {
		s := newStage(t, func(cfg *Config) { cfg.CustomerContactSecret = c.secret })
		s.office.answers["externalcontact/get_follow_user_list"] = []string{c.list}
		s.office.answers["externalcontact/groupchat/get"] = []string{`{"errcode":0,"group_chat":{"chat_id":"wrG","owner":"boss",
			"member_list":[{"userid":"boss","type":1},{"userid":"jack","type":1},{"userid":"wmC","type":2}]}}`}
		for range 2 {
			got, err := s.Observe(t.Context(), "wrG")
			require.NoError(t, err)
			assert.Equal(t, []chat.Right{c.boss, c.jack, ""}, []chat.Right{
				got.Members[0].Contact, got.Members[1].Contact, got.Members[2].Contact}, c.name)
		}
		assert.Len(t, s.office.to("externalcontact/get_follow_user_list"), 1, "%s: asked once for many groups", c.name)
	}
}

// TestContactRightIsAskedAgain: a right that was given in the console is seen with the next re-read of the groups.
func TestContactRightIsAskedAgain(t *testing.T) {
	now := time.Unix(exampleTime, 0)
	s := newStage(t, func(c *Config) {
		c.CustomerContactSecret, c.Now = "contact-secret", func() time.Time { return now }
	})
	s.office.answers["externalcontact/get_follow_user_list"] = []string{
		`{"errcode":0,"follow_user":["boss"]}`, `{"errcode":0,"follow_user":["boss","jack"]}`,
	}
	s.office.answers["user/get"] = []string{`{"errcode":0,"userid":"jack","name":"杰克","status":1}`}
	for _, want := range []chat.Right{chat.RightMissing, chat.RightHeld} {
		p, err := s.Person(t.Context(), "jack")
		require.NoError(t, err)
		assert.Equal(t, want, p.Contact)
		now = now.Add(15 * time.Minute)
	}
}

// TestCheckFindsAMissingRight: a token alone does not let the bot read customer groups.
func TestCheckFindsAMissingRight(t *testing.T) {
	s := newStage(t, func(c *Config) { c.CustomerContactSecret = "contact-secret" })
	s.office.answers["externalcontact/get_follow_user_list"] = []string{`{"errcode":60011,"errmsg":"no privilege"}`}
	var found []string
	for _, c := range s.Check(t.Context()) {
		if c.Err == nil {
			continue
		}
		found = append(found, c.Name)
		f, ok := asFault(c.Err)
		require.True(t, ok)
		hint, noRight := f.Advice()
		assert.True(t, noRight)
		assert.NotEmpty(t, hint.ZH)
	}
	assert.Equal(t, []string{"wecom.customer_contact.secret"}, found)
}

// TestReported: what is kept of a fault as a text still tells what to do.
func TestReported(t *testing.T) {
	for code, noRight := range map[int]bool{48002: true, 60011: true, 84074: true, 60111: false, 40001: false, -1: false} {
		kept := fmt.Errorf("deliver: %w", refused("message/send", code, "no privilege"))
		f, ok := asFault(Reported(kept.Error()))
		require.True(t, ok, code)
		assert.Equal(t, []any{"message/send", code, noRight}, []any{f.Op, f.Code, f.NoRight})
	}
	for _, text := range []string{"", "call message/send: http status 502: Bad Gateway", "errcode 48002"} {
		assert.NoError(t, Reported(text), text)
	}
}
