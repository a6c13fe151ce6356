package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// managersOf are those who answer for a group, which was read: its senior admins and the department admins of its
// place. With the zero Group, and where there is nobody else, the owners. Nobody is told of their own matter by
// themselves alone: except is left out as long as there is anybody else.
func managersOf(c bot.Call, g chat.Group, except chat.User) []chat.User {
	var out []chat.User
	if g != "" {
		f := c.In(g)
		for _, who := range f.Everyone() {
			if !f.IsOwner(who) && (f.Governs(who, g) || f.LevelOf(who, g, c.Now) == access.Senior) {
				out = append(out, who)
			}
		}
	}
	out = slices.DeleteFunc(out, func(u chat.User) bool { return u == except })
	if len(out) > 0 {
		return out
	}
	owners := c.Access.Company.Owners()
	if others := slices.DeleteFunc(slices.Clone(owners), func(u chat.User) bool { return u == except }); len(others) > 0 {
		return others
	}
	return owners
}
