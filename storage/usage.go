package storage

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// useField is the field of a group's usage that keeps one use. Ids come from platforms and may have a slash.
func useField(u journal.Use) string { return escapeUser.Replace(string(u.Who)) + "/" + u.Item }

var (
	escapeUser   = strings.NewReplacer("%", "%25", "/", "%2F")
	unescapeUser = strings.NewReplacer("%25", "%", "%2F", "/")
)

func toUse(field string) journal.Use {
	who, item, _ := strings.Cut(field, "/")
	return journal.Use{Who: chat.User(unescapeUser.Replace(who)), Item: item}
}

// usedAt is when the uses of an entry were, as its group's usage keeps it.
func usedAt(e journal.Entry) string { return strconv.FormatInt(e.At.UnixMilli(), 10) }

// toUsage makes a Usage of the fields of a hash.
func toUsage(since time.Time, row any) (journal.Usage, error) {
	fields, _ := row.([]any)
	last := make(map[journal.Use]time.Time, len(fields)/2)
	for i := 0; i+1 < len(fields); i += 2 {
		ms, err := strconv.ParseInt(text(fields[i+1]), 10, 64)
		if err != nil {
			return journal.Usage{}, fmt.Errorf("read usage %s: %w", text(fields[i]), err)
		}
		last[toUse(text(fields[i]))] = time.UnixMilli(ms).UTC()
	}
	return journal.NewUsage(since, last), nil
}
