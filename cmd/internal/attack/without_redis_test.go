package attack

import (
	"fmt"
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

var processID = regexp.MustCompile(`process_id:(\d+)`)

// P3: Redis is a bell and a cache. First it hangs, which is worse than being gone,
// then it is gone; requests go on being taken, each within a second, and a log-in
// works or says that it is to be tried again. This test comes last in the package:
// its city has no Redis afterwards.
// Control: a Redis client without ContextTimeoutEnabled and 200 ms.
func TestWithoutRedis(t *testing.T) {
	who := made(39).known(t)
	hands := make([]hand, 6) // what one hand may send in a day is bounded
	for i := range hands {
		p := made(70 + i).known(t)
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
			slowest := takes[len(takes)-1]
			t.Logf("%d requests, the slowest took %s", len(takes), slowest)
			if slowest > time.Second {
				t.Errorf("without Redis a request took %s", slowest)
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

// submit sends twelve requests, two at a time, and gives how long each took.
func submit(t *testing.T, hands []hand, name string) []time.Duration {
	t.Helper()
	var mu sync.Mutex
	var takes []time.Duration
	var all sync.WaitGroup
	for lane := range 2 {
		all.Go(func() {
			for i := range 6 {
				from := hands[(lane*6+i)%len(hands)]
				body := toJSON(t, with(from.form, "key", fmt.Sprintf("without-redis-%s-%d-%d", digestOf(name)[:6], lane, i)))
				began := time.Now()
				a, err := try(t.Context(), "POST", city.Gateway+"/c/wechat/applications", body, "Authorization", "Bearer "+from.token)
				if err != nil || a.status != http.StatusCreated {
					t.Errorf("a request without Redis: %d %s %v", a.status, a.body, err)
				}
				mu.Lock()
				takes = append(takes, time.Since(began))
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return takes
}
