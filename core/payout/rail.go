package payout

import (
	"bytes"
	"context"

	"lianou/core"
)

// Rail (代发通道) is a way to the paying bank and back. Every rail speaks
// docs/bank-file.md and keeps the same promises, held by one suite of tests
// (cmd/internal/standin, TestEveryRailKeepsItsPromises). Safe for concurrent use.
//
// A rail never repeats anything by itself: whether a file goes out again is decided
// above, by what the bank says.
type Rail interface {
	// Put hands a payment file over once. Here means that the bank has these very
	// bytes, Unsaid that they lie where the bank fetches them. Any error leaves the
	// outcome unknown.
	Put(ctx context.Context, name string, raw []byte) (Word, error)
	// Ask asks the bank whether it has a file. Only Absent is an explicit "not here";
	// silence, a broken or a foreign answer is Unsaid or an error.
	Ask(ctx context.Context, q Question) (Word, error)
	// Outbox lists the files that the bank holds for us, and counts the names that no
	// file may have.
	Outbox(ctx context.Context) (names []string, odd int, err error)
	// Fetch reads one of them whole, at most MaxReturnSize bytes. KindUnavailable for
	// one that is still being written.
	Fetch(ctx context.Context, name string) ([]byte, error)
}

// Word is what the bank says of a file that we handed over.
type Word string

// The words.
const (
	Unsaid  Word = ""        // nothing yet: unknown
	Here    Word = "here"    // it has these very bytes
	Absent  Word = "absent"  // it has no file of that name, and says so
	Differs Word = "differs" // it has other bytes under that name
)

// Question names the file that the bank is asked about.
type Question struct {
	Batch  string
	Name   string // of the payment file
	Digest string // SM3 of its bytes
	Offer  int    // how often it was handed over: an answer holds for this one alone
}

// The words of a receipt (docs/bank-file.md).
const (
	receiptHere   = "0000"
	receiptAbsent = "0001"
)

// Receipt (收条) is the bank's statement on one payment file.
type Receipt struct {
	Batch  string
	Has    bool
	Digest string // SM3 of the bytes the bank has; "" when it has none
}

// Bytes writes a receipt, for a bank that speaks our format in tests.
func (r Receipt) Bytes() ([]byte, error) {
	a := record{what: "receipt", buf: []byte{'A'}}
	a.text("batch", r.Batch, 20)
	word := receiptAbsent
	if r.Has {
		word = receiptHere
	}
	a.text("word", word, 4)
	a.text("digest", r.Digest, 64)
	if a.err != nil {
		return nil, a.err
	}
	return trailer(append(a.buf, crlf...), 0, 0)
}

// ParseReceipt reads a receipt strictly. Errors are ErrBankFile.
func ParseReceipt(raw []byte) (Receipt, error) {
	records, count, total, err := split(raw)
	if err != nil {
		return Receipt{}, err
	}
	if len(records) != 1 || count != 0 || total != 0 {
		return Receipt{}, badFile("receipt", 1)
	}
	f := fields{rest: records[0]}
	kind := string(f.take(1))
	r := Receipt{Batch: f.text(20)}
	word := f.digits(4)
	r.Digest = f.text(64)
	r.Has = word == receiptHere
	if f.bad || len(f.rest) > 0 || kind != "A" || r.Batch == "" || word != receiptHere && word != receiptAbsent || r.Has != isDigest(r.Digest) || !r.Has && r.Digest != "" {
		return Receipt{}, badFile("receipt", 1)
	}
	return r, nil
}

func isDigest(s string) bool {
	return len(s) == 64 && len(bytes.Trim([]byte(s), "0123456789abcdef")) == 0
}

// MaxReceiptSize bounds a receipt, in bytes.
const MaxReceiptSize = 512

// heard reads a receipt as the answer to a question. One about another batch is none.
func (q Question) heard(raw []byte) (Word, error) {
	r, err := ParseReceipt(raw)
	switch {
	case err != nil:
		return Unsaid, err
	case r.Batch != q.Batch:
		return Unsaid, badFile("another batch", 1)
	case !r.Has:
		return Absent, nil
	case r.Digest != q.Digest:
		return Differs, nil
	}
	return Here, nil
}

// bytes writes the question as a file.
func (q Question) bytes() ([]byte, error) {
	r := record{what: "question", buf: []byte{'Q'}}
	r.text("batch", q.Batch, 20)
	r.number("offer", int64(q.Offer), 4)
	if r.err != nil {
		return nil, r.err
	}
	return trailer(append(r.buf, crlf...), 0, 0)
}

// errHalf is a file of the bank that is still being written; the next poll reads it.
var errHalf = core.E(core.KindUnavailable, "bank_half", "")
