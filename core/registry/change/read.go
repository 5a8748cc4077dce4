package change

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
)

// maxWaiting bounds one page of requests.
const maxWaiting = 100

// Of reads the requests about a household and its members, the newest first, at most a
// hundred, with an audit entry for each. Errors: none for a household without any.
func (c *Changes) Of(ctx context.Context, tx *pg.Tx, why registry.Purpose, household core.HouseholdID) ([]Request, error) {
	const sql = columns + ` where household = $1 order by id desc limit $2`
	return c.read(ctx, tx, why, sql, int64(household), maxWaiting)
}

// Waiting reads what waits for a second person within the scope, those of others
// first, which the reader may decide, of these what citizens dispute, and of these the oldest; at most a hundred, with an audit entry for each.
func (c *Changes) Waiting(ctx context.Context, tx *pg.Tx, why registry.Purpose) ([]Request, error) {
	const sql = columns + ` where state = 'open' order by $2 in (proposer, coalesce(seconder, '')), origin = 'citizen' desc, made, id limit $1`
	return c.read(ctx, tx, why, sql, maxWaiting, why.Actor.Kind+":"+why.Actor.ID)
}

// Get reads one request, in one audit entry. Errors: ErrUnknown outside the scope too.
func (c *Changes) Get(ctx context.Context, tx *pg.Tx, why registry.Purpose, id ID) (Request, error) {
	const sql = columns + ` where id = $1`
	list, err := c.read(ctx, tx, why, sql, id)
	if err != nil {
		return Request{}, err
	}
	if len(list) == 0 {
		return Request{}, ErrUnknown
	}
	return list[0], nil
}

const columns = `select id, region, household, coalesce(person, 0), path, was, becomes, valid_from - date '1970-01-01', origin, reason, coalesce(evidence, ''),
	proposer, made, state, coalesce(decider, ''), verdict, coalesce(decided, made),
	coalesce(split_part(seconder, ':', 2)::bigint, 0), coalesce(case_id, 0), coalesce(told_by, ''), coalesce(told_how, ''), coalesce(told_on - date '1970-01-01', 0), paper from change_request`

func (c *Changes) read(ctx context.Context, tx *pg.Tx, why registry.Purpose, sql string, args ...any) ([]Request, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read changes")
	}
	var regions []core.RegionCode
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Request, error) {
		var r Request
		var region core.RegionCode
		var reason, verdict, paper []byte
		err := row.Scan(&r.ID, &region, &r.Household, &r.Person, &r.Path, &r.Was, &r.Becomes, &r.ValidFrom, &r.Origin, &reason, &r.Evidence,
			&r.Proposer, &r.Made, &r.State, &r.Decider, &verdict, &r.Decided, &r.Seconder, &r.Case,
			&r.ToldBy, &r.How, &r.ToldOn, &paper)
		if err != nil {
			return r, err
		}
		regions = append(regions, region)
		if err := c.openPaper(&r, paper); err != nil {
			return r, err
		}
		return r, c.open(&r, reason, verdict)
	})
	if err != nil {
		return nil, pg.Fail(err, "read changes")
	}
	return list, c.traceRead(ctx, tx, why, list, regions)
}

// traceRead writes an entry for each request that was shown, because each shows somebody
// else; a list that shows nobody was looked at too.
func (c *Changes) traceRead(ctx context.Context, tx *pg.Tx, why registry.Purpose, list []Request, regions []core.RegionCode) error {
	if len(list) == 0 {
		return c.d.Log.Write(ctx, tx, audit.Listed(audit.Listing{Actor: why.Actor, Act: "change.read", Purpose: why.Why}))
	}
	for i, r := range list {
		if err := c.trace(ctx, tx, why, "change.read", r, regions[i]); err != nil {
			return err
		}
	}
	return nil
}

// open fills in what is sealed.
func (c *Changes) open(r *Request, reason, verdict []byte) error {
	plain, err := c.d.Ring.Open(reason, place(r.ID, "reason"))
	if err != nil {
		return err
	}
	r.Reason = string(plain)
	if verdict == nil {
		return nil
	}
	plain, err = c.d.Ring.Open(verdict, place(r.ID, "verdict"))
	r.Verdict = string(plain)
	return err
}
