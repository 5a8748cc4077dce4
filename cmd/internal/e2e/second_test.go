package e2e

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"lianou/core/pg"
	"lianou/core/staff"
)

// bound is an account that no story uses, and that binds a phone here.
const bound = "wucheng.county"

// postedTo posts a form and gives the answer's page.
func postedTo(t *testing.T, c *http.Client, to string, form url.Values) (*http.Response, string) {
	t.Helper()
	resp, err := c.PostForm(city.Platform+to, form)
	must(t, err)
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp, string(page)
}

// E8, P30: in the running city somebody binds a phone. From then on their password alone opens no row of
// the whole table, reads nothing and decides nothing, and leaves no entry in their name; password and
// code open what was theirs.
//
// Control: Begin that puts the person into the session, and Who that does not ask for what was shown
// ("GET /desk/agent with a password alone: 403", and 225 others).
func TestABorrowedPasswordOpensNothing(t *testing.T) {
	own := session(t, bound)
	_, page := postedTo(t, own, "/desk/device/new", url.Values{"password": {staff.DemoPassword}})
	letters := regexp.MustCompile(`class="letters num">([A-Z2-7 ]+)<`).FindStringSubmatch(page)
	if letters == nil {
		t.Fatalf("no phone is offered: %s", page)
	}
	code := func(off time.Duration) url.Values {
		t.Helper()
		code, err := totp.GenerateCode(strings.ReplaceAll(letters[1], " ", ""), time.Now().Add(off))
		must(t, err)
		return url.Values{"code": {code}}
	}
	if resp, page := postedTo(t, own, "/desk/device/prove", code(0)); resp.StatusCode != http.StatusOK || !strings.Contains(page, "备用码") {
		t.Fatalf("bound: %d %s", resp.StatusCode, page)
	}
	if status, _, _ := ask(t, own, http.MethodGet, "/desk/own"); status != http.StatusOK {
		t.Errorf("who bound the phone: %d", status)
	}
	entries := func() (n int) {
		must(t, checker(t).Read(t.Context(), pg.City("whether a borrowed password left anything"), func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select count(*) from audit_entry e join staff_account a on a.login = $1 and e.actor_id = a.id::text and e.actor_kind = 'staff'`, bound).Scan(&n)
		}))
		return n
	}
	before := entries()
	half := session(t, bound)
	walked := 0
	for _, r := range everyRow(t) {
		if len(r.Roles) == 0 {
			continue
		}
		to := wildcard.ReplaceAllStringFunc(strings.NewReplacer("{act}", "accept", "{$}", "").Replace(r.Path), func(string) string { return "1" })
		walked++
		status, _, h := ask(t, half, r.Method, to)
		if leads := status == http.StatusSeeOther && strings.HasPrefix(h.Get("Location"), "/desk/login"); !leads && status != http.StatusUnauthorized {
			t.Errorf("%s %s with a password alone: %d", r.Method, r.Path, status)
		}
	}
	if status, _, _ := ask(t, half, http.MethodGet, "/desk/live"); status < 300 {
		t.Errorf("the bells with a password alone: %d", status)
	}
	if after := entries(); walked < 200 || after != before {
		t.Errorf("%d rows walked, %d entries in their name", walked, after-before)
	}
	if resp, _ := postedTo(t, half, "/desk/login/code", code(30*time.Second)); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("with the code: %d", resp.StatusCode)
	}
	if status, _, _ := ask(t, half, http.MethodGet, "/desk/own"); status != http.StatusOK {
		t.Errorf("with password and code: %d", status)
	}
}
