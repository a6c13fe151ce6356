package access

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// JobDefinition is a job that the company has defined itself: a custom role. Roles keep what it gave when they were
// set, so whoever changes it changes them with it.
type JobDefinition struct {
	Name   Job       `json:"name"`
	Items  Items     `json:"items"` // before any ceiling; governance follows the level alone
	By     chat.User `json:"by,omitempty"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// JobKey is the key of a custom role.
func JobKey(j Job) string { return "job/" + inKey.Replace(string(j)) }

func isJob(key string) bool { return strings.HasPrefix(key, "job/") }

// JobDefinitions lists the custom roles of the company's book, by name.
func (b Book) JobDefinitions() []JobDefinition {
	if b.ix == nil {
		return nil
	}
	return slices.Clone(b.ix.jobs)
}

// JobDefinition finds a custom role by name.
func (b Book) JobDefinition(name Job) (JobDefinition, bool) {
	for _, j := range b.JobDefinitions() {
		if j.Name == name {
			return j, true
		}
	}
	return JobDefinition{}, false
}

// jobGrants is what a job of the company's own gives; empty for the built-in ones, whose items stand in the program,
// and for one that is not defined.
func (f *Facts) jobGrants(j Job) Items {
	def, _ := f.Company.JobDefinition(j)
	return def.Items
}

func (j JobDefinition) sound() error {
	if _, builtIn := ParseJob(string(j.Name)); j.Name == "" || builtIn {
		return fmt.Errorf("custom role %q: the name is empty or that of a built-in job", j.Name)
	}
	if j.Items == 0 || j.Items&GovernanceItems != 0 {
		return fmt.Errorf("custom role %q: it gives nothing, or governance, which follows the level alone", j.Name)
	}
	return nil
}
