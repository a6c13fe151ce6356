package duty

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Feed is a calendar of turns that one person subscribes to in a calendar program. Whoever knows the secret in its
// address reads it, without saying who they are; the secret itself is kept nowhere. The zero Feed is none.
type Feed struct {
	ID    string     `json:"id"`              // made of the secret; tells nobody what it is
	Hash  string     `json:"hash"`            // SHA-256 of the secret, in hexadecimal
	Who   chat.User  `json:"who"`             // who subscribes
	Group chat.Group `json:"group,omitempty"` // the group whose turns it shows; empty: Who's own, in all groups
	At    time.Time  `json:"at"`
}

// NewFeed is the feed that a secret opens.
func NewFeed(secret string, who chat.User, g chat.Group, at time.Time) Feed {
	return Feed{ID: FeedID(secret), Hash: hashOf(secret), Who: who, Group: g, At: at}
}

// FeedID is the id of the feed that a secret would open.
func FeedID(secret string) string { return hashOf("id\x00" + secret)[:32] }

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Opens says whether a secret is the feed's. How long it takes does not tell how much of it was right.
func (f Feed) Opens(secret string) bool {
	return f.ID != "" && subtle.ConstantTimeCompare([]byte(hashOf(secret)), []byte(f.Hash)) == 1
}

// Feeds are the feeds of one person, the oldest first. Safe to share; it never changes.
type Feeds struct{ list []Feed }

// All returns the feeds.
func (fs Feeds) All() []Feed { return slices.Clone(fs.list) }

// OfFeed names the aggregate in which a feed is found by its address.
func OfFeed(id string) journal.Name { return journal.Named("feed", id) }

// OfFeeds names the aggregate of one person's feeds.
func OfFeeds(u chat.User) journal.Name { return journal.Named("feeds", string(u)) }

const feedKey = "feed"

// BuildFeed makes a Feed of its records.
func BuildFeed(records map[string]json.RawMessage) (Feed, error) {
	var f Feed
	for key, raw := range records {
		if key != feedKey {
			return Feed{}, fmt.Errorf("unknown record %q of a feed", key)
		}
		var err error
		if f, err = journal.Decode[Feed](raw); err != nil {
			return Feed{}, err
		}
	}
	return f, nil
}

// BuildFeeds makes Feeds of their records.
func BuildFeeds(records map[string]json.RawMessage) (Feeds, error) {
	var fs Feeds
	for key, raw := range records {
		f, err := journal.Decode[Feed](raw)
		if err != nil {
			return Feeds{}, err
		}
		if f.ID != key {
			return Feeds{}, fmt.Errorf("record %q of feeds is that of %q", key, f.ID)
		}
		fs.list = append(fs.list, f)
	}
	slices.SortFunc(fs.list, func(a, b Feed) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	return fs, nil
}

// The kinds of events of feeds.
const (
	FeedMade    journal.Kind = "duty.feed_made"
	FeedRevoked journal.Kind = "duty.feed_revoked"
)

func feedActs() []journal.Happening {
	return []journal.Happening{
		{Kind: FeedMade, Text: chat.Text{ZH: "要了值班日历的地址", EN: "got the address of a duty calendar"}},
		{Kind: FeedRevoked, Text: chat.Text{ZH: "停用值班日历的地址", EN: "revoked the address of a duty calendar"}, Final: chat.Text{
			ZH: "停用的地址可能已经外泄，不能恢复；请发 `/值班 日历` 要一个新的。",
			EN: "A revoked address may be known to others and does not come back; send `/duty calendar` for a new one.",
		}},
	}
}

// MostFeeds is how many addresses one person may have at a time.
const MostFeeds = 5

// ErrManyFeeds says that a person has MostFeeds feeds already.
var ErrManyFeeds = errors.New("too many feeds")

// Make returns the event in which a person gets another feed.
func (fs Feeds) Make(f Feed) (journal.Event, error) {
	if len(fs.list) >= MostFeeds {
		return journal.Event{}, ErrManyFeeds
	}
	return journal.Event{Kind: FeedMade, Group: f.Group, Targets: []chat.User{f.Who}, Changes: []journal.Change{
		journal.Set(OfFeed(f.ID), feedKey, nil, &f), journal.Set(OfFeeds(f.Who), f.ID, nil, &f),
	}}, nil
}

// Revoke returns the event in which those feeds end that which says so; ok is false if there are none.
func (fs Feeds) Revoke(which func(Feed) bool) (e journal.Event, ended []Feed, ok bool) {
	e.Kind = FeedRevoked
	for _, f := range fs.list {
		if !which(f) {
			continue
		}
		ended = append(ended, f)
		e.Targets = people(f.Who)
		e.Changes = append(e.Changes,
			journal.Set(OfFeed(f.ID), feedKey, &f, nil), journal.Set(OfFeeds(f.Who), f.ID, &f, nil))
	}
	return e, ended, len(ended) > 0
}
