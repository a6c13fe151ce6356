package bot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
)

var tokenLetters = base32.StdEncoding.WithPadding(base32.NoPadding)

// Token is a secret that belongs to this message and a purpose: the same each time the command is run, and nobody
// else's. 160 bits, as 32 small letters and digits, which a URL holds as they are. It is empty where the program was
// given no secret of its own.
func (c Call) Token(purpose string) string {
	if c.bot == nil || len(c.bot.Secret) == 0 {
		return ""
	}
	mac := hmac.New(sha256.New, c.bot.Secret)
	for _, part := range []string{purpose, c.Message.ID, string(c.Actor.ID)} {
		_, _ = mac.Write([]byte(part + "\x00")) // a hash takes everything
	}
	return strings.ToLower(tokenLetters.EncodeToString(mac.Sum(nil)[:20]))
}

// Link is the address under which people reach a path of this program, which begins with a slash. ok is false where the
// operator has not said under which address that is.
func (c Call) Link(path string) (address string, ok bool) {
	if c.bot == nil || c.bot.PublicURL == nil {
		return "", false
	}
	base := c.bot.PublicURL()
	return base + path, base != ""
}

// Concerned says whether the duty of a group is somebody's business as a whole: its staff, those on its roster, those
// who hold a role in it, and the owners of the company. It gives nobody a right.
func Concerned(f access.Facts, g directory.Group, r duty.Roster, who chat.User, now time.Time) bool {
	if m, in := g.Member(who); in && m.Kind == chat.Staff {
		return true
	}
	for _, u := range r.Staff() {
		if u == who {
			return true
		}
	}
	return f.IsOwner(who) || f.LevelOf(who, g.ID, now) != access.NoLevel
}
