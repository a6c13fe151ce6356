package duty

import (
	"time"

	"qunguan/bot/chat"
)

// Card is all that a customer may know of duty (M12): what somebody goes by, and the hours. It has no other field, so
// nothing else can get into its text.
type Card struct {
	Name    string // as displayed; empty where that is not known
	From    time.Time
	Until   time.Time
	Running bool // it is the turn that runs, else the next one
	Today   Day
}

// Text is the card as a message of its own.
func (c Card) Text() chat.Text {
	name := chat.Same(chat.Escape(c.Name))
	if c.Name == "" {
		name = chat.Text{ZH: "值班客服", EN: "our staff"}
	}
	if c.Running {
		return chat.Lines(
			chat.Text{ZH: "【当前值班】%s", EN: "On duty now: %s"}.F(name),
			chat.Text{ZH: "时间：%s", EN: "Hours: %s"}.F(c.hours()),
			chat.Text{ZH: "有事请直接在群里留言。", EN: "Please write here in the group."},
		)
	}
	return chat.Lines(
		chat.Text{ZH: "【下一班】%s", EN: "Next on duty: %s"}.F(name),
		chat.Text{ZH: "时间：%s", EN: "Hours: %s"}.F(c.hours()),
		chat.Text{ZH: "现在不在值班时间，请先留言，上班后尽快回复。", EN: "Nobody is on duty right now. Please leave a message; you will hear from us then."},
	)
}

func (c Card) hours() chat.Text {
	return chat.Text{ZH: "%s 至 %s", EN: "%s to %s"}.F(c.moment(c.From, Day{}), c.moment(c.Until, DayOf(c.From)))
}

// moment is a time of day, with its day unless that is the one before.
func (c Card) moment(at time.Time, before Day) chat.Text {
	clock := at.Format("15:04")
	d := DayOf(at)
	switch {
	case d == before.Plus(1) && before != (Day{}) && clock == "00:00":
		return chat.Same("24:00")
	case d == before:
		return chat.Same(clock)
	case d == c.Today:
		return chat.Text{ZH: "今天 " + clock, EN: "today " + clock}
	case d == c.Today.Plus(1):
		return chat.Text{ZH: "明天 " + clock, EN: "tomorrow " + clock}
	}
	return chat.Text{ZH: at.Format("1月2日 ") + clock, EN: at.Format("2 Jan ") + clock}
}
