package phone

import (
	"context"
	"sync"
	"time"

	"github.com/emiago/sipgo"

	"lianou/channels/hotline/media"
)

// End is how a call ended.
type End string

// The ends.
const (
	EndCaller   End = "caller"   // the caller hung up
	EndOurs     End = "ours"     // the talk was over
	EndCanceled End = "canceled" // the caller gave up before the answer
	EndSilent   End = "silent"   // no sound came any more: the line is dead
	EndStopped  End = "stopped"  // this program was asked to stop
	EndNoAck    End = "no_ack"   // our answer was never confirmed
	EndFailed   End = "failed"   // something broke
)

// Result is what a call left.
type Result struct {
	End      End
	Ended    time.Time
	Recorded media.Recorded // zero when nothing was recorded
	HasSound bool
	Partial  bool // the sound stops before the call did, or has holes
	Stats    media.Stats
}

// Call is one call, or one session that an exchange forks to us.
type Call struct {
	// ID is the Call-ID, or a digest of one that cannot be a key.
	ID string
	// Caller is the number as the trunk says it, "" when withheld.
	Caller string
	// Called is the number that was dialled.
	Called   string
	Began    time.Time
	Answered time.Time
	// Forked: the sound of a call that others talk in; we say nothing.
	Forked bool
	// Parties of a forked call.
	Parties []Participant

	e      *Endpoint
	dialog *sipgo.DialogServerSession
	sound  *media.Session
	ctx    context.Context
	stop   context.CancelCauseFunc

	mu  sync.Mutex // offers and the end, one at a time
	why End
}

// Sound is the call's sound, for whoever talks.
func (c *Call) Sound() *media.Session { return c.sound }

// Hangup ends the call. The first reason stands.
func (c *Call) Hangup(why End) {
	c.because(why)
	c.stop(nil)
}

func (c *Call) because(why End) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why == "" {
		c.why = why
	}
}

func (c *Call) reason() End {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why == "" {
		return EndOurs
	}
	return c.why
}
