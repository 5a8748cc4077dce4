package wechat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/citizen"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/wording"
)

// texts is the way of telling behind WeChat: it notes for whom it was asked.
type texts struct {
	mu  sync.Mutex
	got map[int64]int
}

func (s *texts) Send(_ context.Context, m notify.Message) (notify.Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got[m.Notice]++
	return notify.Outcome{Result: notify.Delivered}, nil
}

// noted notes under which reference each notice was offered.
type noted struct {
	*Channel
	mu   sync.Mutex
	refs map[int64]map[string]bool
}

func (n *noted) Send(ctx context.Context, m notify.Message) (notify.Outcome, error) {
	n.mu.Lock()
	if n.refs[m.Notice] == nil {
		n.refs[m.Notice] = map[string]bool{}
	}
	n.refs[m.Notice][m.Reference] = true
	n.mu.Unlock()
	return n.Channel.Send(ctx, m)
}

// outage is WeChat before whose door faults stand.
type outage struct {
	mu       sync.Mutex
	api      *api
	fault    string         // an answer in place of WeChat's; "500" for that status
	lose     map[string]int // messages whose answer is lost after WeChat took them, by item
	unwanted map[string]bool
	asked    int
	accepted map[string]int
	told     []string // messages of which WeChat's word is still to come
}

var itemOf = regexp.MustCompile(`项目[0-9]+号`)

