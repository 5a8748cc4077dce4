package desk

import (
	"testing"
	"time"
)

// A clock that was moved by hours is not said to have moved by no day. Control: days alone
// ("2h: 0 天").
func TestHowFarAClockWasMoved(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{2 * time.Hour: "2 小时", 5 * time.Minute: "1 小时", 26 * time.Hour: "1 天", 240 * time.Hour: "10 天"} {
		if got := ahead(d); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}
