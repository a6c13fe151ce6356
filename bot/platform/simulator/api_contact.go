package simulator

import (
	"slices"
	"strconv"
	"strings"
)

// department is one of the address book; the root is the company and has the id 1.
type department struct {
	id     int
	parent int
	name   string
}

func (s *Simulator) departments() []department {
	out := []department{{id: 1, name: s.world.Company}}
	if s.world.Company == "" {
		out[0].name = s.world.Corp
	}
	for _, d := range s.world.Departments {
		above := 1
		for _, o := range out[1:] {
			if o.name == d.Above {
				above = o.id
			}
		}
		out = append(out, department{id: len(out) + 1, parent: above, name: d.Name})
	}
	for _, p := range s.world.People {
		for _, d := range p.Departments {
			if !slices.ContainsFunc(out, func(o department) bool { return o.name == d }) {
				out = append(out, department{id: len(out) + 1, parent: 1, name: d})
			}
		}
	}
	return out
}

func (s *Simulator) departmentIDs(p Person) []int {
	ids := []int{}
	for _, d := range s.departments() {
		if slices.Contains(p.Departments, d.name) {
			ids = append(ids, d.id)
		}
	}
	if len(ids) == 0 {
		ids = append(ids, 1)
	}
	return ids
}

// inDepartment returns the staff of a department, with those below it if deep.
func (s *Simulator) inDepartment(id int, deep bool) ([]Person, bool) {
	if !slices.ContainsFunc(s.departments(), func(d department) bool { return d.id == id }) {
		return nil, false
	}
	wanted := []int{id}
	if deep {
		wanted = s.below(id)
	}
	var out []Person
	for _, p := range s.world.People {
		if !p.Customer && slices.ContainsFunc(s.departmentIDs(p), func(d int) bool { return slices.Contains(wanted, d) }) {
			out = append(out, p)
		}
	}
	return out, true
}

// below is a department with all below it. A department stands after the one above it.
func (s *Simulator) below(id int) []int {
	out := []int{id}
	for _, d := range s.departments() {
		if slices.Contains(out, d.parent) {
			out = append(out, d.id)
		}
	}
	return out
}

// userGet is "读取成员". Customers are not in the address book.
func (s *Simulator) userGet(c call) (map[string]any, *apiError) {
	id := c.query.Get("userid")
	if !userID.MatchString(id) {
		return nil, fail(badUserID, "invalid userid")
	}
	p, ok := s.world.person(id)
	if !ok || p.Customer {
		return nil, fail(unknownUser, "userid not found")
	}
	return s.userJSON(p), nil
}

func (s *Simulator) userJSON(p Person) map[string]any {
	ids := s.departmentIDs(p)
	zeros := make([]int, len(ids))
	return map[string]any{
		"userid": p.ID, "name": p.Name, "position": p.Position, "email": p.Email, "department": ids, "order": zeros,
		"is_leader_in_dept": zeros, "main_department": ids[0], "status": 1, "alias": "", "extattr": map[string]any{"attrs": []any{}},
	}
}

// userList is "获取部门成员" and "获取部门成员详情".
func (s *Simulator) userList(c call) (map[string]any, *apiError) {
	id, err := strconv.Atoi(c.query.Get("department_id"))
	if err != nil {
		return nil, fail(badParameter, "department_id missing")
	}
	members, ok := s.inDepartment(id, c.query.Get("fetch_child") == "1")
	if !ok {
		return nil, fail(unknownDept, "invalid department id")
	}
	list := []map[string]any{}
	for _, p := range members {
		list = append(list, s.userJSON(p))
	}
	return map[string]any{"userlist": list}, nil
}

// departmentList is "获取部门列表".
func (s *Simulator) departmentList(c call) (map[string]any, *apiError) {
	root, failed := s.root(c)
	if failed != nil {
		return nil, failed
	}
	list, below := []map[string]any{}, s.below(root)
	for _, d := range s.departments() {
		if slices.Contains(below, d.id) {
			list = append(list, map[string]any{
				"id": d.id, "name": d.name, "name_en": "", "parentid": d.parent, "order": 1000 - d.id, "department_leader": []string{},
			})
		}
	}
	return map[string]any{"department": list}, nil
}

// departmentIDList is "获取子部门ID列表".
func (s *Simulator) departmentIDList(c call) (map[string]any, *apiError) {
	root, failed := s.root(c)
	if failed != nil {
		return nil, failed
	}
	list, below := []map[string]any{}, s.below(root)
	for _, d := range s.departments() {
		if slices.Contains(below, d.id) {
			list = append(list, map[string]any{"id": d.id, "parentid": d.parent, "order": 1000 - d.id})
		}
	}
	return map[string]any{"department_id": list}, nil
}

// root is the department that a call asks about; the company if it names none.
func (s *Simulator) root(c call) (int, *apiError) {
	root := 1
	if v := strings.TrimSpace(c.query.Get("id")); v != "" {
		n, err := strconv.Atoi(v)
		if _, ok := s.inDepartment(n, false); err != nil || !ok {
			return 0, fail(unknownDept, "invalid department id")
		}
		root = n
	}
	return root, nil
}

// customerGet is "获取客户详情". A customer of nobody is no external contact.
func (s *Simulator) customerGet(c call) (map[string]any, *apiError) {
	p, ok := s.world.person(c.query.Get("external_userid"))
	if !ok || !p.Customer || len(p.Followers) == 0 {
		return nil, fail(noContact, "not external contact")
	}
	list := []map[string]any{}
	for _, f := range p.Followers {
		list = append(list, map[string]any{"userid": f, "remark": p.Name, "createtime": c.now.Unix(), "add_way": 1})
	}
	return map[string]any{
		"external_contact": map[string]any{"external_userid": p.ID, "name": p.Name, "corp_name": p.Position, "type": 1},
		"follow_user":      list,
	}, nil
}

// callbackIP is "获取企业微信回调IP段"; the simulator calls from this machine.
func (s *Simulator) callbackIP(call) (map[string]any, *apiError) {
	return map[string]any{"ip_list": []string{"127.0.0.1", "::1"}}, nil
}

// followUserList is "获取配置了客户联系功能的成员列表".
func (s *Simulator) followUserList(call) (map[string]any, *apiError) {
	list := []string{}
	for _, p := range s.world.People {
		if !p.Customer && !p.NoContact {
			list = append(list, p.ID)
		}
	}
	return map[string]any{"follow_user": list}, nil
}
