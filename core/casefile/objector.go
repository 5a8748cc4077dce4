package casefile

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Objector is who left a name or a telephone. Neither was ever shown to be theirs.
type Objector struct {
	Objection, Word int64
	Name            string
	Phone           core.Phone
	Taken           bool // one of the staff wrote it down
	Account         bool // an account stands behind it
}

// left is what is sealed of who objected.
type left struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

func wordAt(receipt []byte) string { return hex.EncodeToString(receipt) }

// WhoObjected is who wants to see by whom something was said of a notice, and why.
type WhoObjected struct {
	Case   core.CaseID
	Word   int64
	Actor  Actor
	Reason string // always
}

// ShowObjector shows the name and telephone that somebody left with an opinion on a notice, to
// who may answer it and to nobody else: the household lives next door. Without its entry in
// the log there is no name. What the household reads of who looked at its case does not hold
// that entry. Errors: KindNotFound, ErrNotYours, those of Check.
func (s *Store) ShowObjector(ctx context.Context, tx *pg.Tx, in WhoObjected) (Objector, error) {
	if strings.TrimSpace(in.Reason) == "" {
		return Objector{}, core.Invalid("reason", "请写一句为什么要联系他。")
	}
	c, err := s.Lock(ctx, tx, in.Case)
	if err != nil {
		return Objector{}, err
	}
	var claim core.ClaimID
	var of int64
	err = tx.QueryRow(ctx, `select o.claim_id, o.id from objection_word w join objection o on o.id = w.objection_id where w.id = $1 and w.case_id = $2`, in.Word, c.ID).Scan(&claim, &of)
	if err != nil {
		return Objector{}, pg.Fail(err, "find what was said of a notice")
	}
	situation, err := s.Situation(ctx, tx, c)
	if err != nil {
		return Objector{}, err
	}
	if err := Check(situation, in.Actor, ActAnswer, situation.Claim(claim)); err != nil {
		return Objector{}, err
	}
	who := in.Actor.Audit()
	if err := s.audit.MayReveal(ctx, tx, who.ID); err != nil {
		return Objector{}, err
	}
	list, err := s.objectors(ctx, tx, c, `select objection_id, id, receipt, who, taken_by is not null, account from objection_word where case_id = $1 and id = $2 and who is not null`, in.Word)
	if err != nil {
		return Objector{}, err
	}
	if len(list) == 0 {
		return Objector{}, core.E(core.KindNotFound, "no_objector", "他没留名字和电话。")
	}
	err = s.audit.Write(ctx, tx, audit.Entry{Actor: who, Act: "objector.shown", Case: c.ID, Application: c.Application, Region: c.Region, Subject: "objection:" + strconv.FormatInt(of, 10),
		Purpose: "objection", Detail: map[string]any{"word": in.Word, "reason": in.Reason}})
	return list[0], err
}

// Objectors opens who left a name or a telephone with objections of a case, for the act that
// answers them, oldest first: it is told to the telephone, and shown to nobody.
func (s *Store) Objectors(ctx context.Context, tx *pg.Tx, c Case, objections []int64) ([]Objector, error) {
	return s.objectors(ctx, tx, c, `select objection_id, id, receipt, who, taken_by is not null, account from objection_word
		where case_id = $1 and objection_id = any ($2) and who is not null order by id`, objections)
}

func (s *Store) objectors(ctx context.Context, tx *pg.Tx, c Case, sql string, arg any) ([]Objector, error) {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, sql, c.ID, arg)
	if err != nil {
		return nil, pg.Fail(err, "read who objected")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (o Objector, err error) {
		var receipt, sealed []byte
		if err := r.Scan(&o.Objection, &o.Word, &receipt, &sealed, &o.Taken, &o.Account); err != nil {
			return o, err
		}
		plain, err := b.get("objection_word", "who/"+wordAt(receipt), sealed)
		if err != nil {
			return o, err
		}
		var l left
		if json.Unmarshal([]byte(plain), &l) != nil {
			return o, core.E(core.KindInternal, "objector_unreadable", "") // the cause may quote it
		}
		o.Name = l.Name
		o.Phone, _ = core.ParsePhone(l.Phone) // it was checked at the door; "" is none
		return o, nil
	})
	return list, pg.Fail(err, "read who objected")
}
