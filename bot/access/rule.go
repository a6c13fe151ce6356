package access

import "qunguan/bot/chat"

// Rule names what settled a decision. The journal, the README and the tests say the same word.
type Rule string

// The rules of a decision (3.1).
const (
	RuleOwner           Rule = "owner"
	RuleDepartmentAdmin Rule = "department-admin"
	RuleGranted         Rule = "granted"
	RuleTemporary       Rule = "temporary"
	RuleDenied          Rule = "denied"
	RuleTier            Rule = "tier"
	RuleTerm            Rule = "term"
	RuleSubject         Rule = "subject"
	RuleScope           Rule = "scope"
	RulePermission      Rule = "permission"
	RuleEffect          Rule = "effect"
	RuleCeiling         Rule = "ceiling"
	RuleDataScope       Rule = "data-scope"
	RuleRank            Rule = "rank"
	RuleSelf            Rule = "self"
	RuleGrantExpired    Rule = "grant-expired"
	RuleGrantNotStarted Rule = "grant-not-started"
	RuleSuspended       Rule = "suspended"
	RuleDefault         Rule = "default"
	RuleNotOffered      Rule = "not-offered"
	RuleOffDuty         Rule = "off-duty"
	RuleNotActivated    Rule = "not-activated"
	RulePending         Rule = "pending"
	RuleApproved        Rule = "approved"
	RuleOnDuty          Rule = "on-duty"
)

// The rules of a change of roles (D2, D3, D9).
const (
	RuleMoreThanHeld   Rule = "more-than-held"
	RuleSecondPerson   Rule = "second-person"
	RuleLastSenior     Rule = "last-senior"
	RuleCap            Rule = "cap"
	RuleNothingGranted Rule = "nothing-granted"
	RuleNotStaff       Rule = "not-staff"
	RuleNotAdmin       Rule = "not-admin"
	RuleInherited      Rule = "inherited"
	RuleNoContactRight Rule = "no-contact-right"
	RuleSeparation     Rule = "sod"
	RuleEligible       Rule = "eligible"
	RuleNotEligible    Rule = "not-eligible"
)

