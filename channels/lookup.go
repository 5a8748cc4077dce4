package channels

import (
	"net/http"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/wording"
	"lianou/intake"
)

// Tries in an hour. Four characters are ten thousand guesses: neither many accounts on
// one receipt nor one account on many get far. A source may be a whole village behind
// one address of its operator.
const (
	triesOfAccount = 10
	triesOfReceipt = 10
	triesOfSource  = 30
)

// LookUp reads an application that was made at a window or by telephone, for an
// account that knows its receipt and the last four characters of the applicant's ID
// number. Whatever does not fit has one answer, so that nobody learns which half of a
// pair is right.
func (d *CitizenDoor) LookUp(r *http.Request, who citizen.Citizen, receipt, last4 string) (casefile.Status, error) {
	number, bad := intake.ParseReceipt(strings.TrimSpace(receipt))
	if !d.mayTry(r, who, number) {
		return casefile.Status{}, core.E(core.KindTooMany, "too_many_looks", "一小时查不了这么多次。过一会儿再查,也可以打 "+wording.Hotline+"。")
	}
	wrong := core.E(core.KindInvalid, "wrong_pair", wording.WrongPair())
	if bad != nil {
		return casefile.Status{}, wrong
	}
	found, err := d.env.Cases.ByPair(r.Context(), who.ID, number, strings.ToUpper(strings.TrimSpace(last4)))
	if core.KindOf(err) == core.KindNotFound {
		return casefile.Status{}, wrong
	}
	return found, err
}

func (d *CitizenDoor) mayTry(r *http.Request, who citizen.Citizen, receipt core.Receipt) bool {
	hourly := func(key string, count int) bool {
		ok, _ := d.env.Shared.Allow(r.Context(), "lookup:"+key, bell.Rate{Count: count, Per: time.Hour})
		return ok
	}
	return hourly("account:"+who.ID, triesOfAccount) && hourly("source:"+Source(r), triesOfSource) &&
		(receipt == "" || hourly("receipt:"+string(receipt), triesOfReceipt))
}
