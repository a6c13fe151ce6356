package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/event"
	"qunguan/bot/journal"
	"qunguan/storage"
)

// onBoth runs a test on the embedded Redis and on a real one.
func onBoth(t *testing.T, test func(t *testing.T, p *post)) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) store{"embedded": startEmbedded, "server": startServer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, openPost(t, start(t)))
		})
	}
}

// post is the whole bot with couriers that deliver to a platform which counts. It does to messages what WeCom does: the
// same one to the same person within half a minute arrives once, and past 30 a minute nothing arrives and nobody is told.
type post struct {
	*theatre
	courier *bot.Courier
	mu      sync.Mutex
	sent    []arrival // what has arrived
	tries   int
	dropped int
	// fault, if not nil, is asked before and after a message arrives.
	before, after func(chat.Effect) error
}

type arrival struct {
	to, text string
	at       time.Time
}

// openPost opens it on 1 March 2026 at nine in Shanghai, once all that the start has caused is carried out.
func openPost(t *testing.T, redis store) *post {
	p := &post{theatre: openTheatre(t, time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC), nil, redis)}
	p.settle()
	p.courier = p.courierNamed("a", nil)
	return p
}

// courierNamed is one more courier. wrap, if not nil, comes between it and the outbox.
func (p *post) courierNamed(name string, done func(id string) error) *bot.Courier {
	o := p.procs[0].outbox.Tenant.Outbox(name)
	require.NoError(p.t, o.Open(p.ctx))
	return p.procs[0].bot.Courier(&tripping{Outbox: o, done: done}, p)
}

// tripping is an outbox that fails to note what is done.
type tripping struct {
	*storage.Outbox
	done func(id string) error
}

func (o *tripping) Done(ctx context.Context, id string) error {
	if o.done != nil {
		if err := o.done(id); err != nil {
			return err
		}
	}
	return o.Outbox.Done(ctx, id)
}

// Deliver is the platform.
func (p *post) Deliver(_ context.Context, e chat.Effect) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries++
	if p.before != nil {
		if err := p.before(e); err != nil {
			return err
		}
	}
	l := arrival{to: string(e.To), text: e.Reply.Text.ZH, at: p.now()}
	if e.Reply.Card != nil {
		l.text = "card " + e.Reply.Card.Title.ZH
	}
	lately := 0
	for _, old := range p.sent {
		if old.to == l.to && l.at.Sub(old.at) < time.Minute {
			lately++
		}
		if old.to == l.to && old.text == l.text && l.at.Sub(old.at) < 30*time.Second {
			return p.then(e)
		}
	}
	if lately >= 30 {
		p.dropped++
		return p.then(e)
	}
	p.sent = append(p.sent, l)
	return p.then(e)
}

func (p *post) then(e chat.Effect) error {
	if p.after == nil {
		return nil
	}
	return p.after(e)
}

// post puts effects into the outbox, in one commit.
func (p *post) post(effects ...chat.Effect) {
	_, err := p.procs[0].ledger.Commit(p.ctx, journal.Write{Effects: effects})
	require.NoError(p.t, err)
}

// rounds lets a courier work until nothing is left to do at this moment.
func (p *post) rounds() {
	for range 100 {
		n, err := p.courier.Round(p.ctx, 0)
		require.NoError(p.t, err)
		if n == 0 {
			return
		}
	}
	require.Fail(p.t, "the courier does not come to an end")
}

// at moves the clock to a moment of Shanghai and lets the courier work.
func (p *post) at(moment string) {
	at, err := time.ParseInLocation("2006-01-02 15:04", moment, p.procs[0].bot.Zone)
	require.NoError(p.t, err)
	p.clock.Store(at.UnixNano())
	p.rounds()
}

// took returns the texts that have arrived since it was last asked, those of several in one message as "[a|b]".
func (p *post) took() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, l := range p.sent {
		text := l.text
		if items := itemsOf(text); items != nil {
			text = "[" + strings.Join(items, "|") + "]"
		}
		out = append(out, text)
	}
	p.sent = nil
	return out
}

var numberedItem = regexp.MustCompile(`(?m)^\d+\. (.*)$`)

