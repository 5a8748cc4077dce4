package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/staff"
)

// maxLive is how many files of one person lie here at a time, a sample figure.
const maxLive = 20

// Keep is how long a file can be fetched; then its bytes go and what is known of it stays.
const Keep = 7 * 24 * time.Hour

// File is one that was made.
type File struct {
	ID       int64
	Kind     Kind
	For      Purpose
	Name     string
	Regions  []core.RegionCode // in whose scope
	Rows     int
	Head     []string // its columns
	Two      bool     // wants a second person's yes
	HasSum   bool
	Sum      core.Fen
	Digest   string // SHA-256 of its bytes
	MadeBy   core.StaffID
	Made     time.Time
	Until    time.Time
	AgreedBy core.StaffID // 0: nobody yet
	Agreed   time.Time
	Declined core.StaffID // 0: nobody said no
	Taken    int
	Over     bool // its bytes are gone, or its days are
}

// Waits reports whether a second person's yes is missing.
func (f File) Waits() bool { return f.Two && f.AgreedBy == 0 && f.Declined == 0 }

// Errors of files.
var (
	ErrFull  = core.E(core.KindConflict, "export_full", "您有 20 份文件还没过期。请先用完这些,过了 7 天再导。")
	ErrNone  = core.E(core.KindNotFound, "no_export", "没有这份文件。")
	ErrWaits = core.E(core.KindConflict, "export_waits", "这份文件要另一个人同意了才能下载。")
	ErrNo    = core.E(core.KindConflict, "export_declined", "另一个人没有同意,文件已经删了。")
	ErrOver  = core.E(core.KindConflict, "export_over", "过了 7 天,文件已经删了。请重新导出。")
	ErrSelf  = core.E(core.KindForbidden, "export_self", "自己导出的,要另一个人来同意。")
	ErrDone  = core.E(core.KindConflict, "export_done", "这份文件不用同意,或者已经有人同意了。")
)

// roles are who makes a kind of file, and who says yes to one of another.
func roles(k Kind) []staff.Role {
	switch k {
	case Batch:
		return []staff.Role{staff.Payer}
	case Cases:
		return []staff.Role{staff.Officer, staff.Approver, staff.County}
	case Sample:
		return []staff.Role{staff.Auditor}
	}
	return nil
}

// MayMake reports whether somebody makes files of a kind.
func MayMake(who staff.Person, k Kind) bool { return who.Has(roles(k)...) }

// kindsOf are the kinds that somebody makes.
func kindsOf(who staff.Person) (list []Kind) {
	for _, k := range []Kind{Batch, Cases, Sample} {
		if MayMake(who, k) {
			list = append(list, k)
		}
	}
	return list
}

// covers reports whether a file is of somebody's kind and places, as these are today.
func covers(who staff.Person, f File) bool {
	return MayMake(who, f.Kind) && !slices.ContainsFunc(f.Regions, func(r core.RegionCode) bool { return !who.Covers(r) })
}

// sees reports whether somebody may know of a file: its maker, and who could say yes to it.
func sees(who staff.Person, f File) bool {
	return f.MadeBy == who.ID || covers(who, f)
}

// Deps are what Exports work with; all are required.
type Deps struct {
	DB    *pg.DB
	Ring  *seal.Ring
	Audit *audit.Log
}

// Exports makes files and hands them out. It is safe for use by many goroutines.
type Exports struct{ d Deps }

// New makes it, or says what is missing.
func New(d Deps) (*Exports, error) {
	if d.DB == nil || d.Ring == nil || d.Audit == nil {
		return nil, core.E(core.KindInvalid, "export_config", "")
	}
	return &Exports{d}, nil
}

func actor(who staff.Person) audit.Actor {
	return audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(who.ID), 10)}
}

func at(digest string) seal.At {
	return seal.At{Table: "export_file", Row: digest, Column: "sealed"}
}

