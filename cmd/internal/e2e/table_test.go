package e2e

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	shell "lianou/channels/desk"
	"lianou/channels/desk/agent"
	"lianou/channels/desk/audit"
	"lianou/channels/desk/book"
	"lianou/channels/desk/budget"
	whole "lianou/channels/desk/city"
	"lianou/channels/desk/counter"
	"lianou/channels/desk/county"
	"lianou/channels/desk/export"
	"lianou/channels/desk/own"
	"lianou/channels/desk/people"
	"lianou/channels/desk/quota"
	"lianou/channels/desk/ranking"
	"lianou/channels/desk/recheck"
	"lianou/channels/desk/sampled"
	"lianou/channels/desk/township"
	"lianou/channels/desk/twins"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
)

// table is every row of the route table, as the rooms declare it.
func table() []shell.Route {
	var all []shell.Route
	for _, room := range []shell.Room{agent.New(agent.Deps{}).Desk(), counter.New(counter.Deps{}).Desk(), township.New(township.Deps{}).Desk(),
		county.New(county.Deps{}).Desk(), budget.New(budget.Deps{}).Desk(), whole.New(whole.Deps{}).Desk(), audit.New(audit.Deps{}).Desk(), export.New(export.Deps{}).Desk(), book.New(book.Deps{}).Desk(), twins.New(twins.Deps{}).Desk(), ranking.New(ranking.Deps{}).Desk(), quota.New(quota.Deps{}).Desk(), recheck.New(recheck.Deps{}).Desk(), sampled.New(sampled.Deps{}).Desk(), people.New(people.Deps{}).Desk(), own.New(own.Deps{}).Desk()} {
		all = append(all, room.Routes...)
	}
	return all
}

// logins are one of each role.
var logins = map[staff.Role]string{staff.Agent: "0318", staff.Clerk: "pingyuan.clerk", staff.Assistant: "wangmiao.assistant1", staff.Officer: "wangmiao.officer",
	staff.Approver: "wangmiao.approver", staff.County: "pingyuan.county", staff.Payer: "payer1", staff.City: "city", staff.Auditor: "auditor"}

// full is a body with every field an act reads, so that what is refused is refused
// for who asks and not for what is missing.
var full = url.Values{"first": {"1"}, "second": {"2"}, "on": {"2030-01-07"}, "reason": {"核对过"}, "outcome": {"approve"}, "amount": {"5"}, "how": {"打电话"},
	"region": {"371426104"}, "item": {"MZ-01"}, "field": {"contact_phone"}, "statement": {"看过了。"}, "present": {"本人"}, "account": {"6217000010000030018"},
	"lines": {"1"}, "total": {"1"}, "holder": {"某人"}, "card": {"1"}, "mandate": {"1"}, "sure": {"1"}, "say": {"later"}, "for": {"check"}}

// ofRegister reports whether a row shows somebody of the register.
func ofRegister(r shell.Route) bool {
	return strings.Contains(r.Path, "{person}") || strings.Contains(r.Path, "{household}")
}

// path fills the wildcards of a row.
func path(r shell.Route, d decided, act string) string {
	caseID := d.page[strings.LastIndex(d.page, "/")+1:]
	letter := d.letter[strings.LastIndex(d.letter, "/")+1:]
	call := d.call[strings.LastIndex(d.call, "/")+1:]
	to := "/desk" + strings.NewReplacer("{case}", caseID, "{paper}", "visit1.first", "{decision}", letter, "{call}", call, "{act}", act, "{claim}", "1", "{task}", "1", "{batch}", "1", "{fix}", "1", "{return}", "1", "{visit}", "1", "{drawn}", d.drawn, "{line}", "1", "{draft}", "1", "{edition}", "1", "{pair}", "1", "{change}", "1", "{lead}", "1", "{round}", "1", "{person}", "1", "{household}", "1", "{kin}", "1", "{away}", "1", "{move}", "1", "{climb}", "1", "{word}", "1", "{statement}", "1", "{overlap}", "1", "{file}", "1", "{move}", "1", "{unsolved}", "1", "{asked}", "1", "{matter}", "1", "{$}", "").Replace(r.Path)
	if r.Method == http.MethodGet && ofRegister(r) { // nobody is looked at without a purpose
		to += "?for=check"
	}
	return to
}

