package grammar_test

import (
	"fmt"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

func Example() {
	who, length, reason := grammar.Person("who"), grammar.Length("length"), grammar.Rest("reason")
	forms, err := grammar.Compile([]string{
		"/mute {who} [[for] {length}] [{reason}]",
		"/禁言 {who} [{length}] [{reason}]",
	}, who, length, reason)
	if err != nil {
		fmt.Println(err)
		return
	}
	var g grammar.Grammar
	if err := g.Add("mute", forms); err != nil {
		fmt.Println(err)
		return
	}
	now := grammar.Context{Now: time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC), Addressed: true}

	m := g.Match("禁言＠李四 半小时 刷屏", now)
	fmt.Println(m.Command, who.Ref(m.Args).Said, length.Of(m.Args), reason.Of(m.Args))

	m = g.Match("/mute @lisi for 1 month", now)
	fmt.Println(m.Problem.What.In(chat.EN))
	fmt.Println(m.Problem.Form.In(chat.EN))
	// Output:
	// mute 李四 30m0s 刷屏
	// “1” was not understood: months and years differ in length; give days or weeks, such as 30d.
	// /mute @who [[for] LENGTH] [REASON]
}
