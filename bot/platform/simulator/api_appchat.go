package simulator

import (
	"regexp"
	"slices"
	"unicode/utf8"

	"qunguan/bot/chat"
)

// "群聊的唯一标志，不能与已有的群重复；字符串类型，最长32个字符。只允许字符0-9及字母a-zA-Z".
var appChatID = regexp.MustCompile(`^[0-9a-zA-Z]{1,32}$`)

const maxAppMembers = 2000

// appchatCreate is "创建群聊会话".
func (s *Simulator) appchatCreate(c call) (map[string]any, *apiError) {
	var w struct {
		Name  string   `json:"name"`
		Owner string   `json:"owner"`
		Users []string `json:"userlist"`
		ID    string   `json:"chatid"`
	}
	if err := c.decode(&w); err != nil {
		return nil, err
	}
	g := Group{ID: w.ID, Name: w.Name, Kind: chat.AppGroup}
	for _, u := range w.Users {
		if !slices.Contains(g.Members, u) {
			g.Members = append(g.Members, u)
		}
	}
	if err := s.checkApp(w.Name, g.Members); err != nil {
		return nil, err
	}
	if g.Owner = w.Owner; g.Owner == "" {
		g.Owner = g.Members[0] // the platform picks one of them
	}
	if !slices.Contains(g.Members, g.Owner) {
		return nil, fail(badChatOwner, "the owner is no member")
	}
	if g.ID == "" {
		id, err := letters(s.opts.Rand, 32)
		if err != nil {
			return nil, fail(-1, "system busy")
		}
		g.ID = id
	}
	if !appChatID.MatchString(g.ID) || g.ID == directBot || s.world.group(g.ID) != nil {
		return nil, fail(badChat, "chatid is invalid or taken")
	}
	s.world.Groups = append(s.world.Groups, g)
	s.moved()
	return map[string]any{"chatid": g.ID}, nil
}

func (s *Simulator) checkApp(name string, members []string) *apiError {
	if utf8.RuneCountInString(name) > 50 {
		return fail(badChatName, "the name has more than 50 characters")
	}
	if len(members) < 2 || len(members) > maxAppMembers {
		return fail(badChatSize, "%d members, 2 to %d are allowed", len(members), maxAppMembers)
	}
	for _, m := range members {
		if !s.world.staff(m) {
			return fail(badChatMember, "%q is no member of staff", m)
		}
	}
	return nil
}

// own returns a group that the app made.
func (s *Simulator) own(id string) (*Group, *apiError) {
	if id == "" {
		return nil, fail(badChat, "invalid chatid")
	}
	g := s.world.group(id)
	if g == nil {
		return nil, fail(unknownChat, "chatid not exist")
	}
	if g.Kind != chat.AppGroup {
		return nil, fail(notOwnChat, "the chat was not made by this app")
	}
	return g, nil
}

// appchatGet is "获取群聊会话"; it tells no admins.
func (s *Simulator) appchatGet(c call) (map[string]any, *apiError) {
	g, err := s.own(c.query.Get("chatid"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"chat_info": map[string]any{
		"chatid": g.ID, "name": g.Name, "owner": g.Owner, "userlist": slices.Clone(g.Members), "chat_type": 0,
	}}, nil
}

// appchatUpdate is "修改群聊会话".
func (s *Simulator) appchatUpdate(c call) (map[string]any, *apiError) {
	var w struct {
		ID    string   `json:"chatid"`
		Name  string   `json:"name"`
		Owner string   `json:"owner"`
		Add   []string `json:"add_user_list"`
		Del   []string `json:"del_user_list"`
	}
	if err := c.decode(&w); err != nil {
		return nil, err
	}
	g, failed := s.own(w.ID)
	if failed != nil {
		return nil, failed
	}
	members := slices.Clone(g.Members)
	for _, u := range w.Add {
		if !slices.Contains(members, u) {
			members = append(members, u)
		}
	}
	for _, u := range w.Del {
		members = without(members, u)
	}
	if err := s.checkApp(w.Name, members); err != nil {
		return nil, err
	}
	owner := g.Owner
	if w.Owner != "" {
		owner = w.Owner
	}
	if !slices.Contains(members, owner) {
		return nil, fail(badChatOwner, "the owner is no member")
	}
	g.Members, g.Owner = members, owner
	g.Admins = slices.DeleteFunc(g.Admins, func(a string) bool { return a == owner || !slices.Contains(members, a) })
	if w.Name != "" {
		g.Name = w.Name
	}
	s.moved()
	return nil, nil
}

// appchatSend is "应用推送消息" into a group that the app made.
func (s *Simulator) appchatSend(c call) (map[string]any, *apiError) {
	var w struct {
		wireMessage
		ID string `json:"chatid"`
	}
	if err := c.decode(&w); err != nil {
		return nil, err
	}
	g, failed := s.own(w.ID)
	if failed != nil {
		return nil, failed
	}
	i, failed := s.readMessage(w.wireMessage, false, c.now)
	if failed != nil {
		return nil, failed
	}
	i.Where, i.audience = g.ID, slices.Clone(g.Members)
	s.show(i)
	return nil, nil
}
