package attack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// bar is what the p99 may be: a second on a quiet machine (security.md P3), and room
// for a busy one. A client that waits for Redis takes five.
const bar = 3 * time.Second

var processID = regexp.MustCompile(`process_id:(\d+)`)

// P3: Redis is a bell and a cache. First it hangs, which is worse than being gone,
// then it is gone; requests go on being taken, none is lost or slow, and a log-in
// works or says that it is to be tried again. This test comes last in the package:
// its city has no Redis afterwards.
// Control: a Redis client without ContextTimeoutEnabled and 200 ms.
func TestWithoutRedis(t *testing.T) {
	who := made(39).known(t)
	hands := make([]hand, 50) // what one hand may send in a day is bounded
	for i := range hands {
		p := made(100 + i).known(t)
		mini := p.wechat(t)
		hands[i] = hand{mini, p.form(t, "wechat", mini)}
	}
	opts, err := redis.ParseURL(place.Redis)
	if err != nil {
		t.Fatal("the address of Redis does not parse")
	}
	r := redis.NewClient(opts)
	info, err := r.Info(t.Context(), "server").Result()
	_ = r.Close()
	found := processID.FindStringSubmatch(info)
	if err != nil || found == nil {
		t.Fatalf("no process of Redis to stop: %v", err)
	}
	pid, err := strconv.Atoi(found[1])
	if err != nil || pid < 2 {
		t.Fatal("no process of Redis to stop")
	}
	for _, signal := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			if err := syscall.Kill(pid, signal); err != nil {
				t.Fatal(err)
			}
			takes := submit(t, hands, signal.String())
			slices.Sort(takes)
			p99 := takes[len(takes)*99/100-1]
			t.Logf("%d requests, p99 %s, the slowest took %s", len(takes), p99, takes[len(takes)-1])
			if p99 > bar {
				t.Errorf("without Redis a request took %s", p99)
			}
			a := send(t, "POST", city.Gateway+"/c/app/login/code", toJSON(t, map[string]string{"phone": who.phone}))
			if a.status != http.StatusAccepted && a.status != http.StatusServiceUnavailable && a.status != http.StatusTooManyRequests {
				t.Errorf("a log-in: %d %s", a.status, a.body)
			}
			if _, err := sits(t, "wangmiao.officer").Open(t.Context(), "/desk/township"); err != nil {
				t.Errorf("the desk: %v", err)
			}
		})
	}
}

// hand is one account with a form it may send.
type hand struct {
	token string
	form  map[string]any
}

// submit sends a hundred requests, four at a time, from a source for each lane, and
// gives how long each took. Each receipt that was given stands in the database.
func submit(t *testing.T, hands []hand, name string) []time.Duration {
	t.Helper()
	var mu sync.Mutex
	var takes []time.Duration
	var receipts []string
	var all sync.WaitGroup
	for lane := range 4 {
		from := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+lane))}}).DialContext}}
		all.Go(func() {
			for i := range 25 {
				by := hands[(lane*25+i)%len(hands)]
				body := toJSON(t, with(by.form, "key", fmt.Sprintf("without-redis-%s-%d-%d", digestOf(name)[:6], lane, i)))
				began := time.Now()
				receipt, err := file(t.Context(), from, by.token, body)
				if err != nil {
					t.Errorf("a request without Redis: %v", err)
				}
				mu.Lock()
				takes, receipts = append(takes, time.Since(began)), append(receipts, receipt)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if n := number(t, `select count(distinct application) from receipt where number = any ($1)`, receipts); n != len(receipts) {
		t.Errorf("%d of %d acknowledged requests are there", n, len(receipts))
	}
	return takes
}

// file sends one form and gives its receipt.
func file(ctx context.Context, from *http.Client, token string, body []byte) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, city.Gateway+"/c/wechat/applications", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := from.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var got struct{ Receipt string }
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || resp.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("%d, %w", resp.StatusCode, err)
	}
	return got.Receipt, nil
}
