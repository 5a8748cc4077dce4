package staff

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Second says by which device, and when, a second factor was shown in a session (security.md P16,
// P30). What is signed in the session names it.
type Second struct {
	Factor   int64 // number of the device; 0: none was shown
	At       time.Time
	Demanded bool // the city demands one
}

// SecondLife is how long a second factor that was shown stands for what is done: a working day, which
// is the longest that a session lives. A code at each of a hundred decisions would be typed without
// looking up, and would hinder nobody who sits down at an open desk; against that one there are the
// 15 minutes. The bound is held by SQL as well, so that no way to keep a session alive is a way round it.
const SecondLife = SessionAbsolute

// Need is what a log-in still lacks after the password.
type Need int

// What may be lacking.
const (
	NeedNothing Need = iota
	NeedCode         // a code of the device
	NeedDevice       // a device: the city demands one and the account has none
)

// ErrSecond is the answer to an act in a session that showed no second factor, or too long ago.
var ErrSecond = core.E(core.KindForbidden, "second_factor", "要先用手机上的动态口令登录,才能办这件事。请退出,重新登录。")

// Demands reports whether the setting demands a second factor of everybody; a city that signed under
// one before demands it whatever the setting says.
func (s *Staff) Demands() bool { return s.demand }

// need says what an account still lacks after the password. A city that signed under demand takes no
// decision without a second factor any more (00676), so who has no device is led to bind one.
func (s *Staff) need(factor int64, signed bool) Need {
	switch {
	case factor != 0:
		return NeedCode // whoever has a device needs it, demanded or not
	case s.demand || signed:
		return NeedDevice
	}
	return NeedNothing
}

// Device is a second factor as its owner sees it.
type Device struct {
	ID       int64
	Enrolled time.Time
	Papers   int // codes on paper that are left
}

// DeviceOf reads the device that an account has; the zero Device for none.
func (s *Staff) DeviceOf(ctx context.Context, tx *pg.Tx, id core.StaffID) (d Device, err error) {
	const sql = `select f.id, f.enrolled, (select count(*) from staff_factor_paper p where p.factor = f.id and p.used is null)
		from staff_factor f where f.staff = $1 and f.enrolled is not null and f.ended is null`
	err = tx.QueryRow(ctx, sql, int64(id)).Scan(&d.ID, &d.Enrolled, &d.Papers)
	if errors.Is(err, pgx.ErrNoRows) {
		return Device{}, nil
	}
	return d, pg.Fail(err, "read a second factor")
}

// LostPhone ends the device of an account and sets another password: the old one, which somebody may
// have borrowed, must not be enough to enrol a phone of their own. Every session ends. Errors:
// ErrUnknown, KindInvalid for a weak password or no reason; ErrNoDevice.
func (s *Staff) LostPhone(ctx context.Context, tx *pg.Tx, by audit.Actor, id core.StaffID, l Loss) error {
	if l.Why == "" || len([]rune(l.Why)) > 200 {
		return core.Invalid("why", "请写明为什么停用这个口令,200 个字以内。")
	}
	if by.Kind == "staff" && by.ID == strconv.FormatInt(int64(id), 10) {
		return core.E(core.KindForbidden, "second_own", "自己的口令要别人来停。")
	}
	if err := s.SetPassword(ctx, tx, by, id, l.Password); err != nil {
		return err
	}
	n, err := endFactor(ctx, tx, id, who(by), l.Why)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNoDevice
	}
	return s.log.Write(ctx, tx, audit.Entry{Actor: by, Act: "staff.factor_ended", Subject: subject(id), Detail: map[string]any{"why": l.Why}})
}

// Loss is what ends a device: why, and the account's next password.
type Loss struct{ Why, Password string }

// ErrNoDevice says that an account has no second factor.
var ErrNoDevice = core.E(core.KindNotFound, "second_none", "这个账号没有绑定动态口令。")

// endFactor ends the device that an account has, and gives how many that were.
func endFactor(ctx context.Context, tx *pg.Tx, id core.StaffID, by, why string) (int64, error) {
	tag, err := tx.Exec(ctx, `update staff_factor set ended = clock_timestamp(), ended_by = $2, ended_why = $3
		where staff = $1 and enrolled is not null and ended is null`, int64(id), by, why)
	return tag.RowsAffected(), pg.Fail(err, "end a second factor")
}

// factor is a device with what opens its codes.
type factor struct {
	id     int64
	secret []byte
	begun  time.Time
	last   int64
}

// factorOf reads the device of an account that is in use; or, by its number, one that was offered
// and is not proved yet. Errors: ErrNoDevice.
func (s *Staff) factorOf(ctx context.Context, tx *pg.Tx, id core.StaffID, offer int64) (f factor, err error) {
	if s.ring == nil {
		return f, core.E(core.KindInternal, "staff_ring", "").Wrap(errors.New("staff.Config has no Ring to open second factors with"))
	}
	var sealed []byte
	const sql = `select id, secret, begun, last_step from staff_factor where staff = $1 and ended is null
		and case when $2 = 0 then enrolled is not null else enrolled is null and id = $2 end`
	err = tx.QueryRow(ctx, sql, int64(id), offer).Scan(&f.id, &sealed, &f.begun, &f.last)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, ErrNoDevice
	}
	if err != nil {
		return f, pg.Fail(err, "read a second factor")
	}
	f.secret, err = s.ring.Open(sealed, factorAt(id, f.begun))
	return f, err
}

// factorAt is the place of a sealed secret: whose it is, and since when.
func factorAt(id core.StaffID, begun time.Time) seal.At {
	return seal.At{Table: "staff_factor", Row: strconv.FormatInt(int64(id), 10) + "/" + begun.UTC().Format(time.RFC3339Nano), Column: "secret"}
}
