package casefile

import (
	"context"
	"strings"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Field is a masked value that can be shown in full.
type Field string

// The fields Reveal knows. A member's ID number is FieldMemberID plus the ref.
const (
	FieldPhone    Field = "contact_phone"
	FieldID       Field = "applicant_id"
	FieldAccount  Field = "account"
	FieldMemberID Field = "member_id/"
)

// Look is who wants to see which masked value in full, and why.
type Look struct {
	Case   core.CaseID
	Field  Field
	Actor  Actor
	Reason string // always
}

// Reveal shows one masked value in full to an actor who says why, and writes that
// into the audit log in the same transaction: without the entry there is no value
// (F72).
func (s *Store) Reveal(ctx context.Context, tx *pg.Tx, in Look) (string, error) {
	if strings.TrimSpace(in.Reason) == "" {
		return "", core.Invalid("reason", "请写一句为什么要看全号。")
	}
	actor := in.Actor
	c, err := s.Get(ctx, tx, in.Case)
	if err != nil {
		return "", err
	}
	if actor.Kind != "staff" || !actor.Covers(c.Region) {
		return "", core.E(core.KindNotFound, "not_found", "没有找到这件事。")
	}
	if err := s.NoConflict(ctx, tx, c.ID, actor.Staff); err != nil {
		return "", err
	}
	who := actor.Audit()
	if err := s.audit.MayReveal(ctx, tx, who.ID); err != nil {
		return "", err
	}
	plain, err := s.plain(ctx, tx, c, in.Field)
	if err != nil {
		return "", err
	}
	why := "reveal"
	if in.Field == FieldPhone {
		why = audit.RevealPhone
	}
	err = s.audit.Write(ctx, tx, audit.Entry{Actor: who, Act: "field.revealed", Case: c.ID, Application: c.Application,
		Region: c.Region, Purpose: why, Detail: map[string]any{"field": in.Field, "reason": in.Reason}})
	if err != nil {
		return "", err
	}
	return plain, nil
}

func (s *Store) plain(ctx context.Context, tx *pg.Tx, c Case, field Field) (string, error) {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return "", err
	}
	var sealed []byte
	if ref, member := strings.CutPrefix(string(field), string(FieldMemberID)); member {
		err := tx.QueryRow(ctx, `select id_number from case_member where case_id = $1 and ref = $2 and ended is null`, c.ID, ref).Scan(&sealed)
		if err != nil {
			return "", pg.Fail(err, "read a member's number")
		}
		return b.get("case_member", "id_number/"+ref, sealed)
	}
	var phone, number, account []byte
	err = tx.QueryRow(ctx, `select contact_phone, applicant_id, account from casefile where id = $1`, c.ID).Scan(&phone, &number, &account)
	if err != nil {
		return "", pg.Fail(err, "read a sealed field")
	}
	switch field {
	case FieldPhone:
		sealed = phone
	case FieldID:
		sealed = number
	case FieldAccount:
		sealed = account
	default:
		return "", core.Invalid("field", "没有这一项。")
	}
	return b.get("casefile", string(field), sealed)
}

// Sealed is what a step of the machine needs in plain, for the length of that
// step: the verifier asks with name and number, a notice goes to the phone.
type Sealed struct {
	Name    string // the applicant's
	ID      core.IDNumber
	Contact string
	Phone   core.Phone
	Account core.BankAccount
	Holder  string // name on that card
	Citizen string // account of the citizen side that first asked, "" for none
}

const contactOf = `select f.contact_name, coalesce(nullif(f.account_holder, ''), f.applicant), a.citizen
	from casefile f join case_application a on a.application = ` + spoken + ` where f.id = $1`

// OpenPerson opens the applicant's numbers for a job or an act. The caller writes the
// audit entry of what it does with them.
func (s *Store) OpenPerson(ctx context.Context, tx *pg.Tx, c Case) (Sealed, error) {
	out := Sealed{Name: c.Applicant}
	err := tx.QueryRow(ctx, contactOf, c.ID).Scan(&out.Contact, &out.Holder, &out.Citizen)
	if err != nil {
		return out, pg.Fail(err, "read the contact of a case")
	}
	read := func(field Field) string {
		if err != nil {
			return ""
		}
		var plain string
		plain, err = s.plain(ctx, tx, c, field)
		return plain
	}
	number, phone, account := read(FieldID), read(FieldPhone), read(FieldAccount)
	if err != nil {
		return out, err
	}
	// What was sealed had been parsed; a value that no longer parses (the clock
	// of a demonstration moved) stays unknown and is asked for again.
	out.ID, _ = core.ParseID(number, tx.Today())
	out.Phone, _ = core.ParsePhone(phone)
	out.Account, _ = core.ParseBankAccount(account)
	return out, nil
}

// SetRecording ties a recording that came after its call to the cases of the call
// in this scope (F14). It reports how many there were.
func (s *Store) SetRecording(ctx context.Context, tx *pg.Tx, callID string, recording core.BlobDigest) (int, error) {
	if callID == "" {
		return 0, nil
	}
	_, err := tx.Exec(ctx, `update case_application set recording = $2 where call_id = $1 and recording = ''`, callID, recording)
	if err != nil {
		return 0, pg.Fail(err, "tie a recording to its requests")
	}
	tag, err := tx.Exec(ctx, `update casefile set recording = $2, updated = $3 where call_id = $1 and recording = ''`, callID, recording, tx.Now())
	return int(tag.RowsAffected()), pg.Fail(err, "tie a recording to its cases")
}
