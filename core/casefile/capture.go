package casefile

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Capture is one record of a visit as a device made it, without network, and handed it in
// later (F87).
type Capture struct {
	Key    string // UUID, of the device: the same record handed in again comes under it
	Visit  int64
	Seen   time.Time // when the household signed
	Digest [32]byte  // SHA-256 of all that came under the key
	Photos []CapturedPhoto
}

// CapturedPhoto is a picture with what its device noted of it at once.
type CapturedPhoto struct {
	Blob     core.BlobDigest // as it is kept
	Original [32]byte        // SHA-256 of the bytes that the device made
	Taken    time.Time
	Place    string // "lon,lat"; "" where the device gave none
}

// CaptureOutcome is what became of a record that was handed in.
type CaptureOutcome string

// The outcomes of a capture.
const (
	CaptureRecorded CaptureOutcome = "recorded" // it is the visit's record
	CaptureSecond   CaptureOutcome = "second"   // another one came before it, or the case went on: kept for a person
)

// SecondRecord is a record of a visit beside the one that counts.
type SecondRecord struct {
	N          int64
	Visit      int64
	Staff      core.StaffID
	Seen       time.Time
	Synced     time.Time
	Record     string // what it says; opened by View only
	Signatures map[string]core.BlobDigest
	Photos     []core.BlobDigest
}

// ErrCaptureOther is the answer to another record under a key that is taken.
var ErrCaptureOther = core.E(core.KindConflict, "capture_other", "这份记录先交过一次,和现在的不一样。请打开这一户,再点一次“写好了”,把后来的另交一份。")

// ErrNotTaken is the answer to whoever hands in a visit that they never took along.
var ErrNotTaken = core.E(core.KindForbidden, "visit_not_taken", "这一户不是您去的,交不了。记录还在这部手机里,请去的人来交。")

// ToTake lists the visits that somebody has before them up to a day, the next first, of the
// regions of tx, at most limit.
func (s *Store) ToTake(ctx context.Context, tx *pg.Tx, staff core.StaffID, until core.Date, limit int) ([]Visit, error) {
	const sql = `select v.id, v.case_id, v.first_staff, v.second_staff, v.planned - date '1970-01-01' from visit v join casefile f on f.id = v.case_id
		where $1 in (v.first_staff, v.second_staff) and v.done is null and v.planned <= $2 and f.state in ('visiting', 'paid_pending_papers') order by v.planned, v.id limit $3`
	rows, err := tx.Query(ctx, sql, staff, day(until), clampLimit(limit))
	if err != nil {
		return nil, pg.Fail(err, "list visits to take along")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Visit, err error) {
		err = row.Scan(&v.ID, &v.Case, &v.First, &v.Second, &v.Planned)
		return v, err
	})
	return list, pg.Fail(err, "list visits to take along")
}

// ToSecond counts the records of the other visitor that somebody has still to stand behind.
func (s *Store) ToSecond(ctx context.Context, tx *pg.Tx, staff core.StaffID) (n int, err error) {
	const sql = `select count(*) from visit v join casefile f on f.id = v.case_id where $1 in (v.first_staff, v.second_staff) and v.done is not null and v.seconded is null
		and v.recorded_by <> $1 and f.state not in ('settled', 'withdrawn')`
	err = tx.QueryRow(ctx, sql, staff).Scan(&n)
	return n, pg.Fail(err, "count records to stand behind")
}

// Take notes that somebody has what is to be known of a visit on a device of theirs.
func (s *Store) Take(ctx context.Context, tx *pg.Tx, visits []int64, staff core.StaffID) error {
	_, err := tx.Exec(ctx, `insert into visit_taken (visit, region, staff, at) select id, region, $2, $3 from visit where id = any($1)
		on conflict (visit, staff) do update set at = excluded.at`, visits, staff, tx.Now())
	return pg.Fail(err, "note who takes visits along")
}

