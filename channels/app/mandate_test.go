package app

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/mandate"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// acting opens a case that an account applied in for 张桂兰, as the platform does.
func (d *door) acting(t *testing.T, account string) core.Application {
	t.Helper()
	ring := d.house.Keys.Platform.Ring
	log := audit.New(ring)
	cases, err := casefile.New(casefile.Config{Ring: ring, Shared: d.house.Keys.Platform.Shared, Audit: log})
	must(t, err)
	phone, err := core.ParsePhone(channeltest.Phone)
	must(t, err)
	number, err := core.ParseID(channeltest.ID, core.DateOf(time.Now()))
	must(t, err)
	id := uuid.Must(uuid.NewV7()).String()
	a := core.Application{ID: core.ApplicationID(id), Receipt: "4071882631", Channel: "app", Key: id, At: time.Now(),
		Contact:   core.Contact{Name: "李秀英", Phone: phone, Capacity: core.CapacityEntrusted, CitizenID: account},
		Applicant: core.Applicant{Ref: "m1", Name: "张桂兰", ID: number}, Live: core.Place{Region: channeltest.Town},
		Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}}
	must(t, d.db.DB(pgtest.Platform).Tx(t.Context(), pg.Regions(channeltest.Town), func(ctx context.Context, tx *pg.Tx) error {
		opened, err := cases.Open(ctx, tx, casefile.NewCase{Application: a, Region: channeltest.Town, Town: "王庙镇"})
		if err != nil {
			return err
		}
		return mandate.NewStore(log).Claim(ctx, tx, opened.Case, channeltest.Town, &a)
	}))
	return a
}

func list(t *testing.T, s *httptest.Server, method, path, token, body string) (int, []channels.MandateAnswer) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/c/app"+path, strings.NewReader(body))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	w, err := s.Client().Do(r)
	must(t, err)
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	must(t, err)
	var out []channels.MandateAnswer
	if w.StatusCode == http.StatusOK {
		must(t, json.Unmarshal(raw, &out))
	}
	return w.StatusCode, out
}

// F33: the agent sees for whom they act, the person sees who acts for them and ends it;
// from then on the agent asks in vain and reads why. Controls: `mayAsk` not called ("the
// agent still sees the case: 200"); `veil` not called.
func TestWhoActsForWhom(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.env.Mandates = mandate.NewReader(d.db.DB(pgtest.Gateway), audit.NewTo(d.house.Keys.Gateway.Platform), nil)
	s := d.serve(t)
	agent := d.login(t)
	a := d.acting(t, agent.Citizen.ID)
	status, mine := list(t, s, "GET", "/mandates", agent.Token, "")
	if status != 200 || len(mine) != 1 || mine[0].For != "张桂兰" || mine[0].By != "李秀英" || mine[0].State != "in_force" || mine[0].Money || !strings.Contains(mine[0].Say, "自己的卡") {
		t.Fatalf("for whom I act: %d %+v", status, mine)
	}
	if status, _ := call(t, s, "GET", "/applications/"+string(a.Receipt), agent.Token, ""); status != 200 {
		t.Errorf("while it holds: %d", status)
	}
	person := d.other(t)
	if status, seen := list(t, s, "GET", "/mandates", person, ""); status != 200 || len(seen) != 0 {
		t.Errorf("another account: %d %+v", status, seen)
	}
	if status, out := call(t, s, "POST", "/mandates/end", person, `{"id":`+strconv.FormatInt(mine[0].ID, 10)+`}`); status != 404 {
		t.Errorf("ended by a stranger: %d %v", status, out)
	}
	wrong, pair := `{"receipt":"4071882631","last4":"0029"}`, `{"receipt":"4071882631","last4":"0028"}`
	if status, _ := list(t, s, "POST", "/mandates/found", person, wrong); status != 422 {
		t.Errorf("a wrong pair: %d", status)
	}
	status, found := list(t, s, "POST", "/mandates/found", person, pair)
	if status != 200 || len(found) != 1 || found[0].By != "李秀英" {
		t.Fatalf("who acts for me: %d %+v", status, found)
	}
	if status := d.end(t, s, person, `{"id":`+strconv.FormatInt(found[0].ID, 10)+`,"pair":`+pair+`}`); status != 204 {
		t.Errorf("ended by the person: %d", status)
	}
	status, out := call(t, s, "GET", "/applications/"+string(a.Receipt), agent.Token, "")
	if say, _ := out["detail"].(string); status != 403 || !strings.Contains(say, "收回") || !strings.Contains(say, "12345") {
		t.Errorf("the agent still sees the case: %d %v", status, out)
	}
	if _, mine = list(t, s, "GET", "/mandates", agent.Token, ""); len(mine) != 1 || mine[0].State != "revoked" {
		t.Errorf("what is over is not shown as over: %+v", mine)
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/c/app/applications", nil)
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
	if n := d.count(t, `select count(*) from audit_entry where act in ('mandate.claimed', 'mandate.used', 'mandate.revoked')`); n != 3 {
		t.Errorf("%d entries, want claim, use and end", n)
	}
}

// other is the token of another account.
func (d *door) other(t *testing.T) string {
	t.Helper()
	phone, err := core.ParsePhone("13905349999")
	must(t, err)
	code, err := d.env.Citizens.SendCode(t.Context(), phone, "test2")
	must(t, err)
	l, err := d.env.Citizens.LoginPhone(t.Context(), phone, code, "test2")
	must(t, err)
	return l.Token
}

func (d *door) end(t *testing.T, s *httptest.Server, token, body string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/c/app/mandates/end", strings.NewReader(body))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	w, err := s.Client().Do(r)
	must(t, err)
	defer w.Body.Close()
	return w.StatusCode
}
