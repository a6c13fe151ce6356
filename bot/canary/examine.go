package canary

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// Finding is what a look at one part has found.
type Finding struct {
	Part  string // its key: redis, clock, cron, token:wecom.app.secret, …
	Works bool
	Mild  bool // if it does not work: it may well be nothing
	// Unknown says that it cannot be told just now: what was known of the part stands.
	Unknown bool
	Note    chat.Text // what was seen; zero if there is nothing to say
	Do      chat.Text // what can be done; zero if it works
}

// Title is the name of a part as people read it.
func Title(part string) chat.Text {
	kind, of, _ := strings.Cut(part, ":")
	switch kind {
	case "token":
		return chat.Text{ZH: "企业微信凭证 " + of, EN: "WeCom credential " + of}
	case "redis":
		return chat.Same("Redis")
	case "clock":
		return chat.Text{ZH: "时钟", EN: "clock"}
	case "cron":
		return chat.Text{ZH: "定时任务", EN: "scheduled jobs"}
	case "callback":
		return chat.Text{ZH: "回调 /wecom/" + of, EN: "callbacks /wecom/" + of}
	case "data":
		return chat.Text{ZH: "群数据", EN: "group data"}
	case "outbox":
		return chat.Text{ZH: "发件箱", EN: "outbox"}
	case "seal":
		return chat.Text{ZH: "审计封存", EN: "journal seal"}
	case "agenda":
		return chat.Text{ZH: "到点事项", EN: "due records"}
	case "source":
		switch of {
		case "ingest":
			return chat.Text{ZH: "消息来源（推送接口）", EN: "message source (ingest)"}
		case "archive":
			return chat.Text{ZH: "消息来源（会话内容存档）", EN: "message source (archive)"}
		}
		return chat.Text{ZH: "消息来源 " + of, EN: "message source " + of}
	}
	return chat.Same(part)
}

// Measured is what was measured of the parts.
type Measured struct {
	Now         time.Time
	Zone        *time.Location
	Credentials []Credential
	// Redis is why it could not be written or read; empty if it could. RedisTook is how long that took.
	Redis     string
	RedisTook time.Duration
	// RedisAhead and PlatformAhead are by how much their clocks are ahead of ours; nil where they did not tell.
	RedisAhead, PlatformAhead *time.Duration
	Clockwork                 Clockwork
	Callbacks                 []Callback
	// OldestGroup is the group that was re-read longest ago, and OldestRead when; zero if no group is known. Reader is the
	// rhythm that re-reads them, and ReadEvery how often it does.
	OldestGroup chat.Text
	OldestRead  time.Time
	Reader      string
	ReadEvery   time.Duration
	Outbox      Outbox
	Sources     []Source
	// Unsealed is why the journal is not sealed; zero if it is, nil where it shall not be.
	Unsealed *chat.Text
}

// Credential is one secret of the platform.
type Credential struct {
	Key    string // of the configuration
	Fault  string // in the platform's words; empty if it was accepted
	Advice chat.Text
}

// Callback is one address that the platform calls.
type Callback struct {
	Name string // app, bot
	// Hours are those of the last week in which something came, as hours since 1970.
	Hours []int64
	Last  time.Time // when something last came; zero if never
}

// Outbox is what waits to be sent.
type Outbox struct {
	Waiting, Later, Dead int64
	Oldest               time.Duration // how long the first in line has waited
	DeadAt               time.Time     // when the newest was given up
	Reason               string        // and why
}

// Source is where messages of groups come from.
type Source struct {
	Name  string
	Last  time.Time // when it last told of something; zero if never
	Hours []int64   // the hours of the last week in which it did, as hours since 1970
	Fault string    // why it cannot tell; empty if it can
}

// The limits of what is taken for well.
const (
	SlowRedis    = 500 * time.Millisecond
	ClockOff     = time.Minute // a callback is refused beyond ten, and rights end by this clock
	LateRhythm   = 10 * time.Minute
	FailingAfter = 3 // runs in a row
	LateAgenda   = 5 * time.Minute
	StuckOutbox  = 10 * time.Minute
	DeadWithin   = 24 * time.Hour
	QuietFor     = 4  // hours without a callback
	QuietDays    = 5  // of the seven before, on which something came in the same hours
	LeastRead    = 60 // minutes: groups are never called old before
)

