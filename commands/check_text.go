package commands

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
)

var severityMark = map[access.Severity]chat.Text{
	access.Alarm:   {ZH: "【严重】", EN: "[alarm] "},
	access.Warning: {ZH: "【警告】", EN: "[warning] "},
	access.Note:    {ZH: "【提示】", EN: "[note] "},
}

// findingKinds are the kinds in the order in which they are counted up.
var findingKinds = []access.FindingKind{
	access.FoundSeparation, access.FoundConflict, access.FoundShadowed, access.FoundOverWide, access.FoundUnused, access.FoundUseless,
	access.FoundExemption, access.FoundReview, access.FoundPending, access.FoundCap, access.FoundHeadcount, access.FoundAlone,
	access.FoundFamilies,
}

var kindTexts = map[access.FindingKind]chat.Text{
	access.FoundConflict:   {ZH: "冲突的例外", EN: "conflicting exceptions"},
	access.FoundShadowed:   {ZH: "被遮住的授权", EN: "shadowed grants"},
	access.FoundUseless:    {ZH: "不起作用的授权", EN: "grants without effect"},
	access.FoundOverWide:   {ZH: "过宽的授权", EN: "grants wider than needed"},
	access.FoundUnused:     {ZH: "长期未用的授权", EN: "unused grants"},
	access.FoundFamilies:   {ZH: "一人持有全部三类权限", EN: "all three families in one hand"},
	access.FoundSeparation: {ZH: "违反职责分离", EN: "separation of duties broken"},
	access.FoundExemption:  {ZH: "豁免已到期", EN: "expired exemptions"},
	access.FoundReview:     {ZH: "复查日期已过", EN: "review dates passed"},
	access.FoundCap:        {ZH: "名额将满或已满", EN: "cap taken, or nearly"},
	access.FoundPending:    {ZH: "待定的角色", EN: "pending roles"},
	access.FoundHeadcount:  {ZH: "管理员人数不合适", EN: "too few or too many admins"},
	access.FoundAlone:      {ZH: "只有一个人能做", EN: "only one person can"},
}

// findingText says what was found, with the evidence.
func findingText(c bot.Call, f access.Finding) chat.Text {
	who, items := c.Name(f.Who), briefly(c, f.Items)
	switch f.Kind {
	case access.FoundConflict:
		return chat.Text{ZH: "冲突：%s 的“%s”既被允许又被禁止（%s）", EN: "conflict: “%[2]s” is both allowed and denied to %[1]s (%[3]s)"}.F(who, items, f.By.TextIn(c.Zone))
	case access.FoundShadowed:
		return chat.Text{ZH: "被遮住：%s 的“%s”不起作用，被这条压过：%s（%s）", EN: "shadowed: “%[2]s” of %[1]s has no effect; this is stronger: %[3]s (%[4]s)"}.F(
			who, items, f.By.TextIn(c.Zone), string(f.Rule))
	case access.FoundUseless:
		return chat.Text{ZH: "不起作用：%s 的“%s”，去掉也一样（%s）", EN: "without effect: “%[2]s” of %[1]s; without it, nothing would be different (%[3]s)"}.F(who, items, f.Rule.Text())
	case access.FoundOverWide:
		return overWide(c, f)
	case access.FoundUnused:
		return chat.Text{ZH: "长期未用：%s 的“%s”，%d 天没有用过（%s）", EN: "unused: “%[2]s” of %[1]s, for %[3]d days (%[4]s)"}.F(who, items, f.Days, lastUse(c, f))
	case access.FoundFamilies:
		return chat.Text{ZH: "权限集中：%s 同时持有成员管理、内容管控、群配置三类权限", EN: "in one hand: %s holds items of members, content and settings alike"}.F(who)
	case access.FoundSeparation:
		return chat.Text{ZH: "违反职责分离“%[2]s”：%[1]s 同时持有 %[3]s，没有有效的豁免", EN: "breaks separation of duties “%[2]s”: %[1]s holds %[3]s, with no exemption in force"}.F(
			who, chat.Escape(f.Name), items)
	case access.FoundExemption:
		return chat.Text{ZH: "豁免到期：%s 对“%s”的豁免已于 %s 结束", EN: "exemption over: that of %s from “%s” ended at %s"}.F(who, chat.Escape(f.Name), c.Moment(f.Since))
	case access.FoundReview:
		return chat.Text{ZH: "该复查了：%s 的“%s”应在 %s 前复查", EN: "review due: “%[2]s” of %[1]s was to be reviewed by %[3]s"}.F(who, items, c.Moment(f.Since))
	case access.FoundCap:
		return chat.Text{ZH: "名额：%d 人持有角色，上限 %d；人多请分流管理（把群拆成几个）", EN: "cap: %d people hold a role, at most %d may; split a very large group"}.F(f.Count, f.Limit)
	case access.FoundPending:
		return chat.Text{ZH: "待定：%s 因职位“%s”该有角色，名额已满", EN: "pending: the role of %s by position “%s” waits, the cap is taken"}.F(who, chat.Escape(f.Name))
	case access.FoundHeadcount:
		return headcountFinding(f)
	case access.FoundAlone:
		return chat.Text{ZH: "没有后备：只有 %s 能：%s", EN: "no backup: only %s can: %s"}.F(who, items)
	}
	return chat.Same(string(f.Kind))
}

