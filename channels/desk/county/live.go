package county

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"net/http"

	"lianou/channels/desk"
)

// batches is the live part of the page, which is all of it: an answer of the bank
// changes batches, what came back and the ledger in one transaction, and they are
// read and shown together. Nothing new is answered by 204, so that a page at rest
// keeps what somebody is writing in it.
func (c *Room) batches(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p, err := c.read(r, at)
	if err != nil {
		return err
	}
	if p.Seen == r.FormValue("seen") {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return at.Page.Part(w, "county", "money", p)
}

// digest names what was read.
func (f found) digest() string {
	h := fnv.New64a()
	for _, b := range f.batches {
		fmt.Fprintln(h, b.ID, b.State, b.Paid, b.Returned)
	}
	for _, x := range f.open {
		fmt.Fprintln(h, x.ID, x.State)
	}
	for _, x := range f.cards {
		fmt.Fprintln(h, x.ID)
	}
	for _, x := range f.asks {
		fmt.Fprintln(h, x.Return, x.Outcome, x.ProposedBy)
	}
	fmt.Fprintln(h, f.due, f.ledger)
	return hex.EncodeToString(h.Sum(nil))
}
