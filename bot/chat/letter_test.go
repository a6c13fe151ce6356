package chat

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestWhichClassesALinkTakes(t *testing.T) {
	for _, c := range []struct {
		list  []string
		class string
		want  bool
	}{
		{[]string{"access.granted"}, "access.granted", true},
		{[]string{"access.granted"}, "access.revoked", false},
		{[]string{"access.*"}, "access.revoked", true},
		{[]string{"access.*"}, "accessory.bought", false},
		{[]string{"*"}, "command.refused", true},
		{[]string{"*"}, OfPortrait, false},
		{[]string{"*"}, OfTest, false},
		{[]string{"*", OfPortrait}, OfPortrait, true},
		{nil, "access.granted", false},
	} {
		assert.Equal(t, c.want, Takes(c.list, c.class), "%v %s", c.list, c.class)
	}
}

func TestAPortraitIsFlatForAMapping(t *testing.T) {
	at := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	p := Portrait{
		User: "li", Name: "李", Level: "senior", AsOf: at, DutyHours: 12.5,
		Roles:      []Held{{Group: "g1", Name: "华东", Level: "senior"}, {Group: "g1", Level: "junior", Job: "service", Until: at}},
		Indicators: []Measure{{Name: "response_hours", Value: 1.5, Verdict: "passed"}, {Name: "quality", Verdict: "too_few"}},
	}
	assert.Equal(t, map[string]string{
		"user": "li", "name": "李", "department": "", "level": "senior", "job": "", "active": "true", "groups": "1",
		"roles": "华东: senior\ng1: junior/service, until 2026-03-02T01:00:00Z", "duty_hours": "12.5", "as_of": "2026-03-02T01:00:00Z",
		"indicator_response_hours": "1.5", "verdict_response_hours": "passed", "verdict_quality": "too_few",
	}, p.Fields())
	for _, name := range FieldNames() {
		assert.Contains(t, Portrait{}.Fields(), name)
	}
	assert.Equal(t, "false", Portrait{}.Fields()["active"], "somebody without a role is no admin any more")
}