// Examine judges every part. The order of the findings is always the same.
func Examine(m Measured) []Finding {
	var out []Finding
	for _, c := range m.Credentials {
		out = append(out, m.credential(c))
	}
	out = append(out, m.redis(), m.clock(), m.cron())
	for _, c := range m.Callbacks {
		out = append(out, m.callback(c))
	}
	out = append(out, m.data(), m.outbox(), m.agenda())
	for _, s := range m.Sources {
		out = append(out, m.source(s))
	}
	if m.Unsealed != nil {
		out = append(out, m.seal())
	}
	return out
}

func (m Measured) seal() Finding {
	if m.Unsealed.IsZero() {
		return Finding{Part: "seal", Works: true}
	}
	return Finding{Part: "seal", Note: *m.Unsealed, Do: chat.Text{
		ZH: "请发 `/审计 验证` 查明哪里不对，并告知维护者。", EN: "Find out with `/audit verify` what is wrong, and tell the operator.",
	}}
}

func (m Measured) credential(c Credential) Finding {
	f := Finding{
		Part: "token:" + c.Key, Works: c.Fault == "",
		Note: chat.Text{ZH: "凭证有效", EN: "a token was given"},
	}
	if f.Works {
		return f
	}
	f.Note = chat.Same(chat.Escape(c.Fault))
	if f.Do = c.Advice; f.Do.IsZero() {
		f.Do = chat.Text{
			ZH: "在机器人所在的机器上运行 qunguan config check，按提示核对这个密钥和网络。",
			EN: "Run qunguan config check where the bot runs, and follow what it says about this secret and the network.",
		}
	}
	return f
}

func (m Measured) redis() Finding {
	f := Finding{
		Part: "redis", Works: true,
		Note: chat.Text{ZH: "读写正常，%s", EN: "reads and writes, %s"}.F(m.RedisTook.Round(100 * time.Microsecond)),
	}
	switch {
	case m.Redis != "":
		f.Works, f.Note = false, chat.Text{ZH: "不能读写：%s", EN: "cannot be written or read: %s"}.F(chat.Escape(m.Redis))
		f.Do = chat.Text{
			ZH: "检查 Redis 的内存（maxmemory）、磁盘和持久化：写不进去时命令会被退回，不会丢失已确认的内容。",
			EN: "Look at the memory (maxmemory), the disk and the persistence of Redis: while it takes no writes, commands are turned away; nothing acknowledged is lost.",
		}
	case m.RedisTook > SlowRedis:
		f.Works, f.Note = false, chat.Text{ZH: "一次读写用了 %s", EN: "one write and read took %s"}.F(m.RedisTook.Round(time.Millisecond))
		f.Do = chat.Text{
			ZH: "检查 Redis 的负载、磁盘（appendfsync）和网络：命令会回复得慢，甚至超时。",
			EN: "Look at the load of Redis, its disk (appendfsync) and the network: commands are answered late, or not in time.",
		}
	}
	return f
}

func (m Measured) clock() Finding {
	f := Finding{Part: "clock", Works: true, Note: chat.Text{ZH: "没有可比对的时钟", EN: "there is no clock to compare with"}}
	var notes, wrong []chat.Text
	for _, c := range []struct {
		whose chat.Text
		ahead *time.Duration
	}{
		{chat.Text{ZH: " Redis 的时钟", EN: "the clock of Redis"}, m.RedisAhead},
		{chat.Text{ZH: "企业微信的时钟", EN: "the clock of WeCom"}, m.PlatformAhead},
	} {
		if c.ahead == nil {
			continue
		}
		note := chat.Text{ZH: "与%s相差 %s", EN: "%s differs by %s"}.F(c.whose, span(c.ahead.Abs()))
		if notes = append(notes, note); c.ahead.Abs() > ClockOff {
			wrong = append(wrong, note)
		}
	}
	if len(notes) > 0 {
		f.Note = list(notes)
	}
	if len(wrong) == 0 {
		return f
	}
	f.Works, f.Note = false, list(wrong)
	f.Do = chat.Text{
		ZH: "校准机器人（和 Redis）所在机器的时间（NTP）：权限到期、禁言和提醒都以机器人的时钟为准，相差 10 分钟以上时回调会被拒绝。",
		EN: "Set the time where the bot (and Redis) runs, by NTP: rights, mutes and reminders end by the bot's clock, and callbacks are refused when it is more than 10 minutes off.",
	}
	return f
}

