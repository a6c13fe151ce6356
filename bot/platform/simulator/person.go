package simulator

import (
	"context"
	"fmt"
	"slices"
)

// ChangePosition gives a member of staff another position in the address book; the app is told (change_contact,
// update_user).
func (s *Simulator) ChangePosition(ctx context.Context, user, position string) (Delivery, error) {
	return s.changePerson(ctx, user, func(p *Person) error {
		p.Position = position
		return nil
	})
}

// ChangeDepartments moves a member of staff to just these departments; the app is told (change_contact, update_user).
// Without one they stand in the company itself.
func (s *Simulator) ChangeDepartments(ctx context.Context, user string, departments ...string) (Delivery, error) {
	return s.changePerson(ctx, user, func(p *Person) error {
		for _, name := range departments {
			if !slices.ContainsFunc(s.departments(), func(d department) bool { return d.name == name }) {
				return fmt.Errorf("there is no department %q", name)
			}
		}
		p.Departments = slices.Clone(departments)
		return nil
	})
}

func (s *Simulator) changePerson(ctx context.Context, user string, f func(*Person) error) (Delivery, error) {
	s.mu.Lock()
	i := slices.IndexFunc(s.world.People, func(p Person) bool { return p.ID == user })
	err := ErrNobody
	switch {
	case i < 0:
	case s.world.People[i].Customer:
		err = ErrNotStaff
	default:
		err = f(&s.world.People[i])
	}
	if err != nil {
		s.mu.Unlock()
		return Delivery{}, fmt.Errorf("change person %q: %w", user, err)
	}
	s.moved()
	cb, err := s.event(eventXML{From: "sys", Event: "change_contact", ChangeType: "update_user", UserID: cdata(user)}, "")
	s.mu.Unlock()
	if err != nil {
		return Delivery{}, err
	}
	return s.send(ctx, cb)
}
