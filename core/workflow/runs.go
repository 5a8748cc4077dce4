package workflow

import (
	"context"
	"errors"

	"lianou/core"
	"lianou/core/payout"
)

// notTwice refuses to give what one of the members already gets, and says where: two
// townships that do not see each other's cases may both be asked for it. Period is that of
// the proposal, or of the claim once it is proposed.
func (a *act) notTwice(ctx context.Context, period string) error {
	e, err := a.toward(ctx, payout.FirstMonth(period, a.tx.Today()))
	if err != nil {
		return err
	}
	where, found, err := a.f.Payout.Runs(ctx, a.tx, e)
	if err != nil || !found {
		return err
	}
	return a.runsAt(where)
}

// toward is whom the claim is for, from a month on.
func (a *act) toward(ctx context.Context, from payout.Period) (payout.Entitlement, error) {
	members, err := a.members(ctx)
	return payout.Entitlement{Region: a.c.Region, Case: a.c.ID, Claim: a.claim.ID, Members: members, Item: a.claim.Item, Period: from}, err
}

// handed keeps what is no money from being given twice.
func (a *act) handed(ctx context.Context) error {
	e, err := a.toward(ctx, payout.FirstMonth("", a.tx.Today()))
	if err != nil {
		return err
	}
	return a.f.Payout.Hold(ctx, a.tx, e)
}

// named says where it runs when the database refused a second one: another decision was
// faster than this one looked.
func (a *act) named(ctx context.Context, period string, err error) error {
	if !errors.Is(err, payout.ErrTwice) {
		return err
	}
	if where := a.notTwice(ctx, period); where != nil {
		return where
	}
	return err
}

// runsAt is ErrTwice with the place, the day and the last digits to ask there with.
func (a *act) runsAt(where payout.Running) error {
	place := where.Town
	if where.Region == a.c.Region {
		place = "本镇另一件"
	}
	if place == "" {
		place = a.f.Registry.Regions().FullName(where.Region.County())
	}
	on := ""
	if !where.Since.IsZero() {
		on = "," + core.DateOf(where.Since).Say() + "批的"
	}
	return core.E(core.KindConflict, "paid_elsewhere", "这一项已经在"+place+"办了(回执尾号 "+string(where.Tail)+on+"),同一个人不能领两份。请先和那边核对:那边停了、撤了,这里才能批。")
}
