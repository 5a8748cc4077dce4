package bell

import "time"

// Limits lets the property test reach the fallback with a time of its own.
type Limits struct{ l limits }

// Allow is limits.allow.
func (x *Limits) Allow(key string, rate Rate, now time.Time) (bool, time.Duration) {
	return x.l.allow(key, rate, now)
}
