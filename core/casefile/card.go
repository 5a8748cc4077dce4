package casefile

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Card is a card that somebody of the staff wants a household's money to go to
// from now on. It changes nothing until a second person has looked at both cards,
// and it is never changed itself: whoever proposes again makes another one, so its
// number names what was seen.
type Card struct {
	ID     int64
	Case   core.CaseID
	Holder string // name on the card
	Last4  string
	Old    OnRecord // when it was proposed
	How    string   // how it was checked
	By     core.StaffID
	At     time.Time
}

// OnRecord is the card that stands; no digits say that there is none.
type OnRecord struct {
	Holder string
	Last4  string
}

// NewCard is a card to be proposed.
type NewCard struct {
	Account core.BankAccount
	Holder  string
	Old     OnRecord
	How     string
	By      core.StaffID
}

// Errors of cards.
var (
	// ErrHolder is a card in the name of somebody who is not of the household.
	ErrHolder = core.E(core.KindInvalid, "invalid_holder", "卡上的名字要是这家的人,或登记的监护人。")
	// ErrCardMoved is a card that is no longer what is proposed.
	ErrCardMoved = core.E(core.KindConflict, "card_moved", "登记的新卡刚变过,请刷新,看清了再点。")
)

// MayHold reports whether money of the case may go to a card in this name: a member
// of the household, or the guardian who spoke for them.
func (s *Store) MayHold(ctx context.Context, tx *pg.Tx, c Case, name string) (bool, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return false, nil
	}
	if name == c.Applicant {
		return true, nil
	}
	var may bool
	err := tx.QueryRow(ctx, `select exists (select from case_member where case_id = $1 and name = $2 and ended is null)
		or exists (select from casefile where id = $1 and capacity = $3 and contact_name = $2)`, c.ID, name, core.CapacityGuardian).Scan(&may)
	return may, pg.Fail(err, "ask who may hold the card")
}

// ProposeCard writes a proposal; one that was open is replaced by it.
func (s *Store) ProposeCard(ctx context.Context, tx *pg.Tx, c Case, n NewCard) (Card, error) {
	out := Card{Case: c.ID, Holder: n.Holder, Last4: n.Account.Last4(), Old: n.Old, How: n.How, By: n.By, At: tx.Now()}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return out, err
	}
	sealed, err := b.put("casefile", string(FieldAccount), n.Account.Reveal())
	if err != nil {
		return out, err
	}
	if err := s.DropCard(ctx, tx, c.ID, n.By); err != nil {
		return out, err
	}
	err = tx.QueryRow(ctx, `insert into case_card (case_id, region, holder, account, last4, old_holder, old_last4, how, proposed_by, proposed)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`,
		c.ID, c.Region, n.Holder, sealed, out.Last4, n.Old.Holder, n.Old.Last4, n.How, n.By, tx.Now()).Scan(&out.ID)
	return out, pg.Fail(err, "propose a card")
}

// DropCard ends the open proposal of a case, if there is one: something else takes
// its place.
func (s *Store) DropCard(ctx context.Context, tx *pg.Tx, id core.CaseID, by core.StaffID) error {
	_, err := tx.Exec(ctx, `update case_card set state = 'replaced', ended_by = $2, ended = $3 where case_id = $1 and state = 'proposed'`, id, by, tx.Now())
	return pg.Fail(err, "replace a proposed card")
}

// ConfirmCard puts a proposed card on record and opens it for what is paid next.
// ErrCardMoved when it is not proposed any more, ErrSamePerson for who proposed it.
func (s *Store) ConfirmCard(ctx context.Context, tx *pg.Tx, c Case, card Card, by core.StaffID) (core.BankAccount, error) {
	if card.By == by {
		return core.BankAccount{}, ErrSamePerson
	}
	const q = `update case_card set state = 'confirmed', ended_by = $3, ended = $4 where id = $1 and case_id = $2 and state = 'proposed' returning account`
	var sealed []byte
	err := tx.QueryRow(ctx, q, card.ID, c.ID, by, tx.Now()).Scan(&sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return core.BankAccount{}, ErrCardMoved
	}
	if err != nil {
		return core.BankAccount{}, pg.Fail(err, "confirm a card")
	}
	_, err = tx.Exec(ctx, `update casefile set account = $2, account_holder = $3, updated = $4 where id = $1`, c.ID, sealed, card.Holder, tx.Now())
	if err != nil {
		return core.BankAccount{}, pg.Fail(err, "put a card on record")
	}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return core.BankAccount{}, err
	}
	plain, err := b.get("casefile", string(FieldAccount), sealed)
	if err != nil {
		return core.BankAccount{}, err
	}
	return core.ParseBankAccount(plain)
}

// RejectCard ends a proposal that is wrong; the card on record stays.
func (s *Store) RejectCard(ctx context.Context, tx *pg.Tx, card Card, by core.StaffID, reason string) error {
	if card.By == by {
		return ErrSamePerson
	}
	tag, err := tx.Exec(ctx, `update case_card set state = 'rejected', ended_by = $2, ended = $3, reason = $4 where id = $1 and state = 'proposed'`,
		card.ID, by, tx.Now(), reason)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrCardMoved
	}
	return pg.Fail(err, "reject a card")
}

// OpenCards reads what is proposed for cases of this scope.
func (s *Store) OpenCards(ctx context.Context, tx *pg.Tx, cases ...core.CaseID) ([]Card, error) {
	rows, err := tx.Query(ctx, `select id, case_id, holder, last4, old_holder, old_last4, how, proposed_by, proposed from case_card
		where case_id = any($1) and state = 'proposed' order by id`, cases)
	if err != nil {
		return nil, pg.Fail(err, "read proposed cards")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (c Card, err error) {
		err = r.Scan(&c.ID, &c.Case, &c.Holder, &c.Last4, &c.Old.Holder, &c.Old.Last4, &c.How, &c.By, &c.At)
		return c, err
	})
	return list, pg.Fail(err, "read proposed cards")
}

// openCard is the proposal a case waits with, nil for none.
func (s *Store) openCard(ctx context.Context, tx *pg.Tx, id core.CaseID) (*Card, error) {
	list, err := s.OpenCards(ctx, tx, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// maySecondCard: the second look at a card is nobody's who proposed it or stood at
// the door with them.
func maySecondCard(s Situation, _ Claim, a Actor) error {
	switch {
	case s.Card == nil:
		return ErrMovedOn
	case s.Card.By == a.Staff, slices.Contains(s.Visitors, a.Staff):
		return ErrSamePerson
	}
	return nil
}
