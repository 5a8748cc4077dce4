package phone

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// counters are what an operator sees of the telephone line; none names a caller.
type counters struct {
	calls, refused, dropped, placed *prometheus.CounterVec
	running                         prometheus.Gauge
}

func newCounters(reg prometheus.Registerer) *counters {
	c := &counters{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lianou_phone_calls_total", Help: "Calls by how they ended."}, []string{"end"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lianou_phone_refused_total", Help: "SIP requests refused, by status."}, []string{"status"}),
		dropped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lianou_phone_dropped_total", Help: "Messages that got no answer, by reason."}, []string{"why"}),
		placed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lianou_phone_placed_total", Help: "Calls we placed, by what came of them."}, []string{"reply"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{Name: "lianou_phone_calls", Help: "Calls at this moment."}),
	}
	if reg != nil {
		reg.MustRegister(c.calls, c.refused, c.dropped, c.placed, c.running)
	}
	return c
}

func (c *counters) drop(why string)   { c.dropped.WithLabelValues(why).Inc() }
func (c *counters) refuse(status int) { c.refused.WithLabelValues(strconv.Itoa(status)).Inc() }
func (c *counters) ended(why End)     { c.calls.WithLabelValues(string(why)).Inc() }
