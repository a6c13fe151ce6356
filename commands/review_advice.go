package commands

import (
	"slices"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/review"
)

// This file words what is advised about a role, and why.

// adviceText is what is advised, in a few words.
func adviceText(k review.Case) chat.Text { return doText(k.Evidence.Role, k.Advice.Do, k.Advice.To) }

// doText is what becomes of a role, in a few words: of a list of items the shorter side is told, what is taken or what stays.
func doText(role review.Role, do review.Do, to review.Target) chat.Text {
	taken := slices.DeleteFunc(slices.Clone(role.Items), func(i string) bool { return slices.Contains(to.Items, i) })
	switch {
	case do == review.Remove:
		return chat.Text{ZH: "移除", EN: "remove"}
	case do == review.Reduce && to.Level != "":
		l, _ := access.ParseLevel(to.Level)
		return chat.Text{ZH: "降为%s", EN: "reduce to %s"}.F(chat.Text{ZH: l.Label().ZH, EN: l.String()})
	case do == review.Reduce && len(taken) <= min(titleItems, len(to.Items)):
		return chat.Text{ZH: "收回“%s”权限", EN: "take back “%s”"}.F(itemsText(taken))
	case do == review.Reduce && len(to.Items) <= titleItems:
		return chat.Text{ZH: "只留“%s”权限", EN: "leave “%s” only"}.F(itemsText(to.Items))
	case do == review.Reduce:
		return chat.Text{ZH: "收窄为 %d 项", EN: "narrow to %d items"}.F(len(to.Items))
	}
	return chat.Text{ZH: "保留", EN: "keep"}
}

// titleItems are as many items as a button's or a card's title has room for.
const titleItems = 2

// adviceWhy is why it is advised.
func adviceWhy(a review.Advice) chat.Text {
	switch a.Rule {
	case review.RuleLeft:
		return chat.Text{ZH: "已离开企业", EN: "has left the company"}
	case review.RuleOutside:
		return chat.Text{ZH: "已不在本群", EN: "is not in the group any more"}
	case review.RuleEnds:
		return chat.Text{ZH: "复核结束前就会到期", EN: "ends by itself before the review does"}
	case review.RuleInherited:
		return chat.Text{ZH: "来自职位或部门，要改请用 /继承", EN: "comes with a position or department; to change that, use /inherit"}
	case review.RuleAcross:
		return chat.Text{ZH: "是跨群角色，由超级管理员用 /范围 或 /撤管理 跨群 调整", EN: "was given across groups; owners change that"}
	case review.RuleExclusive:
		return chat.Text{ZH: "违反职责分离“%s”，建议放弃：%s", EN: "breaks separation of duties “%s”; should give up: %s"}.F(chat.Escape(a.Name), itemsShort(a.Items))
	case review.RuleNew:
		if a.Days == 0 {
			return chat.Text{ZH: "任职或有日志还不到 1 天，还看不出用量", EN: "in the role, or in the journal, for less than a day: too new to judge by use"}
		}
		return chat.Text{ZH: "任职或有日志才 %d 天，还看不出用量", EN: "in the role, or in the journal, for %d days only: too new to judge by use"}.F(a.Days)
	case review.RuleAway:
		return chat.Text{ZH: "正在休假，不按用量判断", EN: "is on leave, so use says nothing"}
	case review.RuleBlind:
		return chat.Text{
			ZH: "这些权限在企业微信里用，机器人看不到；拿不准请问本人", EN: "these items are used in the platform itself, out of the bot's sight; ask them if in doubt",
		}
	case review.RuleUnseen:
		return unseenText(a)
	case review.RuleIdle:
		return unusedText(a).Plus(servesNotText(a))
	case review.RuleServes:
		return chat.Text{ZH: "%s，但%s", EN: "%s, but %s"}.F(servesText(a), unusedText(a))
	case review.RulePartly:
		return chat.Text{ZH: "%d 天没用过：%s", EN: "not used for %d days: %s"}.F(a.Days, itemsShort(a.Items)).Plus(neededText(a.Needs)).Plus(alongText(a.Along))
	case review.RuleNeeded:
		if a.Days == 0 || len(a.Items) == 0 {
			return chat.Text{ZH: "本该调整，但%s", EN: "would be reduced or removed, but %s"}.F(lackText(a.Lacks))
		}
		return chat.Text{ZH: "%d 天没用过：%s，但%s", EN: "not used for %d days: %s, but %s"}.F(a.Days, itemsShort(a.Items), lackText(a.Lacks))
	case review.RuleUsed:
	}
	return chat.Text{ZH: "权限都在用", EN: "what it gives is used"}
}

