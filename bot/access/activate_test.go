package access

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// activated is a running activation.
func activated(who chat.User, l Level, until time.Time) Role {
	r := temp(who, l, NoJob, until)
	r.Active, r.By, r.Source = true, who, FromEligibility
	return r
}

func suspended(r Role) Role               { r.Suspended = true; return r }
func ending(r Role, until time.Time) Role { r.Until = until; return r }
func narrowed(r Role, items ...Item) Role { r.Only = ItemsOf(items...); return r }

func activate(who chat.User, length time.Duration, items ...Item) wish {
	return func(f Facts) (Change, Decision) {
		c, d, err := f.Activate(ops, Activation{Who: who, Only: ItemsOf(items...), For: length, Reason: "客户投诉"}, noon)
		if err != nil {
			return nil, Decision{}
		}
		return c, d
	}
}

func appointEligible(by, who chat.User, l Level) wish {
	return func(f Facts) (Change, Decision) {
		return f.Appoint(ops, Appointment{By: by, Who: who, WhoKind: chat.Staff, Level: l, Eligible: true}, noon)
	}
}

func appointOnDuty(by, who chat.User, l Level) wish {
	return func(f Facts) (Change, Decision) {
		return f.Appoint(ops, Appointment{By: by, Who: who, WhoKind: chat.Staff, Level: l, OnDuty: true}, noon)
	}
}

// TestAnActivationIsBounded: one to twenty-four hours, a reason, and never beyond the eligibility.
func TestAnActivationIsBounded(t *testing.T) {
	f := staffed(eligible(role(wang, Mid, Supervisor))).facts(t)
	for _, c := range []struct {
		want Activation
		err  error
	}{
		{Activation{For: time.Hour, Reason: "投诉"}, nil},
		{Activation{For: 24 * time.Hour, Reason: "投诉"}, nil},
		{Activation{For: time.Hour - 1, Reason: "投诉"}, ErrActivationLength},
		{Activation{For: 24*time.Hour + 1, Reason: "投诉"}, ErrActivationLength},
		{Activation{Reason: "投诉"}, ErrActivationLength},
		{Activation{For: time.Hour}, ErrNoReason},
	} {
		c.want.Who = wang
		changes, d, err := f.Activate(ops, c.want, noon)
		assert.ErrorIs(t, err, c.err, "%+v", c.want)
		assert.True(t, d.Allowed, "to be eligible is one thing, to ask rightly another")
		assert.Equal(t, c.err == nil, len(changes) > 0, "%+v", c.want)
	}

	changes, _, err := f.Activate(ops, Activation{Who: wang, Only: ItemsOf(Mute), For: 2 * time.Hour, Reason: "投诉"}, noon)
	require.NoError(t, err)
	require.Len(t, changes, 1)
	assert.Equal(t, "active/wang", changes[0].Key)
	assert.JSONEq(t, `{"who":"wang","level":"mid","job":"supervisor","from":"2026-03-01T12:00:00Z","until":"2026-03-01T14:00:00Z",
		"by":"wang","reason":"投诉","at":"2026-03-01T12:00:00Z","source":"eligible","only":["mute"],"active":true}`, string(changes[0].After))

	soon := staffed(ending(eligible(role(wang, Mid, NoJob)), noon.Add(30*time.Minute))).facts(t)
	changes, _, err = soon.Activate(ops, Activation{Who: wang, For: time.Hour, Reason: "投诉"}, noon)
	require.NoError(t, err)
	assert.Equal(t, noon.Add(30*time.Minute), asRole(t, changes[0].After).Until, "it ends with the eligibility")
}

