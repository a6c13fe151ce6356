package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/kpi"
)

// KPIDocument is what /kpi says, for programs: the same numbers, with the same verdicts. The names of its fields are a
// contract with those who read it.
type KPIDocument struct {
	AsOf       time.Time      `json:"as_of"`
	Group      *KPIGroup      `json:"group"` // null: the company
	Who        string         `json:"who,omitempty"`
	From       string         `json:"from"`  // the first day
	Until      string         `json:"until"` // the last day
	Over       bool           `json:"over"`  // nothing can be added to the period any more
	Indicators []KPIIndicator `json:"indicators"`
	Portrait   []KPITrait     `json:"portrait,omitempty"` // of a person
	Missing    []string       `json:"missing"`            // what the numbers leave out, in words
}

// KPIGroup is the group that a document is about.
type KPIGroup struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// KPIIndicator is one indicator. What is not known is null, never 0.
type KPIIndicator struct {
	Name        string   `json:"name"`     // response, quality, risk
	Measures    string   `json:"measures"` // mean_handling_minutes, complaints_solved_percent, interceptions
	Value       *float64 `json:"value"`
	AtLeast     bool     `json:"at_least,omitempty"` // there may be more
	Target      float64  `json:"target"`
	TargetIs    string   `json:"target_is"` // most, least, least_per_week
	Verdict     string   `json:"verdict"`   // passed, failed, too_few, no_source, running
	Samples     int64    `json:"samples"`   // matters, complaints, messages
	PerThousand *float64 `json:"per_1000_messages,omitempty"`
	Source      string   `json:"source"`
}

// KPITrait is one side of a portrait; a score of 60 just meets the target.
type KPITrait struct {
	Name  string `json:"name"`
	Score *int   `json:"score"`
}

// KPIAnswer makes the document of what was asked about, whose first period alone counts. It asks for what must be read
// first by an Outcome that needs it.
func KPIAnswer(c bot.Call, a KPIAsk, l chat.Language) (KPIDocument, bot.Outcome) {
	if need := a.Need(c); !need.Nothing() {
		return KPIDocument{}, bot.Outcome{Need: need}
	}
	v := kpiView{c: c, ask: a, all: a.Group == "", now: a.Measure(c)[0]}
	out := KPIDocument{
		AsOf: c.Now.UTC(), Who: string(a.Who), From: v.now.From.Format(time.DateOnly), Until: v.now.Until.AddDate(0, 0, -1).Format(time.DateOnly),
		Over: v.now.Measured.Over, Missing: []string{},
	}
	if a.Group != "" {
		out.Group = &KPIGroup{ID: string(a.Group), Name: c.Group.Title()}
	}
	for _, i := range v.now.Indicators() {
		out.Indicators = append(out.Indicators, kpiDocument(i, l))
	}
	if a.Who != "" {
		for _, t := range v.now.portrait(c) {
			trait := KPITrait{Name: t.Key}
			if t.Known {
				trait.Score = &t.Score
			}
			out.Portrait = append(out.Portrait, trait)
		}
	}
	for _, m := range v.missing() {
		out.Missing = append(out.Missing, bare(m.In(l)))
	}
	return out, bot.Outcome{}
}

// bare takes the mark of a list from a line.
func bare(line string) string {
	if len(line) > 2 && line[:2] == "- " {
		return line[2:]
	}
	return line
}

func kpiDocument(i kpi.Indicator, l chat.Language) KPIIndicator {
	out := KPIIndicator{Name: string(i.Name), Verdict: string(i.Verdict), Samples: i.Samples, Source: i.Name.Source().In(l), AtLeast: i.More}
	t := i.Targets()
	switch i.Name {
	case kpi.Response:
		out.Measures, out.Target, out.TargetIs = "mean_handling_minutes", t.MostHandling().Minutes(), "most"
	case kpi.Quality:
		out.Measures, out.Target, out.TargetIs = "complaints_solved_percent", float64(t.LeastSolved()), "least"
	case kpi.Risk:
		out.Measures, out.Target, out.TargetIs = "interceptions", float64(t.LeastCaught()), "least_per_week"
	}
	if i.Known {
		out.Value = &i.Value
		if i.Name == kpi.Risk && i.Samples > 0 {
			out.PerThousand = &i.Rate
		}
	}
	return out
}
