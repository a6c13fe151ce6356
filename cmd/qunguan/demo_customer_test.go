package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/platform/simulator"
)

// next is the next moment that the demo waits for.
func (v visitor) next() time.Time {
	v.t.Helper()
	var c clockView
	v.do(http.MethodGet, "/sim/clock", nil, &c)
	require.NotNil(v.t, c.Next)
	return *c.Next
}

// TestACustomerIsHeardInTheDemo writes in a customer group, where no bot can be: through the archive pipeline the bot
// hears that a customer waits, that somebody answered, and that a question was taken back.
func TestACustomerIsHeardInTheDemo(t *testing.T) {
	v := visit(t, demoMorning)
	before := v.next()
	within := func() time.Duration { return v.next().Sub(demoMorning).Truncate(time.Second) }

	v.say("wmCustomerZhang01", simulator.SampleCustomerGroup, "在吗？我们的货什么时候到？")
	assert.Equal(t, 20*time.Minute, within(), "a group of ten is answered within half an hour: at two thirds of it somebody is told")
	v.say("zhao", simulator.SampleCustomerGroup, "您好，我马上为您查")
	assert.Equal(t, before, v.next(), "answered")

	v.pass(clockWish{Advance: "1m"})
	v.say("wmCustomerLiu0002", simulator.SampleCustomerGroup, "发错群了")
	require.Equal(t, 21*time.Minute, within())
	said, ok := v.last("wmCustomerLiu0002", "发错群了")
	require.True(t, ok)
	var d simulator.Delivery
	v.do(http.MethodPost, "/sim/recall", map[string]any{"who": "wmCustomerLiu0002", "n": said.N}, &d)
	assert.Equal(t, http.StatusOK, d.Status)
	assert.Equal(t, before, v.next(), "nobody waits for an answer to what was taken back")
}

// TestTheDemoShowsACustomerWaiting plays what the README says: a customer writes, and then only time passes.
func TestTheDemoShowsACustomerWaiting(t *testing.T) {
	v := visit(t, demoMorning)
	v.say("zhao", "", "/签到")
	v.say("wmCustomerZhang01", simulator.SampleCustomerGroup, "在吗？我们的货什么时候到？")
	told := func(who, word string) bool {
		card := func() bool {
			var seen []simulator.Shown
			v.do(http.MethodGet, "/sim/sees?who="+who, nil, &seen)
			for _, s := range seen {
				if s.Card != nil && strings.Contains(fmt.Sprint(*s.Card), word) {
					return true
				}
			}
			return false
		}
		_, text := v.last(who, word)
		return text || card()
	}
	v.pass(clockWish{Advance: "19m"})
	assert.False(t, told("zhao", "客户在等您回复"))
	v.pass(clockWish{Advance: "2m"})
	assert.True(t, told("zhao", "客户在等您回复"), "whoever is on duty hears in time")
	assert.False(t, told("wang", "客户等待超时"))
	v.pass(clockWish{Advance: "10m"})
	assert.True(t, told("wang", "客户等待超时"), "the backup takes over")
	v.say("boss", "", "/值班")
	assert.True(t, told("boss", "B 角接管"))
	assert.False(t, told("li", "客户等待超时"))
	v.pass(clockWish{Advance: "5m"})
	assert.True(t, told("li", "客户等待超时"), "the manager knows")
	v.say("zhao", simulator.SampleCustomerGroup, "抱歉久等，货明天到")
	v.pass(clockWish{Advance: "1m"})
	v.say("li", "", "/响应")
	assert.True(t, told("li", "没有未处理的等待"))
	v.say("boss", "", "/值班")
	s, ok := v.last("boss", "现在：")
	require.True(t, ok)
	assert.Contains(t, s.Text, "赵倩", "who answers has the turn back")
}
