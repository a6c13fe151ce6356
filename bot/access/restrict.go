package access

import (
	"time"

	"qunguan/bot/chat"
)

// Restrict narrows a person's role to some of what it gives: the role that Relevel would change. It never widens one;
// items that it does not give stay ungiven. What would leave nothing grants nothing.
func (f Facts) Restrict(g chat.Group, by, who chat.User, only Items, now time.Time) (Change, Decision) {
	empty := false
	c, d := f.rework(g, by, who, now, func(r *Role) {
		left := only & r.Items()
		if empty = left == 0; left != r.Items() {
			r.Only = left
		}
	})
	if empty && d.Allowed {
		return nil, denied(RuleNothingGranted)
	}
	return c, d
}
