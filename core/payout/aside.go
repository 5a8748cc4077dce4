package payout

import (
	"strings"

	"lianou/core"
)

// Aside is why a return of the bank moved no money and waits for a person: a closed list, so that
// whoever rings the bank says what is wrong with its file.
type Aside string

// Why a return was set aside.
const (
	AsideForm      Aside = "form"      // it breaks docs/bank-file.md: widths, digest, its own totals, a line twice
	AsideNoBatch   Aside = "no_batch"  // its batch is none of ours
	AsideEarly     Aside = "early"     // its batch was never handed over
	AsideAnswered  Aside = "answered"  // its batch has a return already
	AsideRefused   Aside = "refused"   // the bank refused the whole file before
	AsideDissolved Aside = "dissolved" // its batch was discarded
	AsideBooked    Aside = "booked"    // a refusal of the whole file of which the bank said later that it booked it
	AsideCount     Aside = "count"     // a line too many or too few
	AsideTotal     Aside = "total"     // another sum
	AsideLine      Aside = "line"      // a line of another name or another sum
)

// The reasons as the column keeps them; some end with what they are about.
const (
	reasonForm    = "form: "
	reasonNoBatch = "no such batch"
	reasonBooked  = "the bank booked the file"
	reasonCount   = "number of lines differs"
	reasonTotal   = "total differs"
	reasonLine    = "line "
	batchIs       = "batch is " // and the state in which it took no return
)

// Aside reads why a return was set aside; "" for a refusal of the whole file, which is none.
func (q Inquiry) Aside() Aside {
	state, ofState := strings.CutPrefix(q.Reason, batchIs)
	switch {
	case q.Refused:
		return ""
	case ofState:
		return map[string]Aside{"answered": AsideAnswered, "closed": AsideAnswered, "refused": AsideRefused, "discarded": AsideDissolved,
			"draft": AsideEarly, "approved": AsideEarly, "file_written": AsideEarly}[state]
	case strings.HasPrefix(q.Reason, reasonForm):
		return AsideForm
	case strings.HasPrefix(q.Reason, reasonLine):
		return AsideLine
	}
	return map[string]Aside{reasonNoBatch: AsideNoBatch, reasonBooked: AsideBooked, reasonCount: AsideCount, reasonTotal: AsideTotal}[q.Reason]
}

// differs says how a return contradicts what was ordered, "" where it does not: every line once, by
// name and by amount, and the sums of both. One fen more or less is another sum (P15).
func differs(known map[string]knownLine, ordered Totals, r Return) string {
	switch {
	case len(known) != ordered.Lines || len(r.Lines) != len(known):
		return reasonCount
	case r.Paid+r.Returned != ordered.Total:
		return reasonTotal
	}
	var paid, back core.Fen
	seen := make(map[string]bool, len(known))
	for _, l := range r.Lines {
		if k, ok := known[l.Line]; !ok || k.amount != l.Amount || seen[l.Line] {
			return reasonLine + formatID(int64(l.Seq)) + " differs"
		}
		seen[l.Line] = true
		if l.Code == CodePaid {
			paid += l.Amount
		} else {
			back += l.Amount
		}
	}
	if paid != r.Paid || back != r.Returned {
		return reasonTotal
	}
	return ""
}
