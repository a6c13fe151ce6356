package moderation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/moderation"
)

func TestWarningsCountForNinetyDays(t *testing.T) {
	p := play(t)
	warn := func(day, want int) {
		t.Helper()
		e, n, err := p.book().Warn("G1", moderation.Warning{
			Code: fmt.Sprint(day), Who: "zhao", By: "li", At: noon.AddDate(0, 0, day), Reason: "noise",
		})
		require.NoError(t, err)
		assert.Equal(t, want, n, "day %d", day)
		p.happens(e)
	}
	warn(0, 1)
	warn(10, 2)
	warn(89, 3)
	warn(90, 3) // the first counts no more
	assert.Len(t, p.records, 3, "and is off the book")
	assert.Len(t, p.book().Warnings("zhao", noon.AddDate(0, 0, 99)), 3)
	assert.Len(t, p.book().Warnings("zhao", noon.AddDate(0, 0, 100)), 2)
	assert.Empty(t, p.book().Warnings("li", noon))

	_, _, err := p.book().Warn("G1", moderation.Warning{Code: "90", Who: "zhao", At: noon, Reason: "x"})
	require.ErrorIs(t, err, moderation.ErrSame)
	_, _, err = p.book().Warn("G1", moderation.Warning{Code: "x", Who: "zhao", At: noon, Reason: " "})
	require.ErrorIs(t, err, moderation.ErrNoReason)
	of := moderation.Warning{Code: "x", Who: "zhao", At: noon, Of: map[moderation.What]int{moderation.File: 2}}
	assert.Equal(t, "发文件 2 次", of.Why().ZH)
	_, _, err = p.book().Warn("G1", of)
	assert.NoError(t, err, "what was seen is a reason")
}

func TestTheLadder(t *testing.T) {
	for n, want := range map[int]time.Duration{-1: 0, 0: 0, 1: 0, 2: time.Hour, 3: 24 * time.Hour, 4: 7 * 24 * time.Hour, 9: 7 * 24 * time.Hour} {
		assert.Equal(t, want, moderation.Rung(n), n)
	}
}

func TestRules(t *testing.T) {
	b := play(t).book()
	_, ok := b.Rules()
	assert.False(t, ok)
	_, err := b.SetRules("G1", moderation.Rules{Text: " "})
	require.ErrorIs(t, err, moderation.ErrSame)
	_, err = b.SetRules("G1", moderation.Rules{Text: strings.Repeat("长", moderation.LongestRules+1)})
	require.ErrorIs(t, err, moderation.ErrTooLong)
	e, err := b.SetRules("G1", moderation.Rules{Text: " be kind ", By: "li", At: noon})
	require.NoError(t, err)
	records := map[string][]byte{e.Changes[0].Key: e.Changes[0].After}
	assert.Contains(t, string(records["rules"]), `"be kind"`)
}
