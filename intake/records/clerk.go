package records

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/facts"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/realname"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/intake"
	"lianou/intake/interview"
)

// ClerkDeps are what a Clerk needs. All are required.
type ClerkDeps struct {
	DB       *pg.DB // as the platform
	Registry *registry.Registry
	Opener   *seal.Opener   // opens what the gateway asks
	Gateway  seal.Recipient // who is answered
}

// Clerk is the platform's half. It is safe for concurrent use.
type Clerk struct {
	d    ClerkDeps
	form interview.Form // what there is to ask
}

// NewClerk checks what it needs. Errors: KindInvalid.
func NewClerk(d ClerkDeps) (*Clerk, error) {
	if d.DB == nil || d.Registry == nil || d.Opener == nil || d.Gateway.IsZero() {
		return nil, core.E(core.KindInvalid, "records_clerk_deps", "").Wrap(errors.New("records.NewClerk needs a database, a registry, an opener and the gateway's key"))
	}
	form, err := interview.Whole()
	if err != nil {
		return nil, err
	}
	return &Clerk{d, form}, nil
}

// Look answers one question; doing it again finds it answered.
func (c *Clerk) Look(ctx context.Context, id string) error {
	return c.d.DB.Tx(ctx, pg.City("what the register knows of somebody who typed their whole number on the telephone that it has of them"), func(ctx context.Context, tx *pg.Tx) error {
		var wrapped, sealed []byte
		err := tx.QueryRow(ctx, `select wrapped, sealed from record_ask where id = $1 and answered is null for update`, id).Scan(&wrapped, &sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return pg.Fail(err, "read a question to the records")
		}
		of, err := c.open(id, wrapped, sealed)
		if err != nil {
			return err
		}
		sheet, err := c.sheet(ctx, tx, of)
		if err != nil {
			return err
		}
		return c.answer(ctx, tx, id, sheet)
	})
}

func (c *Clerk) open(id string, wrapped, sealed []byte) (of Of, err error) {
	key, err := c.d.Opener.Envelope(wrapped)
	if err != nil {
		return of, err
	}
	plain, err := key.Open(sealed, askAt(id))
	if err != nil {
		return of, err
	}
	if json.Unmarshal(plain, &of) != nil {
		return of, core.E(core.KindInternal, "records_question", "") // the cause may quote who is asked about
	}
	return of, nil
}

func (c *Clerk) answer(ctx context.Context, tx *pg.Tx, id string, sheet Sheet) error {
	plain, err := json.Marshal(sheet)
	if err != nil {
		return core.E(core.KindInternal, "records_encode", "")
	}
	env, err := c.d.Gateway.NewEnvelope()
	if err != nil {
		return err
	}
	out, err := env.Seal(plain, outAt(id))
	if err != nil {
		return err
	}
	const sql = `update record_ask set answered = $2, wrapped = null, sealed = null, out_wrapped = $3, out_sealed = $4 where id = $1`
	_, err = tx.Exec(ctx, sql, id, tx.Now(), env.Wrapped, out)
	return pg.Fail(err, "answer from the records")
}

// why is who looks, as the person sees it among those who read about them.
var why = registry.Purpose{Actor: audit.Actor{Kind: "job", ID: "record_look"}, Why: "interview.known"}

// sheet is what the register knows of who was proved; empty for everybody else.
func (c *Clerk) sheet(ctx context.Context, tx *pg.Tx, of Of) (Sheet, error) {
	number, err := core.ParseID(of.ID, tx.Today())
	if err != nil {
		return Sheet{}, nil
	}
	p, err := c.d.Registry.PersonByID(ctx, tx, why, number)
	if errors.Is(err, registry.ErrUnknown) {
		return Sheet{}, nil
	}
	if err != nil {
		return Sheet{}, err
	}
	if !proves(of, p) || p.Household == 0 {
		return Sheet{}, nil
	}
	h, sources, err := c.d.Registry.Facts(ctx, tx, why, p.Household, tx.Today())
	if errors.Is(err, registry.ErrNoHousehold) {
		return Sheet{}, nil
	}
	if err != nil {
		return Sheet{}, err
	}
	members, err := c.d.Registry.Members(ctx, tx, why, p.Household)
	if err != nil {
		return Sheet{}, err
	}
	return c.handed(h, sources, members, p, tx.Now()), nil
}

