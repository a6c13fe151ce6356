package access

import "qunguan/bot/chat"

// Job is the grant inside the ceiling of a level (D2): which families a role is about. A × of its table is silence,
// not a deny. The zero Job is none: then the level's own preset is the grant.
type Job string

// The jobs of 4.1.
const (
	NoJob      Job = ""
	Supervisor Job = "supervisor" // 客服主管
	Sales      Job = "sales"      // 销售代表
	Operations Job = "operations" // 运营专员
)

var jobs = map[Job]struct {
	label chat.Text
	items Items
}{
	Supervisor: {chat.Text{ZH: "客服主管", EN: "supervisor"}, Members.Items() | Content.Items() | Config.Items()},
	Sales:      {chat.Text{ZH: "销售代表", EN: "sales"}, Members.Items()},
	Operations: {chat.Text{ZH: "运营专员", EN: "operations"}, Content.Items() | Config.Items()},
}

// JobItems returns the items with a √ for the job, before any ceiling. NoJob and an unknown job have none.
func JobItems(j Job) (Items, bool) {
	job, ok := jobs[j]
	return job.items, ok
}

// Label is the job's name for people; empty for NoJob, the name itself for an unknown job.
func (j Job) Label() chat.Text {
	if job, ok := jobs[j]; ok {
		return job.label
	}
	return chat.Same(string(j))
}

// ParseJob reads a job in either language. NoJob cannot be written.
func ParseJob(s string) (Job, bool) {
	switch word(s) {
	case "supervisor", "客服主管", "主管":
		return Supervisor, true
	case "sales", "销售代表", "销售":
		return Sales, true
	case "operations", "运营专员", "运营":
		return Operations, true
	}
	return NoJob, false
}

// DefaultLevel is the level of an appointment that names none (D2).
func DefaultLevel(j Job) Level {
	switch j {
	case NoJob:
		return Junior
	case Supervisor:
		return Senior
	}
	return Mid
}

// Held is what a role of this level and job really gives (4.2): the job inside the level's ceiling, or without a
// job the level's preset; governance follows the level alone. An unknown job gives nothing at all.
func Held(l Level, j Job) Items {
	if j == NoJob {
		return Preset(l)
	}
	given, ok := JobItems(j)
	if !ok {
		return 0
	}
	return given&Ceiling(l) | Preset(l)&GovernanceItems
}

// beyond is what the job would give if the level's ceiling did not cut it.
func beyond(l Level, j Job) Items {
	given, _ := JobItems(j)
	return given &^ Ceiling(l)
}
