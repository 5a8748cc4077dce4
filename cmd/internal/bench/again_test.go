package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// pair are two gateway processes on one database.
type pair struct {
	*storm
	second *house
}

func newPair(t *testing.T) pair {
	t.Helper()
	p := pair{storm: newStorm(t, "", 0)}
	h := p.house
	p.second = &house{dir: filepath.Join(h.dir, "second"), server: h.server, redis: h.redis}
	must(t, os.Mkdir(p.second.dir, 0o755))
	for _, shared := range []string{"keys", "blob"} {
		must(t, os.Symlink(filepath.Join(h.dir, shared), filepath.Join(p.second.dir, shared)))
	}
	must(t, p.second.open(t.Context(), p.gateway))
	t.Cleanup(func() {
		p.second.life.Close()
		<-p.second.ended
	})
	return p
}

// receipt is what a client keeps of an answer.
type receipt struct{ Receipt, At string }

// everywhere sends a request a hundred times at once, in turn to both, each
// from another address, and gives the statuses and receipts there were.
func (p pair) everywhere(request func(addr string) (*http.Request, error)) (map[int]int, map[receipt]int) {
	p.t.Helper()
	var mu sync.Mutex
	statuses, receipts := map[int]int{}, map[receipt]int{}
	var all sync.WaitGroup
	for i := range 100 {
		addr := []string{p.house.addr, p.second.addr}[i%2]
		all.Go(func() {
			status, got, err := p.one(addr, request)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				p.t.Error(err)
				return
			}
			statuses[status]++
			if got.Receipt != "" {
				receipts[got]++
			}
		})
	}
	all.Wait()
	return statuses, receipts
}

func (p pair) one(addr string, request func(addr string) (*http.Request, error)) (int, receipt, error) {
	r, err := request(addr)
	if err != nil {
		return 0, receipt{}, err
	}
	d := &net.Dialer{LocalAddr: &net.TCPAddr{IP: p.house.sources.addr()}}
	c := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DialContext: d.DialContext, DisableKeepAlives: true}}
	w, err := c.Do(r)
	if err != nil {
		return 0, receipt{}, err
	}
	defer w.Body.Close()
	var got receipt
	if w.StatusCode < 300 && w.StatusCode != http.StatusNoContent {
		err = json.NewDecoder(w.Body).Decode(&got)
	}
	return w.StatusCode, got, err
}

// rows is what one event may leave: applications, receipts, births in the audit
// log, jobs that open a case, calls, messages.
func (p pair) rows() (n [6]int) {
	p.t.Helper()
	conn, err := pgx.Connect(p.t.Context(), p.house.admin)
	must(p.t, err)
	defer conn.Close(context.Background())
	const sql = `select (select count(*) from application), (select count(*) from receipt), (select count(*) from audit_entry where act = 'application.received'),
		(select count(*) from jobs_platform.river_job), (select count(*) from call), (select count(*) from call_delivery)`
	must(p.t, conn.QueryRow(p.t.Context(), sql).Scan(&n[0], &n[1], &n[2], &n[3], &n[4], &n[5]))
	return n
}

// eightDays moves the city's clock.
func (p pair) eightDays() {
	p.t.Helper()
	conn, err := pgx.Connect(p.t.Context(), p.house.admin)
	must(p.t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(p.t.Context(), `update lianou_clock set shift = shift + interval '8 days' where demo`)
	must(p.t, err)
}

// form makes the request of a citizen's form at a door.
func (p pair) form(token string, body []byte) func(addr string) (*http.Request, error) {
	return func(addr string) (*http.Request, error) {
		r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, "http://"+addr+"/c/app/applications", bytes.NewReader(body))
		if err == nil {
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Content-Type", "application/json")
		}
		return r, err
	}
}

// TestSameEventOverTwoGateways is P4 at CI size: a form and a webhook a hundred
// times at once over two processes, and again eight days later: one application,
// one birth, one receipt; another body is refused and changes nothing.
// Control: check-then-insert in intake and in calls instead of ON CONFLICT.
func TestSameEventOverTwoGateways(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	body, err := p.house.form("again-0192c3f0-0000", guilan())
	must(t, err)
	call := func(body []byte) func(string) (*http.Request, error) {
		return func(addr string) (*http.Request, error) { return hook(t.Context(), addr, "msg-again", body) }
	}
	var first receipt
	for _, day := range []string{"the first day", "eight days later"} {
		if first.Receipt != "" {
			p.eightDays()
		}
		tokens, err := p.house.tokens(t.Context(), 1) // one lives five minutes
		must(t, err)
		statuses, receipts := p.everywhere(p.form(tokens[0], body))
		if len(receipts) != 1 || statuses[200]+statuses[201] != 100 || (first.Receipt == "") != (statuses[201] == 1) {
			t.Errorf("%s: statuses %v, receipts %v", day, statuses, receipts)
		}
		for r := range receipts {
			if first.Receipt != "" && r != first {
				t.Errorf("%s: receipt %v, first %v", day, r, first)
			}
			first = r
		}
		if statuses, _ := p.everywhere(call(ringing("CA-again"))); statuses[204] != 100 {
			t.Errorf("%s: webhooks answered %v", day, statuses)
		}
		if got, want := p.rows(), [6]int{1, 1, 1, 1, 1, 1}; got != want {
			t.Errorf("%s: rows %v, want %v", day, got, want)
		}
		other := bytes.Replace(body, []byte("村东头"), []byte("村西头"), 1)
		if statuses, _ := p.everywhere(p.form(tokens[0], other)); statuses[409] != 100 {
			t.Errorf("%s: another form under the key: %v", day, statuses)
		}
		if statuses, _ := p.everywhere(call([]byte(strings.Replace(string(ringing("CA-again")), "12345", "12346", 1)))); statuses[409] != 100 {
			t.Errorf("%s: another call under the id: %v", day, statuses)
		}
		if got, want := p.rows(), [6]int{1, 1, 1, 1, 1, 1}; got != want {
			t.Errorf("%s: after other bodies: rows %v, want %v", day, got, want)
		}
	}
	t.Logf("receipt %s the same 200 times over 2 gateways and 8 days", first.Receipt)
}
