package simulator

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"qunguan/bot/chat"
)

// World is a company as it is when the simulator starts.
type World struct {
	Corp                  string // the corp id
	AgentID               int    // the self-built app
	AppSecret             string
	CustomerContactSecret string // reads customer groups; empty: the app's own secret may
	App, Bot              Keys
	BotName               string // what people write after @ to speak to the smart bot
	Company               string // its name, that of the topmost department; empty: Corp
	Departments           []Department
	People                []Person
	Groups                []Group
}

// Keys are the two secrets of one callback address.
type Keys struct {
	Token          string
	EncodingAESKey string // 43 characters
}

// Department is a department below another one. Those that only people name stand below the topmost one.
type Department struct {
	Name  string
	Above string // empty: the company itself
}

// Person is a member of staff or a customer.
type Person struct {
	ID          string // userid of staff, external id of a customer
	Name        string // display name; need not be unique
	Position    string
	Email       string
	Departments []string
	Customer    bool
	Followers   []string // of a customer: the staff whose customer they are
	NoContact   bool     // staff without 客户联系, the right to serve customers
}

// Group is a chat group. Owner and Members name people; only staff may be owner or admin, and customers are members of
// customer groups only.
type Group struct {
	ID      string
	Name    string
	Kind    chat.GroupKind
	Owner   string
	Members []string // the owner included
	Admins  []string // the platform's own admins, without the owner
}

// NativeAdmins is the most admins that the platform's client allows in one group ("每个群可设置3个群管理员").
const NativeAdmins = 3

// WithSecrets returns the world with every secret that is still empty filled from rand. A source that runs dry leaves
// the rest empty, and New refuses such a world.
func (w World) WithSecrets(rand io.Reader) World {
	w = w.clone()
	fill := func(s *string, draw func(io.Reader) (string, error)) {
		if *s != "" {
			return
		}
		if v, err := draw(rand); err == nil {
			*s = v
		}
	}
	for _, s := range []*string{&w.AppSecret, &w.CustomerContactSecret} {
		fill(s, func(r io.Reader) (string, error) { return letters(r, 43) })
	}
	for _, s := range []*string{&w.App.Token, &w.Bot.Token} {
		fill(s, func(r io.Reader) (string, error) { return letters(r, 24) })
	}
	for _, s := range []*string{&w.App.EncodingAESKey, &w.Bot.EncodingAESKey} {
		fill(s, aesKey)
	}
	return w
}

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// letters returns n random letters and digits.
func letters(r io.Reader, n int) (string, error) {
	return drawn(r, n, alphanumeric)
}

func drawn(r io.Reader, n int, from string) (string, error) {
	// Bytes past the last whole multiple of the alphabet would make its first characters likelier.
	limit := 256 - 256%len(from)
	out, buf := make([]byte, 0, n), make([]byte, 1)
	for len(out) < n {
		if _, err := io.ReadFull(r, buf); err != nil {
			return "", fmt.Errorf("draw a secret: %w", err)
		}
		if int(buf[0]) < limit {
			out = append(out, from[int(buf[0])%len(from)])
		}
	}
	return string(out), nil
}

// aesKey makes a key whose last character is canonical base64, so that strict decoders take it too.
func aesKey(r io.Reader) (string, error) {
	head, err := letters(r, 42)
	if err != nil {
		return "", err
	}
	tail, err := drawn(r, 1, "AEIMQUYcgkosw048")
	if err != nil {
		return "", err
	}
	return head + tail, nil
}

func (w World) clone() World {
	w.Departments = slices.Clone(w.Departments)
	w.People = slices.Clone(w.People)
	for i := range w.People {
		w.People[i].Departments = slices.Clone(w.People[i].Departments)
		w.People[i].Followers = slices.Clone(w.People[i].Followers)
	}
	w.Groups = slices.Clone(w.Groups)
	for i := range w.Groups {
		w.Groups[i].Members = slices.Clone(w.Groups[i].Members)
		w.Groups[i].Admins = slices.Clone(w.Groups[i].Admins)
	}
	return w
}

