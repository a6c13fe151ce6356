package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(matrix)

// matrix shows who may do what in the group: everybody who holds a role, by every item of the platform, each cell as
// the engine would decide now; of one person, with or without a role, just their row. Any admin may look, and whoever
// holds audit.
func matrix() bot.Command {
	who := grammar.Person("who")
	return bot.Command{
		Name:     "matrix",
		Forms:    []string{"/matrix [{who}]", "/权限表 [{who}]"},
		Examples: []chat.Text{{ZH: "/权限表", EN: "/matrix"}},
		Holes:    []grammar.Hole{who},
		Help:     chat.Text{ZH: "本群管理员各有哪些权限：文字和图片。", EN: "Which items each admin here has, as text and as a picture."},
		Who:      lookers,
		Offers:   offersLook,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if err := mayLook(c); err != nil {
				return bot.Outcome{}, err
			}
			if need := adminsUnread(c); !need.Nothing() {
				return bot.Outcome{Need: need}, nil
			}
			s := sheetOf(c)
			if who.Given(c.Args) {
				m, err := c.Find(who.Ref(c.Args))
				if err != nil {
					return bot.Outcome{}, err
				}
				return bot.Outcome{Reply: chat.Reply{Text: s.only(c, m.ID).text(c)}}, nil // one row needs no picture
			}
			return bot.Outcome{Reply: chat.Reply{Text: s.text(c), Picture: s.picture(c, mostPictured)}}, nil
		},
	}
}

// adminsUnread asks for the people of the sheet who were not read yet.
func adminsUnread(c bot.Call) journal.Want {
	var need journal.Want
	for _, who := range c.Access.Admins(c.Group.ID, c.Now) {
		if n := directory.OfPerson(who); !c.Has(n) {
			need.Names = append(need.Names, n)
		}
	}
	return need
}

// MatrixTable is the sheet of the call's group for a document: everybody in it, each cell as the engine decides now. need
// is what must be read first.
func MatrixTable(c bot.Call) (table chat.Picture, need journal.Want) {
	if need := adminsUnread(c); !need.Nothing() {
		return chat.Picture{}, need
	}
	s := sheetOf(c)
	p := s.picture(c, len(s.lines))
	if p == nil {
		p = &chat.Picture{Title: chat.Text{ZH: "%s 的权限表", EN: "Rights in %s"}.F(c.Group.Title()), Sheet: rightsSheet, Corner: membersCorner}
		s.notes = append(s.notes, chat.Text{ZH: "还没有人有角色。", EN: "Nobody holds a role yet."})
	}
	p.Notes = append(p.Notes, s.notes...)
	return *p, journal.Want{}
}

// sheet is who may do what in a group, decided.
type sheet struct {
	items []access.Item
	lines []sheetLine
	notes []chat.Text // who is not in a line of their own
}

// sheetLine is one person's rights.
type sheetLine struct {
	who       chat.User
	level     access.Level // as of now
	roles     []access.Role
	decisions []access.Decision // one an item
}

// sheetOf decides every cell.
func sheetOf(c bot.Call) sheet {
	s := sheet{items: offered(c.Access), notes: governors(c)}
	for _, who := range c.Access.Admins(c.Group.ID, c.Now) {
		s.lines = append(s.lines, lineOf(c, who, s.items))
	}
	slices.SortStableFunc(s.lines, func(a, b sheetLine) int { return int(b.level) - int(a.level) })
	return s
}

// lineOf decides the cells of one person.
func lineOf(c bot.Call, who chat.User, items []access.Item) sheetLine {
	f := c.Access
	if who != c.Actor.ID {
		f.Actor = addressBook(c, who)
	}
	l := sheetLine{who: who, level: f.LevelOf(who, c.Group.ID, c.Now), roles: f.Holds(who, c.Group.ID, c.Now)}
	for _, i := range items {
		l.decisions = append(l.decisions, access.Decide(f, access.Request{Actor: who, Item: i, Group: c.Group.ID, At: c.Now}))
	}
	return l
}

// only is the sheet with the line of one person, who need hold no role.
func (s sheet) only(c bot.Call, who chat.User) sheet {
	out := sheet{items: s.items, lines: []sheetLine{lineOf(c, who, s.items)}}
	if c.Access.Governs(who, c.Group.ID) {
		out.notes = []chat.Text{{ZH: "超级管理员或分级管理员：本群的全部权限", EN: "An owner, or a department admin here: every item in this group"}}
	}
	return out
}

// offered lists what the platform has, by family.
func offered(f access.Facts) []access.Item {
	var out []access.Item
	for _, family := range []access.Family{access.Members, access.Content, access.Config, access.Governance} {
		for i := range family.Items().All() {
			if f.Offered == 0 || f.Offered.Has(i) {
				out = append(out, i)
			}
		}
	}
	return out
}

