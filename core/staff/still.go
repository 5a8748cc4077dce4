package staff

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Mark is a session as a socket remembers it, which outlives its request.
type Mark struct {
	row   string // of staff_session
	id    core.StaffID
	epoch int64
}

// Mark gives the mark of a request's session. Works below Wrap only.
func (s *Sessions) Mark(r *http.Request) Mark {
	sum := sha256.Sum256([]byte(s.m.Token(r.Context()))) // as the library stores a token (Sessions.HashTokenInStore)
	return Mark{row: base64.RawURLEncoding.EncodeToString(sum[:]), id: core.StaffID(s.m.GetInt64(r.Context(), keyStaff)), epoch: s.m.GetInt64(r.Context(), keyEpoch)}
}

// Still gives, in the order of the marks, whether each session still is one: neither
// ended nor run out, of an account that is open and was not revoked. One question for
// all of them: a bell goes to a thousand desks at once.
func (s *Sessions) Still(ctx context.Context, marks []Mark) ([]bool, error) {
	rows, ids, epochs := make([]string, len(marks)), make([]int64, len(marks)), make([]int64, len(marks))
	for i, m := range marks {
		rows[i], ids[i], epochs[i] = m.row, int64(m.id), m.epoch
	}
	const sql = `select s.token is not null and a.id is not null
		from unnest($1::text[], $2::bigint[], $3::bigint[]) with ordinality as m(token, id, epoch, n)
		left join staff_session s on s.token = m.token and s.expiry > clock_timestamp()
		left join staff_account a on a.id = m.id and a.active and a.epoch = m.epoch
		order by m.n`
	var still []bool
	err := s.staff.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		found, err := tx.Query(ctx, sql, rows, ids, epochs)
		if err != nil {
			return pg.Fail(err, "read sessions")
		}
		still, err = pgx.CollectRows(found, pgx.RowTo[bool])
		return pg.Fail(err, "read sessions")
	})
	return still, err
}
