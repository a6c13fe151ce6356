package main

import (
	"qunguan/bot"
	"qunguan/bot/sla"
	"qunguan/configs"
)

// listening is how messages of groups are listened to.
func listening(c configs.Config) bot.Listening {
	return bot.Listening{
		Handling: targets(c.KPI).MostHandling(),
		Ignore:   c.SLA.Ignore, Outside: sla.Outside(c.SLA.Outside), Warn: c.SLA.WarnPercent,
		Connected: c.Ingest.InUse() || c.Archive.InUse(),
	}
}

// ladder is when who is told of a customer who waits. What the configuration names was checked when it was loaded; what
// it does not name is as usual.
func ladder(c configs.SLA) sla.Ladder {
	var l sla.Ladder
	l.Backup, _ = configs.Length(c.BackupAfter)
	l.Manager, _ = configs.Length(c.ManagerAfter)
	l.Company, _ = configs.Length(c.CompanyAfter)
	l.Unack, _ = configs.Length(c.UnackAfter)
	return l
}
