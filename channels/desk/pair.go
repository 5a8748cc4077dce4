package desk

import (
	"context"
	"net/http"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/intake"
)

// WrongPairs is how often in an hour one member of staff may try a pair that does not fit, as
// on the citizens' side (channels.LookUp). Right ones, of which there are many in a day, do
// not count.
var WrongPairs = bell.Rate{Count: 10, Per: time.Hour}

// Pair is a receipt and the last four of an ID number, as whoever rings or stands there gives them.
type Pair struct {
	Number core.Receipt
	Last4  string
}

// PairOf reads the pair of a form, false where the receipt is none: a slip of one digit is
// nobody's number, and no guess.
func PairOf(r *http.Request) (p Pair, ok bool) {
	number, err := intake.ParseReceipt(strings.TrimSpace(r.FormValue("receipt")))
	return Pair{number, strings.ToUpper(strings.TrimSpace(r.FormValue("last4")))}, err == nil
}

// Trying is for what, and how far, a door tries pairs, and what it answers.
type Trying struct {
	Cases       *casefile.Store
	Scope       pg.Scope
	Purpose     string // as the log has it
	Wrong, Many error
}

// ByPair is what whoever gives the pair would see of their application, and no more. It takes
// one of the wrong pairs before it asks, so that many at once are counted too, and gives it
// back unless the pair was wrong. Either way it stands in the log. Errors: those of in.
func (d *Desk) ByPair(ctx context.Context, at At, p Pair, in Trying) (found casefile.Status, err error) {
	key := "lookup:staff:" + ActorOf(at).ID
	if ok, _ := d.d.Bell.Allow(ctx, key, WrongPairs); !ok {
		return casefile.Status{}, in.Many
	}
	err = d.d.DB.Tx(ctx, in.Scope, func(ctx context.Context, tx *pg.Tx) (err error) {
		if found, err = in.Cases.StatusByPair(ctx, tx, p.Number, p.Last4); err != nil {
			return err
		}
		return d.d.Audit.Write(ctx, tx, audit.Entry{Actor: ActorOf(at), Act: "status.read", Case: found.Case, Application: found.Application, Purpose: in.Purpose})
	})
	if core.KindOf(err) != core.KindNotFound {
		d.d.Bell.GiveBack(context.WithoutCancel(ctx), key, WrongPairs)
		return found, err
	}
	entry := audit.Refused(ActorOf(at), "wrong_pair", "wrong_pair")
	entry.Purpose = in.Purpose
	if err := d.Trace(ctx, at, entry); err != nil {
		return casefile.Status{}, err
	}
	return casefile.Status{}, in.Wrong
}
