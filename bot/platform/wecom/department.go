package wecom

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/work/addresslist"

	"qunguan/bot/chat"
)

// departments are those that the app may see, by id. "只能拉取token对应的应用的权限范围内的部门列表" – page 获取部门列表:
// where the visible range is not the whole company, the topmost ones have parents that are not among them.
type departments map[int]department

type department struct {
	name   string
	parent int
}

// maxLevels bounds the way up: WeCom allows fifteen levels, and an answer that goes round in circles must end.
const maxLevels = 32

// chain is the way from the topmost department that is known down to id, which may itself be unknown.
func (t departments) chain(id int) []int {
	out := []int{id}
	for len(out) < maxLevels {
		d, known := t[out[len(out)-1]]
		if _, above := t[d.parent]; !known || !above || slices.Contains(out, d.parent) {
			break
		}
		out = append(out, d.parent)
	}
	slices.Reverse(out)
	return out
}

// names are the names of ids, or the ids themselves where the app may not read names.
func (t departments) names(ids []int) []string {
	var out []string
	for _, id := range ids {
		out = append(out, t.name(id))
	}
	return out
}

func (t departments) name(id int) string { return firstOf(t[id].name, strconv.Itoa(id)) }

// within are the departments of ids with all above them, each once, the topmost first.
func (t departments) within(ids []int) []chat.Department {
	var out []chat.Department
	seen := map[int]bool{}
	for _, id := range ids {
		above := ""
		for depth, one := range t.chain(id) {
			d := chat.Department{Name: t.name(one), Above: above, Depth: depth + 1}
			if above = d.Name; !seen[one] {
				seen[one] = true
				out = append(out, d)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b chat.Department) int {
		return cmp.Or(a.Depth-b.Depth, cmp.Compare(a.Name, b.Name))
	})
	return out
}

// known remembers the departments for a while: they change rarely, and people are read often.
type known struct {
	mu    sync.Mutex
	tree  departments
	until time.Time
}

const departmentsFor = 10 * time.Minute

// allDepartments never holds the lock during a call; two callers may ask at once, and both get the answer.
func (a *Adapter) allDepartments(ctx context.Context) departments {
	now := a.c.Now()
	a.names.mu.Lock()
	tree, good := a.names.tree, now.Before(a.names.until)
	a.names.mu.Unlock()
	if good {
		return tree
	}
	fresh, err := a.readDepartments(ctx)
	if err != nil {
		return tree // what was known; asked again next time
	}
	a.names.mu.Lock()
	a.names.tree, a.names.until = fresh, now.Add(departmentsFor)
	a.names.mu.Unlock()
	return fresh
}

// readDepartments asks for ids, parents and names. Where names are refused, the ids with their parents are asked for
// alone: "从2022年8月15日10点开始，“企业管理后台 - 管理工具 - 通讯录同步”的新增IP将不能再调用此接口，企业可通过「获取部门ID列表」
// 接口获取部门ID列表" – page 获取部门列表. Where both are refused, nothing is known but the ids that people have.
func (a *Adapter) readDepartments(ctx context.Context) (departments, error) {
	var full addresslist.DepartmentListResponse
	err := a.api(ctx, a.c.appCredential(), "department/list", nil, nil, &full)
	if err == nil {
		out := make(departments, len(full.Department))
		for _, d := range full.Department {
			out[d.ID] = department{name: d.Name, parent: d.ParentID}
		}
		return out, nil
	}
	if !mayNot(err) {
		return nil, err
	}
	var bare struct {
		Departments []struct {
			ID     int `json:"id"`
			Parent int `json:"parentid"`
		} `json:"department_id"`
	}
	if err = a.api(ctx, a.c.appCredential(), "department/simplelist", nil, nil, &bare); err != nil && !mayNot(err) {
		return nil, err
	}
	out := make(departments, len(bare.Departments))
	for _, d := range bare.Departments {
		out[d.ID] = department{parent: d.Parent}
	}
	return out, nil
}

// mayNot says whether WeCom refuses the call to this app as such.
func mayNot(err error) bool {
	code := codeOf(err)
	return code == codeForbidden || code == codeNoPrivilege
}
