package scheduler

import (
	"hash/fnv"
	"slices"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// panel is who may decide about the admins of one group: whoever holds the right to review there, in the order in which
// they are asked. First come the 分级管理员 of its department, then its seniors and others who hold the right, last the
// owners of the company.
type panel struct {
	facts access.Facts
	group chat.Group
	now   time.Time
	tiers [3][]chat.User
}

func panelOf(f access.Facts, g chat.Group, now time.Time) panel {
	p := panel{facts: f, group: g, now: now}
	for _, u := range f.Who(access.Review, g, now) {
		tier := 1
		switch {
		case f.IsOwner(u):
			tier = 2
		case f.Governs(u, g):
			tier = 0
		}
		p.tiers[tier] = append(p.tiers[tier], u)
	}
	return p
}

// may says whether somebody may decide about an admin: nobody does about themselves, nor about an equal or a superior,
// whom they could not dismiss by hand either.
func (p panel) may(u, who chat.User) bool {
	switch {
	case u == who:
		return false
	case p.facts.IsOwner(u):
		return true
	case p.facts.Governs(who, p.group):
		return false
	case p.facts.Governs(u, p.group):
		return true
	}
	theirs := access.NoLevel
	for _, r := range p.facts.Holds(who, p.group, p.now) {
		theirs = max(theirs, r.Level)
	}
	return p.facts.LevelOf(u, p.group, p.now) > theirs
}

// turnOf begins a list with another one for each group, so that of several equals not the first has all the work.
func (p panel) turnOf(all []chat.User) []chat.User {
	if len(all) < 2 {
		return all
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.group))
	n := int(h.Sum32() % uint32(len(all)))
	return slices.Concat(all[n:], all[:n])
}

// seats are the reviewer of an admin, and who decides if that one does not: an owner, or anybody else who may. Either is
// zero if nobody may. not decides in neither place.
func (p panel) seats(who, not chat.User) (reviewer, fallback chat.User) {
	var able []chat.User
	for _, tier := range p.tiers {
		for _, u := range p.turnOf(tier) {
			if u != not && p.may(u, who) {
				able = append(able, u)
			}
		}
	}
	if len(able) == 0 {
		return "", ""
	}
	reviewer = able[0]
	for _, u := range able[1:] {
		if fallback == "" || p.facts.IsOwner(u) && !p.facts.IsOwner(fallback) {
			fallback = u
		}
	}
	return reviewer, fallback
}
