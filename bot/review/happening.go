package review

import (
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// The kinds of events in which reviews change.
const (
	Began     journal.Kind = "review.began"
	Prepared  journal.Kind = "review.prepared"
	Told      journal.Kind = "review.told"
	Decided   journal.Kind = "review.decided"
	Asked     journal.Kind = "review.asked"
	Answered  journal.Kind = "review.answered"
	Reminded  journal.Kind = "review.reminded"
	Escalated journal.Kind = "review.escalated"
	Counted   journal.Kind = "review.counted"
	Halted    journal.Kind = "review.halted"
	Released  journal.Kind = "review.released"
	Carried   journal.Kind = "review.applied"
	Finished  journal.Kind = "review.closed"
	Ended     journal.Kind = "review.stopped"
	Settled   journal.Kind = "review.policy"
)

// Reason begins the reason of an act that carries out a review; its id follows.
const Reason = "权限复核 "

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	course := chat.Text{ZH: "它记的是复核的进程；要结束一次复核，用 /复核 停止。", EN: "It tells how a review went on; to end one, use /review stop."}
	began := chat.Text{ZH: "卡片已经发出；要结束这次复核，用 /复核 停止。", EN: "The cards are sent; to end the review, use /review stop."}
	again := chat.Text{ZH: "复核结束前可以重新决定，再发一次 /复核 即可。", EN: "Until the review closes, decide again with /review."}
	return []journal.Happening{
		{Kind: Began, Text: chat.Text{ZH: "开始权限复核", EN: "began an access review"}, Final: began},
		{Kind: Prepared, Text: chat.Text{ZH: "准备权限复核", EN: "prepared an access review"}, Final: course},
		{Kind: Told, Text: chat.Text{ZH: "通知复核人", EN: "told reviewers"}, Final: course},
		{Kind: Decided, Text: chat.Text{ZH: "复核决定", EN: "decided in a review"}, Final: again},
		{Kind: Asked, Text: chat.Text{ZH: "复核时问本人", EN: "asked an admin in a review"}, Final: course},
		{Kind: Answered, Text: chat.Text{ZH: "回答复核", EN: "answered a review"}, Final: course},
		{Kind: Reminded, Text: chat.Text{ZH: "提醒复核人", EN: "reminded a reviewer"}, Final: course},
		{Kind: Escalated, Text: chat.Text{ZH: "复核升级给后备复核人", EN: "gave cases to the fallback reviewer"}, Final: course},
		{Kind: Counted, Text: chat.Text{ZH: "清点复核结果", EN: "counted what a review decided"}, Final: course},
		{Kind: Halted, Text: chat.Text{ZH: "复核结果暂停执行", EN: "halted the results of a review"}, Final: course},
		{Kind: Released, Text: chat.Text{ZH: "放行复核结果", EN: "released the results of a review"}, Final: course},
		{Kind: Carried, Text: chat.Text{ZH: "执行复核结果", EN: "carried out a review"}, Final: course},
		{Kind: Finished, Text: chat.Text{ZH: "权限复核结束", EN: "closed an access review"}, Final: course},
		{Kind: Ended, Text: chat.Text{ZH: "停止权限复核", EN: "stopped an access review"}, Final: course},
		{Kind: Settled, Text: chat.Text{ZH: "设置复核规则", EN: "set how reviews are held"}},
	}
}