func itemsOf(text string) []string {
	if !strings.Contains(text, " 条通知**\n") {
		return nil
	}
	var out []string
	for _, m := range numberedItem.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// left is how much is in the outbox, put off, and given up.
func (p *post) left() [3]int64 {
	now, later, dead, err := p.procs[0].outbox.Waiting(p.ctx)
	require.NoError(p.t, err)
	return [3]int64{now, later, dead}
}

// abandon makes it so that whoever holds what is in the outbox has held it for too long.
func (p *post) abandon() {
	rows, err := p.client.XRange(p.ctx, p.prefix()+"outbox", "-", "+").Result()
	require.NoError(p.t, err)
	for _, r := range rows {
		require.NoError(p.t, p.client.Do(p.ctx, "XCLAIM", p.prefix()+"outbox", "couriers", "gone", 0, r.ID, "IDLE", 61_000).Err())
	}
}

func (p *post) prefix() string { return "qunguan:{" + p.config.WeCom.CorpID + "}:" }

// tell lets somebody type something.
func (p *post) tell(line string) []string { return p.say(line) }

func notice(c chat.Class, to chat.User, text string) chat.Effect {
	return chat.SendTo(to, "", chat.Reply{Text: chat.Same(text)}).As(c)
}

func answerTo(to chat.User, text string) chat.Effect {
	return chat.SendTo(to, "", chat.Reply{Text: chat.Same(text)})
}

func cardFor(c chat.Class, to chat.User, title string) chat.Effect {
	return chat.SendTo(to, "", chat.Reply{Card: &chat.Card{Title: chat.Same(title)}}).As(c)
}

func urgent(e chat.Effect) chat.Effect { e.Urgent = true; return e }

// TestAFloodArrivesWhole: 200 reminders to one person within a minute arrive whole and in order, in no more messages than
// WeCom lets through, and an answer among them is not kept waiting.
func TestAFloodArrivesWhole(t *testing.T) {
	onBoth(t, func(t *testing.T, p *post) {
		var want []string
		for i := range 20 {
			var batch []chat.Effect
			for j := range 10 {
				text := fmt.Sprintf("提醒 %03d：%s", 10*i+j, strings.Repeat("班", 10+i))
				want, batch = append(want, text), append(batch, notice(chat.OfDuty, "li", text))
			}
			p.post(batch...)
			p.rounds()
			p.clock.Add(int64(2 * time.Second))
		}
		p.post(answerTo("li", "答复"))
		p.rounds()
		assert.Equal(t, "答复", p.sent[len(p.sent)-1].text, "there is room for an answer at once")
		for range 3 {
			p.clock.Add(int64(time.Minute))
			p.rounds()
		}
		var got []string
		for _, l := range p.sent {
			assert.LessOrEqual(t, len(l.text), 2048)
			if items := itemsOf(l.text); items != nil {
				got = append(got, items...)
			} else if l.text != "答复" {
				got = append(got, l.text)
			}
		}
		assert.Equal(t, want, got)
		assert.LessOrEqual(t, len(p.sent), 25)
		assert.Zero(t, p.dropped)
		assert.Equal(t, [3]int64{}, p.left())
	})
}

// TestOneByOneAFloodGathers: reminders that come one at a time are sent one at a time while there is room; past that they
// wait for the end of the minute, and are told together.
func TestOneByOneAFloodGathers(t *testing.T) {
	onBoth(t, func(t *testing.T, p *post) {
		for i := range 55 {
			p.post(notice(chat.OfRights, "li", fmt.Sprint(i)))
			p.rounds()
			p.clock.Add(int64(time.Second))
		}
		assert.Len(t, p.took(), 20)
		p.post(urgent(notice(chat.OfWaiting, "li", "alert")))
		p.rounds()
		assert.Equal(t, []string{"alert"}, p.took(), "what cannot wait has room of its own")
		p.clock.Add(int64(5 * time.Second))
		p.rounds()
		got := p.took()
		require.Len(t, got, 1)
		assert.True(t, strings.HasPrefix(got[0], "[20|21|22|") && strings.HasSuffix(got[0], "|53|54]"), got)
		assert.Zero(t, p.dropped)
	})
}

// TestWhatIsToldTogether reads: these wait in one round, so these messages arrive.
func TestWhatIsToldTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, p *post) {
		n := func(text string) chat.Effect { return notice(chat.OfRights, "li", text) }
		card := cardFor(chat.OfRequests, "li", "C")
		long := strings.Repeat("长", 500)
		for _, c := range []struct {
			name string
			wait []chat.Effect
			want []string
		}{
			{"two are read as quickly apart", []chat.Effect{n("1"), n("2")}, []string{"1", "2"}},
			{"three", []chat.Effect{n("3"), n("4"), n("5")}, []string{"[3|4|5]"}},
			{"a card stays a card, and the order stays", []chat.Effect{n("a"), n("b"), n("c"), card, n("d"), n("e"), n("f")}, []string{"[a|b|c]", "card C", "[d|e|f]"}},
			{"an answer is none", []chat.Effect{n("g"), answerTo("li", "yes"), n("h")}, []string{"g", "yes", "h"}},
			{"everybody has their own", []chat.Effect{n("i"), n("j"), notice(chat.OfRights, "wang", "w"), n("k")}, []string{"[i|j|k]", "w"}},
			{"nothing is cut", []chat.Effect{n("l" + long), n("m" + long), n("n")}, []string{"l" + long, "[m" + long + "|n]"}},
		} {
			p.clock.Add(int64(time.Hour))
			p.post(c.wait...)
			p.rounds()
			assert.ElementsMatch(t, c.want, p.took(), c.name)
		}
	})
}

