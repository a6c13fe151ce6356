// Package bot is the engine: it accepts a message, matches it to a command, loads the facts the command names,
// decides whether the speaker may, runs the command, commits what it returned and replies. It promises that a message
// that was accepted takes effect exactly once, and that nothing changes state but its commit: commands, jobs and the
// platform's news all come to it with an Outcome. It knows no command by name, no platform and no key.
package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/kpi"
	"qunguan/bot/sla"
)

// ledger is what the engine needs of storage.
type ledger interface {
	Accept(context.Context, chat.Message, journal.Want) (journal.Found, error)
	Load(context.Context, journal.Want) (journal.Found, error)
	LastKnown(journal.Want) journal.Found
	Commit(context.Context, journal.Write) (journal.Finished, error)
	TakeUp(ctx context.Context, limit int) ([]chat.Message, error)
	Claim(ctx context.Context, limit int) ([]journal.Due, error)
	KeepClocks(context.Context, sla.Batch) ([]sla.Moved, error)
	ClaimClocks(ctx context.Context, limit int) ([]sla.Come, error)
	List(context.Context, []journal.Listed) error
}

// platform is what the engine needs of a platform to learn facts. Both are asked only about what is not yet known,
// or when something is said to have moved.
type platform interface {
	Observe(context.Context, chat.Group) (chat.Observed, error)
	Person(context.Context, chat.User) (chat.Person, error)
	// Followers are the staff whose customer somebody is.
	Followers(context.Context, chat.User) ([]chat.User, error)
}

// Config is what a Bot is made of. Every field but Now's, Log's and Seen's default is needed.
type Config struct {
	Ledger   ledger
	Platform platform
	Profile  chat.Profile
	Commands []Command
	// Builds make typed states of records, as the ledger does: for states that were, or would be.
	Builds journal.Builds
	Jobs   []Job
	// Follow says what follows from changes, whoever made them: whom to tell, what to ask of a group's owner.
	Follow func(Call, []journal.Event) Consequence
	// Impact tells, in previews, what changes would make different; nil tells nothing.
	Impact func(Call, []journal.Event) chat.Text
	Now    func() time.Time
	Zone   *time.Location
	Log    *zap.Logger
	// Seen is told of every message that was handled, for metrics; nil tells nobody.
	Seen func(Handled)
	// Noticed is told what became of each notification, for metrics; nil tells nobody.
	Noticed func(chat.Class, Fate)
	// Health tells how the parts of the program are, as last looked at; nil tells nothing.
	Health func() []Part
	// Auditor looks through the journal; nil where it is not sealed.
	Auditor auditor
	// Links tells which other systems letters are posted to, and how it goes with them, as last looked at; nil: none.
	Links func() []Link
	// Portray tells how somebody stands, or what must be read to tell; nil: it is not told.
	Portray func(Call, chat.User) (chat.Portrait, journal.Want)
	// Clockwork tells how rhythms and the agenda are getting on, as last looked at; nil tells nothing.
	Clockwork func() canary.Clockwork
	// Secret is what the tokens of calls are made with; without it there are none.
	Secret []byte
	// PublicURL is where people reach this program, without a slash at the end; nil or empty where nobody has said.
	PublicURL func() string
	// Education says that the company's platform accounts are 教育版, which lack some native functions.
	Education bool
	// Listening is how messages of groups are listened to; the zero Listening has all defaults.
	Listening Listening
	// Listened is told of every batch of messages that was heard, for metrics; nil tells nobody.
	Listened func(Listened)
	// Ladder is when who is told of a customer who waits; the zero Ladder is the usual one.
	Ladder sla.Ladder
	// Duty is how the life of shifts is kept in step; the zero value is the usual way.
	Duty duty.Rules
	// Targets are what indicators should be, and Bounds from when on acts stand out; zero values are the usual ones.
	Targets kpi.Targets
	Bounds  digest.Bounds
}

// Handled is one message that was handled.
type Handled struct {
	Command string // empty if it was none
	Ended   string // done, refused, mend, failed, repeated, ignored
	Rule    string
	Took    time.Duration
}

