package media

import (
	"log/slog"
	"sync"
	"time"
)

// When sound reaches the disk. A sample is written between 0.5 and 1 s after it was
// spoken, and is then safe from a death of the process; the sync that makes it safe
// from a power cut begins at most five seconds later. A sync a second is an eighth of
// what a call costs and wakes the scheduler's watch as often again, for four seconds of
// a call that the power cut ends anyway. One goroutine syncs file after file, and begins
// again when it is through: a slow disk makes the rounds longer, never the calls.
const (
	lag       = 500 * time.Millisecond // how late sound may come and still find its place
	writeStep = 100 * time.Millisecond
	writeTurn = 5 // every recording has its turn once in so many steps
	syncStep  = 5 * time.Second
)

// disk writes the recordings of all calls.
type disk struct {
	*turns[*recording]
	log  *slog.Logger
	turn int

	mu   sync.Mutex
	sick bool
}

func newDisk(log *slog.Logger) *disk { return &disk{turns: newTurns[*recording](writeTurn), log: log} }

// step writes the recordings whose turn it is.
func (d *disk) step(now time.Time, buf []byte) {
	d.turn = (d.turn + 1) % writeTurn
	for _, r := range d.due(d.turn, nil) {
		d.report(r.flush(r.at(now.Add(-lag)), buf))
	}
}

// syncAll syncs every recording once.
func (d *disk) syncAll() {
	for turn := range writeTurn {
		for _, r := range d.due(turn, nil) {
			d.report(r.sync())
		}
	}
}

// report logs that the disk fell ill, and that it is well again; not each write.
func (d *disk) report(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if sick := err != nil; sick != d.sick {
		d.sick = sick
		if sick {
			d.log.Error("recordings cannot be written", "err", err)
		} else {
			d.log.Info("recordings are written again")
		}
	}
}

// run writes and syncs until stop is closed.
func (d *disk) run(stop <-chan struct{}, now func() time.Time) {
	var both sync.WaitGroup
	both.Go(func() {
		buf := make([]byte, 64<<10)
		every(stop, writeStep, func() { d.step(now(), buf) })
	})
	both.Go(func() { every(stop, syncStep, d.syncAll) })
	both.Wait()
}

func every(stop <-chan struct{}, step time.Duration, do func()) {
	tick := time.NewTicker(step)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			do()
		}
	}
}
