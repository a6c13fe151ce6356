package access

import (
	"strings"
	"time"

	"qunguan/bot/chat"
)

// GlassFor is how long a broken glass lasts.
const GlassFor = 30 * time.Minute

// glassSource marks the statement of a broken glass.
const glassSource = "breakglass"

// IsGlass says whether the statement is that of a broken glass.
func (s Statement) IsGlass() bool { return s.Source == glassSource }

// Glass is the glass that somebody has broken in the group, if it still counts.
func (f Facts) Glass(who chat.User, at time.Time) (Statement, bool) {
	for _, s := range f.Group.Statements() {
		if s.IsGlass() && s.Subject == About(who) && at.Before(s.Until) {
			return s, true
		}
	}
	return Statement{}, false
}

// BreakGlass gives a senior admin of the group every item for half an hour, on nobody's word but their own. What is
// denied for good stays denied: still lists that. Owners and department admins have everything anyway, and nobody breaks
// a second glass while one counts; both are no change.
func (f Facts) BreakGlass(g chat.Group, by chat.User, reason string, now time.Time) (c Change, still Items, d Decision) {
	now = now.UTC().Round(0)
	d = Decision{Allowed: true, Rule: RuleGranted, item: Policy}
	if _, running := f.Glass(by, now); running || f.Governs(by, g) {
		return nil, 0, d
	}
	switch f.LevelOf(by, g, now) {
	case Senior:
	case NoLevel:
		return nil, 0, Decision{Rule: RuleDefault}
	default:
		return nil, 0, Decision{Rule: RuleCeiling}
	}
	all := allItems
	if f.Offered != 0 {
		all = f.Offered
	}
	s := Statement{
		Subject: About(by), Scope: In(g), Items: all, Breadth: Bundle, Effect: Allow, From: now,
		Until: now.Add(GlassFor).Truncate(time.Second), By: by, Reason: reason, At: now, Source: glassSource,
	}
	c = Change{set(f.Group, g, StatementKey(s), &s)}
	after, err := f.After(g, c)
	if err != nil {
		return nil, 0, denied(RuleNothingGranted)
	}
	return c, all.Minus(after.Items(by, f.Actor, g, now)), d
}

// EndGlass takes somebody's broken glass away before its end; no change if there is none.
func (f Facts) EndGlass(g chat.Group, who chat.User, now time.Time) Change {
	s, ok := f.Glass(who, now)
	if !ok {
		return nil
	}
	return Change{set[Statement](f.Group, g, StatementKey(s), nil)}
}

// GlassOf reads the glass in a record; ok is false for everything else.
func GlassOf(key string, raw []byte) (s Statement, ok bool) {
	if raw == nil || !strings.HasPrefix(key, "statement/") {
		return Statement{}, false
	}
	s, err := decodeStatement(key, raw)
	return s, err == nil && s.IsGlass()
}
