package commands

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/kpi"
	"qunguan/bot/review"
)

// TestIndicatorsOfWhoIsReviewed: what a reviewer reads of the three indicators; of what nobody tells, no number.
func TestIndicatorsOfWhoIsReviewed(t *testing.T) {
	heard := func(n int64, took time.Duration) *review.Answers { return &review.Answers{Handled: n, Handling: took} }
	for _, c := range []struct {
		of   review.Evidence
		aims kpi.Targets
		want string
	}{
		{review.Evidence{}, kpi.Targets{}, "无消息来源，没有投诉"},
		{review.Evidence{Results: review.Results{Caught: 2}}, kpi.Targets{}, "无消息来源，没有投诉，拦截 2 次"},
		{review.Evidence{Answers: heard(0, 0)}, kpi.Targets{}, "没有处理过客户的事，没有投诉，拦截 0 次"},
		{review.Evidence{Answers: heard(3, 2*time.Hour), Results: review.Results{Complaints: 20, Solved: 19}}, kpi.Targets{},
			"处理 3 件，平均 2小时（达标），投诉 20 件，解决 19 件（达标），拦截 0 次"},
		{review.Evidence{Answers: heard(1, 2*time.Hour+time.Minute), Results: review.Results{Complaints: 2, Solved: 1, Caught: 7}}, kpi.Targets{},
			"处理 1 件，平均 2小时1分钟（不达标），投诉 2 件，解决 1 件（不达标），拦截 7 次"},
		{review.Evidence{Answers: heard(1, 2*time.Hour), Results: review.Results{Complaints: 2, Solved: 1}}, kpi.Targets{Handling: time.Hour, Solved: 50},
			"处理 1 件，平均 2小时（不达标），投诉 2 件，解决 1 件（达标），拦截 0 次"},
	} {
		assert.Equal(t, c.want, kpiText(c.aims, c.of).ZH)
	}
}
