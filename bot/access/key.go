package access

import (
	"strings"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// CapKey is the key of the record that limits how many people may hold a role.
const CapKey = "cap"

// Of names the book of a group; of the zero group: the company's book.
func Of(g chat.Group) journal.Name {
	if g == "" {
		return journal.Named("company", "access")
	}
	return journal.Named("access", string(g))
}

// RoleKey is the key of a person's fixed or temporary role.
func RoleKey(who chat.User, temporary bool) string {
	if temporary {
		return "temp/" + string(who)
	}
	return "role/" + string(who)
}

// EligibleKey is the key of a role that its holder may activate.
func EligibleKey(who chat.User) string { return "eligible/" + string(who) }

// ActiveKey is the key of a running activation.
func ActiveKey(who chat.User) string { return "active/" + string(who) }

// rolesOf are the keys of all roles that a person may have in a book.
func rolesOf(who chat.User) []string {
	return []string{RoleKey(who, false), RoleKey(who, true), EligibleKey(who), ActiveKey(who)}
}

// OwnerKey is the key of an Owner.
func OwnerKey(who chat.User) string { return "owner/" + string(who) }

// DepartmentAdminKey is the key of a DepartmentAdmin.
func DepartmentAdminKey(who chat.User) string { return "department-admin/" + string(who) }

// StatementKey is the key of a statement: one for each tier, term, subject, scope and set of items. Setting again
// replaces, whatever the effect; but a setting of the group never replaces one of the company.
func StatementKey(s Statement) string {
	term := "fixed"
	if !s.Until.IsZero() {
		term = "temp"
	}
	parts := []string{
		s.Tier.String(), term, s.Subject.Kind.String(), s.Subject.ID, s.Scope.Kind.String(), s.Scope.Department,
		s.Scope.Tag, listed(s.Scope.Groups), listed(s.Scope.Members), strings.Join(s.Items.Names(), ","),
	}
	for i, p := range parts {
		parts[i] = inKey.Replace(p)
	}
	return "statement/" + strings.Join(parts, "/")
}

// They keep the parts of a key, and the members of a list in it, apart, whatever departments and tags are called.
var (
	inKey  = strings.NewReplacer("%", "%25", "/", "%2F")
	outKey = strings.NewReplacer("%25", "%", "%2F", "/")
	inList = strings.NewReplacer("%", "%25", ",", "%2C")
)

func listed[T ~string](list []T) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = inList.Replace(string(v))
	}
	return strings.Join(parts, ",")
}
