package calendar

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"qunguan/bot/chat"
)

// refresh is how often calendar programs are asked to look again; they do as they like.
const refresh = "PT1H"

// write writes a calendar: what its program is told about it, the zone, and one event a turn. The same listing is
// written the same, to the byte.
//
// In a person's own calendar the turns of which they are the backup are events of their own, since for those they must
// be reachable, and free all the same. In a group's calendar there is one event a turn, with the backup in its
// description: as events of their own they would show everything twice.
func (c *Calendars) write(l listing) []byte {
	cal := ics.NewCalendarFor("qunguan")
	cal.SetProductId("-//qunguan//duty//" + strings.ToUpper(string(c.Language)))
	cal.SetMethod(ics.MethodPublish)
	cal.SetCalscale("GREGORIAN")
	of := l.who
	if l.title != "" {
		of = l.title
	}
	cal.SetName(chat.Text{ZH: "值班：%s", EN: "Duty: %s"}.F(of).In(c.Language)) // and X-WR-CALNAME, which older programs read
	cal.SetXWRTimezone(c.Zone.String())
	cal.SetRefreshInterval(refresh)
	cal.SetXPublishedTTL(refresh)
	if words := c.unknown(l.unknown); words != "" {
		cal.SetDescription(words)
		cal.SetXWRCalDesc(words)
	}
	var until time.Time
	for _, e := range l.events {
		if e.turn.End.After(until) {
			until = e.turn.End
		}
	}
	if len(l.events) > 0 && c.Zone != time.UTC {
		cal.AddVTimezone(timezone(c.Zone, l.events[0].turn.Start, until))
	}
	for _, e := range l.events {
		cal.AddVEvent(c.event(l, e))
	}
	var out bytes.Buffer
	if err := cal.SerializeTo(&out, ics.WithNewLine("\r\n")); err != nil {
		panic("unreachable: a buffer takes everything, and no value here has a wrong form: " + err.Error())
	}
	return out.Bytes()
}

func (c *Calendars) event(l listing, e event) *ics.VEvent {
	out := ics.NewEvent(uid(l.feed.ID, e))
	out.SetDtStampTime(e.revised)
	out.SetModifiedAt(e.revised)
	out.SetSequence(int(e.revised.Sub(sequenceEpoch) / time.Second))
	setMoment(&out.ComponentBase, ics.ComponentPropertyDtStart, e.turn.Start, c.Zone)
	setMoment(&out.ComponentBase, ics.ComponentPropertyDtEnd, e.turn.End, c.Zone)
	summary, transparency := chat.Text{ZH: "值班：%s", EN: "On duty: %s"}.F(e.title), ics.TransparencyOpaque
	switch {
	case l.feed.Group != "":
		summary, transparency = chat.Text{ZH: "%s 值班：%s", EN: "%s on duty: %s"}.F(e.who, e.title), ics.TransparencyTransparent
	case e.standby:
		summary, transparency = chat.Text{ZH: "值班（B 角）：%s", EN: "Backup: %s"}.F(e.title), ics.TransparencyTransparent
	}
	out.SetSummary(summary.In(c.Language))
	out.SetTimeTransparency(transparency)
	if words := c.description(e); words != "" {
		out.SetDescription(words)
	}
	return out
}

// sequenceEpoch is what sequence numbers count seconds from: "SEQUENCE" is an integer of 32 bits (RFC 5545, 3.3.8), which
// some programs read as just that, and must grow.
var sequenceEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

func (c *Calendars) description(e event) string {
	lines := []string{chat.Text{ZH: "值班：%s", EN: "On duty: %s"}.F(e.who).In(c.Language)}
	if e.backup != "" {
		lines = append(lines, chat.Text{ZH: "B 角：%s", EN: "Backup: %s"}.F(e.backup).In(c.Language))
	}
	if e.doubt != 0 {
		lines = append(lines, c.unknown([]int{e.doubt}))
	}
	return strings.Join(lines, "\n")
}

// unknown says of which years the days off are not known; empty for none.
func (c *Calendars) unknown(years []int) string {
	if len(years) == 0 {
		return ""
	}
	var list []string
	for _, y := range years {
		list = append(list, strconv.Itoa(y))
	}
	return chat.Text{
		ZH: "%s 年的放假安排还不知道，按周一至周五上班算，公布后会变。",
		EN: "The days off of %s are not known yet; Monday to Friday counts as worked, which will change.",
	}.F(strings.Join(list, ", ")).In(c.Language)
}

// uid is the same for a turn each time the calendar is written, also when somebody else takes it, and tells nothing about
// the group.
func uid(feed string, e event) string {
	parts := []string{feed, string(e.group), e.turn.Start.UTC().Format(time.RFC3339Nano), strconv.FormatBool(e.standby)}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16]) + "@qunguan"
}
