package scheduler

import (
	"context"

	"qunguan/bot/chat"
)

// Export is the rhythm that copies what is new in the journal to files.
func Export(write func(context.Context) error, spec string) Rhythm {
	return Rhythm{Name: "export", Title: chat.Text{ZH: "导出审计", EN: "export of the journal"}, Spec: spec, Run: write}
}
