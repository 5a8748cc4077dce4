package app

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/mandate"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// F33: what an officer ended opens no more to the agent than what the person ended: the
// list says that it is over and nothing of the case. Control: End without its update ("the
// agent still sees the case: 200").
func TestEndedByAnOfficerIsVeiled(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.env.Mandates = mandate.NewReader(d.db.DB(pgtest.Gateway), audit.NewTo(d.house.Keys.Gateway.Platform), nil)
	s := d.serve(t)
	agent := d.login(t)
	a := d.acting(t, agent.Citizen.ID)
	must(t, d.db.DB(pgtest.Platform).Tx(t.Context(), pg.Regions(channeltest.Town), func(ctx context.Context, tx *pg.Tx) error {
		var of core.CaseID
		var id int64
		if err := tx.QueryRow(ctx, `select case_id, id from mandate where application = $1`, a.ID).Scan(&of, &id); err != nil {
			return err
		}
		_, _, err := mandate.NewStore(nil).End(ctx, tx, of, id)
		return err
	}))
	status, out := call(t, s, "GET", "/applications/"+string(a.Receipt), agent.Token, "")
	if say, _ := out["detail"].(string); status != http.StatusForbidden || !strings.Contains(say, "收回") || !strings.Contains(say, "12345") {
		t.Errorf("the agent still sees the case: %d %v", status, out)
	}
	if _, mine := list(t, s, "GET", "/mandates", agent.Token, ""); len(mine) != 1 || mine[0].State != "revoked" {
		t.Errorf("what is over is not shown as over: %+v", mine)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/c/app/applications", nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+agent.Token)
	w, err := s.Client().Do(r)
	must(t, err)
	defer w.Body.Close()
	var rows []channels.ApplicationAnswer
	must(t, json.NewDecoder(w.Body).Decode(&rows))
	if len(rows) != 1 || !strings.Contains(rows[0].Next, "收回") || len(rows[0].Items) != 0 {
		t.Errorf("the agent's list: %+v", rows)
	}
}
