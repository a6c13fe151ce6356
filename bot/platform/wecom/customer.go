package wecom

import (
	"context"
	"fmt"
	"net/url"

	"qunguan/bot/chat"
)

// codeNotContact is "不存在外部联系人的关系" – page 全局错误码: nobody in the visible range has them as a customer.
const codeNotContact = 84061

// maxFollowerPages bounds Followers: 10,000 members of staff.
const maxFollowerPages = 20

// Followers are the members of staff whose customer somebody is, as far as the visible range goes: "follow_user" of
// the page 获取客户详情, which comes in pages of 500. Somebody who is nobody's customer has none.
func (a *Adapter) Followers(ctx context.Context, customer chat.User) ([]chat.User, error) {
	var out []chat.User
	cursor := ""
	for range maxFollowerPages {
		var page struct {
			Staff []struct {
				UserID string `json:"userid"`
			} `json:"follow_user"`
			Next string `json:"next_cursor"`
		}
		q := url.Values{"external_userid": {string(customer)}}
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		err := a.api(ctx, a.c.customerCredential(), "externalcontact/get", q, nil, &page)
		if codeOf(err) == codeNotContact {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read customer: %w", err)
		}
		for _, s := range page.Staff {
			out = append(out, chat.User(s.UserID))
		}
		if page.Next == "" || page.Next == cursor {
			return out, nil
		}
		cursor = page.Next
	}
	return nil, &Fault{Op: "externalcontact/get", Reason: "the pages do not end"}
}
