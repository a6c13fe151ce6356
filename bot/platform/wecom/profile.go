package wecom

import "qunguan/bot/chat"

// The steps follow what owners see on the phone; the wording of one client version may differ.
var (
	addAdminSteps = chat.Text{
		ZH: "打开该群 → 右上角 ⋯ → 群管理 → 群管理员 → 添加成员",
		EN: "Open the group → ⋯ (top right) → 群管理 → 群管理员 → 添加成员 (add member)",
	}
	removeAdminSteps = chat.Text{
		ZH: "打开该群 → 右上角 ⋯ → 群管理 → 群管理员 → 移除",
		EN: "Open the group → ⋯ (top right) → 群管理 → 群管理员 → 移除 (remove)",
	}
	muteSteps = chat.Text{
		ZH: "打开该群 → 右上角 ⋯ → 群管理 → 禁言 → 选择成员",
		EN: "Open the group → ⋯ (top right) → 群管理 → 禁言 (mute) → choose the member",
	}
	unmuteSteps = chat.Text{
		ZH: "打开该群 → 右上角 ⋯ → 群管理 → 禁言 → 解除该成员的禁言",
		EN: "Open the group → ⋯ (top right) → 群管理 → 禁言 (mute) → take the mute of this member back",
	}
	insteadOfMute = chat.Text{
		ZH: "客户群不支持单人禁言。可以改为：移除该成员（群 → ⋯ → 成员列表 → − → 选择成员 → 确定），" +
			"或启用防骚扰（工作台 → 客户群 → 防骚扰 → 选择规则 / 启用的群聊）。",
		EN: "A customer group cannot mute one member. Instead: remove the member (group → ⋯ → 成员列表 → − → " +
			"choose the member → 确定), or turn on 防骚扰 (工作台 → 客户群 → 防骚扰 → choose rules and groups).",
	}
	nothingToUnmute = chat.Text{
		ZH: "客户群不支持单人禁言，平台上没有需要解除的；若已被移除，请重新邀请。",
		EN: "A customer group cannot mute one member, so there is nothing to take back; invite again whoever was removed.",
	}
)

// Steps about the group as a whole. 群聊邀请确认 is a switch that owners have, 防骚扰 one of customer groups, where they
// choose among rules that the console has; neither can be read back.
var (
	restrictInvitesSteps = chat.Text{
		ZH: "打开该群 → 右上角 ⋯ → 群管理 → 打开“群聊邀请确认”",
		EN: "Open the group → ⋯ (top right) → 群管理 → turn 群聊邀请确认 (confirm invitations) on",
	}
	openInvitesSteps = chat.Text{
		ZH: "打开该群 → 右上角 ⋯ → 群管理 → 关闭“群聊邀请确认”",
		EN: "Open the group → ⋯ (top right) → 群管理 → turn 群聊邀请确认 (confirm invitations) off",
	}
	filterOnSteps = chat.Text{
		ZH: "工作台 → 客户群 → 防骚扰 → 选择规则 → 启用的群聊里加上该群",
		EN: "工作台 → 客户群 → 防骚扰 → choose a rule → add the group to 启用的群聊",
	}
	filterOffSteps = chat.Text{
		ZH: "工作台 → 客户群 → 防骚扰 → 选择规则 → 启用的群聊里去掉该群",
		EN: "工作台 → 客户群 → 防骚扰 → choose the rule → take the group off 启用的群聊",
	}
	noSuchSwitch = chat.Text{
		ZH: "这类群没有这个开关；有人进群时只能在成员变动里看到",
		EN: "this kind of group has no such switch; who comes in is only seen among the members",
	}
	noFilter = chat.Text{
		ZH: "这类群没有防骚扰", EN: "this kind of group has no 防骚扰",
	}
)

// Profile is WeCom's capability table: requirements 5.1, with the steps that the owner is shown. Each call returns
// tables of its own.
func Profile() chat.Profile {
	internal := func() map[chat.Action]chat.Means {
		return map[chat.Action]chat.Means{
			chat.AddAdmin:    {How: chat.Assisted, Steps: addAdminSteps},
			chat.RemoveAdmin: {How: chat.Assisted, Steps: removeAdminSteps},
			chat.Mute:        {How: chat.Assisted, Steps: muteSteps},
			chat.Unmute:      {How: chat.Assisted, Steps: unmuteSteps},

			chat.RestrictInvites: {How: chat.Assisted, Steps: restrictInvitesSteps},
			chat.OpenInvites:     {How: chat.Assisted, Steps: openInvitesSteps},
			chat.FilterOn:        {How: chat.None, Steps: noFilter},
			chat.FilterOff:       {How: chat.None, Steps: noFilter},
		}
	}
	app := internal()
	app[chat.RestrictInvites] = chat.Means{How: chat.None, Steps: noSuchSwitch} // whoever made the group adds its members
	app[chat.OpenInvites] = app[chat.RestrictInvites]
	return chat.Profile{
		Name:    chat.Text{ZH: "企业微信", EN: "WeCom"},
		RoleCap: 10,
		// "每个群可设置3个群管理员" – 企业微信 official manual.
		NativeCap: 3,
		Inherits:  true,
		Items: []string{
			"invite", "remove", "approve", "import", "mute", "recall", "review_messages", "files", "rename", "notice",
			"mention_all", "admins",
		},
		Means: map[chat.GroupKind]map[chat.Action]chat.Means{
			chat.CustomerGroup: {
				chat.AddAdmin:    {How: chat.Assisted, Verifiable: true, Steps: addAdminSteps},
				chat.RemoveAdmin: {How: chat.Assisted, Verifiable: true, Steps: removeAdminSteps},
				chat.Mute:        {How: chat.None, Steps: insteadOfMute},
				chat.Unmute:      {How: chat.None, Steps: nothingToUnmute},

				chat.RestrictInvites: {How: chat.Assisted, Steps: restrictInvitesSteps},
				chat.OpenInvites:     {How: chat.Assisted, Steps: openInvitesSteps},
				chat.FilterOn:        {How: chat.Assisted, Steps: filterOnSteps},
				chat.FilterOff:       {How: chat.Assisted, Steps: filterOffSteps},
			},
			chat.AppGroup: app,
			chat.BotGroup: internal(),
		},
	}
}
