package quota

import (
	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/notify"
	"lianou/core/quota"
	"lianou/core/registry"
)

// row is one household of a list.
type row struct {
	quota.Entry
	Head    registry.Head
	Where   string
	Band    string
	Outcome quota.Outcome
	Offer   *quota.Offer
	Skip    *quota.Skip
	Notice  notify.State
	Heard   notify.State // what became of telling the household of what waits
	Till    core.Date    // the last day on which they may say something of it, as far as is known; 0 for none
	Phone   core.Phone   // to be rung, which prints masked; zero where none is known
	Rings   string       // whose it is
	Looked  bool         // whether a number was looked for
	Names   map[core.StaffID]string
	Undoes  bool
	Stands  quota.Seen // what whoever acts from this page has seen
	Mine    bool       // asked by who looks
	Went    bool       // who looks went there about what waits, and so holds it not
	Today   core.Date
	Undone  []quota.Undone
	Has     []having    // of whose turn it is, or who was offered a place
	Fit     quota.Known // as that: whether it is known that it fits
	Lacks   []string    // what is to be asked to know whether it fits
	Unasked string      // what was told for other people than live there now, "" for nothing
	Doubles []quota.Double
}

// Waits reports whether something that was written of the row waits for a second person.
func (r row) Waits() bool { return r.Skip != nil && r.Skip.State == "asked" }

// Known reports whether the household was told, at the door where no way reached it: before,
// nothing that takes its place or its turn holds.
func (r row) Known() bool {
	return r.Heard == notify.Confirmed || r.Heard == notify.Untold && !r.Unvisited() || r.Heard == ""
}

// Untold reports whether no way reached the household, and Unvisited whether nobody went
// there either.
func (r row) Untold() bool    { return r.Heard == notify.Untold }
func (r row) Unvisited() bool { return r.Untold() && len(r.Skip.Visits) == 0 }

// Met reports whether somebody was spoken to at the door of whom it was written that nobody is
// reached, and was not looked for anew since.
func (r row) Met() bool { return r.Gone() && !r.Offer.Tried() }

// Holds reports whether who looks may say of what waits that it is so.
func (r row) Holds() bool { return r.Known() && !r.Early() && !r.Met() && !r.Went }

// Passes reports whether what waits is that the household be passed over.
func (r row) Passes() bool { return r.Waits() && r.Skip.Offer == 0 && !r.Back() }

// Back reports whether that is that something be taken back.
func (r row) Back() bool { return r.Waits() && quota.Outcome(r.Skip.Reason) == quota.Undoing }

// Undoable reports whether who looks may take back what stands, or ask for it: what waits is
// taken back by who wrote it.
func (r row) Undoable() bool { return r.Undoes && (!r.Waits() || r.Mine) }

// Gone reports whether that word is that nobody was reached, and Early whether they may
// still say something today. Days is how many they have after it is known what became of telling.
func (r row) Gone() bool  { return quota.Outcome(r.Skip.Reason) == quota.Unreached }
func (r row) Early() bool { return r.Today <= r.Till }
func (r row) Days() int   { return quota.HeardDays }

// A share is one part of the index, in tenths, at least and at most.
type share struct {
	Name      string
	Low, High int
	Max       int // points, by even weights
}

// Shares are the parts of the row's index. What they come to at least and at most adds up to
// what the index does: whoever asks can reckon it again.
func (r row) Shares() (list []share) {
	for i, p := range desk.IndexParts(nil) {
		list = append(list, share{p.Name, r.Low[i], r.High[i], p.Max})
	}
	return list
}

// Say is the reason of the row's skip.
func (r row) Say() string { return r.Skip.Reason.Chinese() }
