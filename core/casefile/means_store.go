package casefile

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// Errors that callers tell apart.
var (
	// ErrMeansText is the answer to a word on a text that is not the one in force.
	ErrMeansText = core.E(core.KindConflict, "means_text", "授权书换了新的一版。请刷新,念新的给他听。")
	// ErrMeansStands is the answer to a second word while one stands.
	ErrMeansStands = core.E(core.KindConflict, "means_stands", "他的授权还有效,不用再签。不让查了,请点“撤回”。")
	// ErrMeansProof is the answer to a word that nothing proves.
	ErrMeansProof = core.E(core.KindInvalid, "invalid_proof", "上门、窗口的,要本人当面签名。电话里的,要选那通电话的录音。")
	// ErrMeansMember is the answer to a word of somebody who does not belong to the household.
	ErrMeansMember = core.E(core.KindInvalid, "invalid_member", "请从这家人里选。名字要和登记的一样。")
	// ErrMeansGuardian is the answer to a guardian without a name, or one who is the person themselves.
	ErrMeansGuardian = core.E(core.KindInvalid, "invalid_guardian", "监护人代签的,要写监护人的名字和是他什么人。")
)

// MeansText is the text in force that is shown to an adult.
func (s *Store) MeansText(ctx context.Context, tx *pg.Tx) (t MeansText, err error) {
	err = tx.QueryRow(ctx, `select version, words, digest from means_text where shown = 'adult' and since <= $1 order by since desc, version desc limit 1`,
		day(tx.Today())).Scan(&t.Version, &t.Words, &t.Digest)
	return t, pg.Fail(err, "read the text of an authorisation")
}

// Authorise writes down what one of a household said; Name is the one of the household where that
// knows it. The days are set here. Errors: ErrMeansStands, ErrMeansProof, ErrMeansMember,
// ErrMeansGuardian, ErrOldStrokes, ErrConflictOfInterest.
func (s *Store) Authorise(ctx context.Context, tx *pg.Tx, c Case, a Authorisation) (Authorisation, error) {
	a.At, a.Expires = tx.Now(), tx.Today()
	if a.Agreed {
		a.Expires = meansUntil(a.At)
	}
	var reason []byte
	if a.Reason != "" {
		b, err := s.boxOf(ctx, tx, c)
		if err != nil {
			return a, err
		}
		if reason, err = b.put("means_authorisation", meansReason(a.Member, a.At), a.Reason); err != nil {
			return a, err
		}
	}
	err := tx.QueryRow(ctx, `insert into means_authorisation (case_id, region, member, name, agreed, version, digest, how, signature, recording, guardian, relation, reason, at, expires, taken_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) returning id`, c.ID, c.Region, a.Member, a.Name, a.Agreed, a.Version, a.Digest, a.How,
		a.Signature, a.Recording, a.Guardian, a.Relation, reason, a.At, day(a.Expires), number(a.TakenBy)).Scan(&a.ID)
	return a, meansFault(err, "write an authorisation")
}

// meansUntil is the last day of a word that was given then: the same day of the month, or the
// last one of a shorter month, as the database counts. Of a 29th February it is a 28th.
func meansUntil(at time.Time) core.Date {
	day := core.DateOf(at)
	until := day.AddDate(0, MeansMonths, 0)
	if over := until.Time().Day(); over != day.Time().Day() {
		until -= core.Date(over)
	}
	return until
}

// CallOf is the recording of the call in which one of a case's applications was made. Errors:
// ErrMeansProof when there is none.
func (s *Store) CallOf(ctx context.Context, tx *pg.Tx, c Case, application core.ApplicationID) (of core.BlobDigest, err error) {
	err = tx.QueryRow(ctx, `select coalesce(max(recording), '') from case_application where case_id = $1 and application::text = $2 and call_id <> ''`, c.ID, string(application)).Scan(&of)
	if err == nil && of == "" {
		return "", ErrMeansProof
	}
	return of, pg.Fail(err, "find the recording of a call")
}

// OwnMeans keeps the word that whoever applies for themselves gave with their application, of
// nobody else. It writes nothing where one stands, the text is none of ours or the strokes are a
// copy, and gives the row with ID 0 then: no word of theirs holds up that the case is opened.
func (s *Store) OwnMeans(ctx context.Context, tx *pg.Tx, c Case, app *core.Application, a Authorisation) (Authorisation, error) {
	a.Member, a.Name, a.Agreed = app.Applicant.Ref, app.Applicant.Name, true
	if now := tx.Now(); a.At.After(now) { // the gateway's clock may be ahead
		a.At = now
	}
	a.Expires = meansUntil(a.At)
	err := tx.QueryRow(ctx, `with written as (
			insert into means_authorisation (case_id, region, member, name, agreed, version, digest, how, signature, application, at, expires, taken_by)
			select $1, $2, $3, $4, true, t.version, t.digest, $6, $7, $8, $9, $10, $11 from means_text t where t.version = $5
				and length(btrim($4)) between 1 and 40 and exists (select from case_member m where m.case_id = $1 and m.ref = $3 and m.ended is null and m.name in ('', $4))
				and not exists (select from means_authorisation o where o.case_id = $1 and o.member = $3 and o.name = $4 and o.agreed and o.withdrawn is null and o.expires >= $12)
				and not exists (select from case_conflict k where k.case_id = $1 and k.staff = $11)
				and not exists (select from visit v, jsonb_each_text(v.signatures) s where v.case_id = $1 and s.value = $7 and $7 <> '')
				and not exists (select from delivery d where d.signature = $7 and $7 <> '')
			on conflict do nothing returning id, digest)
		select coalesce(max(id), 0), coalesce(max(digest), '') from written`, c.ID, c.Region, a.Member, a.Name, a.Version, a.How, a.Signature, app.ID, a.At, day(a.Expires),
		number(a.TakenBy), day(tx.Today())).Scan(&a.ID, &a.Digest)
	a.Application = app.ID
	return a, meansFault(err, "keep the authorisation of an application")
}

// WithdrawMeans takes one authorisation back, with why. What was learnt on it stays. Errors:
// ErrMovedOn when it does not stand, ErrConflictOfInterest.
func (s *Store) WithdrawMeans(ctx context.Context, tx *pg.Tx, c Case, id int64, by core.StaffID, why string) error {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	sealed, err := b.put("means_authorisation", meansWhy(id), why)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `update means_authorisation set withdrawn = $3, withdrawn_by = $4, withdrawn_why = $5
		where id = $1 and case_id = $2 and agreed and withdrawn is null`, id, c.ID, tx.Now(), by, sealed)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrMovedOn
	}
	return meansFault(err, "withdraw an authorisation")
}

// HoldMeans notes which facts of a visit wait for a word; none ends the waiting.
func (s *Store) HoldMeans(ctx context.Context, tx *pg.Tx, visit int64, keys []string) error {
	_, err := tx.Exec(ctx, `update visit set means_held = $2 where id = $1`, visit, texts(keys))
	return pg.Fail(err, "note what waits for a word")
}

func meansFault(err error, what string) error {
	switch pg.Constraint(err) {
	case "means_stands", "means_authorisation_once":
		return ErrMeansStands
	case "means_authorisation_strokes":
		return ErrOldStrokes
	case "means_proof":
		return ErrMeansProof
	case "means_member", "means_authorisation_name_check":
		return ErrMeansMember
	case "means_guardian", "means_authorisation_guardian_check", "means_authorisation_relation_check":
		return ErrMeansGuardian
	case "means_people":
		return ErrConflictOfInterest
	case "means_stays":
		return ErrMovedOn
	}
	return pg.Fail(err, what)
}