var rules = []struct {
	rule Rule
	step string
	text chat.Text
}{
	{RuleOwner, "", chat.Text{ZH: "超级管理员可以做任何事", EN: "an owner may do everything"}},
	{RuleDepartmentAdmin, "", chat.Text{ZH: "分级管理员在其部门的群里可以做任何事", EN: "a 分级管理员 (department admin) may do everything in their departments' groups"}},
	{RuleGranted, "", chat.Text{ZH: "有授权，且没有相反的设置", EN: "it is granted and nothing speaks against it"}},
	{RuleTemporary, "b", chat.Text{ZH: "没有固定设置，临时授权有效", EN: "nothing fixed speaks, so the temporary grant counts"}},
	{RuleDenied, "", chat.Text{ZH: "有设置禁止，且没有授权", EN: "it is denied and nothing grants it"}},
	{RuleTier, "a", chat.Text{ZH: "企业级设置优先于群级设置", EN: "a setting of the company goes before one of the group"}},
	{RuleTerm, "b", chat.Text{ZH: "固定设置优先于临时设置", EN: "a fixed setting goes before a temporary one"}},
	{RuleSubject, "c-subject", chat.Text{ZH: "对象更具体的设置优先（个人、职位、部门、所有人）", EN: "the setting about the more specific subject wins (person, position, department, everyone)"}},
	{RuleScope, "c-scope", chat.Text{ZH: "范围更具体的设置优先（指定成员、本群、一组群、部门的群、全部群）", EN: "the setting with the more specific scope wins (members, group, set of groups, department's groups, all)"}},
	{RulePermission, "c-permission", chat.Text{ZH: "权限更具体的设置优先（单项、权限类、整个角色）", EN: "the setting about the more specific permission wins (item, family, whole role)"}},
	{RuleEffect, "d", chat.Text{ZH: "其余都相同时，禁止优先于允许", EN: "all else being equal, a deny beats an allow"}},
	{RuleCeiling, "ceiling", chat.Text{ZH: "超出级别上限", EN: "it is above the ceiling of the level"}},
	{RuleDataScope, "data", chat.Text{ZH: "对方不在您的数据范围内", EN: "the person is outside your data scope"}},
	{RuleRank, "data", chat.Text{ZH: "不能对同级或更高级别的人操作，也不能授予同级或更高的级别", EN: "nobody acts on, or grants, a level equal to or above their own"}},
	{RuleSelf, "rank", chat.Text{ZH: "不能对自己做这个操作", EN: "nobody does this to themselves"}},
	{RuleGrantExpired, "default", chat.Text{ZH: "授权已经到期", EN: "the grant has expired"}},
	{RuleGrantNotStarted, "default", chat.Text{ZH: "授权还没有开始", EN: "the grant has not started yet"}},
	{RuleSuspended, "default", chat.Text{ZH: "角色已停用", EN: "the role is suspended"}},
	{RuleNotOffered, "default", chat.Text{ZH: "本平台没有这一项权限", EN: "this platform has no such item"}},
	{RuleDefault, "default", chat.Text{ZH: "没有授权，默认不允许", EN: "nothing grants it, and the default is no"}},
	{RuleOffDuty, "default", chat.Text{ZH: "这个角色只在值班时生效，现在不在班上", EN: "the role counts on shift only, and this is not the person's shift"}},
	{RuleNotActivated, "default", chat.Text{ZH: "有资格，但还没有激活", EN: "the person is eligible but has not activated the role"}},
	{RulePending, "default", chat.Text{ZH: "因职位或部门得到的角色待定：本群持有角色的人数已达上限", EN: "the role by position or department is pending: as many people as allowed hold a role in this group"}},
	{RuleMoreThanHeld, "rank", chat.Text{ZH: "不能授予自己没有的权限", EN: "nobody grants more than they hold"}},
	{RuleSecondPerson, "rank", chat.Text{ZH: "授予高级、或对另一位高级操作，需要第二个人同意；超级管理员可以直接操作", EN: "to give the senior level, or to act on another senior, needs a second person's consent; an owner may alone"}},
	{RuleLastSenior, "rank", chat.Text{ZH: "这是本群最后一位高级管理员，不能撤、降级或辞任", EN: "this is the group's last senior admin, who cannot be removed, lowered or step down"}},
	{RuleCap, "rank", chat.Text{ZH: "本群持有角色的人数已达上限", EN: "as many people as allowed hold a role in this group"}},
	{RuleNothingGranted, "rank", chat.Text{ZH: "这样的设置不会给出任何权限", EN: "this would grant nothing at all"}},
	{RuleNotStaff, "rank", chat.Text{ZH: "只有企业成员可以担任管理员", EN: "only the company's own staff can hold a role"}},
	{RuleNoContactRight, "rank", chat.Text{ZH: "对方没有“客户联系”使用权限，不能在客户群担任管理员", EN: "the person lacks the platform's 客户联系 right and cannot be an admin of a customer group"}},
	{RuleSeparation, "rank", chat.Text{ZH: "违反职责分离：同一个人不能同时持有互斥的权限", EN: "it would break separation of duties: one person may not hold both of what is exclusive"}},
	{RuleInherited, "rank", chat.Text{ZH: "对方的角色来自职位或部门，不能单个改动", EN: "the person's role comes by position or department and cannot be changed by itself"}},
	{RuleEligible, "", chat.Text{ZH: "有候补资格，可以自己激活", EN: "the person is eligible and may activate it"}},
	{RuleNotEligible, "rank", chat.Text{ZH: "没有这样的候补资格", EN: "the person is not eligible for this"}},
	{RuleApproved, "", chat.Text{ZH: "申请得到了有权的人同意", EN: "it was asked for, and somebody who may give it has agreed"}},
	{RuleOnDuty, "", chat.Text{ZH: "企业的审批规则让正在值班的人直接得到它", EN: "the company's rule about requests lets whoever is on shift have it at once"}},
	{RuleNotAdmin, "", chat.Text{ZH: "对方在本群没有角色", EN: "the person holds no role in this group"}},
}

// Text is the rule as one sentence for people, without a full stop.
func (r Rule) Text() chat.Text {
	for _, e := range rules {
		if e.rule == r {
			return e.text
		}
	}
	return chat.Text{}
}

// Step is the step of 3.1 that decided: "a", "b", "c-subject", "c-scope", "c-permission", "d", "ceiling", "data",
// "default"; "rank" for the limits of D2, D3 and D9; empty where no step was needed.
func (r Rule) Step() string {
	for _, e := range rules {
		if e.rule == r {
			return e.step
		}
	}
	return ""
}

// AllRules lists every rule.
func AllRules() []Rule {
	out := make([]Rule, len(rules))
	for i, e := range rules {
		out[i] = e.rule
	}
	return out
}
