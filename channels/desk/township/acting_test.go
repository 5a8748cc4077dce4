package township

import (
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/mandate"
)

// Control: rows without the day, and what is over reads as if it held.
func TestActing(t *testing.T) {
	t.Parallel()
	today := core.NewDate(2026, 11, 28)
	m := mandate.Mandate{ID: 7, Kind: core.CapacityEntrusted, Agent: "李秀英", Principal: "张桂兰", Scopes: []mandate.Scope{mandate.Apply}, From: today - 5, Until: today}
	over, ended, money, proved := m, m, m, m
	over.Until, ended.Revoked, proved.Proved = today-1, time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC), true
	money.Scopes = []mandate.Scope{mandate.Apply, mandate.Money}
	for i, want := range []struct {
		over  bool
		state string
		proof string
	}{{false, "在办", ""}, {true, "到期了", ""}, {true, "2026-11-20 结束了", ""}, {false, "在办", ""}, {false, "在办", "mandate7"}} {
		got := acting([]mandate.Mandate{m, over, ended, money, proved}, today)[i]
		if got.Over != want.over || got.State != want.state || got.Word != "受托的人" || got.NotMoney != (i != 3) || got.For != "张桂兰" || !got.Asked || !strings.HasPrefix(got.Scopes, "申请") {
			t.Errorf("%d: %+v", i, got)
		}
		if len(got.Proof) > 1 || (len(got.Proof) == 1) != (want.proof != "") || want.proof != "" && got.Proof[0].Name != want.proof {
			t.Errorf("%d: the proof %+v", i, got.Proof)
		}
	}
}
