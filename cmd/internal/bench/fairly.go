package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"lianou/core"
	"lianou/core/registry"
)

// What "fair" measures: each township sends twice in a round, spread over some seconds,
// and one of them a hundred times as much, all at once. The bar is what that may add to
// the others' wait.
const (
	perTown   = 2
	floodTime = 100
	fairPace  = 40 * time.Millisecond // between two requests of the others
	fairBar   = 1.10
	fairHands = 8
)

// fairly measures how long a request lies before it is in its township's queue, under a
// flood in another township beside the same without: p95 to p95.
func fairly(ctx context.Context, cfg *Config) (missed Verdict, err error) {
	h, err := openHouse(ctx, cfg)
	if err != nil {
		return missed, err
	}
	defer h.close()
	o, err := openOffice(ctx, h, cfg.Platform)
	if err != nil {
		return missed, err
	}
	defer o.close()
	places, err := registry.EmbeddedRegions()
	if err != nil {
		return missed, err
	}
	f := &fair{house: h, towns: places.Townships(core.DezhouCity)}
	var ratios, calm []float64
	for range cfg.Rounds {
		quiet, err := f.round(ctx, 0)
		if err != nil {
			return missed, err
		}
		flooded, err := f.round(ctx, perTown*floodTime)
		if err != nil {
			return missed, err
		}
		ratios, calm = append(ratios, flooded/quiet), append(calm, quiet)
		cfg.note("  fair: p95 to the township's queue %.0f ms, %.0f ms beside a flood, load %s", quiet, flooded, load())
	}
	ok := median(ratios) <= fairBar
	fmt.Fprintf(cfg.Out, "fair %.2fx bar <=%.2fx %s (p95 to the queue of %d townships while one has %d-fold load; without %.0f ms, rounds %d)\n",
		median(ratios), fairBar, word(ok), len(f.towns)-1, floodTime, median(calm), len(ratios))
	if !ok {
		missed.Short = append(missed.Short, "fair")
	}
	return missed, nil
}

// fair sends for everybody; each request is of somebody else.
type fair struct {
	house *house
	towns []registry.Place
	sent  int
}

// round sends what a round has, waits until all of it is in a queue, and gives the p95 in
// milliseconds of those who live elsewhere than the flood.
func (f *fair) round(ctx context.Context, flood int) (float64, error) {
	h, others := f.house, f.towns[1:]
	n := perTown * len(others)
	h.runs++
	tokens, err := h.tokens(ctx, n+flood)
	if err != nil {
		return 0, fmt.Errorf("log citizens in: %w", err)
	}
	requests := make([][]byte, 0, n+flood)
	for i, token := range tokens {
		town := others[i%len(others)]
		if i >= n {
			town = f.towns[0]
		}
		request, err := f.request(token, town.Code)
		if err != nil {
			return 0, err
		}
		requests = append(requests, request)
	}
	conn, err := pgx.Connect(ctx, h.admin)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var since int64 // the last case of before: by its time the first of a round was once a moment too early, and waited for in vain
	if err := conn.QueryRow(ctx, `select coalesce(max(id), 0) from casefile`).Scan(&since); err != nil {
		return 0, err
	}
	group, inner := errgroup.WithContext(ctx)
	for hand := range fairHands {
		group.Go(func() error { return h.sendAll(inner, requests[n:], hand, fairHands, 0) })
	}
	group.Go(func() error { return h.sendAll(inner, requests[:n], 0, 1, fairPace) })
	if err := group.Wait(); err != nil {
		return 0, err
	}
	return f.landed(ctx, conn, since, n+flood)
}

// request is of somebody who has not asked before.
func (f *fair) request(token string, region core.RegionCode) ([]byte, error) {
	f.sent++
	who := asker{name: "李" + string(rune('一'+f.sent%200)) + string(rune('乙'+f.sent/200)), number: numberOf(f.sent), region: region}
	t, err := f.house.template(token, who)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("fair-%d-", f.sent)
	return slices.Clone(t.with(key + strings.Repeat("0", keyLength-len(key)))), nil
}

// sendAll sends every n-th of the requests, from the first-th on, with a pause between two.
func (h *house) sendAll(ctx context.Context, requests [][]byte, first, n int, every time.Duration) error {
	c := client{to: h.addr, sources: &h.sources}
	defer c.close()
	for i := first; i < len(requests); i += n {
		status, err := c.post(ctx, requests[i])
		if err != nil || status != 201 {
			return fmt.Errorf("send a request: status %d: %w", status, err)
		}
		if !pause(ctx, every) {
			return ctx.Err()
		}
	}
	return nil
}

// landed waits for every request of the round and gives the others' p95.
func (f *fair) landed(ctx context.Context, conn *pgx.Conn, since int64, all int) (float64, error) {
	const look = `select count(*), coalesce(percentile_disc(0.95) within group (order by extract(epoch from routed - first_contact) * 1000)
		filter (where region <> $2), 0) from casefile where id > $1 and routed is not null`
	limit := time.Now().Add(10 * time.Minute)
	for time.Now().Before(limit) {
		var n int
		var p95 float64
		if err := conn.QueryRow(ctx, look, since, string(f.towns[0].Code)).Scan(&n, &p95); err != nil {
			return 0, err
		}
		if n == all {
			return p95, nil
		}
		if !pause(ctx, 200*time.Millisecond) {
			return 0, ctx.Err()
		}
	}
	return 0, fmt.Errorf("not every request came to its township: %w", errLost)
}

// numberOf is an invented number of a woman born in 1950 and after, with its check digit
// (GB 11643-1999).
func numberOf(n int) string {
	born := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n/400)
	head := fmt.Sprintf("371424%s%03d", born.Format("20060102"), 2*(n%400))
	sum := 0
	for i, w := range [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(head[i]-'0')
	}
	return head + string("10X98765432"[sum%11])
}