// addressBook is what gives or takes rights of somebody.
func addressBook(c bot.Call, who chat.User) access.Person {
	if p, known := c.Access.People[who]; known {
		return p
	}
	if p := bot.At[directory.Person](c, directory.OfPerson(who)); p.Known() && !p.Gone {
		return bot.Inherits(p)
	}
	return access.Person{}
}

// governors are those who may do everything here, by the configuration.
func governors(c bot.Call) []chat.Text {
	var owners, departments []chat.Text
	for _, u := range c.Access.Company.Owners() {
		owners = append(owners, c.Name(u))
	}
	for _, a := range c.Access.Company.DepartmentAdmins() {
		if !c.Access.IsOwner(a.Who) && c.Access.Governs(a.Who, c.Group.ID) {
			departments = append(departments, c.Name(a.Who))
		}
	}
	var out []chat.Text
	if len(owners) > 0 {
		out = append(out, chat.Text{ZH: "超级管理员 %s：所有群的全部权限", EN: "Owners %s: every item in every group"}.F(list(owners)))
	}
	if len(departments) > 0 {
		out = append(out, chat.Text{ZH: "分级管理员 %s：本群的全部权限", EN: "Department admins %s: every item in this group"}.F(list(departments)))
	}
	return out
}

// cell is how a decision looks. An allow of a statement is an exception to what the person's roles give.
func cell(d access.Decision) chat.Cell {
	v, settled := d.Settled()
	out := chat.Cell{Shade: chat.Blank}
	switch {
	case d.Allowed && settled && v.Temporary:
		out.Shade = chat.Part
	case d.Allowed:
		out.Shade = chat.Yes
	case d.Rule == access.RuleCeiling:
		out.Shade = chat.Warn
	case settled && v.Effect == access.Deny:
		out.Shade = chat.No
	case settled && d.Rule != access.RuleGrantExpired:
		out.Shade = chat.Off
	}
	if d.Allowed && settled && !v.IsRole() {
		out.Text = chat.Text{ZH: "例", EN: "E"}
	}
	return out
}

// text writes the sheet for a chat: a person, then what they may and what not, with why.
func (s sheet) text(c bot.Call) chat.Text {
	lines := []chat.Text{chat.Text{ZH: "**%s 的权限表**（%s，%d 人 × %d 项）", EN: "**Rights in %s** (%s, admins: %d, items: %d)"}.F(
		chat.Escape(c.Group.Title()), c.Moment(c.Now), len(s.lines), len(s.items))}
	for _, l := range s.lines {
		lines = append(lines, chat.Text{ZH: "- **%s** %s", EN: "- **%s** %s"}.F(c.Name(l.who), l.holds(c)))
		lines = append(lines, s.said(l)...)
	}
	if len(s.lines) == 0 {
		lines = append(lines, chat.Text{ZH: "还没有人有角色。", EN: "Nobody holds a role yet."})
	}
	return chat.Lines(append(lines, s.notes...)...)
}

// holds tells a person's roles, and which of them count later only, or not at present.
func (l sheetLine) holds(c bot.Call) chat.Text {
	var all chat.Text
	if len(l.roles) == 0 {
		return chat.Text{ZH: "没有角色", EN: "no role"}
	}
	for n, r := range l.roles {
		if n > 0 {
			all = all.Plus(chat.Text{ZH: "；", EN: "; "})
		}
		all = all.Plus(roleText(r.Level, r.Job)).Plus(chat.Text{ZH: "，", EN: ", "}).Plus(until(c, r.Until))
		switch {
		case c.Now.Before(r.From):
			all = all.Plus(chat.Text{ZH: "（%s 开始）", EN: " (begins at %s)"}.F(c.Moment(r.From)))
		case r.Suspended:
			all = all.Plus(chat.Text{ZH: "（已停用）", EN: " (suspended)"})
		case r.OnDuty:
			all = all.Plus(chat.Text{ZH: "（只在值班时生效）", EN: " (on shift only)"})
		}
	}
	return all
}

// shades are in the order in which a person's rights are told, with what they mean.
var shades = []chat.Key{
	{Cell: chat.Cell{Shade: chat.Yes}, Meaning: chat.Text{ZH: "有权限", EN: "may"}},
	{Cell: chat.Cell{Shade: chat.Part}, Meaning: chat.Text{ZH: "临时有权限", EN: "may for a time"}},
	{Cell: chat.Cell{Shade: chat.No}, Meaning: chat.Text{ZH: "被禁止", EN: "denied"}},
	{Cell: chat.Cell{Shade: chat.Warn}, Meaning: chat.Text{ZH: "超出级别上限", EN: "above the ceiling of the level"}},
	{Cell: chat.Cell{Shade: chat.Off}, Meaning: chat.Text{ZH: "现在不生效", EN: "not in force now"}},
	{Cell: chat.Cell{Shade: chat.Blank}, Meaning: chat.Text{ZH: "没有", EN: "no"}},
}

