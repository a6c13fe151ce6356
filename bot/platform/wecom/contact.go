package wecom

import (
	"context"
	"sync"
	"time"

	"qunguan/bot/chat"
)

// contacts remembers for a while which members of staff may serve customers: WeCom gives the whole list or nothing,
// and groups are read many at a time.
type contacts struct {
	mu    sync.Mutex
	may   map[chat.User]bool // nil: it was not told
	err   error              // why not
	until time.Time
}

const (
	// contactsFor is shorter than the rhythm in which groups are re-read, so that a right that was given is seen then.
	contactsFor = 5 * time.Minute
	// contactsAgain is how long a refusal is taken for an answer.
	contactsAgain = time.Minute
)

// follows asks the page 获取配置了客户联系功能的成员列表 who has 客户联系.
func (a *Adapter) follows(ctx context.Context) (map[chat.User]bool, error) {
	now := a.c.Now()
	a.follow.mu.Lock()
	may, err, good := a.follow.may, a.follow.err, now.Before(a.follow.until)
	a.follow.mu.Unlock()
	if good {
		return may, err
	}
	var out struct {
		Users []string `json:"follow_user"`
	}
	// The lock is not held during the call; two callers may ask at once, and both get the answer.
	err = a.api(ctx, a.c.customerCredential(), "externalcontact/get_follow_user_list", nil, nil, &out)
	if ctx.Err() != nil {
		return nil, err // it was this caller's patience that ended
	}
	keep := contactsFor
	may = make(map[chat.User]bool, len(out.Users))
	for _, u := range out.Users {
		may[chat.User(u)] = true
	}
	if err != nil {
		may, keep = nil, contactsAgain
	}
	a.follow.mu.Lock()
	a.follow.may, a.follow.err, a.follow.until = may, err, now.Add(keep)
	a.follow.mu.Unlock()
	return may, err
}

// contactRight is whether somebody has 客户联系. Who is not on the list lacks it only where the list is that of 客户联系
// itself: an app of one's own is told of nobody outside of its visible range. An empty list says nothing either,
// since a company with customer groups has owners of them.
func (a *Adapter) contactRight(may map[chat.User]bool, u chat.User) chat.Right {
	switch {
	case may[u]:
		return chat.RightHeld
	case len(may) == 0, a.c.CustomerContactSecret == "":
		return ""
	}
	return chat.RightMissing
}
