package county

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/payout"
	"lianou/core/pg"
)

// ruling is a batch that nobody knows to be with the bank, as the page shows it.
type ruling struct {
	payout.Unsettled
	What, Said, By string
	Ways           []way // what may be written down
	Open           bool  // something is, and waits for another person
	MayConfirm     bool
	Lapsed         bool // what was written down fits no more
}

// way is one word of the bank and what it does.
type way struct {
	Word payout.Ruling
	Say  string
}

// sayRuling says what a word of the bank does.
func sayRuling(r payout.Ruling) string {
	return map[payout.Ruling]string{
		payout.RuledHere:     "银行收到了,接着等它的回单",
		payout.RuledAbsent:   "银行没收到,把原来那一份再交一次",
		payout.RuledDissolve: "银行没收到,这一批作废,钱回到等着发的",
	}[r]
}

func rulingsOf(list []payout.Unsettled, names map[core.StaffID]string, me core.StaffID) []ruling {
	out := make([]ruling, len(list))
	for i, u := range list {
		r := ruling{Unsettled: u, By: names[u.ProposedBy], Said: sayRuling(u.Ruling), Open: u.Ruling != "" && !u.Confirmed,
			What: "交给银行一个多小时了,还没有收条。先打电话问银行,再记下来。没问清楚以前,不会再发"}
		words := []payout.Ruling{payout.RuledHere, payout.RuledAbsent}
		switch {
		case u.MayDissolve:
			r.What, words = "这一批里有人换了卡、停了发,或者人不在了。银行说没收到,请再问一次银行,然后作废", []payout.Ruling{payout.RuledHere, payout.RuledDissolve}
		case u.Held:
			r.What, words = "这一批里有人换了卡、停了发,或者人不在了,不再交给银行。要作废,得有银行自己的“没收到”(收条 0001),请让银行发来", words[:1]
		}
		for _, word := range words {
			if word == payout.RuledDissolve || !u.Confirmed {
				r.Ways = append(r.Ways, way{word, sayRuling(word)})
			}
		}
		r.Lapsed = r.Open && !slices.ContainsFunc(r.Ways, func(w way) bool { return w.Word == u.Ruling })
		r.MayConfirm = r.Open && !r.Lapsed && u.ProposedBy != me
		out[i] = r
	}
	return out
}

// said writes down what the bank said of a batch without a receipt.
func (c *Room) said(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "batch")
	if err != nil {
		return err
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.ProposeRuling(ctx, tx, at.Staff.ID, id, payout.Ruling(r.FormValue("word")), r.FormValue("evidence"))
	})
	return done(w, r, err, "记下了。请另一个人再问一次银行,然后确认。")
}

// ruled puts it in force, as it stood on the page.
func (c *Room) ruled(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "batch")
	if err != nil {
		return err
	}
	proposed, err := strconv.ParseInt(r.FormValue("proposed"), 10, 64)
	if err != nil {
		return payout.ErrMoved
	}
	seen := payout.Unsettled{Batch: id, Ruling: payout.Ruling(r.FormValue("word")), Proposed: time.UnixMicro(proposed)}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.ConfirmRuling(ctx, tx, at.Staff.ID, seen)
	})
	return done(w, r, err, "确认了,照这个走。")
}
