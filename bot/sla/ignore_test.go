package sla_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/sla"
)

func TestWhatAsksForSomething(t *testing.T) {
	i := sla.Ignoring("下班了", "See you!")
	for text, asks := range map[string]bool{
		"好的": false, "好的。": false, "谢谢！！": false, "ok": false, "OK": false, "ＯＫ": false, "Ok~": false, "收到": false,
		"收到，谢谢": false, "好的 谢谢 [微笑]": false, "[微笑]": false, "[强][强]": false, "👍": false, "👨‍👩‍👧 ❤️": false, "。。。": false, "…": false,
		"thank you": false, "Thanks!": false, "got it": false, "下班了": false, "see you": false,
		"": true, "  ": true, "？": true, "ok?": true, "好的，什么时候发货": true, "okra": true, "谢谢您，请问订单呢": true, "1": true, "发货[微笑]": true,
		"[订单号]A1": true, "不好": true, "我收到一个坏的": true,
	} {
		assert.Equal(t, asks, i.Ask(text), text)
	}
}
