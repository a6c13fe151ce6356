package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
)

// The pages about the bot's own rules, computed from what decides.

func guideLevels(c bot.Call) chat.Text {
	lines := []chat.Text{{
		ZH: "级别是上限，岗位是上限以内的授权；没有岗位时，级别自带的就是授权。",
		EN: "A level is the ceiling, a job the grant inside it; without a job the level's own preset is the grant.",
	}}
	for _, l := range []access.Level{access.Senior, access.Mid, access.Junior} {
		own, above := c.Gives(l, access.NoJob), c.Onto(access.Ceiling(l)).Minus(access.Preset(l))
		line := chat.Text{ZH: "- %s：自带 %d 项：%s", EN: "- %s: by itself (%d): %s"}.F(l.Label(), own.Len(), own.Label())
		if above != 0 {
			line = line.Plus(chat.Text{ZH: "；上限以内另可授予：%s", EN: "; can be given besides: %s"}.F(above.Label()))
		}
		lines = append(lines, line, chat.Text{ZH: "　可以作用于：%s", EN: "  may act on: %s"}.F(reach(l)))
	}
	return chat.Lines(append(lines, chat.Text{
		ZH: "高级要严格控制：由超级管理员授予需确认，由别人授予要第二个人同意。`/改级别 @谁 中级` 调整。",
		EN: "Senior is strictly controlled: given by an owner it is confirmed, by anyone else it needs a second person. `/admin level @who mid` changes a level.",
	})...)
}

func guideJobs(c bot.Call) chat.Text {
	lines := []chat.Text{{ZH: "√ 给出这一类权限，× 不给（不是禁止）：", EN: "√ gives the family, × gives nothing (it is no deny):"}}
	for _, j := range []access.Job{access.Supervisor, access.Sales, access.Operations} {
		items, _ := access.JobItems(j)
		line := chat.Text{ZH: "- %s：", EN: "- %s: "}.F(j.Label())
		for i, f := range []access.Family{access.Members, access.Content, access.Config} {
			mark := " ×"
			if items&f.Items() != 0 {
				mark = " √"
			}
			if i > 0 {
				line = line.Plus(chat.Text{ZH: "，", EN: ", "})
			}
			line = line.Plus(f.Label()).Plus(chat.Same(mark))
		}
		lines = append(lines, line)
		for _, l := range []access.Level{access.Senior, access.Mid, access.Junior} {
			held := c.Gives(l, j).Minus(access.GovernanceItems)
			what := chat.Text{ZH: "%d 项", EN: "items: %d"}.F(held.Len())
			if held == 0 {
				what = chat.Text{ZH: "什么也不剩，不能这样任命", EN: "nothing is left; it is refused"}
			}
			lines = append(lines, chat.Text{ZH: "　%s：%s", EN: "  %s: %s"}.F(l.Label(), what))
		}
	}
	return chat.Lines(append(lines, chat.Text{
		ZH: "治理类权限（审计、值班、复核、策略、设置、报表）只随级别，与岗位无关。",
		EN: "Governance (audit, duty, review, policy, settings, reports) follows the level alone.",
	})...)
}

func guideScope(bot.Call) chat.Text {
	return chat.Lines(
		chat.Text{ZH: "功能权限与数据权限取交集：有这项权限，对方也要在数据范围内。", EN: "What counts is the intersection: the item must be held, and the person be inside the data scope."},
		chat.Text{ZH: "- 高级：高级以下的所有人（另一位高级需要第二个人同意）；全部内容、文件和设置", EN: "- senior: everybody below senior (another senior with a second person); all content, files and settings"},
		chat.Text{ZH: "- 中级：没有角色的成员，可再收窄到名单、标签或部门；他们的内容和通知；没有设置", EN: "- mid: members without a role, possibly narrowed to a list, a tag or a department; their content, and notices; no settings"},
		chat.Text{ZH: "- 普通：不涉及他人；群文件和自己的消息", EN: "- junior: nobody else; group files and their own posts"},
		chat.Text{ZH: "`/我的权限` 看自己的，`/能否 权限` 问一项，`/为什么 #编号` 看一次决定是怎么来的。", EN: "`/whoami` shows your own, `/can ITEM` asks about one, `/why #N` shows how a decision came about."},
	)
}

func guideSize(c bot.Call) chat.Text {
	lines := []chat.Text{{ZH: "群规模要求的管理员数、班次和首次响应：", EN: "What a group's size asks: admins, shifts, first response:"}}
	for _, s := range duty.Sizes() {
		lines = append(lines, sizeRow(s))
	}
	return chat.Lines(append(lines,
		chat.Text{ZH: "- 少于范围提醒，多于范围说明；≥201人而不到 3 位，或任何群一位也没有，报警", EN: "- fewer warns, more notes; fewer than 3 for ≥201 people, or none in any group, alerts"},
		chat.Text{
			ZH: "- 每群最多 %d 人持有机器人的角色，快满时请考虑分流管理；企业微信自己的群管理员名额 %d 位",
			EN: "- at most %d people hold a role of the bot in a group, consider 分流管理 (splitting it) when it is nearly full; WeCom's own room is %d admins",
		}.F(c.Access.MostAdmins(), c.Profile.NativeCap),
		chat.Text{ZH: "- 重要的销售型客户群建议AB角：`/排班 08:00-16:00 @a+@b`", EN: "- an important sales group should have a backup (AB角): `/duty set 08:00-16:00 @a+@b`"},
		chat.Text{ZH: "本群的情况和采用：`/规模`。人数越过 50 或 200 时，机器人会给高级管理员和超级管理员发一张卡片。", EN: "This group, and how to adopt the plan: `/size`. When a group passes 50 or 200 people, its seniors and the owners get a card."},
	)...)
}
