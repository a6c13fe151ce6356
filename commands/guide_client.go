package commands

import (
	"qunguan/bot"
	"qunguan/bot/chat"
)

// The pages about WeCom's own clients and console. Paths and numbers stand as the customer's material gives them.

var (
	asGiven = chat.Text{
		ZH: "路径按企业微信的资料原样给出；不同版本的菜单文字可能略有不同。",
		EN: "The path is quoted as WeCom's material gives it; the wording of a client's menus may differ by version.",
	}
	notMeasured = chat.Text{
		ZH: "以上比例出自客户提供的资料，不是机器人测出来的。",
		EN: "The percentage is the customer's material's, not a measurement of the bot.",
	}
	pcOnly = chat.Text{ZH: "【仅PC端】", EN: "[PC only] "}
)

func guidePermissions(c bot.Call) chat.Text {
	return chat.Lines(
		chat.Text{
			ZH: "企业微信管理后台：客户联系-配置-权限配置",
			EN: "In WeCom's admin console: 客户联系-配置-权限配置",
		},
		chat.Text{
			ZH: "- 客户群的管理员必须有“客户联系”使用权限，就在这里开通",
			EN: "- an admin of a customer group needs the 客户联系 right, which is given there",
		},
		chat.Text{
			ZH: "- 遵循最小必要原则，按岗位职责分级授权（`/指引 级别`、`/指引 岗位`）",
			EN: "- grant as little as needed, by duty and level (`/guide levels`, `/guide jobs`)",
		},
		chat.Text{
			ZH: "- 建议启用“操作日志”，防范越权；机器人自己的日志见 `/审计`",
			EN: "- turn on 操作日志 against overreach; the bot's own journal is `/audit`",
		},
		pcOnly.Plus(chat.Text{ZH: "管理后台在电脑浏览器里打开。", EN: "the console is opened in a computer's browser."}),
		asGiven, educationNote(c),
	)
}

func educationNote(c bot.Call) chat.Text {
	if !c.Education {
		return chat.Text{}
	}
	return chat.Text{ZH: "本企业是教育版：部分功能可能受限。", EN: "This company has the education edition: some functions may be limited."}
}

func guidePC(c bot.Call) chat.Text {
	return chat.Lines(
		chat.Same(`登录企业微信后台→客户联系→客户群→选择目标群聊→点击"群管理"→"添加管理员"`),
		needsContact, chat.Text{
			ZH: "- 设置完成后在“系统提醒”确认权限生效；客户群里机器人会再读一次，看到了才说已生效",
			EN: "- afterwards confirm in 系统提醒 that the right is in force; of a customer group the bot re-reads it and says so only then",
		},
		chat.Text{ZH: "- 每个群的群管理员名额：%d 位", EN: "- a group has room for %d admins"}.F(c.Profile.NativeCap),
		asGiven, educationNote(c),
	)
}

var needsContact = chat.Text{
	ZH: "- 被设置者须有“客户联系”使用权限（`/指引 权限配置`）",
	EN: "- the person needs the 客户联系 right (`/guide permissions`)",
}

func guideMobile(c bot.Call) chat.Text {
	return chat.Lines(
		chat.Same(`群聊详情页→"群管理"→"设置管理员"`),
		chat.Text{ZH: "- 只有群主能设置；机器人会把这一步发给群主：%s", EN: "- only the group's owner can; the bot sends them this step: %s"}.F(
			c.Profile.Of(chat.CustomerGroup, chat.AddAdmin).Steps),
		needsContact,
		chat.Text{ZH: "- 移动端一次设一位；批量请用机器人：`/设管理 @a @b @c 普通`", EN: "- the phone sets one at a time; for many use the bot: `/admin add @a @b @c junior`"},
		asGiven, educationNote(c),
	)
}

