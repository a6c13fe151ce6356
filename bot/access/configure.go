package access

import (
	"maps"
	"slices"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Configure is the change that makes the company's book name exactly these 超级管理员 and 分级管理员, and this cap; a
// cap of 0 is DefaultCap. It is empty when the book says so already. Rights of the configuration are asked of
// nobody: whoever writes the file decides.
func (b Book) Configure(owners []chat.User, admins []DepartmentAdmin, people int) Change {
	var out Change
	wanted := map[string]bool{CapKey: people > 0}
	for _, who := range slices.Compact(sorted(owners)) {
		wanted[OwnerKey(who)] = true
		out = append(out, set(b, "", OwnerKey(who), &Owner{Who: who}))
	}
	byUser := map[chat.User][]string{}
	for _, a := range admins {
		byUser[a.Who] = append(byUser[a.Who], a.Departments...)
	}
	for _, who := range slices.Sorted(maps.Keys(byUser)) {
		a := DepartmentAdmin{Who: who, Departments: slices.Compact(sorted(byUser[who]))}
		wanted[DepartmentAdminKey(who)] = true
		out = append(out, set(b, "", DepartmentAdminKey(who), &a))
	}
	if people > 0 {
		out = append(out, set(b, "", CapKey, &Cap{People: people}))
	}
	for _, who := range b.Owners() {
		if key := OwnerKey(who); !wanted[key] {
			out = append(out, set[Owner](b, "", key, nil))
		}
	}
	for _, a := range b.DepartmentAdmins() {
		if key := DepartmentAdminKey(a.Who); !wanted[key] {
			out = append(out, set[DepartmentAdmin](b, "", key, nil))
		}
	}
	if _, ok := b.RoleCap(); ok && people <= 0 {
		out = append(out, set[Cap](b, "", CapKey, nil))
	}
	return slices.DeleteFunc(out, func(c journal.Change) bool { return c.IsNothing() })
}
