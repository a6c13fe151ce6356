// Package wecom speaks WeCom 企业微信: it hears callbacks, delivers messages and re-reads groups and people. It
// promises that nothing in a callback is believed before its signature is checked, that no secret leaves it in an
// error or a log, and that every text it sends fits the platform. It knows no rule, no command and no storage.
//
// The life of a callback: the body is read up to its limit, the envelope gives the ciphertext, the signature over it
// is compared in constant time, the time stamp must be near now, the ciphertext is opened and must name the right
// receiver, and only then is the message parsed and handed to Ears. What Ears answers goes back in the response of
// the same callback where the platform allows it, and by a call where it does not. A callback is acknowledged only
// after Ears has made it safe.
//
// Not implied: a group command arrives only from the smart bot 智能机器人, which cannot be a member of a customer
// group; the self-built app 自建应用 never sees what is said in a group.
package wecom

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/chat"
)

// Config is everything the adapter must be told.
type Config struct {
	CorpID  string // wecom.corp_id
	APIBase string // empty: https://qyapi.weixin.qq.com
	// App is the self-built app. It is configured when any of its texts is given, and then all of them must be.
	App struct {
		AgentID                       int
		Secret, Token, EncodingAESKey string
	}
	// Bot is the smart bot. It is configured when either is given, and then both must be.
	Bot struct{ Token, EncodingAESKey string }
	// BotName is the display name under which people mention the bot; empty: the first word of a group message
	// that begins with @ is taken for the mention.
	BotName string
	// CustomerContactSecret reads customer groups; empty: the app's secret is tried.
	CustomerContactSecret string
	Language              chat.Language

	// Painter draws pictures; nil: replies are text only.
	Painter Painter
	// Writer writes files that are more than a text; nil: there are none.
	Writer Writer

	HTTP   *http.Client     // nil: an own one; redirects are never followed
	Now    func() time.Time // required
	Log    *zap.Logger      // nil: nothing is logged
	Tokens TokenStore       // nil: tokens are kept in this process only
	// AnswerWithin is how long Ears.Say may take; zero: 4 s. WeCom cuts the connection after 5 s.
	AnswerWithin time.Duration
}

// TokenStore keeps access tokens where every replica sees them. Token returns "" when there is none.
type TokenStore interface {
	Token(ctx context.Context, name string) (string, error)
	SetToken(ctx context.Context, name, token string, ttl time.Duration) error
}

// Painter makes a PNG of a picture.
type Painter interface {
	Paint(p chat.Picture, l chat.Language) ([]byte, error)
}

// Ears is who listens. Say and Notice make what they hear safe before they return nil or chat.ErrLater; any other
// error lets the platform deliver again.
type Ears struct {
	Say    func(ctx context.Context, m chat.Message) (chat.Reply, error)
	Notice func(ctx context.Context, n chat.Notice) error
	// Hear is told what people write to the smart bot in groups, as a source of messages; nil: nobody cares. It is
	// told after the answer is given, so it can neither delay an answer nor fail it; what it does not keep is lost.
	Hear func(ctx context.Context, source string, heard []chat.Heard, cursor chat.Cursor) error
	// Archived is told that the message archive holds something new; nil: nobody reads it.
	Archived func()
}

// Check is the finding about one credential.
type Check struct {
	Name string // the configuration key of the secret
	Err  error  // nil: WeCom gave a token for it
}

// Adapter is one company on WeCom. It is safe for concurrent use.
type Adapter struct {
	c        Config
	log      *zap.Logger
	client   *client
	tokens   *tokens
	app, bot *envelope // nil: not configured
	names    known
	follow   contacts
}

// New checks c. Its errors name the configuration key at fault and never hold the value of a secret.
func New(c Config) (*Adapter, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	a := &Adapter{c: c, log: c.Log}
	if c.hasApp() {
		if a.app, err = newEnvelope(c.App.Token, c.App.EncodingAESKey, c.CorpID); err != nil {
			return nil, fmt.Errorf("wecom.app.encoding_aes_key: %w", err)
		}
	}
	if c.hasBot() {
		// "企业内部智能机器人场景中，receiveid 直接传入空字符串" – page 加解密方案说明 (smart bot).
		if a.bot, err = newEnvelope(c.Bot.Token, c.Bot.EncodingAESKey, ""); err != nil {
			return nil, fmt.Errorf("wecom.bot.encoding_aes_key: %w", err)
		}
	}
	a.client = newClient(c)
	a.tokens = &tokens{store: c.Tokens, now: c.Now, log: c.Log, fetch: a.client.fetchToken}
	return a, nil
}
