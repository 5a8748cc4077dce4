package records

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/intake"
	"lianou/intake/interview"
)

// perDay is how often an account may ask: for oneself and a family, and not to try numbers.
const perDay = 5

// kept is how long a question and its answer lie.
const kept = 7 * 24 * time.Hour

// Look asks the platform to answer a question.
type Look struct {
	ID string `json:"id"`
}

// Kind is the stable name.
func (Look) Kind() string { return "record_look" }

// Of is whom is asked about, and the telephone that the account has proved.
type Of struct {
	Name  string `json:"name"`
	ID    string `json:"id_number"`
	Phone string `json:"phone"`
}

// Sheet is what is known of a household.
type Sheet struct {
	Known  interview.Known     `json:"known"`
	People []intake.MemberForm `json:"people,omitempty"` // of Known's members but the applicant, by name
}

// Deps are what an Asker needs. All are required.
type Deps struct {
	DB       *pg.DB // as the gateway
	Platform seal.Recipient
	Opener   *seal.Opener   // the gateway's own
	Jobs     *jobs.Inserter // of the platform's queue
}

// Asker is the gateway's half. It is safe for concurrent use.
type Asker struct{ d Deps }

// NewAsker checks what it needs. Errors: KindInvalid.
func NewAsker(d Deps) (*Asker, error) {
	if d.DB == nil || d.Platform.IsZero() || d.Opener == nil || d.Jobs == nil {
		return nil, core.E(core.KindInvalid, "records_deps", "").Wrap(errors.New("records.NewAsker needs a database, the platform's key, an opener and jobs"))
	}
	return &Asker{d}, nil
}

// Ask makes a question, to be kept by the function it gives, in the transaction of the
// conversation that waits for it. Who asked too often today keeps nothing, and waits for
// ever as for an answer that does not come.
func (a *Asker) Ask(citizen string, of Of) (id string, keep func(context.Context, *pg.Tx) error, err error) {
	id = uuid.NewString()
	plain, err := json.Marshal(of)
	if err != nil {
		return "", nil, core.E(core.KindInternal, "records_encode", "")
	}
	env, err := a.d.Platform.NewEnvelope()
	if err != nil {
		return "", nil, err
	}
	sealed, err := env.Seal(plain, askAt(id))
	if err != nil {
		return "", nil, err
	}
	const sql = `insert into record_ask (id, citizen, wrapped, sealed, asked) select $1, $2, $3, $4, $5
		where (select count(*) from record_ask where citizen = $2 and asked > $5::timestamptz - interval '1 day') < $6`
	return id, func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, sql, id, citizen, env.Wrapped, sealed, tx.Now(), perDay)
		if err != nil || tag.RowsAffected() == 0 {
			return pg.Fail(err, "ask the records")
		}
		return a.d.Jobs.Insert(ctx, tx, Look{id})
	}, nil
}

// Answer reads the answer to a question of an account; came is false while there is none.
func (a *Asker) Answer(ctx context.Context, citizen, id string) (s Sheet, came bool, err error) {
	const sql = `select out_wrapped, out_sealed from record_ask where id = $1 and citizen = $2 and out_sealed is not null`
	var wrapped, sealed []byte
	err = a.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, sql, id, citizen).Scan(&wrapped, &sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return pg.Fail(err, "read what the records say")
	})
	if err != nil || sealed == nil {
		return s, false, err
	}
	key, err := a.d.Opener.Envelope(wrapped)
	if err != nil {
		return s, false, err
	}
	plain, err := key.Open(sealed, outAt(id))
	if err != nil {
		return s, false, err
	}
	if json.Unmarshal(plain, &s) != nil {
		return s, false, core.E(core.KindInternal, "records_sheet", "") // the cause may quote what is known
	}
	return s, true, nil
}

// Taken forgets an answer, in the transaction of the conversation that has it.
func (a *Asker) Taken(ctx context.Context, tx *pg.Tx, id string) error {
	_, err := tx.Exec(ctx, `update record_ask set out_wrapped = null, out_sealed = null where id = $1`, id)
	return pg.Fail(err, "forget what the records said")
}

func askAt(id string) seal.At { return seal.At{Table: "record_ask", Row: id, Column: "sealed"} }
func outAt(id string) seal.At { return seal.At{Table: "record_ask", Row: id, Column: "out_sealed"} }
