// Package channeltest is the conformance suite that every channel passes, and the
// in-memory twin of intake that lets a channel be tested without services.
//
// A channel's test is data: a working section of the configuration, a function
// that spoils the proof of origin and nothing else, and cases. The suite derives
// every negative from an accepted case by one change. It must be imported by tests
// only.
package channeltest

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"lianou/core"
	"lianou/intake"
)

// Twin is an intake that keeps applications in memory. It passes Contract, as
// *intake.Intake does.
type Twin struct {
	rules intake.Rules
	now   func() time.Time

	mu   sync.Mutex
	kept map[name]kept
	list []core.Application
	fail error
}

type name struct {
	channel core.ChannelName
	key     string
}

type kept struct {
	receipt intake.Receipt
	body    []byte
}

// NewTwin makes a twin that follows intake's own rules.
func NewTwin(rules intake.Rules, now func() time.Time) *Twin {
	return &Twin{rules: rules, now: now, kept: map[name]kept{}}
}

// Fail makes every later Submit fail with err; nil mends it.
func (t *Twin) Fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fail = err
}

// Applications gives what was accepted, in order.
func (t *Twin) Applications() []core.Application {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]core.Application(nil), t.list...)
}

// Submit does what (*intake.Intake).Submit does.
func (t *Twin) Submit(_ context.Context, s intake.Submission) (intake.Receipt, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fail != nil {
		return intake.Receipt{}, t.fail
	}
	app, body, err := t.rules.Mean(s, t.now())
	if err != nil {
		return intake.Receipt{}, err
	}
	if first, known := t.kept[name{s.Channel, s.Key}]; known {
		if !bytes.Equal(first.body, body) {
			return intake.Receipt{}, intake.ErrKeyReused
		}
		first.receipt.Duplicate = true
		return first.receipt, nil
	}
	app.ID = core.ApplicationID(uuid.NewString())
	app.Receipt = number(len(t.list))
	r := intake.Receipt{Number: app.Receipt, Application: app.ID, Region: app.Live.Region, At: app.At}
	t.list = append(t.list, app)
	t.kept[name{s.Channel, s.Key}] = kept{r, body}
	return r, nil
}

// number is a valid receipt number: of the ten check digits one fits.
func number(n int) core.Receipt {
	for digit := range 10 {
		if r, err := intake.ParseReceipt(fmt.Sprintf("%09d%d", n, digit)); err == nil {
			return r
		}
	}
	panic("no check digit fits")
}
