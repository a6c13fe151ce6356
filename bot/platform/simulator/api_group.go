package simulator

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"qunguan/bot/chat"
)

// groupGet is "获取客户群详情".
func (s *Simulator) groupGet(c call) (map[string]any, *apiError) {
	var w struct {
		ID       string `json:"chat_id"`
		NeedName int    `json:"need_name"`
	}
	if err := c.decode(&w); err != nil {
		return nil, err
	}
	if w.ID == "" || len(w.ID) > 64 {
		return nil, fail(badChat, "invalid chatid")
	}
	g := s.world.group(w.ID)
	if g == nil {
		return nil, fail(unknownChat, "chatid not exist")
	}
	if g.Kind != chat.CustomerGroup {
		return nil, fail(notCustomerChat, "not an external contact chat")
	}
	members := []map[string]any{}
	for _, id := range g.Members {
		members = append(members, s.memberJSON(g, id, w.NeedName == 1))
	}
	admins := []map[string]any{}
	for _, id := range g.Admins {
		admins = append(admins, map[string]any{"userid": id})
	}
	return map[string]any{"group_chat": map[string]any{
		"chat_id": g.ID, "name": g.Name, "owner": g.Owner, "create_time": s.born.Unix(), "notice": "",
		"member_list": members, "admin_list": admins, "member_version": version(g),
	}}, nil
}

func (s *Simulator) memberJSON(g *Group, id string, named bool) map[string]any {
	joined, ok := s.joined[g.ID+"\x00"+id]
	if !ok {
		joined = s.born
	}
	p, _ := s.world.person(id)
	m := map[string]any{"userid": id, "type": 1, "join_time": joined.Unix(), "join_scene": 1, "group_nickname": ""}
	if p.Customer {
		m["type"] = 2
	} else {
		m["invitor"] = map[string]any{"userid": g.Owner}
	}
	if named {
		m["name"] = p.Name
	}
	return m
}

// groupList is "获取客户群列表".
func (s *Simulator) groupList(c call) (map[string]any, *apiError) {
	var w struct {
		Status int `json:"status_filter"`
		Owner  struct {
			Users []string `json:"userid_list"`
		} `json:"owner_filter"`
		Cursor string `json:"cursor"`
		Limit  int    `json:"limit"`
	}
	if err := c.decode(&w); err != nil {
		return nil, err
	}
	switch {
	case w.Limit < 1 || w.Limit > 1000:
		return nil, fail(badParameter, "limit %d is not 1 to 1000", w.Limit)
	case len(w.Owner.Users) > 100:
		return nil, fail(badParameter, "more than 100 owners")
	case len(w.Owner.Users) == 0 && len(s.world.People) > 1000:
		return nil, fail(rangeTooBig, "use owner_filter")
	}
	from := 0
	if w.Cursor != "" {
		raw, err := base64.RawURLEncoding.DecodeString(w.Cursor)
		if err != nil {
			return nil, fail(badParameter, "invalid cursor")
		}
		if from, err = strconv.Atoi(string(raw)); err != nil || from < 0 {
			return nil, fail(badParameter, "invalid cursor")
		}
	}
	all := s.customerGroups(w.Status, w.Owner.Users)
	from = min(from, len(all))
	to := min(from+w.Limit, len(all))
	out := map[string]any{"group_chat_list": all[from:to]}
	if to < len(all) {
		out["next_cursor"] = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	}
	return out, nil
}

func (s *Simulator) customerGroups(status int, owners []string) []map[string]any {
	all := []map[string]any{}
	groups := slices.Clone(s.world.Groups)
	slices.SortFunc(groups, func(a, b Group) int { return strings.Compare(a.ID, b.ID) })
	for _, g := range groups {
		now := 0
		if !s.world.staff(g.Owner) {
			now = 1 // the owner has left
		}
		// A filter of 0 is all groups.
		if g.Kind != chat.CustomerGroup || status != 0 && status != now || len(owners) > 0 && !slices.Contains(owners, g.Owner) {
			continue
		}
		all = append(all, map[string]any{"chat_id": g.ID, "status": now})
	}
	return all
}
