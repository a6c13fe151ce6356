package wecom

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/chat"
)

const (
	publicAPI     = "https://qyapi.weixin.qq.com"
	defaultAnswer = 4 * time.Second
)

// complete returns c with its defaults filled in, or what is wrong with it: all findings at once.
func (c Config) complete() (Config, error) {
	var wrong []error
	if c.CorpID == "" {
		wrong = append(wrong, errors.New("wecom.corp_id: missing; it is shown in the admin console under 我的企业"))
	}
	if c.APIBase == "" {
		c.APIBase = publicAPI
	}
	c.APIBase = strings.TrimRight(c.APIBase, "/")
	if u, err := url.Parse(c.APIBase); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		wrong = append(wrong, errors.New("wecom.api_base: not an http or https address without user, query and fragment"))
	}
	wrong = append(wrong, c.incomplete()...)
	if !c.hasApp() && !c.hasBot() {
		wrong = append(wrong, errors.New("wecom: neither wecom.app nor wecom.bot is configured; one is needed"))
	}
	if c.Now == nil {
		wrong = append(wrong, errors.New("wecom: no clock"))
	}
	if c.AnswerWithin < 0 {
		wrong = append(wrong, errors.New("wecom: the time to answer is negative"))
	}
	if c.AnswerWithin == 0 {
		c.AnswerWithin = defaultAnswer
	}
	if c.Language == "" {
		c.Language = chat.ZH
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c, errors.Join(wrong...)
}

// incomplete finds the parts that were begun but not finished: a half configured callback is not served quietly.
func (c Config) incomplete() []error {
	var wrong []error
	missing := func(part string, has bool, key, value string) {
		if has && value == "" {
			wrong = append(wrong, fmt.Errorf("%s.%s: missing, though other keys of %s are set", part, key, part))
		}
	}
	missing("wecom.app", c.hasApp(), "secret", c.App.Secret)
	missing("wecom.app", c.hasApp(), "token", c.App.Token)
	missing("wecom.app", c.hasApp(), "encoding_aes_key", c.App.EncodingAESKey)
	if c.hasApp() && c.App.AgentID <= 0 {
		wrong = append(wrong, errors.New("wecom.app.agent_id: must be a positive number"))
	}
	missing("wecom.bot", c.hasBot(), "token", c.Bot.Token)
	missing("wecom.bot", c.hasBot(), "encoding_aes_key", c.Bot.EncodingAESKey)
	return wrong
}

func (c Config) hasApp() bool { return c.App.Secret+c.App.Token+c.App.EncodingAESKey != "" }
func (c Config) hasBot() bool { return c.Bot.Token+c.Bot.EncodingAESKey != "" }

// credential is a secret that buys access tokens, and the name under which its token is shared.
type credential struct {
	key    string // the configuration key
	name   string
	secret string
}

func (c Config) appCredential() credential {
	return named("wecom.app.secret", "app:"+strconv.Itoa(c.App.AgentID), c.App.Secret)
}

// customerCredential reads customer groups. "客户联系" accepts the secret of an app that is listed under
// 可调用接口的应用, so the app's own is tried when no other is given.
func (c Config) customerCredential() credential {
	if c.CustomerContactSecret == "" {
		return c.appCredential()
	}
	return named("wecom.customer_contact.secret", "customer_contact", c.CustomerContactSecret)
}

// named ties the name to the secret as well: a replaced secret must not go on with the token of the old one.
func named(key, name, secret string) credential {
	sum := sha256.Sum256([]byte(secret))
	return credential{key: key, name: name + ":" + hex.EncodeToString(sum[:4]), secret: secret}
}

// mayReply says whether a reply address of a callback may be called: WeCom's own hosts, and the host of api_base.
// Whatever a callback says, the bot does not call anywhere else.
func (c Config) mayReply(address string) bool {
	to, err := url.Parse(address)
	if err != nil || to.User != nil {
		return false
	}
	base, err := url.Parse(c.APIBase)
	if err != nil {
		return false
	}
	if to.Scheme == base.Scheme && to.Hostname() == base.Hostname() {
		return true
	}
	return to.Scheme == "https" && (to.Hostname() == "weixin.qq.com" || strings.HasSuffix(to.Hostname(), ".weixin.qq.com"))
}