// Bot is the engine of one tenant. Safe for concurrent use.
type Bot struct {
	Config
	grammar  grammar.Grammar
	commands map[string]Command
	list     []Command // the same, by name
	jobs     map[string]Job
	queue    queues
	ears     ears
}

// New makes a Bot, or says what is wrong with a command or a job.
func New(c Config) (*Bot, error) {
	b := &Bot{Config: c, commands: map[string]Command{}, jobs: map[string]Job{}}
	if b.Log == nil {
		b.Log = zap.NewNop()
	}
	if b.Seen == nil {
		b.Seen = func(Handled) {}
	}
	if b.Listened == nil {
		b.Listened = func(Listened) {}
	}
	b.ears = newEars(b.Listening)
	if b.Noticed == nil {
		b.Noticed = func(chat.Class, Fate) {}
	}
	if b.Health == nil {
		b.Health = func() []Part { return nil }
	}
	if b.Clockwork == nil {
		b.Clockwork = func() canary.Clockwork { return canary.Clockwork{} }
	}
	if b.Impact == nil {
		b.Impact = func(Call, []journal.Event) chat.Text { return chat.Text{} }
	}
	if b.Zone == nil {
		b.Zone = time.UTC
	}
	var faults []error
	for _, cmd := range c.Commands {
		forms, err := grammar.Compile(cmd.Forms, cmd.Holes...)
		if err == nil {
			err = b.grammar.Add(cmd.Name, forms)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("command %s: %w", cmd.Name, err))
			continue
		}
		if _, twice := b.commands[cmd.Name]; twice {
			faults = append(faults, fmt.Errorf("command %s: declared twice", cmd.Name))
		}
		cmd.forms = forms
		b.commands[cmd.Name] = cmd
	}
	b.list = slices.SortedFunc(maps.Values(b.commands), func(x, y Command) int { return strings.Compare(x.Name, y.Name) })
	for _, j := range c.Jobs {
		b.jobs[j.Kind] = j
	}
	return b, errors.Join(faults...)
}

// maxTries is how often a command is run when others keep changing what it looked at.
const maxTries = 5

// Handle answers a message. An error is chat.ErrUnavailable if the message is not safe, chat.ErrLater if it is and
// the answer follows by itself; the Reply then says so, if it says anything. A zero Reply says that the message was not for the bot.
func (b *Bot) Handle(ctx context.Context, m chat.Message) (chat.Reply, error) {
	return b.attend(ctx, m)
}

// handle answers a message. w says whether whoever delivered it still waits; if not, the reply must be sent.
func (b *Bot) handle(ctx context.Context, m chat.Message, w *waiting) (chat.Reply, error) {
	began := b.Now()
	m.Text = chat.Clean(m.Text)
	t := &turn{bot: b, message: m, waiting: w, said: m.At}
	if t.said.IsZero() || t.said.After(began) {
		t.said = began
	}
	reply, err := t.play(ctx)
	t.note(b.Now().Sub(began), err)
	return reply, err
}

// turn is one message on its way through the engine.
type turn struct {
	bot     *Bot
	message chat.Message
	waiting *waiting
	said    time.Time // what lengths count from: the moment the command was first typed

	accepted bool
	match    grammar.Match
	command  Command
	agreed   *Asked // the confirmation that this run answers
	facts    facts
	// inspected is what was found out about the journal as a whole, for the command that asked.
	inspected Inspected
	// asksFormerly says that the last query of the facts is about a right that the speaker has had.
	asksFormerly bool
	ended        string
	rule         string
	entry        int64
}

// play runs the turn until it is committed.
func (t *turn) play(ctx context.Context) (chat.Reply, error) {
	t.read(t.message.Text)
	if t.match.Silent {
		t.ended = "ignored"
		return chat.Reply{}, nil
	}
	for try := range maxTries {
		unlock := t.bot.queue.enter(t.place())
		reply, err := t.once(ctx)
		unlock()
		if errors.Is(err, journal.ErrStale) && try < maxTries-1 {
			t.waiting.again()
			continue
		}
		if err == nil || errors.Is(err, chat.ErrUnavailable) && !t.accepted {
			return reply, err
		}
		if errors.Is(err, journal.ErrStale) || ctx.Err() != nil && t.accepted {
			return chat.Reply{}, fmt.Errorf("%w: %w", chat.ErrLater, err)
		}
		if errors.Is(err, chat.ErrUnavailable) {
			return chat.Reply{}, err
		}
		return t.fail(ctx, err)
	}
	panic("unreachable: the last try returns")
}

