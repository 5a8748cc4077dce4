package county

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"net/http"

	"lianou/channels/desk"
	"lianou/core/pg"
)

// batches is the live part of the page, which is all of it: an answer of the bank
// changes batches, what came back and the ledger in one transaction, and they are
// read and shown together. Nothing new is answered by 204, so that a page at rest
// keeps what somebody is writing in it; then nobody was shown anything, and neither
// is the ledger summed nor the log written, every two seconds for each open page.
func (c *Room) batches(w http.ResponseWriter, r *http.Request, at desk.At) error {
	var f found
	news := false
	err := c.act(r, func(ctx context.Context, tx *pg.Tx) (err error) {
		if f, err = c.look(ctx, tx, at); err != nil {
			return err
		}
		if news = f.digest() != r.FormValue("seen"); !news {
			return nil
		}
		return c.sum(ctx, tx, at, &f)
	})
	if err != nil {
		return err
	}
	if !news {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	p, err := c.say(r, at, f)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "county", "money", p)
}

// digest names what look read. What is due and the ledger change with a batch or
// come with the next news.
func (f found) digest() string {
	h := fnv.New64a()
	for _, b := range f.batches {
		fmt.Fprintln(h, b.ID, b.State, b.Offered, b.Word, b.Held, b.Paid, b.Returned)
	}
	for _, x := range f.open {
		fmt.Fprintln(h, x.ID, x.State, x.AgainBy)
	}
	for _, x := range f.cards {
		fmt.Fprintln(h, x.ID)
	}
	for _, x := range f.unsettled {
		fmt.Fprintln(h, x.Batch, x.Ruling, x.ProposedBy, x.Confirmed, x.MayDissolve)
	}
	for _, x := range f.held {
		fmt.Fprintln(h, x.ID, x.LookedBy, x.Says)
	}
	for _, x := range f.still {
		fmt.Fprintln(h, x.ID)
	}
	for _, x := range f.asks {
		fmt.Fprintln(h, x.Return, x.Outcome, x.ProposedBy)
	}
	return hex.EncodeToString(h.Sum(nil))
}