func (m Measured) cron() Finding {
	f := Finding{
		Part: "cron", Works: true,
		Note: chat.Text{ZH: "都按时运行", EN: "all ran in time"},
	}
	var wrong []chat.Text
	for _, r := range m.Clockwork.Rhythms {
		switch {
		case !r.Ran && r.Holder == "" && m.Now.Sub(r.Waits) > LateRhythm:
			wrong = append(wrong, chat.Text{ZH: "“%s”本应在 %s 运行", EN: "“%s” should have run at %s"}.F(r.Title, m.at(r.Waits)))
		case r.Failures >= FailingAfter:
			wrong = append(wrong, chat.Text{ZH: "“%s”连续失败 %d 次：%s", EN: "“%s” failed %d times in a row: %s"}.F(
				r.Title, r.Failures, chat.Escape(r.Last.Error)))
		}
	}
	if len(wrong) == 0 {
		return f
	}
	f.Works, f.Note = false, list(wrong)
	f.Do = chat.Text{
		ZH: "看机器人日志里 rhythm 的错误；`/状态` 显示每个任务最近一次的结果。",
		EN: "Look for errors of rhythm in the bot's log; `/status` shows how each job went last.",
	}
	return f
}

// callback takes silence for trouble only where it is unusual: something came in the same hours on most of the days
// before. Nights and quiet companies are thus no trouble, and the first week says nothing.
func (m Measured) callback(c Callback) Finding {
	f := Finding{
		Part: "callback:" + c.Name, Works: true, Mild: true,
		Note: chat.Text{ZH: "还没有收到过", EN: "none has come yet"},
	}
	if c.Last.IsZero() {
		return f
	}
	f.Note = chat.Text{ZH: "最近一次 %s", EN: "the latest at %s"}.F(m.at(c.Last))
	usual, quiet := m.unusuallyQuiet(c.Last, c.Hours)
	if !quiet {
		return f
	}
	f.Works = false
	f.Note = chat.Text{
		ZH: "%s 以来没有收到回调；过去 7 天里有 %d 天在这个时段收到过", EN: "none has come since %s; on %d of the last 7 days some came in these hours",
	}.F(m.at(c.Last), usual)
	f.Do = chat.Text{
		ZH: "也可能只是没人说话（例如假期）。请给机器人发一条 `/帮助`：没有回复的话，检查反向代理、证书，以及管理后台里的回调地址。",
		EN: "Perhaps nobody has spoken (a holiday, say). Send the bot `/help`: if it does not answer, look at the reverse proxy, its certificate, and the callback address in the admin console.",
	}
	return f
}

// unusuallyQuiet says that nothing has come for a while, and on how many of the last seven days something came in the
// same hours; quiet is true if those are most.
func (m Measured) unusuallyQuiet(last time.Time, hours []int64) (usual int, quiet bool) {
	if last.IsZero() || m.Now.Sub(last) < QuietFor*time.Hour {
		return 0, false
	}
	for day := 1; day <= 7; day++ {
		now := m.Now.Unix()/3600 - int64(day*24)
		if slices.ContainsFunc(hours, func(h int64) bool { return h <= now && h > now-QuietFor }) {
			usual++
		}
	}
	return usual, usual >= QuietDays
}

func (m Measured) data() Finding {
	f := Finding{
		Part: "data", Works: true, Note: chat.Text{ZH: "还没有群", EN: "no group is known yet"},
	}
	if m.OldestRead.IsZero() {
		return f
	}
	f.Note = chat.Text{ZH: "最久未重读的是“%s”：%s", EN: "read longest ago: “%s”, at %s"}.F(m.OldestGroup, m.at(m.OldestRead))
	limit := max(3*m.ReadEvery, LeastRead*time.Minute)
	if m.Now.Sub(m.OldestRead) <= limit {
		return f
	}
	if f.Works = false; m.reading(limit) {
		f.Unknown = true
		return f
	}
	f.Do = chat.Text{
		ZH: "企业微信没有让机器人读到这个群：检查客户联系的密钥和可见范围；群主离职或群已解散时，请转移或移除。",
		EN: "WeCom did not let the bot read this group: look at the customer contact secret and its scope, and whether its owner has left or the group is dissolved.",
	}
	return f
}

// reading says whether the groups are just being read after an outage or a jump of the clock, or have been read so lately
// that not every replica has written what it was told.
func (m Measured) reading(limit time.Duration) bool {
	i := slices.IndexFunc(m.Clockwork.Rhythms, func(r Rhythm) bool { return r.Name == m.Reader })
	if i < 0 {
		return false
	}
	r := m.Clockwork.Rhythms[i]
	return !r.Ran && m.Now.Sub(r.Succeeded) > limit || m.Now.Sub(r.Last.Began.Add(r.Last.Took)) < time.Minute
}

