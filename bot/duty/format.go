package duty

import (
	"fmt"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// Format writes shifts so that Parse reads them again: what is shown can be copied, changed and sent.
func Format(shifts []Shift) chat.Text {
	parts := make([]chat.Text, len(shifts))
	for i, s := range shifts {
		parts[i] = s.format()
	}
	return chat.Join(" ", parts...)
}

func (s Shift) format() chat.Text {
	t := chat.Same(strings.ReplaceAll(FormatSpan(s.From, s.To), "–", "-"))
	if s.Rotation == nil {
		t = t.Plus(chat.Same(" @" + string(s.Who)))
		if s.Backup != "" {
			t = t.Plus(chat.Same("+@" + string(s.Backup)))
		}
	} else {
		for _, u := range s.Rotation.People {
			t = t.Plus(chat.Same(" @" + string(u)))
		}
		t = t.Plus(chat.Text{ZH: " 轮换 %s 从 %s", EN: " rotate %s from %s"}.F(s.Rotation.Every(), s.Rotation.Anchor))
		if s.Backup != "" {
			t = t.Plus(chat.Text{ZH: " B角 @%s", EN: " backup @%s"}.F(s.Backup))
		}
	}
	if s.Days != EveryDay {
		t = t.Plus(chat.Same(" ")).Plus(s.Days.Label())
	}
	return t
}

// Every is how long each of a rotation has it: 每天, every 2 weeks.
func (r Rotation) Every() chat.Text {
	words := map[Unit]chat.Text{
		Daily: {ZH: "天", EN: "day"}, Weekly: {ZH: "周", EN: "week"}, Hourly: {ZH: "小时", EN: "hour"},
	}[r.Unit]
	if r.Length == 1 {
		return chat.Text{ZH: "每%s", EN: "every %s"}.F(words)
	}
	return chat.Text{ZH: "每%d%s", EN: "every %d %ss"}.F(r.Length, words)
}

// Label is what people call the days: 工作日, mon,wed.
func (d Days) Label() chat.Text {
	switch d {
	case EveryDay:
		return chat.Text{ZH: "每天", EN: "every day"}
	case Workdays:
		return chat.Text{ZH: "工作日", EN: "workdays"}
	case RestDays:
		return chat.Text{ZH: "休息日", EN: "restdays"}
	case On(time.Saturday, time.Sunday):
		return chat.Text{ZH: "周末", EN: "weekends"}
	case fromTo(time.Monday, time.Friday):
		return chat.Text{ZH: "周一至周五", EN: "mon-fri"}
	}
	zh := ""
	for i, word := range strings.Split("一二三四五六日", "") {
		if d&On(time.Weekday((i+1)%7)) != 0 {
			zh += word
		}
	}
	return chat.Text{ZH: fmt.Sprintf("周%s", zh), EN: d.String()}
}
