package wecom

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/work/addresslist"

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
	var contact chat.Right
	if a.c.CustomerContactSecret != "" { // an app's own list says nothing of people who are not on it
		may, _ := a.follows(ctx)
		contact = a.contactRight(may, u)
	}
	const left = 5 // "激活状态: 1=已激活，2=已禁用，4=未激活，5=退出企业" – page 读取成员
	return chat.Person{
		ID: chat.User(firstOf(out.UserID, string(u))), Name: out.Name, Email: firstOf(out.Email, out.BizMail),
		Position: out.Position, Departments: a.departmentNames(ctx, out.Departments), Contact: contact, Gone: out.Status == left,
	}, nil
}

// departments remembers the names of departments for a while: they change rarely, and people are read often.
type departments struct {
	mu    sync.Mutex
	names map[int]string
	until time.Time
}

const departmentsFor = 10 * time.Minute

// departmentNames are the names of ids, or the ids themselves where the app may not read names.
func (a *Adapter) departmentNames(ctx context.Context, ids []int) []string {
	if len(ids) == 0 {
		return nil
	}
	names := a.allDepartments(ctx)
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, firstOf(names[id], strconv.Itoa(id)))
	}
	return out
}

// allDepartments never holds the lock during a call; two callers may ask at once, and both get the answer.
func (a *Adapter) allDepartments(ctx context.Context) map[int]string {
	now := a.c.Now()
	a.names.mu.Lock()
	names, good := a.names.names, now.Before(a.names.until)
	a.names.mu.Unlock()
	if good {
		return names
	}
	var out addresslist.DepartmentListResponse
	err := a.api(ctx, a.c.appCredential(), "department/list", nil, nil, &out)
	if code := codeOf(err); err != nil && code != codeForbidden && code != codeNoPrivilege {
		return names // what was known; asked again next time
	}
	fresh := make(map[int]string, len(out.Department))
	for _, d := range out.Department {
		fresh[d.ID] = d.Name
	}
	a.names.mu.Lock()
	a.names.names, a.names.until = fresh, now.Add(departmentsFor)
	a.names.mu.Unlock()
	return fresh
}
