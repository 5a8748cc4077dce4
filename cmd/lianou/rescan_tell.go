package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"lianou/core/watch"
)

// scanTeller says how far a scan is: one line that is drawn over on a terminal, and a line
// now and then elsewhere, where it ends up in a log.
type scanTeller struct {
	out      io.Writer
	terminal bool
	every    time.Duration
	id       int64
	began    time.Time
	first    watch.Progress // what others had done before we looked
	said     time.Time
}

func newScanTeller(f *os.File, id int64) *scanTeller {
	s := &scanTeller{out: f, id: id, every: 10 * time.Second}
	if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		s.terminal, s.every = true, 0
	}
	return s
}

// show is called a few times a second, and always once at the end.
func (s *scanTeller) show(p watch.Progress) {
	now := time.Now()
	if s.began.IsZero() {
		s.began, s.first = now, p
	}
	if p.Ended == nil && now.Sub(s.said) < s.every {
		return
	}
	s.said = now
	line := scanLine(s.id, s.first, p, now.Sub(s.began))
	if s.terminal {
		fmt.Fprintf(s.out, "\r  %-90s", line)
		return
	}
	fmt.Fprintln(s.out, line)
}

func (s *scanTeller) end() {
	if s.terminal {
		fmt.Fprintln(s.out)
	}
}

// scanLine says how far a scan is, how many households a second it judged since first, and
// how long the rest takes at that rate.
func scanLine(id int64, first, p watch.Progress, since time.Duration) string {
	line := fmt.Sprintf("scan %d: %d of %d townships, %d households", id, p.Done, p.Towns, p.Households)
	done := p.Done - first.Done
	if done == 0 || since <= 0 {
		return line
	}
	line += fmt.Sprintf(", %.0f households/s", float64(p.Households-first.Households)/since.Seconds())
	left := since / time.Duration(done) * time.Duration(p.Towns-p.Done)
	return line + fmt.Sprintf(", %s left", left.Round(time.Second))
}
