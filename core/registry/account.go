package registry

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// ErrNoAccount says that no bank account is known of a person, or that the person
// is not within the scope.
var ErrNoAccount = core.E(core.KindNotFound, "account_unknown", "还没有登记这个人的银行卡,请先登记。")

// ErrErased says that a person's own key is gone: nothing can be sealed for them.
var ErrErased = core.E(core.KindConflict, "person_erased", "这个人的资料已经按要求删除。")

// AccountOf opens the bank account of a person, for a payout. Errors:
// ErrNoAccount.
func (r *Registry) AccountOf(ctx context.Context, tx *pg.Tx, why Purpose, person core.PersonID) (core.BankAccount, error) {
	about := Person{ID: person}
	var key, sealed []byte
	const sql = `select region, data_key, account from person where id = $1 and account is not null`
	err := tx.QueryRow(ctx, sql, int64(person)).Scan(&about.Region, &key, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return core.BankAccount{}, ErrNoAccount
	}
	if err != nil {
		return core.BankAccount{}, pg.Fail(err, "read a bank account")
	}
	k, err := r.ring.DataKey(key, at("person", int64(person), "data_key"))
	if err != nil {
		return core.BankAccount{}, err
	}
	plain, err := openWith(k, sealed, int64(person), "account")
	if err != nil {
		return core.BankAccount{}, err
	}
	account, err := core.ParseBankAccount(plain)
	if err != nil {
		return core.BankAccount{}, err
	}
	return account, r.trace(ctx, tx, why, "person.read", about, looked{Shown: []string{"account"}})
}

// AccountChange is a new bank account on which two people of the staff agree.
type AccountChange struct {
	Person   core.PersonID
	Account  core.BankAccount
	Proposer core.StaffID
	Approver core.StaffID
}

// SetAccount stores a person's bank account and keeps the change. Errors:
// KindForbidden when proposer and approver are not two people, KindInvalid for no
// account, ErrUnknown outside the scope, ErrErased.
func (r *Registry) SetAccount(ctx context.Context, tx *pg.Tx, why Purpose, c AccountChange) error {
	if c.Proposer <= 0 || c.Approver <= 0 || c.Proposer == c.Approver {
		return core.E(core.KindForbidden, "two_people", "换银行卡要两位工作人员分别登记和审核。")
	}
	if c.Account.IsZero() {
		return core.Invalid("bank_account", "请填写银行卡号。")
	}
	about := Person{ID: c.Person}
	var key []byte
	err := tx.QueryRow(ctx, `select region, data_key from person where id = $1 for update`, int64(c.Person)).Scan(&about.Region, &key)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return ErrUnknown
	case err != nil:
		return pg.Fail(err, "lock a person")
	case key == nil:
		return ErrErased
	}
	k, err := r.ring.DataKey(key, at("person", int64(c.Person), "data_key"))
	if err != nil {
		return err
	}
	if err := writeAccount(ctx, tx, k, c, about.Region); err != nil {
		return err
	}
	return r.trace(ctx, tx, why, "account.changed", about, struct {
		Proposer core.StaffID `json:"proposer"`
		Approver core.StaffID `json:"approver"`
		Last4    string       `json:"last4"`
	}{c.Proposer, c.Approver, c.Account.Last4()})
}

func writeAccount(ctx context.Context, tx *pg.Tx, k *seal.DataKey, c AccountChange, region core.RegionCode) error {
	current, err := k.Seal([]byte(c.Account.Reveal()), at("person", int64(c.Person), "account"))
	if err != nil {
		return err
	}
	kept, err := k.Seal([]byte(c.Account.Reveal()), at("account_change", int64(c.Person), "account"))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update person set account = $2 where id = $1`, int64(c.Person), current); err != nil {
		return pg.Fail(err, "store a bank account")
	}
	const sql = `insert into account_change (region, person, account, proposer, approver, at) values ($1, $2, $3, $4, $5, $6)`
	_, err = tx.Exec(ctx, sql, region, int64(c.Person), kept, int64(c.Proposer), int64(c.Approver), tx.Now())
	return pg.Fail(err, "keep the change of a bank account")
}
