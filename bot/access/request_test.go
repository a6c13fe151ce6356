package access

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

func wishes(i Item) Wish {
	return Wish{Who: wang, Item: i, Until: inAnHour, Reason: "顶班", Source: "request"}
}

func fulfil(by chat.User, w Wish) wish {
	return func(f Facts) (Change, Decision) { return f.Grant(ops, by, w, noon) }
}

func fulfilOnDuty(w Wish) wish {
	return func(f Facts) (Change, Decision) {
		c, d, _ := f.GrantOnDuty(ops, w, noon)
		return c, d
	}
}

// onDuty is a world in which somebody is on shift, and the company lets them have muting then.
func onDuty(w world, who chat.User) world {
	w.company = append(w.company, Approval{What: "mute", Need: 1, Deny: 1, OnDuty: true, By: boss})
	w.onShift = []chat.User{who}
	return w
}

func TestWhoIsNotOnShiftIsNotGivenAnything(t *testing.T) {
	w := onDuty(staffed(role(wang, Junior, NoJob)), wang)
	w.onShift = nil
	_, _, ok := w.facts(t).GrantOnDuty(ops, wishes(Mute), noon)
	assert.False(t, ok)
	_, _, ok = onDuty(staffed(), wang).facts(t).GrantOnDuty(ops, wishes(Remove), noon)
	assert.False(t, ok, "the policy names muting alone")
	own := wishes(Mute)
	own.OwnShift = true
	_, _, ok = onDuty(staffed(role(wang, Junior, NoJob)), wang).facts(t).GrantOnDuty(ops, own, noon)
	assert.False(t, ok, "who plans the shifts would approve their own request")
}

func TestApproversAreThoseWhoCouldGiveJustThat(t *testing.T) {
	f := staffed(role(li, Senior, NoJob), role(wang, Mid, NoJob), role(zhang, Mid, Supervisor)).facts(t)
	assert.Equal(t, []chat.User{li, boss}, f.Approvers(ops, wishes(Mute), noon))
	assert.Equal(t, []chat.User{boss}, f.Approvers(ops, wishes(Admins), noon), "above 中级 only the company's setting counts")
	assert.Empty(t, f.Approvers(ops, Wish{Who: boss, Item: Mute, Until: inAnHour}, noon), "nobody acts on an owner")
	high := Wish{Who: wang, Level: Senior, Until: inAnHour}
	assert.Equal(t, []chat.User{boss}, f.Approvers(ops, high, noon))
	two := staffed(role(li, Senior, NoJob), role(zhang, Senior, NoJob), role(wang, Mid, NoJob))
	two.company = append(two.company, Approval{What: "senior", Need: 2, Deny: 1})
	assert.Equal(t, []chat.User{li, zhang, boss}, two.facts(t).Approvers(ops, high, noon), "where two must agree, they are each other's second")
}

func TestRulesAboutRequests(t *testing.T) {
	day, month := 24*time.Hour, 30*24*time.Hour
	f := company(Owner{boss}, Approval{What: "remove", Need: 2, Deny: 1}, Approval{What: AnyRequest, Need: 3, Deny: 2, Longest: time.Hour}).facts(t)
	assert.Equal(t, Approval{What: "remove", Need: 2, Deny: 1, Longest: day}, f.ApprovalOf("remove"))
	assert.Equal(t, 3, f.ApprovalOf("mute").Need)
	assert.Equal(t, time.Hour, f.ApprovalOf("mid").Longest)
	plain := company(Owner{boss}).facts(t)
	assert.Equal(t, Approval{What: "mute", Need: 1, Deny: 1, Longest: day}, plain.ApprovalOf("mute"))
	assert.Equal(t, month, plain.ApprovalOf("mid").Longest)

	for _, c := range []struct {
		name string
		by   chat.User
		want Approval
		rule Rule
	}{
		{"an owner's", boss, Approval{What: "mute", Need: 2, Deny: 1}, RuleOwner},
		{"not a 高级's", li, Approval{What: "mute", Need: 2, Deny: 1}, RuleTier},
		{"about something that can be asked for", boss, Approval{What: "nothing", Need: 1, Deny: 1}, RuleNothingGranted},
		{"not by more than there are", boss, Approval{What: "mute", Need: 6, Deny: 1}, RuleNothingGranted},
	} {
		_, d := staffed(role(li, Senior, NoJob)).facts(t).SetApproval(c.by, c.want, noon)
		assert.Equal(t, c.rule, d.Rule, c.name)
	}
	changes, d := f.SetApproval(boss, Approval{What: "remove"}, noon)
	require.True(t, d.Allowed)
	assert.Nil(t, changes[0].After, "one that needs nobody is taken away")
	assert.True(t, f.MayApply("", boss, changes, OtherChange, noon).Allowed)
	assert.Equal(t, RuleDefault, f.MayApply("", li, changes, OtherChange, noon).Rule)
}

