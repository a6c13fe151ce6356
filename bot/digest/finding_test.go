package digest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/digest"
)

func plain(s string) string { return s }

// TestNothingToSay: then there is neither a card nor a text.
func TestNothingToSay(t *testing.T) {
	for _, found := range [][]digest.Finding{nil, {{Topic: digest.OfGaps, Group: "G"}}} {
		assert.Nil(t, digest.Card(chat.Same("t"), chat.Text{}, found))
		assert.Empty(t, digest.Text(found, plain))
	}
}

// TestACardHasSixOfEach and leads on into commands; the text says all topics.
func TestACardHasSixOfEach(t *testing.T) {
	var found []digest.Finding
	for i, topic := range digest.Topics() {
		for n := range 7 {
			found = append(found, digest.Finding{
				Topic: topic, Group: chat.Group("G" + string(rune('1'+n))), Name: chat.Same("群"), N: 10*i + n + 5,
				Lines: []chat.Text{chat.Same("a"), chat.Same("b"), chat.Same("c"), chat.Same("d")},
			})
		}
	}
	card := digest.Card(chat.Same("简报"), chat.Same("上周"), found)
	require.NotNil(t, card)
	assert.Len(t, card.Fields, 6)
	assert.Len(t, card.Buttons, 6)
	assert.Equal(t, "/digest", card.Buttons[5].Command)
	assert.Equal(t, "机器人故障", card.Fields[0].Name.ZH, "the most urgent first")
	assert.True(t, strings.HasSuffix(card.Buttons[0].Command, "#G7"), "the group with most: %s", card.Buttons[0].Command)
	for _, b := range card.Buttons {
		assert.LessOrEqual(t, len([]rune(b.Label.ZH)), 10)
		assert.LessOrEqual(t, len([]rune(b.Label.EN)), 10)
	}
	text := chat.Lines(digest.Text(found, plain)...).ZH
	for _, topic := range digest.Topics() {
		assert.Contains(t, text, "**"+topic.Title().ZH+"**")
	}
	assert.Contains(t, text, "还有 2 个群")
	assert.Contains(t, text, "…还有 1 条")
	assert.Less(t, len(text), 6000)
}

// TestEachTopicCountsInItsOwnUnit: four refusals of one person are four, customers are people, and one line alone needs no
// count before it.
func TestEachTopicCountsInItsOwnUnit(t *testing.T) {
	found := []digest.Finding{
		{Topic: digest.OfNos, Group: "G", N: 4, Lines: []chat.Text{chat.Same("孙悦 被拒 4 次")}},
		{Topic: digest.OfNos, Group: "H", N: 2, More: true, Lines: []chat.Text{chat.Same("李敏 被拒 2 次")}},
		{Topic: digest.OfWaiting, Group: "G", N: 3, Lines: []chat.Text{chat.Same("还有 3 位客户在等，最久4天")}},
		{Topic: digest.OfWaiting, Group: "H", N: 1, Lines: []chat.Text{chat.Same("还有 1 位客户在等，最久2天")}},
		{Topic: digest.OfGaps, Group: "G", N: 1, Lines: []chat.Text{chat.Same("09:00 到 13:00")}},
	}
	card := digest.Card(chat.Same("简报"), chat.Text{}, found)
	require.NotNil(t, card)
	var got []string
	for _, f := range card.Fields {
		got = append(got, f.Name.ZH+"："+f.Value.ZH)
	}
	assert.Equal(t, []string{
		"客户在等：4 位，2 个群，如：还有 3 位客户在等，最久4天", "无人值班：09:00 到 13:00", "被拒的操作：6 次以上，2 个群，如：孙悦 被拒 4 次",
	}, got)
	assert.Equal(t, "/sla all", card.Buttons[0].Command)
	assert.Equal(t, "/sla #G", digest.Card(chat.Same("简报"), chat.Text{}, found[2:3]).Buttons[0].Command)
	assert.Contains(t, chat.Lines(digest.Text(found, plain)...).ZH, "**被拒的操作**：6 次以上，2 个群")
}

// TestNobodyIsToldOfTheirOwnSuspicion; what else there is they are told.
func TestNobodyIsToldOfTheirOwnSuspicion(t *testing.T) {
	line := chat.Same
	found := []digest.Finding{
		{Topic: digest.OfActs, Group: "G", N: 3, Lines: []chat.Text{line("li 1"), line("wang"), line("li 2")}, Whose: []chat.User{"li", "wang", "li"}},
		{Topic: digest.OfActs, N: 1, Lines: []chat.Text{line("li 3")}, Whose: []chat.User{"li"}},
		{Topic: digest.OfNos, Group: "G", N: 1, Lines: []chat.Text{line("li was refused")}},
	}
	assert.Equal(t, []digest.Finding{
		{Topic: digest.OfActs, Group: "G", N: 1, Lines: []chat.Text{line("wang")}, Whose: []chat.User{"wang"}}, found[2],
	}, digest.For("li", found))
	assert.Equal(t, found, digest.For("boss", found))
	assert.Empty(t, digest.For("li", found[1:2]))
}

// TestButtonsLookWhereItWas: in the group, or, of what belongs to none, in the whole company.
func TestButtonsLookWhereItWas(t *testing.T) {
	of := func(topic digest.Topic, g chat.Group) string {
		return digest.Card(chat.Same("t"), chat.Same("b"), []digest.Finding{{Topic: topic, Group: g, N: 1, Lines: []chat.Text{chat.Same("l")}}}).Buttons[0].Command
	}
	assert.Equal(t, "/audit refused #G1", of(digest.OfNos, "G1"))
	assert.Equal(t, "/audit refused everywhere", of(digest.OfNos, ""))
	assert.Equal(t, "/audit everywhere", of(digest.OfActs, ""))
	assert.Equal(t, "/status", of(digest.OfBot, ""))
}

func TestThePeriodIsNamedByItsFirstDay(t *testing.T) {
	for at, want := range map[string][2]string{
		"2026-11-23T09:00": {"2026-11-23", "2026-11-23"},
		"2026-11-29T23:59": {"2026-11-23", "2026-11-29"},
		"2027-01-01T09:00": {"2026-12-28", "2027-01-01"},
	} {
		now, err := time.Parse("2006-01-02T15:04", at)
		require.NoError(t, err)
		assert.Equal(t, want[0], digest.SpanOf(digest.Weekly, now).Day())
		assert.Equal(t, want[1], digest.SpanOf(digest.Daily, now).Day())
	}
}
