package document_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"qunguan/bot/document"
)

func TestSheet(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	s, err := document.NewSheet("审计", zone, document.Heading{Name: "编号", Width: 8}, document.Heading{Name: "时间", Width: 20},
		document.Heading{Name: "原因", Width: 30, Wraps: true})
	require.NoError(t, err)
	defer func() { _ = s.Close() }()
	at := time.Date(2026, 2, 20, 1, 0, 5, 0, time.UTC)
	require.NoError(t, s.Row(int64(1), at, "=HYPERLINK(\"x\")"))
	require.NoError(t, s.Row(int64(2), at.Add(time.Hour), strings.Repeat("长", 40_000)+"\x01"))
	var out bytes.Buffer
	_, err = s.WriteTo(&out)
	require.NoError(t, err)

	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	rows, err := f.GetRows("审计")
	require.NoError(t, err)
	require.Len(t, rows, 3)
	assert.Equal(t, []string{"编号", "时间", "原因"}, rows[0])
	assert.Equal(t, []string{"1", "2026-02-20 09:00:05", "=HYPERLINK(\"x\")"}, rows[1], "a date of the zone, and no formula")
	raw, err := f.GetCellValue("审计", "B2", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(raw, "46073.37"), "a real date: %s", raw)
	assert.Equal(t, strings.Repeat("长", 32_766)+"…", rows[2][2], "what is too long is cut, and says so")
	formula, err := f.GetCellFormula("审计", "C2")
	require.NoError(t, err)
	assert.Empty(t, formula)
	panes, err := f.GetPanes("审计")
	require.NoError(t, err)
	assert.True(t, panes.Freeze)
	assert.Equal(t, 1, panes.YSplit, "the headings stay")
	names := f.GetDefinedName()
	require.Len(t, names, 1)
	assert.Equal(t, "'审计'!$A$1:$C$3", names[0].RefersTo, "every column can be filtered")
	width, err := f.GetColWidth("审计", "C")
	require.NoError(t, err)
	assert.InDelta(t, 30, width, 0.1)
}