func guideDiff(bot.Call) chat.Text {
	return chat.Lines(
		chat.Text{ZH: "两端功能存在30%的操作差异", EN: "The two clients differ in 30 % of operations (两端功能存在30%的操作差异)"},
		chat.Same("- ").Plus(pcOnly).Plus(chat.Text{
			ZH: "批量设置管理员。机器人在任何端都能批量：`/设管理 @a @b @c 普通`",
			EN: "appointing several admins at once. The bot does it from any client: `/admin add @a @b @c junior`",
		}),
		chat.Same("- ").Plus(pcOnly).Plus(chat.Text{
			ZH: "权限继承的可视化界面，移动端缺少。机器人能打印：`/matrix tree`",
			EN: "the view of inherited rights, which the phone lacks. The bot prints it: `/matrix tree`",
		}),
		chat.Same("- ").Plus(pcOnly).Plus(chat.Text{
			ZH: "部分高级设置，如API对接（`/指引 高级设置`）", EN: "some advanced settings, such as API对接 (`/guide advanced`)",
		}),
		notMeasured,
	)
}

func guideAdvanced(bot.Call) chat.Text {
	return chat.Lines(
		chat.Text{ZH: "部分高级设置（如API对接）需PC端完成：", EN: "Some advanced settings, such as API对接, need the PC:"},
		chat.Same("- ").Plus(pcOnly).Plus(chat.Text{
			ZH: "自建应用的接收消息：管理后台 → 应用管理 → 自建 → 该应用 → 接收消息 → 设置API接收",
			EN: "receiving messages by an own app: 管理后台 → 应用管理 → 自建 → the app → 接收消息 → 设置API接收",
		}),
		chat.Same("- ").Plus(pcOnly).Plus(chat.Text{
			ZH: "读客户群：管理后台 → 客户与上下游 → 客户联系 → API，把应用加入“可调用接口的应用”",
			EN: "reading customer groups: 管理后台 → 客户与上下游 → 客户联系 → API, add the app to 可调用接口的应用",
		}),
		chat.Same("- ").Plus(pcOnly).Plus(chat.Text{
			ZH: "企业可信IP：同一应用的页面里填机器人服务器的 IP，否则接口返回 60020",
			EN: "企业可信IP: on the same app's page, the bot's IP address; without it the interface answers 60020",
		}),
		chat.Same("- ").Plus(pcOnly).Plus(chat.Text{
			ZH: "防骚扰规则：管理后台 → 客户与上下游 → 客户联系 → 安全管控 → 防骚扰",
			EN: "防骚扰 rules: 管理后台 → 客户与上下游 → 客户联系 → 安全管控 → 防骚扰",
		}),
		chat.Same("- ").Plus(pcOnly).Plus(chat.Text{
			ZH: "权限配置（`/指引 权限配置`）", EN: "permissions (`/guide permissions`)",
		}),
		asGiven,
	)
}

func guideDesktop(bot.Call) chat.Text {
	return chat.Lines(
		chat.Text{
			ZH: "复杂的权限管理建议用“企业微信桌面版”，其功能完整度比网页版高17%。",
			EN: "For complex permissions use 企业微信桌面版 (the desktop client); it is 17 % more complete than the web version.",
		},
		chat.Text{
			ZH: "手边只有手机时，可通过“远程协助”功能操作电脑，完成只能在PC端做的步骤。",
			EN: "With only a phone at hand, 远程协助 (remote assistance) reaches the computer for the steps that need the PC.",
		},
		notMeasured,
	)
}

func guideNoPermission(c bot.Call) chat.Text {
	return chat.Lines(
		bot.NoPermission(c.Education),
		chat.Text{ZH: "接口返回这些错误码时同样如此：", EN: "The same goes for these error codes of the interface:"},
		chat.Text{ZH: "- 48002：应用没有调用该接口的权限，请上述管理员在管理后台授权", EN: "- 48002: the app may not use the interface; such an administrator permits it in the console"},
		chat.Text{ZH: "- 60011：对方不在应用的可见范围内，请上述管理员调整可见范围", EN: "- 60011: the person is outside of the app's visible range; such an administrator widens it"},
		chat.Text{ZH: "- 84074：该成员没有“客户联系”权限，到“客户联系-配置-权限配置”开通", EN: "- 84074: the member lacks 客户联系, given under 客户联系-配置-权限配置"},
		chat.Text{
			ZH: "机器人拒绝您的命令不属于这种情况：回复里写着规则、谁能做、下一步。`/状态` 显示机器人自己的接口是否正常。",
			EN: "A refusal by the bot is another matter: it names the rule, who could do it and what to type next. `/status` shows whether the bot's own interfaces work.",
		},
	)
}
