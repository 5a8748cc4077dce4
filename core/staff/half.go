package staff

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// HalfLife is how long a right password waits for a second factor: time to look for a phone, and to
// enrol one.
const HalfLife = 10 * time.Minute

// Begin keeps a right password until a second factor is shown. The session is nobody's: Who knows
// nobody in it, and its token is a new one already.
func (s *Sessions) Begin(ctx context.Context, in Entrance) error {
	a, err := s.account(ctx, in.Person.ID)
	if err != nil {
		return err
	}
	if err := s.anew(ctx); err != nil {
		return err
	}
	s.m.Put(ctx, keyHalf, int64(in.Person.ID))
	s.m.Put(ctx, keyEpoch, a.epoch)
	s.m.Put(ctx, keySince, s.staff.now().Unix())
	return nil
}

// Half gives whose password was right in this session, and what they still need. Errors:
// ErrNoSession when nobody's was, or too long ago.
func (s *Sessions) Half(ctx context.Context) (h Half, need Need, err error) {
	id := core.StaffID(s.m.GetInt64(ctx, keyHalf))
	since := s.staff.now().Sub(time.Unix(s.m.GetInt64(ctx, keySince), 0))
	if id == 0 || since > HalfLife || since < -time.Minute { // another machine's clock may be a little behind
		return Half{}, NeedNothing, ErrNoSession
	}
	var a account
	err = s.staff.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if h.Person, err = s.staff.Person(ctx, tx, id); err != nil {
			return err
		}
		a, err = s.readAccount(ctx, tx, id)
		return err
	})
	if core.KindOf(err) == core.KindNotFound || err == nil && a.epoch != s.m.GetInt64(ctx, keyEpoch) {
		return Half{}, NeedNothing, ErrNoSession
	}
	return h, a.need, err
}

// Offered is the number of the device that is being enrolled in this session, 0 for none.
func (s *Sessions) Offered(ctx context.Context) int64 { return s.m.GetInt64(ctx, keyOffer) }

// Offering remembers which device is being enrolled in this session.
func (s *Sessions) Offering(ctx context.Context, id int64) { s.m.Put(ctx, keyOffer, id) }

// show writes that a second factor was shown in this session.
func (s *Sessions) show(ctx context.Context, p Person, proof Proof) error {
	return s.staff.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into staff_shown (session, staff, factor, step) values ($1, $2, $3, $4)`, s.name(ctx), int64(p.ID), proof.Factor, proof.Step)
		if pg.SQLState(err) == "23505" {
			return ErrSecond.Wrap(pg.Fail(err, "show a second factor"))
		}
		return pg.Fail(err, "show a second factor")
	})
}

// account is what a session asks of its account each time.
type account struct {
	epoch  int64
	factor int64 // the device that it has, 0 for none
	signed bool  // the city signed under demand
	need   Need
	shown  time.Time // when the device was shown in this session
	fresh  bool      // it was, and not too long ago
}

func (s *Sessions) account(ctx context.Context, id core.StaffID) (a account, err error) {
	err = s.staff.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		a, err = s.readAccount(ctx, tx, id)
		return err
	})
	return a, err
}

func (s *Sessions) readAccount(ctx context.Context, tx *pg.Tx, id core.StaffID) (a account, err error) {
	var shown *time.Time
	const sql = `select a.epoch, coalesce(f.id, 0), w.at, coalesce(w.at > clock_timestamp() - make_interval(secs => $3), false), exists (select from staff_demand) from staff_account a
		left join staff_factor f on f.staff = a.id and f.enrolled is not null and f.ended is null
		left join staff_shown w on w.session = $2 and w.staff = a.id and w.factor = f.id
		where a.id = $1 and a.active`
	err = tx.QueryRow(ctx, sql, int64(id), s.name(ctx), SecondLife.Seconds()).Scan(&a.epoch, &a.factor, &shown, &a.fresh, &a.signed)
	if shown != nil {
		a.shown = *shown
	}
	a.need = s.staff.need(a.factor, a.signed)
	return a, pg.Fail(err, "read the epoch of an account")
}
