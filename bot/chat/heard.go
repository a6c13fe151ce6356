package chat

import "time"

// Heard is a message that somebody wrote in a group, as a source of messages tells of it: who and when, not to the bot.
type Heard struct {
	ID    string // unique within the tenant, the same each time the source tells it
	Group Group
	From  User
	// Kind is whether From belongs to the company; zero where the source cannot tell.
	Kind  PersonKind
	Robot bool // From is a program: what it writes answers nobody and asks nothing
	At    time.Time
	// Recalls is the ID of the message that this one takes back; empty for one that says something.
	Recalls string
	Form    string // text, image, file, …: a word of the source's own
	Text    string // as written; empty where it is not told. It is looked at and never kept.
	// Everybody says that it mentions all members.
	Everybody bool
}

// Cursor is how far a source has been read, kept together with what was read. The zero Cursor keeps nothing.
type Cursor struct {
	Source string
	Seq    uint64 // of the newest message that was taken in
}
