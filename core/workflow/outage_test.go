package workflow_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/pg/pgtest"
	"lianou/core/realname"
	"lianou/core/workflow"
	"lianou/intake"
)

// population is the outside service that knows who is who. While it is down it hangs up, errs, or
// answers what is no answer; when it is up it knows everybody but two.
type population struct {
	down  atomic.Bool
	asked atomic.Int32
	up    atomic.Int32
}

func (p *population) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := p.asked.Add(1)
	if p.down.Load() {
		switch n % 5 {
		case 0:
			panic(http.ErrAbortHandler) // hung up
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			_, _ = io.WriteString(w, `<html>bad gateway</html>`)
		case 3:
			_, _ = io.WriteString(w, `{"Response":{"Error":{"Code":"InternalError.UnKnown","Message":"x"}}}`)
		default:
			_, _ = io.WriteString(w, `{"Response":{"Result":"-6"}}`) // is being changed
		}
		return
	}
	p.up.Add(1)
	body, _ := io.ReadAll(r.Body)
	result := "0"
	switch {
	case strings.Contains(string(body), "孙二春"):
		result = "-1" // another name
	case strings.Contains(string(body), "孙三春"):
		result = "-5" // not there
	}
	_, _ = fmt.Fprintf(w, `{"Response":{"Result":%q}}`, result)
}

