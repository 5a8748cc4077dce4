package payout

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// What a return code asks of the card that is to take the place of the returned one.
var (
	// ErrClosedCard is the card once more that the bank says is closed.
	ErrClosedCard = core.E(core.KindInvalid, "card_closed", "银行说这张卡已经销户。请登记另一张卡。")
	// ErrNoSuchCard is the number once more that the bank does not know.
	ErrNoSuchCard = core.E(core.KindInvalid, "card_unknown", "银行说没有这个卡号。请对着卡一位一位登记,不能还是原来的号。")
	// ErrNotTheirCard is the number and the name once more that do not belong together.
	ErrNotTheirCard = core.E(core.KindInvalid, "card_name", "银行说卡号和名字不是一个人。卡号、名字,总有一样要改。")
)

// Mends reports whether a correction can mend what came back of a case, by the bank's
// codes: a closed card or an unknown number needs another number, a name that is not the
// card's another name or number; a dormant card may be the same once it was woken. nil
// where nothing came back.
func (p *Payout) Mends(ctx context.Context, tx *pg.Tx, id core.CaseID, c Correction) error {
	fixes, err := p.ReturnedOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, fix := range fixes {
		if err := p.mends(ctx, tx, fix, c); err != nil {
			return err
		}
	}
	return nil
}

func (p *Payout) mends(ctx context.Context, tx *pg.Tx, fix int64, c Correction) error {
	const q = `select f.code, l.holder, l.account, l.batch, l.seq from payout_fix f join payout_line l on l.id = f.line where f.id = $1`
	var code, holder string
	var sealed []byte
	var batch int64
	var seq int
	if err := tx.QueryRow(ctx, q, fix).Scan(&code, &holder, &sealed, &batch, &seq); err != nil {
		return pg.Fail(err, "read what came back")
	}
	old, err := p.ring.Open(sealed, lineAt(batch, seq))
	if err != nil {
		return err
	}
	same := string(old) == c.Account.Reveal()
	switch {
	case code == CodeClosed && same:
		return ErrClosedCard
	case code == CodeNoAccount && same:
		return ErrNoSuchCard
	case code == CodeNameMismatch && same && holder == c.Holder:
		return ErrNotTheirCard
	}
	return nil
}
