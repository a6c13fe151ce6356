package main

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"qunguan/bot"
	"qunguan/bot/chat"
)

// meters are what /metrics shows. They name commands and rules, never people or texts.
type meters struct {
	registry *prometheus.Registry
	messages *prometheus.CounterVec
	took     prometheus.Histogram
	effects  *prometheus.GaugeVec
	notices  *prometheus.CounterVec
	programs *prometheus.CounterVec
	unsealed prometheus.Gauge
}

func newMeters() *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "qunguan_messages_total", Help: "Messages handled, by command, how they ended and the rule that settled them.",
		}, []string{"command", "ended", "rule"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "qunguan_message_seconds", Help: "Time from a message's arrival in the engine to its answer.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .5, 1, 5},
		}),
		effects: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "qunguan_effects", Help: "Effects waiting, put off and given up.",
		}, []string{"state"}),
		notices: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "qunguan_notifications_total", Help: "Notifications, by class and what became of them: sent, merged, off, quiet, settled, late.",
		}, []string{"class", "fate"}),
		programs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "qunguan_api_requests_total", Help: "Requests of other programs, by the status of the answer.",
		}, []string{"status"}),
		unsealed: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "qunguan_journal_unsealed", Help: "1 while the journal should be sealed and is not; the log and /status say why.",
		}),
	}
	m.registry.MustRegister(m.messages, m.took, m.effects, m.notices, m.programs, m.unsealed, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *meters) handled(h bot.Handled) {
	m.messages.WithLabelValues(h.Command, h.Ended, h.Rule).Inc()
	m.took.Observe(h.Took.Seconds())
}

func (m *meters) noticed(c chat.Class, f bot.Fate) {
	m.notices.WithLabelValues(string(c), string(f)).Inc()
}

func (m *meters) api(status int) { m.programs.WithLabelValues(strconv.Itoa(status)).Inc() }

func (m *meters) sealed(ok bool) {
	m.unsealed.Set(map[bool]float64{false: 1}[ok])
}

func (m *meters) waiting(now, later, dead int64) {
	m.effects.WithLabelValues("waiting").Set(float64(now))
	m.effects.WithLabelValues("later").Set(float64(later))
	m.effects.WithLabelValues("dead").Set(float64(dead))
}
