package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"lianou/cmd/internal/visitor"
	"lianou/core/pg"
	"lianou/core/staff"
)

// decided is one case of Wangmiao with a call, a recording and a decision, made
// through forms only, for the tests that need one to exist.
type decided struct {
	call, page, letter string // paths of the desk
	drawn              string // a finished call that a second agent is to listen to
}

var decidedOnce = sync.OnceValues(live)

// scrawl is a signature as the pad sends it; each hand has its own.
func scrawl(hand int) string {
	return fmt.Sprintf(`[{"penColor":"black","dotSize":0,"minWidth":1,"maxWidth":3,"velocityFilterWeight":0.7,"compositeOperation":"source-over","points":[{"x":%d,"y":40,"time":1700000000000,"pressure":0.5},{"x":90,"y":60,"time":1700000000120,"pressure":0.6},{"x":150,"y":30,"time":1700000000260,"pressure":0.4},{"x":120,"y":80,"time":1700000000400,"pressure":0.5},{"x":60,"y":90,"time":1700000000520,"pressure":0.4}]}]`, 20+hand)
}

// live leads a case from a call to a decision without a browser.
func live() (decided, error) {
	ctx, stop := context.WithTimeout(context.Background(), 2*patience)
	defer stop()
	var d decided
	receipt, err := d.takeCall(ctx)
	if err != nil {
		return d, err
	}
	if d.drawn, err = finishCall(ctx, "0317", "13905340023"); err != nil {
		return d, err
	}
	officer, err := desk(ctx, "wangmiao.officer")
	if err != nil {
		return d, err
	}
	if d.page, err = until(ctx, officer, "/desk/township?q="+receipt, regexp.MustCompile(`^/desk/township/case/\d+$`)); err != nil {
		return d, err
	}
	for {
		page, err := officer.Open(ctx, d.page)
		if err != nil {
			return d, err
		}
		// The form comes with the findings, who may go only once the case has its place.
		if form, err := page.Form("/accept"); err == nil && form.Values.Has("second") {
			break
		}
		if err := breath(ctx); err != nil {
			return d, err
		}
	}
	// What was asked for by name; what else fits stays unfiled, for the letter to name.
	if err := send(ctx, officer, d.page, "/accept", url.Values{"item": {"CL-01", "MZ-01"}, "agreed": {"phone"}, "left": {"问过家里,别的先不报"}}); err != nil {
		return d, err
	}
	seen := url.Values{"statement": {"两人入户看过。"}, "sign.first": {scrawl(1)}, "sign.second": {scrawl(2)}, "sign.household": {scrawl(3)}}
	if err := send(ctx, officer, d.page, "/record_visit", seen); err != nil {
		return d, err
	}
	if err := secondsOf(ctx, "wangmiao", d.page); err != nil {
		return d, err
	}
	// A refusal needs no public notice, so that the second person can decide today.
	no := url.Values{"outcome": {"refuse"}, "reason": {"平均每人存款 15,000 元,线是每人 11,520 元(样本)。"}}
	for {
		if err := send(ctx, officer, d.page, "/propose", no); err != nil {
			break
		}
	}
	approver, err := desk(ctx, "wangmiao.approver")
	if err != nil {
		return d, err
	}
	if err := send(ctx, approver, d.page, "/decide", nil); err != nil {
		return d, err
	}
	d.letter, err = until(ctx, approver, d.page, regexp.MustCompile(`/decision/\d+$`))
	return d, err
}

// secondsOf lets the other visitor of a township, whichever of its two assistants went along,
// confirm what the officer wrote down.
func secondsOf(ctx context.Context, town, page string) error {
	for _, assistant := range []string{".assistant1", ".assistant2"} {
		other, err := desk(ctx, town+assistant)
		if err != nil {
			return err
		}
		if send(ctx, other, page, "/confirm_visit", nil) == nil {
			return nil
		}
	}
	return fmt.Errorf("nobody may confirm the visit on %s", page)
}

