package payout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"lianou/core"
)

// fenBatches is how many batches are drawn (P15).
const fenBatches = 100_000

// P15: of a hundred thousand drawn batches, what was due, what the file declares, what its bytes add
// up to, and what the bank answers as settled and returned are one sum to the fen; and with a fen, a
// line or a name that is not as it was, nothing is booked. (Two equal lines whose codes are exchanged are
// one sum: that is between the bank and whom it paid.) Each kind is tried thousands of times.
//
// Controls: differs without the sum of what the lines say ("a fen from paid to returned: only its form is
// wrong"); without their amounts ("a fen from one line to another: nothing is wrong").
func TestAHundredThousandBatchesToTheFen(t *testing.T) {
	t.Parallel()
	const parts = 8
	var tried [6]atomic.Int64
	t.Cleanup(func() {
		for kind := range tried {
			if n := tried[kind].Load(); n < fenBatches/20 && !t.Failed() {
				t.Errorf("kind %d was tried %d times", kind, n)
			}
		}
	})
	for part := range parts {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			d := drawer{rand.New(rand.NewPCG(15, uint64(part))), &tried}
			payer := account(t, "622848000000000001")
			for range fenBatches / parts {
				o := d.order(payer)
				if fault := toTheFen(o, d); fault != "" {
					t.Fatalf("%s: %d lines, %d fen", fault, len(o.Lines), o.Total())
				}
			}
		})
	}
}

type drawer struct {
	*rand.Rand
	tried *[6]atomic.Int64 // by kind: files that could be written and were refused
}

// order draws a batch of one to twelve lines, most of them of everyday sums, some at the bounds.
func (d drawer) order(payer core.BankAccount) Order {
	o := Order{Batch: fmt.Sprintf("LN%012d", d.IntN(1_000_000)), Date: core.Date(20_000 + d.IntN(2000)), Payer: payer}
	for i := range 1 + d.IntN(12) {
		amount := core.Fen(1 + d.Int64N(500_000))
		switch d.IntN(20) {
		case 0:
			amount = 1
		case 1:
			amount = core.MaxAmount
		}
		o.Lines = append(o.Lines, OrderLine{Line: fmt.Sprintf("P%015d", i+1), Account: payer, Name: "张三", Amount: amount, Item: "MZ-01", Period: "202611", Purpose: "低保"})
	}
	return o
}

// toTheFen takes one batch to its bytes and back by a return, and says what is not one sum.
func toTheFen(o Order, d drawer) string {
	raw, err := o.Bytes()
	if err != nil {
		return err.Error()
	}
	name, n, sum, err := orderTotals(raw)
	ordered := Totals{Lines: len(o.Lines), Total: o.Total()}
	if err != nil || name != o.Batch || n != ordered.Lines || sum != ordered.Total {
		return fmt.Sprintf("the file says %d lines and %d fen (%v)", n, sum, err)
	}
	known, r := map[string]knownLine{}, Return{Batch: o.Batch, Date: o.Date}
	for i, l := range o.Lines {
		known[l.Line] = knownLine{id: int64(i + 1), amount: l.Amount}
		one := ReturnLine{Seq: i + 1, Line: l.Line, Amount: l.Amount, Code: CodePaid}
		if d.IntN(6) == 0 {
			one.Code = CodeClosed
			r.Returned += l.Amount
		} else {
			r.Paid += l.Amount
		}
		r.Lines = append(r.Lines, one)
	}
	answer, err := r.Bytes()
	if err != nil {
		return err.Error()
	}
	got, err := ParseReturn(answer)
	if err != nil || differs(known, ordered, got) != "" || got.Paid+got.Returned != ordered.Total {
		return fmt.Sprintf("settled %d and returned %d: %v %q", got.Paid, got.Returned, err, differs(known, ordered, got))
	}
	return spoilt(known, ordered, r, d)
}

// spoilt changes one thing of a return, and says what was changed where nobody minds.
func spoilt(known map[string]knownLine, ordered Totals, r Return, d drawer) string {
	i, kind := d.IntN(len(r.Lines)), d.IntN(6)
	bad := func(what string) string {
		if raw, err := r.Bytes(); err == nil {
			if got, err := ParseReturn(raw); err != nil || differs(known, ordered, got) != "" {
				if differs(known, ordered, r) != "" {
					d.tried[kind].Add(1)
					return ""
				}
				return what + ": only its form is wrong"
			}
		} else {
			return "" // no file can say so
		}
		return what + ": nothing is wrong"
	}
	r.Lines = slices.Clone(r.Lines)
	at := &r.Lines[i]
	switch kind {
	case 0:
		at.Amount++
		r.Paid++
		return bad("a fen more")
	case 1:
		if len(r.Lines) < 2 || at.Amount == 1 {
			return ""
		}
		at.Amount--
		r.Lines[(i+1)%len(r.Lines)].Amount++
		return bad("a fen from one line to another")
	case 2:
		r.Paid--
		r.Returned++
		return bad("a fen from paid to returned")
	case 3:
		at.Line = "P999999999999999"
		return bad("a line of another batch")
	case 4:
		r.Lines = append(r.Lines, ReturnLine{Seq: len(r.Lines) + 1, Line: "P000000000000099", Amount: 1, Code: CodePaid})
		r.Paid++
		return bad("a line too many")
	}
	if len(r.Lines) < 2 {
		return ""
	}
	other := r.Lines[(i+1)%len(r.Lines)]
	at.Line, at.Amount = other.Line, other.Amount
	return bad("a line twice")
}

// Every reason for which a return is set aside is of the closed list: whoever rings the bank reads
// which one it is. Control: a case left out of Inquiry.Aside ("… is of no kind").
func TestEveryReasonIsOfTheList(t *testing.T) {
	t.Parallel()
	seen := map[Aside]bool{}
	states := []string{"draft", "approved", "file_written", "answered", "closed", "refused", "discarded"}
	reasons := []string{reasonForm + "digest in record 3", reasonNoBatch, reasonBooked, reasonCount, reasonTotal, reasonLine + "7 differs"}
	for _, s := range states {
		reasons = append(reasons, batchIs+s)
	}
	for _, reason := range reasons {
		got := Inquiry{Reason: reason}.Aside()
		seen[got] = true
		if got == "" {
			t.Errorf("%q is of no kind", reason)
		}
	}
	for _, a := range []Aside{AsideForm, AsideNoBatch, AsideEarly, AsideAnswered, AsideRefused, AsideDissolved, AsideBooked, AsideCount, AsideTotal, AsideLine} {
		if !seen[a] {
			t.Errorf("nothing is %s", a)
		}
	}
	if got := (Inquiry{Refused: true, Reason: CodeTotals}).Aside(); got != "" {
		t.Errorf("a refusal of the whole file is set aside as %s", got)
	}
	if strings.HasPrefix(reasonBooked, batchIs) {
		t.Error("two reasons begin alike")
	}
}
