package access

import (
	"slices"

	"qunguan/bot/chat"
)

// people is step 4 and D3: whom an allow may be used on.
func (o *oracle) people(q Request, winner *spoken, rule Rule) (bool, Rule) {
	if q.Target == "" {
		return true, rule
	}
	if q.Target == q.Actor {
		if q.Item == Remove || q.Item == Mute || q.Item == Approve {
			return false, RuleSelf
		}
		return true, rule
	}
	if winner != nil && !o.inside(winner.data, q) {
		return false, RuleDataScope
	}
	if rule == RuleOwner || q.Item != Remove && q.Item != Mute && q.Item != Recall {
		return true, rule
	}
	if owner, admin := o.above(q.Target); owner || admin {
		return false, RuleRank
	}
	if winner == nil {
		return true, rule
	}
	theirs := o.level(q.Target, q)
	mine := o.level(q.Actor, q)
	if winner.role != nil {
		mine = winner.role.Level
	}
	if mine == Senior && theirs == Senior { // 4.3: with a second person
		if o.consent {
			return true, rule
		}
		return false, RuleSecondPerson
	}
	if theirs > NoLevel && theirs >= mine {
		return false, RuleRank
	}
	if winner.role == nil && winner.keys[0] == 1 {
		return true, rule
	}
	reach := map[Level][]Level{Senior: {NoLevel, Junior, Mid}, Mid: {NoLevel}}
	if !slices.Contains(reach[mine], theirs) {
		return false, RuleDataScope
	}
	return true, rule
}

func (o *oracle) inside(d DataScope, q Request) bool {
	target := o.staff[q.Target]
	return (d.Kind == "" || d.Kind == q.TargetKind) &&
		(len(d.Members) == 0 || slices.Contains(d.Members, q.Target)) &&
		(d.Department == "" || slices.ContainsFunc(target.Departments, func(x Department) bool { return x.Name == d.Department })) &&
		(d.Tag == "" || slices.Contains(target.Tags, d.Tag)) &&
		(!d.Own || q.TargetKind == chat.Customer && slices.Contains(target.Followers, q.Actor))
}
