package bench

import (
	"context"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// B12: so many conversations at once, each with a patient person at it, and the bar of
// the p99 in milliseconds.
const (
	asked     = 200
	thinks    = 2 * time.Second // between two answers, give or take half
	askWindow = 20 * time.Second
	barStep   = 30.0
)

// asking measures B12: an answer in, the next question out, at the screener of the app,
// whose every step replays the conversation and asks the rules what is still worth asking.
func asking(ctx context.Context, cfg *Config) (missed Verdict, err error) {
	h, err := openHouse(ctx, cfg)
	if err != nil {
		return missed, err
	}
	defer h.close()
	var rounds []float64
	for range cfg.Rounds {
		all, err := h.ask(ctx, askWindow)
		if err != nil {
			return missed, err
		}
		slices.Sort(all)
		p99 := float64(all[len(all)*99/100].Microseconds()) / 1000
		rounds = append(rounds, p99)
		cfg.note("  asking: %d steps, median %.1f ms, p99 %.1f ms, load %s", len(all), float64(all[len(all)/2].Microseconds())/1000, p99, load())
	}
	ok := median(rounds) <= barStep
	fmt.Fprintf(cfg.Out, "B12 %.1fms bar <=%.0fms %s (p99 of a form step, %d conversations at once, rounds %d)\n", median(rounds), barStep, word(ok), asked, len(rounds))
	if !ok {
		missed.Short = append(missed.Short, "B12")
	}
	return missed, nil
}

// ask leads conversations for a while and gives how long each step took.
func (h *house) ask(ctx context.Context, window time.Duration) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, window)
	defer cancel()
	var mu sync.Mutex
	var all []time.Duration
	group, inner := errgroup.WithContext(ctx)
	for range asked {
		p := h.patient()
		group.Go(func() error {
			for pause(inner, time.Duration((0.5+rand.Float64())*float64(thinks))) {
				took, err := p.step(inner)
				if inner.Err() != nil {
					return nil
				}
				if err != nil {
					return err
				}
				mu.Lock()
				all = append(all, took)
				mu.Unlock()
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if len(all) < asked {
		return nil, fmt.Errorf("%d steps of %d conversations are too few to measure", len(all), asked)
	}
	return all, nil
}

// patient is one person at the screener.
type patient struct {
	client *http.Client
	at     string
	form   url.Values
}

// patient comes from a loopback address of its own, as people do.
func (h *house) patient() *patient {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: h.sources.addr()}}
	return &patient{client: &http.Client{Transport: &http.Transport{DialContext: d.DialContext}, Timeout: 10 * time.Second}, at: "http://" + h.addr + "/c/app/help"}
}

var (
	talkIn = regexp.MustCompile(`name="talk" value="([^"]*)"`)
	stepIn = regexp.MustCompile(`name="step" value="([^"]*)"`)
	offers = regexp.MustCompile(`<button class="big second" type="submit" name="(v|none)" value="([^"]*)"`)
)

// step answers the question that is open, and reads the next one.
func (p *patient) step(ctx context.Context) (time.Duration, error) {
	if p.form == nil {
		p.form = url.Values{"county": {"371426"}}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.at, strings.NewReader(p.form.Encode()))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	began := time.Now()
	w, err := p.client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("a form step: %w", err)
	}
	defer w.Body.Close()
	page, err := io.ReadAll(w.Body)
	took := time.Since(began)
	if err != nil || w.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("a form step: %s, %w", w.Status, err)
	}
	p.next(string(page))
	return took, nil
}

// next is the answer to the question of a page: one of the offered where there are any,
// some number else. At the end it begins anew.
func (p *patient) next(page string) {
	talk, step := talkIn.FindStringSubmatch(page), stepIn.FindStringSubmatch(page)
	if talk == nil || step == nil || step[1] == "end" {
		p.form = nil
		return
	}
	p.form = url.Values{"talk": {html.UnescapeString(talk[1])}, "step": {step[1]}}
	switch list := offers.FindAllStringSubmatch(page, -1); {
	case step[1] == "members":
		p.form["rel"], p.form["age"] = []string{"spouse", "child", "parent"}, []string{"40", "12", "70"}
	case len(list) > 0:
		one := list[rand.IntN(len(list))]
		p.form.Set(one[1], one[2])
	case strings.Contains(page, `inputmode="decimal"`):
		p.form.Set("v", fmt.Sprint(rand.IntN(9000)))
	case strings.Contains(page, `inputmode="numeric"`):
		p.form.Set("v", "1")
	default:
		p.form.Set("dunno", "1")
	}
}
