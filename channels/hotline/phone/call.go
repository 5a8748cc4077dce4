package phone

import (
	"context"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

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
	tx     sip.ServerTransaction // of the INVITE
	sound  *media.Session
	ctx    context.Context
	stop   context.CancelCauseFunc

	end sync.Once

	mu    sync.Mutex // offers and the end, one at a time
	why   End
	seq   uint32                   // highest CSeq of the other side
	acked map[uint32]chan struct{} // re-INVITEs whose answer is not confirmed yet
}

// Sound is the call's sound, for whoever talks.
func (c *Call) Sound() *media.Session { return c.sound }

// Hangup ends the call. The first reason stands. An answer that is not confirmed yet is
// not waited for any longer.
func (c *Call) Hangup(why End) {
	c.because(why)
	c.stop(nil)
	if c.dialog.LoadState() < sip.DialogStateConfirmed {
		c.tx.Terminate()
	}
}

// inOrder reports whether a request within the call is newer than all before (RFC 3261
// section 12.2.2).
func (c *Call) inOrder(req *sip.Request) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := req.CSeq().SeqNo
	if n <= c.seq {
		return false
	}
	c.seq = n
	return true
}

// awaits gives what is closed when the ACK with this CSeq comes.
func (c *Call) awaits(seq uint32) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan struct{})
	c.acked[seq] = ch
	return ch
}

func (c *Call) confirmed(seq uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ch, ok := c.acked[seq]; ok {
		close(ch)
		delete(c.acked, seq)
	}
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
