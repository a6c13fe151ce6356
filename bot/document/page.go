package document

import (
	"bytes"
	"fmt"
	"html/template"

	"qunguan/bot/chat"
)

// sheetView is a table as the page shows it.
type sheetView struct {
	Lang, Title, Subtitle, Corner string
	Bands                         []bandView
	Columns                       []string
	Rows                          []rowView
	Legend                        []cellView
	Notes                         []string
}

type bandView struct {
	Label string
	Width int
}

type rowView struct {
	Label, Note string
	Cells       []cellView
}

type cellView struct{ Shade, Sign, Meaning string }

// page is one file without anything from elsewhere, that prints in landscape with its colours and signs.
func page(p chat.Picture, l chat.Language) ([]byte, error) {
	v := sheetView{Lang: "zh-CN", Title: p.Title.In(l), Subtitle: p.Subtitle.In(l), Corner: corner(p, l)}
	if l == chat.EN {
		v.Lang = "en"
	}
	for _, b := range bands(p, l) {
		v.Bands = append(v.Bands, bandView{b.label, b.width})
	}
	for _, c := range p.Columns {
		v.Columns = append(v.Columns, c.Label.In(l))
	}
	for _, r := range p.Rows {
		row := rowView{Label: r.Label.In(l), Note: r.Note.In(l)}
		for _, c := range cells(p, r) {
			row.Cells = append(row.Cells, cellView{Shade: string(c.Shade), Sign: c.Sign().In(l)})
		}
		v.Rows = append(v.Rows, row)
	}
	for _, k := range p.Legend {
		v.Legend = append(v.Legend, cellView{string(k.Cell.Shade), k.Cell.Sign().In(l), k.Meaning.In(l)})
	}
	for _, t := range p.Notes {
		v.Notes = append(v.Notes, t.In(l))
	}
	var out bytes.Buffer
	if err := sheet.Execute(&out, v); err != nil {
		return nil, fmt.Errorf("write page: %w", err)
	}
	return out.Bytes(), nil
}

var sheet = template.Must(template.New("sheet").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<style>
@page { size: A4 landscape; margin: 12mm }
body { font: 14px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #1f2329; margin: 24px }
h1 { font-size: 20px; margin: 0 }
p { margin: 4px 0 16px; color: #646a73 }
table { border-collapse: collapse }
th, td { border: 1px solid #c9cdd4; padding: 4px 6px; text-align: center; -webkit-print-color-adjust: exact; print-color-adjust: exact }
th { background: #f2f3f5; font-weight: 600 }
th.who { text-align: left; white-space: nowrap }
th.who small { display: block; font-weight: 400; color: #646a73 }
thead { display: table-header-group }
tr { break-inside: avoid }
.yes { background: #c9ebd3 } .part { background: #cfe3f8 } .no { background: #f6cfcb } .warn { background: #fbe7b6 } .off { background: #e3e5e8 }
ul { list-style: none; padding: 0; margin: 16px 0 0; display: flex; flex-wrap: wrap; gap: 4px 20px }
li span { display: inline-block; min-width: 1.6em; text-align: center; border: 1px solid #c9cdd4; margin-right: 6px }
</style></head><body>
<h1>{{.Title}}</h1><p>{{.Subtitle}}</p>
<table><thead>
{{if .Bands}}<tr><th></th>{{range .Bands}}<th colspan="{{.Width}}">{{.Label}}</th>{{end}}</tr>{{end}}
<tr><th class="who">{{.Corner}}</th>{{range .Columns}}<th>{{.}}</th>{{end}}</tr></thead><tbody>
{{range .Rows}}<tr><th class="who">{{.Label}}{{if .Note}}<small>{{.Note}}</small>{{end}}</th>{{range .Cells}}<td class="{{.Shade}}">{{.Sign}}</td>{{end}}</tr>
{{end}}</tbody></table>
<ul>{{range .Legend}}<li><span class="{{.Shade}}">{{if .Sign}}{{.Sign}}{{else}}&nbsp;{{end}}</span>{{.Meaning}}</li>{{end}}</ul>
{{range .Notes}}<p>{{.}}</p>{{end}}
</body></html>
`))
