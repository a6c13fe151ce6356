package commands

import (
	"strings"

	"qunguan/bot"
)

// elsewhere is what a suggested command needs behind it to be about the same group: nothing, unless the group was named
// with a #, since typed as it stands the suggestion would be about the chat that it is typed in.
func elsewhere(c bot.Call) string {
	if !strings.ContainsAny(c.Message.Text, "#＃") || !c.Group.Bound() {
		return ""
	}
	return " #" + string(c.Group.ID)
}
