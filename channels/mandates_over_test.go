package channels

import (
	"testing"
	"time"

	"lianou/core"
	"lianou/core/mandate"
)

// F33: what is over is named, the newest of a person counts. Controls: `seen` not asked
// ("a newer one holds: 您替张桂兰办的授权…"); `today >= m.Until` ("its last day").
func TestOver(t *testing.T) {
	t.Parallel()
	today := core.NewDate(2026, time.November, 28)
	const again = "这次还替着办,就算重新说一次,工作人员会再核对。"
	held := mandate.Mandate{Principal: "张桂兰", Until: today}
	late := mandate.Mandate{Principal: "张桂兰", Until: today - 1}
	ended := mandate.Mandate{Principal: "王福来", Until: today + 9, Revoked: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	for name, c := range map[string]struct {
		list []mandate.Mandate
		want string
	}{
		"nothing":           {nil, ""},
		"its last day":      {[]mandate.Mandate{held}, ""},
		"the day after":     {[]mandate.Mandate{late}, "您替张桂兰办的授权," + (today - 1).Say() + "到期了。" + again},
		"a newer one holds": {[]mandate.Mandate{held, late}, ""},
		"two people":        {[]mandate.Mandate{ended, late}, "您替王福来办的授权," + core.DateOf(ended.Revoked).Say() + "收回了。您替张桂兰办的授权," + (today - 1).Say() + "到期了。" + again},
	} {
		if got := over(c.list, today); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
