package wecom

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"qunguan/bot/chat"
)

// Fault is a call to WeCom that did not succeed. It holds no secret and no address with a query.
type Fault struct {
	Op     string        // the call: "message/send"
	Code   int           // WeCom's errcode; 0 when it gave none
	Status int           // the HTTP status; 0 when there was no answer
	Retry  bool          // the same call may succeed later
	After  time.Duration // with Retry: not before this has passed
	Alarm  bool          // the operator must mend the configuration
	Gone   bool          // the person or the group does not exist for WeCom
	Reason string        // what happened, cleaned
	Hint   chat.Text     // what a person can do about it; zero if nothing is known
	// NoRight says that the account or the app behind the call lacks a right (无权限设置): an administrator has to look.
	NoRight bool

	cause error
}

// Error says which call failed and why.
func (f *Fault) Error() string {
	switch {
	case f.Code != 0:
		return fmt.Sprintf("call %s: errcode %d: %s", f.Op, f.Code, f.Reason)
	case f.Status != 0:
		return fmt.Sprintf("call %s: http status %d: %s", f.Op, f.Status, f.Reason)
	}
	return fmt.Sprintf("call %s: %s", f.Op, f.Reason)
}

// reported finds what Error has written of an errcode.
var reported = regexp.MustCompile(`\bcall ([a-z_/]+): errcode (-?\d+): `)

// Reported is the Fault that a text tells of, where the text holds the words of its Error: texts are what is kept of
// faults that are over. It is nil if there is none.
func Reported(text string) error {
	m := reported.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	code, err := strconv.Atoi(m[2])
	if err != nil {
		return nil
	}
	return refused(m[1], code, "")
}

// Advice is what a person can do about it, zero if nothing is known, and whether a right is what is missing.
func (f *Fault) Advice() (hint chat.Text, noRight bool) { return f.Hint, f.NoRight }

// Again says whether the same call may succeed later, and how soon at the earliest; 0 leaves that to the caller.
func (f *Fault) Again() (after time.Duration, ok bool) { return f.After, f.Retry }

// Unwrap gives context.Canceled or context.DeadlineExceeded where that was the cause, and nothing else: other causes
// may carry an address with a secret in it.
func (f *Fault) Unwrap() error { return f.cause }

// broken is a call without an answer.
func broken(op string, err error, reason string) *Fault {
	f := &Fault{Op: op, Retry: true, Reason: reason}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			f.cause = known
		}
	}
	return f
}

// Codes that the adapter itself decides on; the others are only in the table.
const (
	codeInvalidUser     = 40003
	codeBadToken        = 40014
	codeExpiredToken    = 42001
	codeForbidden       = 48002
	codeNoPrivilege     = 60011
	codeUnknownUser     = 60111
	codeUsedAddress     = 60140
	codeNobody          = 81013
	codeBadChat         = 86001
	codeNoChat          = 86003
	codeOtherApp        = 86008
	codeNotCustomerChat = 90501
)

// refusal is how the bot reacts to an errcode.
type refusal struct {
	retry, alarm, gone, right bool
	after                     time.Duration
	hint                      chat.Text
}

// refusals follow the page 全局错误码. A code that is not listed is neither retried nor taken for anything.
// "开发者应根据errcode而不是errmsg判断" – the same page: nothing is ever decided by the text.
var refusals = map[int]refusal{
	-1: {retry: true, after: time.Second},
	40001: {alarm: true, hint: chat.Text{
		ZH: "企业微信不接受这个 Secret，请核对配置。", EN: "WeCom does not accept this secret; check the configuration."}},
	codeInvalidUser: {gone: true, hint: noUser},
	40013: {alarm: true, hint: chat.Text{
		ZH: "企业微信不认识这个企业 ID，请核对 wecom.corp_id。", EN: "WeCom does not know this corp id; check wecom.corp_id."}},
	codeBadToken:     {retry: true},
	codeExpiredToken: {retry: true},
	// "接口调用超过限制": a minute limit blocks for 60 s, an hour limit for 60 min; the code does not tell which,
	// so the sender's own growing delay does the rest.
	45009: {retry: true, after: time.Minute},
	45033: {retry: true, after: 2 * time.Second},
	codeForbidden: {alarm: true, right: true, hint: chat.Text{
		ZH: "这个应用没有调用该接口的权限，请管理员在管理后台授权。",
		EN: "This app may not use that interface; an administrator has to permit it in the admin console."}},
	50001: {alarm: true},
	codeNoPrivilege: {right: true, hint: chat.Text{
		ZH: "对方不在应用的可见范围内，请管理员调整可见范围。",
		EN: "The person is outside of the app's visible range; an administrator can widen it."}},
	60020: {alarm: true, hint: chat.Text{
		ZH: "机器人服务器的 IP 不在应用的企业可信 IP 中。", EN: "The bot's IP address is not among the app's trusted IPs."}},
	codeUnknownUser: {gone: true, hint: noUser},
	codeUsedAddress: {},
	codeNobody: {hint: chat.Text{
		ZH: "收不到：对方不存在，或不在应用的可见范围内。",
		EN: "Nobody to receive it: the person does not exist or is outside of the app's visible range."}},
	81017: {hint: chat.Text{
		ZH: "可见范围超过 1000 人，企业微信不再一次列出所有客户群。",
		EN: "More than 1000 people are visible; WeCom does not list all customer groups at once."}},
	84061: {hint: chat.Text{ZH: "与该客户没有外部联系人关系。", EN: "There is no contact with this customer."}},
	84074: {right: true, hint: chat.Text{
		ZH: "该成员没有“客户联系”使用权限，请在管理后台“客户联系-配置-权限配置”里开通。",
		EN: "This member has no 客户联系 right; it is given in the admin console under 客户联系-配置-权限配置."}},
	codeBadChat:  {gone: true, hint: noChat},
	codeNoChat:   {gone: true, hint: noChat},
	86004:        {hint: chat.Text{ZH: "群名不合法。", EN: "The group name is not valid."}},
	86005:        {hint: chat.Text{ZH: "群主不合法。", EN: "The group owner is not valid."}},
	86006:        {hint: chat.Text{ZH: "群成员数不合法。", EN: "The number of members is not valid."}},
	86007:        {hint: chat.Text{ZH: "群成员不合法。", EN: "A member is not valid."}},
	codeOtherApp: {hint: chat.Text{ZH: "这个群不是本应用创建的。", EN: "This app did not create that group."}},
	codeNotCustomerChat: {hint: chat.Text{
		ZH: "这不是客户群：群主需要有客户联系权限。",
		EN: "That is not a customer group: its owner needs the customer contact permission."}},
}

var (
	noUser = chat.Text{ZH: "通讯录里没有这个人。", EN: "There is no such person in the address book."}
	noChat = chat.Text{ZH: "企业微信里没有这个群。", EN: "WeCom knows no such group."}
)

// refused is an answer with an errcode.
func refused(op string, code int, reason string) *Fault {
	r := refusals[code]
	return &Fault{
		Op: op, Code: code, Status: 200, Retry: r.retry, After: r.after, Alarm: r.alarm, Gone: r.gone,
		Reason: reason, Hint: r.hint, NoRight: r.right,
	}
}

// codeOf is the errcode of err, 0 if it has none.
func codeOf(err error) int {
	if f, ok := asFault(err); ok {
		return f.Code
	}
	return 0
}

func asFault(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}