func (w World) person(id string) (Person, bool) {
	i := slices.IndexFunc(w.People, func(p Person) bool { return p.ID == id })
	if i < 0 {
		return Person{}, false
	}
	return w.People[i], true
}

// group returns the group itself, so that the caller can change it.
func (w *World) group(id string) *Group {
	i := slices.IndexFunc(w.Groups, func(g Group) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return &w.Groups[i]
}

func (w World) staff(id string) bool {
	p, ok := w.person(id)
	return ok && !p.Customer
}

// A userid is 1 to 64 bytes of letters, digits and "_-@." and begins with a letter or a digit.
var userID = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_.@-]{0,63}$`)

func (w World) check() error {
	switch {
	case w.Corp == "":
		return errors.New("the world has no corp id")
	case w.AgentID <= 0:
		return fmt.Errorf("agent id %d is not positive", w.AgentID)
	case w.AppSecret == "":
		return errors.New("the app has no secret")
	case w.AppSecret == w.CustomerContactSecret:
		return errors.New("the app and customer contact share one secret")
	case w.BotName == "":
		return errors.New("the smart bot has no name")
	}
	seen := map[string]bool{}
	for _, p := range w.People {
		if !userID.MatchString(p.ID) {
			return fmt.Errorf("person %q: the id is no userid", p.ID)
		}
		if seen[p.ID] {
			return fmt.Errorf("person %q stands twice", p.ID)
		}
		seen[p.ID] = true
	}
	for i, d := range w.Departments {
		if d.Name == "" || d.Above != "" && !slices.ContainsFunc(w.Departments[:i], func(o Department) bool { return o.Name == d.Above }) {
			return fmt.Errorf("department %q: it has no name, or the one above it does not stand before it", d.Name)
		}
	}
	groups := map[string]bool{directBot: true}
	for _, g := range w.Groups {
		if g.ID == "" || groups[g.ID] {
			return fmt.Errorf("group %q: the id is empty, taken or reserved", g.ID)
		}
		groups[g.ID] = true
		if err := w.checkGroup(g); err != nil {
			return fmt.Errorf("group %q: %w", g.ID, err)
		}
	}
	return nil
}

func (w World) checkGroup(g Group) error {
	switch g.Kind {
	case chat.CustomerGroup, chat.AppGroup, chat.BotGroup:
	default:
		return fmt.Errorf("unknown kind %q", g.Kind)
	}
	if !w.staff(g.Owner) || !slices.Contains(g.Members, g.Owner) {
		return fmt.Errorf("owner %q is no member of staff in the group", g.Owner)
	}
	for i, m := range g.Members {
		p, ok := w.person(m)
		if !ok {
			return fmt.Errorf("member %q is nobody", m)
		}
		if p.Customer && g.Kind != chat.CustomerGroup {
			return fmt.Errorf("customer %q in an internal group", m)
		}
		if slices.Contains(g.Members[:i], m) {
			return fmt.Errorf("member %q stands twice", m)
		}
	}
	if len(g.Admins) > NativeAdmins {
		return fmt.Errorf("%d admins, the platform allows %d", len(g.Admins), NativeAdmins)
	}
	for _, a := range g.Admins {
		if a == g.Owner || !w.staff(a) || !slices.Contains(g.Members, a) {
			return fmt.Errorf("admin %q is the owner or no member of staff in the group", a)
		}
	}
	return nil
}

// decodeKey is lenient on purpose: the platform's own example key is not canonical base64.
func decodeKey(k string) ([]byte, error) {
	if len(k) != 43 {
		return nil, fmt.Errorf("the EncodingAESKey has %d characters, not 43", len(k))
	}
	raw, err := base64.StdEncoding.DecodeString(k + "=")
	if err != nil {
		return nil, errors.New("the EncodingAESKey is not base64")
	}
	return raw, nil
}
