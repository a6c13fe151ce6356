package main

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/calendar"
	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/console"
	"qunguan/bot/journal"
	"qunguan/bot/platform/wecom"
	"qunguan/commands"
	"qunguan/configs"
	"qunguan/scheduler"
	"qunguan/storage"
	"qunguan/storage/archive"
)

// system is the whole bot, wired: what serve runs, what demo runs, and what played conversations run.
type system struct {
	config    configs.Config
	now       func() time.Time
	log       *zap.Logger
	redis     *storage.Redis
	ledger    *storage.Ledger
	outbox    *storage.Outbox
	platform  *wecom.Adapter
	bot       *bot.Bot
	courier   *bot.Courier
	posts     *storage.Posts
	postman   *bot.Postman
	linked    []bot.Link                 // the links, without their states
	looked    atomic.Pointer[[]bot.Link] // and with them, as last looked at
	clockwork *scheduler.Clockwork
	meters    *meters
	pictures  pictures
	seals     storage.Seals
	auditor   *verified
	sealing   sealing
	sealer    *scheduler.Sealer     // nil where the journal is not sealed
	sealFault atomic.Pointer[error] // why the journal is not sealed at present; nil: it is, or nobody has tried yet
	calendars *calendar.Calendars
	publicURL atomic.Pointer[string] // where people reach the program
	sources   sources
	health    atomic.Pointer[[]bot.Part]
	tenant    *storage.Tenant
	traces    *traces
	working   atomic.Pointer[canary.Clockwork]
	speaks    atomic.Bool      // people can be written to, as far as the last self-test could tell
	theirs    func() time.Time // taken for the clock of Redis; nil: it is asked
	pinger    *http.Client
	ready     chan struct{} // closed once the settings are taken over
}

// options are what differs between the service, the demo and a played conversation.
type options struct {
	now     func() time.Time
	log     *zap.Logger
	http    *http.Client // to the platform; nil is the adapter's own
	botName string
	// pictures are drawn with these; the zero pictures draw none.
	pictures pictures
	// sealing is how the journal is sealed; the zero sealing leaves it as it is.
	sealing sealing
	name    string // of this process among the replicas; empty: made of the machine and the process
	// redisNow is taken for the clock of Redis by the self-test; nil: Redis is asked.
	redisNow func() time.Time
	pinger   *http.Client // to the dead-man service; nil is an own one
}

// redisOptions say where the configured Redis is.
func redisOptions(c configs.Config) storage.Options {
	return storage.Options{
		Addrs: c.Redis.Addrs, Username: c.Redis.Username, Password: c.Redis.Password.Reveal(), DB: c.Redis.DB,
		TLS: c.Redis.TLS, MasterName: c.Redis.MasterName, Prefix: c.Redis.KeyPrefix,
	}
}

