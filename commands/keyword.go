package commands

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

var (
	_ = declare(keywordList)
	_ = declare(keywordAdd)
	_ = declare(keywordRemove)
	_ = declare(keywordTest)
	_ = declare(keywordOn)
	_ = declare(keywordOff)
)

// words are the keywords of the group, companyWords those of the whole company.
var (
	words        = bot.Reads[moderation.List](moderation.WordsOf)
	companyWords = bot.ReadsOne[moderation.List](moderation.WordsOf(""))
)

// whose is whose messages a word is looked for in.
func whose() grammar.ChoiceHole[chat.PersonKind] {
	return grammar.Choice("whose", func(said string) (chat.PersonKind, bool) {
		switch strings.ToLower(said) {
		case "员工", "staff":
			return chat.Staff, true
		case "客户", "customers", "customer":
			return chat.Customer, true
		}
		return "", false
	}, chat.Text{ZH: "员工|客户", EN: "staff|customers"})
}

func whoseText(k chat.PersonKind) chat.Text {
	switch k {
	case chat.Staff:
		return chat.Text{ZH: "（只看员工发的）", EN: " (staff's messages only)"}
	case chat.Customer:
		return chat.Text{ZH: "（只看客户发的）", EN: " (customers' messages only)"}
	}
	return chat.Text{}
}

