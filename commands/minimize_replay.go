package commands

import (
	"fmt"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// replayUse decides again what somebody really did in the last days, on the rights as they would be: a smaller role that
// would have refused anything that was allowed is refused itself, with what it would have refused (M14). proof says what
// was looked at. Of a trial, which changes nothing, the journal is not asked.
func replayUse(c bot.Call, who chat.User, changes access.Change, days int) (proof chat.Text, need journal.Want, err error) {
	if c.DryRun {
		return proof, need, nil
	}
	since, books := c.Now.AddDate(0, 0, -days), len(booksOf(c.Group.ID))
	if c.Queries() == 0 {
		need = changesSince(c.Group.ID, since)
		need.Queries = append(need.Queries, journal.Query{Group: c.Group.ID, Actor: who, Since: since, Limit: maxReplay})
		return proof, need, nil
	}
	done, more := c.Entries(books)
	changed, older := changed(c, 0, books)
	if more || older {
		return proof, need, &bot.Refusal{Text: chat.Text{
			ZH: "%s 这 %d 天的记录太多，无法逐条回放，所以不收窄。换短一些的时间：`/最小化 @%s 30天`",
			EN: "There are too many entries of %s in %d days to replay them all, so nothing is narrowed. Try a shorter time: `/minimize @%s 30d`",
		}.F(c.Name(who), days, string(who))}
	}
	if need.Names = speakers(c, done); len(need.Names) > 0 {
		return proof, need, nil
	}
	proposed, err := sinceEver(changes, since, c.Now)
	if err != nil {
		return proof, need, fmt.Errorf("begin the smaller role earlier: %w", err)
	}
	facts := acquainted(c)
	out, err := replayEach(done, changed, pastOf(c, facts, c.Group.ID, nil), pastOf(c, facts, c.Group.ID, proposed),
		func(u chat.User) access.Person { return addressBook(c, u) }, c.Group.Member)
	if err != nil {
		return proof, need, fmt.Errorf("replay what somebody did: %w", err)
	}
	if len(out.refuses) > 0 {
		lines := reversals(c, chat.Text{
			ZH: "%s 不收窄：回放这 %d 天的命令，会拦下 %d 次当时允许的：", EN: "The role of %s stays as it is: of what they did in %d days, %d that were allowed would be refused:",
		}.F(c.Name(who), days, len(out.refuses)), out.refuses)
		return proof, need, &bot.Refusal{Text: chat.Lines(lines...)}
	}
	if out.stay == 0 {
		return proof, need, nil // nothing of what they did was settled by the role
	}
	proof = chat.Text{
		ZH: "；回放过这 %d 天的真实命令：允许过的 %d 次，一次也不会拦下", EN: "; the real commands of these %d days were replayed: of %d that were allowed, none would be refused",
	}
	return proof.F(days, out.stay), need, nil
}