// unusedText is for how long nothing was used, and of how many items nobody can say.
func unusedText(a review.Advice) chat.Text {
	if a.Blind == 0 {
		return chat.Text{ZH: "%d 天没有用过权限", EN: "nothing used for %d days"}.F(a.Days)
	}
	return chat.Text{ZH: "看得到用量的权限 %d 天没有用过（另 %d 项看不到）", EN: "nothing used for %d days, as far as the bot can see (not %d items)"}.F(a.Days, a.Blind)
}

// lackText is what a group would lack without a role, or with less of it.
func lackText(l review.Lack) chat.Text {
	switch l {
	case review.LacksSenior:
		return chat.Text{ZH: "本群会没有高级管理员", EN: "the group would have no senior admin"}
	case review.LacksAppointer:
		return chat.Text{ZH: "本群会没有高级能设管理员", EN: "no senior of the group could appoint admins"}
	case review.LacksPeople, review.NoLack:
	}
	return chat.Text{ZH: "本群管理员会少于应有人数", EN: "the group would have fewer admins than its size needs"}
}

// unseenText is why a role becomes smaller and does not end: what can be seen was not used, and the rest cannot be seen.
func unseenText(a review.Advice) chat.Text {
	return chat.Text{
		ZH: "%[2]d 天没有用过：%[1]s；另 %[3]d 项在企业微信里用，机器人看不到，先留着，拿不准请问本人",
		EN: "not used for %[2]d days: %[1]s; the other %[3]d are used in the platform itself, out of the bot's sight, and stay: ask them if in doubt",
	}.F(itemsShort(a.Items), a.Days, a.Blind)
}

// neededText is what stays although it was not used; zero where nothing does.
func neededText(item string) chat.Text {
	if item == "" {
		return chat.Text{}
	}
	return chat.Text{ZH: "（%s保留：本群没有别的高级能用）", EN: " (%s stays: no other senior here holds it)"}.F(itemsText([]string{item}))
}

// alongText is what goes along with a level although nobody can see whether it was used; zero where nothing does.
func alongText(items []string) chat.Text {
	if len(items) == 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: "；看不到用量，也会失去：%s", EN: "; goes along, though the bot cannot see whether it was used: %s"}.F(itemsShort(items))
}

// servesText says by what somebody serves who used none of their items.
func servesText(a review.Advice) chat.Text {
	var out []chat.Text
	for _, does := range []struct {
		so   bool
		what chat.Text
	}{
		{a.OnDuty, chat.Text{ZH: "在值班", EN: "on duty"}}, {a.Answers, chat.Text{ZH: "在回复客户", EN: "answering customers"}},
		{a.Writes && !a.Answers, chat.Text{ZH: "在群里发言", EN: "writing in the group"}},
	} {
		if does.so {
			out = append(out, does.what)
		}
	}
	return list(out)
}

// servesNotText says what somebody has not done for the group. Of what nobody tells, nothing is claimed.
func servesNotText(a review.Advice) chat.Text {
	switch {
	case a.NoRoster && a.NoSource:
		return chat.Text{ZH: "；没有排班和消息来源可以参考", EN: "; there is no roster and no message source to go by"}
	case a.NoSource:
		return chat.Text{ZH: "，也没有值班", EN: ", no duty done"}
	case a.NoRoster:
		return chat.Text{ZH: "，也没有在群里发言", EN: ", nothing written in the group"}
	}
	return chat.Text{ZH: "，也没有值班、没有在群里发言", EN: ", no duty done, nothing written in the group"}
}
