package sla

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Step is how far word of a customer who waits has gone. The zero Step is nobody.
type Step uint8

// The steps, from below.
const (
	NoStep   Step = iota
	ToDuty        // the time runs out: whoever is on duty
	ToBackup      // the answer is late: the backup
	ToManagers
	ToCompany
)

// Ladder is how long after the answer is late each step is taken. All of it is time that counts: outside duty hours
// nobody is told. The zero Ladder is the usual one.
type Ladder struct {
	Backup, Manager, Company time.Duration
	Unack                    time.Duration // how long somebody who said that they see to it is trusted
}

// Usual is the ladder as it is where nobody says otherwise.
func Usual() Ladder {
	return Ladder{Manager: 5 * time.Minute, Company: 15 * time.Minute, Unack: 10 * time.Minute}
}

// or is the ladder with the usual lengths where it has none. That the backup is told at once is usual.
func (l Ladder) or(usual Ladder) Ladder {
	if l.Manager == 0 {
		l.Manager = usual.Manager
	}
	if l.Company == 0 {
		l.Company = usual.Company
	}
	if l.Unack == 0 {
		l.Unack = usual.Unack
	}
	return l
}

// Whole is the ladder with every length filled in. No step comes before the one below it.
func (l Ladder) Whole() Ladder {
	l = l.or(Usual())
	l.Manager = max(l.Manager, l.Backup)
	l.Company = max(l.Company, l.Manager)
	return l
}

// After is how long after the answer is late a step is taken.
func (l Ladder) After(s Step) time.Duration {
	switch s {
	case ToBackup:
		return l.Backup
	case ToManagers:
		return l.Manager
	case ToCompany:
		return l.Company
	case NoStep, ToDuty:
	}
	return 0
}

// Reach is whom each step can reach at a moment. Nobody in it is away.
type Reach struct {
	OnDuty, Backup    chat.User
	Managers, Company []chat.User
}

// Nobody says that nobody near the group can see to a customer.
func (r Reach) Nobody() bool { return r.OnDuty == "" && r.Backup == "" && len(r.Managers) == 0 }

// of are the people of a step.
func (r Reach) of(s Step) []chat.User {
	switch s {
	case ToDuty:
		return one(r.OnDuty)
	case ToBackup:
		return one(r.Backup)
	case ToManagers:
		return r.Managers
	case ToCompany:
		return r.Company
	case NoStep:
	}
	return nil
}

func one(u chat.User) []chat.User {
	if u == "" {
		return nil
	}
	return []chat.User{u}
}

// climb is the next step from s that reaches somebody who has not been told, and whom; steps that reach nobody new are
// passed at once. At the top it stays, with nobody.
func (r Reach) climb(s Step, told []Told) (Step, []chat.User) {
	for s < ToCompany {
		s++
		people := slices.DeleteFunc(slices.Clone(r.of(s)), func(u chat.User) bool { return knows(told, u) })
		if len(people) > 0 {
			return s, people
		}
	}
	return ToCompany, nil
}
