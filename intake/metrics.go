package intake

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"lianou/core"
)

type metrics struct {
	submitted *prometheus.CounterVec
	spooled   prometheus.Counter
	batch     prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{
		submitted: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lianou_intake_submissions_total", Help: "Submissions by outcome: new, duplicate, spooled, or the kind of error.",
		}, []string{"outcome"}),
		spooled: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lianou_intake_spooled_total", Help: "Submissions kept on disk because the database was away.",
		}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "lianou_intake_batch_size", Help: "Submissions that shared one transaction.", Buckets: []float64{1, 2, 4, 8, 16, 32, 64},
		}),
	}
	if reg != nil {
		reg.MustRegister(m.submitted, m.spooled, m.batch)
	}
	return m
}

func (m metrics) count(r Receipt, err error) {
	outcome := "new"
	switch {
	case err != nil:
		outcome = "error_" + strconv.Itoa(int(core.KindOf(err)))
	case r.Duplicate:
		outcome = "duplicate"
	case r.Spooled:
		outcome = "spooled"
	}
	m.submitted.WithLabelValues(outcome).Inc()
}
