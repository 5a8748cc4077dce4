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
	m := mandate.Mandate{Kind: core.CapacityEntrusted, Agent: "李秀英", Principal: "张桂兰", Scopes: []mandate.Scope{mandate.Apply}, From: today - 5, Until: today}
	over, ended, money, proved := m, m, m, m
	over.Until, ended.Revoked, proved.Proved = today-1, time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC), true
	money.Scopes = []mandate.Scope{mandate.Apply, mandate.Money}
	for i, want := range []struct {
		over bool
		says string
	}{{false, "证明还没带来"}, {true, "到期了"}, {true, "2026-11-20 收回了"}, {false, "证明还没带来"}, {false, "证明在材料里"}} {
		got := acting([]mandate.Mandate{m, over, ended, money, proved}, today)[i]
		if got.Over != want.over || !strings.Contains(got.Says, want.says) || got.Word != "受托的人" || strings.Contains(got.Says, "钱不") != (i != 3) {
			t.Errorf("%d: %+v", i, got)
		}
	}
}
