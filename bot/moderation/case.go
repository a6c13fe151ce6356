package moderation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// Case is what one person was seen to break in one hour. Messages are named by marks only: what was written is not kept.
type Case struct {
	Who  chat.User       `json:"who"`
	Kind chat.PersonKind `json:"kind,omitempty"`
	Hour time.Time       `json:"hour"` // its first moment
	Last time.Time       `json:"last"` // of the latest message
	// Seen are the marks of the messages, so that one that is told of twice counts once.
	Seen []string `json:"seen"`
	// Gone are those of Seen that were recalled since.
	Gone  []string     `json:"gone,omitempty"`
	Of    map[What]int `json:"of"`
	Words []string     `json:"words,omitempty"` // marks of the words that were found
	Told  int          `json:"told,omitempty"`  // how many of Seen the admins have been told of
	// Next is when something is to be done about the case: to tell of it, and at last to forget it.
	Next  time.Time `json:"next"`
	Asked chat.User `json:"asked,omitempty"` // who asked the sender to recall
	State State     `json:"state,omitempty"`
	By    chat.User `json:"by,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// State is how a case, or a report, has ended.
type State string

// The states. The zero State is open.
const (
	StateWarned  State = "warned"
	StateIgnored State = "ignored"
	StateUpheld  State = "upheld"
	StateUnheld  State = "not_upheld"
)

// Due is when something is to be done about the case.
func (c Case) Due() time.Time { return c.Next }

// Count is how many messages it is about; at MostSeen there may be more.
func (c Case) Count() int { return len(c.Seen) }

// Code is what people call the case by.
func (c Case) Code() string { return short("case\x00" + c.Key()) }

// Key is the record of the case.
func (c Case) Key() string { return fmt.Sprintf("%s%s/%d", casePrefix, c.Who, c.Hour.Unix()) }

// The times of a case.
const (
	// gathers is how long more of the same is waited for before the admins are told.
	gathers = time.Minute
	// remembers is how long a case is kept. Messages that are older are not looked at.
	remembers = 30 * 24 * time.Hour
	// OldestSeen is how old a message may be to be looked at when it is told of.
	OldestSeen = 7 * 24 * time.Hour
	// MostSeen is how many messages one case counts.
	MostSeen = 100
)

// with is the case with one more message.
func (c Case) with(mark string, h Hit, now time.Time) Case {
	c.Seen, c.Words = append(slices.Clone(c.Seen), mark), slices.Clone(c.Words)
	if h.At.After(c.Last) {
		c.Last = h.At.UTC()
	}
	of := map[What]int{}
	maps.Copy(of, c.Of)
	for _, w := range h.Breach.What {
		of[w]++
	}
	c.Of = of
	for _, w := range h.Breach.Words {
		if !slices.Contains(c.Words, w) && len(c.Words) < 20 {
			c.Words = append(c.Words, w)
		}
	}
	c.State, c.By, c.At = "", "", time.Time{}
	if c.Told == 0 {
		if c.Next.IsZero() {
			c.Next = now.UTC().Add(gathers).Truncate(time.Second)
		}
		return c
	}
	c.Next = c.after(now)
	return c
}

// after is when the admins are told of what else comes within the hour: once it is over.
func (c Case) after(now time.Time) time.Time {
	over := c.Hour.Add(time.Hour)
	if soon := now.UTC().Add(gathers).Truncate(time.Second); over.Before(soon) {
		return soon
	}
	return over
}

// itemOf is the item that whoever may do this has, or else whose holders watch over it.
func itemOf(w What) string {
	switch w {
	case Everybody:
		return "mention_all"
	case File:
		return "files"
	case Keyword:
	}
	return "review_messages"
}

func (c Case) forget() time.Time { return c.Last.Add(remembers).Truncate(time.Second) }

// Text tells what a case is about, as people read it; none of the words.
func (c Case) Text() chat.Text {
	var zh, en []string
	for _, w := range []What{Keyword, File, Everybody} {
		if n := c.Of[w]; n > 0 {
			l := w.Label()
			zh, en = append(zh, fmt.Sprintf("%s %d 次", l.ZH, n)), append(en, fmt.Sprintf("%s ×%d", l.EN, n))
		}
	}
	t := chat.Text{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}
	if len(c.Seen) >= MostSeen {
		t = t.Plus(chat.Text{ZH: fmt.Sprintf("（%d 条以上，不再细数）", MostSeen), EN: fmt.Sprintf(" (%d or more, no longer counted)", MostSeen)})
	}
	if n := len(c.Gone); n > 0 {
		t = t.Plus(chat.Text{ZH: fmt.Sprintf("，其中 %d 条已撤回", n), EN: fmt.Sprintf(", %d of them recalled", n)})
	}
	return t
}

// Label is the way as people read it.
func (w What) Label() chat.Text {
	switch w {
	case Keyword:
		return chat.Text{ZH: "命中关键词", EN: "keyword"}
	case File:
		return chat.Text{ZH: "发文件", EN: "file"}
	case Everybody:
		return chat.Text{ZH: "@所有人", EN: "@ everybody"}
	}
	return chat.Same(string(w))
}

func short(of string) string {
	sum := sha256.Sum256([]byte(of))
	return hex.EncodeToString(sum[:4])
}
