package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

// strangers are those of some people whom the address book must be asked about.
func strangers(c bot.Call, said []string) []journal.Name {
	var out []journal.Name
	for _, s := range said {
		ref := grammar.Ref{Said: trimAt(s), By: grammar.ByID}
		n := directory.OfPerson(chat.User(ref.Said))
		if bot.PlausibleID(ref) && len(grammar.FindPerson(ref, c.Group.Members())) == 0 && !c.Has(n) {
			out = append(out, n)
		}
	}
	return out
}

// onStaff finds a person for a shift: customers do no duty.
func onStaff(c bot.Call, said string) (chat.User, error) {
	return dutiful(c, grammar.Ref{Said: trimAt(said), By: grammar.ByID})
}

// dutiful finds a person who can be on duty: of the staff, and not somebody who has left.
func dutiful(c bot.Call, ref grammar.Ref) (chat.User, error) {
	m, err := c.Find(ref)
	if err != nil {
		return "", err
	}
	if m.Kind != chat.Staff {
		return "", &bot.Refusal{Text: chat.Text{ZH: "%s 不是企业成员，不能值班。", EN: "%s is not staff and cannot be on duty."}.F(c.Name(m.ID))}
	}
	if bot.At[directory.Person](c, directory.OfPerson(m.ID)).Gone {
		return "", &bot.Refusal{Text: chat.Text{ZH: "%s 已离开企业，不能值班。", EN: "%s has left the company and cannot be on duty."}.F(c.Name(m.ID))}
	}
	return m.ID, nil
}

// plansDuty says whether the speaker may plan the duty of others.
func plansDuty(c bot.Call) (access.Decision, bool) {
	d := access.Decide(c.Access, access.Request{Actor: c.Actor.ID, Item: access.Duty, Group: c.Group.ID, At: c.Now})
	return d, d.Allowed
}

// onRoster says whether somebody has, or may come to have, turns of the roster: in its shifts, or by what was agreed for
// single times.
func onRoster(c bot.Call, r duty.Roster, who chat.User) bool {
	return slices.Contains(dutyStaff(c, r), who)
}

// dutyStaff are the people of a roster, with those of temporary schedules and of changes that are not over.
func dutyStaff(c bot.Call, r duty.Roster) []chat.User {
	out := r.Staff()
	add := func(who ...chat.User) {
		for _, u := range who {
			if u != "" && !slices.Contains(out, u) {
				out = append(out, u)
			}
		}
	}
	for _, s := range r.Schedules() {
		if c.Now.Before(s.Until) {
			add((duty.Roster{Shifts: s.Shifts}).Staff()...)
		}
	}
	for _, o := range r.Changes() {
		if c.Now.Before(o.Until) {
			add(o.Who)
		}
	}
	return out
}

// mayServe refuses whoever neither is on the roster nor plans duty.
func mayServe(c bot.Call, r duty.Roster) error {
	if onRoster(c, r, c.Actor.ID) {
		return nil
	}
	d, ok := plansDuty(c)
	if ok {
		return nil
	}
	return &bot.Denied{Decision: d, Item: access.Duty, Next: chat.Text{
		ZH: "只有在本群排班里的人，或有“值班”权限的人可以。", EN: "Only whoever is on this roster, or holds “duty”, may.",
	}}
}

// mayPlan refuses whoever does not plan duty; about tells for what it is needed.
func mayPlan(c bot.Call, about chat.Text) error {
	d, ok := plansDuty(c)
	if ok {
		return nil
	}
	return &bot.Denied{Decision: d, Item: access.Duty, About: about}
}
