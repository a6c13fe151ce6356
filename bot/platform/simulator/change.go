package simulator

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"qunguan/bot/chat"
)

// What the platform's own client refuses.
var (
	ErrOwner     = errors.New("the group owner cannot do this, or it cannot be done to them")
	ErrTooMany   = fmt.Errorf("a group has at most %d admins", NativeAdmins)
	ErrNotStaff  = errors.New("only members of staff can be this")
	ErrForbidden = errors.New("a customer cannot be in an internal group")
)

// How a member left.
const (
	leftAlone = 0
	removed   = 1
)

// SetAdmin is the owner making a member an admin in the client, or ending it. No event tells of it: a bot can only
// re-read the group. What is so already stays so.
func (s *Simulator) SetAdmin(group, user string, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.world.group(group)
	var err error
	switch {
	case g == nil:
		err = ErrNoGroup
	case !slices.Contains(g.Members, user):
		err = ErrNotMember
	case g.Owner == user:
		err = ErrOwner
	case on && !s.world.staff(user):
		err = ErrNotStaff
	case on && !slices.Contains(g.Admins, user) && len(g.Admins) >= NativeAdmins:
		err = ErrTooMany
	}
	if err != nil {
		return fmt.Errorf("set admin %q of %q: %w", user, group, err)
	}
	g.Admins = without(g.Admins, user)
	if on {
		g.Admins = append(g.Admins, user)
	}
	s.moved()
	return nil
}

// SetContact gives a member of staff the right to serve customers in the admin console, or takes it. No event tells
// of it.
func (s *Simulator) SetContact(user string, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.world.People, func(p Person) bool { return p.ID == user && !p.Customer })
	if i < 0 {
		return fmt.Errorf("set 客户联系 of %q: %w", user, ErrNobody)
	}
	s.world.People[i].NoContact = !on
	s.moved()
	return nil
}

// Join adds a person to a group. Of a customer group the app is told (change_external_chat, add_member).
func (s *Simulator) Join(ctx context.Context, group, user string) (Delivery, error) {
	return s.change(ctx, group, func(g *Group) (eventXML, error) {
		p, ok := s.world.person(user)
		if !ok {
			return eventXML{}, ErrNobody
		}
		if p.Customer && g.Kind != chat.CustomerGroup {
			return eventXML{}, ErrForbidden
		}
		if slices.Contains(g.Members, user) {
			return eventXML{}, nil
		}
		e := memberChange(g, user, "add_member")
		g.Members = append(g.Members, user)
		s.joined[group+"\x00"+user] = s.opts.Now()
		e.CurMemVer = cdata(version(g))
		e.JoinScene = new(int)
		return e, nil
	})
}

// Leave is a person leaving a group by themselves (del_member, QuitScene 0). The owner cannot.
func (s *Simulator) Leave(ctx context.Context, group, user string) (Delivery, error) {
	return s.depart(ctx, group, user, leftAlone)
}

// Remove is a person being removed by the owner or an admin (del_member, QuitScene 1).
func (s *Simulator) Remove(ctx context.Context, group, user string) (Delivery, error) {
	return s.depart(ctx, group, user, removed)
}

func (s *Simulator) depart(ctx context.Context, group, user string, scene int) (Delivery, error) {
	return s.change(ctx, group, func(g *Group) (eventXML, error) {
		if g.Owner == user {
			return eventXML{}, ErrOwner
		}
		if !slices.Contains(g.Members, user) {
			return eventXML{}, ErrNotMember
		}
		e := memberChange(g, user, "del_member")
		g.Members, g.Admins = without(g.Members, user), without(g.Admins, user)
		e.CurMemVer = cdata(version(g))
		e.QuitScene = &scene
		return e, nil
	})
}

// RenameGroup changes the name of a group (change_name).
func (s *Simulator) RenameGroup(ctx context.Context, group, name string) (Delivery, error) {
	return s.change(ctx, group, func(g *Group) (eventXML, error) {
		g.Name = name
		return eventXML{UpdateDetail: "change_name"}, nil
	})
}

// ChangeOwner makes a member of staff in the group its owner; the former owner stays a member (change_owner).
func (s *Simulator) ChangeOwner(ctx context.Context, group, user string) (Delivery, error) {
	return s.change(ctx, group, func(g *Group) (eventXML, error) {
		if !slices.Contains(g.Members, user) {
			return eventXML{}, ErrNotMember
		}
		if !s.world.staff(user) {
			return eventXML{}, ErrNotStaff
		}
		g.Owner, g.Admins = user, without(g.Admins, user)
		return eventXML{UpdateDetail: "change_owner"}, nil
	})
}

