package bot

import "qunguan/bot/access"

// Measured are the items that some command needs: only of those does the journal show the use. Of others nothing is
// claimed.
func (c Call) Measured() access.Items {
	var out access.Items
	for _, cmd := range c.Commands() {
		out = out.With(cmd.Needs)
	}
	return out
}
