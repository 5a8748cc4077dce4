package notify

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/wording"
)

// A Sender is one way of reaching a phone. It sends once per call and never
// retries by itself: a retry after a lost answer would tell twice.
type Sender interface {
	// Send offers the message to the provider. The Outcome says what is known; the
	// error is for our logs and goes with Later or Unknown. An error with an empty
	// Outcome counts as Unknown.
	Send(ctx context.Context, m Message) (Outcome, error)
}

// A Confirmer is a Sender whose provider can be asked whether a message arrived.
type Confirmer interface {
	Sender
	// Confirm asks by our reference and, when it is known, the provider's id.
	// Accepted means: nothing new yet. Unknown means: the provider does not know it.
	Confirm(ctx context.Context, reference, provider string) (Outcome, error)
}

// An Invited is a Sender that knows whether somebody asked to be told this very thing on its
// way, such as by a tap on a subscription in WeChat.
type Invited interface {
	Sender
	// Invited reports that of an account and a kind of notice. Errors: those of the store.
	Invited(ctx context.Context, citizen string, kind wording.Kind) (bool, error)
}

// Message is what a Sender gets.
type Message struct {
	Reference string // ours, the same on each repeat; goes to the provider where it takes one
	Notice    int64
	Kind      wording.Kind
	Words     string
	Fields    []wording.Field
	Citizen   string     // account, "" for none: the sender looks the openid up
	Phone     core.Phone // zero for none
	Case      core.CaseID
	Day       core.Date // the city's day on which it is sent
	Sends     int       // which of the sends on this way this one is, from 1
}

// Outcome is what a provider's answer means.
type Outcome struct {
	Result   Result
	Provider string // the provider's id of the message
	Code     string // the provider's code, such as "43101"; nothing personal

	// Wait is how long the way is not to be tried again: required with Missed, allowed
	// with Later.
	Wait time.Duration

	// Citizen is the account that a report names, "" where it names none: a word on somebody
	// else's message is none.
	Citizen string

	// Gone says with Refused that the way is dead for this person, such as a number out of
	// service: it is tried last from now on. Not what may be otherwise tomorrow.
	Gone bool
}

// Result is the closed set of meanings.
type Result string

// The results.
const (
	Accepted  Result = "accepted"  // taken; whether it arrived will be known later
	Delivered Result = "delivered" // on the person's phone: told
	Refused   Result = "refused"   // final on this way: go to the next one
	Later     Result = "later"     // certainly not sent; the same may work later
	Unknown   Result = "unknown"   // may have been sent: the answer was lost
	Missed    Result = "missed"    // went out and reached nobody, such as a call that is not taken
)
