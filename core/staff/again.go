package staff

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// Again has who is logged in show password and, where they have a device, a code of it, before
// something is done to the device itself: an open desk is not enough for that. The proof is empty
// where there is no device. Errors: ErrPassword, ErrCode, ErrTooMany.
func (s *Staff) Again(ctx context.Context, h Half, password, typed string) (Proof, error) {
	h.Full = true
	if password == "" {
		return Proof{}, ErrPassword // no guess
	}
	var hash string
	var device Device
	tries := 0
	err := s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if tries, err = guess(ctx, tx, guesses{of: h.counted(countedPassword), within: guessTime}); err != nil {
			return err
		}
		if device, err = s.DeviceOf(ctx, tx, h.Person.ID); err != nil {
			return err
		}
		return pg.Fail(tx.QueryRow(ctx, `select password from staff_account where id = $1 and active`, int64(h.Person.ID)).Scan(&hash), "read an account")
	})
	if err != nil {
		return Proof{}, err
	}
	if tries > maxGuesses {
		return Proof{}, s.refused(ctx, lookup{id: h.Person.ID}, ErrTooMany)
	}
	ok, err := s.hasher.matches(ctx, hash, password)
	if err != nil {
		return Proof{}, err
	}
	if !ok || len(password) > maxPassword {
		return Proof{}, s.refused(ctx, lookup{id: h.Person.ID}, ErrPassword)
	}
	err = s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return unguess(ctx, tx, h.counted(countedPassword), anyDevice)
	})
	if err != nil || device.ID == 0 {
		return Proof{}, err
	}
	return s.Show(ctx, h, typed)
}

// ErrPassword is the answer to a wrong password on one's own page.
var ErrPassword = core.Invalid("password", "密码不对。")
