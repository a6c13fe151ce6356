package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// posts is what the postman needs of storage.
type posts interface {
	Take(ctx context.Context, link string) (e chat.Effect, ok bool, err error)
	Posted(ctx context.Context, e chat.Effect) error
	Later(ctx context.Context, e chat.Effect, at time.Time, reason string) error
	Drop(ctx context.Context, e chat.Effect, reason string) error
}

// Poster posts letters to another system. Posting one twice is right: its ID is the same. An error that has Again says
// whether and when another attempt makes sense; any other error is tried again.
type Poster interface {
	Post(context.Context, chat.Letter) error
}

// Postman posts letters to other systems. Those of one link go one after the other, in their order; links do not wait
// for each other, and people do not wait for any. Safe for concurrent use; every replica runs one.
type Postman struct {
	bot     *Bot
	posts   posts
	posters map[string]Poster
}

// Postman returns the postman of this bot, who posts to links by their names.
func (b *Bot) Postman(p posts, posters map[string]Poster) *Postman {
	return &Postman{bot: b, posts: p, posters: posters}
}

// Links are the names of the links.
func (p *Postman) Links() []string { return slices.Sorted(maps.Keys(p.posters)) }

const (
	// postWithin bounds one attempt, whatever the other system does; it is shorter than the lease of a letter.
	postWithin = 20 * time.Second
	// postFor is how long a letter is tried: a weekend.
	postFor = 72 * time.Hour
	// maxPosts is how many letters one round posts.
	maxPosts = 64
)

// Round posts what waits for a link, and returns how many letters it took up. It ends with the first that is put off.
func (p *Postman) Round(ctx context.Context, link string) (int, error) {
	poster, ok := p.posters[link]
	if !ok {
		return 0, fmt.Errorf("post: there is no link %q", link)
	}
	var dead error // why the last letter was given up for its age
	for n := range maxPosts {
		e, ok, err := p.posts.Take(ctx, link)
		if err != nil || !ok {
			return n, err
		}
		// An attempt takes seconds where nobody answers: with one for each letter that is too old, a link that stays dead
		// would get letters faster than it loses them.
		if old := p.bot.Now().Sub(e.Letter.At) >= postFor; old && dead != nil {
			if err := p.giveUp(ctx, e, dead); err != nil {
				return n + 1, err
			}
			continue
		}
		goes, gone, err := p.post(ctx, poster, e)
		if err != nil || !goes {
			return n + 1, err
		}
		dead = gone
	}
	return maxPosts, nil
}

// giveUp moves a letter to the dead ones.
func (p *Postman) giveUp(ctx context.Context, e chat.Effect, why error) error {
	p.bot.Log.Error("letter given up", zap.String("link", string(e.To)), zap.String("effect", e.ID),
		zap.String("class", e.Letter.Class), zap.Int("tries", e.Tries), zap.Error(why))
	return p.posts.Drop(ctx, e, why.Error())
}

// post posts one letter and says what became of it: goes is false if those behind it must wait; gone is why it was given
// up although another attempt might have made sense, if it was.
func (p *Postman) post(ctx context.Context, to Poster, e chat.Effect) (goes bool, gone, err error) {
	now := p.bot.Now()
	l, err := p.whole(ctx, *e.Letter)
	if err == nil {
		within, cancel := context.WithTimeout(ctx, postWithin)
		err = to.Post(within, l)
		cancel()
	}
	switch {
	case err == nil:
		return true, nil, p.posts.Posted(ctx, e)
	case ctx.Err() != nil:
		return false, nil, nil // left where it is; it comes again when the lease is over
	case errors.Is(err, chat.ErrUnavailable):
		return false, nil, err
	}
	e.Tries++
	wait, ok := patience(err, e.Tries)
	if next := now.Add(wait); ok && next.Sub(e.Letter.At) < postFor {
		p.bot.Log.Warn("letter put off", zap.String("link", string(e.To)), zap.String("effect", e.ID), zap.String("class", l.Class),
			zap.Int("tries", e.Tries), zap.Error(err), zap.Duration("wait", wait))
		return false, nil, p.posts.Later(ctx, e, next, err.Error())
	}
	if ok {
		gone = err
	}
	return true, gone, p.giveUp(ctx, e, err)
}

// whole fills in what a letter tells as of now: how somebody stands when it is posted, not when it was asked for. So
// several letters about one person all tell what is true, in whatever order they arrive.
func (p *Postman) whole(ctx context.Context, l chat.Letter) (chat.Letter, error) {
	if l.Class != chat.OfPortrait || l.Portrait == nil || p.bot.Portray == nil {
		return l, nil
	}
	portrait, err := p.bot.PortraitOf(ctx, l.Portrait.User)
	if err != nil {
		return l, err
	}
	l.Portrait = &portrait
	return l, nil
}

// PortraitOf is how somebody stands now.
func (b *Bot) PortraitOf(ctx context.Context, who chat.User) (p chat.Portrait, err error) {
	err = b.Amend(ctx, []journal.Name{access.Of(""), directory.AllGroups}, "", func(c Call) (Outcome, error) {
		var need journal.Want
		p, need = b.Portray(c, who)
		return Outcome{Need: need}, nil
	})
	if err != nil {
		return chat.Portrait{}, fmt.Errorf("portray somebody: %w", err)
	}
	return p, nil
}