// TestQuietHours: what comes in them waits until they end, in order, over midnight; alerts and answers do not.
func TestQuietHours(t *testing.T) {
	onBoth(t, func(t *testing.T, p *post) {
		p.tell("li> /通知设置 免打扰 22:00-08:00")
		p.at("2026-03-01 21:59")
		p.post(notice(chat.OfDuty, "li", "early"))
		p.rounds()
		assert.Equal(t, []string{"early"}, p.took())
		p.at("2026-03-01 22:00")
		p.post(notice(chat.OfDuty, "li", "1"), notice(chat.OfRights, "li", "2"), notice(chat.OfDuty, "wang", "awake"), answerTo("li", "answer"))
		p.rounds()
		p.at("2026-03-02 00:30")
		p.post(cardFor(chat.OfRequests, "li", "3"), urgent(notice(chat.OfWaiting, "li", "alert")))
		p.rounds()
		assert.ElementsMatch(t, []string{"awake", "answer", "alert"}, p.took())
		p.at("2026-03-02 07:59")
		assert.Empty(t, p.took())
		p.at("2026-03-02 08:00")
		assert.Equal(t, []string{"1", "2", "card 3"}, p.took())
		assert.Equal(t, [3]int64{}, p.left())
	})
}

// TestNobodyHearsOfWhatIsDone: neither when it is done before the message goes, nor when that was put off meanwhile, nor
// when its time is over.
func TestNobodyHearsOfWhatIsDone(t *testing.T) {
	onBoth(t, func(t *testing.T, p *post) {
		p.tell("boss> /选群 华东VIP客户群")
		p.tell("boss> /大事 国庆 2026-10-01 2026-10-08")
		group := chat.Group(p.group("华东VIP客户群"))
		about := func(name, text string) chat.Effect {
			e := notice(chat.OfDuty, "li", text)
			e.Matter = chat.About(string(event.Of(group)), event.Key(name))
			return e
		}
		p.post(about("春节", "never was"), about("国庆", "stands"))
		p.rounds()
		assert.Equal(t, []string{"stands"}, p.took())

		p.tell("li> /通知设置 免打扰 22:00-08:00")
		p.at("2026-03-01 23:00")
		over := notice(chat.OfDuty, "li", "over by then")
		over.NotAfter = p.now().Add(time.Hour)
		p.post(about("国庆", "stood then"), over, notice(chat.OfDuty, "li", "still so"))
		p.rounds()
		assert.Equal(t, [3]int64{0, 3, 0}, p.left())
		p.tell("boss> /大事 删除 国庆")
		p.at("2026-03-02 08:00")
		assert.Equal(t, []string{"still so"}, p.took())
		assert.Equal(t, [3]int64{}, p.left(), "nothing is a fault")

		odd := notice(chat.OfDuty, "li", "told all the same")
		odd.Matter = chat.About("weather/"+string(group), "rain")
		p.post(odd, notice(chat.OfDuty, "wang", "not kept by it"))
		p.rounds()
		assert.ElementsMatch(t, []string{"told all the same", "not kept by it"}, p.took(), "what cannot be read is not known to be done")
	})
}

