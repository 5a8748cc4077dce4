package hotline

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lianou/core/jobs"
	"lianou/intake/calls"
)

// checkSound tells the operator what it opened; the agents' room hears by the bell.
func (c *Channel) checkSound(ctx context.Context, _ jobs.Job[calls.CheckSound]) error {
	done, err := c.env.Calls.CheckSound(ctx)
	if done.Opened > 0 {
		c.env.Log.WarnContext(ctx, "answered calls without their sound", "opened", done.Opened, "closed", done.Closed)
	}
	return err
}

// reconcile writes a line for each day that is counted now: calls, recordings and what
// became of the calls agree, or the line says by how many they do not.
func (c *Channel) reconcile(ctx context.Context, _ jobs.Job[calls.ReconcileCalls]) error {
	days, err := c.env.Calls.Reconcile(ctx, c.env.Now())
	for _, d := range days {
		say := c.env.Log.InfoContext
		if !d.Whole() {
			say = c.env.Log.ErrorContext
		}
		say(ctx, "a day of calls was counted", "day", d.Day.String(), "calls", d.Calls, "answered", d.Answered, "recorded", d.Recorded, "explained", d.Explained,
			"alerted", d.Alerted, "unaccounted", d.Unaccounted, "attended", d.Attended, "applied", d.Applied, "unfiled", d.Unfiled)
	}
	return err
}

// gauges asks the record when an operator's scraper asks us, so that every gateway says
// the same whoever of them ran the check.
type gauges struct {
	calls      *calls.Log
	alerts, of *prometheus.Desc
}

func newGauges(log *calls.Log) *gauges {
	return &gauges{calls: log,
		alerts: prometheus.NewDesc("lianou_call_alerts", "Answered calls whose sound is missing or not as long as the call, open.", []string{"kind"}, nil),
		of:     prometheus.NewDesc("lianou_calls_of_day", "Calls of the last day that was counted.", []string{"what"}, nil)}
}

// Describe says what there is.
func (g *gauges) Describe(to chan<- *prometheus.Desc) { to <- g.alerts; to <- g.of }

// scrapeTime bounds the question; a scraper does not wait for a slow database.
const scrapeTime = 2 * time.Second

// Collect asks. What cannot be asked now is left out, so that nobody reads an old 0.
func (g *gauges) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	gauge := func(d *prometheus.Desc, n int, label string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), label)
	}
	open, err := g.calls.OpenAlerts(ctx)
	if err != nil {
		return
	}
	for kind, n := range open {
		gauge(g.alerts, n, string(kind))
	}
	d, err := g.calls.LastDay(ctx)
	if err != nil { // also when no day was counted yet
		return
	}
	for what, n := range map[string]int{"calls": d.Calls, "answered": d.Answered, "recorded": d.Recorded, "explained": d.Explained, "alerted": d.Alerted,
		"unaccounted": d.Unaccounted, "attended": d.Attended, "applied": d.Applied, "unfiled": d.Unfiled} {
		gauge(g.of, n, what)
	}
}
