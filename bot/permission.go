package bot

import (
	"errors"

	"qunguan/bot/chat"
)

// advises is an error of a platform that knows what a person can do about it, and whether a right is what is missing.
type advises interface {
	Advice() (hint chat.Text, noRight bool)
}

// NoPermission is what to check where a platform's client or interface says 无权限设置 (R19), and what may be so with
// an account of the education edition (R20).
func NoPermission(education bool) chat.Text {
	t := chat.Text{
		ZH: "出现“无权限设置”时，请检查登录账号是否为“超级管理员”或“分级管理员”。",
		EN: "Where WeCom says 无权限设置 (no permission), check that the account signed in is a 超级管理员 or 分级管理员.",
	}
	if education {
		t = t.Plus(chat.Text{ZH: "部分教育版账号可能受功能限制。", EN: " Some education accounts may be limited in what they can do."})
	}
	return t
}

// Advice is what people are told about an error of the platform: what the platform's adapter knows of it and, where a
// right is missing, whose account to look at. It is zero where nothing is known.
func Advice(err error, education bool) chat.Text {
	var a advises
	if !errors.As(err, &a) {
		return chat.Text{}
	}
	hint, noRight := a.Advice()
	if !noRight {
		return hint
	}
	if !hint.IsZero() {
		hint = hint.Plus(chat.Text{EN: " "})
	}
	return hint.Plus(NoPermission(education))
}

// unread says that a group cannot be read, and what to do about it: a right that is missing will still be missing later.
func unread(err error, education bool) chat.Text {
	if advice := Advice(err, education); !advice.IsZero() {
		return chat.Text{
			ZH: "读不到这个群的信息，什么都没有改变。%s",
			EN: "This group cannot be read; nothing has changed. %s",
		}.F(advice)
	}
	return chat.Text{
		ZH: "暂时读不到这个群的信息（企业微信没有应答），什么都没有改变。请稍后再发。",
		EN: "This group cannot be read at present (WeCom does not answer); nothing has changed. Send it again later.",
	}
}