// TestWhatIsSwitchedOff is left out; what must reach somebody reaches them.
func TestWhatIsSwitchedOff(t *testing.T) {
	onBoth(t, func(t *testing.T, p *post) {
		p.tell("li> /通知设置 关 权限变动")
		p.tell("li> /通知设置 关 客户等待")
		p.post(notice(chat.OfRights, "li", "off"), notice(chat.OfWaiting, "li", "off, too"), notice(chat.OfDuty, "li", "on"),
			urgent(notice(chat.OfWaiting, "li", "alert")), answerTo("li", "answer"), notice(chat.OfRights, "wang", "wang's"))
		p.rounds()
		assert.ElementsMatch(t, []string{"on", "alert", "answer", "wang's"}, p.took())
		p.tell("li> /通知设置 开 权限变动")
		p.post(notice(chat.OfRights, "li", "on again"))
		p.rounds()
		assert.Equal(t, []string{"on again"}, p.took())
		assert.Equal(t, [3]int64{}, p.left())
	})
}

// TestSomebodyHearsThatTheBotIsBroken: an owner may switch that off while another one hears it. Owners come and go by the
// settings; when nobody is left who hears it, all do.
func TestSomebodyHearsThatTheBotIsBroken(t *testing.T) {
	onBoth(t, func(t *testing.T, p *post) {
		owners := func(who ...chat.User) {
			require.NoError(t, p.procs[0].bot.Amend(p.ctx, []journal.Name{access.Of("")}, "", func(c bot.Call) (bot.Outcome, error) {
				changes := c.Access.Company.Configure(who, nil, 0)
				return bot.Outcome{Events: []journal.Event{{Kind: access.Settled, Changes: changes}}}, nil
			}))
		}
		alarm := func(to ...chat.User) {
			p.clock.Add(int64(time.Hour))
			for _, u := range to {
				p.post(notice(chat.OfSystem, u, "broken, "+string(u)))
			}
			p.rounds()
		}
		owners("boss", "li")
		p.tell("boss> /通知设置 关 系统告警")
		alarm("boss", "li")
		assert.Equal(t, []string{"broken, li"}, p.took())
		owners("boss")
		alarm("boss")
		assert.Equal(t, []string{"broken, boss"}, p.took())
	})
}

// TestACourierDiesAfterSending: whoever takes over sends the very same message, which the platform drops, and all parts
// are done; also when something has come up or been settled meanwhile.
func TestACourierDiesAfterSending(t *testing.T) {
	onBoth(t, func(t *testing.T, p *post) {
		died := errors.New("killed")
		p.courier = p.courierNamed("first", func(string) error { return died })
		for i := range 6 {
			p.post(notice(chat.OfRights, "li", fmt.Sprint(i)))
		}
		_, err := p.courier.Round(p.ctx, 0)
		require.ErrorIs(t, err, died)
		assert.Equal(t, [3]int64{1, 0, 0}, p.left(), "six have become one before they were sent")
		p.tell("li> /通知设置 关 权限变动")
		p.post(notice(chat.OfDuty, "li", "new"))
		p.abandon()
		p.clock.Add(int64(21 * time.Second))
		p.courier = p.courierNamed("second", nil)
		p.rounds()
		assert.Equal(t, 3, p.tries, "sent again by the second")
		assert.Equal(t, []string{"[0|1|2|3|4|5]", "new"}, p.took(), "and arrived once")
		assert.Equal(t, [3]int64{}, p.left())
	})
}

// TestAnUnclearFailureIsTriedAgainAsItIs; after a longer one each part is looked at anew.
func TestAnUnclearFailureIsTriedAgainAsItIs(t *testing.T) {
	onBoth(t, func(t *testing.T, p *post) {
		unclear := errors.New("no answer")
		p.after = func(chat.Effect) error { return unclear }
		p.post(notice(chat.OfRights, "li", "1"), notice(chat.OfRights, "li", "2"), notice(chat.OfDuty, "li", "3"))
		p.rounds()
		p.after = nil
		p.clock.Add(int64(3 * time.Second))
		p.rounds()
		assert.Equal(t, 2, p.tries)
		assert.Equal(t, []string{"[1|2|3]"}, p.took())

		p.before = func(chat.Effect) error { return unclear }
		p.post(notice(chat.OfRights, "li", "4"), notice(chat.OfRights, "li", "5"), notice(chat.OfDuty, "li", "6"))
		for range 60 {
			p.rounds()
			p.clock.Add(int64(time.Second))
		}
		p.tell("li> /通知设置 关 值班提醒")
		p.before = nil
		p.clock.Add(int64(time.Hour))
		p.rounds()
		assert.Equal(t, []string{"4", "5"}, slices.Sorted(slices.Values(p.took())))
		assert.Equal(t, [3]int64{}, p.left())
	})
}
