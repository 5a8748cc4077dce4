package bench

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/cmd/internal/visitor"
	"lianou/core"
	"lianou/core/staff"
)

// decisions is how many are timed.
const decisions = 40

// burntTown is where those live whose cases are decided.
const burntTown core.RegionCode = "371426104"

// deciding gives what a decision takes among the open cases of a city, in milliseconds, p95:
// from the approver's form to the page that says so. Households apply at the citizens' door, an
// officer proposes, and another person decides: an emergency, whose decision waits for no day.
func (o *office) deciding(ctx context.Context, cfg *Config) (float64, error) {
	cases, err := o.burnt(ctx)
	if err != nil {
		return 0, err
	}
	officer, err := o.visitor(ctx, staff.Officer)
	if err != nil {
		return 0, err
	}
	for _, page := range cases {
		if _, err := send(ctx, officer, page, "/emergency", url.Values{"amount": {"1500"}, "reason": {"夜里失火,粮食被褥烧光,今晚没有吃住。"}}); err != nil {
			return 0, err
		}
	}
	approver, err := o.visitor(ctx, staff.Approver)
	if err != nil {
		return 0, err
	}
	var took []float64
	for _, page := range cases {
		ms, err := send(ctx, approver, page, "/decide", nil)
		if err != nil {
			return 0, err
		}
		took = append(took, ms)
	}
	p95 := percentile(took, 95)
	cfg.note("queue decision p50 %6.1f ms p95 %6.1f ms of %d, load %s", percentile(took, 50), p95, len(took), load())
	return p95, nil
}

// burnt files the applications and gives the pages of their cases, once all have come to the
// township.
func (o *office) burnt(ctx context.Context) ([]string, error) {
	o.house.runs++
	tokens, err := o.house.tokens(ctx, decisions)
	if err != nil {
		return nil, fmt.Errorf("log citizens in: %w", err)
	}
	var requests [][]byte
	for i, token := range tokens {
		t, err := o.house.template(token, asker{name: "李" + string(rune('一'+i)), number: numberOf(i), region: burntTown, card: cardOf(int64(i))})
		if err != nil {
			return nil, err
		}
		key := fmt.Sprintf("burnt-%d-", i)
		requests = append(requests, slices.Clone(t.with(key+strings.Repeat("0", keyLength-len(key)))))
	}
	if err := o.house.sendAll(ctx, requests, 0, 1, 0); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, o.house.admin)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const come = `select '/desk/township/case/' || f.id from casefile f where f.region = $1 and f.urgent and f.routed is not null
		and exists (select from claim k where k.case_id = f.id and k.item = 'MZ-03') order by f.id`
	for limit := time.Now().Add(5 * time.Minute); time.Now().Before(limit); {
		rows, err := conn.Query(ctx, come, string(burntTown))
		if err != nil {
			return nil, err
		}
		pages, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(pages) == decisions {
			return pages, err
		}
		if !pause(ctx, 200*time.Millisecond) {
			return nil, ctx.Err()
		}
	}
	return nil, fmt.Errorf("not every request came to its township: %w", errLost)
}

// visitor is somebody of the township at a browser of their own.
func (o *office) visitor(ctx context.Context, role staff.Role) (*visitor.Visitor, error) {
	cookies, err := o.hireAt(ctx, 1, role, burntTown)
	if err != nil {
		return nil, err
	}
	v, err := visitor.New("http://" + o.addr)
	if err != nil {
		return nil, err
	}
	return v, v.Bring(cookies[0])
}

// send fills in a form of a page and says how long its answer took, in milliseconds.
func send(ctx context.Context, v *visitor.Visitor, page, form string, with url.Values) (float64, error) {
	at, err := v.Open(ctx, page)
	if err != nil {
		return 0, err
	}
	f, err := at.Form(form)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	_, err = v.Send(ctx, f, with)
	return time.Since(began).Seconds() * 1000, err
}
