package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

// job is the hole of a job: a built-in one, or a word that may be one of the company's own. Forms are read without
// facts, so whoever runs the command asks jobOf, or job and words where free text may follow.
func job() grammar.ChoiceHole[access.Job] {
	return grammar.Choice("job", access.ParseJob, chat.Text{ZH: "岗位", EN: "job"}).Or(access.JobName)
}

// knownJob says whether a job is built in, or defined by the company.
func knownJob(c bot.Call, j access.Job) bool {
	_, builtIn := access.JobItems(j)
	_, defined := c.Access.Company.JobDefinition(j)
	return j == access.NoJob || builtIn || defined
}

// jobOf is the job that was named, or a Refusal that lists those there are.
func jobOf(c bot.Call, hole grammar.ChoiceHole[access.Job]) (access.Job, error) {
	j := hole.Of(c.Args)
	if knownJob(c, j) {
		return j, nil
	}
	return access.NoJob, &bot.Refusal{Text: noSuchJob(c, j)}
}

func noSuchJob(c bot.Call, j access.Job) chat.Text {
	return chat.Text{ZH: "没有叫“%s”的岗位。现有：%s。", EN: "There is no job “%s”. There are: %s."}.F(chat.Escape(string(j)), list(allJobs(c)))
}

// allJobs names the built-in jobs and the company's own.
func allJobs(c bot.Call) []chat.Text {
	names := []chat.Text{access.Supervisor.Label(), access.Sales.Label(), access.Operations.Label()}
	for _, d := range c.Access.Company.JobDefinitions() {
		names = append(names, d.Name.Label())
	}
	return names
}

// jobAndReason is the job that was named, and the reason; a word that is no job is the first one of the reason.
func jobAndReason(c bot.Call, hole grammar.ChoiceHole[access.Job], reason string) (access.Job, string) {
	j := hole.Of(c.Args)
	if knownJob(c, j) {
		return j, reason
	}
	if reason != "" {
		reason = " " + reason
	}
	return access.NoJob, string(j) + reason
}

// cutText tells what the job would give and the level's ceiling cuts (D2).
func cutText(c bot.Call, r access.Role) chat.Text {
	cut := onPlatform(c, r.Beyond())
	if cut == 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: "（岗位里的 %s 被级别上限截去）", EN: " (of the job, the ceiling of the level cuts %s)"}.F(briefly(c, cut))
}
