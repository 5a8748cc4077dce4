package registry

import (
	"github.com/jackc/pgx/v5/pgtype"

	"lianou/core"
)

// pgDate reads and writes a core.Date as an SQL date, in COPY too.
type pgDate core.Date

// ScanDate implements pgtype.DateScanner.
func (d *pgDate) ScanDate(v pgtype.Date) error {
	if !v.Valid || v.InfinityModifier != pgtype.Finite {
		return core.E(core.KindInternal, "date_null", "")
	}
	*d = pgDate(core.NewDate(v.Time.Date()))
	return nil
}

// DateValue implements pgtype.DateValuer.
func (d pgDate) DateValue() (pgtype.Date, error) {
	return pgtype.Date{Time: core.Date(d).Time(), Valid: true}, nil
}
