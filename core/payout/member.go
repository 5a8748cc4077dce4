package payout

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/pg"
)

// MemberKey names a member whom money is for, so that the same money is not
// entitled again by another claim, another applicant or another card. It shows
// nothing of the member.
type MemberKey string

// PersonKey is the key of somebody the registry knows.
func PersonKey(id core.PersonID) MemberKey { return MemberKey("p:" + formatID(int64(id))) }

// NumberKey is the key of an identity number, by its keyed hash. People outside
// the registry have one too.
func NumberKey(blind []byte) MemberKey { return MemberKey("n:" + hex.EncodeToString(blind)) }

// CaseKey is the key of somebody of whom neither is known; it guards within the
// case only.
func CaseKey(id core.CaseID, ref core.MemberRef) MemberKey {
	return MemberKey(fmt.Sprintf("c:%d/%s", id, ref))
}

// onward is the period that holds the months to come of a monthly claim.
const onward Period = ""

// claimMembers takes the month, and for monthly money the months to come, for the
// members. ErrTwice when another claim has one of them; that claim may stand in a
// township that this scope does not show.
func claimMembers(ctx context.Context, tx *pg.Tx, e Entitlement) error {
	months := []Period{e.Period}
	if e.Monthly {
		months = append(months, onward)
	}
	keys := slices.Clone(e.Members)
	slices.Sort(keys) // two transactions take the same members in the same order
	keys = slices.Compact(keys)
	const take = `insert into payout_member (claim, case_id, region, scheme, member, period)
		select $1, $2, $3, $4, m, p from unnest($5::text[]) m, unnest($6::text[]) p
		where not exists (select 1 from payout_member h where h.claim = $1 and h.scheme = $4 and h.member = m and h.period = p and h.live)
		order by m, p on conflict do nothing`
	if _, err := tx.Exec(ctx, take, e.Claim, e.Case, e.Region, e.Scheme, keys, months); err != nil {
		return pg.Fail(err, "take the month for the members")
	}
	const have = `select count(*) from payout_member
		where claim = $1 and scheme = $2 and member = any ($3::text[]) and period = any ($4::text[]) and live`
	var n int
	if err := tx.QueryRow(ctx, have, e.Claim, e.Scheme, keys, months).Scan(&n); err != nil {
		return pg.Fail(err, "count the members")
	}
	if n != len(keys)*len(months) {
		return ErrTwice
	}
	return nil
}