// read matches what was said. A button and a direct message always address the bot; so does every message that
// reaches it in a group, since platforms deliver only those.
func (t *turn) read(text string) {
	t.match = t.bot.grammar.Match(text, grammar.Context{Now: t.said, Zone: t.bot.Zone, Addressed: true})
	name := t.match.Command
	if t.match.Problem != nil {
		name = t.match.Problem.Command
	}
	t.command = t.bot.commands[name]
}

// place is the key under which messages take turns: the group that this one is about, as far as can be told before
// anything is read. A wrong guess costs a second try, nothing else.
func (t *turn) place() string {
	switch {
	case t.facts.group != "":
		return string(t.facts.group)
	case t.match.Group != "":
		return string(t.guess(t.match.Group))
	case t.message.Group != "":
		return string(t.message.Group)
	}
	if chosen := t.bot.Ledger.LastKnown(journal.Want{Who: t.message.From}).Chosen; chosen != "" {
		return string(chosen)
	}
	return string(t.message.From)
}

// fail ends a message whose command broke: people get an incident number, the log gets the cause.
func (t *turn) fail(ctx context.Context, cause error) (chat.Reply, error) {
	t.ended = "failed"
	incident := incidentOf(t.message.ID)
	t.bot.Log.Error("command broke", zap.String("incident", incident), zap.String("command", t.command.Name),
		zap.String("message", t.message.ID), zap.String("actor", string(t.message.From)), zap.Error(cause))
	reply := chat.Reply{Text: chat.Text{
		ZH: "出了故障，什么都没有改变。请把编号 %s 告诉维护者。",
		EN: "Something broke; nothing has changed. Tell the operator this number: %s.",
	}.F(incident)}
	e := t.header("command.failed", journal.Failed)
	w := journal.Write{MessageID: t.message.ID, Reply: reply, Entry: &e}
	t.sendIfLeft(&w)
	done, err := t.bot.commit(ctx, w)
	if errors.Is(err, journal.ErrFinished) {
		return done.Reply.Number(done.N), nil
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return reply, nil
}

// header is an entry about this message, without what happened.
func (t *turn) header(kind journal.Kind, outcome journal.Outcome) journal.Entry {
	e := journal.Entry{
		At: t.bot.Now().UTC().Truncate(time.Millisecond), Kind: kind, Outcome: outcome, Actor: t.message.From,
		Group: t.facts.group, MessageID: t.message.ID, Command: clip(t.message.Text, 1000),
	}
	if t.agreed != nil {
		e.Command = clip(t.agreed.Text, 1000)
	}
	return e
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// note writes the one line of a message and counts it.
func (t *turn) note(took time.Duration, err error) {
	if err != nil && t.ended == "" {
		t.ended = "failed"
		switch {
		case errors.Is(err, chat.ErrUnavailable):
			t.ended = "unavailable"
		case errors.Is(err, chat.ErrLater):
			t.ended = "later"
		}
	}
	t.bot.Seen(Handled{Command: t.command.Name, Ended: t.ended, Rule: t.rule, Took: took})
	fields := []zap.Field{
		zap.String("message", t.message.ID), zap.String("actor", string(t.message.From)),
		zap.String("group", string(t.facts.group)), zap.String("command", t.command.Name),
		zap.String("ended", t.ended), zap.String("rule", t.rule), zap.Int64("entry", t.entry),
		zap.Duration("took", took),
	}
	if err != nil {
		t.bot.Log.Warn("message", append(fields, zap.Error(err))...)
		return
	}
	t.bot.Log.Info("message", fields...)
}

// All returns the commands by name. The slice is shared and must not be changed.
func (b *Bot) All() []Command { return b.list }