// said lists the items of one person by what is decided about them.
func (s sheet) said(l sheetLine) []chat.Text {
	var heads []chat.Text
	items := map[chat.Text][]chat.Text{}
	for _, k := range shades {
		for n, d := range l.decisions {
			looks := cell(d)
			if looks.Shade != k.Cell.Shade || looks.Shade == chat.Blank {
				continue
			}
			head := chat.Same(k.Cell.Shade.Sign() + " ").Plus(k.Meaning)
			if looks.Shade == chat.Off {
				head = head.Plus(chat.Text{ZH: "（%s）", EN: " (%s)"}.F(d.Rule.Text()))
			}
			name := s.items[n].Label()
			if !looks.Text.IsZero() {
				name = name.Plus(chat.Text{ZH: "（例外）", EN: " (exception)"})
			}
			if items[head] == nil {
				heads = append(heads, head)
			}
			items[head] = append(items[head], name)
		}
	}
	var out []chat.Text
	for _, head := range heads {
		out = append(out, chat.Text{ZH: "> %s：%s", EN: "> %s: %s"}.F(head, list(items[head])))
	}
	if len(out) == 0 {
		out = append(out, chat.Text{ZH: "> 没有任何权限", EN: "> no item at all"})
	}
	return out
}

// What a document of the sheet says of its parts.
var (
	rightsSheet   = chat.Text{ZH: "权限", EN: "Rights"}
	membersCorner = chat.Text{ZH: "成员", EN: "Member"}
)

// mostPictured is how many people a picture shows; the text has all.
const mostPictured = 40

// picture is the sheet to look at; nil where there is nobody in it.
func (s sheet) picture(c bot.Call, most int) *chat.Picture {
	if len(s.lines) == 0 {
		return nil
	}
	p := &chat.Picture{
		Title: chat.Text{ZH: "%s 的权限表", EN: "Rights in %s"}.F(c.Group.Title()),
		Subtitle: chat.Text{ZH: "%s · %d 人 × %d 项", EN: "%s · admins: %d, items: %d"}.F(
			c.Moment(c.Now), len(s.lines), len(s.items)),
		Sheet: rightsSheet, Corner: membersCorner,
	}
	for _, i := range s.items {
		p.Columns = append(p.Columns, chat.Column{Label: i.Label(), Band: i.Family().Label()})
	}
	seen, exceptions := map[chat.Shade]bool{}, false
	for _, l := range s.lines[:min(len(s.lines), most)] {
		row := chat.Row{Label: chat.Same(s.shortName(c, l.who)), Note: l.note(c), ID: string(l.who)}
		for _, d := range l.decisions {
			looks := cell(d)
			seen[looks.Shade] = true
			exceptions = exceptions || !looks.Text.IsZero()
			row.Cells = append(row.Cells, looks)
		}
		p.Rows = append(p.Rows, row)
	}
	for _, k := range shades {
		if seen[k.Cell.Shade] {
			p.Legend = append(p.Legend, k)
		}
	}
	if exceptions {
		p.Notes = append(p.Notes, chat.Text{ZH: "例：角色之外的例外", EN: "E: an exception beyond the roles"})
	}
	if more := len(s.lines) - most; more > 0 {
		p.Notes = append(p.Notes, chat.Text{ZH: "另有 %d 人见文字", EN: "%d more people are in the text"}.F(more))
	}
	return p
}

// shortName is a person's name where it tells them from the others of the sheet, with the id where it does not.
func (s sheet) shortName(c bot.Call, who chat.User) string {
	name := plainName(c, who)
	for _, l := range s.lines {
		if l.who != who && plainName(c, l.who) == name {
			return name + " " + string(who)
		}
	}
	return name
}

// plainName is a name as it is, for what is no Markdown.
func plainName(c bot.Call, who chat.User) string {
	m, ok := c.Group.Member(who)
	if !ok || m.Name == "" {
		m = bot.At[directory.Person](c, directory.OfPerson(who)).Member()
	}
	if m.Name == "" {
		return string(who)
	}
	return m.Name
}

// note tells, in a few words, the role that counts now, or one that does not.
func (l sheetLine) note(c bot.Call) chat.Text {
	if len(l.roles) == 0 {
		return chat.Text{}
	}
	shown := l.roles[0]
	for _, r := range l.roles {
		if r.Live(c.Now) && r.Level == l.level {
			shown = r
			break
		}
	}
	t := chat.Text{ZH: shown.Level.Label().ZH, EN: shown.Level.String()}
	if shown.Job != access.NoJob {
		t = roleText(shown.Level, shown.Job)
	}
	if shown.Until.IsZero() {
		return t
	}
	return t.Plus(chat.Text{ZH: " 到 %s", EN: " to %s"}.F(shown.Until.In(c.Zone).Format("01-02")))
}
