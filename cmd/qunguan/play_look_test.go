package main

import (
	"regexp"
	"strconv"
	"strings"

	"qunguan/bot/platform/simulator"
)

// look returns what people were sent since the last look: who, then in the order of arrival. What stands in a group is
// told once, by the group's name. Passive replies are told by answer.
func (s *theatre) look() []string {
	var out []string
	said := map[int64]bool{}
	for _, p := range s.world.People {
		from := s.cursor[p.ID]
		for _, i := range s.sim.Sees(p.ID) {
			if i.N <= from {
				continue
			}
			s.cursor[p.ID] = i.N
			if i.From != "" || said[i.N] {
				continue
			}
			said[i.N] = true
			out = append(out, s.shown(p.ID, i)...)
		}
	}
	return append(out, s.arrived()...)
}

func (s *theatre) shown(who string, i simulator.Shown) []string {
	for _, g := range s.world.Groups {
		if g.ID == i.Where {
			who = g.Name
		}
	}
	switch {
	case i.Kind == simulator.Replied && i.Text == s.last.Reply:
		return nil // the answer itself
	case i.Picture != nil:
		content, _ := s.sim.Media(i.Picture.ID)
		return told(who+" sees picture", s.sketches.words(content))
	case i.File != nil:
		content, _ := s.sim.Media(i.File.ID)
		return told(who+" sees file", fileWords(s.t, i.File.Name, content))
	case i.Card != nil:
		return told(who+" sees card", card(i.Card))
	}
	return told(who+" sees", withoutSecret(i.Text))
}

// card writes a card as a story does: title, text, fields, buttons.
func card(c *simulator.CardView) string {
	lines := []string{c.Title}
	for _, l := range []string{c.Desc, c.Sub, c.Quote} {
		if l != "" {
			lines = append(lines, l)
		}
	}
	for _, f := range c.Fields {
		lines = append(lines, f.Name+"："+f.Value)
	}
	var buttons []string
	for _, b := range c.Buttons {
		buttons = append(buttons, "["+b.Text+"]")
	}
	if c.Done != "" {
		buttons = []string{"(" + c.Done + ")"}
	}
	return strings.Join(append(lines, strings.Join(buttons, " ")), "\n")
}

var entryNumber = regexp.MustCompile(`(?:^|[^\\\w])#(\d+)`)

func numbers(lines []string) []int64 {
	var out []int64
	for _, l := range lines {
		for _, m := range entryNumber.FindAllStringSubmatch(l, -1) {
			if n, err := strconv.ParseInt(m[1], 10, 64); err == nil {
				out = append(out, n)
			}
		}
	}
	return out
}
