package casefile

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/width"

	"lianou/core"
	"lianou/core/pg"
)

// letterCode is how many digits of a decision's digest stand on its letter.
const letterCode = 12

// LetterCode is the code of a letter as it is printed and said: 1a2b 3c4d 5e6f.
func LetterCode(digest string) string {
	if len(digest) < letterCode {
		return ""
	}
	return digest[:4] + " " + digest[4:8] + " " + digest[8:letterCode]
}

// ParseLetterCode reads a code as people write it. Errors are KindInvalid.
func ParseLetterCode(s string) (string, error) {
	code := strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(width.Narrow.String(s)))
	if len(s) > 80 || len(code) != letterCode || strings.Trim(code, "0123456789abcdef") != "" {
		return "", core.Invalid("letter_code", "校验码是 12 位,数字和 a 到 f 的字母。请对着信再念一遍。")
	}
	return code, nil
}

// Letter is what a letter must say to be real. It names nobody: who found somebody's
// letter learns no more than it says.
type Letter struct {
	Case        core.CaseID
	Application core.ApplicationID
	Region      core.RegionCode
	Item        string
	Outcome     Outcome
	HasAmount   bool
	Amount      core.Fen
	Period      string
	Sample      bool
	Decides     string // township, county, outside
	Department  string
	At          time.Time
	Town        string
	Changes     bool // a new sum for a benefit that runs
	Fits        bool // the four characters that were said are the end of the applicant's ID number
}

// LettersByCode finds the decisions whose letters bear a code; more than one only by
// chance of one in 2^48 for each pair.
//
// A code can be copied onto another letter. Only with the end of the ID number of whom
// the letter is for does it say that the letter is theirs; last4 may be "".
func (s *Store) LettersByCode(ctx context.Context, tx *pg.Tx, code, last4 string) ([]Letter, error) {
	const sql = `select d.case_id, f.application::text, d.region, c.name, d.outcome, d.amount is not null, coalesce(d.amount, 0), d.period, d.sample, c.decides, c.department, d.at,
			f.town, exists (select 1 from benefit_change b where b.decision = d.id), f.receipt,
			coalesce((select phone_key from case_status s where s.application = f.application), '')
		from decision d join claim c on c.id = d.claim_id join casefile f on f.id = d.case_id where d.digest collate "C" >= $1 and d.digest collate "C" < $1 || 'g' order by d.id limit 5`
	rows, err := tx.Query(ctx, sql, code)
	if err != nil {
		return nil, pg.Fail(err, "look for a letter by its code")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (l Letter, err error) {
		var receipt core.Receipt
		var key string
		err = r.Scan(&l.Case, &l.Application, &l.Region, &l.Item, &l.Outcome, &l.HasAmount, &l.Amount, &l.Period, &l.Sample, &l.Decides, &l.Department, &l.At,
			&l.Town, &l.Changes, &receipt, &key)
		l.Fits = key != "" && key == phoneKey(s.shared.Blind, receipt, last4)
		return l, err
	})
	return list, pg.Fail(err, "look for a letter by its code")
}
