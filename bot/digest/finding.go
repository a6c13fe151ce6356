package digest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// Topic is what a finding is about.
type Topic string

// The topics of a digest, in the order in which they need somebody.
const (
	OfBot     Topic = "bot"     // a part of the bot is broken
	OfActs    Topic = "acts"    // suspicious acts
	OfWaiting Topic = "waiting" // customers who still wait
	OfAnswers Topic = "answers" // answers that came late
	OfGaps    Topic = "gaps"    // times without anybody on duty
	OfReviews Topic = "reviews" // reviews that wait for somebody
	OfEnds    Topic = "ends"    // rights that end
	OfDrift   Topic = "drift"   // the platform shows something else
	OfNos     Topic = "nos"     // refusals
	OfChanges Topic = "changes"
)

// Topics are all of them, in their order.
func Topics() []Topic {
	return []Topic{OfBot, OfActs, OfWaiting, OfAnswers, OfGaps, OfReviews, OfEnds, OfDrift, OfNos, OfChanges}
}

// Title is what a topic is called.
func (t Topic) Title() chat.Text {
	switch t {
	case OfBot:
		return chat.Text{ZH: "机器人故障", EN: "The bot itself"}
	case OfActs:
		return chat.Text{ZH: "可疑操作", EN: "Suspicious acts"}
	case OfWaiting:
		return chat.Text{ZH: "客户在等", EN: "Customers who wait"}
	case OfAnswers:
		return chat.Text{ZH: "响应超时", EN: "Late answers"}
	case OfGaps:
		return chat.Text{ZH: "无人值班", EN: "Duty gaps"}
	case OfReviews:
		return chat.Text{ZH: "待复核", EN: "Reviews due"}
	case OfEnds:
		return chat.Text{ZH: "快到期的权限", EN: "Rights that end"}
	case OfDrift:
		return chat.Text{ZH: "与企业微信不一致", EN: "Drift"}
	case OfNos:
		return chat.Text{ZH: "被拒的操作", EN: "Refusals"}
	case OfChanges:
		return chat.Text{ZH: "变更", EN: "Changes"}
	}
	return chat.Same(string(t))
}

// look is the command that shows more of a topic, with what its button says.
func (t Topic) look() (label chat.Text, command string) {
	switch t {
	case OfBot:
		return chat.Text{ZH: "看状态", EN: "Status"}, "/status"
	case OfActs:
		return chat.Text{ZH: "看审计", EN: "Journal"}, "/audit"
	case OfWaiting:
		return chat.Text{ZH: "看等待", EN: "Waiting"}, "/sla"
	case OfAnswers:
		return chat.Text{ZH: "看绩效", EN: "Indicators"}, "/kpi last-week"
	case OfGaps:
		return chat.Text{ZH: "看值班", EN: "Duty"}, "/duty week"
	case OfReviews:
		return chat.Text{ZH: "复核进度", EN: "Reviews"}, "/review status"
	case OfEnds, OfDrift:
		return chat.Text{ZH: "看管理员", EN: "Admins"}, "/admin list"
	case OfNos:
		return chat.Text{ZH: "看被拒的", EN: "Refusals"}, "/audit refused"
	case OfChanges:
		return chat.Text{ZH: "看审计", EN: "Journal"}, "/audit"
	}
	return chat.Text{}, ""
}

// unit counts what a topic is about: times, people, periods, whatever it is.
func (t Topic) unit() chat.Text {
	switch t {
	case OfWaiting:
		return chat.Text{ZH: "%d 位", EN: "%d"}
	case OfActs:
		return chat.Text{ZH: "%d 件", EN: "%d"}
	case OfAnswers, OfNos:
		return chat.Text{ZH: "%d 次", EN: "%d times"}
	case OfGaps:
		return chat.Text{ZH: "%d 段", EN: "%d"}
	case OfReviews:
		return chat.Text{ZH: "%d 位", EN: "%d people"}
	case OfBot, OfEnds, OfDrift, OfChanges:
	}
	return chat.Text{ZH: "%d 项", EN: "%d"}
}

// Finding is what there is to say about one topic in one group, or, with the zero Group, in the company.
type Finding struct {
	Topic Topic
	Group chat.Group
	Name  chat.Text   // what the group is called, plain
	N     int         // as the topic counts: times, people
	More  bool        // and more than were counted
	Lines []chat.Text // the notable ones, each without a mark before it
	// Whose are those whose acts the lines tell of, line by line; nil where it does not matter who reads them.
	Whose []chat.User
}

// For is what some findings say to a reader: a suspicion is no matter of whoever it is about, who is told by those above
// them, if at all.
func For(reader chat.User, found []Finding) []Finding {
	var out []Finding
	for _, f := range found {
		if slices.Contains(f.Whose, reader) {
			f = f.without(reader)
		}
		if f.N > 0 {
			out = append(out, f)
		}
	}
	return out
}

// without is a finding that leaves out the lines about somebody.
func (f Finding) without(who chat.User) Finding {
	out := f
	out.Lines, out.Whose = nil, nil
	for i, l := range f.Lines {
		if f.Whose[i] == who {
			out.N--
			continue
		}
		out.Lines, out.Whose = append(out.Lines, l), append(out.Whose, f.Whose[i])
	}
	return out
}

// Group is what there is to say about one group, and to whom.
type Group struct {
	Managers []chat.User
	Findings []Finding
}

// Span is what a digest is about: what happened from Since until Now, and what is to come before Ahead.
type Span struct {
	Period string // Weekly or Daily
	Since  time.Time
	Now    time.Time
	Ahead  time.Time
}