var reference = regexp.MustCompile(`编号 [0-9a-f]{8}`)

// ask sends a request and gives status and body without its reference number.
func ask(t *testing.T, c *http.Client, method, to string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, city.Platform+to, strings.NewReader(full.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, reference.ReplaceAllString(string(b), ""), resp.Header
}

// sessions logs in once as each role: what comes from one address is bounded by the
// minute, and a row of the table is no reason to come again.
func sessions(t *testing.T) map[staff.Role]*http.Client {
	t.Helper()
	in := map[staff.Role]*http.Client{}
	for role, login := range logins {
		in[role] = session(t, login)
	}
	return in
}

// P21: every row of the table refuses who is not logged in and who has another
// role. Control: leave the role check out of desk.mount.
func TestEveryRouteRefusesStrangers(t *testing.T) {
	d := aCase(t)
	nobody := session(t, "")
	clients := sessions(t)
	asked := 0
	for _, r := range table() {
		to := path(r, d, "accept")
		status, _, h := ask(t, nobody, r.Method, to)
		if r.Method == http.MethodGet && (status != http.StatusSeeOther || !strings.HasPrefix(h.Get("Location"), "/desk/login")) || r.Method == http.MethodPost && status != http.StatusUnauthorized {
			t.Errorf("%s %s without a log-in: %d %s", r.Method, r.Path, status, h.Get("Location"))
		}
		for role, c := range clients {
			if slices.Contains(r.Roles, role) {
				continue
			}
			asked++
			if status, _, _ := ask(t, c, r.Method, to); status != http.StatusForbidden {
				t.Errorf("%s %s as %s: %d, want 403", r.Method, r.Path, role, status)
			}
		}
	}
	t.Logf("%d rows, %d requests of wrong roles", len(table()), asked)
}

// P21: an id of another township answers exactly like an id that does not exist.
// Control: let casefile.View forget actor.Covers and open its policy.
func TestOtherTownshipsAreNotThere(t *testing.T) {
	d := aCase(t)
	none := decided{call: d.call, page: "/desk/township/case/999999999", letter: "/decision/999999999"}
	for _, login := range []string{"deping.officer", "deping.approver", "deping.assistant1", "linyi.clerk", "linyi.county"} {
		c := session(t, login)
		for _, r := range table() {
			if !strings.Contains(r.Path, "{case}") {
				continue
			}
			for _, act := range acts {
				if !strings.Contains(r.Path, "{act}") && act != acts[0] {
					continue
				}
				status, body, _ := ask(t, c, r.Method, path(r, d, string(act)))
				status0, body0, _ := ask(t, c, r.Method, path(r, none, string(act)))
				if status != status0 || strings.ReplaceAll(body, d.page, "") != strings.ReplaceAll(body0, none.page, "") {
					t.Errorf("%s %s (%s) as %s tells a foreign case (%d) from none (%d)", r.Method, r.Path, act, login, status, status0)
				}
				want := http.StatusNotFound
				others := strings.HasPrefix(r.Path, "/own/hands/") && !strings.HasSuffix(login, ".approver") && !strings.HasSuffix(login, ".county")
				if strings.HasPrefix(r.Path, "/audit/") || others { // another role's room, whatever the number
					want = http.StatusForbidden
				}
				if status != want {
					t.Errorf("%s %s (%s) as %s: %d, want %d", r.Method, r.Path, act, login, status, want)
				}
			}
		}
	}
}

var acts = []casefile.ActName{casefile.ActAccept, casefile.ActPropose, casefile.ActDecide, casefile.ActPublish, casefile.ActSupplement, casefile.ActReturn, casefile.ActWithdraw, casefile.ActPlanVisit}

// P17: every page that shows a person leaves the entry its row declares, and a
// page that declares none leaves none. Control: drop Audit.Write from the queue.
func TestEveryReadingLeavesItsTrace(t *testing.T) {
	d := aCase(t)
	db := checker(t)
	in := sessions(t)
	for _, r := range table() {
		if r.Method != http.MethodGet {
			continue
		}
		role := r.Roles[0]
		c := in[role]
		before := newest(t, db)
		status, _, _ := ask(t, c, r.Method, path(r, d, ""))
		if strings.Contains(r.Path, "{batch}") && batches(t, db) == 0 { // no money has been sent yet in this city
			if status != http.StatusNotFound {
				t.Errorf("GET %s without a batch: %d", r.Path, status)
			}
			continue
		}
		// No payment goes by the name asked for, no file was made, nobody says that something is not solved, and
		// nobody's hands are named; the rooms' own tests open them.
		if (strings.Contains(r.Path, "/payment/{line}") || strings.Contains(r.Path, "{file}") || strings.Contains(r.Path, "{unsolved}") || r.Path == "/own/hands/move") && status == http.StatusNotFound {
			continue
		}
		// Nobody of this township is registered twice, no rules are being changed and nothing scarce is given out; the rooms' own tests open them.
		if strings.Contains(r.Path, "{round}") && (status == http.StatusNotFound || status == http.StatusUnprocessableEntity) {
			continue
		}
		if (strings.Contains(r.Path, "{pair}") || strings.Contains(r.Path, "{draft}") || strings.Contains(r.Path, "{lead}") || strings.HasPrefix(r.Path, "/sampled/")) && status == http.StatusNotFound { // nobody is asked about money of a day that is not over
			continue
		}
		if strings.Contains(r.Path, "/chat") { // this call was rung; TestChat reads a conversation
			if status != http.StatusNotFound {
				t.Errorf("GET %s of a call: %d", r.Path, status)
			}
			continue
		}
		if status != http.StatusOK {
			t.Errorf("GET %s as %s: %d", r.Path, role, status)
			continue
		}
		left := entries(t, db, before)
		if why, none := strings.CutPrefix(r.Trace, "none: "); none {
			if why == "" || len(left) > 0 {
				t.Errorf("GET %s declares no trace (%q) and left %v", r.Path, why, left)
			}
		} else if slices.ContainsFunc(strings.Fields(r.Trace), func(act string) bool {
			ofEach := r.Path == "/people/changes" && (act == "household.read" || act == "facts.read" || act == "events.read")          // the list is empty here
			ofNobody := slices.Contains([]string{"/people/household/{household}", "/people/{person}"}, r.Path) && act == "events.read" // read where nobody is left in it, and of who is gone
			ofLead := strings.Contains(r.Path, "{lead}") && act == "facts.read"                                                        // nothing is compared where no scan went before
			ofVisits := r.Path == "/township/visits/pack" && act == "case.read"                                                        // whoever asks here goes nowhere in the next days; the room's own test goes
			return !slices.Contains(left, act) && !ofLead && !ofVisits && act != "talk.read" && act != "person.missed" && !ofEach && !ofNobody
		}) {
			t.Errorf("GET %s declares %s and left %v", r.Path, r.Trace, left)
		}
	}
}

func batches(t *testing.T, db *pg.DB) (n int) {
	t.Helper()
	err := db.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from payout_batch`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func newest(t *testing.T, db *pg.DB) (id int64) {
	t.Helper()
	err := db.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select coalesce(max(id), 0) from audit_entry`).Scan(&id)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// entries lists what staff left since; jobs of the city may write at the same time.
func entries(t *testing.T, db *pg.DB, since int64) (acts []string) {
	t.Helper()
	err := db.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select coalesce(array_agg(act order by id), '{}') from audit_entry where id > $1 and actor_kind = 'staff' and act not like 'session.%'`, since).Scan(&acts)
	})
	if err != nil {
		t.Fatal(err)
	}
	return acts
}

func aCase(t *testing.T) decided {
	t.Helper()
	d, err := decidedOnce()
	if err != nil {
		t.Fatal(err)
	}
	return d
}
