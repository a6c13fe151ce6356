package wecom

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/silenceper/wechat/v2/util"
	"github.com/silenceper/wechat/v2/work/externalcontact"

	"qunguan/bot/chat"
)

// Observe re-reads a group. What it is shows from which interface knows it: a customer group from
// externalcontact/groupchat/get, one that the app made from appchat/get. A group that neither knows is taken for one
// with the smart bot, of which WeCom tells nothing; its members and admins are then unknown, never empty.
//
// Gone is claimed only of an id of WeCom's own making ("wr…") that both interfaces call not existing. Not implied:
// a group bound as a customer group that now reads as a bot group has not become one; it can no longer be read.
func (a *Adapter) Observe(ctx context.Context, g chat.Group) (chat.Observed, error) {
	unknown := chat.Observed{Group: g, Kind: chat.BotGroup}
	asked := false
	if who := a.c.customerCredential(); who.secret != "" {
		seen, err := a.customerGroup(ctx, who, g)
		if err == nil {
			return seen, nil
		}
		if !a.otherKind(err) {
			return chat.Observed{}, fmt.Errorf("read customer group: %w", err)
		}
		asked = codeOf(err) == codeBadChat || codeOf(err) == codeNoChat
	}
	if a.c.hasApp() {
		seen, err := a.appGroup(ctx, g)
		if err == nil {
			return seen, nil
		}
		if !a.otherKind(err) {
			return chat.Observed{}, fmt.Errorf("read app group: %w", err)
		}
		notThere := codeOf(err) == codeBadChat || codeOf(err) == codeNoChat
		unknown.Gone = asked && notThere && strings.HasPrefix(string(g), "wr")
	}
	return unknown, nil
}

// otherKind says whether err means that the group is of another kind. A missing permission says so only where the
// operator has not given a secret for customer groups: else it is a fault to mend, and nothing is concluded from it.
func (a *Adapter) otherKind(err error) bool {
	switch codeOf(err) {
	case codeBadChat, codeNoChat, codeNotCustomerChat, codeOtherApp, 40058:
		return true
	case codeForbidden, codeNoPrivilege, 84061, 84074:
		return a.c.CustomerContactSecret == ""
	}
	return false
}

func (a *Adapter) customerGroup(ctx context.Context, who credential, g chat.Group) (chat.Observed, error) {
	in := externalcontact.GroupChatDetailRequest{ChatID: string(g), NeedName: 1}
	var out externalcontact.GroupChatDetailResponse
	if err := a.api(ctx, who, "externalcontact/groupchat/get", nil, in, &out); err != nil {
		return chat.Observed{}, err
	}
	seen := chat.Observed{
		Group: g, Kind: chat.CustomerGroup, Name: out.GroupChat.Name, Owner: chat.User(out.GroupChat.Owner),
		AdminsKnown: true, MembersKnown: true,
	}
	may, _ := a.follows(ctx) // a list that is not told leaves the right unknown; Check says why
	for _, m := range out.GroupChat.MemberList {
		member := chat.Member{
			ID: chat.User(m.UserID), Name: firstOf(m.Name, m.GroupNickname), Kind: memberKind(m.Type), JoinedAt: int64(m.JoinTime),
		}
		if member.Kind == chat.Staff {
			member.Contact = a.contactRight(may, member.ID)
		}
		seen.Members = append(seen.Members, member)
	}
	for _, admin := range out.GroupChat.AdminList {
		if u := chat.User(admin.UserID); u != seen.Owner {
			seen.Admins = append(seen.Admins, u)
		}
	}
	return seen, nil
}

// memberKind follows the page 获取客户群详情: "成员类型。1 - 企业成员 2 - 外部联系人". Another number is unknown.
func memberKind(kind int) chat.PersonKind {
	switch kind {
	case 1:
		return chat.Staff
	case 2:
		return chat.Customer
	}
	return ""
}

func (a *Adapter) appGroup(ctx context.Context, g chat.Group) (chat.Observed, error) {
	var out struct {
		Chat struct {
			Name  string   `json:"name"`
			Owner string   `json:"owner"`
			Users []string `json:"userlist"`
		} `json:"chat_info"`
	}
	err := a.api(ctx, a.c.appCredential(), "appchat/get", url.Values{"chatid": {string(g)}}, nil, &out)
	if err != nil {
		return chat.Observed{}, err
	}
	seen := chat.Observed{
		Group: g, Kind: chat.AppGroup, Name: out.Chat.Name, Owner: chat.User(out.Chat.Owner), MembersKnown: true,
	}
	for _, id := range out.Chat.Users {
		seen.Members = append(seen.Members, chat.Member{ID: chat.User(id), Kind: chat.Staff}) // an app group has no others
	}
	return seen, nil
}

// maxPages bounds Groups: a million customer groups.
const maxPages = 1000

// groupPage asks for one page of customer groups. The SDK's request always sends an owner_filter.
type groupPage struct {
	Status int    `json:"status_filter"`
	Cursor string `json:"cursor,omitempty"`
	Limit  int    `json:"limit"`
}

// Groups lists the customer groups whose owners are in the visible range. Groups of other kinds cannot be listed.
func (a *Adapter) Groups(ctx context.Context) ([]chat.Group, error) {
	var groups []chat.Group
	in := groupPage{Limit: 1000}
	for range maxPages {
		var out struct {
			util.CommonError
			Groups []externalcontact.GroupChatList `json:"group_chat_list"`
			Next   string                          `json:"next_cursor"`
		}
		err := a.api(ctx, a.c.customerCredential(), "externalcontact/groupchat/list", nil, in, &out)
		if err != nil {
			return nil, fmt.Errorf("list customer groups: %w", err)
		}
		for _, g := range out.Groups {
			groups = append(groups, chat.Group(g.ChatID))
		}
		if out.Next == "" {
			return groups, nil
		}
		if out.Next == in.Cursor {
			break
		}
		in.Cursor = out.Next
	}
	return nil, &Fault{Op: "externalcontact/groupchat/list", Reason: "the pages do not end"}
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