// newSystem wires everything; it reaches nobody yet.
func newSystem(c configs.Config, o options) (*system, error) {
	zone, err := c.Location()
	if err != nil {
		return nil, usageError{err}
	}
	holidays, err := calendarOf(c)
	if err != nil {
		return nil, err
	}
	secret, err := secretOf(c)
	if err != nil {
		return nil, err
	}
	s := &system{
		config: c, now: o.now, log: o.log, meters: newMeters(), pictures: o.pictures, sealing: o.sealing, ready: make(chan struct{}), traces: newTraces(o.now),
		theirs: o.redisNow, pinger: o.pinger,
	}
	s.speaks.Store(true)
	if o.name == "" {
		o.name = courierName()
	}
	if s.pinger == nil {
		s.pinger = &http.Client{}
	}
	s.publicURL.Store(&c.PublicURL)
	s.redis = storage.Open(redisOptions(c))
	tenant := s.redis.Tenant(chat.Corp(c.WeCom.CorpID), o.now)
	if dir := c.Audit.Archive.Dir; dir != "" {
		tenant.ReadArchive(archive.Open(dir))
	}
	s.auditor = &verified{Auditor: tenant.Auditor(o.sealing.verifier, o.sealing.kept.Last), now: o.now}
	s.ledger, s.outbox = tenant.Ledger(commands.BuildsWith(holidays), commands.Histories()...), tenant.Outbox(o.name)
	s.tenant = tenant
	s.seals = tenant.Seals()
	if s.platform, err = wecom.New(adapterConfig(c, o, tenant.Tokens(), documents{s})); err != nil {
		return nil, usageError{err}
	}
	posters, linked, err := openLinks(c, o.now)
	if err != nil {
		return nil, usageError{err}
	}
	s.posts, s.linked = tenant.Posts(), linked
	wiring := bot.Config{
		Ledger: s.ledger, Platform: watched{s.platform, s.traces}, Profile: profileOf(c), Commands: commands.All(), Builds: commands.BuildsWith(holidays), Jobs: scheduler.Jobs(),
		Follow: commands.Follow, Impact: commands.Impact, Now: o.now, Zone: zone, Log: o.log, Seen: s.meters.handled,
		Health: s.parts, Clockwork: s.works, Education: s.education(), Duty: dutyRules(c.Duty), Targets: targets(c.KPI), Bounds: bounds(c.Suspicion),
		Listening: listening(c), Ladder: ladder(c.SLA), Noticed: s.meters.noticed, Secret: secret,
		Links: s.links, Portray: commands.Portray,
		PublicURL: func() string { return *s.publicURL.Load() },
	}
	if o.sealing.on() {
		wiring.Auditor = s.auditor
		s.sealer = scheduler.NewSealer(s.seals, o.sealing.signer, o.sealing.verifier, o.sealing.kept, o.now, o.log)
	}
	s.bot, err = bot.New(wiring)
	if err != nil {
		return nil, fmt.Errorf("wire bot: %w", err)
	}
	s.calendars = calendar.New(s.ledger, calendar.Options{
		Path: commands.FeedPath, End: commands.FeedEnd, Now: o.now, Zone: zone, Language: chat.Language(c.Language), Holidays: holidays, Log: o.log,
	})
	if s.sources, err = openSources(c, o, hearing{hear: s.traces.tells(s.bot.Hear), tickets: s.tellTickets, cursor: s.ledger.Cursor, turn: tenant.Turn}); err != nil {
		return nil, err
	}
	s.courier, s.postman = s.bot.Courier(s.outbox, s.platform), s.bot.Postman(s.posts, posters)
	silence, err := c.Deadman.Silence()
	if err != nil {
		return nil, usageError{err}
	}
	s.clockwork, err = scheduler.New(scheduler.Config{
		Bot: s.bot, Courier: s.courier, Firings: tenant.Firings(), Heart: tenant.Heart(), Name: o.name, Now: o.now, Zone: zone, Log: o.log,
		SilentAfter: silence, Alarm: s.alarm,
	}, s.rhythms()...)
	if err != nil {
		return nil, fmt.Errorf("wire clockwork: %w", err)
	}
	return s, nil
}

// secretOf is a secret of the bot's own, made of what the platform shares with it alone: it needs no key to be kept, and
// all replicas have the same. Addresses that it was used for stand on their own; another key does not end them.
func secretOf(c configs.Config) ([]byte, error) {
	keys := c.WeCom.App.EncodingAESKey.Reveal() + "\x00" + c.WeCom.Bot.EncodingAESKey.Reveal()
	secret, err := hkdf.Key(sha256.New, []byte(keys), []byte(c.WeCom.CorpID), "qunguan tokens", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive secret: %w", err)
	}
	return secret, nil
}

// profileOf is the platform's profile with the limits that the configuration sets.
func profileOf(c configs.Config) chat.Profile {
	p := wecom.Profile()
	if n := c.Limits.RoleCap; n > 0 {
		p.RoleCap = n
	}
	if n := c.Limits.NativeAdmins; n > 0 {
		p.NativeCap = n
	}
	return p
}

func adapterConfig(c configs.Config, o options, tokens storage.Tokens, d documents) wecom.Config {
	w := wecom.Config{
		CorpID: c.WeCom.CorpID, APIBase: c.WeCom.APIBase, CustomerContactSecret: c.WeCom.CustomerContact.Secret.Reveal(),
		Language: chat.Language(c.Language), HTTP: o.http, Now: o.now, Log: o.log, Tokens: tokens, BotName: o.botName,
		Painter: o.pictures.painter, Writer: d,
	}
	w.App.AgentID, w.App.Secret = c.WeCom.App.AgentID, c.WeCom.App.Secret.Reveal()
	w.App.Token, w.App.EncodingAESKey = c.WeCom.App.Token.Reveal(), c.WeCom.App.EncodingAESKey.Reveal()
	w.Bot.Token, w.Bot.EncodingAESKey = c.WeCom.Bot.Token.Reveal(), c.WeCom.Bot.EncodingAESKey.Reveal()
	return w
}

