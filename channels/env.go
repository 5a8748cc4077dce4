package channels

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/idcard"
	"lianou/core/mandate"
	"lianou/core/matching"
	"lianou/core/notify"
	"lianou/core/realname"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/intake"
	"lianou/intake/begun"
	"lianou/intake/calls"
	"lianou/intake/objections"
	"lianou/intake/papers"
	"lianou/intake/records"
	"lianou/intake/talks"
	"lianou/transcription"
)

// Env is what a channel is given. There is nothing else it may reach for. A
// program leaves out what none of its channels uses; a channel's constructor
// checks what it needs.
type Env struct {
	Name   core.ChannelName
	Intake Submitter
	// Conversations hands in what was confirmed in a conversation, in the name of the door
	// where that was first done: a door that goes on with another's makes no second
	// application. Nothing else is handed in by it; a
	// host gives it, and there is no door for citizens without.
	Conversations Submitter
	Log           *slog.Logger
	Client        *http.Client     // timeouts and egress rules applied
	Now           func() time.Time // the real clock: it judges the age of signed messages

	Ring    *seal.Ring            // seals what a channel keeps on its own disk
	Metrics prometheus.Registerer // nil registers nothing
	Blobs   *blob.Store           // put only, at the public edge
	Cases   *casefile.Reader      // what a citizen may see of a case
	// Kept lists what an account handed in, also before its case is open; nil knows
	// nothing.
	Kept     func(ctx context.Context, citizen string) ([]intake.Receipt, error)
	Calls    *calls.Log        // the record of telephone calls
	Citizens *citizen.Citizens // log-in of citizens
	Talks    *talks.Store      // citizens' conversations; nil leads none
	Papers   *papers.Store     // what comes after an application; nil takes none
	// Objections is what villagers say against public notices; nil takes none.
	Objections *objections.Store
	Begun      *begun.Store   // what citizens began in a call; nil gives nothing
	Records    *records.Asker // what the city knows of who is asked; nil asks nothing
	Text       notify.Sender  // text messages, for log-in codes
	Wishes     *notify.Wishes // by which way somebody wants to be told first; nil keeps none
	// RealName asks whether a name and an ID number belong together; nil can ask nobody,
	// and then no number moves from one account to another.
	RealName func(ctx context.Context, name string, id core.IDNumber) realname.Answer
	// Reported notes a provider's word on a message that was sent by a way; nil drops it.
	// KindNotFound for a message that is not ours, or not yet: its report may overtake the
	// answer to the send.
	Reported func(ctx context.Context, way core.ChannelName, provider string, out notify.Outcome) error
	// Callee opens the number of an open notice that this send is about to ring; nil
	// opens none.
	Callee func(ctx context.Context, notice int64, reference string) (core.Phone, error)
	// Mandates is who acts for whom; nil knows nothing of it.
	Mandates *mandate.Reader
	// Helpers is whom people invite to help them; nil invites nobody.
	Helpers *mandate.Helpers
	Cards   idcard.Reader // reads ID cards on this machine; nil: the vendor's at its door, else by hand
	Shared  *bell.Bell    // a small cache with expiry, and limits, of all nodes
	// Away reports whether submissions go to the spool: only then do citizens'
	// tokens have their day of grace. nil is never.
	Away func() bool

	// Hears turns the sound of a running call into text; nil: no live captions. Hotwords
	// are what it should listen for.
	Hears    transcription.Streamer
	Hotwords []transcription.Hotword

	// The lists every form offers; the places never change while a program runs.
	Regions *registry.Regions
	Book    matching.Books
}

var _ Submitter = (*intake.Intake)(nil)
