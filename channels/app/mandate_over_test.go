package app

import (
	"net/http"
	"strings"
	"testing"

	"lianou/channels"
	"lianou/core/audit"
	"lianou/core/mandate"
	"lianou/core/pg/pgtest"
)

// F33: at the question who speaks, a mandate that is over is named, to who acted by it
// alone; while it holds nothing is said, and going on is open to everybody. Controls:
// `Over` not called in `Interview` ("asked by JSON after its end"); the list of another
// subject ("a stranger is told").
func TestEndedMandateIsNamedAtWhoSpeaks(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.env.Mandates = mandate.NewReader(d.db.DB(pgtest.Gateway), audit.NewTo(d.house.Keys.Gateway.Platform), nil)
	s := d.serve(t)
	agent, stranger := d.login(t), d.other(t)
	d.acting(t, agent.Citizen.ID)
	asked := func(token string) string {
		t.Helper()
		call(t, s, "POST", "/interview", token, `{}`)
		status, out := call(t, s, "GET", "/interview", token, "")
		step, _ := out["step"].(map[string]any)
		if status != http.StatusOK || step["ref"] != channels.CapacityStep {
			t.Fatalf("not asked who speaks: %d %v", status, out)
		}
		say, _ := out["say"].(string)
		return say
	}
	if say := asked(agent.Token); say != "" {
		t.Errorf("while it holds: %q", say)
	}
	_, mine := list(t, s, "GET", "/mandates", agent.Token, "")
	if len(mine) != 1 {
		t.Fatalf("for whom I act: %+v", mine)
	}
	must(t, d.env.Mandates.Revoke(t.Context(), agent.Citizen.ID, agent.Citizen.ID, mine[0].ID))
	say := asked(agent.Token)
	if !strings.Contains(say, "您替张桂兰办的授权") || !strings.Contains(say, "收回了") || !strings.Contains(say, "重新说一次") {
		t.Errorf("asked by JSON after its end: %q", say)
	}
	if say := asked(stranger); say != "" {
		t.Errorf("a stranger is told: %q", say)
	}
}
