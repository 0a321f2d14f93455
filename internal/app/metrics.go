package app

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/gossip"
)

// Metrics are what a node counts, for Prometheus; docs/metrics.md lists them.
type Metrics struct {
	registry *prometheus.Registry
	list     []described

	ticks, logs, reorgs, checks, differences, wrong, disagreements, spent, bonds, differ, refusedRewards prometheus.Counter
	batches, ran, batchDiffers, contradictions, refused                                                  prometheus.Counter
	final, head, finalTime, gate, peers, fetched                                                         prometheus.Gauge
	failures, intents, alarms, faults                                                                    *prometheus.CounterVec
	elected, era, endpoints                                                                              *prometheus.GaugeVec
}

type described struct{ name, kind, labels, help string }

// NewMetrics makes a node's metrics, on a registry of their own.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.ticks = m.counter("ticks_total", "ticks: everything due at a new block was looked at")
	m.final = m.gauge("final_block", "number of the final block of the last tick")
	m.head = m.gauge("head_block", "number of the newest block of the last tick")
	m.finalTime = m.gauge("final_block_timestamp_seconds", "timestamp of the final block of the last tick")
	m.gate = m.gauge("gate_shut", "1 while nothing is done, because the index or the verification of the mirror fails")
	m.failures = m.counters("stage_failures_total", "ticks in which a stage failed", "stage")
	m.logs = m.counter("indexed_logs_total", "logs of the contracts that were stored")
	m.reorgs = m.counter("reorganisations_total", "times that blocks taken for final were undone")
	m.checks = m.counter("mirror_checks_total", "captures at which a sample of the mirror was compared with the chain, and equal")
	m.differences = m.counter("mirror_differences_total", "comparisons that found the mirror different from the chain")
	m.elected = m.gauges("elected_executors", "Executors of the newest era that was elected", "set")
	m.era = m.gauges("elected_era", "newest era that was elected", "set")
	m.wrong = m.counter("wrong_proposals_total", "lists that stood and were wrong")
	m.intents = m.counters("transactions_total", "transactions by what became of them", "outcome")
	m.spent = m.counter("gas_spent_wei_total", "what gas cost for the intents that ended, done or expired, reverts counted, wei")
	m.bonds = m.counter("bonds_short_total", "lists that were not posted, for balance or bond-limit do not hold the bond")
	m.differ = m.counter("rewards_different_total", "pending rewards that are not what this node computes")
	m.refusedRewards = m.counter("reward_statements_refused_total", "reward statements of other Executors that are not what this node computed, and were not signed")
	m.batches = m.counter("batches_committed_total", "batches that the Router took, in final blocks")
	m.ran = m.counter("messages_run_total", "messages that programs were run for")
	m.batchDiffers = m.counter("batches_different_total", "committed batches that are not what this node computed: it signs nothing more for the set")
	m.contradictions = m.counter("contradictions_total", "Executors that signed two results of one batch")
	m.peers = m.gauge("peers", "other Executors that the node is connected with")
	m.fetched = m.gauge("state_objects_fetched", "objects of state that other Executors gave, since the node joined")
	m.refused = m.counter("peers_refused_total", "connections refused: the chain does not name the peer, or it is cut")
	m.faults = m.counters("peer_faults_total", "what peers did that nobody honest does", "fault")
	m.alarms = m.counters("slash_alarms_total", "windows of slashes of which this much went by without the step", "due", "gone")
	m.endpoints = m.gauges("endpoint_healthy", "1 when the endpoint answered last, 0 when it failed", "endpoint")
	m.disagreements = m.counter("endpoint_disagreements_total", "questions that two endpoints answered differently")
	m.begin()
	return m
}

// outcomes are the values of transactions_total's label.
var outcomes = []string{"sent", "bumped", "mined", "done", "failed", "expired", "unaffordable"}

// begin counts every label from 0 that is known beforehand. Prometheus sees no increase in a series whose first value
// is 1, and most of what wants a human is said once: without the 0 its alert would not sound.
func (m *Metrics) begin() {
	for _, s := range stages(new(engine.Node)) {
		m.failures.WithLabelValues(s.Name)
	}
	for _, o := range outcomes {
		m.intents.WithLabelValues(o)
	}
	for v := slash.Report; v < slash.Nothing; v++ {
		for a := slash.HalfGone; a <= slash.Over; a++ {
			m.alarms.WithLabelValues(v.String(), a.String())
		}
	}
	for _, f := range []gossip.Fault{gossip.Garbage, gossip.WrongObject} {
		m.faults.WithLabelValues(string(f))
	}
}

const namespace = "roster"

func (m *Metrics) note(name, kind, help string, labels ...string) prometheus.Opts {
	m.list = append(m.list, described{namespace + "_" + name, kind, strings.Join(labels, ", "), help})
	return prometheus.Opts{Namespace: namespace, Name: name, Help: help}
}

func (m *Metrics) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts(m.note(name, "counter", help)))
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) gauge(name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts(m.note(name, "gauge", help)))
	m.registry.MustRegister(g)
	return g
}

func (m *Metrics) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts(m.note(name, "counter", help, labels...)), labels)
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) gauges(name, help, label string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts(m.note(name, "gauge", help, label)), []string{label})
	m.registry.MustRegister(g)
	return g
}

// Handler answers /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// MetricsMarkdown is docs/metrics.md.
func MetricsMarkdown() string {
	var b strings.Builder
	b.WriteString(`# Metrics of a node

Generated from internal/app/metrics.go by ` + "`make gen`" + `; do not edit. They are at ` + "`/metrics`" + ` of http.listen.

| metric | kind | labels | meaning |
| --- | --- | --- | --- |
`)
	for _, d := range NewMetrics().list {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.name, d.kind, d.labels, d.help)
	}
	b.WriteString(`
Alerts to begin with (Prometheus rules):

    groups:
      - name: roster
        rules:
          - alert: RosterNothingIsDone
            expr: roster_gate_shut == 1
            for: 10m
          - alert: RosterStuck
            expr: increase(roster_ticks_total[15m]) == 0
          - alert: RosterBehind
            expr: time() - roster_final_block_timestamp_seconds > 3600
            for: 15m
          - alert: RosterStageFails
            expr: increase(roster_stage_failures_total[15m]) > 10
          - alert: RosterEndpointFails
            expr: roster_endpoint_healthy == 0
            for: 15m
          - alert: RosterReorganised
            expr: increase(roster_reorganisations_total[1h]) > 0
          - alert: RosterMirrorDiffers
            expr: increase(roster_mirror_differences_total[1h]) > 0
          - alert: RosterSlashWindowRunsOut
            expr: sum by (due) (increase(roster_slash_alarms_total{gone=~"four fifths gone|over"}[1h])) > 0
          - alert: RosterBondShort
            expr: increase(roster_bonds_short_total[1h]) > 0
          - alert: RosterRewardsDiffer
            expr: increase(roster_rewards_different_total[1h]) > 0
          - alert: RosterBatchDiffers
            expr: increase(roster_batches_different_total[1h]) > 0
          - alert: RosterExecutorContradictsItself
            expr: increase(roster_contradictions_total[1h]) > 0
          - alert: RosterEndpointsDisagree
            expr: increase(roster_endpoint_disagreements_total[1h]) > 0
          - alert: RosterCannotPay
            expr: increase(roster_transactions_total{outcome="unaffordable"}[1h]) > 0
`)
	return b.String()
}
