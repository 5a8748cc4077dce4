package casefile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Origin is how a case began, for whoever walks back from its money: the requests, and the words
// at the door. Names of the household and long numbers are masked in it; it holds no number.
type Origin struct {
	Case
	Applicant string // masked
	Story     string // masked, "" when nothing was said or the person was erased
	Erased    bool   // the case's key is gone: the words cannot be read by anybody
	CallID    string
	Recording core.BlobDigest
	Signature core.Signature
	Requests  []Request // every request of the case, oldest first
}

// Request is one application of a case as it stands in both books: the case's and intake's.
type Request struct {
	Application core.ApplicationID
	Receipt     core.Receipt
	Channel     core.ChannelName
	At          time.Time
	CallID      string
	Recording   core.BlobDigest
	Taken       bool // intake's own row is there and says the same receipt and door
}

// Origin reads it. The entry about the look is the caller's to write, in the same transaction.
// KindNotFound where the scope has no such case.
func (s *Store) Origin(ctx context.Context, tx *pg.Tx, id core.CaseID) (Origin, error) {
	var o Origin
	var wrapped, story []byte
	var err error
	o.Case, err = scanCase(tx.QueryRow(ctx, `select `+caseColumns+`, f.data_key, f.story, f.call_id, f.recording, f.signature from casefile f where f.id = $1`, id),
		&wrapped, &story, &o.CallID, &o.Recording, &o.Signature)
	if err != nil {
		return o, pg.Fail(err, "read how a case began")
	}
	veil, err := s.Veil(ctx, tx, id)
	if err != nil {
		return o, err
	}
	o.Applicant = MaskName(o.Case.Applicant)
	o.Case.Applicant = o.Applicant
	if o.Erased = len(wrapped) == 0; !o.Erased {
		b, err := s.openBox(o.Application, wrapped)
		if err != nil {
			return o, err
		}
		if o.Story, err = b.get("casefile", "story", story); err != nil {
			return o, err
		}
		o.Story = veil.Over(o.Story)
	}
	o.Requests, err = requests(ctx, tx, id)
	return o, err
}

func requests(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Request, error) {
	rows, err := tx.Query(ctx, `select a.application::text, a.receipt, a.channel, a.at, a.call_id, a.recording,
			p.id is not null and p.channel = a.channel and exists (select from receipt r where r.number = a.receipt and r.application = p.id)
		from case_application a left join application p on p.id = a.application where a.case_id = $1 order by a.at, a.application`, id)
	if err != nil {
		return nil, pg.Fail(err, "read the requests of a case")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (q Request, err error) {
		return q, r.Scan(&q.Application, &q.Receipt, &q.Channel, &q.At, &q.CallID, &q.Recording, &q.Taken)
	})
	return list, pg.Fail(err, "read the requests of a case")
}

// Veil masks the names of a case's people in free words, and every long number.
type Veil struct{ names []string }

// Veil makes the one of a case: applicant, contacts and members, those who left as well.
func (s *Store) Veil(ctx context.Context, tx *pg.Tx, id core.CaseID) (Veil, error) {
	rows, err := tx.Query(ctx, `select name from (select applicant as name from casefile where id = $1 union select contact_name from casefile where id = $1
			union select name from case_member where case_id = $1 union select applicant from case_application where case_id = $1
			union select contact_name from case_application where case_id = $1) n where length(name) > 1 order by length(name) desc, name`, id)
	if err != nil {
		return Veil{}, pg.Fail(err, "read the names of a case")
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return Veil{names}, pg.Fail(err, "read the names of a case")
}

// Over masks what somebody wrote. A name that the case does not know stays: the words are the
// household's own, and who they speak of is not in any book.
func (v Veil) Over(words string) string {
	for _, n := range v.names {
		words = strings.ReplaceAll(words, n, MaskName(n))
	}
	var out, run strings.Builder
	digits := 0
	flush := func() {
		if digits >= 6 {
			out.WriteString("****")
		} else {
			out.WriteString(run.String())
		}
		run.Reset()
		digits = 0
	}
	for _, r := range words {
		switch {
		case unicode.IsDigit(r):
			digits++
			run.WriteRune(r)
		case digits > 0 && strings.ContainsRune("- xX", r): // a number in groups, or its last letter
			run.WriteRune(r)
		default:
			flush()
			out.WriteRune(r)
		}
	}
	flush()
	return out.String()
}

// FactsSum computes the digest of a version of the facts from what is stored, for whoever doubts
// the one beside it (Facts). KindNotFound where the version is not there.
func (s *Store) FactsSum(ctx context.Context, tx *pg.Tx, id core.CaseID, version int) (string, error) {
	var plain []byte
	if err := tx.QueryRow(ctx, `select facts from case_facts where case_id = $1 and version = $2`, id, version).Scan(&plain); err != nil {
		return "", pg.Fail(err, "read the facts of a case")
	}
	var h core.Household
	if err := json.Unmarshal(plain, &h); err != nil {
		return "", core.E(core.KindInternal, "case_facts", "").Wrap(err)
	}
	sum := sha256.Sum256(encode(h))
	return hex.EncodeToString(sum[:]), nil
}