// listedWords are the words of a line: separated by spaces, commas or line breaks.
func listedWords(said string) []string {
	return strings.FieldsFunc(said, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，、;；", r) })
}

// wordsText tells words to one person, and in a group only how many: what nobody is to write, the bot does not write.
func wordsText(c bot.Call, said []moderation.Word) chat.Text {
	n := counted(len(said), "%d 个词", "word", "words")
	if c.Message.Group != "" || len(said) == 0 {
		return n
	}
	texts := make([]chat.Text, len(said))
	for i, w := range said {
		texts[i] = chat.Same("“" + chat.Escape(w.Text) + "”").Plus(whoseText(w.For))
	}
	return n.Plus(chat.Text{ZH: "：", EN: ": "}).Plus(list(texts))
}

func keywordAdd() bot.Command {
	who, said := whose(), grammar.Rest("words").Called(chat.Text{ZH: "词", EN: "words"})
	return bot.Command{
		Name:     "keyword add",
		Forms:    []string{"/keyword add [only {whose}] {words}", "/关键词 (添加|加) [只看 {whose}] {words}"},
		Examples: []chat.Text{{ZH: "/关键词 添加 加微信 返利", EN: "/keyword add rebate"}},
		Holes:    []grammar.Hole{who, said},
		Help:     chat.Text{ZH: "把词加进本群的关键词；加“只看 员工”或“只看 客户”缩小范围。", EN: "Put words on the group's list; “only staff” or “only customers” narrows it."},
		Needs:    access.ReviewMessages,
		Reads:    []bot.Source{words},
		Run: func(c bot.Call) (bot.Outcome, error) {
			return addWords(c, c.Group.ID, words.Of(c), who.Of(c.Args), said.Of(c.Args))
		},
	}
}

// addWords puts words onto a list; the empty group is the company.
func addWords(c bot.Call, g chat.Group, l moderation.List, k chat.PersonKind, said string) (bot.Outcome, error) {
	var add []moderation.Word
	for _, text := range listedWords(said) {
		add = append(add, moderation.Word{Text: text, For: k, By: c.Actor.ID, At: c.Now.UTC()})
	}
	e, err := l.Add(g, add)
	if err != nil {
		return mendWords(err)
	}
	var fresh []moderation.Word
	for _, ch := range e.Changes {
		if w, err := journal.Decode[moderation.Word](ch.After); err == nil {
			fresh = append(fresh, w)
		}
	}
	text := chat.Text{ZH: "%s加上 %s", EN: "%s: added %s"}.F(listText(g), wordsText(c, fresh))
	if n := len(add) - len(fresh); n > 0 {
		text = text.Plus(chat.Text{ZH: "（另 %d 个已在表里）", EN: " (%d more stood there already)"}.F(n))
	}
	return bot.Outcome{Events: []journal.Event{e}, Changes: text.Plus(whetherOn(c, g, l))}, nil
}

// listText names a list of keywords.
func listText(g chat.Group) chat.Text {
	if g == "" {
		return chat.Text{ZH: "全公司的关键词", EN: "The company's keywords"}
	}
	return chat.Text{ZH: "本群的关键词", EN: "The group's keywords"}
}

// whetherOn says that nobody looks for the words yet, where that is so.
func whetherOn(c bot.Call, g chat.Group, l moderation.List) chat.Text {
	if g == "" {
		return chat.Text{ZH: "\n开着关键词监控的群都按它查。", EN: "\nEvery group whose keyword monitor is on is searched for them."}
	}
	if _, scene := c.Access.Group.Holder(access.KeywordMonitor, c.Now); !l.On() && !scene {
		return chat.Text{ZH: "\n本群的关键词监控还没打开：`/关键词 开%s`。", EN: "\nThe group's keyword monitor is off yet: `/keyword on%s`."}.F(elsewhere(c))
	}
	return chat.Text{}
}

func mendWords(err error) (bot.Outcome, error) {
	return mend(err, map[error]chat.Text{
		moderation.ErrSame:      {ZH: "没有改变：这些词都已在表里。", EN: "Nothing has changed: all of these are on the list."},
		moderation.ErrTooMany:   {ZH: "没有改变：词太多了。一个群最多 100 个，全公司最多 2000 个；常用的请让超级管理员加到全公司的表里：`/关键词 全公司 添加 …`。", EN: "Nothing has changed: too many words. A group may have 100, the company 2000; let an owner put common ones on the company's list: `/keyword company add …`."},
		moderation.ErrTooLong:   {ZH: "没有改变：一个词最多 30 个字。多个词用空格隔开。", EN: "Nothing has changed: a word has 30 characters at most. Separate words by spaces."},
		moderation.ErrTooShort:  {ZH: "没有改变：单个字到处都有，关键词至少两个字。词里不用写空格，隔开写的一样查得到。", EN: "Nothing has changed: a single letter is everywhere; a keyword has two at least. Leave spaces out of a word: it is found however it is spaced."},
		moderation.ErrNotListed: {ZH: "没有改变：有的词不在表里。私聊我发 `/关键词` 看有哪些。", EN: "Nothing has changed: not all of these are on the list. Send me `/keyword` in a direct message to see it."},
	})
}

func keywordRemove() bot.Command {
	said := grammar.Rest("words").Called(chat.Text{ZH: "词", EN: "words"})
	return bot.Command{
		Name:     "keyword remove",
		Forms:    []string{"/keyword remove {words}", "/关键词 (删除|删) {words}"},
		Examples: []chat.Text{{ZH: "/关键词 删除 返利", EN: "/keyword remove rebate"}},
		Holes:    []grammar.Hole{said},
		Help:     chat.Text{ZH: "把词从本群的关键词里去掉。", EN: "Take words off the group's list."},
		Needs:    access.ReviewMessages,
		Reads:    []bot.Source{words},
		Run: func(c bot.Call) (bot.Outcome, error) {
			return removeWords(c, c.Group.ID, words.Of(c), said.Of(c.Args))
		},
	}
}

func removeWords(c bot.Call, g chat.Group, l moderation.List, said string) (bot.Outcome, error) {
	e, err := l.Remove(g, listedWords(said))
	if err != nil {
		return mendWords(err)
	}
	var gone []moderation.Word
	for _, ch := range e.Changes {
		if w, err := journal.Decode[moderation.Word](ch.Before); err == nil {
			gone = append(gone, w)
		}
	}
	return bot.Outcome{
		Events: []journal.Event{e}, Changes: chat.Text{ZH: "%s去掉 %s", EN: "%s: removed %s"}.F(listText(g), wordsText(c, gone)),
	}, nil
}

// keywordList shows the lists, to one person only.
func keywordList() bot.Command {
	return bot.Command{
		Name:     "keyword",
		Forms:    []string{"/keyword [list]", "/关键词 [列表]"},
		Examples: []chat.Text{{ZH: "/关键词", EN: "/keyword"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "本群查哪些关键词、开没开；词只在私聊里显示。", EN: "Which keywords are looked for here, and whether; the words are shown in direct messages only."},
		Needs:    access.ReviewMessages,
		Reads:    []bot.Source{words, companyWords},
		Asks: func(_ grammar.Args, c bot.Call) journal.Want {
			return journal.Want{Clocks: []chat.Group{c.Group.ID}}
		},
		Run: func(c bot.Call) (bot.Outcome, error) {
			own, company := words.Of(c).Words(), companyWords.Of(c).Words()
			lines := []chat.Text{
				chat.Text{ZH: "**%s 的关键词**", EN: "**Keywords of %s**"}.F(chat.Escape(c.Group.Title())),
				chat.Text{ZH: "- 监控：%s", EN: "- monitor: %s"}.F(monitorText(c)),
				chat.Text{ZH: "- 本群：%s", EN: "- of the group: %s"}.F(wordsText(c, own)),
				chat.Text{ZH: "- 全公司：%s", EN: "- of the company: %s"}.F(wordsText(c, company[:min(len(company), 50)])),
			}
			if len(company) > 50 {
				lines[3] = lines[3].Plus(chat.Text{ZH: "…共 %d 个", EN: "… %d in all"}.F(len(company)))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(append(lines, seenHere(c))...)}}, nil
		},
	}
}

// monitorText says whether keywords are looked for in the group, and why.
func monitorText(c bot.Call) chat.Text {
	var why []chat.Text
	if words.Of(c).On() {
		why = append(why, chat.Text{ZH: "本群打开", EN: "switched on here"})
	}
	if n, ok := c.Access.Group.Holder(access.KeywordMonitor, c.Now); ok {
		why = append(why, chat.Text{ZH: "场景“%s”", EN: "scene “%s”"}.F(n.Label()))
	}
	if len(why) == 0 {
		return chat.Text{ZH: "关（`/关键词 开%s`）", EN: "off (`/keyword on%s`)"}.F(elsewhere(c))
	}
	return chat.Text{ZH: "开（%s）", EN: "on (%s)"}.F(list(why))
}

func keywordOn() bot.Command {
	return keywordSwitch(true, "keyword on", []string{"/keyword on", "/关键词 (开|打开|启用)"},
		chat.Text{ZH: "/关键词 开", EN: "/keyword on"}, chat.Text{ZH: "打开本群的关键词监控。", EN: "Switch the group's keyword monitor on."})
}

func keywordOff() bot.Command {
	return keywordSwitch(false, "keyword off", []string{"/keyword off", "/关键词 (关|关闭|停用)"},
		chat.Text{ZH: "/关键词 关", EN: "/keyword off"}, chat.Text{ZH: "关闭本群的关键词监控；场景要求的不受影响。", EN: "Switch it off again; what a scene wants stays."})
}

func keywordSwitch(on bool, name string, forms []string, example, help chat.Text) bot.Command {
	return bot.Command{
		Name: name, Forms: forms, Examples: []chat.Text{example}, Holes: []grammar.Hole{}, Help: help,
		Needs: access.ReviewMessages, Hidden: !on, // the answer to the other tells of it
		Reads: []bot.Source{words, companyWords},
		Asks: func(_ grammar.Args, c bot.Call) journal.Want {
			return journal.Want{Clocks: []chat.Group{c.Group.ID}}
		},
		Run: func(c bot.Call) (bot.Outcome, error) {
			e, err := words.Of(c).Switch(c.Group.ID, on, c.Actor.ID, c.Now)
			if errors.Is(err, moderation.ErrSame) {
				return bot.Refuse(chat.Text{ZH: "没有改变：本来就是%s的。", EN: "Nothing has changed: it is %s already."}.F(onOff(on)))
			}
			if err != nil {
				return bot.Outcome{}, err
			}
			lines := []chat.Text{chat.Text{ZH: "本群的关键词监控：%s", EN: "the group's keyword monitor: %s"}.F(onOff(on))}
			n, scene := c.Access.Group.Holder(access.KeywordMonitor, c.Now)
			switch {
			case on:
				lines = append(lines, chat.Text{ZH: "要查的词：本群 %d 个，全公司 %d 个；管理员和命令不查；关掉发 `/关键词 关`。", EN: "Words: %d of the group, %d of the company; admins and commands are not looked at; `/keyword off` ends it."}.F(
					len(words.Of(c).Words()), len(companyWords.Of(c).Words())), seenHere(c))
			case scene:
				lines = append(lines, chat.Text{ZH: "场景“%s”仍要求查关键词，所以还会查。", EN: "The scene “%s” wants it all the same, so it goes on."}.F(n.Label()))
			}
			return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Lines(lines...)}, nil
		},
	}
}

