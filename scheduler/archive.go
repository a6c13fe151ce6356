package scheduler

import (
	"context"

	"qunguan/bot/chat"
)

// Archive is the rhythm that moves entries of the journal that are old enough to files.
func Archive(move func(context.Context) error, spec string) Rhythm {
	return Rhythm{Name: "archive", Title: chat.Text{ZH: "归档审计", EN: "archive of the journal"}, Spec: spec, Run: move}
}