// proves holds a question to the person whose number it names: the name, and the
// telephone that the account has proved.
func proves(of Of, p registry.Person) bool {
	named := slices.ContainsFunc(realname.Spellings(of.Name), func(s string) bool { return slices.Contains(realname.Spellings(p.Name), s) })
	return named && !p.Phone.IsZero() && p.Phone.Reveal() == of.Phone
}

// handed is what is given of a household: what a question asks for and is not out of
// date. The family is given with who they are to the head of the household; to anybody
// else only what is of themselves and of all.
func (c *Clerk) handed(h core.Household, sources map[string]core.Provenance, members []registry.Member, p registry.Person, now time.Time) Sheet {
	var of core.MemberRef
	head := false
	for _, m := range members {
		if m.Person.ID == p.ID {
			of, head = m.Ref, m.Relation == "applicant"
		}
	}
	if of == "" {
		return Sheet{}
	}
	known, refs := interview.KnownOf(&h, of, sources)
	known = Given(c.form, known, now)
	if !head {
		known.Members = known.Members[:1]
		maps.DeleteFunc(known.Facts, func(path string, _ json.RawMessage) bool {
			return strings.HasPrefix(path, "members/") && !strings.HasPrefix(path, "members/m1/")
		})
		return Sheet{Known: known}
	}
	out := Sheet{Known: known}
	for _, m := range members {
		if ref := refs[m.Ref]; m.Person.ID != p.ID && ref != "" {
			out.People = append(out.People, intake.MemberForm{Ref: string(ref), Name: m.Person.Name})
		}
	}
	return out
}

// Given is what may stand for answers of what a register knows: what the form asks for
// and is not out of date, and who lives there.
func Given(form interview.Form, known interview.Known, now time.Time) interview.Known {
	asked := map[string]bool{"members/*/relation": true}
	for _, q := range form.Questions {
		asked[q.Key] = true
	}
	maps.DeleteFunc(known.Facts, func(path string, _ json.RawMessage) bool {
		return !asked[interview.Generic(path)] || !Fresh(known.Sources[path], path, now)
	})
	delete(known.Facts, "members/m1/relation") // who asks is who asks
	maps.DeleteFunc(known.Sources, func(path string, _ core.Provenance) bool { _, given := known.Facts[path]; return !given })
	return known
}

// Fresh reports whether what a register says of a fact may stand for an answer: not after
// its shelf life, never what no register vouches for, and what happened to a household not once
// nobody has asked for longer than that word stands: the family is asked again.
func Fresh(from core.Provenance, path string, now time.Time) bool {
	if path == core.ShocksPath && facts.Silent(from.Since, core.DateOf(now)) {
		return false
	}
	return strings.HasPrefix(from.Said, "registry:") && registry.Fresh(from.Said, path, from.At, now)
}

// SweepRecords asks the platform to forget old questions.
type SweepRecords struct{}

// Kind is the stable name.
func (SweepRecords) Kind() string { return "sweep_records" }

// InsertOpts keeps nothing back: one sweep after another does no harm.
func (SweepRecords) InsertOpts() river.InsertOpts { return river.InsertOpts{} }

// Register adds the workers and gives what is to be inserted again and again.
func (c *Clerk) Register(list *jobs.Workers) jobs.Periodic {
	jobs.Work(list, 0, func(ctx context.Context, job jobs.Job[Look]) error { return c.Look(ctx, job.Args.ID) })
	jobs.Work(list, 0, func(ctx context.Context, _ jobs.Job[SweepRecords]) error { return c.Sweep(ctx) })
	return jobs.Periodic{Every: time.Hour, Args: SweepRecords{}}
}

// Sweep forgets what was asked and answered long ago.
func (c *Clerk) Sweep(ctx context.Context) error {
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `delete from record_ask where asked < $1`, tx.Now().Add(-kept))
		return pg.Fail(err, "forget old questions to the records")
	})
}