// courierName tells this process from the other replicas.
func courierName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s-%d", host, os.Getpid())
}

// handler serves the endpoints of the contract.
func (s *system) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(commands.FeedPath, s.calendars.Handler())
	mux.Handle("/wecom/", s.traces.hears(s.platform.Handler(
		wecom.Ears{Say: s.bot.Handle, Notice: s.bot.Notice, Hear: s.bot.Overhear, Archived: s.sources.archived})))
	s.sources.mount(mux)
	s.mountAPI(mux)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.meters.registry, promhttp.HandlerOpts{}))
	return mux
}

// console serves what the demo's page shows beside the chat.
func (s *system) console() http.Handler {
	return console.New(s.ledger, s.bot.Facts, s.now, s.log, bot.Offered(profileOf(s.config)), commands.Happenings()).Handler()
}

func (s *system) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	if err := s.redis.Ping(ctx); err != nil {
		http.Error(w, "redis does not answer", http.StatusServiceUnavailable)
		return
	}
	select {
	case <-s.ready:
		_, _ = fmt.Fprintln(w, "ready")
	default:
		http.Error(w, "the settings are not taken over yet", http.StatusServiceUnavailable)
	}
}

// waitReady returns once the settings are taken over.
func (s *system) waitReady(ctx context.Context) error {
	select {
	case <-s.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run works in the background until ctx ends, and returns once everything that was begun is finished.
func (s *system) run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { s.prepare(ctx) })
	wg.Go(func() { s.clockwork.Run(ctx) })
	wg.Go(func() { s.clockwork.Deliver(ctx) })
	wg.Go(func() { s.clockwork.Post(ctx, s.postman) })
	wg.Go(func() { s.look(ctx) })
	wg.Go(func() { s.seal(ctx) })
	wg.Go(func() { s.ping(ctx) })
	wg.Go(func() {
		if s.waitReady(ctx) == nil {
			s.sources.read(ctx)
		}
	})
	wg.Wait()
}

// prepare makes the settings of the file facts of the journal, as soon as Redis answers.
func (s *system) prepare(ctx context.Context) {
	every := time.NewTicker(500 * time.Millisecond)
	defer every.Stop()
	for {
		err := s.settle(ctx)
		if err == nil {
			close(s.ready)
			break
		}
		if ctx.Err() != nil {
			return
		}
		s.log.Warn("take over settings", zap.Error(err))
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
	if note, err := s.ledger.Durability(ctx); err == nil && note != "" {
		s.log.Warn("redis may lose data", zap.String("why", note))
	}
	s.warnOfArchive(ctx)
	if err := scheduler.FollowShifts(ctx, s.bot); err != nil && ctx.Err() == nil {
		s.log.Warn("follow shifts", zap.Error(err))
	}
	if err := scheduler.Sync(s.bot, s.platform, s.config.Schedule.Sync).Run(ctx); err != nil && ctx.Err() == nil {
		s.log.Warn("first sync", zap.Error(err))
	}
}

// settle commits what the file says about owners, as an event, so that yesterday can be told from today.
func (s *system) settle(ctx context.Context) error {
	if err := s.outbox.Open(ctx); err != nil {
		return err
	}
	owners := make([]chat.User, len(s.config.Owners))
	for i, o := range s.config.Owners {
		owners[i] = chat.User(o)
	}
	var admins []access.DepartmentAdmin
	for _, a := range s.config.DepartmentAdmins {
		admins = append(admins, access.DepartmentAdmin{Who: chat.User(a.User), Departments: a.Departments})
	}
	limit := profileOf(s.config).RoleCap
	return s.bot.Amend(ctx, []journal.Name{access.Of("")}, "", func(c bot.Call) (bot.Outcome, error) {
		changes := c.Access.Company.Configure(owners, admins, limit)
		if len(changes) == 0 {
			return bot.Outcome{}, nil
		}
		return bot.Outcome{Events: []journal.Event{{Kind: access.Settled, Changes: changes}}}, nil
	})
}

// close lets go of Redis.
func (s *system) close() error { return s.redis.Close() }