// Dismiss ends a group; the API does not know it any more (dismiss).
func (s *Simulator) Dismiss(ctx context.Context, group string) (Delivery, error) {
	return s.change(ctx, group, func(g *Group) (eventXML, error) {
		e := eventXML{ChangeType: "dismiss"}
		e.ChatID = cdata(g.ID)
		s.world.Groups = slices.DeleteFunc(s.world.Groups, func(o Group) bool { return o.ID == group })
		return e, nil
	})
}

// RemovePerson is a member of staff leaving the company, or a customer vanishing: they leave every group that they do
// not own. The app is told of staff (change_contact, delete_user).
func (s *Simulator) RemovePerson(ctx context.Context, user string) (Delivery, error) {
	s.mu.Lock()
	p, ok := s.world.person(user)
	if !ok {
		s.mu.Unlock()
		return Delivery{}, fmt.Errorf("remove person %q: %w", user, ErrNobody)
	}
	s.world.People = slices.DeleteFunc(s.world.People, func(o Person) bool { return o.ID == user })
	for i := range s.world.Groups {
		g := &s.world.Groups[i]
		g.Admins = without(g.Admins, user)
		if g.Owner != user { // the group keeps its owner until it is handed on; its status says that they left
			g.Members = without(g.Members, user)
		}
	}
	s.moved()
	cb, err := s.event(eventXML{From: "sys", Event: "change_contact", ChangeType: "delete_user", UserID: cdata(user)}, "")
	s.mu.Unlock()
	if err != nil || p.Customer {
		return Delivery{Unheard: p.Customer}, err
	}
	return s.send(ctx, cb)
}

// RenameUser gives a member of staff another userid (change_contact, update_user with NewUserID).
func (s *Simulator) RenameUser(ctx context.Context, user, renamed string) (Delivery, error) {
	s.mu.Lock()
	_, taken := s.world.person(renamed)
	var err error
	switch {
	case !s.world.staff(user):
		err = ErrNotStaff
	case taken || !userID.MatchString(renamed):
		err = fmt.Errorf("userid %q is taken or invalid", renamed)
	}
	if err != nil {
		s.mu.Unlock()
		return Delivery{}, fmt.Errorf("rename user %q: %w", user, err)
	}
	s.rename(user, renamed)
	s.moved()
	cb, err := s.event(eventXML{
		From: "sys", Event: "change_contact", ChangeType: "update_user", UserID: cdata(user), NewUserID: cdata(renamed),
	}, "")
	s.mu.Unlock()
	if err != nil {
		return Delivery{}, err
	}
	return s.send(ctx, cb)
}

func (s *Simulator) rename(user, renamed string) {
	swap := func(ids []string) {
		for i := range ids {
			if ids[i] == user {
				ids[i] = renamed
			}
		}
	}
	for i := range s.world.People {
		if s.world.People[i].ID == user {
			s.world.People[i].ID = renamed
		}
	}
	for i := range s.world.Groups {
		g := &s.world.Groups[i]
		if g.Owner == user {
			g.Owner = renamed
		}
		swap(g.Members)
		swap(g.Admins)
	}
	for _, i := range s.shown {
		swap(i.audience)
		if i.From == user {
			i.From = renamed
		}
	}
}

// change changes a group and, if it is a customer group, tells the app. A zero event is no change.
func (s *Simulator) change(ctx context.Context, group string, f func(*Group) (eventXML, error)) (Delivery, error) {
	s.mu.Lock()
	g := s.world.group(group)
	if g == nil {
		s.mu.Unlock()
		return Delivery{}, fmt.Errorf("change group %q: %w", group, ErrNoGroup)
	}
	kind := g.Kind
	e, err := f(g)
	if err != nil {
		s.mu.Unlock()
		return Delivery{}, fmt.Errorf("change group %q: %w", group, err)
	}
	if e == (eventXML{}) {
		s.mu.Unlock()
		return Delivery{Unheard: true}, nil
	}
	s.moved()
	if kind != chat.CustomerGroup { // internal groups have no events
		s.mu.Unlock()
		return Delivery{Unheard: true}, nil
	}
	e.From, e.Event, e.ChatID = "sys", "change_external_chat", cdata(group)
	if e.ChangeType == "" {
		e.ChangeType = "update"
	}
	cb, err := s.event(e, "")
	s.mu.Unlock()
	if err != nil {
		return Delivery{}, err
	}
	return s.send(ctx, cb)
}

func memberChange(g *Group, user, detail string) eventXML {
	return eventXML{
		UpdateDetail: cdata(detail), MemChangeCnt: 1, MemChange: &items{Item: []string{user}}, LastMemVer: cdata(version(g)),
	}
}

// version is the member_version of a group: it changes with the members and with nothing else.
func version(g *Group) string {
	m := slices.Sorted(slices.Values(g.Members))
	sum := sha1.Sum([]byte(strings.Join(m, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func without(ids []string, id string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(o string) bool { return o == id })
}