func overWide(c bot.Call, f access.Finding) chat.Text {
	items := briefly(c, f.Items)
	switch {
	case f.Who != "":
		return chat.Text{ZH: "过宽：%s 是高级，但 %d 天没用过只有高级才有的：%s（%s）", EN: "wider than needed: %s is senior, but used nothing for %d days that only seniors have: %s (%s)"}.F(
			c.Name(f.Who), f.Days, items, lastUse(c, f))
	case f.Name != "":
		return chat.Text{ZH: "过宽：职位或部门“%s”的所有人都是高级", EN: "wider than needed: everyone of “%s” is senior"}.F(chat.Escape(f.Name))
	}
	return chat.Text{ZH: "过宽：允许所有人：%s", EN: "wider than needed: everyone is allowed: %s"}.F(items)
}

func lastUse(c bot.Call, f access.Finding) chat.Text {
	if f.Last.IsZero() {
		return chat.Text{ZH: "日志里从未用过", EN: "never, as far as the journal goes back"}
	}
	return chat.Text{ZH: "最近一次 %s", EN: "last used %s"}.F(c.Moment(f.Last))
}

func headcountFinding(f access.Finding) chat.Text {
	if f.Severity == access.Note {
		return chat.Text{ZH: "人数：%d 位管理员，按群规模 %d 位就够", EN: "headcount: %d admins; %d would do for a group of this size"}.F(f.Count, f.Limit)
	}
	if f.Count == 0 {
		return chat.Text{ZH: "人数：还没有管理员，按群规模至少要 %d 位", EN: "headcount: no admin yet; a group of this size needs at least %d"}.F(f.Limit)
	}
	return chat.Text{ZH: "人数：只有 %d 位管理员，按群规模至少要 %d 位", EN: "headcount: only %d admins; a group of this size needs at least %d"}.F(f.Count, f.Limit)
}

// fixOf is the command that mends a finding; zero where only a person can tell what to do.
func fixOf(f access.Finding) chat.Text {
	kind, _, _ := strings.Cut(f.Key, "/")
	at := "@" + string(f.Who)
	switch f.Kind {
	case access.FoundConflict, access.FoundShadowed, access.FoundUseless, access.FoundReview:
		if kind != "statement" || f.Kind == access.FoundReview && f.Effect == access.Deny {
			break // whether somebody may again what they were forbidden, a person decides
		}
		term := chat.Text{ZH: "固定", EN: "fixed"}
		if f.Temporary {
			term = chat.Text{ZH: "临时", EN: "temporary"}
		}
		return chat.Text{ZH: "/取消例外 %s %s %s %s", EN: "/unset %s %s %s %s"}.F(at, term, effectText(f.Effect), itemWords(f.Items))
	case access.FoundUnused:
		return chat.Text{ZH: "/撤管理 " + at + " 长期未用", EN: "/admin remove " + at + " unused"}
	case access.FoundOverWide:
		if f.Who != "" {
			return chat.Text{ZH: "/改级别 " + at + " 中级", EN: "/admin level " + at + " mid"}
		}
	case access.FoundSeparation:
		return chat.Text{ZH: "/禁止 " + at + " " + itemWords(first(f.Items)).ZH + " 职责分离", EN: "/deny " + at + " " + itemWords(first(f.Items)).EN + " separation of duties"}
	case access.FoundExemption:
		return chat.Text{ZH: "/职责分离 取消豁免 " + at + " " + f.Name, EN: "/sod unexempt " + at + " " + f.Name}
	case access.FoundCap, access.FoundHeadcount:
		return chat.Text{ZH: "/指引 群规模", EN: "/guide size"}
	case access.FoundFamilies:
		return chat.Text{ZH: "/改岗位 " + at + " 运营专员", EN: "/admin job " + at + " operations"}
	case access.FoundPending, access.FoundAlone:
	}
	return chat.Text{}
}

// itemWords are items as commands take them.
func itemWords(items access.Items) chat.Text {
	var zh, en []string
	for i := range items.All() {
		word := i.Label().ZH
		if strings.Contains(word, "@") {
			word = i.String() // it would be read as a person
		}
		zh, en = append(zh, word), append(en, i.String())
	}
	return chat.Text{ZH: strings.Join(zh, " "), EN: strings.Join(en, " ")}
}

func first(items access.Items) access.Items {
	for i := range items.All() {
		return access.ItemsOf(i)
	}
	return 0
}

// outOfSight says whether the role that was not used gives items, too, of whose use the bot knows nothing: then a review
// judges it, with all that is known of the person, and nobody should end it for want of use alone.
func outOfSight(c bot.Call, f access.Finding) bool {
	for _, r := range c.Access.Holds(f.Who, c.Group.ID, c.Now) {
		if r.Key() == f.Key && c.Onto(r.Items()).Minus(c.Measured()) != 0 {
			return true
		}
	}
	return false
}