func (m Measured) outbox() Finding {
	o := m.Outbox
	f := Finding{
		Part: "outbox", Works: true,
		Note: chat.Text{ZH: "待发 %d，延后 %d，放弃 %d", EN: "%d waiting, %d put off, %d given up"}.F(o.Waiting, o.Later, o.Dead),
	}
	switch {
	case o.Oldest > StuckOutbox:
		f.Works = false
		f.Note = f.Note.Plus(chat.Text{ZH: "，排在最前的已等了 %s", EN: "; the first in line has waited %s"}.F(span(o.Oldest)))
	case !o.DeadAt.IsZero() && m.Now.Sub(o.DeadAt) < DeadWithin:
		f.Works = false
		f.Note = f.Note.Plus(chat.Text{ZH: "，最近一次放弃在 %s：%s", EN: "; the latest was given up at %s: %s"}.F(m.at(o.DeadAt), chat.Escape(o.Reason)))
	default:
		return f
	}
	f.Do = chat.Text{
		ZH: "看机器人日志里 effect 的错误：收信人不在应用可见范围、频率超限或网络不通。放弃的消息不会再发，一天内没有新的就算恢复。",
		EN: "Look for errors of effect in the bot's log: the recipient is out of the app's scope, a rate limit, or the network. What was given up is not sent again; a day without another counts as well.",
	}
	return f
}

func (m Measured) agenda() Finding {
	c := m.Clockwork
	f := Finding{
		Part: "agenda", Works: true, Note: chat.Text{ZH: "%d 件到点", EN: "%d due"}.F(c.Due),
	}
	if c.Oldest.IsZero() || m.Now.Sub(c.Oldest) <= LateAgenda {
		return f
	}
	f.Works = false
	f.Note = chat.Text{ZH: "%d 件到点未办，最早的应在 %s", EN: "%d are due and not done, the oldest since %s"}.F(c.Due, m.at(c.Oldest))
	f.Do = chat.Text{
		ZH: "看机器人日志里 tick 的错误。到期的权限不受影响：它们按时间判断，晚的只是通知。",
		EN: "Look for errors of tick in the bot's log. Rights that have ended are not prolonged by it, since they are judged by time; only notices are late.",
	}
	return f
}

func (m Measured) source(s Source) Finding {
	f := Finding{
		Part: "source:" + s.Name, Works: true,
		Note: chat.Text{ZH: "还没有收到过", EN: "has told nothing yet"},
	}
	if !s.Last.IsZero() {
		f.Note = chat.Text{ZH: "最近一条 %s", EN: "the latest at %s"}.F(m.at(s.Last))
	}
	switch usual, quiet := m.unusuallyQuiet(s.Last, s.Hours); {
	case s.Fault != "":
		f.Works, f.Note = false, chat.Same(chat.Escape(s.Fault))
	case quiet:
		f.Works, f.Mild = false, true
		f.Note = chat.Text{
			ZH: "%s 以来没有送来消息；过去 7 天里有 %d 天在这个时段送来过", EN: "no message has come since %s; on %d of the last 7 days some came in these hours",
		}.F(m.at(s.Last), usual)
	default:
		return f
	}
	f.Do = chat.Text{
		ZH: "没有消息来源时，响应计时停在原处，不会报“没有客户等待”。请检查转发消息的程序或会话存档。",
		EN: "Without it response clocks stand still; nobody is told that no customer waits. Look at the program that forwards messages, or at the message archive.",
	}
	return f
}

func (m Measured) at(t time.Time) string {
	zone := m.Zone
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04")
}

// span is a length of time, roughly.
func span(d time.Duration) chat.Text {
	switch {
	case d < 2*time.Minute:
		return chat.Text{ZH: "%d 秒", EN: "%d s"}.F(d.Round(time.Second) / time.Second)
	case d < 2*time.Hour:
		return chat.Text{ZH: "%d 分钟", EN: "%d min"}.F(d.Round(time.Minute) / time.Minute)
	}
	return chat.Text{ZH: "%d 小时", EN: "%d h"}.F(d.Round(time.Hour) / time.Hour)
}

func list(texts []chat.Text) chat.Text {
	return chat.Text{ZH: chat.Join("；", texts...).ZH, EN: chat.Join("; ", texts...).EN}
}

// Brief is an error as people may read it: its first line, not too long. Secrets are taken out where errors are made.
func Brief(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if r := []rune(line); len(r) > 200 {
		return fmt.Sprintf("%s…", string(r[:200]))
	}
	return line
}
