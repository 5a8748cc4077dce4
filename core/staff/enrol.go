package staff

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"image/png"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Offer is a device that is being enrolled, as a page shows it to be taken over by a phone.
type Offer struct {
	ID      int64  // known to the session that it was made in, and to no other
	QR      []byte // PNG
	Letters string // the secret, four by four, for who types
	Link    string // otpauth, which opens the app of the phone that shows the page
}

// offerLife is how long an offer waits for the first code.
const (
	offerLife = 15 * time.Minute
	qrSize    = 280 // pixels; the code itself is the largest multiple of its points that fits
)

// ErrOffer says that there is nothing to be proved any more.
var ErrOffer = core.E(core.KindConflict, "second_offer", "这个二维码过期了。请从头再来,扫新的。")

// ErrHasDevice says that an account has a device, which a password alone does not replace.
var ErrHasDevice = core.E(core.KindConflict, "second_has", "这个账号已经绑定了手机。换手机要先用旧手机的口令,手机丢了请找管理员。")

// Offer gives a device for an account without one to enrol; that of a number again while its page is
// open, 0 for another. An offer belongs to one session: whoever else knows the password must not see
// the secret that the owner enrols. Errors: ErrHasDevice.
func (s *Staff) Offer(ctx context.Context, p Person, id int64) (Offer, error) {
	return s.offer(ctx, p, id, func(ctx context.Context, tx *pg.Tx) error {
		d, err := s.DeviceOf(ctx, tx, p.ID)
		if err == nil && d.ID != 0 {
			err = ErrHasDevice
		}
		return err
	})
}

// Replace gives the device that takes the place of the one whose code was just shown (Again); the
// first, where there is none. A number gives that offer again and never another, which would need
// another code. Errors: ErrOffer.
func (s *Staff) Replace(ctx context.Context, p Person, id int64) (Offer, error) {
	return s.offer(ctx, p, id, func(ctx context.Context, tx *pg.Tx) error {
		if id == 0 {
			return nil
		}
		_, err := s.factorOf(ctx, tx, p.ID, id)
		if errors.Is(err, ErrNoDevice) {
			err = ErrOffer
		}
		return err
	})
}

// offer makes or repeats an offer.
func (s *Staff) offer(ctx context.Context, p Person, id int64, may func(context.Context, *pg.Tx) error) (o Offer, err error) {
	err = s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if err := forgetOffers(ctx, tx, p.ID); err != nil {
			return err
		}
		if err := may(ctx, tx); err != nil {
			return err
		}
		f, err := s.factorOf(ctx, tx, p.ID, id)
		if id == 0 || errors.Is(err, ErrNoDevice) {
			f, err = s.begin(ctx, tx, p.ID)
		}
		if err != nil {
			return err
		}
		o, err = draw(p, f)
		return err
	})
	return o, err
}

// forgetOffers takes away what nobody proved in time.
func forgetOffers(ctx context.Context, tx *pg.Tx, id core.StaffID) error {
	const stale = `delete from staff_factor where staff = $1 and enrolled is null and ended is null and begun < clock_timestamp() - make_interval(secs => $2)`
	_, err := tx.Exec(ctx, stale, int64(id), offerLife.Seconds())
	return pg.Fail(err, "forget offers")
}

func (s *Staff) begin(ctx context.Context, tx *pg.Tx, id core.StaffID) (factor, error) {
	f := factor{secret: make([]byte, secretSize)}
	if _, err := rand.Read(f.secret); err != nil {
		return f, core.E(core.KindUnavailable, "random", "").Wrap(err)
	}
	// The time is part of the place that the secret is sealed for, so it is asked for first.
	if err := tx.QueryRow(ctx, `select date_trunc('microseconds', clock_timestamp())`).Scan(&f.begun); err != nil {
		return f, pg.Fail(err, "begin a second factor")
	}
	sealed, err := s.ring.Seal(f.secret, factorAt(id, f.begun))
	if err != nil {
		return f, err
	}
	err = tx.QueryRow(ctx, `insert into staff_factor (staff, secret, begun) values ($1, $2, $3) returning id`, int64(id), sealed, f.begun).Scan(&f.id)
	return f, pg.Fail(err, "begin a second factor")
}

