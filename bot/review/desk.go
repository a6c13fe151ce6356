package review

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Charge is what one reviewer has to do in one campaign, and how they do it.
type Charge struct {
	Campaign string    `json:"campaign"`
	Closes   time.Time `json:"closes"`
	Cases    int       `json:"cases,omitempty"`
	Open     int       `json:"open,omitempty"`   // of those, to be decided
	Told     time.Time `json:"told,omitzero"`    // when the card was sent; zero: not yet
	Says     int       `json:"says,omitempty"`   // how many cases the newest card tells of
	Groups   int       `json:"groups,omitempty"` // and in how many groups
	Reminded int       `json:"reminded,omitempty"`
	Next     time.Time `json:"next,omitzero"` // when to tell, or to remind
	Pace     Pace      `json:"pace,omitzero"`
}

// Due is when the reviewer must be told, or reminded.
func (c Charge) Due() time.Time { return c.Next }

// Share is what one reviewer has to do in one group.
type Share struct {
	Campaign string     `json:"campaign"`
	Group    chat.Group `json:"group"`
	Cases    int        `json:"cases"`
	Open     int        `json:"open"`
}

// Desk is everything that one reviewer has to do. The zero Desk is empty. Safe to share; it never changes.
type Desk struct {
	charges map[string]Charge
	shares  map[string]Share
}

// DeskOf names the aggregate of one reviewer.
func DeskOf(who chat.User) journal.Name { return journal.Named("reviewer", string(who)) }

const (
	chargePrefix = "charge/"
	sharePrefix  = "share/"
)

// ChargeKey is the record of a charge.
func ChargeKey(campaign string) string { return chargePrefix + campaign }

func shareKey(campaign string, g chat.Group) string {
	return sharePrefix + campaign + "/" + string(g)
}

// BuildDesk makes a Desk of its records.
func BuildDesk(records map[string]json.RawMessage) (Desk, error) {
	d := Desk{charges: map[string]Charge{}, shares: make(map[string]Share, len(records))}
	for key, raw := range records {
		switch {
		case strings.HasPrefix(key, chargePrefix):
			c, err := journal.Decode[Charge](raw)
			if err != nil {
				return Desk{}, err
			}
			d.charges[c.Campaign] = c
		case strings.HasPrefix(key, sharePrefix):
			s, err := journal.Decode[Share](raw)
			if err != nil {
				return Desk{}, err
			}
			d.shares[key] = s
		default:
			return Desk{}, fmt.Errorf("unknown record %q of a reviewer", key)
		}
	}
	return d, nil
}

// Charge returns what somebody has to do in a campaign.
func (d Desk) Charge(campaign string) (Charge, bool) {
	c, ok := d.charges[campaign]
	return c, ok
}

// Shares lists the groups of a campaign in which somebody has cases, by id.
func (d Desk) Shares(campaign string) []Share {
	var out []Share
	for _, s := range d.shares {
		if s.Campaign == campaign {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(x, y Share) int { return cmp.Compare(x.Group, y.Group) })
	return out
}

// Waiting lists the groups in which cases wait, of all campaigns: what closes first comes first.
func (d Desk) Waiting() []Share {
	var out []Share
	for _, s := range d.shares {
		if s.Open > 0 {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(x, y Share) int {
		return cmp.Or(d.charges[x.Campaign].Closes.Compare(d.charges[y.Campaign].Closes), strings.Compare(x.Campaign, y.Campaign), cmp.Compare(x.Group, y.Group))
	})
	return out
}

// Settled says whether nothing waits in a charge any more: whoever would be reminded of it need not be.
func (d Desk) Settled(record string) bool {
	c, ok := d.charges[strings.TrimPrefix(record, chargePrefix)]
	return !ok || c.Open == 0
}

// Places is in how many groups cases of a campaign wait.
func (d Desk) Places(campaign string) (n int) {
	for _, s := range d.shares {
		if s.Campaign == campaign && s.Open > 0 {
			n++
		}
	}
	return n
}

// NextReminder is when a reviewer is reminded next: in the morning of the day half-way, and of the last day. Zero is
// never. The location of now is the zone whose mornings are meant.
func NextReminder(opened, closes, now time.Time) time.Time {
	morning := func(at time.Time) time.Time {
		y, m, d := at.In(now.Location()).Date()
		return time.Date(y, m, d, 9, 0, 0, 0, now.Location())
	}
	for _, at := range []time.Time{morning(opened.Add(closes.Sub(opened) / 2)), morning(closes)} {
		if at.After(now) && at.Before(closes) && at.Sub(opened) >= day/2 {
			return at.UTC()
		}
	}
	return time.Time{}
}
