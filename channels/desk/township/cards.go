package township

import (
	"strconv"

	"lianou/core"
	"lianou/core/workflow"
)

// card is the proposal that the page showed; workflow refuses when another one has
// taken its place since.
func (d doing) card() int64 {
	n, _ := strconv.ParseInt(d.get("card"), 10, 64) // nothing and nonsense are no card
	return n
}

func (t *Room) proposeCard(d doing) error {
	account, err := core.ParseBankAccount(d.get("account"))
	if err != nil {
		return err
	}
	return t.d.Flow.ProposeCard(d.r.Context(), d.actor, workflow.ProposeCard{Case: d.id, Account: account, Holder: d.get("holder"), How: d.get("how")})
}

func (t *Room) confirmCard(d doing) error {
	return t.d.Flow.ConfirmCard(d.r.Context(), d.actor, d.id, d.card())
}

func (t *Room) rejectCard(d doing) error {
	return t.d.Flow.RejectCard(d.r.Context(), d.actor, workflow.RejectCard{Case: d.id, Card: d.card(), Reason: d.get("reason")})
}
