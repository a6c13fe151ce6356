package commands

import (
	"fmt"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/chat"
)

// chapter is what commands are about, for the help: nobody reads a list of fifty.
type chapter struct {
	name     chat.Text
	commands []string
}

// chapters hold every command once, in the order in which people look for them.
var chapters = []chapter{
	{chat.Text{ZH: "管理员", EN: "admins"}, []string{
		"admin list", "admin add", "admin groups", "admin remove", "admin remove across", "admin level", "admin job", "admin extend", "admin quit",
		"setup", "activate", "deactivate",
	}},
	{chat.Text{ZH: "例外与范围", EN: "exceptions"}, []string{
		"allow", "deny", "unset", "exceptions", "scope", "scope groups",
	}},
	{chat.Text{ZH: "岗位与标签", EN: "jobs"}, []string{
		"role list", "role show", "role define", "role delete", "tag list", "tag", "tag off",
	}},
	{chat.Text{ZH: "查看", EN: "look"}, []string{
		"whoami", "can", "who", "why", "matrix", "matrix tree", "history", "check", "check all", "audit", "audit export", "audit prove", "audit verify", "audit checkpoint", "replay",
	}},
	{chat.Text{ZH: "策略", EN: "policy"}, []string{
		"inherit", "inherit list", "inherit off", "inherit on", "inherit remove",
		"scene", "scene on", "scene off", "sod", "sod define", "sod remove", "sod exempt", "sod unexempt",
	}},
	{chat.Text{ZH: "成员", EN: "members"}, []string{"mute", "unmute", "mute list", "warn", "warns", "ticket list", "ticket open", "ticket assign", "ticket solve"}},
	{chat.Text{ZH: "言行", EN: "conduct"}, []string{
		"rules", "rules set", "report", "conduct", "conduct messages",
		"keyword", "keyword add", "keyword remove", "keyword test", "keyword on", "keyword company add", "keyword company remove",
	}},
	{chat.Text{ZH: "申请", EN: "requests"}, []string{
		"request", "approve", "reject", "withdraw", "requests", "approval", "delegate", "breakglass",
	}},
	{chat.Text{ZH: "复核", EN: "review"}, []string{
		"review", "review show", "review keep", "review reduce", "review remove", "review all", "review ask", "review answer",
		"review start", "review status", "review report", "review rhythm", "review stop", "review policy", "minimize", "minimize one",
	}},
	{chat.Text{ZH: "值班", EN: "duty"}, []string{
		"duty", "duty week", "duty plan", "duty me", "duty card", "checkin", "handover", "handover show", "handover clear", "duty swap", "duty cover", "duty take", "duty giveback", "duty leave",
		"duty changes", "duty cancel", "duty test", "duty calendar", "duty calendar off",
	}},
	{chat.Text{ZH: "排班", EN: "roster"}, []string{
		"duty set", "duty generate", "duty edit", "duty drop", "duty override", "duty temp", "duty check", "duty fairness", "duty checkin", "rehearse",
		"event list", "event add", "event remove", "size", "size apply",
	}},
	{chat.Text{ZH: "响应", EN: "response"}, []string{
		"sla", "sla stats", "sla set", "sla vip", "sla outside", "sla all", "ack", "snooze", "handled",
	}},
	{chat.Text{ZH: "绩效", EN: "indicators"}, []string{"kpi", "kpi report", "digest"}},
	{chat.Text{ZH: "其他", EN: "more"}, []string{
		"undo", "tasks", "notify", "notify quiet", "use", "groups", "status", "links", "links test", "guide", "duties", "help",
	}},
}

// chapterOf finds a chapter by its name in either language.
func chapterOf(said string) (chapter, bool) {
	i := slices.IndexFunc(chapters, func(t chapter) bool { return strings.EqualFold(t.name.ZH, said) || strings.EqualFold(t.name.EN, said) })
	if i < 0 {
		return chapter{}, false
	}
	return chapters[i], true
}

// placeOf is where a command stands in all chapters: in that order they are listed.
func placeOf(name string) int {
	n := 0
	for _, t := range chapters {
		if i := slices.Index(t.commands, name); i >= 0 {
			return n + i
		}
		n += len(t.commands)
	}
	return n
}

// verbs lists the commands of a chapter that the speaker may use, by their verbs alone; those that share one stand
// behind it: /关键词（添加、删除）.
func (t chapter) verbs(can []bot.Command) chat.Text {
	var zh, en []string
	for _, cmd := range t.among(can) {
		zh, en = append(zh, verbOf(cmd.Examples[0].ZH, cmd)), append(en, "/"+cmd.Name)
	}
	return chat.Text{ZH: folded(zh, "（%s）", "、"), EN: folded(en, " (%s)", ", ")}
}

// folded lists verbs; those that begin with a shorter one before them stand in brackets behind it, without it: the list
// of all commands is to fit into one message.
func folded(verbs []string, brackets, comma string) string {
	var heads []string
	tails := map[string][]string{}
	for _, v := range verbs {
		head, tail, two := strings.Cut(v, " ")
		switch {
		case two && slices.Contains(heads, head):
			if !slices.Contains(tails[head], tail) {
				tails[head] = append(tails[head], tail)
			}
		case !slices.Contains(heads, v):
			heads = append(heads, v)
		}
	}
	for i, h := range heads {
		heads[i] = "`" + h + "`"
		if t := tails[h]; len(t) > 0 {
			heads[i] += fmt.Sprintf(brackets, strings.Join(t, comma))
		}
	}
	return strings.Join(heads, " ")
}

// among are the commands of the chapter that the speaker may use, in the order of the chapter.
func (t chapter) among(can []bot.Command) []bot.Command {
	var out []bot.Command
	for _, name := range t.commands {
		if i := slices.IndexFunc(can, func(c bot.Command) bool { return c.Name == name }); i >= 0 {
			out = append(out, can[i])
		}
	}
	return out
}

// verbOf is the verb of an example: its first word, with its slash.
func verbOf(example string, c bot.Command) string {
	verb, rest, _ := strings.Cut(example, " ")
	if sub, _, _ := strings.Cut(rest, " "); sub != "" && strings.Contains(c.Name, " ") && begunBy(forms(c), strings.ToLower(verb+" "+sub)) {
		verb += " " + sub
	}
	if !strings.HasPrefix(verb, "/") {
		verb = "/" + verb
	}
	return verb
}

// begunBy says whether one of some forms is these words, or begins with them.
func begunBy(forms, words string) bool {
	return strings.Contains(forms, words+"\n") || strings.Contains(forms, words+" ")
}