// door is intake as the gateway has it.
func (w *world) door() (*intake.Intake, string) {
	w.t.Helper()
	keys, dir := w.keys.Gateway, w.t.TempDir()
	blobs, err := blob.Open(blob.Config{URL: "file://" + dir, To: keys.Platform})
	w.must(err)
	stroke, err := blobs.Put(w.t.Context(), strings.NewReader(`{"strokes":[]}`), blob.PutOptions{Class: "signature", MIME: "application/json", Max: 1 << 20})
	w.must(err)
	in, err := intake.New(w.t.Context(), intake.Config{Dir: w.t.TempDir()}, intake.Deps{DB: w.env.DB(pgtest.Gateway), Platform: keys.Platform, Digest: keys.Shared,
		Regions: w.registry.Regions(), Book: w.books, Blobs: blobs, Audit: audit.NewTo(keys.Platform), Jobs: w.jobs, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	w.t.Cleanup(func() { _ = in.Close() })
	return in, string(stroke.Digest)
}

// form is what somebody of their own fills in: every third says nothing of money, and every fifth
// has no number at hand.
func (w *world) form(n int, strokes string) intake.Submission {
	app := w.lone(n)
	f := channeltest.Form(fmt.Sprintf("outage-%d", n), strokes)
	f.Contact.Phone, f.Applicant = app.Contact.Phone.Reveal(), intake.PersonForm{Name: app.Applicant.Name, IDNumber: app.Applicant.ID.Reveal()}
	f.Live.Region, f.Items = string(town), []string{string(dibao), string(nursing)}
	if n%3 == 0 {
		f.Household = []byte(`{"members":[{"ref":"m1","relation":"applicant"}]}`)
	}
	if n%5 == 0 {
		f.Applicant.IDNumber = ""
	}
	return intake.Submission{Channel: "app", Form: f, Way: intake.WayOwnHand, Citizen: app.Contact.CitizenID}
}

// hours lets some time go by, for the clock of the city and for what the queue put off.
func (w *world) hours(d time.Duration) {
	w.t.Helper()
	w.env.Advance(d)
	w.super(`update jobs_platform.river_job set scheduled_at = scheduled_at - $1::interval,
		state = case when scheduled_at - $1::interval <= now() then 'available' else state end where state = 'scheduled'`, d)
	w.still()
}

// P19: the service that knows who is who is down for four hours, in every way it can be, while
// applications come in by the public door, five at once. Each is taken, is on its way to
// its township with its identity open, and can be decided by two people who were at the house and
// looked at the papers there, with no face and no telephone; nobody is refused, and what was not
// said is neither a sum of nought nor a ground. Back again, the service is asked about everybody
// who waits; whom it does not know is looked at by a person.
//
// Controls, named, not seen red: Unavailable that is final; a gathering that takes an income nobody said for 0.
func TestAServiceThatIsDownRefusesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.peopled()
	service := &population{}
	service.down.Store(true)
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	outside, err := realname.NewTencent(realname.TencentConfig{BaseURL: server.URL, SecretID: "id", SecretKey: "key"})
	w.must(err)
	w.flow.Realname, err = realname.New(w.registry, outside)
	w.must(err)
	w.work()
	in, strokes := w.door()
	const each, halves = 5, 8
	for half := range halves {
		var all sync.WaitGroup
		for i := range each {
			form := w.form(half*each+i+1, strokes)
			all.Go(func() {
				if _, err := in.Submit(context.WithoutCancel(t.Context()), form); err != nil {
					t.Errorf("not taken: %v", err)
				}
			})
		}
		all.Wait()
		w.hours(30 * time.Minute)
	}
	const sent, numberless = each * halves, each * halves / 5
	if n := w.count(`select count(*) from casefile f join case_application a on a.application = f.application
		where f.identity = 'unavailable' and f.state = 'open' and f.routed is not null and f.officer is not null and a.state = 'routed'`); n != sent {
		t.Errorf("%d of %d are on their way with their identity open", n, sent)
	}
	if n := len(w.all(`select args ->> 'application' from jobs_platform.river_job where kind = 'check_identity' and state = 'scheduled'`)); n != sent-numberless {
		t.Errorf("%d of %d are to be asked about again", n, sent-numberless)
	}
	if got := w.told(adverse); got != "" {
		t.Errorf("refused meanwhile: %s", got)
	}
	w.nothingIsNought()
	w.byPapers()
	before := w.told(adverse)

	service.down.Store(false)
	for range 12 {
		w.hours(30 * time.Minute)
	}
	for outcome, want := range map[string]int{"match": sent - numberless - 2, "mismatch": 1, "not_found": 1, "unavailable": numberless} {
		if n := w.count(`select count(*) from casefile where identity = $1`, outcome); n != want {
			t.Errorf("%d are %s, want %d", n, outcome, want)
		}
	}
	if n := w.count(`select count(*) from case_doubt where kind = 'mismatch' and verdict = ''`); n != 1 {
		t.Errorf("%d are before a person", n)
	}
	if after := w.told(adverse); after != before {
		t.Errorf("refused by the answers:\n%s", fresh(before, after))
	}
	t.Logf("%d sent, %d questions, %d answered", sent, service.asked.Load(), service.up.Load())
}

// nothingIsNought holds that of a household that said nothing of its money nothing was judged by it.
func (w *world) nothingIsNought() {
	w.t.Helper()
	const silent = ` from finding n join case_facts f on f.case_id = n.case_id and f.version = n.version where not f.facts ? 'income_12m' and not f.facts ? 'income_per_capita_month'`
	if n := w.count(`select count(*)`+silent+` and n.item = $1 and n.outcome = 'unknown' and n.benefit ->> 'amount_fen' is null and n.missing <> '{}'`, string(dibao)); n != 13 {
		w.t.Errorf("%d households of whom nothing is known are asked", n)
	}
	if n := w.count(`select count(*)` + silent + ` and n.outcome <> 'eligible' and (n.benefit ->> 'amount_fen' = '0' or exists (select from jsonb_array_elements(n.reasons) r
		where n.outcome = 'not_eligible' and r ->> 'outcome' = 'unknown'))`); n != 0 {
		w.t.Errorf("%d findings take what is not known for nought or for a no", n)
	}
	if n := w.count(`select count(*) from claim where amount = 0`); n != 0 {
		w.t.Errorf("%d items are of nought", n)
	}
}

// byPapers takes one household to its money while nobody can be asked who it is: two people at the
// door, who looked at the papers.
func (w *world) byPapers() {
	w.t.Helper()
	id := core.CaseID(w.count(`select min(id) from casefile where people > 1`))
	w.taken(id, nursing)
	sum := core.Yuan(100)
	w.must(w.granted(w.claim(id, nursing), workflow.Propose{Amount: &sum}))
	if c, _ := w.get(id); c.Identity != casefile.IdentityUnavailable || w.claim(id, nursing).State != casefile.ClaimPaying {
		w.t.Errorf("%s, and its item is %s", c.Identity, w.claim(id, nursing).State)
	}
}
