package commands

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

var (
	_ = declare(keywordCompanyAdd)
	_ = declare(keywordCompanyRemove)
)

// keywordCompanyAdd puts words onto the list that counts in every group whose monitor is on.
func keywordCompanyAdd() bot.Command {
	who, said := whose(), grammar.Rest("words").Called(chat.Text{ZH: "词", EN: "words"})
	return bot.Command{
		Name:     "keyword company add",
		Forms:    []string{"/keyword company add [only {whose}] {words}", "/关键词 全公司 (添加|加) [只看 {whose}] {words}"},
		Examples: []chat.Text{{ZH: "/关键词 全公司 添加 返利", EN: "/keyword company add rebate"}},
		Holes:    []grammar.Hole{who, said},
		Help:     chat.Text{ZH: "把词加进全公司的关键词。", EN: "Put words on the company's list."},
		Owners:   true, Anywhere: true,
		Reads: []bot.Source{companyWords},
		Run: func(c bot.Call) (bot.Outcome, error) {
			return addWords(c, "", companyWords.Of(c), who.Of(c.Args), said.Of(c.Args))
		},
	}
}

func keywordCompanyRemove() bot.Command {
	said := grammar.Rest("words").Called(chat.Text{ZH: "词", EN: "words"})
	return bot.Command{
		Name:     "keyword company remove",
		Forms:    []string{"/keyword company remove {words}", "/关键词 全公司 (删除|删) {words}"},
		Examples: []chat.Text{{ZH: "/关键词 全公司 删除 返利", EN: "/keyword company remove rebate"}},
		Holes:    []grammar.Hole{said},
		Help:     chat.Text{ZH: "把词从全公司的关键词里去掉。", EN: "Take words off the company's list."},
		Owners:   true, Anywhere: true,
		Reads: []bot.Source{companyWords},
		Run: func(c bot.Call) (bot.Outcome, error) {
			return removeWords(c, "", companyWords.Of(c), said.Of(c.Args))
		},
	}
}