// Make writes a table as a file, in one transaction with its entry, and takes away the bytes of
// those that are over. Errors: ErrPurpose, ErrFull, ErrEmpty, ErrMany, KindForbidden for a kind that is not theirs.
func (e *Exports) Make(ctx context.Context, who staff.Person, t Table) (File, error) {
	if !MayMake(who, t.Kind) {
		return File{}, core.E(core.KindForbidden, "export_kind", "这种文件不归您导出。")
	}
	if err := t.check(); err != nil {
		return File{}, err
	}
	f := File{Kind: t.Kind, For: t.For, Name: t.Name, Regions: who.Regions, Rows: len(t.Rows), Head: t.Head, HasSum: t.HasSum, Sum: t.Sum, MadeBy: who.ID}
	err := e.d.DB.Tx(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if _, err := tx.Exec(ctx, `update export_file set sealed = null where until <= $1 and sealed is not null`, tx.Now()); err != nil {
			return pg.Fail(err, "take away files that are over")
		}
		f.Made, f.Until = tx.Now(), tx.Now().Add(Keep)
		if f.Two, err = e.wantsTwo(ctx, tx, who, f.Rows); err != nil {
			return err
		}
		var raw, sealed []byte
		raw, err = t.bytes(t.mark(who.Name, f.Made))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(raw)
		f.Digest = hex.EncodeToString(sum[:])
		sealed, err = e.d.Ring.Seal(raw, at(f.Digest))
		if err != nil {
			return err
		}
		var fen any
		if f.HasSum {
			fen = int64(f.Sum)
		}
		err = tx.QueryRow(ctx, `insert into export_file (kind, purpose, name, regions, rows, head, two, fen, digest, sealed, made_by, made, until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id`,
			f.Kind, f.For, f.Name, f.Regions, f.Rows, f.Head, f.Two, fen, f.Digest, sealed, f.MadeBy, f.Made, f.Until).Scan(&f.ID)
		if err != nil {
			return pg.Fail(err, "keep a file")
		}
		return e.d.Audit.Write(ctx, tx, f.entry(who, "export.made", map[string]any{"ids": t.IDs, "asked": t.Asked}))
	})
	return f, err
}

// wantsTwo reports whether a file of so many rows takes a second person: by itself, or because what one
// person took in a week would come to more than FreeRows, in however small parts. It holds back another
// file of theirs until it is done, so that two at once are counted both.
func (e *Exports) wantsTwo(ctx context.Context, tx *pg.Tx, who staff.Person, rows int) (bool, error) {
	if _, err := tx.Exec(ctx, `select from staff_account where id = $1 for update`, who.ID); err != nil {
		return false, pg.Fail(err, "hold back other files of a person")
	}
	var live, free int
	err := tx.QueryRow(ctx, `select count(*) filter (where sealed is not null), coalesce(sum(rows) filter (where not two and made > $2), 0) from export_file where made_by = $1`,
		who.ID, tx.Now().Add(-Keep)).Scan(&live, &free)
	if err != nil {
		return false, pg.Fail(err, "count the files of a person")
	}
	if live >= maxLive {
		return false, ErrFull
	}
	return free+rows > FreeRows, nil
}

// entry is what the log says of a file at every step: how much, and which bytes.
func (f File) entry(who staff.Person, act string, more map[string]any) audit.Entry {
	detail := map[string]any{"rows": f.Rows, "fen": int64(f.Sum), "sha256": f.Digest, "name": f.Name}
	for k, v := range more {
		detail[k] = v
	}
	return audit.Entry{Actor: actor(who), Act: act, Subject: "export:" + strconv.FormatInt(f.ID, 10), Purpose: f.For.Word(), Detail: detail}
}

const columns = `select id, kind, purpose, name, regions, rows, head, two, fen is not null, coalesce(fen, 0), digest, made_by, made, until, coalesce(agreed_by, 0), coalesce(agreed, 'epoch'), coalesce(declined_by, 0), taken, sealed is null or until <= $1 from export_file `

const (
	one       = columns + `where id = $2`
	oneLocked = columns + `where id = $2 for update`
)

func scan(row interface{ Scan(...any) error }) (f File, err error) {
	err = row.Scan(&f.ID, &f.Kind, &f.For, &f.Name, &f.Regions, &f.Rows, &f.Head, &f.Two, &f.HasSum, &f.Sum, &f.Digest, &f.MadeBy, &f.Made, &f.Until, &f.AgreedBy, &f.Agreed, &f.Declined, &f.Taken, &f.Over)
	return f, pg.Fail(err, "read a file's head")
}