func (o *outage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/cgi-bin/message/subscribe/send" {
		o.api.ServeHTTP(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	item := itemOf.FindString(string(body))
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked++
	switch {
	case o.fault == "500":
		w.WriteHeader(http.StatusBadGateway)
		return
	case o.fault != "":
		_, _ = io.WriteString(w, `{"errcode":`+o.fault+`}`)
		return
	case o.unwanted[item]:
		_, _ = io.WriteString(w, `{"errcode":43101}`)
		return
	}
	o.accepted[item]++
	if o.lose[item] > 0 {
		o.lose[item]--
		panic(http.ErrAbortHandler)
	}
	o.told = append(o.told, strconv.Itoa(o.asked))
	_, _ = io.WriteString(w, `{"errcode":0,"msgid":`+strconv.Itoa(o.asked)+`}`)
}

// outages are the sizes of P9.
type outages struct{ notices, lost, unwanted, minutes int }

// outageSize is that of CI, or with LIANOU_SOAK the whole of P9, which takes a quarter of an
// hour.
func outageSize() outages {
	if os.Getenv("LIANOU_SOAK") != "" {
		return outages{notices: 5000, lost: 100, unwanted: 50, minutes: 240}
	}
	return outages{notices: 30, lost: 5, unwanted: 4, minutes: 90}
}

// P9: WeChat is down for hours of the city's clock, with five kinds of failure, and comes
// back. No notice is lost, each clean failure ends in one accepted message, a lost answer in
// at most one more under the same reference, what WeChat never takes goes to the next way at
// once, and the return is no storm.
//
// Control: meaning without its "Later", "30 went to the text messages"; pause without its
// growth, "while it was down WeChat was asked 60 times in two minutes".
func TestWeChatDownForHours(t *testing.T) {
	t.Parallel()
	size := outageSize()
	notices, lost, unwanted := size.notices, size.lost, size.unwanted
	d := newDoor(t)
	o := &outage{api: d.api, lose: map[string]int{}, unwanted: map[string]bool{}, accepted: map[string]int{}}
	srv := httptest.NewUnstartedServer(o)
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.Start()
	t.Cleanup(srv.Close)
	d.section = strings.Replace(d.section, d.server.URL, srv.URL, 1)
	c, h := d.open(t)
	other, err := d.env.Citizens.Verify(login(t, h, "unwanted")) // a refusal empties the grants of whom it is about
	must(t, err)
	const aPerson = 40 // notices: a lost answer may cost a second leave, and the ledger holds a hundred of one person
	var people []citizen.Citizen
	for len(people)*aPerson < notices {
		p, err := d.env.Citizens.Verify(login(t, h, fmt.Sprintf("outage%d", len(people))))
		must(t, err)
		for range 8 {
			must(t, d.env.Citizens.Granted(t.Context(), p.ID, "PAID", 10))
		}
		people = append(people, p)
	}
	for range 8 {
		must(t, d.env.Citizens.Granted(t.Context(), other.ID, "PAID", 10))
	}
	way, second := &noted{Channel: c, refs: map[int64]map[string]bool{}}, &texts{got: map[int64]int{}}
	worker, err := notify.NewWorker(notify.Config{Routes: []notify.Route{
		{Channel: "wechat", Sender: way, Patience: 5 * time.Hour, Report: SentWithin}, {Channel: "sms", Sender: second},
	}}, notify.Deps{DB: d.gateway, Opener: d.keys.Gateway.Opener, Audit: audit.NewTo(d.keys.Gateway.Platform), Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	box, err := notify.NewOutbox(d.keys.Platform.Gateway)
	must(t, err)
	phone, err := core.ParsePhone("13905340000")
	must(t, err)
	const town core.RegionCode = "371426101"
	items, due := map[int64]string{}, map[int64]time.Time{}
	for i := range notices {
		item, to := fmt.Sprintf("项目%d号", 10000+i), people[i/aPerson].ID
		if i < lost {
			o.lose[item] = 1
		} else if i < lost+unwanted {
			o.unwanted[item], to = true, other.ID
		}
		must(t, d.pg.DB(pgtest.Platform).Tx(t.Context(), pg.Job(town), func(ctx context.Context, tx *pg.Tx) error {
			id, err := box.Enqueue(ctx, tx, notify.Notice{Key: item, Region: town, Case: 7, Claim: core.ClaimID(i + 1), Phone: phone, Citizen: to,
				Text: wording.Paid(wording.Payment{Item: item, Month: 3, Amount: 36000}, "6217")})
			items[id], due[id] = item, time.Time{}
			return err
		}))
	}
	now, faults := time.Now(), []string{"500", "-1", "45009", "40001"}
	var perTwo []int // requests in each two minutes
	step := func(minute int) {
		before := o.asked
		for id, at := range due {
			if now.Before(at) {
				continue
			}
			err := worker.Work(t.Context(), jobs.Job[jobs.Notify]{Args: jobs.Notify{Notice: id, Region: town}})
			var snooze *rivertype.JobSnoozeError
			if errors.As(err, &snooze) {
				due[id] = now.Add(snooze.Duration)
				continue
			}
			must(t, err)
			delete(due, id)
		}
		for _, message := range o.told {
			must(t, worker.Report(t.Context(), "wechat", message, notify.Outcome{Result: notify.Delivered}))
		}
		o.told = nil
		if asked := o.asked - before; minute%2 == 0 {
			perTwo = append(perTwo, asked)
		} else {
			perTwo[len(perTwo)-1] += asked
		}
		d.pg.Advance(time.Minute)
		now = now.Add(time.Minute)
	}
	for minute := range size.minutes {
		o.fault = faults[minute%len(faults)]
		step(minute)
	}
	if len(due) != notices || len(second.got) != 0 {
		t.Errorf("while WeChat was down %d notices ended, %d went to the text messages", notices-len(due), len(second.got))
	}
	steady := 0
	for _, n := range perTwo[len(perTwo)/2:] {
		steady += n
	}
	steady /= len(perTwo) / 2
	if steady > notices/2 { // the wait grows to five minutes
		t.Errorf("while it was down WeChat was asked %d times in two minutes", steady)
	}
	o.fault = ""
	outageEnd := len(perTwo)
	for minute := 0; len(due) > 0 && minute < 60; minute++ {
		step(minute)
	}
	for i, n := range perTwo[outageEnd:] {
		if n > 2*steady {
			t.Errorf("after the return WeChat was asked %d times in two minutes, %d before; window %d", n, steady, i)
		}
	}
	if len(due) != 0 {
		t.Errorf("%d notices were never told", len(due))
	}
	twice := 0
	for id, item := range items {
		switch n := o.accepted[item]; {
		case len(way.refs[id]) != 1:
			t.Errorf("%s went out under %d references", item, len(way.refs[id]))
		case o.unwanted[item] && (n != 0 || second.got[id] != 1):
			t.Errorf("%s, which WeChat never takes: %d there, %d by text", item, n, second.got[id])
		case !o.unwanted[item] && second.got[id] != 0:
			t.Errorf("%s went by text as well", item)
		case !o.unwanted[item] && n == 2:
			twice++
		case !o.unwanted[item] && n != 1:
			t.Errorf("%s was accepted %d times", item, n)
		}
	}
	t.Logf("%d notices over %d minutes: WeChat was asked %d times, %d in two minutes at the end; %d arrived twice, of %d whose answer was lost", notices, size.minutes, o.asked, steady, twice, lost)
	if twice > lost {
		t.Errorf("%d arrived twice, of %d whose answer was lost", twice, lost)
	}
}