// keywordTest says what a text would hit. Nothing is caught by it.
func keywordTest() bot.Command {
	said := grammar.Rest("text").Called(chat.Text{ZH: "一句话", EN: "text"})
	return bot.Command{
		Name:     "keyword test",
		Forms:    []string{"/keyword test {text}", "/关键词 (测试|试) {text}"},
		Examples: []chat.Text{{ZH: "/关键词 测试 加 微 信 有返利", EN: "/keyword test get your r e b a t e"}},
		Holes:    []grammar.Hole{said},
		Help:     chat.Text{ZH: "试一句话会命中哪些词；只是试，不记违规。", EN: "See which words a text would hit; nothing is recorded."},
		Needs:    access.ReviewMessages,
		Reads:    []bot.Source{words, companyWords},
		Run: func(c bot.Call) (bot.Outcome, error) {
			text := moderation.Fold(said.Of(c.Args))
			var hits []moderation.Word
			for _, l := range []moderation.List{words.Of(c), companyWords.Of(c)} {
				for _, k := range []chat.PersonKind{chat.Customer, chat.Staff} {
					for _, w := range l.Find(text, k) {
						if !slices.Contains(hits, w) {
							hits = append(hits, w)
						}
					}
				}
			}
			if len(hits) == 0 {
				return told(chat.Text{ZH: "不会命中。", EN: "It would hit nothing."}), nil
			}
			return told(chat.Text{ZH: "会命中 %s。", EN: "It would hit %s."}.F(wordsText(c, hits))), nil
		},
	}
}
