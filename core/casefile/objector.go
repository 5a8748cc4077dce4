package casefile

import (
	"context"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

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
	list, err := s.objectors(ctx, tx, c, `select objection_id, id, receipt, who from objection_word where case_id = $1 and id = $2 and who is not null`, in.Word)
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