// draw makes the picture and the letters of a device.
func draw(p Person, f factor) (Offer, error) {
	fail := func(err error) (Offer, error) {
		return Offer{}, core.E(core.KindInternal, "second_qr", "").Wrap(err)
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "德州社会救助", AccountName: p.Login, Secret: f.secret, Period: uint(codeStep / time.Second), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return fail(err)
	}
	picture, err := key.Image(qrSize, qrSize)
	if err != nil {
		return fail(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return fail(err)
	}
	var four []string
	for text := letters.EncodeToString(f.secret); text != ""; text = text[min(4, len(text)):] {
		four = append(four, text[:min(4, len(text))])
	}
	return Offer{ID: f.id, QR: b.Bytes(), Letters: strings.Join(four, " "), Link: key.URL()}, nil
}

// Enrol takes the first code of an offer: the device is the account's from then on, every other
// session ends, no browser but this one is known, and ten codes for paper are given this once. Where the account had a device it must
// have been shown first (Again, Replace). Errors: ErrCode, ErrTooMany, ErrOffer.
func (s *Staff) Enrol(ctx context.Context, h Half, offer int64, typed string) (proof Proof, papers []string, err error) {
	if err := s.countCode(ctx, h); err != nil {
		return Proof{}, nil, err
	}
	code, err := readCode(typed)
	if err != nil || code.paper {
		return Proof{}, nil, s.wrongCode(ctx, h)
	}
	err = s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		proof, papers = Proof{}, nil
		if err := forgetOffers(ctx, tx, h.Person.ID); err != nil {
			return err
		}
		f, err := s.factorOf(ctx, tx, h.Person.ID, offer)
		if offer == 0 || errors.Is(err, ErrNoDevice) {
			return ErrOffer
		}
		if err != nil {
			return err
		}
		step, err := matchStep(f.secret, code.text, s.now(), f.last)
		if err != nil {
			return err
		}
		if step == 0 {
			return ErrCode
		}
		replaced, err := endFactor(ctx, tx, h.Person.ID, who(h.actor()), "换了手机")
		if err != nil {
			return err
		}
		if replaced != 0 && !h.Full {
			return ErrHasDevice // a half session enrols the first device and no other
		}
		if papers, err = s.enrolled(ctx, tx, f.id, step); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update staff_account set epoch = epoch + 1 where id = $1`, int64(h.Person.ID)); err != nil {
			return pg.Fail(err, "end the sessions of an account")
		}
		if proof, err = s.proven(ctx, tx, h, Proof{Factor: f.id, Step: step}); err != nil {
			return err
		}
		// Browsers of before were remembered for less than this device, the one at hand too.
		if err = forgetBrowsers(ctx, tx, h.Person.ID); err != nil {
			return err
		}
		if proof.Browser, err = remember(ctx, tx, h.Person.ID, browser{}); err != nil {
			return err
		}
		return s.log.Write(ctx, tx, audit.Entry{Actor: h.actor(), Act: "staff.factor_enrolled", Subject: subject(h.Person.ID), Detail: map[string]any{"factor": f.id, "replaced": replaced != 0}})
	})
	if errors.Is(err, ErrCode) {
		return Proof{}, nil, s.wrongCode(ctx, h)
	}
	return proof, papers, err
}

// enrolled puts a device in use and gives it codes for paper.
func (s *Staff) enrolled(ctx context.Context, tx *pg.Tx, id, step int64) ([]string, error) {
	tag, err := tx.Exec(ctx, `update staff_factor set enrolled = clock_timestamp(), last_step = $2 where id = $1 and enrolled is null and ended is null`, id, step)
	if pg.SQLState(err) == "23505" { // staff_factor_one: another session was quicker
		return nil, ErrHasDevice.Wrap(pg.Fail(err, "enrol a second factor"))
	}
	if err != nil {
		return nil, pg.Fail(err, "enrol a second factor")
	}
	if tag.RowsAffected() == 0 {
		return nil, ErrOffer
	}
	return s.newPapers(ctx, tx, id)
}
