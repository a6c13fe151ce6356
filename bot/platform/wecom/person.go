package wecom

import (
	"context"
	"fmt"
	"net/url"

	"qunguan/bot/chat"
)

// Person re-reads a member of staff. Somebody whom the address book does not know, or who has left, is Gone; somebody
// outside of the visible range is a *Fault: about them nothing is known.
func (a *Adapter) Person(ctx context.Context, u chat.User) (chat.Person, error) {
	// Not the SDK's form: it fails as a whole when one of thirty fields that nobody reads has another type.
	var out struct {
		UserID      string `json:"userid"`
		Name        string `json:"name"`
		Position    string `json:"position"`
		Email       string `json:"email"`
		BizMail     string `json:"biz_mail"`
		Departments []int  `json:"department"`
		Status      int    `json:"status"`
	}
	err := a.api(ctx, a.c.appCredential(), "user/get", url.Values{"userid": {string(u)}}, nil, &out)
	switch codeOf(err) {
	case codeUnknownUser, codeInvalidUser:
		return chat.Person{ID: u, Gone: true}, nil
	}
	if err != nil {
		return chat.Person{}, fmt.Errorf("read person: %w", err)
	}
	tree := departments{}
	if len(out.Departments) > 0 {
		tree = a.allDepartments(ctx)
	}
	var contact chat.Right
	if a.c.CustomerContactSecret != "" { // an app's own list says nothing of people who are not on it
		may, _ := a.follows(ctx)
		contact = a.contactRight(may, u)
	}
	const left = 5 // "激活状态: 1=已激活，2=已禁用，4=未激活，5=退出企业" – page 读取成员
	return chat.Person{
		ID: chat.User(firstOf(out.UserID, string(u))), Name: out.Name, Email: firstOf(out.Email, out.BizMail),
		Position: out.Position, Departments: tree.names(out.Departments), Within: tree.within(out.Departments),
		Contact: contact, Gone: out.Status == left,
	}, nil
}
