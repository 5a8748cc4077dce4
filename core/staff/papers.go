package staff

import (
	"context"
	"crypto/rand"
	"math/big"
	"strconv"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// maxPapers is how many codes go on paper.
const maxPapers = 10

// Papers gives ten other codes for paper. Errors: ErrNoDevice.
func (s *Staff) Papers(ctx context.Context, h Half) (papers []string, err error) {
	err = s.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		f, err := s.factorOf(ctx, tx, h.Person.ID, 0)
		if err != nil {
			return err
		}
		if papers, err = s.newPapers(ctx, tx, f.id); err != nil {
			return err
		}
		return s.log.Write(ctx, tx, audit.Entry{Actor: h.actor(), Act: "staff.factor_papers", Subject: subject(h.Person.ID)})
	})
	return papers, err
}

// newPapers makes ten codes for paper; those of before are worth nothing from then on.
func (s *Staff) newPapers(ctx context.Context, tx *pg.Tx, id int64) ([]string, error) {
	if _, err := tx.Exec(ctx, `update staff_factor_paper set used = clock_timestamp() where factor = $1 and used is null`, id); err != nil {
		return nil, pg.Fail(err, "end codes on paper")
	}
	papers := make([]string, maxPapers)
	hashes := make([][]byte, maxPapers)
	for i := range papers {
		code, err := paperCode()
		if err != nil {
			return nil, err
		}
		papers[i], hashes[i] = code[:paperLength/2]+"-"+code[paperLength/2:], s.paperHash(id, code)
	}
	_, err := tx.Exec(ctx, `insert into staff_factor_paper (factor, code) select $1, unnest($2::bytea[])`, id, hashes)
	return papers, pg.Fail(err, "keep codes on paper")
}

func paperCode() (string, error) {
	b := make([]byte, paperLength)
	for i := range b {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(paperLetters))))
		if err != nil {
			return "", core.E(core.KindUnavailable, "random", "").Wrap(err)
		}
		b[i] = paperLetters[n.Int64()]
	}
	return string(b), nil
}

// paperHash is the keyed hash of a code on paper: who reads the table cannot try codes out.
func (s *Staff) paperHash(factor int64, code string) []byte {
	return s.ring.Blind("staff.paper", strconv.FormatInt(factor, 10)+"/"+code)
}
