package registry

import (
	"context"
	"strings"

	"lianou/core"
	"lianou/core/pg"
)

// Field is a masked value of a person that can be shown in full.
type Field string

// The fields Reveal knows. An account is not among them: only AccountOf opens one.
const (
	FieldID    Field = "id_number"
	FieldPhone Field = "phone"
)

// Look is who wants to see which masked value of a person in full, and why in their
// own words.
type Look struct {
	Person core.PersonID
	Field  Field
	Reason string // always
}

// maxReason bounds what somebody writes beside a look, in bytes.
const maxReason = 600

// Reveal shows one masked value in full and writes who saw it and why in the same
// transaction: without the entry there is no value (F72). A member of staff sees 30 in
// an hour, those of cases included (security.md P22). Errors: ErrUnknown, KindInvalid,
// KindTooMany.
func (r *Registry) Reveal(ctx context.Context, tx *pg.Tx, why Purpose, look Look) (string, error) {
	reason := strings.TrimSpace(look.Reason)
	if reason == "" || len(reason) > maxReason {
		return "", core.Invalid("reason", "请写一句为什么要看全号,不超过两百字。")
	}
	const sql = `select ` + personColumns + ` from person p where p.id = $1`
	list, err := r.people(ctx, tx, sql, int64(look.Person))
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "", ErrUnknown
	}
	if err := r.log.MayReveal(ctx, tx, why.Actor.ID); err != nil {
		return "", err
	}
	plain := ""
	switch look.Field {
	case FieldID:
		plain = list[0].IDNumber.Reveal()
	case FieldPhone:
		plain = list[0].Phone.Reveal()
	default:
		return "", core.Invalid("field", "没有这一项。")
	}
	return plain, r.trace(ctx, tx, why, "field.revealed", list[0], map[string]any{"field": look.Field, "reason": reason})
}
