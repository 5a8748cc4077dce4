package staff

import (
	"context"
	"errors"
	"strconv"
	"time"

	"lianou/core/audit"
	"lianou/core/pg"
)

// Half is who typed a right password and showed no second factor yet, with the token of the browser;
// or, Full, who is logged in and wants to do something to their own device.
type Half struct {
	Person  Person
	Browser string
	Full    bool
}

func (h Half) actor() audit.Actor {
	return audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(h.Person.ID), 10)}
}

// Proof is a second factor that was shown just now: SignIn keeps it with the session.
type Proof struct {
	Factor  int64
	Step    int64  // 0: a code on paper
	Browser string // the token to keep on the device
	Papers  int    // codes on paper that are left
	Wrong   int    // wrong codes since the last right one
}

// Codes are guessed by who has the password already, so beside the ten in a quarter of an hour
// there are bounds for a day: at six digits and three steps, 960 tries a day would be right once in a
// year for every one in three accounts. Browsers that were there before count apart, as passwords do:
// what a stranger does locks nobody out of their own desk (security.md P30). All of them together have a
// bound of a day as well, or who collected cookies would have as many tries as cookies.
const (
	maxStranger = 30
	maxKnown    = 100
	dayTime     = 24 * time.Hour
)

// What is counted of somebody (counted).
const (
	countedPassword = "password"
	countedCode     = "code"
	countedDay      = "day"   // codes, of browsers that are not known
	countedKnown    = "known" // codes, of all that are
)

// ofDay names the count of a day that a browser belongs to.
func ofDay(device string) (what string, most int) {
	if device == anyDevice {
		return countedDay, maxStranger
	}
	return countedKnown, maxKnown
}

// countCode counts one more try. Errors: ErrTooMany.
func (s *Staff) countCode(ctx context.Context, h Half) error {
	tooMany := false
	err := s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		device, err := knownBrowser(ctx, tx, h)
		if err != nil {
			return err
		}
		tries, err := guess(ctx, tx, guesses{of: h.counted(countedCode), device: device, within: guessTime})
		if err != nil {
			return err
		}
		if tooMany = tries > maxGuesses; tooMany || h.Full {
			return nil
		}
		what, most := ofDay(device)
		tries, err = guess(ctx, tx, guesses{of: h.counted(what), device: anyDevice, within: dayTime})
		tooMany = tries > most
		return err
	})
	if err == nil && tooMany {
		err = s.refused(ctx, lookup{id: h.Person.ID}, ErrTooMany)
	}
	return err
}

// knownBrowser gives the hash of the browser's token where the account knows it.
func knownBrowser(ctx context.Context, tx *pg.Tx, h Half) (device string, err error) {
	err = tx.QueryRow(ctx, `select coalesce((select device from staff_device where staff = $1 and device = $2), '')`, int64(h.Person.ID), hashToken(h.Browser)).Scan(&device)
	return device, pg.Fail(err, "look for a device")
}

// counted names what is counted of somebody: at the log-in, or on their own page, where whoever sits
// at an open desk must not use up the tries of the log-in.
func (h Half) counted(what string) string {
	if h.Full {
		what += " own"
	}
	return hashToken("second " + what + " " + strconv.FormatInt(int64(h.Person.ID), 10))
}

// wrongCode leaves a trace of a code that was wrong, and remembers it for the owner: whoever typed
// it knew the password. Errors: ErrCode, always.
func (s *Staff) wrongCode(ctx context.Context, h Half) error {
	err := s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update staff_factor set wrong = least(wrong + 1, 9999) where staff = $1 and enrolled is not null and ended is null`, int64(h.Person.ID))
		if err != nil {
			return pg.Fail(err, "remember a wrong code")
		}
		return s.trace(ctx, tx, audit.Actor{Kind: "staff"}, "refusal.second_factor", h.Person.ID)
	})
	if err != nil {
		return err
	}
	return ErrCode
}

// Show takes a code of the device, or one on paper. It works once: the database moves the step of
// the device's last code on, or has the paper used, and of any number at one time only one gets
// through. Errors: ErrCode, ErrTooMany, ErrNoDevice.
func (s *Staff) Show(ctx context.Context, h Half, typed string) (proof Proof, err error) {
	if err := s.countCode(ctx, h); err != nil {
		return Proof{}, err
	}
	code, err := readCode(typed)
	if err == nil {
		err = s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			var err error
			if proof, err = s.use(ctx, tx, h, code); err != nil {
				return err
			}
			proof, err = s.proven(ctx, tx, h, proof)
			return err
		})
	}
	if errors.Is(err, ErrCode) {
		return Proof{}, s.wrongCode(ctx, h)
	}
	if err != nil {
		return Proof{}, err
	}
	return proof, nil
}

// use has a code used up. Errors: ErrCode, ErrNoDevice.
func (s *Staff) use(ctx context.Context, tx *pg.Tx, h Half, code shown) (Proof, error) {
	f, err := s.factorOf(ctx, tx, h.Person.ID, 0)
	if err != nil {
		return Proof{}, err
	}
	p := Proof{Factor: f.id}
	var once string
	var key any
	if code.paper {
		once, key = `update staff_factor_paper set used = clock_timestamp() where factor = $1 and code = $2 and used is null`, s.paperHash(f.id, code.text)
	} else {
		if p.Step, err = matchStep(f.secret, code.text, s.now(), f.last); err != nil {
			return Proof{}, err
		}
		if p.Step == 0 {
			return Proof{}, ErrCode
		}
		once, key = `update staff_factor set last_step = $2 where id = $1 and last_step < $2 and ended is null`, p.Step
	}
	tag, err := tx.Exec(ctx, once, f.id, key)
	if err != nil {
		return Proof{}, pg.Fail(err, "use a code")
	}
	if tag.RowsAffected() == 0 {
		return Proof{}, ErrCode
	}
	return p, nil
}

// proven takes the try off the count, forgets the wrong ones and, at a log-in, remembers the browser.
func (s *Staff) proven(ctx context.Context, tx *pg.Tx, h Half, p Proof) (Proof, error) {
	device, err := knownBrowser(ctx, tx, h)
	if err != nil {
		return p, err
	}
	if err := unguess(ctx, tx, h.counted(countedCode), device); err != nil {
		return p, err
	}
	day, _ := ofDay(device)
	if err := unguess(ctx, tx, h.counted(day), anyDevice); err != nil {
		return p, err
	}
	err = tx.QueryRow(ctx, `select wrong, (select count(*) from staff_factor_paper where factor = $1 and used is null) from staff_factor where id = $1 for update`, p.Factor).Scan(&p.Wrong, &p.Papers)
	if err != nil {
		return p, pg.Fail(err, "read a second factor")
	}
	if _, err := tx.Exec(ctx, `update staff_factor set wrong = 0 where id = $1 and wrong > 0`, p.Factor); err != nil {
		return p, pg.Fail(err, "forget wrong codes")
	}
	if h.Full {
		return p, nil
	}
	p.Browser, err = s.signedIn(ctx, tx, h.Person.ID, browser{token: h.Browser, known: device != anyDevice})
	return p, err
}
