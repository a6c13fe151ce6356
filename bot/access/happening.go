package access

import (
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// The kinds of events of this package.
const (
	Granted   journal.Kind = "access.granted"
	Revoked   journal.Kind = "access.revoked"
	Releveled journal.Kind = "access.level_changed"
	Rejobbed  journal.Kind = "access.job_changed"
	Extended  journal.Kind = "access.extended"
	Resigned  journal.Kind = "access.resigned"
	Lapsed    journal.Kind = "access.expired"
	Mapped    journal.Kind = "access.mapped"
	Unmapped  journal.Kind = "access.unmapped"
	Switched  journal.Kind = "access.mapping_switched"
	Activated journal.Kind = "access.activated"
	// Deactivated says that a person has ended their own activation.
	Deactivated journal.Kind = "access.deactivated"
	Settled     journal.Kind = "settings.changed"

	SceneOn     journal.Kind = "access.scene_on"
	SceneOff    journal.Kind = "access.scene_off"
	Separated   journal.Kind = "access.separated"
	Unseparated journal.Kind = "access.unseparated"
	Exempted    journal.Kind = "access.exempted"
	Unexempted  journal.Kind = "access.unexempted"
	Imported    journal.Kind = "access.imported"

	Excepted    journal.Kind = "access.excepted"
	Unexcepted  journal.Kind = "access.exception_removed"
	Narrowed    journal.Kind = "access.scope_changed"
	Restricted  journal.Kind = "access.items_narrowed"
	Spread      journal.Kind = "access.groups_changed"
	Marked      journal.Kind = "access.group_tagged"
	Unmarked    journal.Kind = "access.group_untagged"
	Defined     journal.Kind = "access.job_defined"
	Forgotten   journal.Kind = "access.job_deleted"
	RequestRule journal.Kind = "access.request_rule_changed"
	Delegated   journal.Kind = "access.delegated"
	Undelegated journal.Kind = "access.delegation_ended"
	GlassBroken journal.Kind = "access.glass_broken"
	GlassMended journal.Kind = "access.glass_mended"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	return []journal.Happening{
		{Kind: Granted, Text: chat.Text{ZH: "设管理员", EN: "appointed"}},
		{Kind: Revoked, Text: chat.Text{ZH: "撤管理员", EN: "dismissed"}},
		{Kind: Releveled, Text: chat.Text{ZH: "改级别", EN: "changed the level of"}},
		{Kind: Rejobbed, Text: chat.Text{ZH: "改岗位", EN: "changed the job of"}},
		{Kind: Extended, Text: chat.Text{ZH: "延期", EN: "extended"}},
		{Kind: Resigned, Text: chat.Text{ZH: "辞任", EN: "stepped down"}},
		{Kind: Lapsed, Text: chat.Text{ZH: "授权到期", EN: "a grant ended"}, Final: chat.Text{
			ZH: "它按时间结束；要继续，请重新 /设管理。", EN: "It ended by time; to go on, appoint again."}},
		{Kind: Mapped, Text: chat.Text{ZH: "设置继承", EN: "gave a role to a position or department"}},
		{Kind: Unmapped, Text: chat.Text{ZH: "删除继承", EN: "took a role from a position or department"}},
		{Kind: Switched, Text: chat.Text{ZH: "停用或启用继承", EN: "switched a role by position or department"}},
		{Kind: Excepted, Text: chat.Text{ZH: "设例外", EN: "made an exception for"}},
		{Kind: Unexcepted, Text: chat.Text{ZH: "取消例外", EN: "took an exception away from"}},
		{Kind: Narrowed, Text: chat.Text{ZH: "改范围", EN: "changed the scope of"}},
		{Kind: Restricted, Text: chat.Text{ZH: "收窄权限", EN: "narrowed the items of"}},
		{Kind: Spread, Text: chat.Text{ZH: "改跨群范围", EN: "changed the groups of"}},
		{Kind: Marked, Text: chat.Text{ZH: "加群标签", EN: "tagged the group"}},
		{Kind: Unmarked, Text: chat.Text{ZH: "去群标签", EN: "untagged the group"}},
		{Kind: Defined, Text: chat.Text{ZH: "定义岗位", EN: "defined a job"}},
		{Kind: Forgotten, Text: chat.Text{ZH: "删除岗位", EN: "deleted a job"}},
		{Kind: Activated, Text: chat.Text{ZH: "激活", EN: "activated"}},
		{Kind: Deactivated, Text: chat.Text{ZH: "结束激活", EN: "ended the activation of"}},
		{Kind: RequestRule, Text: chat.Text{ZH: "改审批规则", EN: "changed a rule about requests"}},
		{Kind: Delegated, Text: chat.Text{ZH: "请人代理审批", EN: "let somebody decide in their place"}},
		{Kind: Undelegated, Text: chat.Text{ZH: "结束代理审批", EN: "decides requests alone again"}},
		{Kind: GlassBroken, Text: chat.Text{ZH: "应急", EN: "broke the glass"}},
		{Kind: GlassMended, Text: chat.Text{ZH: "结束应急", EN: "ended the emergency"}, Final: chat.Text{
			ZH: "要再次应急，请重新发 /应急。", EN: "For another emergency, send /breakglass again."}},
		{Kind: Settled, Text: chat.Text{ZH: "配置生效", EN: "settings were taken over"}, Final: chat.Text{
			ZH: "它来自配置文件；请改配置。", EN: "It comes from the configuration file; change that."}},
		{Kind: SceneOn, Text: chat.Text{ZH: "启用场景", EN: "put a scene on"}},
		{Kind: SceneOff, Text: chat.Text{ZH: "关闭场景", EN: "took a scene off"}},
		{Kind: Separated, Text: chat.Text{ZH: "设职责分离", EN: "set a separation of duties"}},
		{Kind: Unseparated, Text: chat.Text{ZH: "取消职责分离", EN: "removed a separation of duties"}},
		{Kind: Exempted, Text: chat.Text{ZH: "豁免职责分离", EN: "exempted from a separation of duties"}},
		{Kind: Unexempted, Text: chat.Text{ZH: "结束职责分离豁免", EN: "ended an exemption"}},
		{Kind: Imported, Text: chat.Text{ZH: "导入策略文件", EN: "imported a policy file"}},
	}
}
