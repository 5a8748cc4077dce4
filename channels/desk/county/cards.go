package county

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/wording"
	"lianou/core/workflow"
)

// fix is money of one card that came back, with the card the township proposes.
type fix struct {
	payout.Fix
	casefile.Head
	Lines      int
	Total      core.Fen
	Sample     bool // some of it is a sample amount
	Why        string
	Steps      []string       // of its repair
	Card       *casefile.Card // nil: the household has brought none yet
	By         string
	MayConfirm bool
	Stops      bool   // it came back twice, and nobody has said why it may go out once more
	Allower    string // who has
	Rung       bool   // whoever reads it has looked at the number that the household gave
}

// rung is what stands there once somebody looked at the number to ring: now the card may be
// put in force.
type rung struct {
	Number string
	ID     int64 // of the fix
	Card   casefile.Card
}

// confirm puts the card in force that the page showed: another one in its place is
// refused, and so is who has not looked at the number to ring since it was proposed
// (which the act itself looks at once more, for the other doors).
func (c *Room) confirm(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, card, err := c.cardOf(r)
	if err != nil {
		return err
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		proposed, err := c.d.Cases.OpenCards(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(proposed) == 0 || proposed[0].ID != card {
			return casefile.ErrCardMoved
		}
		yes, err := c.d.Audit.Looked(ctx, tx, desk.ActorOf(at).ID, id, proposed[0].At)
		if err == nil && !yes {
			err = workflow.ErrNotRung
		}
		return err
	})
	if err != nil {
		return err
	}
	err = c.d.Flow.ConfirmCard(r.Context(), casefile.As(at.Staff), id, card)
	return done(w, r, err, "确认了。这笔钱排进下一批。")
}

func (c *Room) reject(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, card, err := c.cardOf(r)
	if err != nil {
		return err
	}
	err = c.d.Flow.RejectCard(r.Context(), casefile.As(at.Staff), workflow.RejectCard{Case: id, Card: card, Reason: r.FormValue("reason")})
	return done(w, r, err, "退回了。镇上会再核对。")
}

// again writes down why money that came back twice may go out once more.
func (c *Room) again(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "fix")
	if err != nil {
		return err
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.AllowAgain(ctx, tx, at.Staff.ID, id, r.FormValue("says"))
	})
	return done(w, r, err, "记下了。请另一个人核对新卡,再发一次。")
}

// phone shows the number that the household gave when it asked for help, to whoever
// checks a new card: a number that came with the new card would prove nothing. It is a
// reveal like every other, with its reason, its limit and its entry, and ends with the
// task.
func (c *Room) phone(w http.ResponseWriter, r *http.Request, at desk.At) error {
	fix, err := number(r, "fix")
	if err != nil {
		return err
	}
	out := rung{ID: fix}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		id, err := c.d.Payout.OpenCase(ctx, tx, fix)
		if err != nil {
			return err
		}
		cards, err := c.d.Cases.OpenCards(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(cards) > 0 && cards[0].By != at.Staff.ID {
			out.Card = cards[0]
		}
		out.Number, err = c.d.Cases.Reveal(ctx, tx, casefile.Look{Case: id, Field: casefile.FieldPhone, Actor: casefile.As(at.Staff), Reason: "换卡前,按家里原来的号码核对"})
		return err
	})
	if err != nil {
		return err
	}
	return at.Page.Part(w, "county", "home-phone", out)
}

// cardOf finds the case of a returned payment and the card that the page showed.
func (c *Room) cardOf(r *http.Request) (id core.CaseID, card int64, err error) {
	fix, err := number(r, "fix")
	if err != nil {
		return 0, 0, err
	}
	if card, err = strconv.ParseInt(r.FormValue("card"), 10, 64); err != nil {
		return 0, 0, casefile.ErrCardMoved
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) (err error) {
		id, err = c.d.Payout.CaseOf(ctx, tx, fix)
		return err
	})
	return id, card, err
}

// fixes puts returned lines of one card together: a family brings its new card once.
func (f found) fixes(me core.StaffID, names map[core.StaffID]string) []fix {
	var out []fix
	shown := map[string]int{}
	for _, open := range f.open {
		card := fmt.Sprint(open.Line.Case, open.Line.Holder, open.Line.Last4)
		if i, seen := shown[card]; seen {
			out[i].Lines++
			out[i].Total += open.Line.Amount
			out[i].Sample = out[i].Sample || open.Line.Sample
			out[i].MayConfirm = out[i].MayConfirm && open.AgainBy != me
			if stops := open.Times >= 2 && open.Again == ""; stops && !out[i].Stops { // the whole card waits for its reason
				out[i].Fix, out[i].Stops, out[i].Allower, out[i].MayConfirm = open, true, names[open.AgainBy], false
			}
			continue
		}
		shown[card] = len(out)
		one := fix{Fix: open, Stops: open.Times >= 2 && open.Again == "", Allower: names[open.AgainBy], Head: f.heads[open.Line.Case], Lines: 1, Total: open.Line.Amount, Sample: open.Line.Sample, Why: wording.FixTask(open.Code), Steps: wording.FixSteps(open.Code)}
		if i := slices.IndexFunc(f.cards, func(c casefile.Card) bool { return c.Case == open.Line.Case }); i >= 0 {
			one.Card = &f.cards[i]
			one.By, one.MayConfirm = names[one.Card.By], one.Card.By != me && open.AgainBy != me && !one.Stops
			one.Rung = f.rung[one.Card.ID]
		}
		out = append(out, one)
	}
	return out
}

// cases names each case of the open tasks once.
func cases(open []payout.Fix) []core.CaseID {
	var out []core.CaseID
	for _, f := range open {
		if !slices.Contains(out, f.Line.Case) {
			out = append(out, f.Line.Case)
		}
	}
	return out
}
