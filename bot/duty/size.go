package duty

import (
	"time"

	"qunguan/bot/chat"
)

// Size is how large a group is as far as its duty is concerned (R21-R23). The zero Size is of a group whose people
// are not known.
type Size uint8

// The sizes.
const (
	UnknownSize Size = iota
	Small            // 50 people at most
	Medium           // 51 to 200
	Large            // 201 and more
)

// SizeOf is the size of a group of so many people. A group of nobody is not known.
func SizeOf(people int) Size {
	switch {
	case people <= 0:
		return UnknownSize
	case people <= 50:
		return Small
	case people <= 200:
		return Medium
	}
	return Large
}

// Sizes are the sizes from small to large.
func Sizes() []Size { return []Size{Small, Medium, Large} }

// People is the range of people as a table writes it.
func (s Size) People() chat.Text {
	switch s {
	case Small:
		return chat.Text{ZH: "≤50人", EN: "≤50 people"}
	case Medium:
		return chat.Text{ZH: "51-200人", EN: "51-200 people"}
	case Large:
		return chat.Text{ZH: "≥201人", EN: "≥201 people"}
	case UnknownSize:
	}
	return chat.Text{ZH: "人数未知", EN: "people unknown"}
}

// Label is how the day is divided in a group of the size.
func (s Size) Label() chat.Text {
	switch s {
	case Small:
		return chat.Text{ZH: "单班制", EN: "one shift"}
	case Medium:
		return chat.Text{ZH: "两班倒", EN: "two shifts"}
	case Large:
		return chat.Text{ZH: "三班制", EN: "three shifts"}
	case UnknownSize:
	}
	return chat.Text{ZH: "未知", EN: "unknown"}
}

var sizeWords = map[string]Size{
	"small": Small, "single": Small, "单班": Small, "单班制": Small,
	"medium": Medium, "double": Medium, "两班": Medium, "两班倒": Medium, "两班制": Medium,
	"large": Large, "triple": Large, "三班": Large, "三班制": Large, "三班倒": Large,
}

// ParseSize reads what people write for a size: its word, or how the day is divided then.
func ParseSize(said string) (Size, bool) {
	s, ok := sizeWords[said]
	return s, ok
}

// String is the word of a size in commands; empty for an unknown one.
func (s Size) String() string {
	switch s {
	case Small:
		return "small"
	case Medium:
		return "medium"
	case Large:
		return "large"
	case UnknownSize:
	}
	return ""
}

// Answer is how soon a customer gets a first response in a group of the size (R21-R23); 0 for an unknown one.
func (s Size) Answer() time.Duration {
	switch s {
	case Small:
		return 30 * time.Minute
	case Medium:
		return 15 * time.Minute
	case Large:
		return 5 * time.Minute
	case UnknownSize:
	}
	return 0
}

// Spans are the shifts of a day in a group of the size, with nobody in them yet (D7).
func (s Size) Spans() []Shift {
	const hour = 60
	switch s {
	case Small:
		return []Shift{{From: 9 * hour, To: 18 * hour}}
	case Medium:
		return []Shift{{From: 8 * hour, To: 16 * hour}, {From: 16 * hour, To: 24 * hour}}
	case Large:
		return []Shift{{From: 0, To: 8 * hour}, {From: 8 * hour, To: 16 * hour}, {From: 16 * hour, To: 24 * hour}}
	case UnknownSize:
	}
	return nil
}

// Cut is the shifts of a day in a group of the size, given to people in rotation: whoever has the next shift is the
// B角 of this one. Somebody alone has every shift and no backup. Without people there are no shifts.
func (s Size) Cut(people []chat.User) []Shift {
	if len(people) == 0 {
		return nil
	}
	shifts := s.Spans()
	for i := range shifts {
		shifts[i].Who = people[i%len(people)]
		if len(people) > 1 {
			shifts[i].Backup = people[(i+1)%len(people)]
		}
	}
	return shifts
}

// Share is the shifts of a day in a group of the size. Where there are more people than shifts, all of them take turns, a
// day or a week each, and go from the early shift to the late one, so that nobody is on again at once; else it is Cut.
func (s Size) Share(people []chat.User, unit Unit, from Day) []Shift {
	shifts := s.Spans()
	if len(people) <= len(shifts) {
		return s.Cut(people)
	}
	for i := range shifts {
		order := make([]chat.User, len(people))
		for k := range order {
			order[k] = people[mod(k-i, len(people))]
		}
		shifts[i].Rotation = &Rotation{People: order, Unit: unit, Length: 1, Anchor: from}
	}
	return shifts
}
