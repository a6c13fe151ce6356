package document_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"qunguan/bot/chat"
	"qunguan/bot/document"
)

// rights is a table with two families, a cell of every kind, and a name that would be a formula.
func rights() chat.Picture {
	members, content := chat.Text{ZH: "成员管理", EN: "Members"}, chat.Text{ZH: "内容管控", EN: "Content"}
	return chat.Picture{
		Title: chat.Text{ZH: "华东VIP 的权限表", EN: "Rights in 华东VIP"}, Subtitle: chat.Same("2026-02-20"),
		Sheet: chat.Text{ZH: "权限", EN: "Rights"}, Corner: chat.Text{ZH: "成员", EN: "Member"},
		Columns: []chat.Column{
			{Label: chat.Text{ZH: "邀请", EN: "Invite"}, Band: members}, {Label: chat.Text{ZH: "移除", EN: "Remove"}, Band: members},
			{Label: chat.Text{ZH: "禁言", EN: "Mute"}, Band: content},
		},
		Rows: []chat.Row{
			{Label: chat.Same("李敏"), Note: chat.Text{ZH: "高级", EN: "senior"}, Cells: []chat.Cell{{Shade: chat.Yes}, {Shade: chat.Part}, {Shade: chat.No}}},
			{Label: chat.Same(`=HYPERLINK("x")`), Cells: []chat.Cell{{Shade: chat.Yes, Text: chat.Text{ZH: "例", EN: "E"}}}},
		},
		Legend: []chat.Key{{Cell: chat.Cell{Shade: chat.Yes}, Meaning: chat.Text{ZH: "有权限", EN: "may"}}},
		Notes:  []chat.Text{{ZH: "超级管理员：全部", EN: "Owners: everything"}},
	}
}

func TestWorkbook(t *testing.T) {
	raw, err := document.Write(document.XLSX, rights(), chat.ZH)
	require.NoError(t, err)
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	require.NoError(t, err)
	rows, err := f.GetRows("权限")
	require.NoError(t, err)
	assert.Equal(t, [][]string{
		{"华东VIP 的权限表"}, {"2026-02-20"}, nil, {"", "成员管理", "", "内容管控"}, {"成员", "邀请", "移除", "禁言"},
		{"李敏 · 高级", "√", "~", "×"}, {`=HYPERLINK("x")`, "例"}, nil, {"√ 有权限"}, {"超级管理员：全部"},
	}, rows)
	formula, err := f.GetCellFormula("权限", "A7")
	require.NoError(t, err)
	assert.Empty(t, formula, "a name never becomes a formula")
	panes, err := f.GetPanes("权限")
	require.NoError(t, err)
	assert.True(t, panes.Freeze)
	assert.Equal(t, 5, panes.YSplit, "the headings stay")
}

// TestNumbersAreNumbers: a column of them adds up, whoever reads the file finds the userid in a column of its own, and what
// is not known adds nothing.
func TestNumbersAreNumbers(t *testing.T) {
	number := func(v float64, shade chat.Shade) chat.Cell {
		return chat.Cell{Text: chat.Same("about"), Number: &v, Shade: shade}
	}
	p := rights()
	p.Columns = []chat.Column{{Label: chat.Same("件")}, {Label: chat.Same("分钟")}}
	p.Rows = []chat.Row{
		{Label: chat.Same("李敏"), ID: "0042", Cells: []chat.Cell{number(2, chat.Blank), number(92.5, chat.Yes)}},
		{Label: chat.Same("王磊"), ID: "=1+1", Cells: []chat.Cell{number(10, chat.Blank), {Text: chat.Same("—")}}},
		{Label: chat.Same("没有班的时段"), Cells: []chat.Cell{number(0, chat.Blank)}},
	}
	raw, err := document.Write(document.XLSX, p, chat.ZH)
	require.NoError(t, err)
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	require.NoError(t, err)
	rows, err := f.GetRows("权限")
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"成员", "userid", "件", "分钟"}, {"李敏", "0042", "2", "92.5"}, {"王磊", "=1+1", "10", "—"}, {"没有班的时段", "", "0"}}, rows[3:7])
	for cell, want := range map[string]excelize.CellType{
		"B5": excelize.CellTypeSharedString, "B6": excelize.CellTypeSharedString, "C5": excelize.CellTypeUnset, "D5": excelize.CellTypeUnset, "D6": excelize.CellTypeSharedString,
	} {
		is, err := f.GetCellType("权限", cell)
		require.NoError(t, err)
		assert.Equal(t, want, is, cell)
	}
	require.NoError(t, f.SetCellFormula("权限", "F1", "=SUM(C5:C7)+SUM(D5:D7)"))
	sum, err := f.CalcCellValue("权限", "F1")
	require.NoError(t, err)
	assert.Equal(t, "104.5", sum)
}

func TestPage(t *testing.T) {
	p := rights()
	p.Rows[0].Label = chat.Same("<b>李</b>")
	raw, err := document.Write(document.HTML, p, chat.EN)
	require.NoError(t, err)
	for _, want := range []string{
		`<html lang="en">`, "Rights in 华东VIP", `<th colspan="2">Members</th>`, `<th class="who">Member</th>`, "&lt;b&gt;李&lt;/b&gt;<small>senior</small>",
		`<td class="yes">√</td><td class="part">~</td><td class="no">×</td>`, `<td class="yes">E</td><td class=""></td>`, "Owners: everything",
	} {
		assert.Contains(t, string(raw), want)
	}
	assert.NotContains(t, string(raw), "http", "it needs nothing from elsewhere")
}

func TestAnUnknownFormat(t *testing.T) {
	_, err := document.Write("docx", rights(), chat.ZH)
	assert.ErrorContains(t, err, "neither xlsx nor html")
}

func TestAnEmptyTable(t *testing.T) {
	for _, f := range []document.Format{document.XLSX, document.HTML} {
		_, err := document.Write(f, chat.Picture{Title: chat.Same("空")}, chat.ZH)
		assert.NoError(t, err)
	}
}
