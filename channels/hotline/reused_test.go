package hotline

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// An exchange that numbers its calls from one again after a restart: its events have no
// time, so the next call's are the first one's to the byte. In each of the 24 orders, each
// event twice, three uses of a number are three calls with their own times; a repetition
// within the time in which exchanges repeat, and the old call's hang-up however late, make
// none. Controls, the same red: take for takeUndated; deliveryOf that gives the bare name:
// "3 uses of call100 are 1 calls, begun at 1 times".
func TestCTINumbersCallsAnew(t *testing.T) {
	t.Parallel()
	d := dialects()["cti"]
	l := newLine(t, "127.0.0.1:8347")
	hear := func(c told, order []int) {
		for _, k := range order {
			l.now = l.now.Add(time.Second)
			if w := l.send(d.sent(d.events(c)[k], l.now)); w.Code != d.ok {
				t.Fatalf("event %d: %d %s", k, w.Code, w.Body)
			}
		}
	}
	records := func(c told) (list []string) {
		for id, row := range l.rows() {
			if id == "cti-"+c.id || strings.HasPrefix(id, "cti-"+c.id+"~") {
				list = append(list, row)
			}
		}
		return list
	}
	for i, order := range orders(4) {
		c := told{"call" + strconv.Itoa(100+i), aCall.caller, aCall.called}
		l.now = now
		for range 3 {
			hear(c, order)
			hear(c, order)
			l.now = l.now.Add(9 * time.Minute)
			hear(c, order) // an exchange that repeats late
			l.now = l.now.Add(time.Hour)
		}
		list := records(c)
		began := map[string]bool{}
		for _, row := range list {
			parts := strings.Split(row, "|")
			began[parts[3]] = true
			if parts[4] == "" || parts[5] == "" || parts[5][:16] != parts[3][:16] {
				t.Errorf("order %v: a call of seconds is %s", order, row)
			}
		}
		if len(list) != 3 || len(began) != 3 {
			t.Fatalf("order %v: 3 uses of %s are %d calls, begun at %d times", order, c.id, len(list), len(began))
		}
	}
	c := told{"late", aCall.caller, aCall.called}
	hear(c, []int{0, 1, 2, 3})
	l.now = l.now.Add(time.Hour)
	hear(c, []int{3}) // the old call's hang-up
	if list := records(c); len(list) != 1 {
		t.Errorf("a hang-up that comes again makes %d calls", len(list))
	}
}
