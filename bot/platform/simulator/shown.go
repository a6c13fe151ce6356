package simulator

import (
	"slices"
	"time"
)

// keptItems is how many shown messages, callbacks and sent messages are remembered; older ones are forgotten.
const keptItems = 2000

// directBot is the name of the direct chat with the smart bot; the direct chat with the app has the empty name.
const directBot = "bot"

// The kinds of what is shown.
const (
	Said     = "said"   // a person said it
	Replied  = "reply"  // a bot's passive reply, or its answer to a response_url
	Notified = "notice" // message/send or appchat/send
	Carded   = "card"   // a card, whichever way it came
	Pictured = "image"  // a picture
	Filed    = "file"   // a file
)

// Shown is one message as one person sees it.
type Shown struct {
	N   int64     `json:"n"`   // grows with time
	Rev int64     `json:"rev"` // N, or larger once the message was changed after it was shown
	At  time.Time `json:"at"`
	// Where is the group, "" for the direct chat with the app, "bot" for the direct chat with the smart bot.
	Where string `json:"where"`
	From  string `json:"from"` // who spoke; empty is the bot
	Kind  string `json:"kind"`
	// Markdown says that the client renders Text; the platform shows a msgtype of "text" as it is.
	Markdown bool      `json:"markdown"`
	Text     string    `json:"text"`
	Card     *CardView `json:"card,omitempty"`
	Picture  *Picture  `json:"picture,omitempty"`
	File     *File     `json:"file,omitempty"`
	Recalled bool      `json:"recalled,omitempty"` // whoever sent it took it back; its content is gone
}

// item is one message in the simulator's memory.
type item struct {
	Shown
	card     *card
	archived string // what the archive pipeline calls it; empty if it does not know it
	audience []string
}

// show remembers a message. The caller holds s.mu.
func (s *Simulator) show(i item) *item {
	s.seq++
	i.N, i.Rev, i.At = s.seq, s.seq, s.opts.Now()
	s.shown = append(s.shown, &i)
	if len(s.shown) > keptItems {
		s.shown = slices.Delete(s.shown, 0, len(s.shown)-keptItems)
	}
	s.events.wake()
	return &i
}

// touch marks a message as changed. The caller holds s.mu.
func (s *Simulator) touch(i *item) {
	s.seq++
	i.Rev = s.seq
	s.events.wake()
}

// moved marks the world as changed. The caller holds s.mu.
func (s *Simulator) moved() {
	s.worldRev++
	s.events.wake()
}

// Sees returns everything that a person still sees, oldest first.
func (s *Simulator) Sees(who string) []Shown {
	return s.seesSince(who, 0)
}

// seesSince returns what was shown or changed after revision rev.
func (s *Simulator) seesSince(who string, rev int64) []Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Shown
	for _, i := range s.shown {
		if i.Rev <= rev || !slices.Contains(i.audience, who) {
			continue
		}
		v := i.Shown
		if i.card != nil && !i.Recalled {
			v.Card = i.card.view(who)
		}
		out = append(out, v)
	}
	return out
}

// members returns who is in a group now. The caller holds s.mu.
func (s *Simulator) members(group string) []string {
	if g := s.world.group(group); g != nil {
		return slices.Clone(g.Members)
	}
	return nil
}