func TestDelegations(t *testing.T) {
	f := company(Owner{boss}, Delegation{Who: li, To: wang, From: hourAgo, Until: inAnHour}).facts(t)
	assert.Equal(t, []chat.User{li}, f.StandsInFor(wang, noon))
	assert.Empty(t, f.StandsInFor(wang, inAnHour), "its end is exclusive")
	_, live := f.DelegateOf(li, hourAgo.Add(-1))
	assert.False(t, live)
	for _, c := range []struct {
		name    string
		who, to chat.User
		kind    chat.PersonKind
		until   time.Time
		rule    Rule
	}{
		{"to a colleague", boss, wang, chat.Staff, inAnHour, RuleGranted},
		{"not to a customer", boss, wang, chat.Customer, inAnHour, RuleNotStaff},
		{"not to oneself", boss, boss, chat.Staff, inAnHour, RuleSelf},
		{"not without a future", boss, wang, chat.Staff, noon, RuleNothingGranted},
	} {
		changes, d := f.Delegate(c.who, c.to, c.kind, c.until, noon)
		assert.Equal(t, c.rule, d.Rule, c.name)
		assert.Equal(t, d.Allowed, len(changes) == 1, c.name)
	}
	off, d := f.Delegate(li, "", "", time.Time{}, noon)
	require.True(t, d.Allowed)
	assert.Equal(t, RuleGranted, f.MayApply("", li, off, OtherChange, noon).Rule, "one's own needs no item")
	assert.Equal(t, RuleRank, f.MayApply("", zhang, off, OtherChange, noon).Rule)
	assert.True(t, f.MayApply("", boss, off, OtherChange, noon).Allowed)
	end, who, _ := EndOf(DelegationKey(li), off[0].Before)
	assert.Equal(t, inAnHour, end)
	assert.Equal(t, li, who)
}

func TestASecondPersonIsSomebodyElse(t *testing.T) {
	f := staffed(role(li, Senior, NoJob), role(zhang, Senior, NoJob), role(wang, Mid, NoJob)).facts(t)
	f.Consent = true
	changes, d := f.Appoint(ops, Appointment{By: li, Who: wang, WhoKind: chat.Staff, Level: Senior}, noon)
	require.True(t, d.Allowed)
	f.Consent = false
	about := []chat.User{wang}
	assert.Equal(t, []chat.User{zhang, boss}, f.Consenters(ops, li, about, Admins, changes, noon))
	for _, c := range []struct {
		by   chat.User
		rule Rule
	}{{li, RuleSelf}, {wang, RuleSelf}, {zhang, RuleGranted}, {boss, RuleOwner}, {kunde, RuleDefault}} {
		assert.Equal(t, c.rule, f.MayConsent(ops, c.by, li, about, Admins, changes, noon).Rule, c.by)
	}
	assert.True(t, f.MayWithConsent(ops, li, nil, NoItem, changes, noon).Allowed)
	assert.Equal(t, RuleDefault, f.MayWithConsent(ops, wang, nil, Admins, changes, noon).Rule)
}

func TestBrokenGlass(t *testing.T) {
	f := staffed(role(li, Senior, Sales), role(wang, Mid, NoJob), says(Deny, everyone, Rename)).facts(t)
	for _, c := range []struct {
		by   chat.User
		rule Rule
	}{{li, RuleGranted}, {wang, RuleCeiling}, {zhang, RuleDefault}} {
		_, _, d := f.BreakGlass(ops, c.by, "急", noon)
		assert.Equal(t, c.rule, d.Rule, c.by)
	}
	none, _, d := f.BreakGlass(ops, boss, "急", noon)
	assert.True(t, d.Allowed)
	assert.Empty(t, none, "an owner has everything anyway")

	changes, still, _ := f.BreakGlass(ops, li, "急", noon)
	assert.Equal(t, ItemsOf(Rename), still, "what is denied for good stays denied")
	after, err := f.After(ops, changes)
	require.NoError(t, err)
	assert.True(t, Decide(after, Request{Actor: li, Item: Mute, Group: ops, At: noon}).Allowed)
	assert.False(t, Decide(after, Request{Actor: li, Item: Mute, Group: ops, At: noon.Add(GlassFor)}).Allowed)
	again, _, _ := after.BreakGlass(ops, li, "急", noon)
	assert.Empty(t, again, "no second one while one counts")
	ended, err := after.After(ops, after.EndGlass(ops, li, noon))
	require.NoError(t, err)
	assert.False(t, Decide(ended, Request{Actor: li, Item: Mute, Group: ops, At: noon}).Allowed)
	assert.Empty(t, f.EndGlass(ops, li, noon))
	_, isGlass := GlassOf(changes[0].Key, changes[0].After)
	assert.True(t, isGlass)
	_, isGlass = GlassOf("role/li", json.RawMessage(`{}`))
	assert.False(t, isGlass)
}