// SpanOf is the span of a digest as of now: of the week before this one and of what there was of this one, and of the
// week to come; or of a day.
func SpanOf(period string, now time.Time) Span {
	if period == Daily {
		return Span{Period: period, Since: now.AddDate(0, 0, -1), Now: now, Ahead: now.AddDate(0, 0, 1)}
	}
	return Span{Period: period, Since: now.AddDate(0, 0, -7), Now: now, Ahead: now.AddDate(0, 0, 7)}
}

// Day names the period that is sent once.
func (s Span) Day() string {
	if s.Period == Daily {
		return s.Now.Format(time.DateOnly)
	}
	y, m, d := s.Now.Date()
	return time.Date(y, m, d-(int(s.Now.Weekday())+6)%7, 0, 0, 0, 0, s.Now.Location()).Format(time.DateOnly)
}

// section is all findings of one topic.
type section struct {
	topic    Topic
	n        int
	more     bool
	findings []Finding // those with most first
}

// sections sorts findings by topic; what nothing is said about is left out.
func sections(found []Finding) []section {
	var out []section
	for _, t := range Topics() {
		s := section{topic: t}
		for _, f := range found {
			if f.Topic == t && f.N > 0 {
				s.n, s.more, s.findings = s.n+f.N, s.more || f.More, append(s.findings, f)
			}
		}
		if s.n > 0 {
			slices.SortStableFunc(s.findings, func(a, b Finding) int { return cmp.Compare(b.N, a.N) })
			out = append(out, s)
		}
	}
	return out
}

// count is how many there are, and, of several groups, in how many of them.
func (s section) count() chat.Text {
	n := s.topic.unit().F(s.n)
	if s.more {
		n = n.Plus(chat.Text{ZH: "以上", EN: " or more"})
	}
	groups := 0
	for _, f := range s.findings {
		if f.Group != "" {
			groups++
		}
	}
	if groups > 1 {
		n = n.Plus(chat.Text{ZH: "，%d 个群", EN: " in %d groups"}.F(groups))
	}
	return n
}

// What one digest shows. A card has no more fields and buttons on any platform.
const (
	mostFields = 6
	mostGroups = 5 // of one topic, by name
	mostLines  = 3 // of one topic in one group
)

// Card is the digest to look at: a field for each topic, the most urgent first, and a button for each that leads
// further; nil where there is nothing to say. The last button shows all of it as text.
func Card(title, body chat.Text, found []Finding) *chat.Card {
	all := sections(found)
	if len(all) == 0 {
		return nil
	}
	c := &chat.Card{Title: title, Body: body}
	for _, s := range all[:min(len(all), mostFields)] {
		value := s.count()
		switch first := s.findings[0]; {
		case len(first.Lines) == 0:
		case len(s.findings) == 1 && len(first.Lines) == 1 && !s.more:
			value = first.Lines[0] // which has the number
		default:
			value = value.Plus(chat.Text{ZH: "，如：", EN: ", such as: "}).Plus(first.Lines[0])
		}
		c.Fields = append(c.Fields, chat.Field{Name: s.topic.Title(), Value: value})
	}
	for _, s := range all {
		label, command := s.topic.look()
		switch g := s.findings[0].Group; {
		case s.topic == OfWaiting && len(s.findings) > 1:
			command += " all"
		case g != "":
			command += " #" + string(g)
		case strings.HasPrefix(command, "/audit"): // else it would be that of the group which the reader has chosen
			command += " everywhere"
		}
		if len(c.Buttons) < mostFields-1 && !slices.ContainsFunc(c.Buttons, func(b chat.Button) bool { return b.Label == label }) {
			c.Buttons = append(c.Buttons, chat.Button{Label: label, Command: command})
		}
	}
	c.Buttons = append(c.Buttons, chat.Button{Label: chat.Text{ZH: "看全文", EN: "All of it"}, Command: "/digest", Style: chat.Primary})
	return c
}

// Text is the whole digest, topic by topic; empty where there is nothing to say. escape makes a plain text safe in
// Markdown.
func Text(found []Finding, escape func(string) string) []chat.Text {
	var out []chat.Text
	for _, s := range sections(found) {
		out = append(out, chat.Text{ZH: "**%s**：%s", EN: "**%s**: %s"}.F(s.topic.Title(), s.count()))
		for i, f := range s.findings {
			if i == mostGroups {
				out = append(out, chat.Text{ZH: "- …还有 %d 个群", EN: "- … and %d more groups"}.F(len(s.findings)-i))
				break
			}
			out = append(out, f.lines(escape)...)
		}
	}
	return out
}

func (f Finding) lines(escape func(string) string) []chat.Text {
	var out []chat.Text
	place := chat.Text{}
	switch {
	case f.Group != "":
		place = chat.Text{ZH: escape(f.Name.ZH) + "：", EN: escape(f.Name.EN) + ": "}
	case f.Topic != OfBot:
		place = chat.Text{ZH: "全公司：", EN: "company: "}
	}
	for _, l := range f.Lines[:min(len(f.Lines), mostLines)] {
		out = append(out, chat.Same("- ").Plus(place).Plus(chat.Text{ZH: escape(l.ZH), EN: escape(l.EN)}))
	}
	if rest := len(f.Lines) - len(out); rest > 0 {
		out = append(out, chat.Same("- ").Plus(place).Plus(chat.Text{ZH: "…还有 %d 条", EN: "… and %d more"}.F(rest)))
	}
	return out
}