// find reads a file's head for somebody; ErrNone for one that is not theirs to know of.
func find(ctx context.Context, tx *pg.Tx, who staff.Person, sql string, id int64) (File, error) {
	f, err := scan(tx.QueryRow(ctx, sql, tx.Now(), id))
	if core.KindOf(err) == core.KindNotFound && err != nil || err == nil && !sees(who, f) {
		return File{}, ErrNone
	}
	return f, err
}

// Get reads a file's head. ErrNone.
func (e *Exports) Get(ctx context.Context, who staff.Person, id int64) (f File, err error) {
	err = e.d.DB.Read(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		f, err = find(ctx, tx, who, one, id)
		return err
	})
	return f, err
}

// List reads what somebody made and what waits for their yes, newest first, at most 50.
func (e *Exports) List(ctx context.Context, who staff.Person) (list []File, err error) {
	err = e.d.DB.Read(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		list = nil
		rows, err := tx.Query(ctx, columns+`where made_by = $2 or agreed_by is null and declined_by is null and two and until > $1 and kind = any($3) and regions <@ $4 order by id desc limit 50`,
			tx.Now(), who.ID, kindsOf(who), who.Regions)
		if err != nil {
			return pg.Fail(err, "list files")
		}
		defer rows.Close()
		for rows.Next() {
			f, err := scan(rows)
			if err != nil {
				return err
			}
			if sees(who, f) {
				list = append(list, f)
			}
		}
		return pg.Fail(rows.Err(), "list files")
	})
	return list, err
}

// Agree is the second person's yes to a file as its page showed it. Errors: ErrNone, ErrSelf,
// ErrDone, ErrOver.
func (e *Exports) Agree(ctx context.Context, who staff.Person, id int64, digest string) error {
	return e.d.DB.Tx(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		f, err := waiting(ctx, tx, who, id, digest)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update export_file set agreed_by = $2, agreed = $3 where id = $1`, id, who.ID, tx.Now()); err != nil {
			return pg.Fail(err, "agree to a file")
		}
		return e.d.Audit.Write(ctx, tx, f.entry(who, "export.agreed", nil))
	})
}

// Decline is the second person's no: the file is gone at once. Errors: as of Agree.
func (e *Exports) Decline(ctx context.Context, who staff.Person, id int64, digest string) error {
	return e.d.DB.Tx(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		f, err := waiting(ctx, tx, who, id, digest)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update export_file set declined_by = $2, declined = $3, sealed = null where id = $1`, id, who.ID, tx.Now()); err != nil {
			return pg.Fail(err, "decline a file")
		}
		return e.d.Audit.Write(ctx, tx, f.entry(who, "export.declined", nil))
	})
}

// waiting locks a file that waits for somebody's word, as its page showed it.
func waiting(ctx context.Context, tx *pg.Tx, who staff.Person, id int64, digest string) (File, error) {
	f, err := find(ctx, tx, who, oneLocked, id)
	switch {
	case err != nil:
		return f, err
	case f.MadeBy == who.ID:
		return f, ErrSelf
	case !f.Waits() || f.Digest != digest:
		return f, ErrDone
	case f.Over:
		return f, ErrOver
	}
	return f, nil
}

// Take hands the bytes to their maker, and counts it. Errors: ErrNone, ErrWaits, ErrNo, ErrOver; seal's
// where the bytes are not those that were sealed.
func (e *Exports) Take(ctx context.Context, who staff.Person, id int64) (f File, raw []byte, err error) {
	err = e.d.DB.Tx(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		f, err = find(ctx, tx, who, oneLocked, id)
		switch {
		case err != nil:
			return err
		case f.MadeBy != who.ID, !covers(who, f): // who has other work or places by now is nobody here
			return ErrNone
		case f.Waits():
			return ErrWaits
		case f.Declined != 0:
			return ErrNo
		case f.Over:
			return ErrOver
		}
		var sealed []byte
		if err := tx.QueryRow(ctx, `update export_file set taken = taken + 1 where id = $1 returning sealed`, id).Scan(&sealed); err != nil {
			return pg.Fail(err, "hand out a file")
		}
		if raw, err = e.d.Ring.Open(sealed, at(f.Digest)); err != nil {
			return err
		}
		return e.d.Audit.Write(ctx, tx, f.entry(who, "export.taken", nil))
	})
	return f, raw, err
}