// TestAnActivationGivesWhatItSaysWhileItRuns walks the moments around both ends.
func TestAnActivationGivesWhatItSaysWhileItRuns(t *testing.T) {
	w := staffed(eligible(role(wang, Mid, Supervisor)))
	f := w.facts(t)
	may := func(f Facts, i Item, at time.Time) Decision {
		return Decide(f, Request{Actor: wang, Item: i, Group: ops, At: at})
	}
	assert.Equal(t, RuleNotActivated, may(f, Mute, noon).Rule)
	c, _ := activate(wang, time.Hour, Mute)(f)
	after, err := f.After(ops, c)
	require.NoError(t, err)
	assert.True(t, may(after, Mute, noon).Allowed)
	assert.True(t, may(after, Mute, inAnHour.Add(-1)).Allowed)
	assert.Equal(t, RuleNotActivated, may(after, Mute, inAnHour).Rule, "it may be activated again")
	assert.Equal(t, RuleNotActivated, may(after, Recall, noon).Rule, "one item was named")
	assert.Equal(t, []chat.User{wang}, after.Admins(ops, noon))
	assert.Empty(t, after.Admins(ops, inAnHour))
	assert.Empty(t, f.Admins(ops, noon), "who is only eligible is no admin")
}

// TestOneActivationMakesRoomForAnother only if nothing is lost by it.
func TestOneActivationMakesRoomForAnother(t *testing.T) {
	for _, c := range []struct {
		name    string
		running Role
		length  time.Duration
		items   []Item
		err     error
	}{
		{"a longer one", activated(wang, Mid, inAnHour), 2 * time.Hour, nil, nil},
		{"a shorter one", activated(wang, Mid, inAnHour.Add(time.Hour)), time.Hour, nil, ErrActivated},
		{"the same again", activated(wang, Mid, inAnHour), time.Hour, nil, ErrActivated},
		{"more, as long", narrowed(activated(wang, Mid, inAnHour), Recall), time.Hour, nil, nil},
		{"other things", narrowed(activated(wang, Mid, inAnHour), Recall), 2 * time.Hour, []Item{Files}, ErrActivated},
		{"less", activated(wang, Mid, inAnHour), 2 * time.Hour, []Item{Files}, ErrActivated},
		{"one that is over", activated(wang, Mid, noon), time.Hour, []Item{Files}, nil},
	} {
		f := staffed(eligible(role(wang, Mid, NoJob)), c.running).facts(t)
		_, _, err := f.Activate(ops, Activation{Who: wang, Only: ItemsOf(c.items...), For: c.length, Reason: "投诉"}, noon)
		assert.ErrorIs(t, err, c.err, c.name)
	}
}

// TestAnActivationEndsWithItsEligibility, whoever ends or changes that.
func TestAnActivationEndsWithItsEligibility(t *testing.T) {
	w := staffed(role(li, Senior, NoJob), eligible(role(wang, Mid, Supervisor)), activated(wang, Mid, inAnHour))
	keys := func(c Change) []string {
		var out []string
		for _, one := range c {
			out = append(out, one.Key)
		}
		return out
	}
	c, d := dismiss(li, wang)(w.facts(t))
	require.True(t, d.Allowed)
	assert.Equal(t, []string{"eligible/wang", "active/wang"}, keys(c))

	c, d = relevel(boss, wang, Senior)(w.facts(t))
	require.True(t, d.Allowed)
	assert.Equal(t, []string{"eligible/wang", "active/wang"}, keys(c), "it was of another level")

	c, d = appointEligible(boss, wang, Mid)(w.facts(t))
	require.True(t, d.Allowed)
	assert.Equal(t, []string{"eligible/wang"}, keys(c), "what the new one allows goes on")
}

func TestDeactivate(t *testing.T) {
	f := staffed(role(li, Senior, NoJob), eligible(role(wang, Senior, NoJob)), activated(wang, Senior, inAnHour)).facts(t)
	c, d, err := f.Deactivate(ops, wang, noon)
	require.NoError(t, err)
	require.True(t, d.Allowed)
	require.Len(t, c, 1)
	assert.Equal(t, "active/wang", c[0].Key)
	_, _, err = f.Deactivate(ops, li, noon)
	assert.ErrorIs(t, err, ErrNoActivation)
}

