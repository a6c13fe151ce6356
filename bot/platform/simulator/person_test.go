package simulator

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheAddressBookChanges(t *testing.T) {
	b := start(t, silent)
	at := "&access_token=" + b.token(t, b.sim.world.AppSecret)
	_, err := b.sim.ChangePosition(t.Context(), "sun", "客服主管")
	require.NoError(t, err)
	assert.Equal(t, "客服主管", b.get(t, "user/get?userid=sun"+at)["position"])
	_, err = b.sim.ChangeDepartments(t.Context(), "sun", "华东销售部", "运营部")
	require.NoError(t, err)
	assert.Equal(t, []any{5.0, 7.0}, b.get(t, "user/get?userid=sun"+at)["department"])
	_, err = b.sim.ChangeDepartments(t.Context(), "sun")
	require.NoError(t, err)
	assert.Equal(t, []any{1.0}, b.get(t, "user/get?userid=sun"+at)["department"], "who is in none stands in the company")

	_, err = b.sim.ChangePosition(t.Context(), "ghost", "x")
	require.ErrorIs(t, err, ErrNobody)
	_, err = b.sim.ChangePosition(t.Context(), "wmCustomerZhang01", "x")
	require.ErrorIs(t, err, ErrNotStaff)
	_, err = b.sim.ChangeDepartments(t.Context(), "sun", "月球部")
	require.ErrorContains(t, err, "月球部")
}

func TestWhoseCustomer(t *testing.T) {
	b := start(t, silent)
	at := "&access_token=" + b.token(t, b.sim.world.CustomerContactSecret)
	out := b.get(t, "externalcontact/get?external_userid=wmCustomerHe00003"+at)
	wantCode(t, 0, out)
	list := as[[]any](t, out["follow_user"])
	require.Len(t, list, 2)
	assert.Equal(t, "wang", as[j](t, list[0])["userid"])
	wantCode(t, noContact, b.get(t, "externalcontact/get?external_userid=wmCustomerWu00004"+at))
	wantCode(t, noContact, b.get(t, "externalcontact/get?external_userid=li"+at))
}
