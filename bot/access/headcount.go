package access

// Headcount is what the number of admins means for a group of a size (D1). The zero Headcount alarms.
type Headcount uint8

// The verdicts, from worst to worth a note.
const (
	Alarming Headcount = iota // no admin at all, or fewer than three for 201 people and more
	TooFew                    // below the range: a warning
	RightNumber
	TooMany // above the range: a note
)

// Wanted is the range of admins for a group of so many people (D1, R21-R23).
func Wanted(people int) (least, most int) {
	switch {
	case people <= 50:
		return 1, 2
	case people <= 200:
		return 2, 3
	}
	return 4, 5
}

// HeadcountOf judges how many admins a group has. Everyone who holds a role counts once.
func HeadcountOf(people, admins int) Headcount {
	least, most := Wanted(people)
	switch {
	case admins < 1, people > 200 && admins < 3:
		return Alarming
	case admins < least:
		return TooFew
	case admins > most:
		return TooMany
	}
	return RightNumber
}