// takeCall writes a caller's request down and gives its receipt number.
func (d *decided) takeCall(ctx context.Context) (string, error) {
	agent, err := desk(ctx, "0318")
	if err != nil {
		return "", err
	}
	if err := play("13905340022"); err != nil {
		return "", err
	}
	if d.call, err = recorded(ctx, agent); err != nil {
		return "", err
	}
	page, err := agent.Open(ctx, d.call)
	if err != nil {
		return "", err
	}
	form, err := page.Form("/applications")
	if err != nil {
		return "", err
	}
	done, err := agent.Send(ctx, form, url.Values{"applicant.name": {"吴秀兰"}, "contact.phone": {"13905340022"}, "m0.name": {"吴秀兰"}, "m0.age": {"66"},
		"m0.relation": {"applicant"}, "m0.disability.kind": {"limb"}, "m0.disability.grade": {"1"}, "live.county": {"371426"}, "live.township": {"371426104"},
		"h.area": {"rural"}, "h.income_per_capita_month": {"300"}, "consent": {"process", "means_check"}, "story": {"走不了路。"}, "item": {"CL-01", "MZ-01"}})
	if err != nil {
		return "", err
	}
	receipt := strings.ReplaceAll(receiptShown.FindString(done.Text()), " ", "")
	if receipt == "" {
		return "", fmt.Errorf("no receipt number: %s", done.Text())
	}
	return receipt, nil
}

// recorded gives a call nobody else has taken, with its recording.
func recorded(ctx context.Context, agent *visitor.Visitor) (call string, err error) {
	for call == "" {
		list, err := agent.Open(ctx, "/desk/agent")
		if err != nil {
			return "", err
		}
		for _, link := range list.Links() {
			if !strings.HasPrefix(link, "/desk/agent/call/") {
				continue
			}
			if page, err := agent.Open(ctx, link); err == nil && strings.Contains(page.Body, "<audio") {
				call = link
			}
		}
		if err := breath(ctx); err != nil {
			return "", err
		}
	}
	return call, nil
}

// finishCall has an agent answer a call and finish it; in this city every finished call
// is drawn.
func finishCall(ctx context.Context, login, from string) (string, error) {
	agent, err := desk(ctx, login)
	if err != nil {
		return "", err
	}
	if err := play(from); err != nil {
		return "", err
	}
	call, err := recorded(ctx, agent)
	if err != nil {
		return "", err
	}
	return call[strings.LastIndex(call, "/")+1:], send(ctx, agent, call, "/done", url.Values{"outcome": {"answered"}})
}

// desk logs somebody in without a browser.
func desk(ctx context.Context, login string) (*visitor.Visitor, error) {
	v, err := visitor.New(city.Platform)
	if err != nil {
		return nil, err
	}
	page, err := v.Open(ctx, "/desk/login")
	if err != nil {
		return nil, err
	}
	form, err := page.Form("/desk/login")
	if err != nil {
		return nil, err
	}
	_, err = v.Send(ctx, form, url.Values{"login": {login}, "password": {staff.DemoPassword}})
	return v, err
}

// until opens a page again and again until it has a link of this shape.
func until(ctx context.Context, v *visitor.Visitor, path string, link *regexp.Regexp) (string, error) {
	for {
		page, err := v.Open(ctx, path)
		if err != nil {
			return "", err
		}
		for _, l := range page.Links() {
			if link.MatchString(l) {
				return l, nil
			}
		}
		if err := breath(ctx); err != nil {
			return "", fmt.Errorf("%s never had a link like %s: %w", path, link, err)
		}
	}
}

// patience is how long the city may take to do something by itself, on a machine that
// runs five other packages.
const patience = 2 * time.Minute

// breath waits before asking a page again; the deadline is the context's.
func breath(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(100 * time.Millisecond):
		return nil
	}
}

// send fills the first form of a page whose action ends so.
func send(ctx context.Context, v *visitor.Visitor, path, action string, change url.Values) error {
	page, err := v.Open(ctx, path)
	if err != nil {
		return err
	}
	form, err := page.Form(action)
	if err != nil {
		return err
	}
	_, err = v.Send(ctx, form, change)
	return err
}

// session is somebody's bare HTTP client: it follows no redirect and keeps the
// desk's cookies.
func session(t *testing.T, login string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if login == "" {
		return c
	}
	resp, err := c.PostForm(city.Platform+"/desk/login", url.Values{"login": {login}, "password": {staff.DemoPassword}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("log in as %s: %d", login, resp.StatusCode)
	}
	return c
}

// checker opens the city's database in the role made for looking.
func checker(t *testing.T) *pg.DB {
	t.Helper()
	var at struct{ Roles map[string]string }
	running(t, &at)
	db, err := pg.Open(t.Context(), pg.Config{URL: at.Roles["lianou_check"], Name: "e2e", MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}
