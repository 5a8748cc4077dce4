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

// lockOnward holds the months to come of claims until the transaction ends. Whatever
// makes them, stops them, changes them or sends them to another card takes it first
// and reads what it goes by afterwards; else one would not see what the other is just
// doing, and a month would be paid that was stopped.
func lockOnward(ctx context.Context, tx *pg.Tx, claims ...core.ClaimID) error {
	// A claim's own row comes before: an officer's act holds it, and a new month asks
	// for it by its foreign key.
	const whose = `select from claim where id = any ($1) order by id for key share`
	if _, err := tx.Exec(ctx, whose, claims); err != nil {
		return pg.Fail(err, "hold the claims")
	}
	const q = `select from payout_member where claim = any ($1) and period = '' order by claim, scheme, member for update`
	_, err := tx.Exec(ctx, q, claims)
	return pg.Fail(err, "hold the months to come")
}

// keepUntil holds for the members the months that are still to be made of a claim
// that ends with `from`.
func keepUntil(ctx context.Context, tx *pg.Tx, claim core.ClaimID, from Period) error {
	const newest = `select coalesce(max(period), '') from payout_entitlement where claim = $1 and state <> 'cancelled'`
	var last Period
	if err := tx.QueryRow(ctx, newest, claim).Scan(&last); err != nil || last == "" {
		return pg.Fail(err, "look for the newest month of a claim")
	}
	var left []Period
	for m := last.Next(); m < from; m = m.Next() {
		left = append(left, m)
	}
	const keep = `insert into payout_member (claim, case_id, region, scheme, member, period)
		select m.claim, m.case_id, m.region, m.scheme, m.member, p from payout_member m, unnest($2::text[]) p
		where m.claim = $1 and m.period = '' and m.live order by m.member, p on conflict do nothing`
	_, err := tx.Exec(ctx, keep, claim, left)
	return pg.Fail(err, "hold the months until the stop")
}