// Captured looks a key up, and holds it until the transaction ends: of two devices, or of one
// that asks twice at once, the second waits and reads what the first did. found is false for a
// key that nobody used. Errors: ErrCaptureOther.
func (s *Store) Captured(ctx context.Context, tx *pg.Tx, c Capture) (out CaptureOutcome, found bool, err error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 620))`, c.Key); err != nil {
		return "", false, pg.Fail(err, "hold the key of a record")
	}
	var digest []byte
	err = tx.QueryRow(ctx, `select outcome, digest from visit_capture where key = $1`, c.Key).Scan(&out, &digest)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	if err == nil && string(digest) != string(c.Digest[:]) {
		return "", false, ErrCaptureOther
	}
	return out, err == nil, pg.Fail(err, "look for a record that was handed in")
}

// ErrSecondKept is the answer to one more record of a visit by who handed in two.
var ErrSecondKept = core.E(core.KindConflict, "second_kept", "这一户您交的另一份记录已经收下了,等经办看。这一份还在手机里,请当面告诉经办。")

// TakenVisit is a visit that somebody took along.
type TakenVisit struct {
	Case    core.CaseID
	Planned time.Time // when it was planned
	Taken   time.Time // when they took it along, last
	Goes    bool      // they are still one of the two
}

// TakenVisit reads one. Errors: ErrNotTaken, also for one that is out of sight.
func (s *Store) TakenVisit(ctx context.Context, tx *pg.Tx, visit int64, staff core.StaffID) (t TakenVisit, err error) {
	err = tx.QueryRow(ctx, `select v.case_id, v.planned_at, t.at, $2 in (v.first_staff, v.second_staff)
		from visit_taken t join visit v on v.id = t.visit where t.visit = $1 and t.staff = $2`, visit, staff).Scan(&t.Case, &t.Planned, &t.Taken, &t.Goes)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, ErrNotTaken
	}
	return t, pg.Fail(err, "look for a visit")
}

// WroteVisit lists who wrote the two records that a doubt is about: neither says which counts.
func (s *Store) WroteVisit(ctx context.Context, tx *pg.Tx, d Doubt) (staff []core.StaffID, err error) {
	err = tx.QueryRow(ctx, `select array [c.staff, coalesce(v.recorded_by, c.staff)] from visit_capture c join visit v on v.id = c.visit where c.n = $1`, d.Event).Scan(&staff)
	return staff, pg.Fail(err, "read who wrote two records")
}

// SamePictures counts the pictures of a record that were handed in with another case's, byte for
// byte.
func (s *Store) SamePictures(ctx context.Context, tx *pg.Tx, c Capture, of core.CaseID) (n int, err error) {
	originals := make([][]byte, 0, len(c.Photos))
	for _, p := range c.Photos {
		originals = append(originals, p.Original[:])
	}
	err = tx.QueryRow(ctx, `select count(distinct p.original) from visit_photo p join visit_capture c on c.key = p.capture where p.original = any ($1) and c.case_id <> $2`, originals, of).Scan(&n)
	return n, pg.Fail(err, "look for pictures of other cases")
}

// AddCapture keeps what came under a key: record is sealed, and "" for the one that counts. It
// gives the number of the row.
func (s *Store) AddCapture(ctx context.Context, tx *pg.Tx, c Case, in Capture, by core.StaffID, second *SecondRecord) (n int64, err error) {
	if in.Seen.After(tx.Now()) { // the clocks of two machines are never one
		in.Seen = tx.Now()
	}
	outcome, signatures := CaptureRecorded, map[string]core.BlobDigest{}
	var sealed []byte
	if second != nil {
		var wrapped []byte
		if err := tx.QueryRow(ctx, `select data_key from casefile where id = $1`, c.ID).Scan(&wrapped); err != nil {
			return 0, pg.Fail(err, "find the key of a case")
		}
		b, err := s.openBox(c.Application, wrapped)
		if err != nil {
			return 0, err
		}
		if sealed, err = b.put("visit_capture", in.Key, second.Record); err != nil {
			return 0, err
		}
		outcome, signatures = CaptureSecond, second.Signatures
	}
	const sql = `insert into visit_capture (key, visit, case_id, region, staff, seen, synced, digest, outcome, record, signatures)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning n`
	err = tx.QueryRow(ctx, sql, in.Key, in.Visit, c.ID, c.Region, by, in.Seen, tx.Now(), in.Digest[:], outcome, sealed, encode(signatures)).Scan(&n)
	if pg.Constraint(err) == "visit_capture_second" {
		return 0, ErrSecondKept
	}
	if err != nil {
		return 0, pg.Fail(err, "keep a record that was handed in")
	}
	for i, p := range in.Photos {
		_, err := tx.Exec(ctx, `insert into visit_photo (capture, n, region, blob, original, taken, place) values ($1, $2, $3, $4, $5, $6, $7)`,
			in.Key, i+1, c.Region, p.Blob, p.Original[:], p.Taken, p.Place)
		if err != nil {
			return 0, pg.Fail(err, "keep what a device noted of a picture")
		}
	}
	return n, nil
}

// seconds reads the records of a case that do not count, newest first. The caller has logged
// the read.
func (s *Store) seconds(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) ([]SecondRecord, error) {
	const sql = `select c.n, c.key::text, c.visit, c.staff, c.seen, c.synced, c.record, c.signatures,
		array (select p.blob from visit_photo p where p.capture = c.key order by p.n) from visit_capture c where c.case_id = $1 and c.outcome = 'second' order by c.n desc limit $2`
	rows, err := tx.Query(ctx, sql, id, maxHistory)
	if err != nil {
		return nil, pg.Fail(err, "read second records")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r SecondRecord, err error) {
		var key string
		var sealed []byte
		if err = row.Scan(&r.N, &key, &r.Visit, &r.Staff, &r.Seen, &r.Synced, &sealed, &r.Signatures, &r.Photos); err != nil {
			return r, err
		}
		r.Record, err = b.get("visit_capture", key, sealed)
		return r, err
	})
	return list, pg.Fail(err, "read second records")
}
