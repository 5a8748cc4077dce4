package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/pg"
)

// P14: the same item is not entitled twice for one member, whoever filed it. The
// mother filed for her son; the son files himself. It holds for the month, and for
// the months to come although they are not made yet; and outside the registry, by
// the number alone.
//
// Control: leave claimMembers out of Entitle (or key it by Beneficiary alone) and
// the son is paid by both claims.
func TestOneMemberIsEntitledOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mother, son, brother := PersonKey(1), NumberKey([]byte("son's number")), PersonKey(3)
	mothers := h.decided(1, town, 13000)
	mothers.Members = []MemberKey{mother, son}
	_, err := h.entitle(mothers)
	h.must(err)
	for name, c := range map[string]struct {
		members []MemberKey
		period  Period
		monthly bool
		want    error
	}{
		"the son, the same month":       {[]MemberKey{son}, mothers.Period, true, ErrTwice},
		"the son, from the month after": {[]MemberKey{son}, mothers.Period.Next(), true, ErrTwice},
		"the son among others":          {[]MemberKey{brother, son}, mothers.Period, true, ErrTwice},
		"the mother, once":              {[]MemberKey{mother}, mothers.Period, false, ErrTwice},
		"nobody":                        {nil, mothers.Period, true, core.Invalid("members", "")},
	} {
		e := h.decided(2, other, 13000) // another township, another applicant, another card
		e.Members, e.Period, e.Monthly = c.members, c.period, c.monthly
		if _, err := h.entitle(e); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	// The mother may file for another son.
	e := h.decided(1, town, 13000)
	e.Members = []MemberKey{brother}
	if _, err := h.entitle(e); err != nil {
		t.Errorf("the mother for another son: %v", err)
	}
}

// What the months take, the database holds without the program's help.
//
// Control: drop trigger payout_member_named and the nameless entitlement stands.
func TestEntitlementNamesWhomItIsFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.decided(1, town, 500)
	_, err := h.entitle(e)
	h.must(err)
	err = h.tx(func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into payout_entitlement (region, case_id, claim, decision, decision_digest, scheme, item, item_name,
				period, monthly, amount, sample, holder, account, last4, created, updated)
			select region, case_id, claim, decision, decision_digest, scheme, item, item_name, '209901', monthly, amount, sample, holder,
				account, last4, created, updated from payout_entitlement where claim = $1`, e.Claim)
		return err
	})
	if pg.Constraint(err) != "payout_member_named" {
		t.Errorf("got %v", err)
	}
}
