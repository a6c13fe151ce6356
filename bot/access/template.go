package access

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Template is a level or a job that is given to several people as a scene is put on, and taken from all of them as one
// unit. A template of a level has no job.
type Template struct {
	Level Level
	Job   Job
}

// Template reads a level, a job, a custom job of the company, or one that is no more but has left roles in the group.
func (f Facts) Template(s string) (Template, bool) {
	if l, ok := ParseLevel(s); ok {
		return Template{Level: l}, true
	}
	j, ok := ParseJob(s)
	if !ok {
		j = Job(s)
		_, ok = f.Company.JobDefinition(j)
		ok = ok || slices.ContainsFunc(f.Group.Roles(), func(r Role) bool { return r.Source == Template{Job: j}.Source() })
	}
	return Template{Level: DefaultLevel(j), Job: j}, ok
}

// Source is what the roles that the template gives name as their source: "scene:supervisor", "scene:mid".
func (t Template) Source() string {
	if t.Job != NoJob {
		return "scene:" + string(t.Job)
	}
	return "scene:" + t.Level.String()
}

// Label is the template as people read it.
func (t Template) Label() chat.Text {
	if t.Job != NoJob {
		return t.Job.Label()
	}
	return t.Level.Label()
}

// FromTemplate lists the roles in a group's book that are of a template and not over, by userid.
func (b Book) FromTemplate(t Template, at time.Time) []Role {
	return slices.DeleteFunc(b.Roles(), func(r Role) bool { return r.Source != t.Source() || r.over(at) })
}

// Relieve ends exactly the roles that a template gave in the group: no other role of those people, and not one that
// has been set anew since. None is no change.
func (f Facts) Relieve(g chat.Group, by chat.User, t Template, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	var moves []move
	undoes := FirstSenior // what is temporary ends anyway; to end it earlier leaves the group as it was before
	for _, r := range a.book().FromTemplate(t, a.now) {
		if !r.Temporary() {
			undoes = OtherChange
		}
		p := a.book().person(r.Who)
		moves = append(moves, move{who: r.Who, temporary: r.Temporary(), before: p.role(r.Key())})
	}
	if len(moves) == 0 {
		return nil, a.admins("")
	}
	d := a.mayMove(moves, undoes)
	if !d.Allowed {
		return nil, d
	}
	return a.changes(moves), d
}
