package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/link"
	"qunguan/bot/link/fxiaoke"
	"qunguan/bot/link/webhook"
	"qunguan/bot/link/zoho"
	"qunguan/commands"
	"qunguan/configs"
)

// adapter is what every adapter of a link can do.
type adapter interface {
	bot.Poster
	Version() string
	Sketch(chat.Letter) (json.RawMessage, error)
}

// checker is an adapter that can tell whether its secrets are accepted without posting anything.
type checker interface {
	Check(context.Context) error
}

// openLink wires one link; it reaches nobody yet.
func openLink(k configs.Link, now func() time.Time) (adapter, error) {
	m := link.Mapping{Fields: k.Fields, Roles: k.Roles, Key: k.Key}
	for ours := range k.Fields {
		if !slices.Contains(chat.FieldNames(), ours) && !strings.HasPrefix(ours, "indicator_") && !strings.HasPrefix(ours, "verdict_") {
			return nil, fmt.Errorf("fields: %q is not part of a portrait; there are: %s, indicator_NAME, verdict_NAME", ours, strings.Join(chat.FieldNames(), ", "))
		}
	}
	known := commands.Happenings()
	for _, class := range k.Events {
		if class != chat.OfPortrait && !slices.ContainsFunc(slices.Collect(maps.Keys(known)), func(kind journal.Kind) bool {
			return chat.Takes([]string{class}, string(kind))
		}) {
			return nil, fmt.Errorf("events: nothing that happens is called %q, so nothing would ever be posted; there are for example %s, %s and %s",
				class, access.Granted, bot.AuditExported, chat.OfPortrait)
		}
	}
	switch k.Kind {
	case configs.Fxiaoke:
		return fxiaoke.New(fxiaoke.Config{
			URL: k.URL, AppID: k.ClientID, AppSecret: k.Secret.Reveal(), PermanentCode: k.Token.Reveal(), User: k.User, Auth: k.Auth,
			Object: k.Object, Mapping: m, Now: now,
		})
	case configs.Zoho:
		return zoho.New(zoho.Config{
			URL: k.URL, AccountsURL: k.AccountsURL, ClientID: k.ClientID, ClientSecret: k.Secret.Reveal(), RefreshToken: k.Token.Reveal(),
			APIVersion: k.APIVersion, Module: k.Object, Mapping: m, Now: now,
		})
	}
	return webhook.New(webhook.Config{URL: k.URL, Secret: k.Secret.Reveal(), Previous: k.PreviousSecret.Reveal(), Now: now})
}

// openLinks wires the links that are configured.
func openLinks(c configs.Config, now func() time.Time) (posters map[string]bot.Poster, list []bot.Link, err error) {
	posters = map[string]bot.Poster{}
	for _, k := range c.Links {
		a, err := openLink(k, now)
		if err != nil {
			return nil, nil, fmt.Errorf("links: %s: %w", k.Name, err)
		}
		posters[k.Name] = a
		list = append(list, bot.Link{Name: k.Name, Kind: k.Kind, Version: a.Version(), Classes: k.Events, Sketch: a.Sketch})
	}
	return posters, list, nil
}

// checkLinks says how the links are, one line each. Only those are asked that can tell without anything being posted.
func checkLinks(ctx context.Context, c configs.Config, line func(name string, err error)) {
	for _, k := range c.Links {
		name := "link " + k.Name
		a, err := openLink(k, time.Now)
		if err != nil {
			line(name, err)
			continue
		}
		name += ": " + k.Kind + ", " + a.Version()
		if asks, ok := a.(checker); ok {
			line(name+", token granted", asks.Check(ctx))
			continue
		}
		line(name+", not tried: /links test "+k.Name+" posts a test", nil)
	}
}

// linkStates looks at how it goes with the links.
func (s *system) linkStates(ctx context.Context) []bot.Link {
	out := slices.Clone(s.linked)
	for i, l := range out {
		st, err := s.posts.State(ctx, l.Name)
		if err != nil {
			return s.links() // as last looked at
		}
		out[i].State = bot.LinkState{
			Waiting: st.Waiting, Tries: st.Tries, Next: st.Next, OK: st.OK, Failed: st.Failed, Fault: st.Fault, Lost: st.Lost,
		}
	}
	return out
}

// links are the links as last looked at.
func (s *system) links() []bot.Link {
	if l := s.looked.Load(); l != nil {
		return *l
	}
	return s.linked
}

// linkParts are the links for /status.
func (s *system) linkParts(ctx context.Context) []bot.Part {
	now := s.linkStates(ctx)
	s.looked.Store(&now)
	parts := make([]bot.Part, 0, len(now))
	for _, l := range now {
		h := l.State.Health()
		parts = append(parts, bot.Part{
			Name:  chat.Text{ZH: "对接 " + l.Name, EN: "link " + l.Name},
			Works: h == bot.Works || h == bot.Untried,
			Note: chat.Text{ZH: "%s，%s", EN: "%s, %s"}.F(chat.Same(chat.Escape(l.Kind+" "+l.Version)),
				commands.LinkText(l.State, func(at time.Time) string { return at.In(zoneOf(s)).Format("15:04:05") })),
		})
	}
	return parts
}
