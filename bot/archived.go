package bot

import (
	"fmt"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Beyond says whether the n-th query of Asks, or of Outcome.Need, may have older entries that are archived. It is for
// queries that are Partial: no command is run on others that have.
func (c Call) Beyond(n int) bool { return n < len(c.found.Beyond) && c.found.Beyond[n] }

// Archived tells which entries are archived, if anything was asked of the journal.
func (c Call) Archived() journal.Archived { return c.found.Archived }

// ArchivedText tells what is archived, and, to whoever may read the journal, where.
func (c Call) ArchivedText() chat.Text {
	a := c.Archived()
	which := chat.Text{ZH: "#1–#%d（到 %s 为止）", EN: "#1–#%d (until %s)"}.F(a.To, c.Moment(a.Last))
	reads := access.Decide(c.Access, access.Request{Actor: c.Actor.ID, Item: access.Audit, Group: c.Group.ID, At: c.Now}).Allowed
	if !reads && !c.Access.IsOwner(c.Actor.ID) {
		return chat.Text{ZH: "要看 %s请找超级管理员。", EN: "For %s, ask an owner."}.F(which)
	}
	return chat.Text{
		ZH: "%s的文件在 %s；要看，用 `/审计 导出`，或请维护者用 `qunguan audit export`。",
		EN: "The files of %s are in %s; to see them, `/audit export`, or have the operator run `qunguan audit export`.",
	}.F(which, chat.Escape(a.Where))
}

// lacking refuses to go on with less of the past than was asked for: what came of it would be a wrong past.
func (c Call) lacking() *Refusal {
	if len(c.found.Lacking) == 0 {
		return nil
	}
	q := c.found.Lacking[0]
	if q.N != 0 {
		return &Refusal{Text: chat.Text{ZH: "#%d 已归档到文件。", EN: "#%d was archived. "}.F(q.N).Plus(c.ArchivedText())}
	}
	first := c.Archived().Last.Add(time.Minute)
	return &Refusal{Text: chat.Text{
		ZH: "这要看更早的记录，机器人不凭剩下的记录说过去的事。请选 %s 及以后的时刻。", EN: "That takes older entries, and the bot tells no past from what is left. Choose a moment from %s on. ",
	}.F(c.Moment(first)).Plus(c.ArchivedText())}
}

// lacks is lacking for whoever is no person.
func lacks(f journal.Found) error {
	if len(f.Lacking) == 0 {
		return nil
	}
	return fmt.Errorf("entries #1 to #%d, until %s, are in %s: %w", f.Archived.To, f.Archived.Last.Format(time.RFC3339), f.Archived.Where, journal.ErrArchived)
}