// TestAnActivationIsUndoneByWhoeverMadeIt, and comes back by the rules of activations, not as a grant to oneself.
func TestAnActivationIsUndoneByWhoeverMadeIt(t *testing.T) {
	w := staffed(role(li, Senior, NoJob), eligible(role(wang, Mid, NoJob)))
	f := w.facts(t)
	c, _ := activate(wang, time.Hour)(f)
	running, err := f.After(ops, c)
	require.NoError(t, err)
	assert.True(t, running.MayApply(ops, wang, opposite(c), OtherChange, noon).Allowed)
	assert.True(t, running.MayApply(ops, li, opposite(c), OtherChange, noon).Allowed, "a superior ends it")
	assert.Equal(t, RuleDefault, running.MayApply(ops, zhang, opposite(c), OtherChange, noon).Rule)

	assert.Equal(t, RuleEligible, f.MayApply(ops, wang, c, OtherChange, noon).Rule, "ended and taken back")
	assert.Equal(t, RuleNothingGranted, f.MayApply(ops, wang, c, OtherChange, inAnHour).Rule, "it would be over")
	none := staffed(role(li, Senior, NoJob)).facts(t)
	assert.Equal(t, RuleNotEligible, none.MayApply(ops, wang, c, OtherChange, noon).Rule)
	forged := asRole(t, c[0].After)
	forged.Until = noon.Add(25 * time.Hour)
	assert.Equal(t, RuleNothingGranted, f.MayApply(ops, wang, Change{set(Book{}, ops, forged.Key(), &forged)}, OtherChange, noon).Rule)
}

// TestAnActivationIsExtendedWithinItsBounds, by an admin.
func TestAnActivationIsExtendedWithinItsBounds(t *testing.T) {
	f := staffed(role(li, Senior, NoJob), ending(eligible(role(wang, Mid, NoJob)), noon.Add(3*time.Hour)), activated(wang, Mid, inAnHour)).facts(t)
	_, d, err := f.Extend(ops, li, wang, noon.Add(3*time.Hour), noon)
	require.NoError(t, err)
	assert.True(t, d.Allowed)
	_, _, err = f.Extend(ops, li, wang, noon.Add(3*time.Hour+1), noon)
	assert.ErrorIs(t, err, ErrActivationLength, "the eligibility ends before")
}

// TestWhatIsExtendedFirst: the temporary role, then the activation, then the eligibility.
func TestWhatIsExtendedFirst(t *testing.T) {
	all := []any{temp(wang, Mid, NoJob, inAnHour), activated(wang, Mid, inAnHour), ending(eligible(role(wang, Mid, NoJob)), inAnHour)}
	for i, want := range []string{"temp/wang", "active/wang", "eligible/wang"} {
		r, ok := staffed(all[i:]...).facts(t).Extendable(ops, wang, noon)
		require.True(t, ok)
		assert.Equal(t, want, r.Key())
	}
	_, ok := staffed(eligible(role(wang, Mid, NoJob)), temp(wang, Mid, NoJob, noon)).facts(t).Extendable(ops, wang, noon)
	assert.False(t, ok, "without an end, or over, there is nothing to extend")
	c, d, err := staffed(ending(eligible(role(wang, Mid, NoJob)), inAnHour)).facts(t).Extend(ops, boss, wang, inAnHour.Add(time.Hour), noon)
	require.NoError(t, err)
	require.True(t, d.Allowed)
	assert.Equal(t, "eligible/wang", c[0].Key)
}

// TestTheBoundIsTold: the refusal names when the grantor's own right ends.
func TestTheBoundIsTold(t *testing.T) {
	_, d := appoint(li, wang, Mid, NoJob)(staffed(temp(li, Senior, NoJob, inAnHour)).facts(t))
	assert.Equal(t, inAnHour, d.Bound())
	_, d = appoint(li, wang, Mid, Sales)(staffed(role(li, Senior, Operations)).facts(t))
	assert.Zero(t, d.Bound(), "what is not held at all has no end")
}
